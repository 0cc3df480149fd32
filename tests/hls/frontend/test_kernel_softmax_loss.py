"""The tests of tests/kernels/test_softmax_loss.py on the compiled processes."""

from tests.hls.frontend.kernel_bench import kernel_tests

globals().update(kernel_tests("test_softmax_loss.py"))
