"""What a free-running top must have taken when nothing moves any more: the words of finished activations.

A C++ activation that waits for a word has taken those in front of it one by one. RTL takes the words of a stage
together, or those of several streams in another order, so of an activation that cannot end it may have taken fewer. It
may then also lack room in the FIFOs behind which the words were taken, and be some activations behind the C++.
What it cannot lack are activations that end, and could end, without any unfinished one: the largest number of whole
steps of each fiber (`native/hls_journal.h`) such that every word taken was given in a whole step, and every word given
found room in its FIFO among those that whole steps left there. Such numbers have a componentwise maximum, found by
taking away what does not hold until all does.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate


@dataclass(frozen=True)
class Steps:
    """Equal steps of one fiber in a row: words popped and pushed in each, by the number of the stream."""

    repeated: int
    popped: Mapping[int, int]
    pushed: Mapping[int, int]


@dataclass(frozen=True)
class Journals:
    """What all fibers did.

    `open`: words popped behind a fiber's last step; `ports`: numbers of the top's input streams; `depths`: of all
    streams, 0 where unbounded.
    """

    fibers: Sequence[Sequence[Steps]] = ()
    open: Sequence[Mapping[int, int]] = ()
    ports: Mapping[str, int] = field(default_factory=dict)
    depths: Mapping[int, int] = field(default_factory=dict)


class _Count:
    """Words that a fiber moved in one direction of one stream in its first n steps; grows with n."""

    def __init__(self, steps: Sequence[Steps], words: Sequence[int]) -> None:
        self.words = words
        self.ends = list(accumulate(one.repeated for one in steps))
        self.totals = list(accumulate(one.repeated * each for one, each in zip(steps, words, strict=True)))

    def after(self, done: int) -> int:
        """The words of the first `done` steps."""
        at = bisect_left(self.ends, done)
        if at == len(self.ends):
            return self.totals[-1] if self.totals else 0
        return self.totals[at] - (self.ends[at] - done) * self.words[at]

    def most(self, words: int) -> int:
        """The greatest number of steps that move no more than `words`."""
        at = bisect_right(self.totals, words)
        if at == len(self.totals):
            return self.ends[-1] if self.ends else 0
        return self.ends[at] - -(-(self.totals[at] - words) // self.words[at])


def read_journals(lines: Sequence[Sequence[str]]) -> Journals:
    """From the words of a record's lines."""
    fibers: list[list[Steps]] = []
    unfinished: list[dict[int, int]] = []
    ports, depths = {}, {}
    for kind, *rest in lines:
        if kind == "fiber":
            fibers.append([])
        elif kind == "step":
            fibers[-1].append(Steps(int(rest[0]), *_moved(rest[1:])))
        elif kind == "open":
            unfinished.append(_moved(rest)[0])
        elif kind == "port":
            ports[rest[0]] = int(rest[1])
        elif kind == "stream":
            depths[int(rest[0])] = int(rest[1])
    return Journals(fibers, unfinished, ports, depths)


def _moved(words: Sequence[str]) -> tuple[dict[int, int], dict[int, int]]:
    """Popped and pushed, from `STREAM:POPPED:PUSHED` for each stream."""
    moved = [tuple(map(int, one.split(":"))) for one in words]
    return {number: count for number, count, _ in moved if count}, {
        number: count for number, _, count in moved if count
    }


def least_taken(journals: Journals, taken: Mapping[str, int], room: int) -> dict[str, int]:
    """The words of each stream of `taken` that must be taken: these are what the C++ took, by the main program too.

    `room`: words that find room in a FIFO for which the C++ has no bound.
    """
    popped = _by_stream(journals.fibers, pushed=False)
    pushed = _by_stream(journals.fibers, pushed=True)
    done = [sum(one.repeated for one in steps) for steps in journals.fibers]
    between = [
        (readers[0], pushed[number][0], journals.depths.get(number, 0) or room)
        for number, readers in popped.items()
        if len(readers) == 1 and len(pushed.get(number, ())) == 1 and readers[0][0] != pushed[number][0][0]
    ]
    changed = True
    while changed:
        changed = False
        for (reader, taking), (writer, giving), depth in between:
            changed |= _limit(done, reader, taking.most(giving.after(done[writer])))
            changed |= _limit(done, writer, giving.most(taking.after(done[reader]) + depth))
    least = dict(taken)
    for name in least:
        number = journals.ports.get(name, -1)
        undone = sum(count.totals[-1] - count.after(done[fiber]) for fiber, count in popped.get(number, []))
        least[name] = taken[name] - undone - sum(one.get(number, 0) for one in journals.open)
    return least


def _limit(done: list[int], fiber: int, most: int) -> bool:
    if most >= done[fiber]:
        return False
    done[fiber] = most
    return True


def _by_stream(fibers: Sequence[Sequence[Steps]], *, pushed: bool) -> dict[int, list[tuple[int, _Count]]]:
    found: dict[int, list[tuple[int, _Count]]] = {}
    for fiber, steps in enumerate(fibers):
        moved = [one.pushed if pushed else one.popped for one in steps]
        for number in sorted({number for one in moved for number in one}):
            count = _Count(steps, [one.get(number, 0) for one in moved])
            found.setdefault(number, []).append((fiber, count))
    return found
