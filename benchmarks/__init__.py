"""Measurements of the toolchain itself: `python -m benchmarks.run`."""
