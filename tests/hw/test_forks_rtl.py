"""Forks as RTL: the cache sees trained images alone."""

from tests.hw.kernel_bench import kernel_tests

globals().update(kernel_tests("test_forks.py", {"test_cache_gets_trained_images_only": [0, 1], "test_duplicate": []}))
