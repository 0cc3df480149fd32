"""All engines of a phase of a layer, over all boards, at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import Order, Phase, Share
from fpdeep_gen.partition.steps import Counts, Rows, Times, Work, work_of


@dataclass(frozen=True)
class Squad:
    """Engines that take their steps in the same way: each one's board, its cycles for a step, and for how many of them
    before a step's end the first bits of a row are there."""

    work: Work
    boards: tuple[int, ...]
    cycles: Times
    ahead: Times


@dataclass(frozen=True)
class Ran:
    """When the first engine begins; on each board, when the first results of each step are there (`firsts`; `earliest`:
    those of the fastest engine) and when all engines have ended it (`ends`); `free`: when each engine is through, by
    squad. `apart`: part of a row that is made, at most, when the slowest of a board's engines has its first bits, where
    none has an image before to be through with."""

    begin: float
    firsts: Rows
    ends: Rows
    earliest: Rows
    free: tuple[Times, ...]
    apart: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Mates:
    """Boards with several engines; `rows`: these engines' numbers, board by board; `begins`: where each board's do."""

    boards: tuple[int, ...]
    rows: Counts
    begins: Counts


def _mates(boards: Sequence[int]) -> Mates:
    """Of engines on these boards."""
    by_board: dict[int, list[int]] = {}
    for row, board in enumerate(boards):
        by_board.setdefault(board, []).append(row)
    joint = {board: rows for board, rows in by_board.items() if len(rows) > 1}
    rows = [row for engines in joint.values() for row in engines]
    begins = np.cumsum([0, *map(len, joint.values())])[:-1]
    return Mates(tuple(joint), np.array(rows, np.int64), begins)


class Crew:
    """`slowest`: cycles an image of the slowest engine on each board. `ahead`: how much sooner than whole rows their
    first bits are there, at least. `needed`: rows for each step (of convolutions, of all engines). `order`: of the
    engines; `in_turn`: whether they take phases in turn."""

    def __init__(self, layer: Geometry, phase: Phase, shares: Sequence[Share], rows_in: int) -> None:
        kinds: dict[tuple[bool, Order], list[Share]] = {}
        self.slowest: dict[int, float] = {}
        for share in shares:
            kinds.setdefault((share.newest_last, share.order), []).append(share)
            self.slowest[share.board] = max(self.slowest.get(share.board, 0.0), share.cycles)
        self.order = shares[0].order
        self.in_turn = shares[0].in_turn
        self.squads = []
        for (newest_last, order), members in kinds.items():
            work = work_of(layer, phase, order, newest_last, rows_in)
            engines: set[tuple[int, float, float]] = set()
            for share in members:
                cycles = share.cycles / work.needed.size if layer.flat else share.row_cycles
                engines.add((share.board, cycles, _ahead(layer, share, cycles, work.tail)))
            boards, pace, ahead = zip(*sorted(engines), strict=True)
            self.squads.append(Squad(work, boards, np.array(pace)[:, None], np.array(ahead)[:, None]))
        self.mates = _mates([board for squad in self.squads for board in squad.boards])
        self.ahead = min(float(squad.ahead.min()) for squad in self.squads)
        self.made_after: Counts = self.squads[0].work.made
        self.needed: Counts = self.squads[0].work.needed

    def run(self, there: Rows, images: int, interval: float, free: Sequence[Times] | None = None) -> "Ran":
        """Works on `images` images at a time; `there`: when rows come. Engines are free when they are through with as
        many images that came `images * interval` sooner, or at `free` (`Ran.free` of those before)."""
        begin, firsts, result, earliest = float("inf"), Rows(), Rows(), Rows()
        ended, idle = [], []
        for number, squad in enumerate(self.squads):
            work, steps = squad.work, squad.work.needed.size
            come = np.stack([there[board] for board in squad.boards])
            come = np.concatenate([np.full((come.shape[0], 1), -np.inf), come], axis=1)
            cycles = squad.cycles * images
            worked = cycles * np.arange(1, steps + 1)
            least = np.maximum(come[:, work.early] + cycles, come[:, work.needed] + cycles * work.tail)
            ends = np.maximum.accumulate(least - worked, axis=1) + worked
            idle.append(ends)
            before = ends[:, -1:] - images * interval if free is None else free[number]
            ends = np.maximum(ends, before + worked)
            ended.append(ends[:, -1:])
            begin = min(begin, float(np.maximum(come[:, work.early[0]], before[:, 0]).min()))
            for found, times in ((firsts, ends - images * squad.ahead), (result, ends)):
                for board, row in zip(squad.boards, times, strict=True):
                    if found is firsts:
                        earliest[board] = np.minimum(earliest[board], row) if board in found else row
                    found[board] = np.maximum(found[board], row) if board in found else row
        return Ran(begin, firsts, result, earliest, tuple(ended), self._apart(idle, images))

    def _apart(self, ended: Sequence[Times], images: int) -> dict[int, float]:
        """`Ran.apart` of boards with several engines; `ended`: when each ends its steps, by squad."""
        if not self.mates.boards:
            return {}
        ends = np.concatenate(ended)[self.mates.rows]
        firsts = ends - images * np.concatenate([squad.ahead for squad in self.squads])[self.mates.rows]
        early, late = (further.reduceat(firsts, self.mates.begins) for further in (np.minimum, np.maximum))
        long = np.maximum.reduceat(ends, self.mates.begins) - early
        parts = np.divide(late - early, long, out=np.zeros_like(long), where=long > 0)
        return dict(zip(self.mates.boards, parts.max(axis=1).tolist(), strict=True))

    def made(self, ends: Rows, delay: float) -> Rows:
        """When each row that the engines make is there, `delay` after its last step."""
        last = self.made_after - 1
        return {board: times[last] + delay for board, times in ends.items()}


def _ahead(layer: Geometry, share: Share, cycles: float, tail: float) -> float:
    """For how many cycles before the end of a step, of `cycles` for one image, there are first bits of what it makes:
    those of its first group."""
    if not layer.flat:
        return cycles * tail * (1 - 1 / made_groups(layer, share))
    if share.phase is Phase.GRADIENT or share.order is Order.INPUTS_FIRST:
        return 0.0
    return max(0.0, cycles - share.cycles / made_groups(layer, share))


def made_groups(layer: Geometry, share: Share) -> int:
    """Groups of channels that an engine makes one after the other; of a fully connected layer's inputs each position
    of the map has its own."""
    if share.phase is Phase.BACKWARD:
        return -(-share.inputs.size * (layer.taps if layer.flat else 1) // share.p_in)
    return -(-share.outputs.size // share.p_out)


def crews_of(
    geometry: Sequence[Geometry], shares: Sequence[Share], rows: Sequence[int]
) -> dict[tuple[int, Phase], Crew]:
    """The engines of every phase of every layer; `rows`: in how many rows each tensor moves."""
    found: dict[tuple[int, Phase], list[Share]] = {}
    for share in shares:
        found.setdefault((share.layer, share.phase), []).append(share)
    return {
        (layer, phase): Crew(geometry[layer], phase, members, rows[layer]) for (layer, phase), members in found.items()
    }
