"""Cycles of a training step and of a whole run, as the plan's own figures give them, and as measured."""

from collections.abc import Sequence
from itertools import accumulate, pairwise

from fpdeep_gen.plan.check import pieces_of
from fpdeep_gen.plan.cost import update_cycles
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.plan.pieces import folds_of
from fpdeep_gen.plan.schedule import schedule
from fpdeep_gen.sim.chain_report import ChainRun
from fpdeep_gen.sim.host import Command, Dump, Load, Program
from fpdeep_gen.sim.store_order import slice_shapes


def transfer_cycles(plan: Plan) -> list[float]:
    """Of each slice, what one DUMP or LOAD takes: a weight a cycle, or as the slowest link below its board lets them
    through (a weight is one flit)."""
    rates = [min(1.0, link.flits_per_cycle(plan.cluster.clock_mhz)) for link in plan.cluster.links]
    shapes = slice_shapes(plan)
    return [
        shape.elements / min([1.0, *rates[: piece.board]]) for piece, shape in zip(plan.slices, shapes, strict=True)
    ]


def planned_step(plan: Plan, images: int) -> float:
    """Cycles from one step to the next, each TRAIN of `images` and DUMP.

    By the schedule of an image alone, slice by slice: its last gradient, its update, its turn in the DUMP behind the
    slices below; it can take the next step's first row from then on. The step is as long as the slice that is last, and
    each further image an interval longer.
    """
    pieces = pieces_of(plan)
    folds = folds_of(plan.network, plan, pieces)
    interval = plan.prediction.interval
    (alone,) = schedule(plan.network, plan.cluster, plan.lanes, pieces, folds, 1, interval)
    dumped = longest = 0.0
    for piece, fold, times, transfer in zip(pieces, folds, alone, transfer_cycles(plan), strict=True):
        updated = times.gradient_end + update_cycles(fold, plan.update_lanes[piece.layer])
        dumped = max(dumped, updated) + transfer
        longest = max(longest, dumped - times.features_in[0])
    return longest + (images - 1) * interval


def planned_run(plan: Plan, program: Program) -> float:
    """The commands' cycles, each after the end of the one before: no run takes more, as commands overlap."""
    prediction = plan.prediction

    def cycles(command: Command) -> float:
        if isinstance(command, Load | Dump):
            return sum(transfer_cycles(plan))
        return prediction.latency + (len(command.labels) - 1) * prediction.interval + prediction.update

    return sum(map(cycles, program.commands))


def measured_steps(run: ChainRun, images: Sequence[int]) -> list[int]:
    """Cycles from each mini-batch's first result to the next one's. `images`: of each mini-batch, from the first on."""
    firsts = [int(run.output_cycles["host_result"][first]) for first in accumulate(images[:-1], initial=0)]
    return [later - earlier for earlier, later in pairwise(firsts)]
