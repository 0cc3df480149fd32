// Several writers behind one AXI4 master: their bursts in turn, data and responses in the same order.
//
// A writer's beats may be narrower than the bus: `s_wdata` and `s_wstrb` repeat them over its width. A writer asks for a
// burst when all its data are there, so none stops another.
`ifndef FPDEEP_SHARE_WRITE_SV
`define FPDEEP_SHARE_WRITE_SV
`default_nettype none
module fpdeep_share_write #(
    parameter int COUNT = 2,
    parameter int BYTES = 4,
    parameter bit [8*COUNT-1:0] SIZES = '0
) (
    input  wire                     ap_clk,
    input  wire                     ap_rst_n,
    input  wire [64*COUNT-1:0]      s_awaddr,
    input  wire [8*COUNT-1:0]       s_awlen,
    input  wire [COUNT-1:0]         s_awvalid,
    output wire [COUNT-1:0]         s_awready,
    input  wire [8*BYTES*COUNT-1:0] s_wdata,
    input  wire [BYTES*COUNT-1:0]   s_wstrb,
    input  wire [COUNT-1:0]         s_wlast,
    input  wire [COUNT-1:0]         s_wvalid,
    output wire [COUNT-1:0]         s_wready,
    output wire [COUNT-1:0]         s_bvalid,
    input  wire [COUNT-1:0]         s_bready,
    output wire [63:0]              awaddr,
    output wire [7:0]               awlen,
    output wire [2:0]               awsize,
    output wire                     awvalid,
    input  wire                     awready,
    output logic [8*BYTES-1:0]      wdata,
    output logic [BYTES-1:0]        wstrb,
    output wire                     wlast,
    output wire                     wvalid,
    input  wire                     wready,
    input  wire                     bvalid,
    output wire                     bready
);
  wire [COUNT-1:0] chosen;
  wire begun, order_ready, order_valid, end_ready, end_valid;
  wire [7:0] next_first, next_step;
  fpdeep_share_ask #(.COUNT(COUNT), .BYTES(BYTES), .SIZES(SIZES)) u_ask (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .room(order_ready & end_ready),
      .s_addr(s_awaddr), .s_len(s_awlen), .s_valid(s_awvalid), .s_ready(s_awready),
      .addr(awaddr), .len(awlen), .size(awsize), .valid(awvalid), .ready(awready),
      .begun(begun), .chosen(chosen), .first(next_first), .step(next_step));

  wire [COUNT-1:0] owner, answered;
  wire [7:0] first, step;
  reg [7:0] moved;
  wire [7:0] lane = (first + moved) & 8'(BYTES - 1);
  wire beat = wvalid & wready;
  fpdeep_fifo #(.WIDTH(COUNT + 16), .DEPTH(16), .STORAGE("distributed")) u_order (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n),
      .s_tdata({chosen, next_first, next_step}),
      .s_tvalid(begun), .s_tready(order_ready),
      .m_tdata({owner, first, step}), .m_tvalid(order_valid), .m_tready(beat & wlast));
  fpdeep_fifo #(.WIDTH(COUNT), .DEPTH(32), .STORAGE("distributed")) u_ends (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .s_tdata(chosen), .s_tvalid(begun), .s_tready(end_ready),
      .m_tdata(answered), .m_tvalid(end_valid), .m_tready(bvalid & bready));
  wire [BYTES-1:0] lanes = BYTES'((129'd1 << step) - 1'b1) << lane;
  always_comb begin
    wdata = '0;
    wstrb = '0;
    for (int i = 0; i < COUNT; i++)
      if (owner[i]) begin
        wdata = s_wdata[8*BYTES*i+:8*BYTES];
        wstrb = s_wstrb[BYTES*i+:BYTES] & lanes;
      end
  end
  assign wlast = |(owner & s_wlast);
  assign wvalid = order_valid & |(owner & s_wvalid);
  assign s_wready = owner & {COUNT{order_valid & wready}};
  assign s_bvalid = answered & {COUNT{end_valid & bvalid}};
  assign bready = end_valid & |(answered & s_bready);
  always_ff @(posedge ap_clk)
    if (!ap_rst_n | (beat & wlast)) moved <= '0;
    else if (beat) moved <= moved + step;
endmodule
`default_nettype wire
`endif
