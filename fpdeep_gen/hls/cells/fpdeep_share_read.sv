// Several readers behind one AXI4 master: their bursts in turn, each beat to the reader that asked for it.
//
// A reader's beats may be narrower than the bus; it finds them in the lowest bits of `s_rdata`. A reader asks for no more
// than it can take at once, so none stops another.
`ifndef FPDEEP_SHARE_READ_SV
`define FPDEEP_SHARE_READ_SV
`default_nettype none
module fpdeep_share_read #(
    parameter int COUNT = 2,
    parameter int BYTES = 4,                  // of the bus, a power of two
    parameter bit [8*COUNT-1:0] SIZES = '0    // base 2 logarithm of the bytes of each reader's beats
) (
    input  wire                ap_clk,
    input  wire                ap_rst_n,
    input  wire [64*COUNT-1:0] s_araddr,
    input  wire [8*COUNT-1:0]  s_arlen,
    input  wire [COUNT-1:0]    s_arvalid,
    output wire [COUNT-1:0]    s_arready,
    output wire [8*BYTES-1:0]  s_rdata,
    output wire [COUNT-1:0]    s_rvalid,
    input  wire [COUNT-1:0]    s_rready,
    output wire [63:0]         araddr,
    output wire [7:0]          arlen,
    output wire [2:0]          arsize,
    output wire                arvalid,
    input  wire                arready,
    input  wire [8*BYTES-1:0]  rdata,
    input  wire                rlast,
    input  wire                rvalid,
    output wire                rready
);
  wire [COUNT-1:0] chosen;
  wire begun, order_ready, order_valid;
  wire [7:0] next_first, next_step;
  fpdeep_share_ask #(.COUNT(COUNT), .BYTES(BYTES), .SIZES(SIZES)) u_ask (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .room(order_ready),
      .s_addr(s_araddr), .s_len(s_arlen), .s_valid(s_arvalid), .s_ready(s_arready),
      .addr(araddr), .len(arlen), .size(arsize), .valid(arvalid), .ready(arready),
      .begun(begun), .chosen(chosen), .first(next_first), .step(next_step));

  wire [COUNT-1:0] owner;
  wire [7:0] first, step;  // byte of the bus where the burst begins; bytes of its beats
  reg [7:0] moved;
  wire [7:0] lane = (first + moved) & 8'(BYTES - 1);
  wire beat = rvalid & rready;
  fpdeep_fifo #(.WIDTH(COUNT + 16), .DEPTH(16), .STORAGE("distributed")) u_order (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n),
      .s_tdata({chosen, next_first, next_step}),
      .s_tvalid(begun), .s_tready(order_ready),
      .m_tdata({owner, first, step}), .m_tvalid(order_valid), .m_tready(beat & rlast));
  assign s_rdata = rdata >> {lane, 3'b000};
  assign s_rvalid = owner & {COUNT{rvalid & order_valid}};
  assign rready = order_valid & |(owner & s_rready);
  always_ff @(posedge ap_clk)
    if (!ap_rst_n | (beat & rlast)) moved <= '0;
    else if (beat) moved <= moved + step;
endmodule
`default_nettype wire
`endif
