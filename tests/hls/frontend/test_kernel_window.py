"""The tests of tests/kernels/test_window.py on the compiled processes."""

from tests.hls.frontend.kernel_bench import kernel_tests

globals().update(kernel_tests("test_window.py"))
