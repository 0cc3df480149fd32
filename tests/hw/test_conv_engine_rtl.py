"""Convolution engines as RTL: all kinds of partial sums' ports, parallel taps, words taken and made in parts."""

from tests.hw.kernel_bench import kernel_tests

globals().update(kernel_tests("test_conv_engine.py", {"test_forward": [4, 13, 25, 28], "test_backward": [4]}))
