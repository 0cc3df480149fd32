"""Longer intervals than the multipliers ask for, where links, logic or external memory do."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.errors import Problem
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.assemble import Decided, assemble
from fpdeep_gen.partition.bounds import bounds_for
from fpdeep_gen.partition.budget import budget_problems
from fpdeep_gen.partition.candidate import Candidate, busiest_link
from fpdeep_gen.partition.geometry import geometries
from fpdeep_gen.partition.search import WORTH, Search

STRETCH, LONGER = 1.03, 16
"""Step between intervals, and how many are tried, where links or logic want longer ones than multipliers."""

FAR = 1.5
"""Times the bound; where links are the limit and a plan is slower than that, as many boards as it takes to be as fast
may be faster, as the rest of the links then carries nothing."""

HOPELESS = 1.2
"""Times all boards' memory; no longer interval makes up for so much."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Without collections of garbage that refers to itself. Plans are a great many small objects, none of which do, so
    that to go through them again and again takes a sixth of the time and finds nothing."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


@uncollected()
def patient(network: Network, cluster: Cluster, fast: bool = True) -> Candidate | None:
    """The search, with longer intervals as long as only what an interval bounds is exceeded (multipliers, logic, rates
    of links and of DDR), or links do not keep up whatever else is exceeded. The shortest is found within `STRETCH`;
    the first search's outcome where none of `LONGER` does. Where the plan is not to be `fast`, the first on the same
    way that keeps all budgets: there is one if and only if there is a fast one.

    A longer interval is what fewer boards ask for, with the others idle, or boards with fewer multipliers; the plan of
    either is one of these boards too.
    """
    search = Search(network, cluster)
    first = found = search.best(fast)
    if first is not None and search.settling.filled(first.plan) > HOPELESS:
        return first
    if fast and first is not None and not first.excess and search.settling.linked:
        interval, bounds = first.plan.prediction.interval, first.plan.bounds
        if interval > FAR * bounds.interval:
            fewer = _fewer(network, cluster, min(1.0, bounds.work / interval / WORTH))
            if fewer is not None and not fewer.excess and fewer.plan.prediction.interval < interval:
                return fewer
    failed = part = 1.0
    for _ in range(LONGER):
        if found is None or not found.excess:
            break
        interval = found.plan.prediction.interval
        busiest = busiest_link(found.plan)
        if busiest <= interval and not all(_waits(problem, cluster) for problem in found.excess):
            break
        failed, part = part, part / max(STRETCH, (busiest / interval) ** 0.5)
        found = _fewer(network, cluster, part, fast)
        if found is not None and not found.excess:
            return found
        found = _slower(network, cluster, part, fast)
    if found is None or found.excess:
        return first
    while fast and part * STRETCH * STRETCH < failed:
        middle = (part * failed) ** 0.5
        other = _slower(network, cluster, middle)
        if other is None or other.excess:
            failed = middle
        else:
            part, found = middle, other
    return found


def _fewer(network: Network, cluster: Cluster, part: float, fast: bool = True) -> Candidate | None:
    """The plan of the first boards, a part of the chain, on all of it."""
    count = max(1, int(len(cluster.boards) * part))
    shorter = replace(cluster, boards=cluster.boards[:count], links=cluster.links[: count - 1])
    found = Search(network, shorter).best(fast)
    return found if found is None or found.excess else moved(found, network, cluster)


def moved(found: Candidate, network: Network, cluster: Cluster) -> Candidate:
    """The plan of a lesser chain (fewer boards, or boards with less) on `cluster`."""
    prediction = found.plan.prediction
    decided = Decided(
        prediction.interval, found.plan.shares, *found.places, prediction.shared_weights, prediction.shared_gradients
    )
    plan = assemble(network, cluster, geometries(network), decided)
    return replace(found, plan=plan, excess=tuple(budget_problems(plan)))


def _slower(network: Network, cluster: Cluster, part: float, fast: bool = True) -> Candidate | None:
    """The plan of boards with a part of the multipliers, on the boards themselves."""
    boards = tuple(replace(board, dsp=max(1, int(board.dsp * part))) for board in cluster.boards)
    found = Search(network, replace(cluster, boards=boards)).best(fast)
    if found is None:
        return None
    plan = found.plan
    bounds = bounds_for(network, cluster, geometries(network), plan.shares, plan.prediction.interval)
    plan = replace(plan, cluster=cluster, bounds=bounds)
    return replace(found, plan=plan, excess=tuple(budget_problems(plan)))


def _waits(problem: Problem, cluster: Cluster) -> bool:
    """Whether a longer interval helps."""
    if problem.field.endswith(".ddr"):
        return all(board.ddr is not None for board in cluster.boards)
    return problem.field.startswith("links") or problem.field.endswith((".dsp", ".lut"))
