"""Weights, gradients and feature caches of each board's shares, in RAMB18s.

A store's words are as wide as its engines' appetite asks and as deep as its block RAMs are: an engine keeps a word of
weights for a whole row of its columns, so the store has as many cycles to hand out the next one (and the gradient
engine as many to add its sums), and the memory may be narrower than the engine.
"""

from collections.abc import Container, Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np

from fpdeep_gen.board.memory import bram18_count
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import Cache, Kept, Phase, Place, Range, Share, Store
from fpdeep_gen.partition.traffic import feature_bits

DEPTHS = (512, 1024, 2048, 4096, 8192, 16384)
"""Depths that block RAMs come in."""


@lru_cache(maxsize=1 << 16)
def packed_bram18(words: int, width: int, least_lanes: int = 1) -> int:
    """RAMB18s of `words` words of `width` bits, at least `least_lanes` of them to a memory word: the best of the
    depths."""
    return sum(joined_bram18((words,), width, least_lanes))


@lru_cache(maxsize=1 << 16)
def joined_bram18(parts: tuple[int, ...], width: int, least_lanes: int = 1) -> tuple[int, ...]:
    """The same of parts that share a memory, each of which begins with a new memory word: what it takes for each of
    them, by its words."""
    whole = sum(parts)
    if whole == 0:
        return (0,) * len(parts)
    counts = []
    for depth in DEPTHS:
        lanes = max(least_lanes, -(-whole // depth))
        counts.append(bram18_count(lanes * width, sum(-(-words // lanes) for words in parts)))
    ends = [min(counts) * words // whole for words in accumulate(parts)]
    return tuple(end - begin for begin, end in pairwise((0, *ends)))


def _total(ranges: Iterable[Range]) -> tuple[tuple[Range, ...], int]:
    """Ranges joined where they touch or overlap, and how much they hold."""
    joined: list[Range] = []
    for part in sorted(ranges):
        if joined and part.begin <= joined[-1].end:
            joined[-1] = Range(joined[-1].begin, max(joined[-1].end, part.end))
        else:
            joined.append(part)
    return tuple(joined), sum(part.size for part in joined)


def _pairs(geometry: Geometry, outputs: Range, inputs: Range) -> int:
    """Channel pairs of a rectangle that lie in one group."""
    layer = geometry.layer
    each_out, each_in = layer.out_channels // layer.groups, layer.in_channels // layer.groups
    return sum(
        max(0, min(outputs.end, (group + 1) * each_out) - max(outputs.begin, group * each_out))
        * max(0, min(inputs.end, (group + 1) * each_in) - max(inputs.begin, group * each_in))
        for group in range(layer.groups)
    )


def _lanes(shares: Iterable[Share]) -> int:
    """Words a cycle that the busiest engine takes."""
    return max((-(-share.multipliers // share.columns.size) for share in shares), default=1)


def stores_of(
    network: Network, geometry: Geometry, board: int, shares: Sequence[Share], weights: Place, gradients: Place
) -> list[Store]:
    """Stores of one layer's shares on one board.

    Weights that forward and backward shares have in common are kept once. What only one of them needs is a copy unless
    its gradient is here.
    """
    formats = network.layers[geometry.index].formats
    summed = any(share.partial for share in shares if share.phase is Phase.FORWARD)
    made = [share for share in shares if share.phase is Phase.FORWARD or share.partial]
    forward, _ = _total(share.outputs for share in made)
    backward = [share for share in shares if share.phase is Phase.BACKWARD]
    by_inputs = [share for share in backward if not share.partial]
    behind, _ = _total(share.inputs for share in by_inputs)
    updated = [share for share in shares if share.phase is Phase.GRADIENT]
    found: list[Store] = []
    whole_in, whole_out = Range(0, geometry.layer.in_channels), Range(0, geometry.layer.out_channels)
    rectangles = [(part, whole_in) for part in forward]
    if summed:
        rectangles = [(whole_out, part) for part in _total(share.inputs for share in made)[0]]
    for part in behind:
        begin = 0
        for gap in (*forward, Range(whole_out.end, whole_out.end)):
            if gap.begin > begin:
                rectangles.append((Range(begin, gap.begin), part))
            begin = gap.end
    lanes = _lanes(share for share in shares if share.phase is Phase.FORWARD)
    if not any(share.in_turn for share in backward):
        lanes += _lanes(backward)
    sizes = tuple(_pairs(geometry, *rectangle) * geometry.taps for rectangle in rectangles)
    counts = joined_bram18(sizes, formats.weight.width, lanes)
    for (outputs, inputs), words, count in zip(rectangles, sizes, counts, strict=True):
        here = any(outputs.within(share.outputs) and inputs.within(share.inputs) for share in updated)
        found.append(
            Store(
                geometry.index,
                board,
                Kept.WEIGHTS,
                outputs,
                inputs,
                words,
                formats.weight.width,
                weights,
                count if weights is Place.CHIP else 0,
                not here,
            )
        )
    by_out = _total(share.outputs for share in updated)[0]
    by_in = _total(share.inputs for share in updated)[0]
    rectangles = [(outputs, inputs) for outputs in by_out for inputs in by_in]
    sizes = tuple(_pairs(geometry, *rectangle) * geometry.taps for rectangle in rectangles)
    counts = joined_bram18(sizes, formats.gradient_width, _lanes(updated))
    for (outputs, inputs), words, count in zip(rectangles, sizes, counts, strict=True):
        found.append(
            Store(
                geometry.index,
                board,
                Kept.GRADIENTS,
                outputs,
                inputs,
                words,
                formats.gradient_width,
                gradients,
                count if gradients is Place.CHIP else 0,
            )
        )
    return found


def caches_of(
    network: Network, geometry: Geometry, shares: Sequence[Share], rows: int, place: Place, kept: Container[int]
) -> list[Cache]:
    """Feature caches of one layer's gradient shares on one board, `rows` deep: rectangles of channels and columns.
    `kept`: tensors whose windows' winners are elsewhere."""
    board, layer = shares[0].board, geometry.layer
    whole = Range(0, layer.in_columns)
    boxes = {(share.inputs, whole if geometry.flat else geometry.inputs_of_sums(share.columns)) for share in shares}
    needed = [box for box in boxes if box[0].size and box[1].size]
    if len(needed) > 1:
        mask = np.zeros((layer.in_channels, layer.in_columns), bool)
        for channels, columns in needed:
            mask[channels.begin : channels.end, columns.begin : columns.end] = True
        needed = rectangles_of(mask)
    width = feature_bits(network, geometry.index, kept)
    found = []
    for channels, columns in needed:
        count = 0
        if place is Place.CHIP:
            count = packed_bram18(rows * channels.size * columns.size, width)
        found.append(Cache(geometry.index, board, channels, columns, rows, width, place, count))
    return found


def rectangles_of(needed: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> list[tuple[Range, Range]]:
    """Rectangles (rows, columns of the array) that hold each true element once: runs of equal rows."""
    found: list[tuple[Range, Range]] = []
    begin = 0
    changes = np.flatnonzero((needed[1:] != needed[:-1]).any(axis=1)) + 1
    for end in (*changes.tolist(), needed.shape[0]):
        line = np.concatenate(([False], needed[begin], [False])).astype(np.int8)
        steps = np.diff(line)
        for first, last in zip(np.flatnonzero(steps == 1).tolist(), np.flatnonzero(steps == -1).tolist(), strict=True):
            found.append((Range(begin, end), Range(first, last)))
        begin = end
    return found
