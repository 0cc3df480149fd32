"""Co-simulation: a kernel's C++ run natively against its RTL, on the same inputs.

The native run records every call of the top (`native_program`); the RTL is then driven with the same inputs and
everything that comes out is compared: words of streams and how many there are, arrays, scalars, the return value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from fpdeep_gen.errors import InputError, Problem, ToolError
from fpdeep_gen.hls.axi import masters
from fpdeep_gen.hls.committed import least_taken
from fpdeep_gen.hls.compile import CompiledKernel, compile_kernel
from fpdeep_gen.hls.differences import compare_integers, compare_words
from fpdeep_gen.hls.driver import external_memories, value_pins
from fpdeep_gen.hls.emit.report import KernelReport
from fpdeep_gen.hls.interface import NOT_THERE, Argument, Control, Interface, Kind, Protocol, inner_name, outer_name
from fpdeep_gen.hls.layout import Layout, integers, shape_of
from fpdeep_gen.hls.overlaps import overlapping
from fpdeep_gen.hls.packing import memory_packing
from fpdeep_gen.hls.parts import DEFAULT_PART, Part
from fpdeep_gen.hls.recorded import NativeRun, Recorded, undefined_in
from fpdeep_gen.hls.simulate import CACHE, Bursts, Calls, SimulationResult, simulate_streams
from fpdeep_gen.hls.stimulus import Stimulus
from fpdeep_gen.hls.undefined import Undefined, by_words, settled
from fpdeep_gen.hls.values import named, pack, unpack


@dataclass(frozen=True)
class Cosimulation:
    """`compared`: integers compared, by argument; `differences`: texts, the first ones in full, empty when equal.

    `latencies`: cycles of each call from ap_start to ap_done; `bench_code`: the test bench's exit code, `printed` its
    output. `outputs`: what the RTL gave, by argument, each integer with its sign. `undefined`: integers, or words of
    streams, that were left out as C++ leaves them undefined, by argument. `unsteady`: streams that the kernel asks
    whether there is a word or room; what comes out differs with random stalls there, and is what comes without.
    """

    compiled: CompiledKernel
    cycles: int
    calls: int
    latencies: tuple[int, ...]
    compared: Mapping[str, int]
    differences: tuple[str, ...]
    outputs: Mapping[str, list[int]]
    bench_code: int = 0
    printed: str = ""
    bursts: Mapping[str, Bursts] = field(default_factory=dict)
    undefined: Mapping[str, int] = field(default_factory=dict)
    unsteady: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """No difference, and no complaint of the test bench."""
        return not self.differences and self.bench_code == 0


def cosimulate(
    source: Path,
    top: str,
    output: Path,
    *,
    include_dirs: Sequence[Path] = (),
    stimulus: Stimulus | None = None,
    testbench: Path | None = None,
    words: int = 64,
    calls: int = 1,
    stalls: float = 0.0,
    seed: int = 1,
    clock_mhz: float = 200.0,
    timeout_cycles: int | None = None,
    part: Part = DEFAULT_PART,
    auto_pipeline: bool = True,
    byte_tdata: bool = False,
    lenient: bool = False,
) -> Cosimulation:
    """Compile the function `top` and compare it with its own C++.

    Inputs come from `testbench` (a C++ file with main(); its calls of the top are recorded), or from `stimulus`: an
    array for each input stream (first dimension: words), scalar and array argument (first dimension: calls); members
    of structures as `name.member`. Without both they are random: `words` words a stream, `calls` calls. Signed and
    unsigned integers alike are given by value. `stalls`: the chance with which each stream pauses in a cycle.
    `timeout_cycles`: without a word, a start or an end of a call; by default 100,000, and 5 million in a called top,
    which may work on its arrays for long. `auto_pipeline`, `byte_tdata`: see `compile_kernel`.
    `lenient`: where the RTL differs, what C++ leaves undefined is left out; where it still differs or hangs, and the
    kernel asks whether there is a word or room, it is tried once more without stalls of the streams that are asked. The
    result says so.

    Raises InputError for C++ that is not in the dialect and for a stimulus that does not fit, ToolError for a tool that
    fails and for RTL that hangs.
    """
    options = {"auto_pipeline": auto_pipeline, "byte_tdata": byte_tdata}
    compiled = compile_kernel(source, top, include_dirs, output, clock_mhz, part=part, **options)
    interface = _interface(compiled.report)
    folder = output / CACHE
    native = NativeRun(folder, source, top, interface, include_dirs, stimulus, testbench, words, calls, seed)
    recorded = native.run()
    if timeout_cycles is None:
        timeout_cycles = 100_000 if interface.control is Control.FREE else 5_000_000

    def attempt(steady: Sequence[str] = ()) -> Cosimulation:
        done = _simulated(compiled, interface, recorded, stalls, seed, timeout_cycles, steady)
        found = _compare(compiled, interface, recorded, done)
        if lenient and found.differences and not recorded.code:
            found = _compare(compiled, interface, recorded, done, undefined_in(recorded, native))
        return found

    polled = tuple(port.name for port in compiled.report.ports if port.polled) if lenient and stalls else ()
    try:
        found = attempt()
    except ToolError:
        if not polled:
            raise
    else:
        if not found.differences or not polled:
            return found
    return replace(attempt(polled), unsteady=polled)


def _interface(report: KernelReport) -> Interface:
    if report.interface is None:
        text = "a top that is compiled from C++"
        raise InputError([Problem(None, None, report.top, text, "a module made otherwise")])
    return report.interface.interface()


def _simulated(
    compiled: CompiledKernel,
    interface: Interface,
    recorded: Recorded,
    stalls: float,
    seed: int,
    timeout: int,
    steady: Sequence[str],
) -> SimulationResult:
    report = compiled.report
    by_name = {name: one for one, name in named(interface)}
    inputs, counts = {}, {}
    for port in report.ports:
        word = _word(by_name[port.name])
        if port.is_input:
            words = pack(word, recorded.given.get(port.name, []))
            free = interface.control is Control.FREE
            inputs[port.name] = words[: recorded.taken.get(port.name, 0)] if free else words
        else:
            counts[port.name] = len(pack(word, recorded.made.get(port.name, [])))
    calls = None if interface.control is Control.FREE else _calls(report, interface, recorded)
    return simulate_streams(compiled, inputs, counts, stalls, seed, timeout, 256, calls, steady)


def _word(one: Argument) -> Layout:
    """A word of a stream, or of an array that crosses as one."""
    return one.layout if one.kind is Kind.STREAM else shape_of(one.layout)[1]


def _compare(
    compiled: CompiledKernel,
    interface: Interface,
    recorded: Recorded,
    done: SimulationResult,
    undefined: Undefined = MappingProxyType({}),
) -> Cosimulation:
    report = compiled.report
    by_name = {name: one for one, name in named(interface)}
    differences: list[str] = []
    compared: dict[str, int] = {}
    outputs: dict[str, list[int]] = {}
    left_out = {name: len(places) for name, places in undefined.items()}
    for port in report.ports:
        if port.is_input:
            continue
        name, word = port.name, _word(by_name[port.name])
        got = done.outputs[name]
        places = by_words(undefined.get(name, ()), sum(1 for _ in integers(word)))
        wanted = settled(pack(word, recorded.made.get(name, [])), got, places)
        outputs[name] = unpack(word, got)
        compared[name] = len(wanted) - len(places)
        if places:
            left_out[name] = len(places)
        differences += compare_words(name, word, wanted, got)
    differences += _compare_taken(report, interface, recorded, done)
    if interface.control is not Control.FREE:
        _compare_calls(report, interface, recorded, done, undefined, differences, compared, outputs)
    return Cosimulation(
        compiled,
        done.cycles,
        recorded.calls,
        done.latencies,
        compared,
        tuple(differences),
        outputs,
        recorded.code,
        recorded.printed,
        done.bursts,
        left_out,
    )


def _compare_taken(report: KernelReport, interface: Interface, recorded: Recorded, done: SimulationResult) -> list[str]:
    """Of a free-running top at rest, activations that cannot end may have taken fewer words than in C++."""
    inputs = [port.name for port in report.ports if port.is_input]
    inputs += [name for name, count in recorded.taken.items() if count and name not in inputs]  # no port: none comes
    by_name = {name: one for one, name in named(interface)}
    whole = {name: sum(1 for _ in integers(shape_of(by_name[name].layout)[1])) for name in inputs}  # integers a word
    taken = {name: recorded.taken.get(name, len(recorded.given.get(name, [])) // whole[name]) for name in inputs}
    room = min((fifo.depth for fifo in report.fifos), default=0)
    least = least_taken(recorded.journals, taken, room) if interface.control is Control.FREE else taken
    lines = []
    for name, most in taken.items():
        got = done.taken.get(name, 0)
        if not least[name] <= got <= most:
            some = f" ({most - least[name]} in activations without an end)" if least[name] < most else ""
            lines.append(f"{name}: C++ takes {most} words{some}, RTL {got}")
    return lines


def _calls(report: KernelReport, interface: Interface, recorded: Recorded) -> Calls:
    scalars = {inner_name(one): one for one in interface.inputs}
    places = overlapping(interface, recorded.places)
    bases = {one.pin: places.get(one.name, one.base) for one in masters(interface) if one.offset}
    pins = {}
    for pin in value_pins(report)[0]:
        if pin.name in bases:
            pins[pin.name] = [bases[pin.name]] * recorded.calls
            continue
        one = scalars[pin.name]
        pins[pin.name] = pack(one.layout, recorded.given[one.name])
    arrays = {one.name: one for one in interface.of(Kind.ARRAY)}
    images = {}
    for one in interface.masters:
        packing = memory_packing(one.layout)
        assert packing is not None
        values = packing.pack(recorded.given[one.name])
        calls = 1 if one.lasting else recorded.calls
        size = len(values) // calls
        images[one.name] = [values[call * size : (call + 1) * size] for call in range(calls)]
    for memory in external_memories(report):
        kinds = sum(1 for _ in integers(arrays[memory.argument].layout))
        values = recorded.given[memory.argument]
        images[memory.name] = [
            [0 if word == NOT_THERE else values[call * kinds + word] for word in memory.words]
            for call in range(1 if arrays[memory.argument].lasting else recorded.calls)
        ]
    return Calls(recorded.calls, pins, images, recorded.runs, places)


def _compare_calls(
    report: KernelReport,
    interface: Interface,
    recorded: Recorded,
    done: SimulationResult,
    undefined: Undefined,
    differences: list[str],
    compared: dict[str, int],
    outputs: dict[str, list[int]],
) -> None:
    scalars = {outer_name(one): one for one in interface.outputs}
    for pin in value_pins(report)[1]:
        one = scalars[pin.name]
        wanted, got = recorded.made[one.name], unpack(one.layout, done.results.get(pin.name, []))
        outputs[one.name] = got
        places = undefined.get(one.name, frozenset())
        compared[one.name] = len(wanted) - len(places)
        differences += compare_integers(one.name, one.layout, settled(wanted, got, places), got)
    for one in interface.of(Kind.ARRAY):
        if one.name in outputs or one.protocol in (Protocol.AXIS, Protocol.FIFO):
            continue
        wanted = recorded.made[one.name]
        size = sum(1 for _ in integers(one.layout))
        kinds = list(integers(one.layout))
        got = list(recorded.given[one.name])  # words without a memory are never touched
        if one.protocol is Protocol.AXI:
            packing = memory_packing(one.layout)
            assert packing is not None
            got = packing.unpack([word for image in done.images[one.name] for word in image])
        for memory in (memory for memory in external_memories(report) if memory.argument == one.name):
            for call, image in enumerate(done.images[memory.name]):
                for word, value in zip(memory.words, image, strict=True):
                    if word == NOT_THERE:
                        continue
                    got[call * size + word] = unpack(kinds[word], [value])[0]
        outputs[one.name] = got
        places = undefined.get(one.name, frozenset())
        compared[one.name] = len(wanted) - len(places)
        differences += compare_integers(one.name, one.layout, settled(wanted, got, places), got)
