"""Engines that work on several phases in turn: the most urgent one that has something to do."""

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING

from fpdeep_gen.partition.model import Phase
from fpdeep_gen.sim.rows.events import Counter, Events, Steps
from fpdeep_gen.sim.rows.geometry import Step, first_part

if TYPE_CHECKING:
    from fpdeep_gen.sim.rows.machine import Machine

URGENCY = (Phase.FORWARD, Phase.BACKWARD, Phase.GRADIENT)
"""The most urgent first."""

NOTHING = 1e-6
"""Cycles of work that are none: times are in floating point."""


class Turns:
    """One engine. `busy`: phases that have something to do; `lost`: cycles up to `since` that each phase could not have
    had as there was something more urgent; `done`: how often each phase has come to an end of what it had to do."""

    def __init__(self, events: Events, name: str) -> None:
        self.events = events
        self.busy: set[Phase] = set()
        self.since = 0.0
        self.lost = dict.fromkeys(Phase, 0.0)
        self.done: dict[Phase, Counter] = {
            phase: events.counter(f"turns of {name}, {phase.value} through") for phase in URGENCY
        }

    def work(self, phase: Phase, cycles: float) -> Steps:
        """Works `cycles` on a phase, whenever nothing is more urgent."""
        self._to_now()
        self.busy.add(phase)
        left = cycles
        while left > NOTHING:
            urgent = self._more_urgent(phase)
            while urgent is not None:
                yield self.done[urgent], self.done[urgent].count + 1
                urgent = self._more_urgent(phase)
            begin, lost = self.events.now, self._lost(phase)
            yield left
            left -= self.events.now - begin - (self._lost(phase) - lost)
        self._to_now()
        self.busy.discard(phase)
        self.events.count(self.done[phase])

    def _more_urgent(self, phase: Phase) -> Phase | None:
        return next((one for one in URGENCY[: URGENCY.index(phase)] if one in self.busy), None)

    def _lost(self, phase: Phase) -> float:
        self._to_now()
        return self.lost[phase]

    def _to_now(self) -> None:
        """Counts the cycles since the last time that anything changed."""
        now = self.events.now
        for phase in URGENCY:
            if self._more_urgent(phase) is not None:
                self.lost[phase] += now - self.since
        self.since = now


class InTurn:
    """The phase of share `index` of `machine`, on an engine that takes `turns`."""

    def __init__(self, machine: "Machine", turns: Turns, index: int) -> None:
        self.machine, self.turns, self.index = machine, turns, index
        self.share = machine.plan.shares[index]

    def work(self, there: Counter, rows: int, steps: Sequence[Step]) -> Steps:
        """Works on all images, whose rows are counted by `there`, `rows` an image. The first of what a step makes is
        there with its first group, the last when it ends, which nobody knows before."""
        machine, share, turns = self.machine, self.share, self.turns
        events, output = machine.events, machine.outputs[self.index]
        adds = share.phase is Phase.GRADIENT
        delay = 0 if adds else machine.plan.delays.engine
        first = 1.0 if adds else first_part(machine.network, share)
        kept: list[float] = []
        for image, size, base in machine.images_of(share, rows):
            begun: list[float] = []
            for number, step in enumerate(steps):
                machine.entered[self.index].append(events.now)
                if there.count < base + step.early:
                    yield there, base + step.early
                begun.append(events.now)
                if number == 0:
                    if image and image % machine.batch == 0:
                        if there.count < base + 1:
                            yield there, base + 1
                        yield from machine.wait_for_update(share, image // machine.batch)
                    machine.begins(share, image)
                if step.before:
                    yield from turns.work(share.phase, step.before * size)
                if there.count < base + step.needed:
                    yield there, base + step.needed
                yield from turns.work(share.phase, step.after * size * first)
                output.begins.append(events.now + delay)
                events.count(output.begun)
                yield from turns.work(share.phase, step.after * size * (1 - first))
                output.ends.append(events.now + delay)
                events.count(output.known)
                if delay:
                    events.count_at(events.now + delay, output.made)
                else:
                    events.count(output.made)
            machine.image_through(self.index, share, image, size, steps)
            end = image + size
            if share.phase is Phase.FORWARD and share.layer and (end % machine.batch == 0 or end == machine.images):
                name = f"{machine.name(share)}, turns behind a batch"
                if end % machine.batch == 0 or not kept:
                    kept = [time - machine.started[image] for time in begun]
                events.start(name, self._keep_turns(end, kept, share.cycles / len(steps)))

    def _keep_turns(self, end: int, kept: Sequence[float], cycles: float) -> Steps:
        """Steps of the forward phase, so long after an image's first pixel as `kept` says, for images that would come
        behind image `end` - 1, until the backward phase is through with that; no longer than an image is under way."""
        machine, shares = self.machine, self.machine.plan.shares
        layer = machine.shares[self.share.layer, Phase.BACKWARD]
        through = machine.through[next(index for index in layer if shares[index].board == self.share.board)]
        for interval in range(1, ceil(machine.plan.prediction.fill) + 1):
            for time in kept:
                late = machine.started[end - 1] + time + interval * machine.spacing - machine.events.now
                if late > 0:
                    yield late
                if through and through[-1][0] >= end:
                    return
                yield from self.turns.work(Phase.FORWARD, cycles)
