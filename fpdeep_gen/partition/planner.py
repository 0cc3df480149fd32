"""`make_balanced_plan`: the partition of a network's training over a chain, or what lacks."""

from collections.abc import Sequence
from dataclasses import replace

from fpdeep_gen.board.model import Cluster, Link
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.budget import memory_shortage
from fpdeep_gen.partition.lesser import planned
from fpdeep_gen.partition.model import BalancedPlan
from fpdeep_gen.partition.small import shortened
from fpdeep_gen.partition.spaced import spaced
from fpdeep_gen.partition.way_out import way_out_of

MOST_TOLD = 6
"""Exceeded budgets that are told of; the rest are of the same kind."""


def make_balanced_plan(
    network: Network, cluster: Cluster, way_out: bool = True, link: Link | None = None, fill: float | None = None
) -> BalancedPlan:
    """Plans the training of `network` on all boards of `cluster`. Deterministic.

    Raises `InputError` where nothing fits: which board or link is short of what, how much is needed, and with `way_out`
    how many boards would do (which takes several more searches). `link`: to further boards, where a board is alone.
    `fill`: the most intervals (1 or more) that an image may take, at whatever throughput that leaves.
    """
    lacking = memory_shortage(network, cluster)
    if lacking is not None:
        hint = way_out_of(network, cluster, [lacking], link) if way_out else ""
        raise InputError([replace(lacking, hint=hint)])
    found = planned(network, cluster)
    if found is not None and not found.excess:
        plan = shortened(found.plan)
        return plan if fill is None else spaced(plan, fill)
    hint = way_out_of(network, cluster, found.excess if found is not None else (), link) if way_out else ""
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
