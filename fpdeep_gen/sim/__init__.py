"""Simulation: the emitted C++ run natively, the RTL of all boards in lockstep, and their comparison with golden."""
