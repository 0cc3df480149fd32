"""The end of a mini-batch: what crosses links then, and until when weights are up to date."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

from fpdeep_gen.board.model import Board, Cluster
from fpdeep_gen.partition.buffers import UPDATE_LANE_LUT
from fpdeep_gen.partition.exchange import Exchange
from fpdeep_gen.partition.model import Kept, LinkPlan, Phase, Store
from fpdeep_gen.partition.timing import Timing

UPDATE_LANES, UPDATE_PART = 32, 0.1
"""Weights that a board updates a cycle at a batch's end: at most so many, and in at most this part of its LUTs."""


def with_batch_bits(links: Sequence[LinkPlan], exchange: Exchange) -> tuple[LinkPlan, ...]:
    """The same links with what crosses them once a batch."""
    return tuple(
        replace(link, up_batch_bits=ceil(up), down_batch_bits=ceil(down))
        for link, up, down in zip(links, exchange.up, exchange.down, strict=True)
    )


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


def update_cycles(
    cluster: Cluster, stores: Sequence[Store], links: Sequence[LinkPlan], timing: Timing, round_trip: int
) -> int:
    """From a batch's last gradient to the next batch's first pixel.

    A layer must be through with its update when the next batch's first image reaches it. What crosses links once a
    batch is added whole, with the longest `round_trip` of a sum and its weight.
    """
    begins = {times.layer: times.begin for times in timing.phases if times.phase is Phase.FORWARD}
    start = max((one.end - begins[one.layer] for one in updates(cluster, stores, timing.drains)), default=0.0)
    busiest = (max(link.up_batch_bits, link.down_batch_bits) / link.payload_bits_per_cycle for link in links)
    return ceil(max(0.0, start - timing.drain) + max(busiest, default=0.0) + round_trip)
