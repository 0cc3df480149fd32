// Write half of an AXI4 master: elements with their addresses become bursts, by the rules of fpdeep_axi_read.
//
// `busy` until the last response is back.
`ifndef FPDEEP_AXI_WRITE_SV
`define FPDEEP_AXI_WRITE_SV
`default_nettype none
module fpdeep_axi_write #(
    parameter int WIDTH = 32,
    parameter int BYTES = 4,
    parameter int INDEX = 32,
    parameter int BURST = 16,
    parameter bit STROBES = 0  // each word has a bit for each of its bytes, above its value
) (
    input  wire                   ap_clk,
    input  wire                   ap_rst_n,
    input  wire [63:0]            base,
    output wire                   busy,
    input  wire [INDEX+(STROBES?BYTES:0)+WIDTH-1:0] s_tdata,  // the element above its value
    input  wire                   s_tvalid,
    output wire                   s_tready,
    output wire [63:0]            awaddr,
    output wire [7:0]             awlen,
    output wire                   awvalid,
    input  wire                   awready,
    output wire [8*BYTES-1:0]     wdata,
    output wire [BYTES-1:0]       wstrb,
    output wire                   wlast,
    output wire                   wvalid,
    input  wire                   wready,
    input  wire                   bvalid,
    output wire                   bready
);
  localparam int WORD = WIDTH + (STROBES ? BYTES : 0);
  wire data_ready, value_valid;
  wire [WORD-1:0] value;
  reg [63:0] first;
  reg [8:0] beats, left;  // of the burst that is being put together; still to send of the one before
  reg [1:0] idle;
  reg sending;
  reg [15:0] open;  // bursts without a response

  wire [63:0] address = base + 64'(s_tdata[INDEX+WORD-1:WORD]) * 64'(BYTES);
  wire follows = address == first + 64'(beats) * 64'(BYTES) & 32'(beats) < BURST & address[11:0] != 0;
  wire may = ~sending & (beats == 0 | follows);
  wire taken = s_tvalid & may & data_ready;
  wire complete = beats != 0 & ~sending & (s_tvalid ? ~follows : idle == 2'd2);
  wire issue = awvalid & awready;
  wire beat = wvalid & wready;
  assign s_tready = may & data_ready;
  assign awvalid = sending & left == 0 & open != '1;
  assign awaddr = first;
  assign awlen = 8'(beats - 1'b1);
  assign wvalid = left != 0 & value_valid;
  assign wlast = left == 1;
  assign wdata = (8 * BYTES)'(value[WIDTH-1:0]);
  assign wstrb = STROBES ? value[WORD-1-:BYTES] : '1;
  assign bready = 1'b1;
  assign busy = beats != 0 | open != 0 | s_tvalid;
  fpdeep_fifo #(.WIDTH(WORD), .DEPTH(2 * BURST + 2), .STORAGE("distributed")) u_data (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .s_tdata(s_tdata[WORD-1:0]), .s_tvalid(taken), .s_tready(data_ready),
      .m_tdata(value), .m_tvalid(value_valid), .m_tready(beat));
  always_ff @(posedge ap_clk) begin
    if (taken & beats == 0) first <= address;
    if (!ap_rst_n) begin
      beats <= '0;
      left <= '0;
      idle <= '0;
      sending <= 1'b0;
      open <= '0;
    end else begin
      if (issue) begin
        beats <= '0;
        left <= beats;
        sending <= 1'b0;
      end else begin
        if (taken) beats <= beats + 1'b1;
        if (complete) sending <= 1'b1;
        if (beat) left <= left - 1'b1;
      end
      open <= open + 16'(issue) - 16'(bvalid);
      idle <= s_tvalid | beats == 0 ? 2'd0 : idle == 2'd2 ? idle : idle + 1'b1;
    end
  end
endmodule
`default_nettype wire
`endif
