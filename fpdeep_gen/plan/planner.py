"""`make_plan`: the shortest interval that a cluster allows, with the fewest multipliers that keep it."""

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.network.model import Network
from fpdeep_gen.plan.assemble import assemble
from fpdeep_gen.plan.check import budget_problems, check_plan
from fpdeep_gen.plan.cost import softmax_cycles
from fpdeep_gen.plan.memory import Use
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.plan.pieces import Forced
from fpdeep_gen.plan.place import Found, Search, Task

ROUNDS = 8
"""Searches until the caches that a placement needs are those it was searched with."""


def slowest_interval(network: Network) -> int:
    """Cycles that suffice for every engine with one multiplier."""
    areas = (max(layer.in_rows * layer.in_columns, layer.conv_rows * layer.conv_columns) for layer in network.layers)
    work = max(area * layer.weight_count for area, layer in zip(areas, network.layers, strict=True))
    return 4 * work + softmax_cycles(network.layers[-1].out_channels)


def shortest(search: Search, network: Network) -> Found | None:
    """The placement with the shortest interval: doubling from the softmax's interval, then halving the gap."""
    low = softmax_cycles(network.layers[-1].out_channels) - 1
    high = low + 1
    limit = slowest_interval(network)
    best = search.find(high)
    while best is None:
        if high >= limit:
            return None
        low, high = high, min(2 * high, limit)
        best = search.find(high)
    while high - low > 1:
        middle = (low + high) // 2
        found = search.find(middle)
        if found is None:
            low = middle
        else:
            best, high = found, middle
    return best


def make_plan(network: Network, cluster: Cluster, forced: Forced | None = None) -> Plan:
    """Plans the training of `network` on all boards of `cluster`. Deterministic.

    `forced` takes decisions from the search. Raises `InputError` where nothing fits, naming what is short.
    """
    decided = forced or Forced()
    images = tuple(2 for _ in network.layers)
    reserved = tuple(Use() for _ in cluster.boards)
    for _ in range(ROUNDS):
        task = Task(network, cluster, decided, images, reserved)
        found = shortest(Search(task), network)
        if found is None:
            break
        plan = assemble(network, cluster, found)
        if not budget_problems(plan):
            check_plan(plan)
            return plan
        reserved = _more_reserved(plan, reserved)
    raise InputError([Problem(None, None, "cluster", "a cluster that the network fits", cluster.name)])


def _more_reserved(plan: Plan, reserved: tuple[Use, ...]) -> tuple[Use, ...]:
    """Keeps free on each board what the plan has too much."""
    more = []
    for board, use, kept in zip(plan.cluster.boards, plan.uses, reserved, strict=True):
        more.append(
            Use(
                kept.dsp + max(0, use.dsp - board.dsp),
                kept.bram18 + max(0, round(2 * use.bram36) - 2 * board.bram36),
                kept.lut + max(0, use.lut - board.lut),
                kept.ff + max(0, use.ff - board.ff),
            )
        )
    return tuple(more)
