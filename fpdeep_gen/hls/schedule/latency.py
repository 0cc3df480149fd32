"""Cycles that a scheduled process takes from the start of a turn to its end when no stream makes it wait.

A region takes its depth, and its interval for each iteration but the last; regions follow one another without a gap.
So a nest of loops that is one region of `n` iterations takes (n - 1) * II + depth, and any other loop its trip count
times the path through its body. Where paths part, the shortest, the longest and the mean are kept.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from fpdeep_gen.hls.ir import Count, LoopTrips
from fpdeep_gen.hls.schedule.model import ProcessSchedule, RegionSchedule

UNKNOWN_TRIPS = Count(16, 16, 16.0)  # a guess where ways to build a process are compared


@dataclass(frozen=True)
class LoopLatency:
    """One loop. `depth`: cycles of one iteration; `latency`: of all of them, each time the loop is entered.

    `level`: how many loops it lies in. `schedule` is that of the region with which it begins, `is_pipelined` tells
    whether its own iterations overlap, `sequential` why not where they might have, `is_joined` whether they are one
    pipeline with those of another loop.
    """

    trips: LoopTrips
    level: int
    schedule: RegionSchedule
    is_pipelined: bool
    depth: Count | None
    latency: Count | None
    sequential: str = ""
    is_joined: bool = False


@dataclass(frozen=True)
class Latency:
    """Of a process: cycles of a turn, None where a trip count is not known, and its loops in program order."""

    turn: Count | None
    loops: tuple[LoopLatency, ...]


def process_latency(schedule: ProcessSchedule) -> Latency:
    """The latency of every loop and of the whole."""
    return _Walk(schedule.regions).run()


def guessed_cycles(schedule: ProcessSchedule, waits: Callable[[RegionSchedule], int]) -> float:
    """Of a turn, with a guess where a trip count is not known, to compare ways to build a process.

    `waits`: further cycles of an iteration of a region whose iterations do not overlap. What never ends is taken for
    one turn through its loops.
    """
    regions = [
        one if one.pipelined else replace(one, depth=one.depth + waits(one), ii=one.ii + waits(one))
        for one in schedule.regions
    ]
    found = _Walk(regions, guesses=True).run()
    if found.turn is not None:
        return found.turn.average
    return sum(one.latency.average for one in found.loops if one.level == 0 and one.latency is not None)


def _guessed(loops: Sequence[LoopTrips]) -> tuple[LoopTrips, ...]:
    return tuple(one if one.count is not None else replace(one, count=UNKNOWN_TRIPS) for one in loops)


def guessed_iterations(loops: Sequence[LoopTrips]) -> Count:
    """As `nest_iterations`, with a guess where a trip count is not known."""
    found = nest_iterations(_guessed(loops))
    assert found is not None
    return found


def nest_iterations(loops: Sequence[LoopTrips]) -> Count | None:
    """Iterations of a region that is a nest of loops, from the outermost on: one for each time that a loop goes back,
    and the one that leaves."""
    total, entered = Count(1, 1, 1.0), Count(1, 1, 1.0)
    for loop in loops:
        if loop.count is None:
            return None
        total = _sum(total, _product(entered, _backs(loop)))
        entered = _product(entered, loop.count)
    return total


@dataclass
class _Walk:
    """The regions of one process by their place; a loop of several regions becomes one node, from the inside out."""

    regions: Sequence[RegionSchedule]
    guesses: bool = False  # of trip counts that are not known
    after: list[list[int]] = field(default_factory=list)
    ends: set[int] = field(default_factory=set)
    order: list[int] = field(default_factory=list)
    back: dict[int, list[int]] = field(default_factory=dict)
    costs: dict[int, Count | None] = field(default_factory=dict)
    members: dict[int, set[int]] = field(default_factory=dict)
    node: dict[int, int] = field(default_factory=dict)
    found: list[tuple[int, LoopLatency]] = field(default_factory=list)

    def run(self) -> Latency:
        """Everything."""
        place = {id(one.region): number for number, one in enumerate(self.regions)}
        for number, one in enumerate(self.regions):
            targets = dict.fromkeys(place[id(exit_.target)] for exit_ in one.region.exits)
            self.after.append([target for target in targets if target and target != number])
            self.members[number], self.node[number] = {number}, number
            if 0 in targets:
                self.ends.add(number)
        self._order()
        bodies = {head: self._body(head) for head in self.back}
        for number in self.order:
            level = sum(number in body for body in bodies.values())
            self.costs[number] = self._region(number, level)
        for head, body in sorted(bodies.items(), key=lambda item: len(item[1])):
            self._loop(head, body, sum(head in other for other in bodies.values()) - 1)
        turn = self._paths(0, set(self.order), self.ends)
        self.found.sort(key=lambda item: (item[0], item[1].level))
        return Latency(turn, tuple(loop for _, loop in self.found))

    def _order(self) -> None:
        """Reverse postorder; an edge to a region that is still open goes back."""
        is_open = {0: True}
        stack: list[tuple[int, Iterator[int]]] = [(0, iter(self.after[0]))]
        while stack:
            number, rest = stack[-1]
            child = next(rest, None)
            if child is None:
                is_open[number] = False
                self.order.insert(0, number)
                stack.pop()
            elif child not in is_open:
                is_open[child] = True
                stack.append((child, iter(self.after[child])))
            elif is_open[child]:
                self.back.setdefault(child, []).append(number)

    def _body(self, head: int) -> set[int]:
        body, work = {head}, list(self.back[head])
        while work:
            number = work.pop()
            if number not in body:
                body.add(number)
                work += [other for other, targets in enumerate(self.after) if number in targets]
        return body

    def _region(self, number: int, level: int) -> Count | None:
        """A region with the loops that lie within it."""
        one = self.regions[number]
        repeats = any(exit_.target is one.region for exit_ in one.region.exits) and (number > 0 or one.region.loops)
        loops = self._loops(one) if number not in self.back else self._loops(one)[1:]
        if not repeats:
            cost = _cycles(one, Count(1, 1, 1.0))
            if one.pipelined or one.sequential:  # a whole function
                trips = LoopTrips(one.region.name, one.region.location, Count(1, 1, 1.0), False)
                made = LoopLatency(trips, level, one, one.pipelined, cost, cost, one.sequential)
                self.found.append((self._rank(number), made))
            return cost
        for place, loop in enumerate(loops):
            inner, own = nest_iterations(loops[place + 1 :]), nest_iterations(loops[place:])
            is_inner = place == len(loops) - 1
            pipelined, why = one.pipelined and is_inner, one.sequential if is_inner else ""
            depth, latency = _cycles(one, inner), _cycles(one, own)
            joined = one.pipelined and len(loops) > 1
            made = LoopLatency(loop, level + place, one, pipelined, depth, latency, why, joined)
            self.found.append((self._rank(number), made))
        return _cycles(one, nest_iterations(loops)) if loops else None

    def _loop(self, head: int, body: set[int], level: int) -> None:
        """A loop of several regions becomes one node, at its head."""
        one = self.regions[head]
        trips = self._loops(one)[0] if one.region.loops else LoopTrips("loop", one.region.location, None, False)
        leaving = {number for number in body if number in self.ends or not body.issuperset(self.after[number])}
        iteration = self._paths(head, body, set(self.back[head]))
        last = self._paths(head, body, leaving)
        if self.guesses and not leaving:
            last = iteration
        latency = None
        if trips.count is not None and iteration is not None and last is not None:
            latency = _sum(_product(_backs(trips), iteration), last)
        found = LoopLatency(trips, level, one, False, iteration, latency)
        self.found.append((self._rank(head), found))
        self.costs[head] = latency
        self.members[head] = body
        self.node.update(dict.fromkeys(body, head))

    def _loops(self, one: RegionSchedule) -> tuple[LoopTrips, ...]:
        return _guessed(one.region.loops) if self.guesses else one.region.loops

    def _rank(self, number: int) -> int:
        return self.order.index(number)

    def _paths(self, head: int, inside: set[int], goals: set[int]) -> Count | None:
        """Cycles from the start of `head` to the end of a goal; None where a part is not known, or none is reached."""
        reached: dict[int, list[Count | None]] = {self.node[head]: [Count(0, 0, 0.0)]}
        ended: list[Count | None] = []
        for number in self.order:
            if number not in inside or number not in reached:
                continue
            total = _added(_merged(reached[number]), self.costs[number])
            if not self.members[number].isdisjoint(goals):
                ended.append(total)
            targets = (target for member in sorted(self.members[number]) for target in self.after[member])
            for target in dict.fromkeys(self.node[target] for target in targets if target in inside):
                if target != number and self._rank(target) > self._rank(number):
                    reached.setdefault(target, []).append(total)
        return _merged(ended) if ended else None


def _cycles(one: RegionSchedule, iterations: Count | None) -> Count | None:
    if iterations is None:
        return None
    return _each(iterations, lambda number: max(0, number - 1) * one.ii + one.depth)


def _backs(loop: LoopTrips) -> Count:
    """How often a loop with a known count goes back to its head."""
    assert loop.count is not None
    return loop.count if loop.tests_first else _each(loop.count, lambda number: max(0, number - 1))


def _each(count: Count, change: Callable[[float], float]) -> Count:
    return Count(int(change(count.least)), int(change(count.most)), change(count.average))


def _product(left: Count, right: Count) -> Count:
    return Count(left.least * right.least, left.most * right.most, left.average * right.average)


def _sum(left: Count, right: Count) -> Count:
    return Count(left.least + right.least, left.most + right.most, left.average + right.average)


def _added(left: Count | None, right: Count | None) -> Count | None:
    return None if left is None or right is None else _sum(left, right)


def _merged(counts: Sequence[Count | None]) -> Count | None:
    known = [one for one in counts if one is not None]
    if len(known) < len(counts):
        return None
    least, most = min(one.least for one in known), max(one.most for one in known)
    return Count(least, most, sum(one.average for one in known) / len(known))
