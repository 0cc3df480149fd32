// Chooses one of several requests, each time from the one behind the last that was taken on.
`ifndef FPDEEP_TURNS_SV
`define FPDEEP_TURNS_SV
`default_nettype none
module fpdeep_turns #(
    parameter int COUNT = 2
) (
    input  wire             ap_clk,
    input  wire             ap_rst_n,
    input  wire [COUNT-1:0] valid,
    input  wire             take,    // what is chosen is taken
    output wire [COUNT-1:0] chosen   // one bit, or none
);
  reg [COUNT-1:0] behind;  // those whose turn comes first
  wire [COUNT-1:0] first = valid & behind;
  wire [COUNT-1:0] from = |first ? first : valid;
  assign chosen = from & (~from + 1'b1);
  always_ff @(posedge ap_clk)
    if (!ap_rst_n) behind <= '1;
    else if (take & |chosen) behind <= ~(chosen | (chosen - 1'b1));
endmodule
`default_nettype wire
`endif
