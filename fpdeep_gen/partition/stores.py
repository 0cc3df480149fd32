"""Weights, gradients and feature caches of each board's shares, in RAMB18s.

A store's words are as wide as its engines' appetite asks and as deep as its block RAMs are: an engine keeps a word of
weights for a whole row of its columns, so the store has as many cycles to hand out the next one (and the gradient
engine as many to add its sums), and the memory may be narrower than the engine.
"""

from collections.abc import Container, Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TypeAlias

import numpy as np

from fpdeep_gen.board.memory import bram18_count
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import Cache, Kept, Phase, Place, Range, Share, Store
from fpdeep_gen.partition.traffic import feature_bits

DEPTHS = (512, 1024, 2048, 4096, 8192, 16384)
"""Depths that block RAMs come in."""

Rectangle: TypeAlias = tuple[Range, Range]
"""Output channels x input channels of a layer's weights."""


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


def _joined(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Ranges joined where they touch or overlap."""
    joined: list[Range] = []
    for part in sorted(ranges):
        if joined and part.begin <= joined[-1].end:
            joined[-1] = Range(joined[-1].begin, max(joined[-1].end, part.end))
        else:
            joined.append(part)
    return tuple(joined)


def _pairs(geometry: Geometry, outputs: Range, inputs: Range) -> int:
    """Channel pairs of a rectangle that lie in one group."""
    layer = geometry.layer
    if layer.groups == 1:
        return outputs.size * inputs.size
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
    updated = [share for share in shares if share.phase is Phase.GRADIENT]
    backward = [share for share in shares if share.phase is Phase.BACKWARD]
    lanes = _lanes(share for share in shares if share.phase is Phase.FORWARD)
    if not any(share.in_turn for share in backward):
        lanes += _lanes(backward)
    needed = _weights_needed(geometry, shares)
    copies = [
        not any(outputs.within(share.outputs) and inputs.within(share.inputs) for share in updated)
        for outputs, inputs in needed
    ]
    by_out, by_in = _joined(share.outputs for share in updated), _joined(share.inputs for share in updated)
    summed = [(outputs, inputs) for outputs in by_out for inputs in by_in]
    return [
        *_one_memory(geometry, board, Kept.WEIGHTS, needed, formats.weight.width, lanes, weights, copies),
        *_one_memory(
            geometry,
            board,
            Kept.GRADIENTS,
            summed,
            formats.gradient_width,
            _lanes(updated),
            gradients,
            [False] * len(summed),
        ),
    ]


def _weights_needed(geometry: Geometry, shares: Sequence[Share]) -> list[Rectangle]:
    """Weights that the forward phase needs, and those that the backward phase needs besides. Backward shares that make
    partial sums have weights by outputs, as forward ones; forward shares that do, by inputs."""
    whole_in, whole_out = Range(0, geometry.layer.in_channels), Range(0, geometry.layer.out_channels)
    made = [share for share in shares if share.phase is Phase.FORWARD or share.partial]
    forward = _joined(share.outputs for share in made)
    found = [(part, whole_in) for part in forward]
    if any(share.partial for share in shares if share.phase is Phase.FORWARD):
        found = [(whole_out, part) for part in _joined(share.inputs for share in made)]
    for part in _joined(share.inputs for share in shares if share.phase is Phase.BACKWARD and not share.partial):
        begin = 0
        for gap in (*forward, Range(whole_out.end, whole_out.end)):
            if gap.begin > begin:
                found.append((Range(begin, gap.begin), part))
            begin = gap.end
    return found


def _one_memory(
    geometry: Geometry,
    board: int,
    kept: Kept,
    rectangles: Sequence[Rectangle],
    width: int,
    lanes: int,
    place: Place,
    copies: Sequence[bool],
) -> list[Store]:
    """A store for each rectangle of words of `width` bits; together they are one memory that gives `lanes` a cycle."""
    sizes = tuple(_pairs(geometry, *rectangle) * geometry.taps for rectangle in rectangles)
    counts = joined_bram18(sizes, width, lanes)
    return [
        Store(
            geometry.index,
            board,
            kept,
            outputs,
            inputs,
            words,
            width,
            place,
            count if place is Place.CHIP else 0,
            is_copy,
        )
        for (outputs, inputs), words, count, is_copy in zip(rectangles, sizes, counts, copies, strict=True)
    ]


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
