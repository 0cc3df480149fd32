"""Random pieces of C++ over ap_int, ap_fixed and native integers, each with the operands that it takes.

A piece is the body of a function that takes operands from `in` and gives results to `out`; the reference headers accept
all of them. Divisors are not zero, indices are in range: what is left is defined.
"""

import random
from collections.abc import Callable

from tests.hls.headers.fixed_topics import fixed_binary, fixed_compound, fixed_constant, fixed_conversion, fixed_unary
from tests.hls.headers.integer_topics import (
    binary,
    compound,
    concatenation,
    conversion,
    literals,
    nested,
    reference_binary,
    shift,
    targets,
    unary,
)
from tests.hls.headers.operands import Piece

TOPICS: tuple[Callable[[Piece], None], ...] = (
    binary,
    binary,
    binary,
    reference_binary,
    shift,
    unary,
    compound,
    targets,
    concatenation,
    conversion,
    nested,
    literals,
    fixed_conversion,
    fixed_conversion,
    fixed_conversion,
    fixed_binary,
    fixed_binary,
    fixed_unary,
    fixed_compound,
    fixed_constant,
)


def pieces(seed: int, count: int) -> list[Piece]:
    """`count` pieces, the topics in turn."""
    made = []
    for number in range(count):
        topic = TOPICS[number % len(TOPICS)]
        piece = Piece(random.Random(seed * 1_000_003 + number), topic=topic.__name__)
        topic(piece)
        made.append(piece)
    return made
