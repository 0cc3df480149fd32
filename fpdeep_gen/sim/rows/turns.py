"""Engines that work on several phases in turn: the most urgent one that has something to do."""

from fpdeep_gen.partition.model import Phase
from fpdeep_gen.sim.rows.events import Counter, Events, Steps

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
