// First-in first-out buffer of exactly DEPTH words with a registered output, one word a cycle.
// STORAGE "block" keeps the words in block RAM (two cycles from input to output), "distributed" in LUT RAM (one cycle).
`ifndef FPDEEP_FIFO_SV
`define FPDEEP_FIFO_SV
`default_nettype none
module fpdeep_fifo #(
    parameter int WIDTH = 16,
    parameter int DEPTH = 2,
    parameter     STORAGE = "distributed"
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
  localparam int COUNT_WIDTH = $clog2(DEPTH + 1);
  localparam int ADDRESS_WIDTH = DEPTH > 1 ? $clog2(DEPTH) : 1;
  localparam bit [ADDRESS_WIDTH-1:0] LAST = ADDRESS_WIDTH'(DEPTH - 1);

`ifdef FPDEEP_SIM
  reg [31:0] count /*verilator public_flat_rd*/;
`else
  reg [COUNT_WIDTH-1:0] count;  // words in the memory and in the output register
`endif
  reg not_full, out_valid;
  reg [WIDTH-1:0] out;
  reg [ADDRESS_WIDTH-1:0] write_address, read_address;
  wire push = s_tvalid & not_full;
  wire pop = out_valid & m_tready;
  wire vacant = ~out_valid | m_tready;  // the output register takes a word at the end of this cycle
  wire any_stored, fetch, store;            // words in the memory; memory -> output; input -> memory

  assign s_tready = not_full;
  assign m_tdata = out;
  assign m_tvalid = out_valid;

  reg [COUNT_WIDTH-1:0] stored;  // words in the memory
  assign any_stored = stored != 0;
  assign fetch = any_stored & vacant;

  always_ff @(posedge ap_clk) begin
    if (!ap_rst_n) begin
      count <= 0;
      not_full <= 1'b1;
      stored <= 0;
      write_address <= 0;
      read_address <= 0;
    end else begin
      if (push & ~pop) begin
        count <= count + 1;
        not_full <= 32'(count) != DEPTH - 1;
      end else if (pop & ~push) begin
        count <= count - 1;
        not_full <= 1'b1;
      end
      if (store & ~fetch) stored <= stored + 1'b1;
      else if (fetch & ~store) stored <= stored - 1'b1;
      if (store) write_address <= write_address == LAST ? '0 : write_address + 1'b1;
      if (fetch) read_address <= read_address == LAST ? '0 : read_address + 1'b1;
    end
  end

  generate
    if (STORAGE == "block") begin : g_block
      (* ram_style = "block" *) reg [WIDTH-1:0] words[0:DEPTH-1];
      assign store = push;
      always_ff @(posedge ap_clk) begin
        if (push) words[write_address] <= s_tdata;
        if (fetch) out <= words[read_address];
      end
      always_ff @(posedge ap_clk) begin
        if (!ap_rst_n) out_valid <= 1'b0;
        else if (vacant) out_valid <= any_stored;
      end
    end else begin : g_distributed
      (* ram_style = "distributed" *) reg [WIDTH-1:0] words[0:DEPTH-1];
      wire pass = push & vacant & ~any_stored;  // straight into the output register
      assign store = push & ~pass;
      always_ff @(posedge ap_clk) begin
        if (store) words[write_address] <= s_tdata;
        if (fetch) out <= words[read_address];
        else if (pass) out <= s_tdata;
      end
      always_ff @(posedge ap_clk) begin
        if (!ap_rst_n) out_valid <= 1'b0;
        else if (vacant) out_valid <= any_stored | push;
      end
    end
  endgenerate

`ifdef FPDEEP_SIM
  reg [63:0] pushed /*verilator public_flat_rd*/;
  reg [31:0] peak /*verilator public_flat_rd*/;
  reg [63:0] full_cycles /*verilator public_flat_rd*/;   // the writer had a word and no room
  reg [63:0] empty_cycles /*verilator public_flat_rd*/;  // the reader wanted a word and there was none
  always_ff @(posedge ap_clk) begin
    if (!ap_rst_n) begin
      pushed <= 0;
      peak <= 0;
      full_cycles <= 0;
      empty_cycles <= 0;
    end else begin
      if (push) begin
        pushed <= pushed + 1;
        if (~pop & count >= peak) peak <= count + 1;
      end
      if (s_tvalid & ~not_full) full_cycles <= full_cycles + 1;
      if (m_tready & ~out_valid) empty_cycles <= empty_cycles + 1;
    end
  end
`endif
endmodule
`default_nettype wire
`endif
