"""Images that share a read and a write of fully connected gradients in DDR."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fpdeep_gen.partition.model import VECTOR_PARTS
from fpdeep_gen.partition.steps import Times


@dataclass(frozen=True)
class Group:
    """`count` images from number `first` on, whose gradients are added at `end`, from the batch's first pixel."""

    first: int
    count: int
    end: float


@dataclass(frozen=True)
class SharedGradients:
    """A gradient engine that takes `cycles` for an image and takes `gradients` images of a batch at a time, whose
    errors come `reads` images at a time; the last ones of a batch are fewer. Images are `interval` cycles apart."""

    interval: float
    batch: int
    reads: int
    gradients: int
    cycles: float

    def ends(self, errors: Times, last: Times) -> tuple[float, float]:
        """When an image's gradients are added at the latest, from its first pixel, and when those of the batch's last
        image are. `errors`: when parts of the errors come, from the first pixel of the first image of a read; `last`:
        those of the batch's last read, which may be of fewer images."""
        latest = end = 0.0
        for group in self.groups(errors, last):
            end = group.end
            if self.each:
                return end, end
            latest = max(latest, end - group.first * self.interval)
        return latest, end - (self.batch - 1) * self.interval

    @property
    def each(self) -> bool:
        """Whether each image's gradients are added by themselves, before the next one's errors come."""
        return self.gradients == self.reads == 1 and self.cycles <= self.interval

    def groups(self, errors: Times, last: Times) -> Iterator[Group]:
        """The images of a batch that share a pass, in order; errors as for `ends`."""
        end, first = -float("inf"), 0
        counts = {self.gradients, self.batch % self.gradients} - {0}
        after = {(come, count): self._after((errors, last)[come], count) for come in (False, True) for count in counts}
        last_read = (self.batch - 1) // self.reads * self.reads
        while first < self.batch:
            count = min(self.gradients, self.batch - first)
            begun = (first + count - 1) // self.reads * self.reads
            end = max(end + count * self.cycles, begun * self.interval + after[begun == last_read, count])
            yield Group(first, count, end)
            first += count

    def _after(self, errors: Times, count: int) -> float:
        """When the gradients of `count` images end for which the engine need not wait but for `errors`."""
        left = 1 - np.arange(VECTOR_PARTS) / VECTOR_PARTS
        return float((errors + count * self.cycles * left).max())
