"""A latency that no plan of the planner's family goes below at a given interval. docs/planner.md, "Latency", proves it.

What it takes is the order of the layers along the chain, memory and multipliers of the boards, and latencies of links.
Bits on links and waits for rows take no time here.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

from fpdeep_gen.partition.cuts import RAMB36_BITS
from fpdeep_gen.partition.geometry import Geometry, geometries
from fpdeep_gen.partition.model import BalancedPlan, Place
from fpdeep_gen.partition.schemes import BLOCKS, FEWEST_COLUMNS

PRECISE = 1e-4
"""Part of an interval by which a tail may lie below what is proved."""

STEPS = 60
"""Speeds of fully connected engines that are looked at, between which the bound has the better of both ends."""

IN_STEP = 1
"""Boards by which phases of a layer may be behind the others of their group."""


@dataclass(frozen=True)
class LatencyBound:
    """In intervals: the image's last row and the hops to the lowest board with fully connected layers (`forward`), the
    loss and pipelines (`fixed`), both ways through the second of these layers (`flat`), the hops to board `turn`, which
    errors reach before they come to convolutions below the last (`back`), and from then until the last engine is
    through (`tail`). `highest`: board with convolutions; `lowest`: the highest that the lowest board with fully
    connected layers can be."""

    forward: float
    fixed: float
    flat: float
    back: float
    tail: float
    highest: int
    turn: int
    lowest: int

    @property
    def intervals(self) -> float:
        """All of it."""
        return self.forward + self.fixed + self.flat + self.back + self.tail


@dataclass(frozen=True)
class _Chain:
    """Boards and links at an interval: `room`: multiply-accumulates that each board can do of an image; `flat_room`:
    those of fully connected layers whose weights it has memory for; `hops`: cycles from board 0 to each."""

    interval: float
    room: tuple[float, ...]
    flat_room: tuple[float, ...]
    hops: tuple[float, ...]

    def way(self, one: int, other: int) -> float:
        """Intervals that latencies of links between two boards take."""
        return abs(self.hops[one] - self.hops[other]) / self.interval


def latency_bound(plan: BalancedPlan, interval: float | None = None) -> LatencyBound:
    """Of all plans for the network and cluster of `plan`, with its latencies of links and pipelines and with fully
    connected weights in the same memory, at its interval, with pixels that come as soon (or at another): the least of
    all boards that convolutions may end on."""
    geometry, boards = geometries(plan.network), plan.cluster.boards
    intake = interval or plan.prediction.intake
    interval = interval or plan.prediction.interval
    flat = [layer for layer in geometry if layer.flat]
    kept = {
        store.kept: store.width for store in plan.stores if geometry[store.layer].flat and store.place is Place.CHIP
    }
    bits = sum(kept.values())
    words = [board.bram36 * RAMB36_BITS / bits if bits else float("inf") for board in boards]
    room = tuple(board.dsp * interval for board in boards)
    phases = max((len(layer.phases) for layer in flat), default=0)
    flat_room = tuple(min(most, phases * count) for most, count in zip(room, words, strict=True))
    hops = tuple(accumulate((float(link.latency_cycles) for link in plan.links), initial=0.0))
    chain = _Chain(interval, room, flat_room, hops)
    lowest = _lowest(words, sum(layer.layer.weight_count for layer in flat))
    last = next((layer for layer in reversed(geometry) if not layer.flat), None)
    ways = (False, True) if last is not None and last.layer.groups == 1 else (False,)
    found = (
        _bound(plan, geometry, chain, intake / interval, lowest, top, joined)
        for top in range(len(boards))
        if _idle(geometry, chain, top) >= 0
        for joined in ways
    )
    return min(found, key=lambda bound: bound.intervals)


def _lowest(words: Sequence[float], weights: int) -> int:
    """The highest board that the lowest one with fully connected layers can be: it and those above must hold them."""
    above = 0.0
    for board in range(len(words) - 1, 0, -1):
        above += words[board]
        if above >= weights:
            return board
    return 0


def _macs(layers: Iterable[Geometry]) -> float:
    return sum(float(layer.layer.forward_macs * len(layer.phases)) for layer in layers)


def _idle(geometry: Sequence[Geometry], chain: _Chain, top: int) -> float:
    """Multiply-accumulates that boards up to `top`, the highest with convolutions, have multipliers for beyond what
    they must do; those above do what they can of fully connected layers."""
    flat = max(0.0, _macs(layer for layer in geometry if layer.flat) - sum(chain.flat_room[top + 1 :]))
    return sum(chain.room[: top + 1]) - _macs(layer for layer in geometry if not layer.flat) - flat


def _turn(convolutions: Sequence[Geometry], chain: _Chain, top: int, joined: bool) -> int:
    """The board that errors come to, at least, before they reach convolutions below the last: the highest of all that
    the last one has where it is in step with others, else of its first column block or group of channels, which lie
    above all that comes before it."""
    *before, last = convolutions
    if last.layer.conv_columns >= FEWEST_COLUMNS:
        return 0
    if joined:
        return max(0, top - IN_STEP)
    blocks = max((number for number in BLOCKS if 2 * number <= last.layer.out_columns), default=1)
    work = _macs(before) + _macs([last]) / (blocks * last.layer.groups)
    reached = bisect_left(list(accumulate(chain.room)), work)
    return max(0, min(reached, top) - IN_STEP)


def _bound(
    plan: BalancedPlan,
    geometry: Sequence[Geometry],
    chain: _Chain,
    intake: float,
    lowest: int,
    top: int,
    joined: bool,
) -> LatencyBound:
    """With convolutions up to board `top`, and the last of them in step with others (`joined`) or by itself. `intake`:
    part of an interval over which pixels come."""
    flat = [layer for layer in geometry if layer.flat]
    convolutions = [layer for layer in geometry if not layer.flat]
    rows, high = geometry[0].layer.in_rows, max(0, top - IN_STEP)
    turn = _turn(convolutions, chain, top, joined) if convolutions else 0
    low = min(lowest, turn) if flat else high
    forward = intake * (rows - 1) / rows + chain.way(0, high) + chain.way(high, low)
    stages = len(convolutions) + 2 * len(flat)
    fixed = (plan.delays.loss + stages * plan.delays.engine) / chain.interval
    back = chain.way(low, turn) if flat else 0.0
    middle = float(flat[1].layer.forward_macs) if len(flat) > 1 else 0.0
    order = convolutions[-1:] + convolutions[:-1] if joined else convolutions
    after = _Tail(_worked_with_errors(order, convolutions[-1:], chain, top)[:turn], chain, turn)
    both, tail = min(_speeds(middle, _idle(geometry, chain, top), after), key=sum)
    return LatencyBound(forward, fixed, both, back, tail, top, turn, lowest)


def _speeds(middle: float, idle: float, tail: "_Tail") -> Iterator[tuple[float, float]]:
    """What the second fully connected layer, of `middle` multiply-accumulates a phase, and the tail take at least, of
    `idle` to spare, whatever part the layer's engines have of these. It makes its outputs when all inputs are there,
    and has all errors of its inputs only after its work on them: both ways take what a phase takes, a third of an
    interval, or less where engines have more multipliers than three phases in turn keep busy."""
    if not middle:
        yield 0.0, tail.least(idle)
        return
    for less, more in pairwise(part * idle / STEPS for part in range(STEPS + 1)):
        yield 2 * middle / (3 * middle + more), tail.least(idle - less)


class _Tail:
    """From when errors are at board `turn` until the last engine is through: boards lower down get theirs later, and
    have to be faster by as much. `below`: for each board the multiply-accumulates of phases that take errors from other
    convolutions, there and on those below it, at least."""

    def __init__(self, below: Sequence[float], chain: _Chain, turn: int) -> None:
        done = [more - less for less, more in pairwise((0.0, *below))]
        used = [board for board, macs in enumerate(done) if macs > 0]
        self.done = np.array([done[board] for board in used])
        self.late = np.array([chain.way(board, turn) for board in used])

    def least(self, idle: float) -> float:
        """What it takes at least where `idle` multiply-accumulates may go into faster engines."""
        low = float(self.late.max(initial=0.0))
        high = low + 1.0
        while high - low > PRECISE:
            middle = (low + high) / 2
            wasted = float((self.done * (1 / np.minimum(1.0, middle - self.late) - 1)).sum())
            low, high = (middle, high) if wasted > idle else (low, middle)
        return low


def _worked_with_errors(order: Sequence[Geometry], last: Sequence[Geometry], chain: _Chain, top: int) -> list[float]:
    """For each board how many multiply-accumulates of phases that take errors from other convolutions are there or
    below, at least: of the work of all, which lies on the boards in `order`, what boards above, up to `top`, cannot do,
    but for what phases may be behind. Those of the `last` convolution come from elsewhere; where it is the second, the
    first may need errors of its lowest boards alone."""
    ends = list(accumulate((_macs([layer]) for layer in order), initial=0.0))
    others = len(order) - len(last)
    errors = [
        0.0 if layer in last or others < 2 else float(layer.layer.forward_macs * (len(layer.phases) - 1))
        for layer in order
    ]
    found = []
    for board in range(top + 1):
        work = ends[-1] - sum(chain.room[board + 1 : top + 1]) - IN_STEP * chain.room[board]
        done = (
            part * min(1.0, max(0.0, (work - begin) / (end - begin)))
            for part, begin, end in zip(errors, ends, ends[1:], strict=False)
        )
        found.append(sum(done))
    return found
