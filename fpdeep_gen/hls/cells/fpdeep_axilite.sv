// AXI4-Lite slave of a top: the control registers at 0x00 to 0x0c; reads and writes behind them go to the shell.
//
// 0x00 bit 0 ap_start (set by a write, cleared by ap_ready), 1 ap_done (cleared by a read), 2 ap_idle, 3 ap_ready
// (cleared by a read), 7 auto_restart; 0x04 bit 0 global interrupt enable; 0x08 interrupt enable, 0x0c interrupt status
// (bits 0 ap_done, 1 ap_ready; a written 1 toggles the status).
// COUNTED: 0x10 is how many runs an ap_start with auto_restart makes, 0 for no end.
`ifndef FPDEEP_AXILITE_SV
`define FPDEEP_AXILITE_SV
`default_nettype none
module fpdeep_axilite #(
    parameter int ADDRESS = 6,
    parameter bit COUNTED = 0
) (
    input  wire               ap_clk,
    input  wire               ap_rst_n,
    input  wire [ADDRESS-1:0] awaddr,
    input  wire               awvalid,
    output wire               awready,
    input  wire [31:0]        wdata,
    input  wire [3:0]         wstrb,
    input  wire               wvalid,
    output wire               wready,
    output wire [1:0]         bresp,
    output wire               bvalid,
    input  wire               bready,
    input  wire [ADDRESS-1:0] araddr,
    input  wire               arvalid,
    output wire               arready,
    output wire [31:0]        rdata,
    output wire [1:0]         rresp,
    output wire               rvalid,
    input  wire               rready,
    output wire               interrupt,
    output wire               ap_start,
    input  wire               ap_done,
    input  wire               ap_ready,
    input  wire               ap_idle,
    output wire               write,          // to a register of the shell
    output wire [ADDRESS-1:0] write_address,
    output wire [31:0]        write_data,
    output wire [31:0]        write_mask,
    output wire               read,
    output wire [ADDRESS-1:0] read_address,
    input  wire [31:0]        read_data
);
  reg b_valid, r_valid;
  reg [31:0] r_data;
  reg start, done, ready, restart, enabled;
  reg [1:0] enables, status;
  assign awready = awvalid & wvalid & ~b_valid;
  assign wready = awready;
  assign bvalid = b_valid;
  assign bresp = 2'b00;
  assign arready = ~r_valid;
  assign rvalid = r_valid;
  assign rdata = r_data;
  assign rresp = 2'b00;
  assign write = awready;
  assign write_address = {awaddr[ADDRESS-1:2], 2'b00};
  assign write_data = wdata;
  assign write_mask = {{8{wstrb[3]}}, {8{wstrb[2]}}, {8{wstrb[1]}}, {8{wstrb[0]}}};
  assign read = arvalid & arready;
  assign read_address = {araddr[ADDRESS-1:2], 2'b00};
  assign ap_start = start;
  assign interrupt = enabled & |status;

  wire here = write & wstrb[0];
  wire begins = here & write_address == 0 & wdata[0];
  wire again;
  wire [31:0] behind;
  generate
    if (COUNTED) begin : counted
      reg [31:0] runs, left;
      assign again = restart & (runs == 0 | left != 1);
      assign behind = read_address == ADDRESS'(16) ? runs : read_data;
      always_ff @(posedge ap_clk)
        if (!ap_rst_n) begin
          runs <= 32'd0;
          left <= 32'd0;
        end else begin
          if (write & write_address == ADDRESS'(16)) runs <= (wdata & write_mask) | (runs & ~write_mask);
          if (begins) left <= runs;
          else if (ap_ready) left <= left - 32'd1;
        end
    end else begin : endless
      assign again = restart;
      assign behind = read_data;
    end
  endgenerate
  wire read_control = read & read_address == 0;
  wire [31:0] control = {24'd0, restart, 3'd0, ready, ap_idle, done, start};
  always_ff @(posedge ap_clk) begin
    if (read)
      case (read_address)
        ADDRESS'(0): r_data <= control;
        ADDRESS'(4): r_data <= {31'd0, enabled};
        ADDRESS'(8): r_data <= {30'd0, enables};
        ADDRESS'(12): r_data <= {30'd0, status};
        default: r_data <= behind;
      endcase
    if (!ap_rst_n) begin
      b_valid <= 1'b0;
      r_valid <= 1'b0;
      start <= 1'b0;
      done <= 1'b0;
      ready <= 1'b0;
      restart <= 1'b0;
      enabled <= 1'b0;
      enables <= 2'd0;
      status <= 2'd0;
    end else begin
      b_valid <= write | (b_valid & ~bready);
      r_valid <= read | (r_valid & ~rready);
      if (begins) start <= 1'b1;
      else if (ap_ready) start <= again;
      done <= ap_done | (done & ~read_control);
      ready <= ap_ready | (ready & ~read_control);
      if (here & write_address == 0) restart <= wdata[7];
      if (here & write_address == 4) enabled <= wdata[0];
      if (here & write_address == 8) enables <= wdata[1:0];
      status <= (status ^ ({2{here & write_address == 12}} & wdata[1:0])) | (enables & {ap_ready, ap_done});
    end
  end
endmodule
`default_nettype wire
`endif
