"""The tests of tests/kernels/test_weight_store.py on the compiled processes."""

from tests.hls.frontend.kernel_bench import kernel_tests

globals().update(kernel_tests("test_weight_store.py"))
