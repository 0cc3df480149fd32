"""How many rows a cache holds."""

import numpy as np

from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.steps import Times, freed_after
from fpdeep_gen.partition.timing import Timing


def resident_rows(arrivals: Times, releases: Times, interval: float) -> int:
    """Most rows that a cache holds at a time, where row r of every image is kept from `arrivals[r]` to
    `releases[r]`."""
    until = np.maximum(releases, arrivals)
    come, gone = np.sort(arrivals % interval), np.sort(until % interval)
    images = (until // interval - arrivals // interval).sum()
    at = arrivals % interval
    over = np.searchsorted(gone, at, side="right") - np.searchsorted(come, at, side="right")
    return int(images - over.min())


def cache_rows(layer: Geometry, timing: Timing, board: int, interval: float) -> int:
    """Rows that the caches of a layer on a board are given: those that they hold, and one that is coming in. A vector,
    which comes in parts, is one row. Of images that come `together` (`Timing`), all but the first come too soon."""
    arrivals = timing.arrivals[layer.index, board]
    releases = timing.gradients[layer.index, board][freed_after(layer, arrivals.size) - 1]
    rows = resident_rows(arrivals, releases, interval) + (timing.together[layer.index] - 1) * arrivals.size + 1
    return -(-rows * layer.layer.in_rows // arrivals.size)
