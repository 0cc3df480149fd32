// Requests of any number of elements become bursts of AXI4: of up to BURST beats, none across a border of 4 KiB.
//
// A request of no elements is one burst of no beats. `busy`: requests are here.
`ifndef FPDEEP_BURST_SPLIT_SV
`define FPDEEP_BURST_SPLIT_SV
`default_nettype none
module fpdeep_burst_split #(
    parameter int BYTES = 4,
    parameter int BURST = 16
) (
    input  wire        ap_clk,
    input  wire        ap_rst_n,
    input  wire [63:0] base,
    input  wire [63:0] s_tdata,   // the number of elements above that of the first
    input  wire        s_tvalid,
    output wire        s_tready,
    output wire [63:0] address,
    output wire [8:0]  beats,
    output wire        last,      // of its request
    output wire        valid,
    input  wire        taken,
    output wire        busy
);
  wire [63:0] request;
  wire request_valid, request_ready;
  fpdeep_fifo #(.WIDTH(64), .DEPTH(16), .STORAGE("distributed")) u_requests (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .s_tdata(s_tdata), .s_tvalid(s_tvalid), .s_tready(s_tready),
      .m_tdata(request), .m_tvalid(request_valid), .m_tready(request_ready));

  reg [63:0] at;
  reg [31:0] left;
  reg open;
  reg [7:0] held;  // requests in the FIFO and at work
  wire [31:0] room = (32'd4096 - 32'(at[11:0])) / 32'(BYTES);
  wire [31:0] most = room < 32'(BURST) ? room : 32'(BURST);
  assign request_ready = ~open;
  assign address = at;
  assign last = left <= most;
  assign beats = 9'(last ? left : most);
  assign valid = open;
  assign busy = s_tvalid | held != 0;
  always_ff @(posedge ap_clk) begin
    if (request_valid & request_ready) begin
      at <= base + 64'(request[31:0]) * 64'(BYTES);
      left <= request[63:32];
    end else if (taken) begin
      at <= at + 64'(beats) * 64'(BYTES);
      left <= left - 32'(beats);
    end
    if (!ap_rst_n) begin
      open <= 1'b0;
      held <= '0;
    end else begin
      open <= open ? ~(taken & last) : request_valid;
      held <= held + 8'(s_tvalid & s_tready) - 8'(taken & last);
    end
  end
endmodule
`default_nettype wire
`endif
