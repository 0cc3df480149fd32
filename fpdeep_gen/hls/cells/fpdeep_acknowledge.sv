// A scalar output with a handshake: valid from the moment it is made until the other side acknowledges it.
`ifndef FPDEEP_ACKNOWLEDGE_SV
`define FPDEEP_ACKNOWLEDGE_SV
`default_nettype none
module fpdeep_acknowledge (
    input  wire ap_clk,
    input  wire ap_rst_n,
    input  wire made,
    input  wire acknowledged,
    output wire waiting
);
  reg held;
  assign waiting = made | held;
  always_ff @(posedge ap_clk) begin
    if (!ap_rst_n) held <= 1'b0;
    else held <= waiting & ~acknowledged;
  end
endmodule
`default_nettype wire
`endif
