"""A case: one kernel of this folder with its stimulus, its independent reference, its intervals and its cycle count."""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fpdeep_gen.hls.emit.report import KernelReport
from tests.hls.batch.build import Group, Source, build
from tests.hls.batch.run import Results, Stimulus, first_difference, run_group

HERE = Path(__file__).parent
STALL = 0.35


@dataclass(frozen=True)
class Case:
    """`expected`: words of each output from a reference that shares no code with the kernel.

    `ii`: the reached interval of every pipelined loop in the order of the source. `steps`: cycles that the loops take
    by hand count, sum of trip count x interval; `fills`: how often a region is entered with empty stages.
    Each may cost its depth, so the run takes from `steps` to `steps + fills * (greatest depth + 1)` cycles.
    """

    name: str
    inputs: Mapping[str, Sequence[int]]
    expected: Mapping[str, Sequence[int]]
    ii: Sequence[int]
    steps: int
    fills: int = 1
    calls: int = 1
    canonical: Callable[[list[int]], list[int]] | None = None
    """Of a kernel whose order of words depends on when words arrive: brings them into one order before comparisons."""


def source_of(name: str) -> Source:
    """The kernel's file."""
    return Source(name, (HERE / f"{name}.cpp").read_text())


@functools.cache
def group_of(names: tuple[str, ...]) -> Group:
    """The kernels, built as one group."""
    return build([source_of(name) for name in names])


_results: dict[tuple[str, ...], dict[str, Results]] = {}


def faults(case: Case, cases: Sequence[Case]) -> list[str]:
    """What is wrong with a kernel, natively or as RTL without and with stalls; `cases` are built together."""
    names = tuple(one.name for one in cases)
    group = group_of(names)
    if names not in _results:
        stimuli = {one.name: Stimulus(one.inputs, one.calls) for one in cases}
        _results[names] = run_group(group, stimuli, (0.0, STALL))
    return list(_faults(case, group.kernels[case.name].report, _results[names][case.name]))


def _faults(case: Case, report: KernelReport, results: Results) -> Iterator[str]:
    difference = results.difference(case.canonical)
    if difference:
        yield difference
    widths = {port.name: port.width for port in report.ports}
    if set(case.expected) != set(results.native):
        yield f"outputs {sorted(results.native)}, expected {sorted(case.expected)}"
        return
    for port, words in case.expected.items():
        expected = [word & ((1 << widths[port]) - 1) for word in words]
        native = results.native[port]
        text = first_difference(expected, native if case.canonical is None else case.canonical(native))
        if text:
            yield f"port {port}: reference against C++: {text}"
    if intervals(report) != list(case.ii):
        reasons = [region.limit for process in report.processes for region in process.regions if region.limit]
        yield f"intervals {intervals(report)}, expected {list(case.ii)} {reasons}"
    cycles = results.rtl[0.0].cycles
    most = case.steps + case.fills * (deepest(report) + 1)
    if not case.steps <= cycles <= most:
        yield f"{cycles} cycles, expected {case.steps} to {most}"


def intervals(report: KernelReport) -> list[int]:
    """Reached intervals of the pipelined loops, in the order of the source."""
    loops = [
        (int(region.location.rsplit(":", 1)[1]), region.ii)
        for process in report.processes
        for region in process.regions
        if region.requested_ii is not None
    ]
    return [ii for _, ii in sorted(loops)]


def deepest(report: KernelReport) -> int:
    """Stages of the deepest region."""
    return max(region.depth for process in report.processes for region in process.regions)


def pack(values: Iterable[int], width: int) -> int:
    """A word of `hls::vector`: element 0 lowest."""
    return sum((value & ((1 << width) - 1)) << (place * width) for place, value in enumerate(values))


def signed(word: int, width: int) -> int:
    """The number of a two's-complement word."""
    word &= (1 << width) - 1
    return word - (word >> (width - 1) << width)
