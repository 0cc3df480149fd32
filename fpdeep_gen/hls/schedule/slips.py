"""Stages of a pipeline that may not work in one cycle: iterations that a stream held up are out of step."""

from collections.abc import Iterator, Sequence

from fpdeep_gen.hls.ir import Load, Store
from fpdeep_gen.hls.schedule.model import MemoryPlan, RegionSchedule


def later_users(memories: Sequence[MemoryPlan], schedule: RegionSchedule) -> dict[int, list[int]]:
    """For each stage the later stages of the region that use one of its memories' ports in another cycle of the
    interval, and are an interval behind it or more. A stage that is to wait while one of these holds an iteration
    never meets it.

    A schedule gives accesses that share a port different cycles of the interval. That keeps them apart only as long as
    iterations are whole intervals apart; one that waits for a stream falls behind the older ones, which go on, by any
    number of cycles. Iterations are never closer than an interval, so that less distant stages do not meet.
    """
    found: dict[int, set[int]] = {}
    for accesses in _shared(memories):
        stages = sorted({schedule.stage(access) for other, access in accesses if other is schedule})
        for index, stage in enumerate(stages):
            found.setdefault(stage, set()).update(late for late in stages[index + 1 :] if late - stage >= schedule.ii)
    return {stage: sorted(late) for stage, late in found.items() if late}


def _shared(memories: Sequence[MemoryPlan]) -> Iterator[Sequence[tuple[RegionSchedule, Load | Store]]]:
    """The accesses of each port."""
    for plan in memories:
        if plan.common:
            for read, write in zip(plan.reads, plan.writes, strict=True):
                yield [*read.loads, *write.stores]
        else:
            yield from (port.loads for port in plan.reads)
            yield from (port.stores for port in plan.writes)
