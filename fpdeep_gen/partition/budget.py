"""What each board and link has, and what a plan takes beyond it."""

from collections.abc import Iterator, Sequence
from math import ceil

from fpdeep_gen.board.model import Board, Cluster
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.network.model import LayerKind, Network
from fpdeep_gen.partition.family import weight_bits
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import BalancedPlan

DDR_EFFICIENCY = 0.8
"""Part of the peak rate of DDR that long bursts reach."""


RAMB36_BITS = 36 * 1024


def memory_shortage(network: Network, cluster: Cluster) -> Problem | None:
    """What lacks where all boards together have too little on-chip memory for one copy of the weights of convolutions
    and of their gradients, whatever the plan."""
    least = least_bram36(network)
    have = sum(board.bram36 for board in cluster.boards)
    if have >= least:
        return None
    expected = f"at least {least} block RAMs, for weights of convolutions and their gradients"
    return _problem("boards.bram36", expected, f"{have} on all {len(cluster.boards)}")


def least_bram36(network: Network, on_chip: bool = False) -> int:
    """Block RAMs that every plan of the network takes at least; of fully connected layers only where all weights have
    to be `on_chip`, as no board has DDR."""
    bits = sum(
        layer.weight_count * weight_bits(network, index)
        for index, layer in enumerate(network.layers)
        if on_chip or layer.kind is LayerKind.CONVOLUTION
    )
    return ceil(bits / RAMB36_BITS)


def ddr_rate(board: Board, clock_mhz: float) -> float:
    """Bits a clock cycle to and from a board's DDR."""
    return 0.0 if board.ddr is None else board.ddr.gigabytes_per_second * 8e3 * DDR_EFFICIENCY / clock_mhz


def budget_problems(plan: BalancedPlan) -> Iterator[Problem]:
    """Every budget that the plan exceeds: resource, board or link, what it has and what the plan takes."""
    interval = plan.prediction.interval
    for board, use in zip(plan.cluster.boards, plan.uses, strict=True):
        name = f"boards[{use.board}]"
        if use.dsp > board.dsp:
            yield _problem(f"{name}.dsp", f"at most {board.dsp} DSPs ({board.name})", f"{use.dsp}")
        if use.bram18 > 2 * board.bram36:
            yield _problem(f"{name}.bram36", f"at most {board.bram36} block RAMs ({board.name})", f"{use.bram18 / 2:g}")
        if use.lut > board.lut:
            yield _problem(f"{name}.lut", f"at most {board.lut} LUTs ({board.name})", f"about {use.lut}")
        room = ddr_rate(board, plan.cluster.clock_mhz) * interval
        if use.ddr_bits > room:
            yield _problem(f"{name}.ddr", f"at most {room:.0f} bits an image ({board.name})", f"{use.ddr_bits}")
    for link in plan.links:
        for way, cycles in (("up", link.up_cycles), ("down", link.down_cycles)):
            if cycles > interval:
                expected = f"at most {interval} cycles an image {way}, the interval"
                yield _problem(f"links[{link.index}]", expected, f"{cycles}")


def _problem(field: str, expected: str, found: str) -> Problem:
    return Problem(None, None, field, expected, found)


def check_budgets(plan: BalancedPlan) -> None:
    """Raises `InputError` with every budget that the plan exceeds."""
    problems = list(budget_problems(plan))
    if problems:
        raise InputError(problems)


def memory_left(plan: BalancedPlan, geometry: Sequence[Geometry]) -> list[int]:
    """RAMB18s of each board that are left beside all but the stores of fully connected layers."""
    left = [2 * board.bram36 - use.bram18 for board, use in zip(plan.cluster.boards, plan.uses, strict=True)]
    for store in plan.stores:
        if geometry[store.layer].flat:
            left[store.board] += store.bram18
    return left
