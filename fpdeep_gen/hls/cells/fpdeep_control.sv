// Block-level protocol of a top: ap_start gives one word of scalar inputs to the kernel, a word back is ap_done.
// OVERLAP: the kernel may take the next start before it is done (ap_ready tells when), else ap_ready comes with ap_done.
// CHAIN: ap_done stays until ap_continue. `made` keeps the last results; `made_valid` marks the cycle they are new in.
`ifndef FPDEEP_CONTROL_SV
`define FPDEEP_CONTROL_SV
`default_nettype none
module fpdeep_control #(
    parameter int GIVEN = 1,
    parameter int MADE = 1,
    parameter bit OVERLAP = 0,
    parameter bit CHAIN = 0
) (
    input  wire             ap_clk,
    input  wire             ap_rst_n,
    input  wire             ap_start,
    input  wire             ap_continue,
    output wire             ap_done,
    output wire             ap_ready,
    output wire             ap_idle,
    input  wire [GIVEN-1:0] given,
    input  wire             given_valid,  // every input that has a handshake is there
    output wire             given_taken,
    output wire [MADE-1:0]  made,
    output wire             made_valid,
    input  wire             busy,         // outputs that wait for an acknowledge, or writes on their way
    output wire [GIVEN-1:0] start_tdata,
    output wire             start_tvalid,
    input  wire             start_tready,
    input  wire [MADE-1:0]  done_tdata,
    input  wire             done_tvalid,
    output wire             done_tready
);
  reg [MADE-1:0] results;
  reg running, finished, told, fresh;  // between start and results; results are there; ap_done was seen; results are new
  reg [15:0] flying;
  wire leave = finished & ~busy & (~CHAIN | ap_continue);
  wire take = done_tvalid & done_tready;

  assign start_tdata = given;
  assign start_tvalid = ap_start & given_valid & (OVERLAP ? flying != '1 : ~running & ~finished);
  assign given_taken = start_tvalid & start_tready;
  assign done_tready = ~finished | leave;
  assign made = results;
  assign made_valid = fresh;
  assign ap_done = finished & ~busy;
  assign ap_ready = OVERLAP ? given_taken : ap_done & ~told;
  assign ap_idle = ~running & ~finished & ~(OVERLAP & flying != 0);

  always_ff @(posedge ap_clk) begin
    if (take) results <= done_tdata;
    fresh <= take;
    if (!ap_rst_n) begin
      running <= 1'b0;
      finished <= 1'b0;
      told <= 1'b0;
      fresh <= 1'b0;
      flying <= '0;
    end else begin
      if (given_taken) running <= 1'b1;
      else if (take) running <= 1'b0;
      if (take) finished <= 1'b1;
      else if (leave) finished <= 1'b0;
      told <= finished & ~leave & (told | ~busy);
      flying <= flying + 16'(given_taken) - 16'(take);
    end
  end
endmodule
`default_nettype wire
`endif
