"""`make_balanced_plan`: the partition of a network's training over a chain, or what lacks."""

from collections.abc import Sequence
from dataclasses import replace

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.model import BalancedPlan
from fpdeep_gen.partition.search import Search

MOST_BOARDS = 128
GROWTH = 1.12
"""Step between the numbers of boards that are tried where one is too small."""

MOST_TOLD = 6
"""Exceeded budgets that are told of; the rest are of the same kind."""


def make_balanced_plan(network: Network, cluster: Cluster, way_out: bool = True) -> BalancedPlan:
    """Plans the training of `network` on all boards of `cluster`. Deterministic.

    Raises `InputError` where nothing fits: which board or link is short of what, how much is needed, and with `way_out`
    how many boards would do (which takes several more searches).
    """
    found = Search(network, cluster).best()
    if found is not None and not found.excess:
        return found.plan
    hint = _way_out(network, cluster) if way_out else ""
    if found is None:
        expected = "boards with multipliers for every part of every layer at some interval"
        raise InputError([Problem(None, None, "boards", expected, f"{len(cluster.boards)}", hint)])
    raise InputError([replace(problem, hint=hint) for problem in _worst(found.excess)])


def _worst(problems: Sequence[Problem]) -> list[Problem]:
    """One problem for each kind of resource, then others, `MOST_TOLD` in all."""
    kinds: dict[str, Problem] = {}
    for problem in problems:
        kinds.setdefault(problem.field.split(".")[-1], problem)
    rest = [problem for problem in problems if problem not in kinds.values()]
    return [*kinds.values(), *rest][:MOST_TOLD]


def _way_out(network: Network, cluster: Cluster) -> str:
    """The smallest number of such boards that works."""
    tried = len(cluster.boards)
    low, high = tried, None
    while tried < MOST_BOARDS and high is None:
        tried = min(MOST_BOARDS, max(tried + 1, int(tried * GROWTH)))
        if _fits(network, cluster, tried):
            high = tried
        else:
            low = tried
    if high is None:
        return f"{MOST_BOARDS} such boards are too few as well: larger boards, or a smaller network"
    while high - low > 1:
        middle = (low + high) // 2
        if _fits(network, cluster, middle):
            high = middle
        else:
            low = middle
    return f"{high} such boards are enough"


def _fits(network: Network, cluster: Cluster, boards: int) -> bool:
    if not cluster.links:
        return False
    more = boards - len(cluster.boards)
    larger = replace(
        cluster,
        boards=cluster.boards + cluster.boards[-1:] * more,
        links=cluster.links + cluster.links[-1:] * more,
    )
    return Search(network, larger).feasible()
