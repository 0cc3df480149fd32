"""Weight stores as RTL: LOAD, TRAIN, INFER and DUMP in turn."""

from tests.hw.kernel_bench import kernel_tests

globals().update(kernel_tests("test_weight_store.py", {"test_commands_in_turn": [1, 7]}))
