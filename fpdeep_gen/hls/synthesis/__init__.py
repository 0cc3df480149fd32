"""Resources of compiled RTL by synthesis with Yosys for a 7-series part, module by module; no place and route."""
