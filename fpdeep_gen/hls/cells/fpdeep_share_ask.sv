// The requests of several behind one AXI4 address channel, each time from the one behind the last that was taken on.
`ifndef FPDEEP_SHARE_ASK_SV
`define FPDEEP_SHARE_ASK_SV
`default_nettype none
module fpdeep_share_ask #(
    parameter int COUNT = 2,
    parameter int BYTES = 4,                  // of the bus, a power of two
    parameter bit [8*COUNT-1:0] SIZES = '0    // base 2 logarithm of the bytes of each one's beats
) (
    input  wire                ap_clk,
    input  wire                ap_rst_n,
    input  wire                room,     // the order of one more burst can be kept
    input  wire [64*COUNT-1:0] s_addr,
    input  wire [8*COUNT-1:0]  s_len,
    input  wire [COUNT-1:0]    s_valid,
    output wire [COUNT-1:0]    s_ready,
    output wire [63:0]         addr,
    output wire [7:0]          len,
    output wire [2:0]          size,
    output wire                valid,
    input  wire                ready,
    output wire                begun,    // a burst is taken on
    output wire [COUNT-1:0]    chosen,   // whose, one bit or none
    output wire [7:0]          first,    // byte of the bus where it begins
    output wire [7:0]          step      // bytes of its beats
);
  reg [COUNT-1:0] behind;  // those whose turn comes first
  wire [COUNT-1:0] early = s_valid & behind;
  wire [COUNT-1:0] from = |early ? early : s_valid;
  reg sending;
  reg [63:0] address;
  reg [7:0] length;
  reg [2:0] width;
  wire take = ~sending & room;
  logic [63:0] next_address;
  logic [7:0] next_length;
  logic [2:0] next_width;
  always_comb begin
    next_address = '0;
    next_length = '0;
    next_width = '0;
    for (int i = 0; i < COUNT; i++)
      if (chosen[i]) begin
        next_address = s_addr[64*i+:64];
        next_length = s_len[8*i+:8];
        next_width = SIZES[8*i+:3];
      end
  end
  assign chosen = from & (~from + 1'b1);
  assign begun = take & |chosen;
  assign first = 8'(next_address[6:0]) & 8'(BYTES - 1);
  assign step = 8'd1 << next_width;
  assign s_ready = chosen & {COUNT{take}};
  assign addr = address;
  assign len = length;
  assign size = width;
  assign valid = sending;
  always_ff @(posedge ap_clk) begin
    if (take) begin
      address <= next_address;
      length <= next_length;
      width <= next_width;
    end
    if (!ap_rst_n) sending <= 1'b0;
    else if (take) sending <= |chosen;
    else if (ready) sending <= 1'b0;
    if (!ap_rst_n) behind <= '1;
    else if (begun) behind <= ~(chosen | (chosen - 1'b1));
  end
endmodule
`default_nettype wire
`endif
