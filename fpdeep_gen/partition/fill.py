"""Boards take pieces of tracks, one board after the other, until each board's multipliers are used up.

Layers form groups that are taken in chain order. The tracks of a group (each phase of each of its layers) are taken in
step: every board takes about the same fraction of each, so that phases share weights and features, fused layers need
no links between them, and memory is shared out like work.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from fpdeep_gen.partition.tracks import Box, Track

AHEAD = 2
"""Units that a track may get ahead of its group on a board."""


LEAST_TAIL = 6
"""Multipliers that are worth an engine for a part of a unit."""

TAILS_TRIED = 3
"""Tracks, those of the largest units, of which a part is tried."""


NO_LIMIT = 1 << 62
"""More multiply-accumulates than any network has."""


@dataclass(frozen=True)
class Room:
    """What each board has for convolutions: multipliers, and where boards are to be even the most multiply-accumulates
    of an image that they may take. A group of tracks, or a column block, begins with a board of its own where less than
    the part `fresh` of one is left: the little that it would do there can take as much of the links as a whole board
    of it."""

    multipliers: tuple[int, ...]
    macs: tuple[int, ...] | None = None
    fresh: float = 0.0

    def of(self, board: int) -> "Left":
        """All that a board has."""
        return Left(self.multipliers[board], NO_LIMIT if self.macs is None else self.macs[board])


class Left(NamedTuple):
    """Multipliers and multiply-accumulates of an image that a board has left."""

    multipliers: int
    macs: int

    def holds(self, multipliers: int, macs: int) -> bool:
        """Whether there are so many of both."""
        return multipliers <= self.multipliers and macs <= self.macs

    def without(self, multipliers: int, macs: int) -> "Left":
        """The rest beside so many of both."""
        return Left(self.multipliers - multipliers, self.macs - macs)


class Piece(NamedTuple):
    """A box of track `track` (its number) on board `board`, computed by one engine."""

    track: int
    board: int
    box: Box
    multipliers: int
    macs: int


@dataclass
class _Progress:
    """Units of a track that are placed: `unit` whole ones, and `cross` cross units of the next."""

    unit: int = 0
    cross: int = 0


class Costs:
    """Multipliers of boxes of a track each of whose rows may take `row` cycles. Those of ranges of units that end
    before unit `alike` depend on nothing but how many units they are. `known`: by their number, or else by begin and
    end. `unit_macs`, `last_macs`: multiply-accumulates of the first unit and of the last; `macs`: of all."""

    def __init__(self, track: Track, row: int) -> None:
        self.track, self.row = track, row
        self.alike = track.units if track.alike else 0
        self.known: dict[int | tuple[int, int], int] = {}
        self.crossed: dict[tuple[int, int, int], tuple[int, int]] = {}
        self.unit_macs = track.macs(track.box(0, 1))
        self.last_macs = track.macs(track.box(track.units - 1, track.units))
        self.macs = (track.units - 1) * self.unit_macs + self.last_macs

    def found(self, begin: int, end: int) -> int:
        """Multipliers of units begin..end - 1, looked up or computed."""
        if end <= begin:
            return 0
        key = end - begin if end < self.alike else (begin, end)
        cost = self.known.get(key)
        if cost is None:
            if end < self.alike:
                cost = self.track.unit_multipliers(end - begin, self.row)
            else:
                cost = self.track.multipliers(self.track.box(begin, end), self.row * self.track.rows)
            self.known[key] = cost
        return cost

    def cross(self, unit: int, begin: int, end: int) -> tuple[int, int]:
        """Multipliers and multiply-accumulates of cross units begin..end - 1 of a unit, at least one."""
        last = unit + 1 == self.track.units or end == self.track.cross_units
        key = (unit, begin, end) if last or not self.track.crossed_alike else (0, 0, end - begin)
        both = self.crossed.get(key)
        if both is None:
            box = self.track.cross_box(*key)
            both = self.crossed[key] = self.track.multipliers(box, self.row * self.track.rows), self.track.macs(box)
        return both


costs_of = lru_cache(maxsize=1 << 11)(Costs)
"""What boxes of a track cost is asked for again by other schemes and at other intervals in which a row has the same
time."""


class Filler:
    """Places the tracks of one group on board after board."""

    def __init__(self, tracks: Sequence[Track], numbers: Sequence[int], interval: int) -> None:
        self.tracks = tracks
        self.numbers = numbers
        self.progress = [_Progress() for _ in tracks]
        self.costs = [costs_of(track, interval // track.rows) for track in tracks]
        self.level = self.pace = 0
        self.unit_macs = [costs.unit_macs for costs in self.costs]
        self.last_macs = [costs.last_macs for costs in self.costs]
        self.finest = max(track.units for track in tracks)
        self.coarse = sorted(range(len(tracks)), key=lambda index: (-self.unit_macs[index], index))

    @property
    def done(self) -> bool:
        """Whether everything is placed."""
        return all(at.unit >= track.units for at, track in zip(self.progress, self.tracks, strict=True))

    def take(self, board: int, room: Left) -> list[Piece]:
        """Pieces for a board that has `room` left."""
        pieces, room = self._heads(board, room)
        if any(at.cross for at in self.progress):
            return pieces
        ends = self._ends(room)
        for index, end in enumerate(ends):
            room = room.without(self._body(index, end), self._macs(index, end))
        room = self._stretch(ends, room)
        for index, (at, end) in enumerate(zip(self.progress, ends, strict=True)):
            if end > at.unit:
                box = self.tracks[index].box(at.unit, end)
                number, macs = self.numbers[index], self._macs(index, end)
                pieces.append(Piece(number, board, box, self._body(index, end), macs))
        for at, end in zip(self.progress, ends, strict=True):
            at.unit = end
        return pieces + self._tail(board, room)

    def _part(self, index: int, board: int, begin: int, end: int) -> Piece:
        """Cross units of a track's next unit."""
        unit = self.progress[index].unit
        box = self.tracks[index].cross_box(unit, begin, end)
        return Piece(self.numbers[index], board, box, *self.costs[index].cross(unit, begin, end))

    def _heads(self, board: int, room: Left) -> tuple[list[Piece], Left]:
        """The rest of each unit that an earlier board has begun."""
        pieces = []
        for index, (at, track) in enumerate(zip(self.progress, self.tracks, strict=True)):
            if not at.cross:
                continue
            end = self._most_cross(index, room, track.cross_units)
            if end == at.cross:
                continue
            piece = self._part(index, board, at.cross, end)
            pieces.append(piece)
            room = room.without(piece.multipliers, piece.macs)
            at.cross = end
            if end == track.cross_units:
                at.unit, at.cross = at.unit + 1, 0
        return pieces, room

    def _most_cross(self, index: int, room: Left, high: int) -> int:
        """Greatest end of a piece of the track's next unit that fits `room`."""
        costs, at = self.costs[index], self.progress[index]
        low = at.cross
        while low < high:
            middle = (low + high + 1) // 2
            multipliers, macs = costs.cross(at.unit, at.cross, middle)
            if multipliers <= room.multipliers and macs <= room.macs:
                low = middle
            else:
                high = middle - 1
        return low

    def _body(self, index: int, end: int) -> int:
        """Multipliers for whole units up to `end`."""
        return self.costs[index].found(self.progress[index].unit, end)

    def _macs(self, index: int, end: int) -> int:
        """Multiply-accumulates of whole units up to `end`; the last unit of a track differs from the others."""
        begin = self.progress[index].unit
        if end <= begin:
            return 0
        last = self.last_macs[index] - self.unit_macs[index] if end == self.tracks[index].units else 0
        return (end - begin) * self.unit_macs[index] + last

    def _ends(self, room: Left) -> list[int]:
        """Ends of all tracks at the greatest common fraction that fits."""
        finest, most = self.finest, room.multipliers
        tracks = [
            (at.unit, costs.track.units, costs.alike, costs.known, costs.found)
            for at, costs in zip(self.progress, self.costs, strict=True)
        ]

        def fits(level: int) -> bool:
            total = 0
            for begin, units, alike, known, found in tracks:
                end = level * units // finest
                if end > begin:
                    cost = known.get(end - begin) if end < alike else None
                    total += found(begin, end) if cost is None else cost
                    if total > most:
                        return False
            return True

        low, high = min(self.level, self.finest), self.finest + 1
        if not fits(low):
            low, high = 0, low
        step = max(1, self.pace)
        while high - low > 1 and step:
            level = min(low + step, high - 1)
            if fits(level):
                low, step = level, step if level < high - 1 else 0
            else:
                high = level
                break
        while high - low > 1:
            middle = (low + high) // 2
            if fits(middle):
                low = middle
            else:
                high = middle
        self.level, self.pace = low, max(1, low - self.level)
        if room.macs < NO_LIMIT:
            low = bisect_left(range(low), True, key=lambda level: self._macs_at(level + 1) > room.macs)
        return [max(begin, low * units // finest) for begin, units, *_ in tracks]

    def _macs_at(self, level: int) -> int:
        """Multiply-accumulates that are left up to a common fraction."""
        return sum(self._macs(index, level * track.units // self.finest) for index, track in enumerate(self.tracks))

    def _stretch(self, ends: list[int], room: Left) -> Left:
        """Lets tracks take a unit more while it fits, those that are behind first. Returns the room left."""
        for _ in range(AHEAD):
            order = sorted(range(len(ends)), key=lambda index: (ends[index] / self.tracks[index].units, index))
            for index in order:
                end = ends[index]
                if end >= self.tracks[index].units:
                    continue
                more = self._body(index, end + 1) - self._body(index, end)
                macs = self._macs(index, end + 1) - self._macs(index, end)
                if room.holds(more, macs):
                    ends[index] += 1
                    room = room.without(more, macs)
        return room

    def _tail(self, board: int, room: Left) -> list[Piece]:
        """A part of one more unit, of the track with which it fills the room best."""
        if room.multipliers < LEAST_TAIL:
            return []
        best: tuple[int, int, int] | None = None
        open_tracks = [
            index
            for index in self.coarse
            if self.progress[index].unit < self.tracks[index].units and not self.tracks[index].lean
        ]
        for index in open_tracks[:TAILS_TRIED]:
            end = self._most_cross(index, room, self.tracks[index].cross_units - 1)
            if end:
                macs = self.costs[index].cross(self.progress[index].unit, 0, end)[1]
                best = max(best or (0, 0, 0), (macs, -index, end))
        if best is None:
            return []
        index, end = -best[1], best[2]
        self.progress[index].cross = end
        return [self._part(index, board, 0, end)]


@dataclass(frozen=True)
class Filled:
    """Pieces of all tracks, or None for `pieces` where the boards were too few; `last`: last board."""

    pieces: tuple[Piece, ...] | None
    last: int


def fill(groups: Sequence[Sequence[int]], tracks: Sequence[Track], interval: int, room: Room) -> Filled:
    """Fills boards 0.. with the groups of tracks (by number), as long as the others have multipliers enough for what is
    left were none of them ever idle."""
    pieces: list[Piece] = []
    board, left = 0, room.of(0)
    others = list(accumulate(reversed(room.multipliers)))[::-1]
    macs = sum(costs_of(tracks[number], interval // tracks[number].rows).macs for group in groups for number in group)
    for group in groups:
        if left.multipliers < room.fresh * room.multipliers[board] and board + 1 < len(room.multipliers):
            board += 1
            left = room.of(board)
        filler = Filler([tracks[number] for number in group], group, interval)
        while not filler.done:
            taken = filler.take(board, left)
            pieces += taken
            work = sum(piece.macs for piece in taken)
            left = left.without(sum(piece.multipliers for piece in taken), work)
            macs -= work
            if filler.done:
                break
            board += 1
            if board == len(room.multipliers) or macs > others[board] * interval:
                return Filled(None, board - 1)
            left = room.of(board)
    return Filled(tuple(pieces), board)
