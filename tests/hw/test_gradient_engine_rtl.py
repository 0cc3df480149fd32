"""The gradient engine as RTL: two mini-batches, with channels that do not fill their lanes; words taken in parts."""

from tests.hw.kernel_bench import kernel_tests

globals().update(kernel_tests("test_gradient_engine.py", {"test_mini_batches": [1, 8]}))
