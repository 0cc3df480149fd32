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
  wire order_ready, order_valid, end_ready, end_valid;
  reg sending;
  reg [63:0] address;
  reg [7:0] length;
  reg [2:0] size;
  wire take = ~sending & order_ready & end_ready;
  fpdeep_turns #(.COUNT(COUNT)) u_turns (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .valid(s_awvalid), .take(take), .chosen(chosen));
  logic [63:0] next_address;
  logic [7:0] next_length;
  logic [2:0] next_size;
  always_comb begin
    next_address = '0;
    next_length = '0;
    next_size = '0;
    for (int i = 0; i < COUNT; i++)
      if (chosen[i]) begin
        next_address = s_awaddr[64*i+:64];
        next_length = s_awlen[8*i+:8];
        next_size = SIZES[8*i+:3];
      end
  end
  assign s_awready = chosen & {COUNT{take}};
  assign awaddr = address;
  assign awlen = length;
  assign awsize = size;
  assign awvalid = sending;
  always_ff @(posedge ap_clk) begin
    if (take) begin
      address <= next_address;
      length <= next_length;
      size <= next_size;
    end
    if (!ap_rst_n) sending <= 1'b0;
    else if (take) sending <= |chosen;
    else if (awready) sending <= 1'b0;
  end

  wire push = take & |chosen;
  wire [COUNT-1:0] owner, answered;
  wire [7:0] first, step;
  reg [7:0] moved;
  wire [7:0] lane = (first + moved) & 8'(BYTES - 1);
  wire beat = wvalid & wready;
  fpdeep_fifo #(.WIDTH(COUNT + 16), .DEPTH(16), .STORAGE("distributed")) u_order (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n),
      .s_tdata({chosen, 8'(next_address[6:0]) & 8'(BYTES - 1), 8'd1 << next_size}),
      .s_tvalid(push), .s_tready(order_ready),
      .m_tdata({owner, first, step}), .m_tvalid(order_valid), .m_tready(beat & wlast));
  fpdeep_fifo #(.WIDTH(COUNT), .DEPTH(32), .STORAGE("distributed")) u_ends (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .s_tdata(chosen), .s_tvalid(push), .s_tready(end_ready),
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
