"""The tests of tests/kernels/test_link.py on the compiled processes."""

from tests.hls.frontend.kernel_bench import kernel_tests

globals().update(kernel_tests("test_link.py"))
