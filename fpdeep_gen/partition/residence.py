"""How many rows a cache holds."""

from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.queues import resident_rows
from fpdeep_gen.partition.steps import freed_after
from fpdeep_gen.partition.timing import Timing


def cache_rows(layer: Geometry, timing: Timing, board: int, interval: float) -> int:
    """Rows that the caches of a layer on a board are given: those that they hold, and one that is coming in. A vector,
    which comes in parts, is one row. Of images that come `together` (`Timing`), all but the first come too soon."""
    arrivals = timing.arrivals[layer.index, board]
    releases = timing.gradients[layer.index, board][freed_after(layer, arrivals.size) - 1]
    rows = resident_rows(arrivals, releases, interval) + (timing.together[layer.index] - 1) * arrivals.size + 1
    return -(-rows * layer.layer.in_rows // arrivals.size)
