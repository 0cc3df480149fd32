// Register slice of two words for a port of the top: no path from one handshake signal to the other.
`ifndef FPDEEP_SLICE_SV
`define FPDEEP_SLICE_SV
`default_nettype none
module fpdeep_slice #(
    parameter int WIDTH = 16
) (
    input  wire             ap_clk,
    input  wire             ap_rst_n,
    input  wire [WIDTH-1:0] s_tdata,
    input  wire             s_tvalid,
    output wire             s_tready,
    output wire [WIDTH-1:0] m_tdata,
    output wire             m_tvalid,
    input  wire             m_tready
);
  reg [WIDTH-1:0] out, spare;
  reg out_valid, spare_valid;
  assign s_tready = ~spare_valid;
  assign m_tdata = out;
  assign m_tvalid = out_valid;
  wire push = s_tvalid & ~spare_valid;
  wire vacant = ~out_valid | m_tready;
  always_ff @(posedge ap_clk) begin
    if (!ap_rst_n) begin
      out_valid <= 1'b0;
      spare_valid <= 1'b0;
    end else if (vacant) begin
      out_valid <= spare_valid | push;
      spare_valid <= 1'b0;
    end else if (push) begin
      spare_valid <= 1'b1;
    end
  end
  always_ff @(posedge ap_clk) begin
    if (push) spare <= s_tdata;
    if (vacant) out <= spare_valid ? spare : s_tdata;
  end
endmodule
`default_nettype wire
`endif
