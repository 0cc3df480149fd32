"""Runs the kernels of a built group natively and as RTL, and compares."""

import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fpdeep_gen.hls.emit.report import PortReport
from fpdeep_gen.hls.simulate import read_words, write_words
from fpdeep_gen.hls.tools import run_tool
from tests.hls.batch.build import Group

TIMEOUT_CYCLES = 3000
DRAIN_CYCLES = 300
RUN_SECONDS = 120
NATIVE_SECONDS = 20
Words = dict[str, list[int]]


class Failed(AssertionError):
    """A kernel that does not do what it should; the text says what."""


@dataclass(frozen=True)
class Stimulus:
    """Words of each input port (any integers, taken modulo 2^width); `calls` of the native top.

    `whole`: all words must be used; else the RTL gets those that the native top has used.
    """

    inputs: Mapping[str, Sequence[int]]
    calls: int = 1
    whole: bool = True


@dataclass(frozen=True)
class RtlRun:
    """Outputs of one kernel by port; `cycles` from reset to the last expected word. `fault`: why it did not end."""

    outputs: Words
    cycles: int
    fault: str = ""


@dataclass(frozen=True)
class Results:
    """Of one kernel: native outputs, and the RTL's for each stall probability."""

    native: Words
    rtl: dict[float, RtlRun] = field(default_factory=dict)
    native_fault: str = ""

    def difference(self, canonical: Callable[[list[int]], list[int]] | None = None) -> str:
        """Why RTL and native differ; "" when they do not. `canonical` orders the words of both first."""
        if self.native_fault:
            return self.native_fault
        for stall, run in self.rtl.items():
            if run.fault:
                return f"stalls {stall}: {run.fault}"
            for port, words in self.native.items():
                found = run.outputs[port]
                if canonical is not None:
                    words, found = canonical(words), canonical(found)
                text = first_difference(words, found)
                if text:
                    return f"stalls {stall}, port {port}: native against RTL: {text}"
        return ""


def first_difference(expected: Sequence[int], found: Sequence[int]) -> str:
    """Where two lists of words part."""
    for place, (one, other) in enumerate(zip(expected, found, strict=False)):
        if one != other:
            return f"word {place}: {one:#x}, found {other:#x}"
    return "" if len(expected) == len(found) else f"{len(expected)} words, found {len(found)}"


def run_group(
    group: Group, stimuli: Mapping[str, Stimulus], stalls: Sequence[float] = (0.0, 0.4), seed: int = 1
) -> dict[str, Results]:
    """All kernels that have a stimulus (the others of the group idle)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results = {}
        for kernel in group.kernels:
            (folder / kernel).mkdir()
            stimulus = stimuli.get(kernel, Stimulus({}, 0))
            results[kernel] = _run_native(group, kernel, stimulus, folder / kernel)
        for stall in stalls:
            arguments = [name, str(seed), str(stall), str(TIMEOUT_CYCLES), str(DRAIN_CYCLES)]
            printed = run_tool([str(group.simulation), *arguments], timeout_s=RUN_SECONDS)
            for line in printed.splitlines():
                kernel, state, cycles, *streams = line.split(" ")
                fault = "" if state == "done" else f"stalled at cycle {cycles}: {' '.join(streams)}"
                results[kernel].rtl[stall] = RtlRun(_outputs(group, kernel, folder, ".rtl"), int(cycles), fault)
        return {kernel: results[kernel] for kernel in stimuli}


def _run_native(group: Group, kernel: str, stimulus: Stimulus, folder: Path) -> Results:
    ports = group.kernels[kernel].report.ports
    wanted = {port.name for port in ports if port.is_input}
    if stimulus.calls and wanted != set(stimulus.inputs):
        raise Failed(f"{kernel}: inputs {sorted(wanted)}, given {sorted(stimulus.inputs)}")
    for port in ports:
        if port.is_input:
            write_words(folder / f"{port.name}.bin", stimulus.inputs.get(port.name, ()), port.width)
    command = [str(group.native), kernel, str(folder), str(stimulus.calls)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=NATIVE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return Results({}, {}, f"native: does not end within {NATIVE_SECONDS} s")
    fault = f"native: exit {done.returncode}: {done.stderr.strip()}" if done.returncode else ""
    if not fault:
        fault = _drop_unused(folder, [port for port in ports if port.is_input], stimulus)
    outputs = _outputs(group, kernel, folder.parent, ".out") if not fault else {}
    for port in ports:
        if not port.is_input:
            (folder / f"{port.name}.count").write_text(str(len(outputs.get(port.name, ()))))
    return Results(outputs, {}, fault)


def _drop_unused(folder: Path, ports: Sequence[PortReport], stimulus: Stimulus) -> str:
    """Leaves the words that were used in the files; why that is not allowed."""
    for port in ports:
        left = int((folder / f"{port.name}.left").read_text())
        if left and stimulus.whole:
            return f"native: {left} words left in stream {port.name}"
        words = list(stimulus.inputs.get(port.name, ()))
        write_words(folder / f"{port.name}.bin", words[: len(words) - left], port.width)
    return ""


def _outputs(group: Group, kernel: str, folder: Path, suffix: str) -> Words:
    return {
        port.name: read_words(folder / kernel / f"{port.name}{suffix}", port.width)
        for port in group.kernels[kernel].report.ports
        if not port.is_input
    }
