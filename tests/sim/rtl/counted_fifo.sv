// A FIFO for tests of the chain, with the counters that the chain reads.
module counted_fifo #(parameter int WIDTH = 8, parameter int DEPTH = 4) (
    input  logic             clk,
    input  logic             rst_n,
    input  logic [WIDTH-1:0] in_data,
    input  logic             in_valid,
    output logic             in_ready,
    output logic [WIDTH-1:0] out_data,
    output logic             out_valid,
    input  logic             out_ready
);
    logic [WIDTH-1:0] memory[DEPTH];
    int unsigned head, tail;
    int unsigned count /*verilator public_flat_rd*/;
    int unsigned peak /*verilator public_flat_rd*/;
    longint unsigned pushed /*verilator public_flat_rd*/;
    longint unsigned full_cycles /*verilator public_flat_rd*/;
    longint unsigned empty_cycles /*verilator public_flat_rd*/;
    wire push = in_valid && in_ready;
    wire pop = out_valid && out_ready;
    assign in_ready = count < DEPTH;
    assign out_valid = count > 0;
    assign out_data = memory[tail % DEPTH];
    always_ff @(posedge clk) begin
        if (!rst_n) begin
            {head, tail, count, peak} <= '0;
            {pushed, full_cycles, empty_cycles} <= '0;
        end else begin
            if (push) memory[head % DEPTH] <= in_data;
            head <= head + 32'(push);
            tail <= tail + 32'(pop);
            count <= count + 32'(push) - 32'(pop);
            pushed <= pushed + 64'(push);
            full_cycles <= full_cycles + 64'(in_valid && !in_ready);
            empty_cycles <= empty_cycles + 64'(out_ready && !out_valid);
            if (count > peak) peak <= count;
        end
    end
endmodule
