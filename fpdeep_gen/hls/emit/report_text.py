"""A kernel's report as text to read: loops, memories, ports, estimated resources, warnings."""

from collections.abc import Iterable, Sequence

from fpdeep_gen.hls.emit.interface_report import ArgumentReport
from fpdeep_gen.hls.emit.report import CountReport, KernelReport, LoopReport, Resources

_UNKNOWN = "?"
_COUNTS = ("II asked", "II", "depth", "trip count", "latency", "bits", "words", "read ports", "write ports")
_NUMBERS = frozenset((*_COUNTS, "instances", "DSP", "BRAM36", "LUT", "FF", "URAM"))


def report_text(report: KernelReport) -> str:
    """The whole report, the same for equal reports."""
    parts = [
        f"{report.top} for {report.part} at {report.clock_mhz:g} MHz\n\n"
        "Cycles are estimates without waiting for streams or memories outside. ?: not known; LOOP_TRIPCOUNT says how\n"
        "often a loop goes round. All resources are estimates.\n",
        _table("Processes", _PROCESS, _process_rows(report)),
        _table("Loops", LOOP, loop_rows(report)),
        _table(
            "Memories",
            ("process", "memory", "bits", "words", "built of", "read ports", "write ports"),
            _memories(report),
        ),
        _table("FIFOs", ("FIFO", "bits", "words", "built of"), _fifos(report)),
        _table("Ports", ("argument", "direction", "protocol", "type"), _ports(report)),
        "\n".join(["Warnings", *(f"  {warning}" for warning in report.warnings)]) + "\n" if report.warnings else "",
    ]
    return "\n".join(part for part in parts if part)


_PROCESS = ("process", "instances", "latency", "DSP", "BRAM36", "LUT", "FF", "URAM")
LOOP = ("process", "loop", "II asked", "II", "depth", "trip count", "latency", "limit")


def loop_rows(report: KernelReport) -> tuple[tuple[str, ...], ...]:
    """One row a loop, in the columns of `LOOP`; inner loops are set in."""
    return tuple(
        (
            process.name,
            f"{'  ' * loop.level}{loop.name} ({loop.location})",
            _asked(loop),
            "" if loop.ii is None else str(loop.ii),
            *(_count(count) for count in (loop.depth, loop.trip_count, loop.latency)),
            f"one by one: {loop.sequential}" if loop.sequential else loop.limit,
        )
        for process in report.processes
        for loop in process.loops
    )


def _asked(loop: LoopReport) -> str:
    if loop.automatic:
        return "automatic"
    return "" if loop.requested_ii is None else str(loop.requested_ii)


def _count(count: CountReport | None) -> str:
    return _UNKNOWN if count is None else str(count)


def _resources(one: Resources) -> tuple[str, ...]:
    return str(one.dsp), f"{one.bram36:g}", f"{one.lut:,}", f"{one.ff:,}", str(one.uram)


def _process_rows(report: KernelReport) -> list[tuple[str, ...]]:
    rows = [
        (one.name, str(len(one.instances)), _count(one.latency), *_resources(one.resources)) for one in report.processes
    ]
    return [*rows, ("all, with FIFOs and ports", "", "", *_resources(report.resources))]


def _memories(report: KernelReport) -> list[tuple[str, ...]]:
    return [
        (process.name, *map(str, (one.name, one.width, one.depth, one.storage, one.read_ports, one.write_ports)))
        for process in report.processes
        for one in process.memories
    ]


def _fifos(report: KernelReport) -> list[tuple[str, ...]]:
    return [(one.name, str(one.width), str(one.depth), one.storage) for one in report.fifos]


def _ports(report: KernelReport) -> list[tuple[str, ...]]:
    if report.interface is None:
        return [(one.name, "in" if one.is_input else "out", "axis", str(one.width)) for one in report.ports]
    arguments = (*report.interface.arguments, *report.interface.offsets)
    return [(one.name, one.direction, one.protocol, _type(one)) for one in arguments]


def _type(one: ArgumentReport) -> str:
    """The layout; of words with side channels, the pins and their bits."""
    channels = one.argument().channels
    return ", ".join(f"{name} {width}" for name, width in channels) if channels else one.layout


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as they need; nothing where there is no row."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    if len(lines) == 1:
        return ""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = [title]
    for line in lines:
        cells = (
            cell.rjust(width) if name in _NUMBERS else cell.ljust(width)
            for cell, width, name in zip(line, widths, head, strict=True)
        )
        text.append(f"  {'  '.join(cells)}".rstrip())
    return "\n".join(text) + "\n"
