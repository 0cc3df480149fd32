// Sends each flit back through a FIFO; takes none out once it has seen STOP_AFTER of them.
module board_1 #(parameter int STOP_AFTER = 1000000) (
    input  logic        ap_clk,
    input  logic        ap_rst_n,
    input  logic [47:0] down_rx_tdata,
    input  logic        down_rx_tvalid,
    output logic        down_rx_tready,
    output logic [47:0] down_tx_tdata,
    output logic        down_tx_tvalid,
    input  logic        down_tx_tready
);
    int unsigned passed;
    logic valid;
    wire open = passed < STOP_AFTER;
    assign down_tx_tvalid = valid && open;
    counted_fifo #(.WIDTH(48), .DEPTH(4)) u_echo (
        .clk(ap_clk), .rst_n(ap_rst_n),
        .in_data(down_rx_tdata), .in_valid(down_rx_tvalid), .in_ready(down_rx_tready),
        .out_data(down_tx_tdata), .out_valid(valid), .out_ready(down_tx_tready && open)
    );
    always_ff @(posedge ap_clk) passed <= !ap_rst_n ? 0 : passed + 32'(down_tx_tvalid && down_tx_tready);
endmodule
