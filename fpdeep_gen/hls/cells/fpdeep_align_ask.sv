// Requests of elements of any size at any byte: the whole words around each go on, and what lies where in them.
//
// A request of no elements asks for no words. `busy`: a request is here.
`ifndef FPDEEP_ALIGN_ASK_SV
`define FPDEEP_ALIGN_ASK_SV
`default_nettype none
module fpdeep_align_ask #(
    parameter int BYTES = 4
) (
    input  wire        ap_clk,
    input  wire        ap_rst_n,
    input  wire [71:0] s_tdata,   // bytes of an element, the number of elements, the first byte
    input  wire        s_tvalid,
    output wire        s_tready,
    output wire [63:0] m_tdata,   // the number of words above that of the first
    output wire        m_tvalid,
    input  wire        m_tready,
    output wire [7:0]  size,
    output wire [31:0] count,
    output wire [7:0]  first,     // byte of the first word
    output wire        valid,
    input  wire        ready,
    output wire        busy
);
  localparam int LOW = $clog2(BYTES);
  reg [71:0] request;
  reg [31:0] bytes;  // of all elements
  reg here, sized, asked, told;
  wire [7:0] low = request[7:0] & 8'(BYTES - 1);
  wire [31:0] words = bytes == 0 ? 32'd0 : (bytes + 32'(low) + 32'(BYTES - 1)) >> LOW;
  assign s_tready = ~here;
  assign m_tdata = {words, request[31:0] >> LOW};
  assign m_tvalid = here & sized & ~asked;
  assign {size, count} = request[71:32];
  assign first = low;
  assign valid = here & sized & ~told;
  assign busy = s_tvalid | here;
  wire asks = asked | m_tready;
  wire tells = told | ready;
  always_ff @(posedge ap_clk) begin
    if (s_tvalid & s_tready) request <= s_tdata;
    bytes <= request[63:32] * 32'(request[71:64]);
    if (!ap_rst_n) {here, sized, asked, told} <= '0;
    else if (!here) {here, sized, asked, told} <= {s_tvalid, 3'b000};
    else if (!sized) sized <= 1'b1;
    else {here, asked, told} <= asks & tells ? 3'b000 : {1'b1, asks, tells};
  end
endmodule
`default_nettype wire
`endif
