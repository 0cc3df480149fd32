"""Depths of FIFOs, each with its reason, beside those that are the planner's (plan/depths.py)."""

from fpdeep_gen.board.memory import LUTRAM_DEPTH
from fpdeep_gen.emit.network import Storage
from fpdeep_gen.plan.depths import STAGE_DEPTH

LINK_WORD_DEPTH = 2
"""Beside `pack` and `unpack`: they take or give a word every few cycles, so two words cover the hand-over."""

GRADIENT_DEPTH = 4
"""Gradient engine and weight store move a word of gradients a cycle."""

WEIGHT_STREAM_DEPTH = 4
"""Loaded and dumped weights: no speed is asked of them."""

LABEL_DEPTH = 16
"""Labels run ahead of their images, which are still in the layers below."""

RESULT_DEPTH = 4
"""One word an image."""

FREED_DEPTH = 4
"""`link_tx` takes a token from each `unpack` every cycle."""

PAYLOAD_DEPTH = 2
"""Between `pack` and `link_tx`."""

ROW_DEPTH_LIMIT = 32
"""Where a process gives a row in a burst to a slower one, a FIFO takes the row, up to what costs no more LUT memory
than the smallest FIFO (plan/memory.py)."""


def row_depth(words: int) -> int:
    """Depth of a FIFO that is to take a row of `words` words."""
    return max(STAGE_DEPTH, min(words, ROW_DEPTH_LIMIT))


def storage(depth: int) -> Storage:
    """What a FIFO of `depth` words is built of."""
    return Storage.BRAM if depth > LUTRAM_DEPTH else Storage.LUTRAM
