"""Rows of tensors on their way along the chain: when they are on each board, and what of them waits in FIFOs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np

from fpdeep_gen.partition.model import Carried, LinkLoad, LinkPlan, Waits
from fpdeep_gen.partition.steps import Rows, Times
from fpdeep_gen.partition.waiting import Crossing, Pace, most_early, most_waiting
from fpdeep_gen.partition.ways import Hop, Key, Way

Place: TypeAlias = tuple[int, Key, Waits]
"""A board, a tensor's stream, and where on the board it waits."""


@dataclass(frozen=True)
class Made:
    """When the first bits of rows are there on each board that has a part of them, and when they are whole. `early`:
    the first bits that the fastest of a board's engines makes. `least`: by board, rows that wait at least where any do:
    a batch's first images find engines idle, and are made sooner than those behind them. `more`: rows by which more may
    wait then where engines take turns: a turn of another phase falls before a row that it falls behind later."""

    first: Rows
    whole: Rows
    early: Rows
    least: Mapping[int, float] = field(default_factory=dict)
    more: float = 0.0

    def room(self, board: int) -> "Room":
        """For what the board makes."""
        return Room(self.least.get(board, 0.0), self.more)


class Room(NamedTuple):
    """Rows that are taken to wait: those of the full pipeline and `more`, and `least` at least."""

    least: float = 0.0
    more: float = 0.0

    def rows(self, waiting: float) -> float:
        return max(waiting + self.more, self.least)


def at_once(whole: Rows) -> Made:
    """Rows of which no bit is there before the last."""
    return Made(whole, whole, whole)


class _Leg(NamedTuple):
    """A hop with the cycles of an image's rows and the latency of its link, for each row those of the rows up to it
    (`worked`); `few`: cycles in which no more comes than the FIFO behind the link holds anyway."""

    hop: Hop
    cycles: float
    latency: float
    worked: Times
    few: float


@dataclass(frozen=True)
class _Come:
    """What came over links of one direction, by receiving board. `few`: cycles in which no more comes than the FIFO
    behind each link holds anyway."""

    first: Rows
    whole: Rows
    few: dict[int, float]


def moves_together(key: Key, first_flat: int) -> bool:
    """Whether rows of several images move together where images share a read of weights: those of vectors, and of the
    errors of fully connected layers' inputs."""
    carried, tensor = key
    return tensor > first_flat or (tensor == first_flat and carried in (Carried.ERROR, Carried.PARTIAL))


class Transport:
    """Streams over links, behind each of which a stream has room for `least` bits. `firsts`: when the first bits of the
    rows of a tensor are there on each board that needs them."""

    def __init__(
        self,
        rows: Sequence[int],
        found: dict[Key, Way],
        links: Sequence[LinkPlan],
        least: Sequence[int],
        interval: int,
        first_flat: int,
    ) -> None:
        self.ways, self.interval, self.first_flat = found, interval, first_flat
        loads = {
            (load.carried, load.tensor, up, link.index): load
            for link in links
            for up, direction in ((True, link.up), (False, link.down))
            for load in direction
        }
        self.legs: dict[tuple[Key, bool], list[_Leg]] = {}
        for key, way in found.items():
            for up, hops in ((True, way.up), (False, way.down)):
                self.legs[key, up] = [
                    _leg(hop, loads[*key, up, hop.link], links[hop.link], rows[key[1]], least[hop.link]) for hop in hops
                ]
        self.in_turn = False
        self.links_free: dict[tuple[Key, bool, int], float] = {}
        self.crossings: list[tuple[Place, Room, Crossing]] = []
        self.joins: list[tuple[Place, Room, Crossing]] = []
        self.firsts: dict[Key, Rows] = {}

    def moved(self, key: Key, made: Made, images: int) -> Rows:
        """When rows are whole on the boards that need them, from when boards have made their parts; `images` of them
        move together if any do."""
        images = images if moves_together(key, self.first_flat) else 1
        below, above = (self._carried(key, made, up, images) for up in (True, False))
        there = self._joined(key, made.whole, below.whole, above.whole)
        self.firsts[key] = self._first(key, made.early, below.first, above.first)
        period = images * self.interval
        for take in self.ways[key].takes:
            times, board = there[take.board], take.board
            if take.own:
                own = Crossing(Pace(made.early[board], made.whole[board]), Pace(times, times), period)
                self.joins.append(((board, key, Waits.MADE), made.room(board), own))
            for taken, come, place in ((take.below, below, Waits.FROM_BELOW), (take.above, above, Waits.FROM_ABOVE)):
                if taken:
                    parts = Pace(come.first[board], come.whole[board])
                    join = Crossing(parts, Pace(times, times), period, come.few[board])
                    self.joins.append(((board, key, place), Room(), join))
        return there

    def summed(self, key: Key, made: Made, images: int) -> Made:
        """When sums are there on the board where they meet."""
        images = images if moves_together(key, self.first_flat) else 1
        below, above = (self._carried(key, made, up, images) for up in (True, False))
        first = self._joined(key, made.first, below.first, above.first)
        whole = self._joined(key, made.whole, below.whole, above.whole)
        period = images * self.interval
        for board, times in first.items():
            gone = Pace(times, whole[board])
            if board in made.whole:
                own = Crossing(Pace(made.early[board], made.whole[board]), gone, period)
                self.crossings.append(((board, key, Waits.MADE), made.room(board), own))
            for place, come in ((Waits.FROM_BELOW, below), (Waits.FROM_ABOVE, above)):
                if board in come.whole:
                    parts = Pace(come.first[board], come.whole[board])
                    crossing = Crossing(parts, gone, period, come.few[board])
                    self.crossings.append(((board, key, place), Room(), crossing))
        return Made(first, whole, first)

    def waiting(self) -> dict[Place, float]:
        """Rows (of as many images as move together) that wait at most of all that has moved."""
        found: dict[Place, float] = {}
        moved = most_waiting([crossing for *_, crossing in self.crossings]).tolist()
        joined = most_early([join for *_, join in self.joins]).tolist()
        waits = [(place, room.rows(rows)) for (place, room, _), rows in zip(self.crossings, moved, strict=True)]
        waits += [(place, room.rows(rows)) for (place, room, _), rows in zip(self.joins, joined, strict=True) if rows]
        for place, rows in waits:
            if rows > found.get(place, 0.0):
                found[place] = rows
        return found

    def _joined(self, key: Key, own: Rows, below: Rows, above: Rows) -> Rows:
        result: Rows = {}
        for take in self.ways[key].takes:
            times = own[take.board] if take.own else below[take.board] if take.below else above[take.board]
            if take.own and take.below:
                times = np.maximum(times, below[take.board])
            if take.above and (take.own or take.below):
                times = np.maximum(times, above[take.board])
            result[take.board] = times
        return result

    def _first(self, key: Key, own: Rows, below: Rows, above: Rows) -> Rows:
        found: Rows = {}
        for take in self.ways[key].takes:
            sides = ((take.own, own), (take.below, below), (take.above, above))
            first, *others = (times[take.board] for takes, times in sides if takes)
            for times in others:
                first = np.minimum(first, times)
            found[take.board] = first
        return found

    def _carried(self, key: Key, made: Made, up: bool, images: int) -> _Come:
        """When rows come in over links, at the receiving boards."""
        firsts: Rows = {}
        result: Rows = {}
        few: dict[int, float] = {}
        whole = begun = np.zeros(0)
        period, since, came = images * self.interval, 0.0, Waits.FROM_BELOW if up else Waits.FROM_ABOVE
        for leg in self.legs[key, up]:
            hop, cycles, worked = leg.hop, images * leg.cycles, images * leg.worked if images > 1 else leg.worked
            sender, receiver = (hop.link, hop.link + 1) if up else (hop.link + 1, hop.link)
            if hop.passing and hop.own:
                ready, here = np.maximum(begun, made.first[sender]), np.maximum(whole, made.whole[sender])
            elif hop.passing:
                ready, here = begun, whole
            else:
                ready, here = made.first[sender], made.whole[sender]
            ends = np.maximum(ready + cycles, here)
            ends -= worked
            np.maximum.accumulate(ends, out=ends)
            ends += worked
            place = key, up, hop.link
            before = self.links_free[place] if self.in_turn else ends[-1] - period
            np.maximum(ends, worked + before, out=ends)
            self.links_free[place] = float(ends[-1])
            begins = np.empty_like(ends)
            begins[0], begins[1:] = before, ends[:-1]
            np.maximum(ready, begins, out=begins)
            gone = Pace(begins, ends)
            if hop.passing:
                passing = Crossing(Pace(begun, whole), gone, period, since)
                self.crossings.append(((sender, key, came), Room(), passing))
            if hop.own:
                own = Crossing(Pace(made.early[sender], made.whole[sender]), gone, period)
                self.crossings.append(((sender, key, Waits.MADE), made.room(sender), own))
            begun, whole, since = begins + leg.latency, ends + leg.latency, leg.few
            firsts[receiver], result[receiver], few[receiver] = begun, whole, since
        return _Come(firsts, result, few)


def _leg(hop: Hop, load: LinkLoad, link: LinkPlan, rows: int, least: int) -> _Leg:
    cycles = load.bits / rows / load.bits_per_cycle
    worked = cycles * np.arange(1, rows + 1, dtype=np.float64)
    return _Leg(hop, cycles, link.latency_cycles, worked, least / load.bits_per_cycle)
