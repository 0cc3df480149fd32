"""The schedule of a pipelined loop as rows of a chart: operations in the order of their stages, one column a cycle."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fpdeep_gen.hls.drawing.labels import Labels, kind
from fpdeep_gen.hls.drawing.limits import limiting
from fpdeep_gen.hls.emit.report import place
from fpdeep_gen.hls.ir import Cast, Concat, Constant, Extract, Get, Operation, Variable
from fpdeep_gen.hls.schedule.model import ProcessSchedule, RegionSchedule

_WIRING = (Constant, Cast, Extract, Concat, Get)


@dataclass(frozen=True)
class Row:
    """An operation, or the moment at which a variable takes its new value.

    It works in the cycles `first` to `last` of an iteration; `ends_ns`: where in its last stage the result is there;
    `limits`: it is part of what keeps the interval from the one asked for.
    """

    text: str
    kind: str
    width: int
    source: str
    first: int
    last: int
    ends_ns: float | None
    limits: bool


@dataclass(frozen=True)
class Chart:
    """One pipelined loop. `stages`: columns; a new iteration starts every `ii` of them.

    `requested_ii` None: it is pipelined by itself.
    """

    process: str
    loop: str
    source: str
    requested_ii: int | None
    ii: int
    stages: int
    slowest_ns: float
    limit: str
    rows: tuple[Row, ...]

    @property
    def verdict(self) -> str:
        """What the interval is, and why."""
        if self.requested_ii is None:
            return f"II {self.ii}, automatic" + (f", limited by {self.limit}" if self.ii > 1 else "")
        if self.ii == self.requested_ii:
            return f"II {self.ii} as asked"
        return f"II {self.ii}, asked {self.requested_ii}, limited by {self.limit}"

    @property
    def length(self) -> str:
        """Stages, and the slowest one."""
        return f"{self.stages} stage{'s' if self.stages > 1 else ''}, the slowest {self.slowest_ns:g} ns"


def charts(schedules: Iterable[ProcessSchedule]) -> tuple[Chart, ...]:
    """Every pipelined loop of a top, in the order of the source."""
    return tuple(
        _chart(schedule.process.name, region)
        for schedule in schedules
        for region in schedule.regions
        if region.pipelined
    )


def _chart(process: str, schedule: RegionSchedule) -> Chart:
    region = schedule.region
    marked, labels = limiting(schedule), Labels.of(region)
    rows = [
        _operation_row(operation, schedule, labels, id(operation) in marked)
        for operation in region.operations
        if not isinstance(operation, _WIRING)
    ]
    rows += [
        _variable_row(variable, value, schedule, labels, key in marked)
        for key, (variable, value) in region.sets.items()
    ]
    return Chart(
        process,
        region.name,
        place(region.location),
        (region.ii or schedule.ii) if region.automatic is None else None,
        schedule.ii,
        schedule.depth,
        round(schedule.longest_path, 2),
        schedule.reason,
        _ordered(rows),
    )


def _ordered(rows: Sequence[Row]) -> tuple[Row, ...]:
    """By first cycle, program order within one."""
    return tuple(sorted(rows, key=lambda row: row.first))


def _operation_row(operation: Operation, schedule: RegionSchedule, labels: Labels, limits: bool) -> Row:
    placed = schedule.placements[id(operation)]
    last = max(placed.stage, placed.ready - 1)  # a result of several stages comes out of a register
    ends = round(placed.time, 2) if placed.ready == placed.stage else None
    source = place(operation.location)
    return Row(labels.text(operation), kind(operation), operation.width, source, placed.stage, last, ends, limits)


def _variable_row(variable: Variable, value: Operation, schedule: RegionSchedule, labels: Labels, limits: bool) -> Row:
    stage = schedule.set_stage[id(variable)]
    text = f"{variable.name} := {labels.value(value)}"
    source = place(value.location or variable.location)
    return Row(text, "variable", variable.width, source, stage, stage, None, limits)
