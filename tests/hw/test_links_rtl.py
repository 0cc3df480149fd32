"""Both ends of a link as RTL: words of three flits, words that fill two flits exactly, the sender and its credits, the
receiver; random stalls on every stream."""

from tests.hw.kernel_bench import kernel_tests

globals().update(
    kernel_tests(
        "test_link.py",
        {
            "test_words_and_flits": [0, 10],
            "test_sender_goes_on_with_gained_credits": [],
            "test_receiver_sorts_flits": [],
        },
    )
)
