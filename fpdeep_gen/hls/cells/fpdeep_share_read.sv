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
  wire [COUNT-1:0] chosen;  // one of them, or none
  wire order_ready, order_valid;
  reg sending;
  reg [63:0] address;
  reg [7:0] length;
  reg [2:0] size;
  wire take = ~sending & order_ready;
  fpdeep_turns #(.COUNT(COUNT)) u_turns (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .valid(s_arvalid), .take(take), .chosen(chosen));
  logic [63:0] next_address;
  logic [7:0] next_length;
  logic [2:0] next_size;
  always_comb begin
    next_address = '0;
    next_length = '0;
    next_size = '0;
    for (int i = 0; i < COUNT; i++)
      if (chosen[i]) begin
        next_address = s_araddr[64*i+:64];
        next_length = s_arlen[8*i+:8];
        next_size = SIZES[8*i+:3];
      end
  end
  assign s_arready = chosen & {COUNT{take}};
  assign araddr = address;
  assign arlen = length;
  assign arsize = size;
  assign arvalid = sending;
  always_ff @(posedge ap_clk) begin
    if (take) begin
      address <= next_address;
      length <= next_length;
      size <= next_size;
    end
    if (!ap_rst_n) sending <= 1'b0;
    else if (take) sending <= |chosen;
    else if (arready) sending <= 1'b0;
  end

  wire [COUNT-1:0] owner;
  wire [7:0] first, step;  // byte of the bus where the burst begins; bytes of its beats
  reg [7:0] moved;
  wire [7:0] lane = (first + moved) & 8'(BYTES - 1);
  wire beat = rvalid & rready;
  fpdeep_fifo #(.WIDTH(COUNT + 16), .DEPTH(16), .STORAGE("distributed")) u_order (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n),
      .s_tdata({chosen, 8'(next_address[6:0]) & 8'(BYTES - 1), 8'd1 << next_size}),
      .s_tvalid(take & |chosen), .s_tready(order_ready),
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
