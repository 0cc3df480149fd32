"""The tests of tests/kernels/test_conv_engine.py on the compiled processes."""

from tests.hls.frontend.kernel_bench import kernel_tests

globals().update(kernel_tests("test_conv_engine.py"))
