"""The end of a mini-batch: what crosses links then, and until when weights are up to date."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.board.model import Board, Cluster
from fpdeep_gen.partition.buffers import UPDATE_LANE_LUT
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import Kept, LinkPlan, Phase, Store
from fpdeep_gen.partition.timing import Timing

UPDATE_LANES, UPDATE_PART = 32, 0.1
"""Weights that a board updates a cycle at a batch's end: at most so many, and in at most this part of its LUTs."""


def with_batch_bits(
    links: Sequence[LinkPlan], geometry: Sequence[Geometry], stores: Sequence[Store]
) -> tuple[LinkPlan, ...]:
    """The same links with what crosses them once a batch."""
    up, down = batch_bits(geometry, stores, len(links))
    return tuple(
        replace(link, up_batch_bits=int(up[link.index]), down_batch_bits=int(down[link.index])) for link in links
    )


def batch_bits(
    geometry: Sequence[Geometry], stores: Sequence[Store], links: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bits that cross each link once a batch, up and down.

    Where several boards keep gradients of the same weights, these are added up along the chain (up) and the new
    weights come back (down). Weights that are updated on one board and kept on others too go there.
    """
    up, down = np.zeros(max(0, links)), np.zeros(max(0, links))
    by_layer: dict[int, tuple[list[Store], list[Store]]] = {}
    for store in stores:
        kept = by_layer.setdefault(store.layer, ([], []))
        kept[0 if store.kept is Kept.WEIGHTS else 1].append(store)
    for layer, (weights, gradients) in by_layer.items():
        whole = geometry[layer].layer.weight_count
        boards = sorted({store.board for store in (*weights, *gradients)})
        total = max(1, sum(store.words for store in gradients))
        for link in range(boards[0], boards[-1]):
            below = sum(store.words for store in gradients if store.board <= link)
            above = total - below
            copies_below = sum(store.words * store.width for store in weights if store.board <= link and store.is_copy)
            copies_above = sum(store.words * store.width for store in weights if store.board > link and store.is_copy)
            both = max(0, min(below, whole) + min(above, whole) - whole)
            up[link] += both * gradients[0].width + copies_above * below / total
            down[link] += both * weights[0].width + copies_below * above / total
    return up, down


def update_lanes(board: Board) -> int:
    """Weights that a board updates a cycle."""
    return max(1, min(UPDATE_LANES, int(board.lut * UPDATE_PART / UPDATE_LANE_LUT)))


@dataclass(frozen=True)
class Update:
    """When a board updates its weights of a layer."""

    board: int
    layer: int
    begin: float
    end: float


def updates(cluster: Cluster, stores: Sequence[Store], ends: Mapping[int, float]) -> Iterator[Update]:
    """Updates of all boards by board and time: each updates its layers in the order in which their gradients are
    complete (`ends`, by layer), `update_lanes` weights a cycle."""
    words: dict[int, dict[int, int]] = {}
    for store in stores:
        if store.kept is Kept.GRADIENTS:
            of_board = words.setdefault(store.board, {})
            of_board[store.layer] = of_board.get(store.layer, 0) + store.words
    for board, of_board in sorted(words.items()):
        free, lanes = 0.0, update_lanes(cluster.boards[board])
        for layer in sorted(of_board, key=lambda layer: ends[layer]):
            begin = max(free, ends[layer])
            free = begin + of_board[layer] / lanes
            yield Update(board, layer, begin, free)


def update_cycles(cluster: Cluster, stores: Sequence[Store], links: Sequence[LinkPlan], timing: Timing) -> int:
    """From a batch's last gradient to the next batch's first pixel.

    A layer must be through with its update when the next batch's first image reaches it. What crosses links once a
    batch is added whole.
    """
    begins = {times.layer: times.begin for times in timing.phases if times.phase is Phase.FORWARD}
    start = max((one.end - begins[one.layer] for one in updates(cluster, stores, timing.drains)), default=0.0)
    busiest = (max(link.up_batch_bits, link.down_batch_bits) / link.payload_bits_per_cycle for link in links)
    latency = sum(link.latency_cycles for link in links)
    return ceil(max(0.0, start - timing.drain) + max(busiest, default=0.0) + latency)
