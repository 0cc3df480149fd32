"""Boards for fully connected layers where links have room for their streams."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.flat_memory import FlatMemory
from fpdeep_gen.partition.fully_connected import FlatPiece, bare_shares, spread
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import BalancedPlan, Carried, Share
from fpdeep_gen.partition.traffic import flat_flows

Bits = NDArray[np.float64]

SPARE = (2.5, 1.7, 1.3, 1.06)
"""Times the weights of some layers that the boards which take them have room for."""

WAYS = 20
"""Places that are tried for the layers that do not go to the highest boards."""

FULL = 0.98
"""Part of the interval that the busiest link may take before fewer boards have the weights."""


class FlatLinks:
    """Where the streams of fully connected layers cross the links of a plan, beside those of its convolutions."""

    def __init__(self, network: Network, geometry: Sequence[Geometry], flat: FlatMemory, plan: BalancedPlan) -> None:
        self.network, self.geometry, self.flat = network, geometry, flat
        self.boards = len(plan.cluster.boards)
        self.interval = plan.prediction.interval
        first = min((layer.index for layer in geometry if layer.flat), default=len(geometry))
        self.convolutions = [share for share in plan.shares if share.layer == first - 1]
        self.rates = np.array([link.payload_bits_per_cycle for link in plan.links])
        self.others = np.array(
            [
                [sum(load.bits for load in loads if _stays(load.carried, load.tensor, first)) for loads in both]
                for both in ((link.up, link.down) for link in plan.links)
            ],
            float,
        ).T

    def least(self) -> float:
        """Cycles that the busiest link takes without fully connected layers."""
        return float((self.others / self.rates).max(initial=0.0))

    def busiest(self, room: Sequence[float]) -> float:
        """Cycles that the busiest link takes with weights in proportion to `room`."""
        pieces = spread(self.geometry, room, self.flat.axes)
        return float(((self.others + self._bits(pieces)) / self.rates).max())

    def best(self, words: Sequence[float]) -> tuple[float, ...]:
        """In which proportions boards, which have room for so many weights, best take them: the first layers on the
        highest boards, the others with them or further down, so that a busy link lies between. On as many boards as
        links allow."""
        room = np.array(words)
        ways = dict.fromkeys(tuple(way.tolist()) for spare in SPARE for way in self._ways(room, spare))
        found: list[tuple[float, tuple[float, ...]]] = []
        for way in sorted(ways, key=max):
            busiest = self.busiest(way)
            if busiest <= FULL * self.interval:
                return way
            found.append((busiest, way))
        return min(found, key=lambda entry: entry[0], default=(0.0, tuple(words)))[1]

    def _ways(self, room: Bits, spare: float) -> Iterator[Bits]:
        layers = [layer.layer.weight_count for layer in self.geometry if layer.flat]
        for count in range(len(layers), 0, -1):
            begin = _lowest(room, self.boards, spare * sum(layers[:count]))
            if begin is None:
                continue
            above = _part(room, begin, self.boards, sum(layers[:count]))
            rest = sum(layers[count:])
            if not rest:
                yield above
                continue
            for end in range(begin, 0, -max(1, self.boards // WAYS)):
                low = _lowest(room, end, spare * rest)
                if low is None:
                    break
                yield above + _part(room, low, end, rest)

    def _bits(self, pieces: Sequence[FlatPiece]) -> Bits:
        shares: list[Share] = [*self.convolutions, *bare_shares(self.geometry, pieces)]
        up, down = flat_flows(self.network, self.geometry, shares, self.boards)
        return np.array([up, down], float)


def _stays(carried: Carried, tensor: int, first: int) -> bool:
    return tensor < first or carried is Carried.CONTROL


def _lowest(room: Bits, end: int, wanted: float) -> int | None:
    """The highest board from which on those below `end` have room for `wanted` weights."""
    reached = np.cumsum(room[:end][::-1])
    if not reached.size or reached[-1] < wanted:
        return None
    return end - 1 - int(np.searchsorted(reached, wanted))


def _part(room: Bits, begin: int, end: int, weights: float) -> Bits:
    """So many weights on these boards."""
    found = np.zeros(room.size)
    found[begin:end] = room[begin:end] * (weights / room[begin:end].sum())
    return found
