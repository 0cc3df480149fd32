"""`make_plan`: the shortest interval that a cluster allows, with the fewest multipliers that keep it."""

from dataclasses import replace

from fpdeep_gen.board.memory import Use
from fpdeep_gen.board.model import Cluster
from fpdeep_gen.errors import InputError
from fpdeep_gen.network.model import Network
from fpdeep_gen.network.trainable import require_trainable
from fpdeep_gen.plan.assemble import assemble
from fpdeep_gen.plan.check import budget_problems, check_plan
from fpdeep_gen.plan.cost import softmax_cycles
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.plan.options import Task
from fpdeep_gen.plan.pieces import Forced
from fpdeep_gen.plan.place import Found, Search, slowest_interval
from fpdeep_gen.plan.shortage import empty_board_problems, shortage_problems
from fpdeep_gen.plan.structure import forced_problems

IMAGES_CACHED = 2
"""What the search takes the caches to hold; the assembled plan tells what they really must."""

ROUNDS = 8
"""Searches until a placement has room for the caches that it needs."""


def make_plan(network: Network, cluster: Cluster, forced: Forced | None = None) -> Plan:
    """Plans the training of `network` on all boards of `cluster`. Deterministic.

    `forced` takes decisions from the search. Raises `InputError` where nothing fits: which board is short of what, how
    much is needed, and what would help.
    """
    require_trainable(network)
    decided = forced or Forced()
    problems = [*empty_board_problems(network, cluster), *forced_problems(network, len(cluster.boards), decided)]
    if problems:
        raise InputError(problems)
    plan = fitting_plan(network, cluster, decided)
    if plan is None:
        raise InputError(shortage_problems(network, cluster, decided, fitting_plan))
    check_plan(plan)
    return plan


def fitting_plan(network: Network, cluster: Cluster, forced: Forced) -> Plan | None:
    """The plan with the shortest interval; None where nothing fits.

    The search guesses the depths of the caches. Where a board turns out too full, as much is kept free on it and the
    search begins again. Backward engines make words in parts where nothing else keeps the interval, or where that
    spares multipliers of a placement found without.
    """
    images = (IMAGES_CACHED,) * len(network.layers)
    reserved = (Use(),) * len(cluster.boards)
    for _ in range(ROUNDS):
        task = Task(network, cluster, forced, images, reserved)
        search = Search(task)
        best = shortest(search, network, shortest(Search(replace(task, makes_parts=False)), network))
        if best is None:
            return None
        interval, found = best
        for candidate in (search.parted(found, interval), found):
            plan = assemble(network, cluster, candidate)
            if not budget_problems(plan):
                return plan
        reserved = _more_reserved(plan, reserved)
    return None


def shortest(search: Search, network: Network, known: tuple[int, Found] | None = None) -> tuple[int, Found] | None:
    """The shortest interval and its placement: doubling from the softmax's, then halving the gap. `known`: those of a
    narrower search."""
    low = softmax_cycles(network.layers[-1].out_channels) - 1
    if known is not None:
        return known if search.find(known[0] - 1) is None else _halved(search, low, known)
    high = low + 1
    limit = slowest_interval(network, search.cluster)
    best = search.find(high)
    while best is None:
        if high >= limit:
            return None
        low, high = high, min(2 * high, limit)
        best = search.find(high)
    return _halved(search, low, (high, best))


def _halved(search: Search, low: int, known: tuple[int, Found]) -> tuple[int, Found]:
    """The shortest interval above `low`, where a placement is known."""
    high, best = known
    while high - low > 1:
        middle = (low + high) // 2
        found = search.find(middle)
        if found is None:
            low = middle
        else:
            best, high = found, middle
    return high, best


def _more_reserved(plan: Plan, reserved: tuple[Use, ...]) -> tuple[Use, ...]:
    """Keeps free on each board what the plan has too much."""
    return tuple(
        Use(
            kept.dsp + max(0, use.dsp - board.dsp),
            kept.bram18 + max(0, round(2 * use.bram36) - 2 * board.bram36),
            kept.lut + max(0, use.lut - board.lut),
            kept.ff + max(0, use.ff - board.ff),
        )
        for board, use, kept in zip(plan.cluster.boards, plan.uses, reserved, strict=True)
    )
