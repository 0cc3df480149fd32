"""Plans in which fewer images are under way: they come further apart than engines need.

An image then goes through the boards as it did before, in as many cycles or somewhat fewer (phases of fully connected
engines wait for fewer images), so that the latency is fewer intervals. What that costs is throughput: boards rest
between images.
"""

from collections import Counter
from collections.abc import Sequence
from math import ceil

from fpdeep_gen.errors import InputError
from fpdeep_gen.partition.assemble import Decided, Timed, assemble, timed
from fpdeep_gen.partition.budget import budget_problems
from fpdeep_gen.partition.flat_memory import FlatMemory
from fpdeep_gen.partition.geometry import Geometry, geometries
from fpdeep_gen.partition.model import BalancedPlan, Kept, Place

PRECISE = 1.001
"""Times the shortest interval that the plan's may be."""

STRETCH, LONGER = 1.01, 8
"""Step between intervals, and how many are tried, where a plan exceeds a budget."""


def spaced(plan: BalancedPlan, fill: float) -> BalancedPlan:
    """The same shares with images so far apart that their latency is at most `fill` (1 or more) intervals, as near to
    each other as that allows; `plan` itself where it is no more.

    Raises `InputError` where such plans exceed a budget, which longer intervals do not ask more of but for what engines
    that take phases in turn do sooner or later.
    """
    if plan.prediction.fill <= fill:
        return plan
    geometry, low = geometries(plan.network), plan.prediction.interval
    high, latency = low, plan.prediction.latency
    while latency > fill * high:
        low, high = high, max(high + 1, ceil(latency / fill))
        decided, times = _apart(plan, geometry, high)
        latency = times.timing.latency
    while high > max(PRECISE * low, low + 1):
        tried = ceil(latency / fill)
        if not low < tried < high:
            tried = max(low + 1, int(high / PRECISE)) if low == plan.prediction.interval else (low + high) // 2
        other, sooner = _apart(plan, geometry, tried)
        if sooner.timing.latency > fill * tried:
            low = tried
        else:
            high, decided, times, latency = tried, other, sooner, sooner.timing.latency
    for _ in range(LONGER):
        found = assemble(plan.network, plan.cluster, geometry, decided, times)
        problems = tuple(budget_problems(found))
        if found.prediction.fill <= fill and not problems:
            return found
        decided, times = _apart(plan, geometry, ceil(STRETCH * decided.interval))
    raise InputError(problems)


def _apart(plan: BalancedPlan, geometry: Sequence[Geometry], interval: int) -> tuple[Decided, Timed]:
    """With images `interval` cycles apart, of which fewer may have to share reads of DDR."""
    places = {store.kept: store.place for store in plan.stores if geometry[store.layer].flat}
    weights, gradients = (places.get(kept, Place.CHIP) for kept in (Kept.WEIGHTS, Kept.GRADIENTS))
    words = Counter[int]()
    for store in plan.stores:
        if geometry[store.layer].flat and store.kept is Kept.WEIGHTS:
            words[store.board] += store.words
    memory = FlatMemory(plan.cluster, geometry, plan.network.training.batch, {})
    shared = memory.shared(interval, words, (weights, gradients))
    decided = Decided(interval, plan.shares, weights, gradients, *shared, plan.prediction.intake)
    return decided, timed(plan.network, plan.cluster, geometry, decided)
