"""What keeps the interval from being shorter: the resources of which more would allow it."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from fpdeep_gen.board.memory import Use
from fpdeep_gen.board.model import Cluster
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.plan.options import Task
from fpdeep_gen.plan.pieces import Forced
from fpdeep_gen.plan.place import Search

PLENTY = 1 << 10
"""Times as much as there is."""

LEAST_CACHES = 1
"""Images that caches are taken to hold: what a plan can't do with."""


@lru_cache(maxsize=4)  # a command tells people, machines and its page
def ceilings(plan: Plan) -> tuple[str, ...]:
    """Resources (`DSP`, `BRAM36`, `LUT`, `FF`, `links`) of which plenty, each by itself, would shorten the interval.

    Empty where no single one would, or where nothing but the depths of caches rules a faster placement out.
    """
    if _shorter(plan, plan.cluster):
        return ()
    return tuple(name for name, cluster in _richer(plan.cluster) if _shorter(plan, cluster))


def _richer(cluster: Cluster) -> Iterator[tuple[str, Cluster]]:
    boards = cluster.boards
    yield "DSP", replace(cluster, boards=tuple(replace(board, dsp=board.dsp * PLENTY) for board in boards))
    yield "BRAM36", replace(cluster, boards=tuple(replace(board, bram36=board.bram36 * PLENTY) for board in boards))
    yield "LUT", replace(cluster, boards=tuple(replace(board, lut=board.lut * PLENTY) for board in boards))
    yield "FF", replace(cluster, boards=tuple(replace(board, ff=board.ff * PLENTY) for board in boards))
    yield "links", replace(cluster, links=tuple(replace(link, lanes=link.lanes * PLENTY) for link in cluster.links))


def _shorter(plan: Plan, cluster: Cluster) -> bool:
    """Whether a placement on `cluster` beats the plan's interval."""
    nothing = (Use(),) * len(cluster.boards)
    task = Task(plan.network, cluster, Forced(), (LEAST_CACHES,) * len(plan.network.layers), nothing)
    return Search(task).find(plan.prediction.interval - 1) is not None
