// Elements of any size at any byte, into the words of a port that writes in bursts; the other bytes are not written.
//
// An element is the low bytes of a word, 0 above them, as are the bits for the bytes above it. `busy`: a request is here.
`ifndef FPDEEP_ALIGN_WRITE_SV
`define FPDEEP_ALIGN_WRITE_SV
`default_nettype none
module fpdeep_align_write #(
    parameter int BYTES = 4
) (
    input  wire               ap_clk,
    input  wire               ap_rst_n,
    input  wire [71:0]        s_tdata,
    input  wire               s_tvalid,
    output wire               s_tready,
    input  wire [9*BYTES-1:0] w_tdata,  // a bit for each byte above the element
    input  wire               w_tvalid,
    output wire               w_tready,
    output wire [63:0]        ask_tdata,   // to the port
    output wire               ask_tvalid,
    input  wire               ask_tready,
    output wire [9*BYTES-1:0] word_tdata,
    output wire               word_tvalid,
    input  wire               word_tready,
    output wire               busy
);
  reg [31:0] left;  // elements of the request
  reg [7:0] size, at;  // bytes of an element; the byte of the word where the next one begins
  reg [8*BYTES-1:0] word;
  reg [BYTES-1:0] enabled;
  reg rest;  // the last element ends in `word`, which has not gone
  wire [7:0] asked_size, asked_first, next_size, next_first;
  wire [31:0] asked_count, next_count;
  wire told, told_ready, next_valid;
  fpdeep_align_ask #(.BYTES(BYTES)) u_ask (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .s_tdata(s_tdata), .s_tvalid(s_tvalid), .s_tready(s_tready),
      .m_tdata(ask_tdata), .m_tvalid(ask_tvalid), .m_tready(ask_tready),
      .size(asked_size), .count(asked_count), .first(asked_first), .valid(told), .ready(told_ready), .busy(busy));
  fpdeep_fifo #(.WIDTH(48), .DEPTH(16), .STORAGE("distributed")) u_requests (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .s_tdata({asked_size, asked_count, asked_first}), .s_tvalid(told),
      .s_tready(told_ready), .m_tdata({next_size, next_count, next_first}), .m_tvalid(next_valid),
      .m_tready(left == 0 & ~rest));

  wire [8:0] behind = 9'(at) + 9'(size);
  wire over = behind >= 9'(BYTES);
  wire ends = left == 1;
  wire full = over | ends;
  wire [16*BYTES-1:0] values = {{(8 * BYTES) {1'b0}}, w_tdata[8*BYTES-1:0]} << {at, 3'b000};
  wire [2*BYTES-1:0] bits = {{BYTES{1'b0}}, w_tdata[9*BYTES-1:8*BYTES]} << at;
  wire ready;
  wire element = w_tvalid & w_tready;
  wire [8*BYTES-1:0] value = word | values[8*BYTES-1:0];
  wire [BYTES-1:0] mask = enabled | bits[BYTES-1:0];
  assign w_tready = left != 0 & ~rest & (~full | ready);
  fpdeep_slice #(.WIDTH(9 * BYTES)) u_out (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .s_tdata(rest ? {enabled, word} : {mask, value}),
      .s_tvalid(rest | (left != 0 & w_tvalid & full)), .s_tready(ready),
      .m_tdata(word_tdata), .m_tvalid(word_tvalid), .m_tready(word_tready));
  always_ff @(posedge ap_clk) begin
    if (left == 0 & ~rest) begin
      {size, at} <= {next_size, next_first};
      word <= '0;
      enabled <= '0;
    end else if (element) begin
      at <= over ? 8'(behind - 9'(BYTES)) : 8'(behind);
      word <= over ? values[16*BYTES-1:8*BYTES] : value;
      enabled <= over ? bits[2*BYTES-1:BYTES] : mask;
    end
    if (!ap_rst_n) begin
      left <= '0;
      rest <= 1'b0;
    end else begin
      if (left == 0 & ~rest) left <= next_valid ? next_count : '0;
      else if (element) left <= left - 1'b1;
      rest <= rest ? ~ready : element & ends & behind > 9'(BYTES);
    end
  end
endmodule
`default_nettype wire
`endif
