"""Whole rows on a board that wait for its engines: how many, at most, beside those in their line buffers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import VECTOR_PARTS, Carried, Phase, Waits
from fpdeep_gen.partition.steps import Counts, Rows, Times
from fpdeep_gen.partition.waiting import TIE, Crossing, Pace, curve, most_ahead
from fpdeep_gen.partition.ways import Key


def resident_rows(arrivals: Times, releases: Times, interval: float) -> int:
    """Most rows that a memory holds at a time, where row r of every image is kept from `arrivals[r]` to
    `releases[r]`."""
    begun, come = np.divmod(arrivals, interval)
    ended, gone = np.divmod(np.maximum(releases, arrivals), interval)
    come.sort()
    gone.sort()
    over = gone.searchsorted(come, side="right") - come.searchsorted(come, side="right")
    return int((ended - begun).sum() - over.min())


NEVER = 1e15
"""Cycles until a batch's last read comes again."""


def line_room(layer: Geometry, phase: Phase) -> int:
    """Rows in an engine's line buffers beside those that a step needs: one, or more of pooled errors, which fill
    `kernel_rows` + 1 rows of sums only where many of them do."""
    pool = 1 if phase is Phase.FORWARD else layer.layer.pool_stride
    if pool == 1:
        return 1
    kernel = 1 if phase is Phase.GRADIENT else layer.layer.kernel_rows
    return (kernel + 1) * pool - (1 + -(-(kernel - 1) // pool))


@dataclass(frozen=True)
class Coming:
    """How the rows of an image come, and when an engine enters the first step that needs each."""

    come: Pace
    enters: Times

    def sooner(self, cycles: float) -> "Coming":
        """The same so many cycles before."""
        return Coming(Pace(self.come.first - cycles, self.come.whole - cycles), self.enters - cycles)


def ahead_of_steps(images: Sequence[Coming], period: float) -> float:
    """Rows of images that have come, one that comes in counted by its bits, beyond those that the engine's steps have
    needed, at most. An engine takes the images in turn, and as many again every `period` cycles."""
    enters = np.concatenate([one.enters for one in images])
    come = np.zeros(enters.size)
    for one in images:
        again = 1 + ceil(max(float(enters[-1]) - float(one.come.first[0]), 0.0) / period)
        come += np.interp(enters + TIE, *curve(one.come, again, period, 0))
    return float((come - np.arange(enters.size)).max())


class Queues:
    """Rows of the images of a read of weights (of one image, where none share one), of the first one of the next read,
    and of those of a batch's last read."""

    def __init__(self, geometry: Sequence[Geometry], interval: int, shared_weights: int) -> None:
        self.geometry, self.interval, self.shared_weights = geometry, interval, shared_weights
        self.read = 0
        self.images: dict[tuple[int, int, int, Phase], list[Coming]] = {}
        self.ended: dict[tuple[int, int, Phase], float] = {}
        self.flat: dict[tuple[int, int], int] = {}

    def last_read(self) -> None:
        """What comes from now on is of a batch's last read."""
        self.read = 2

    def next_read(self) -> None:
        """What comes from now on is of the read behind the first one, in which times begin anew."""
        self.read = 1
        for place in self.ended:
            self.ended[place] -= self.shared_weights * self.interval

    def ran(self, layer: Geometry, phase: Phase, firsts: Rows, there: Rows, ends: Rows, needed: Counts) -> None:
        """Engines of a convolution have worked on an image. `firsts`, `there`: when the first bits of rows are there,
        and when rows are whole; `ends`: of the engines' steps."""
        rows, steps = (next(iter(all_boards.values())).size for all_boards in (there, ends))
        step = np.minimum(np.searchsorted(needed, np.arange(1, rows + 1)), steps - 1)
        for board, times in ends.items():
            come, place = there[board], (layer.index, board, phase)
            before = self.ended.get(place, float(times[-1]) - self.interval)
            enters = np.maximum(np.concatenate(([before], times))[step], come)
            self.ended[place] = float(times[-1])
            self.images.setdefault((self.read, *place), []).append(Coming(Pace(firsts[board], come), enters))

    def kept(self, layer: Geometry, board: int, errors: Times, until: float, images: int) -> None:
        """Errors of a fully connected layer come at `errors` and are kept `until` then, of `images` images at least.
        All but the first of those that come together come too soon."""
        parts = resident_rows(errors, np.full(errors.size, until), self.interval)
        self.flat[layer.index, board] = max(images * VECTOR_PARTS, parts + (self.shared_weights - 1) * VECTOR_PARTS)

    def _ahead(self) -> Iterator[tuple[tuple[int, int, Phase], float]]:
        """By layer, board and phase, of each read, the rows that come before the steps that need them."""
        alone = {}
        for (read, layer, board, phase), images in self.images.items():
            if read == 0 and len(images) == 1:
                alone[layer, board, phase] = Crossing(
                    images[0].come, Pace(images[0].enters, images[0].enters), self.interval
                )
            elif read == 0:
                yield (layer, board, phase), ahead_of_steps(images, self.interval * len(images))
            else:
                whole = self.images[0, layer, board, phase]
                before = [one.sooner(self.shared_weights * self.interval) for one in whole]
                yield (layer, board, phase), ahead_of_steps([*before, *images], NEVER)
        yield from zip(alone, most_ahead(list(alone.values())).tolist(), strict=True)

    def waiting(self) -> dict[tuple[int, Key, Waits], float]:
        """Rows of single images, at most, by board, tensor and place."""
        found: dict[tuple[int, Key, Waits], float] = {}
        for (layer, board, phase), ahead in self._ahead():
            forward = phase is Phase.FORWARD
            rows = ahead - line_room(self.geometry[layer], phase)
            key = (Carried.FEATURE, layer) if forward else (Carried.ERROR, layer + 1)
            place = board, key, Waits.ENGINES
            if rows > found.get(place, 0.0):
                found[place] = rows
        for (layer, board), parts in self.flat.items():
            found[board, (Carried.ERROR, layer + 1), Waits.ENGINES] = parts
        return found
