"""ReLU and pool as RTL, forward with its masks and backward."""

from tests.hw.kernel_bench import kernel_tests

globals().update(kernel_tests("test_relu_pool.py", {"test_forward_and_masks": [1], "test_backward": [1]}))
