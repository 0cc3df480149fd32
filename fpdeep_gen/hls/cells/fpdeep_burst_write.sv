// Write half of an AXI4 master whose bursts the kernel asks for. A burst goes out when all its elements are here.
//
// A word of `m` for each request, when the responses to all its bursts are back. `busy` until the last one is.
`ifndef FPDEEP_BURST_WRITE_SV
`define FPDEEP_BURST_WRITE_SV
`default_nettype none
module fpdeep_burst_write #(
    parameter int WIDTH = 32,
    parameter int BYTES = 4,
    parameter int BURST = 16
) (
    input  wire                   ap_clk,
    input  wire                   ap_rst_n,
    input  wire [63:0]            base,
    output wire                   busy,
    input  wire [63:0]            s_tdata,
    input  wire                   s_tvalid,
    output wire                   s_tready,
    input  wire [BYTES+WIDTH-1:0] w_tdata,  // a bit for each byte above the element
    input  wire                   w_tvalid,
    output wire                   w_tready,
    output wire                   m_tdata,
    output wire                   m_tvalid,
    input  wire                   m_tready,
    output wire [63:0]            awaddr,
    output wire [7:0]             awlen,
    output wire                   awvalid,
    input  wire                   awready,
    output wire [8*BYTES-1:0]     wdata,
    output wire [BYTES-1:0]       wstrb,
    output wire                   wlast,
    output wire                   wvalid,
    input  wire                   wready,
    input  wire                   bvalid,
    output wire                   bready
);
  localparam int WORD = WIDTH + BYTES;
  wire [8:0] beats;
  wire last, valid, split_busy;
  wire [WORD-1:0] value;
  wire value_valid;
  reg [15:0] here;  // elements in the FIFO
  reg [8:0] left;  // beats of the burst under way
  reg [15:0] open, answered;  // bursts without a response; responses that the kernel has not taken
  wire end_ready, end_last, end_valid;

  wire ready = valid & beats != 0 & left == 0 & here >= 16'(beats) & end_ready;
  wire issue = ready & awready;
  wire nothing = valid & beats == 0 & open == 0;
  wire beat = wvalid & wready;
  wire response = bvalid & bready;
  wire answer = nothing | (response & end_last);
  fpdeep_burst_split #(.BYTES(BYTES), .BURST(BURST)) u_split (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .base(base), .s_tdata(s_tdata), .s_tvalid(s_tvalid), .s_tready(s_tready),
      .address(awaddr), .beats(beats), .last(last), .valid(valid), .taken(issue | nothing), .busy(split_busy));
  fpdeep_fifo #(.WIDTH(WORD), .DEPTH(2 * BURST + 2), .STORAGE("distributed")) u_data (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .s_tdata(w_tdata), .s_tvalid(w_tvalid), .s_tready(w_tready),
      .m_tdata(value), .m_tvalid(value_valid), .m_tready(beat));
  fpdeep_fifo #(.WIDTH(1), .DEPTH(32), .STORAGE("distributed")) u_ends (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .s_tdata(last), .s_tvalid(issue), .s_tready(end_ready),
      .m_tdata(end_last), .m_tvalid(end_valid), .m_tready(bvalid));
  assign awvalid = ready;
  assign awlen = 8'(beats - 1'b1);
  assign wvalid = left != 0 & value_valid;
  assign wlast = left == 1;
  assign wdata = (8 * BYTES)'(value[WIDTH-1:0]);
  assign wstrb = value[WORD-1:WIDTH];
  assign bready = end_valid;
  assign m_tdata = 1'b0;
  assign m_tvalid = answered != 0;
  assign busy = split_busy | open != 0;
  always_ff @(posedge ap_clk) begin
    if (!ap_rst_n) begin
      here <= '0;
      left <= '0;
      open <= '0;
      answered <= '0;
    end else begin
      here <= here + 16'(w_tvalid & w_tready) - 16'(beat);
      left <= issue ? beats : left - 9'(beat);
      open <= open + 16'(issue) - 16'(response);
      answered <= answered + 16'(answer) - 16'(m_tvalid & m_tready);
    end
  end
endmodule
`default_nettype wire
`endif
