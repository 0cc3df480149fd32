// Read half of an AXI4 master: addresses of elements become bursts of consecutive ones, in order.
//
// A burst ends at an element that does not follow, at BURST beats, at a 4 KiB border, or when two cycles bring no further
// address. `hold` keeps bursts back (writes are on their way). Data come through a FIFO of two bursts (SHARED: four).
`ifndef FPDEEP_AXI_READ_SV
`define FPDEEP_AXI_READ_SV
`default_nettype none
module fpdeep_axi_read #(
    parameter int WIDTH = 32,   // of an element
    parameter int BYTES = 4,    // of a beat, a power of two
    parameter int INDEX = 32,   // width of an element's number
    parameter int BURST = 16,
    parameter bit SHARED = 0    // asks for no more than the FIFO of data has room for
) (
    input  wire               ap_clk,
    input  wire               ap_rst_n,
    input  wire [63:0]        base,
    input  wire               hold,
    input  wire [INDEX-1:0]   s_tdata,
    input  wire               s_tvalid,
    output wire               s_tready,
    output wire [WIDTH-1:0]   m_tdata,
    output wire               m_tvalid,
    input  wire               m_tready,
    output wire [63:0]        araddr,
    output wire [7:0]         arlen,
    output wire               arvalid,
    input  wire               arready,
    input  wire [8*BYTES-1:0] rdata,
    input  wire               rvalid,
    output wire               rready
);
  localparam int DEPTH = SHARED ? 4 * BURST : 2 * BURST;
  wire [INDEX-1:0] next_index;
  wire next_valid, next_ready;
  fpdeep_fifo #(.WIDTH(INDEX), .DEPTH(64), .STORAGE("distributed")) u_requests (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .s_tdata(s_tdata), .s_tvalid(s_tvalid), .s_tready(s_tready),
      .m_tdata(next_index), .m_tvalid(next_valid), .m_tready(next_ready));

  reg [63:0] first;
  reg [8:0] beats;  // of the burst that is being put together; 0: none
  reg [1:0] idle;
  reg sending, asked;
  reg [15:0] room;  // words that may still be asked for
  wire [63:0] address = base + 64'(next_index) * 64'(BYTES);
  wire follows = address == first + 64'(beats) * 64'(BYTES) & 32'(beats) < BURST & address[11:0] != 0;
  wire taken = next_valid & ~sending & (beats == 0 | follows);
  wire complete = beats != 0 & ~sending & (next_valid ? ~follows : idle == 2'd2);
  assign next_ready = ~sending & (beats == 0 | follows);
  assign arvalid = sending & (asked | (~hold & (!SHARED | room >= 16'(beats))));
  assign araddr = first;
  assign arlen = 8'(beats - 1'b1);
  always_ff @(posedge ap_clk) begin
    if (taken & beats == 0) first <= address;
    if (!ap_rst_n) begin
      beats <= '0;
      idle <= '0;
      sending <= 1'b0;
      asked <= 1'b0;
      room <= 16'(DEPTH);
    end else begin
      asked <= arvalid & ~arready;
      room <= room - (arvalid & arready ? 16'(beats) : 16'd0) + 16'(m_tvalid & m_tready);
      if (arvalid & arready) begin
        beats <= '0;
        sending <= 1'b0;
      end else begin
        if (taken) beats <= beats + 1'b1;
        if (complete) sending <= 1'b1;
      end
      idle <= next_valid | beats == 0 ? 2'd0 : idle == 2'd2 ? idle : idle + 1'b1;
    end
  end

  fpdeep_fifo #(.WIDTH(WIDTH), .DEPTH(DEPTH), .STORAGE("distributed")) u_data (
      .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .s_tdata(rdata[WIDTH-1:0]), .s_tvalid(rvalid), .s_tready(rready),
      .m_tdata(m_tdata), .m_tvalid(m_tvalid), .m_tready(m_tready));
endmodule
`default_nettype wire
`endif
