"""The loss as RTL."""

from tests.hw.kernel_bench import kernel_tests

globals().update(kernel_tests("test_softmax_loss.py", {"test_images": [0]}))
