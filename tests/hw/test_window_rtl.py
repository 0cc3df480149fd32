"""The window as RTL: several channel groups, taps one after the other and in parallel, words in parts."""

from tests.hw.kernel_bench import kernel_tests

globals().update(
    kernel_tests("test_window.py", {"test_patches": [0, 2, 16, 18], "test_last_image_needs_no_further_words": [1]})
)
