"""`simulate`: executes a balanced plan row by row (fpdeep_gen/partition/model.py says how a plan runs)."""

from collections import defaultdict

from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.network.model import LayerKind
from fpdeep_gen.partition.model import BalancedPlan, Phase
from fpdeep_gen.sim.rows.machine import Machine
from fpdeep_gen.sim.rows.model import CacheOccupancy, Deadlock, EngineLoad, LinkBusy, Simulated, Span
from fpdeep_gen.sim.rows.occupancy import occupancies
from fpdeep_gen.sim.rows.pace import interval
from fpdeep_gen.sim.rows.winners import winners_kept
from fpdeep_gen.sim.rows.wiring import Wiring


def simulate(plan: BalancedPlan, images: int, batch: int | None = None, pause: float | None = None) -> Simulated:
    """Runs `images` images through the plan.

    Their first pixels come the plan's interval apart, their rows evenly over its intake. With `batch`, weights are
    updated after so many images, and the next batch's first pixel comes `pause` cycles (by default the plan's `update`)
    after the last gradient.

    Raises `InputError` where the plan cannot be executed: rows of a layer cut over shares, or parts of a tensor that a
    board needs and no stream brings.
    """
    problems = _cut_rows(plan)
    if problems:
        raise InputError(problems)
    machine = Machine(
        plan,
        images,
        images if batch is None else batch,
        plan.prediction.update if pause is None else pause,
    )
    wiring = Wiring(machine)
    wiring.wire()
    if wiring.problems:
        raise InputError(wiring.problems)
    machine.events.run()
    return _result(machine)


def _cut_rows(plan: BalancedPlan) -> list[Problem]:
    problems = []
    for share in plan.shares:
        layer = plan.network.layers[share.layer]
        rows = layer.in_rows if share.phase is Phase.BACKWARD else layer.conv_rows
        if layer.kind is LayerKind.CONVOLUTION and share.rows.size != rows:
            found = f"{share.rows.begin}..{share.rows.end - 1} on board {share.board}"
            problems.append(Problem(None, None, f"shares.{layer.name}.rows", f"all {rows} rows", found))
    return problems


def _result(machine: Machine) -> Simulated:
    plan = machine.plan
    ended = sum(left == 0 for left in machine.gradients_left)
    blocked = machine.events.blocked()
    full = tuple(one for one in blocked if one.process in machine.cached and one.counter in machine.freeing)
    others = tuple(one for one in blocked if one not in full)
    span = max(1.0, *machine.done) if ended == machine.images else max(1.0, machine.events.now)
    sent: dict[tuple[bool, int], float] = defaultdict(float)
    for (_, _, upwards, index), stream in machine.streams.items():
        sent[upwards, index] += stream.sent
    return Simulated(
        tuple(machine.started),
        tuple(machine.done[:ended]),
        machine.batch,
        interval(machine),
        tuple(machine.update_waits),
        tuple(
            CacheOccupancy(cache.layer, cache.board, cache.rows, greatest, waited)
            for cache, greatest, waited in zip(plan.caches, machine.greatest, machine.cache_waits, strict=True)
        ),
        occupancies(machine),
        winners_kept(machine),
        tuple(
            EngineLoad(share.layer, share.board, share.phase, worked / span)
            for share, worked in zip(plan.shares, machine.worked, strict=True)
        ),
        tuple(
            LinkBusy(
                link.index,
                sent[True, link.index] / link.payload_bits_per_cycle / span,
                sent[False, link.index] / link.payload_bits_per_cycle / span,
            )
            for link in plan.links
        ),
        tuple(Span(*key, begin, end) for key, (begin, end) in machine.spans.items()),
        Deadlock(machine.events.now, full, others) if ended < machine.images else None,
    )
