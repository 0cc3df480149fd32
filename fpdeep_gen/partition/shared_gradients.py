"""Images that share a read and a write of fully connected gradients in DDR."""

from dataclasses import dataclass

import numpy as np

from fpdeep_gen.partition.model import VECTOR_PARTS
from fpdeep_gen.partition.steps import Times


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
        end, latest, first = -float("inf"), 0.0, 0
        counts = {self.gradients, self.batch % self.gradients} - {0}
        after = {(come, count): self._after((errors, last)[come], count) for come in (False, True) for count in counts}
        last_read = (self.batch - 1) // self.reads * self.reads
        while first < self.batch:
            count = min(self.gradients, self.batch - first)
            begun = (first + count - 1) // self.reads * self.reads
            end = max(end + count * self.cycles, begun * self.interval + after[begun == last_read, count])
            if self.gradients == self.reads == 1 and self.cycles <= self.interval:
                return end, end
            latest = max(latest, end - first * self.interval)
            first += count
        return latest, end - (self.batch - 1) * self.interval

    def _after(self, errors: Times, count: int) -> float:
        """When the gradients of `count` images end for which the engine need not wait but for `errors`."""
        left = 1 - np.arange(VECTOR_PARTS) / VECTOR_PARTS
        return float((errors + count * self.cycles * left).max())
