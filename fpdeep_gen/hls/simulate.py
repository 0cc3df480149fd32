"""Run compiled RTL in Verilator with random stalls on every stream, word files in and out."""

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from fpdeep_gen.errors import InputError, Problem, ToolError
from fpdeep_gen.hls.axi import masters
from fpdeep_gen.hls.compile import CompiledKernel
from fpdeep_gen.hls.driver import (
    DRIVER,
    DRIVER_FLAGS,
    DRIVER_HEADERS,
    RENAMED,
    external_memories,
    pins_source,
    value_pins,
)
from fpdeep_gen.hls.emit.report import KernelReport
from fpdeep_gen.hls.tools import (
    compile_object,
    compiler,
    content_key,
    link,
    model_flags,
    objects_once,
    run_all,
    run_tool,
    runtime_objects,
    verilator,
)

CACHE = ".fpdeep_cache"
_VERILATOR_FLAGS = (
    "--cc",
    "-O3",
    "--x-assign",
    "fast",
    "--x-initial",
    "fast",
    "--no-timing",
    "--output-split",
    "20000",
)
_ONE_FILE_BYTES = 1_000_000


@dataclass(frozen=True)
class Bursts:
    """Traffic of an AXI4 master over all calls."""

    read_bursts: int
    read_beats: int
    write_bursts: int
    write_beats: int


@dataclass(frozen=True)
class SimulationResult:
    """What came out, as words (unsigned).

    `outputs`: the words of each output stream; `cycles`: from reset to the last expected word or the last call's end;
    `taken`: words taken from each input stream. Of a top with a block-level protocol, one entry a call: `results` by
    output pin, `images` (after the call) by external memory, `latencies` in cycles from ap_start to ap_done.
    """

    outputs: Mapping[str, list[int]]
    cycles: int
    taken: Mapping[str, int] = field(default_factory=dict)
    results: Mapping[str, list[int]] = field(default_factory=dict)
    images: Mapping[str, list[list[int]]] = field(default_factory=dict)
    latencies: tuple[int, ...] = ()
    bursts: Mapping[str, Bursts] = field(default_factory=dict)


@dataclass(frozen=True)
class Calls:
    """Calls of a top with a block-level protocol: words of input pins, and images of external memories, one a call.

    `runs`: how many runs each call makes, where the top counts restarts. `places`: addresses of arrays that overlap.
    """

    count: int
    pins: Mapping[str, Sequence[int]]
    images: Mapping[str, Sequence[Sequence[int]]]
    runs: Sequence[int] = ()
    places: Mapping[str, int] = field(default_factory=dict)


def simulate_streams(
    compiled: CompiledKernel,
    inputs: Mapping[str, Sequence[int]],
    expected_words: Mapping[str, int],
    stall_probability: float = 0.0,
    seed: int = 1,
    timeout_cycles: int = 20000,
    drain_cycles: int = 256,
    calls: Calls | None = None,
    steady: Sequence[str] = (),
) -> SimulationResult:
    """Feed `inputs`, take words until each output has as many as expected, and then for `drain_cycles` more.

    The words that come in that time are in the result too, so a comparison sees surplus ones. Each cycle each stream
    waits with `stall_probability`, but those of `steady` never do. `calls` is needed where the top has a block-level
    protocol. Raises InputError when streams are missing, ToolError when nothing has moved for `timeout_cycles` (it says
    how far each stream got).
    """
    report = compiled.report
    _check_streams(report, inputs, expected_words)
    program = build(compiled)
    folder = program.parent / f"run_{content_key(str(seed), str(stall_probability), repr(sorted(inputs)))}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for port in report.ports:
        if port.is_input:
            write_words(folder / f"{port.name}.bin", inputs[port.name], port.width)
    given, made = value_pins(report)
    if calls is not None:
        write_words(folder / "ap_runs.bin", calls.runs, 32)
        overlapping = "".join(f"{name} {place}\n" for name, place in calls.places.items())
        (folder / "overlapping.txt").write_text(overlapping, encoding="utf-8")
        for pin in given:
            write_words(folder / f"{pin.name}.bin", calls.pins[pin.name], pin.width)
        for memory in external_memories(report):
            words = [word for image in calls.images[memory.name] for word in image]
            write_words(folder / f"{memory.name}.bin", words, memory.width)
        for master in masters(report.interface.interface()) if report.interface is not None else ():
            words = [word for image in calls.images[master.name] for word in image]
            write_words(folder / f"{master.name}_elements.bin", words, master.width)
    expected = [f"{port.name}={expected_words[port.name]}" for port in report.ports if not port.is_input]
    numbers = [str(seed), str(stall_probability), str(timeout_cycles), str(drain_cycles)]
    expected += [f"!{name}" for name in steady]
    numbers += [] if calls is None else [str(calls.count)]
    printed = run_tool([str(program), str(folder), *numbers, *expected], timeout_s=600)
    outputs = {
        port.name: read_words(folder / f"{port.name}.bin", port.width) for port in report.ports if not port.is_input
    }
    results, images = {}, {}
    behind = masters(report.interface.interface()) if report.interface is not None else ()
    if calls is not None:
        results = {pin.name: read_words(folder / f"{pin.name}.made", pin.width) for pin in made if calls.count}
        for memory in external_memories(report):
            words = read_words(folder / f"{memory.name}.made", memory.width)
            images[memory.name] = [words[at : at + memory.depth] for at in range(0, len(words), memory.depth)]
        for master in behind:
            words = read_words(folder / f"{master.name}_elements.made", master.width)
            images[master.name] = [words[at : at + master.count] for at in range(0, len(words), master.count)]
    shutil.rmtree(folder)
    lines = [line.split() for line in printed.splitlines()]
    taken = {line[1]: int(line[2]) for line in lines if line and line[0] == "taken"}
    latencies = tuple(int(line[1]) for line in lines if line and line[0] == "latency")
    bursts = {line[1]: Bursts(*map(int, line[2:])) for line in lines if line and line[0] == "bursts"}
    return SimulationResult(outputs, _cycles(printed), taken, results, images, latencies, bursts)


def build(compiled: CompiledKernel, optimise: str = "-O1") -> Path:
    """The simulation program of a kernel, built once for its content."""
    cache = compiled.verilog.parent / CACHE
    text = compiled.verilog.read_text(encoding="utf-8")
    pins = pins_source(compiled.report)
    shared = [path.read_text(encoding="utf-8") for path in (DRIVER, *DRIVER_HEADERS)]
    folder = cache / f"cosim_{content_key(text, pins, *shared, optimise, *compiler(), *model_flags())}"
    program = folder / "simulate"
    if program.exists():
        return program
    folder.mkdir(parents=True, exist_ok=True)
    flags = [*_VERILATOR_FLAGS, "-Wno-fatal", "-Wno-lint", "-Wno-style", "-DFPDEEP_SIM"]
    names = ["--prefix", "Vtop", "--top-module", compiled.report.module, "-Mdir", str(folder)]
    run_tool(verilator(*flags, *names, str(compiled.verilog)))
    # Verilator gives pins with names such as `far` another one
    renamed = sorted(set(re.findall(r"\b__SYM__(\w+)", (folder / "Vtop.h").read_text(encoding="utf-8"))))
    defines = "\n".join(f"#define {name} __SYM__{name}" for name in renamed)
    (folder / "pins.cpp").write_text(pins.replace(RENAMED, defines), encoding="utf-8")
    sources = _joined(folder, sorted(folder.glob("*.cpp")))
    flags = [optimise, f"-I{folder}", f"-I{DRIVER.parent}"]
    run_all([compile_object(source, source.with_suffix(".o"), flags) for source in sources])
    driver = objects_once("driver", [DRIVER], DRIVER_HEADERS, DRIVER_FLAGS, folder)
    objects = [*(source.with_suffix(".o") for source in sources), *driver, *runtime_objects(folder)]
    partial = folder / "simulate.partial"
    run_tool(link(objects, partial))
    partial.rename(program)
    return program


def _joined(folder: Path, sources: list[Path]) -> list[Path]:
    """Small models as one file: most of the compiler's time goes into Verilator's headers."""
    if sum(source.stat().st_size for source in sources) > _ONE_FILE_BYTES:
        return sources
    whole = folder / "whole.cpp"
    whole.write_text("".join(f'#include "{source.name}"\n' for source in sources), encoding="utf-8")
    return [whole]


def write_words(path: Path, words: Sequence[int], width: int) -> None:
    """Little-endian uint32, ceil(width/32) a word."""
    size = 4 * ((width + 31) // 32)
    path.write_bytes(b"".join((word & ((1 << width) - 1)).to_bytes(size, "little") for word in words))


def read_words(path: Path, width: int) -> list[int]:
    """The inverse of write_words."""
    size = (width + 31) // 32
    data = np.fromfile(path, dtype="<u4").tobytes()
    return [int.from_bytes(data[start : start + 4 * size], "little") for start in range(0, len(data), 4 * size)]


def _cycles(printed: str) -> int:
    for line in printed.splitlines():
        if line.startswith("cycles "):
            return int(line.split()[1])
    raise ToolError("the simulation printed no cycle count", log=printed)


def _check_streams(report: KernelReport, inputs: Mapping[str, Sequence[int]], expected: Mapping[str, int]) -> None:
    wanted_in = {port.name for port in report.ports if port.is_input}
    wanted_out = {port.name for port in report.ports if not port.is_input}
    problems = []
    if set(inputs) != wanted_in:
        problems.append(Problem(None, None, "inputs", str(sorted(wanted_in)), str(sorted(inputs))))
    if set(expected) != wanted_out:
        problems.append(Problem(None, None, "expected_words", str(sorted(wanted_out)), str(sorted(expected))))
    if problems:
        raise InputError(problems)
