"""Convolution engines as RTL: one with all kinds of partial sums' ports, one whose kernel's taps are parallel."""

from tests.hw.kernel_bench import kernel_tests

globals().update(kernel_tests("test_conv_engine.py", {"test_forward": [1, 4], "test_backward": [0]}))
