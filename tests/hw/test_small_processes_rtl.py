"""Concatenation, split, commands, loads and dumps as RTL."""

from tests.hw.kernel_bench import kernel_tests

globals().update(
    kernel_tests(
        "test_small_processes.py",
        {
            "test_concat_and_split_are_inverse": [],
            "test_every_output_gets_every_command": [],
            "test_load_and_dump_by_counts": [1],
        },
    )
)
