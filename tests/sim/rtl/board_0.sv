// Sends each pixel up as a flit of stream 3 and gives back what comes down, with nothing registered in between.
module board_0 (
    input  logic        ap_clk,
    input  logic        ap_rst_n,
    input  logic [39:0] host_pixels_tdata,
    input  logic        host_pixels_tvalid,
    output logic        host_pixels_tready,
    output logic [31:0] host_result_tdata,
    output logic        host_result_tvalid,
    input  logic        host_result_tready,
    output logic [47:0] up_tx_tdata,
    output logic        up_tx_tvalid,
    input  logic        up_tx_tready,
    input  logic [47:0] up_rx_tdata,
    input  logic        up_rx_tvalid,
    output logic        up_rx_tready
);
    assign up_tx_tdata = {8'd3, host_pixels_tdata};
    assign up_tx_tvalid = host_pixels_tvalid && ap_rst_n;
    assign host_pixels_tready = up_tx_tready;
    assign host_result_tdata = up_rx_tdata[31:0];
    assign host_result_tvalid = up_rx_tvalid;
    assign up_rx_tready = host_result_tready;
endmodule
