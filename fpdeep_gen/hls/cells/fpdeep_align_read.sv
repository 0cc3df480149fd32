// Elements of any size at any byte, out of the words of a port that reads in bursts.
//
// An element is the low bytes of a word; what is above them says nothing. Two words at most hold it.
`ifndef FPDEEP_ALIGN_READ_SV
`define FPDEEP_ALIGN_READ_SV
`default_nettype none
module fpdeep_align_read #(
    parameter int BYTES = 4
) (
    input  wire               ap_clk,
    input  wire               ap_rst_n,
    input  wire [71:0]        s_tdata,
    input  wire               s_tvalid,
    output wire               s_tready,
    output wire [8*BYTES-1:0] m_tdata,
    output wire               m_tvalid,
    input  wire               m_tready,
    output wire [63:0]        ask_tdata,   // to the port
    output wire               ask_tvalid,
    input  wire               ask_tready,
    input  wire [8*BYTES-1:0] word_tdata,  // from the port
    input  wire               word_tvalid,
    output wire               word_tready
);
  reg [31:0] left;  // elements of the request
  reg [7:0] size, at;  // bytes of an element; the byte of `word` where the next one begins
  reg [8*BYTES-1:0] word;
  reg held;
  wire [7:0] asked_size, asked_first, next_size, next_first;
  wire [31:0] asked_count, next_count;
  wire told, told_ready, next_valid, unused_busy;
  fpdeep_align_ask #(.BYTES(BYTES)) u_ask (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .s_tdata(s_tdata), .s_tvalid(s_tvalid), .s_tready(s_tready),
      .m_tdata(ask_tdata), .m_tvalid(ask_tvalid), .m_tready(ask_tready),
      .size(asked_size), .count(asked_count), .first(asked_first), .valid(told), .ready(told_ready),
      .busy(unused_busy));
  fpdeep_fifo #(.WIDTH(48), .DEPTH(16), .STORAGE("distributed")) u_requests (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .s_tdata({asked_size, asked_count, asked_first}), .s_tvalid(told),
      .s_tready(told_ready), .m_tdata({next_size, next_count, next_first}), .m_tvalid(next_valid),
      .m_tready(left == 0));

  wire [8:0] behind = 9'(at) + 9'(size);
  wire beyond = behind > 9'(BYTES);  // the element ends in the word behind
  wire over = behind >= 9'(BYTES);
  wire ends = left == 1;
  wire valid = left != 0 & held & (~beyond | word_tvalid);
  wire ready;
  wire element = valid & ready;
  wire load = left != 0 & ~held;
  wire more = element & over & (beyond | ~ends);
  wire [16*BYTES-1:0] both = {word_tdata, word} >> {at, 3'b000};
  assign word_tready = load | more;
  fpdeep_slice #(.WIDTH(8 * BYTES)) u_out (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .s_tdata(both[8*BYTES-1:0]), .s_tvalid(valid), .s_tready(ready),
      .m_tdata(m_tdata), .m_tvalid(m_tvalid), .m_tready(m_tready));
  always_ff @(posedge ap_clk) begin
    if (word_tready) word <= word_tdata;
    if (left == 0) {size, at} <= {next_size, next_first};
    else if (element) at <= over ? 8'(behind - 9'(BYTES)) : 8'(behind);
    if (!ap_rst_n) begin
      left <= '0;
      held <= 1'b0;
    end else begin
      if (left == 0) left <= next_valid ? next_count : '0;
      else if (element) left <= left - 1'b1;
      if (load) held <= word_tvalid;
      else if (element & ends) held <= 1'b0;
      else if (more) held <= word_tvalid;
    end
  end
endmodule
`default_nettype wire
`endif
