"""Places of pooling windows' winners that stay on the boards that need them, rather than travel with features and
errors."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.bounds import bounds_of
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import Phase, Share, Winners
from fpdeep_gen.partition.queues import resident_rows
from fpdeep_gen.partition.steps import errors_used_after
from fpdeep_gen.partition.stores import packed_bram18, rectangles_of
from fpdeep_gen.partition.timing import Timing
from fpdeep_gen.partition.traffic import errors_needed_by, pool_index_bits

Mask: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.bool_]]

BUSY = 0.8
"""Part of the interval that the bound asks of some link from which on winners stay where they can."""

COPIES = 9.0
"""Boards that keep a window's winner, on average, at most."""


def kept_winners(
    network: Network, cluster: Cluster, geometry: Sequence[Geometry], shares: Sequence[Share]
) -> frozenset[int]:
    """Tensors whose winners stay: those between convolutions, of a layer cut so that few boards need a window's error,
    on chains whose links are busy."""
    bounds = bounds_of(network, cluster)
    if bounds.link < BUSY * bounds.work:
        return frozenset()
    pooled = {
        layer.index + 1
        for layer, reader in pairwise(geometry)
        if not reader.flat and pool_index_bits(network, layer.index + 1)
    }
    found = set()
    for tensor in pooled:
        channels, _, columns = network.tensor_shape(tensor)
        copies = sum(int(needed.sum()) for needed in _needed(network, geometry[tensor - 1], shares).values())
        if copies <= COPIES * channels * columns:
            found.add(tensor)
    return frozenset(found)


def winners_of(
    network: Network,
    geometry: Sequence[Geometry],
    shares: Sequence[Share],
    timing: Timing,
    interval: int,
    kept: Iterable[int],
) -> tuple[Winners, ...]:
    """What each board keeps of the tensors `kept`: rectangles of channels and columns of the errors that it needs."""
    found = []
    for tensor in sorted(kept):
        layer, width = geometry[tensor - 1], pool_index_bits(network, tensor)
        for board, needed in sorted(_needed(network, layer, shares).items()):
            rows = _rows(layer, timing, board, interval)
            for channels, columns in rectangles_of(needed):
                bram18 = packed_bram18(rows * channels.size * columns.size, width)
                found.append(Winners(tensor, board, channels, columns, rows, width, bram18))
    return tuple(found)


def _needed(network: Network, layer: Geometry, shares: Sequence[Share]) -> dict[int, Mask]:
    """Elements (channel, column) of the layer's output whose errors each board needs."""
    channels, _, columns = network.tensor_shape(layer.index + 1)
    found: dict[int, Mask] = {}
    for share in shares:
        if share.layer == layer.index and share.phase is not Phase.FORWARD:
            needed = found.setdefault(share.board, np.zeros((channels, columns), bool))
            across = errors_needed_by(layer, share)
            needed[share.outputs.begin : share.outputs.end, across.begin : across.end] = True
    return {board: needed for board, needed in found.items() if needed.any()}


def _rows(layer: Geometry, timing: Timing, board: int, interval: int) -> int:
    """Rows that a board keeps at a time, and one that is coming in."""
    ends = ((Phase.GRADIENT, timing.gradients), (Phase.BACKWARD, timing.backward))
    used = [
        times[layer.index, board][errors_used_after(layer, phase) - 1]
        for phase, times in ends
        if (layer.index, board) in times
    ]
    return resident_rows(timing.begun[layer.index], np.max(used, axis=0), interval) + 1
