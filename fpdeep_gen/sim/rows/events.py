"""Discrete events: processes that wait for counters and for time to pass."""

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TypeAlias


class Counter:
    """Something that has happened `count` times, in order; processes wait until it has often enough."""

    __slots__ = ("count", "name", "waiting")

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0
        self.waiting: list[tuple[int, Process]] = []


Request: TypeAlias = float | tuple[Counter, int]
"""What a process asks for: cycles to pass, or a counter to reach a count."""

Steps: TypeAlias = Generator[Request, None, None]


class Process:
    """A generator of requests with a name for reports."""

    __slots__ = ("name", "steps")

    def __init__(self, name: str, steps: Steps) -> None:
        self.name = name
        self.steps = steps


@dataclass(frozen=True)
class Blocked:
    """A process that waits for a counter that stands still at `count`, below `needed`."""

    process: str
    counter: str
    count: int
    needed: int


class Events:
    """The clock, and what happens next. Things of the same time happen in the order in which they were asked for."""

    def __init__(self) -> None:
        self.now = 0.0
        self._later: list[tuple[float, int, Process | Counter]] = []
        self._ready: deque[Process] = deque()
        self._asked = 0
        self._counters: list[Counter] = []

    def counter(self, name: str) -> Counter:
        """A new counter at zero."""
        made = Counter(name)
        self._counters.append(made)
        return made

    def start(self, name: str, steps: Steps) -> None:
        """Adds a process."""
        self._ready.append(Process(name, steps))

    def count(self, counter: Counter, steps: int = 1) -> None:
        """Counts on, now."""
        counter.count += steps
        if counter.waiting:
            still = []
            for entry in counter.waiting:
                if entry[0] <= counter.count:
                    self._ready.append(entry[1])
                else:
                    still.append(entry)
            counter.waiting = still

    def count_at(self, time: float, counter: Counter) -> None:
        """Counts on at `time`."""
        self._asked += 1
        heappush(self._later, (time, self._asked, counter))

    def run(self) -> None:
        """Runs until nothing more can happen."""
        while True:
            while self._ready:
                self._resume(self._ready.popleft())
            if not self._later:
                return
            self.now, _, what = heappop(self._later)
            if isinstance(what, Counter):
                self.count(what)
            else:
                self._resume(what)

    def blocked(self) -> tuple[Blocked, ...]:
        """After `run`: all processes that did not come to their end."""
        return tuple(
            Blocked(process.name, counter.name, counter.count, needed)
            for counter in self._counters
            for needed, process in counter.waiting
        )

    def _resume(self, process: Process) -> None:
        for request in process.steps:
            if isinstance(request, tuple):
                counter, needed = request
                if counter.count < needed:
                    counter.waiting.append((needed, process))
                    return
            else:
                self._asked += 1
                heappush(self._later, (self.now + request, self._asked, process))
                return
