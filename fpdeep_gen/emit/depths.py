"""Depths of FIFOs that the plan doesn't decide, each with its reason."""

from fpdeep_gen.emit.network import Storage

LINK_WORD_DEPTH = 2
"""Beside `pack` and `unpack`: they take or give a word every few cycles, so two words cover the hand-over."""

STAGE_DEPTH = 4
"""Between two processes that both move a word a cycle: covers the registers of a FIFO's two ends."""

PATCH_DEPTH = 4
"""Patches are the widest words of a board, and the window makes one a cycle whenever the engine takes one."""

COMMAND_DEPTH = 4
"""Fast processes may run a few commands ahead of slow ones, so that a batch begins before the last has drained."""

WEIGHT_CREDITS = 16
"""Weight words in flight to an engine: more than the round trip store -> engine -> credit -> store, since a fully
connected layer takes a new word every cycle."""

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

ROW_DEPTH_LIMIT = 64
"""Where an engine gives a row in a burst to a slower reader, a FIFO takes the row, up to what LUT memory holds."""

LUTRAM_DEPTH_LIMIT = 64
"""Deepest FIFO in LUT memory: one LUT a bit (UG474); a deeper one goes to block RAM."""


def row_depth(words: int) -> int:
    """Depth of a FIFO that is to take a row of `words` words."""
    return max(STAGE_DEPTH, min(words, ROW_DEPTH_LIMIT))


def storage(depth: int) -> Storage:
    """What a FIFO of `depth` words is built of."""
    return Storage.BRAM if depth > LUTRAM_DEPTH_LIMIT else Storage.LUTRAM
