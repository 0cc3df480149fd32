// Read half of an AXI4 master whose bursts the kernel asks for: the elements of each request, in order.
`ifndef FPDEEP_BURST_READ_SV
`define FPDEEP_BURST_READ_SV
`default_nettype none
module fpdeep_burst_read #(
    parameter int WIDTH = 32,
    parameter int BYTES = 4,
    parameter int BURST = 16,
    parameter bit SHARED = 0    // asks for no more than the FIFO of data has room for
) (
    input  wire               ap_clk,
    input  wire               ap_rst_n,
    input  wire [63:0]        base,
    input  wire [63:0]        s_tdata,
    input  wire               s_tvalid,
    output wire               s_tready,
    output wire [WIDTH-1:0]   m_tdata,
    output wire               m_tvalid,
    input  wire               m_tready,
    output wire [63:0]        araddr,
    output wire [7:0]         arlen,
    output wire               arvalid,
    input  wire               arready,
    input  wire [8*BYTES-1:0] rdata,
    input  wire               rvalid,
    output wire               rready
);
  localparam int DEPTH = SHARED ? 4 * BURST : 2 * BURST;
  wire [63:0] address;
  wire [8:0] beats;
  wire valid, unused_last, unused_busy;
  reg [63:0] first;
  reg [7:0] length;
  reg sending;
  reg [15:0] room;  // words that may still be asked for
  wire taken = valid & (~sending | arready) & (!SHARED | room >= 16'(beats));
  fpdeep_burst_split #(.BYTES(BYTES), .BURST(BURST)) u_split (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .base(base), .s_tdata(s_tdata), .s_tvalid(s_tvalid), .s_tready(s_tready),
      .address(address), .beats(beats), .last(unused_last), .valid(valid), .taken(taken), .busy(unused_busy));
  assign arvalid = sending;
  assign araddr = first;
  assign arlen = length;
  always_ff @(posedge ap_clk) begin
    if (taken) begin
      first <= address;
      length <= 8'(beats - 1'b1);
    end
    if (!ap_rst_n) room <= 16'(DEPTH);
    else room <= room - (taken ? 16'(beats) : 16'd0) + 16'(m_tvalid & m_tready);
    if (!ap_rst_n) sending <= 1'b0;
    else if (taken) sending <= beats != 0;
    else if (arready) sending <= 1'b0;
  end

  fpdeep_fifo #(.WIDTH(WIDTH), .DEPTH(DEPTH), .STORAGE("distributed")) u_data (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .s_tdata(rdata[WIDTH-1:0]), .s_tvalid(rvalid), .s_tready(rready),
      .m_tdata(m_tdata), .m_tvalid(m_tvalid), .m_tready(m_tready));
endmodule
`default_nettype wire
`endif
