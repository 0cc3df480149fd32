"""From HLS C++ to SystemVerilog: front end, scheduling, emission; and headers for native simulation."""
