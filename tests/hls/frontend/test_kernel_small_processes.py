"""The tests of tests/kernels/test_small_processes.py on the compiled processes."""

from tests.hls.frontend.kernel_bench import kernel_tests

globals().update(kernel_tests("test_small_processes.py"))
