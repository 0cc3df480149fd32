"""SystemVerilog and reports from a scheduled module."""
