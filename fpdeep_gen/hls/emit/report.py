"""What is known of a compiled kernel: ports, FIFOs, loops, memories, resources. Written as <top>.json."""

import json
from dataclasses import asdict, dataclass, field
from math import ceil
from typing import Any

from fpdeep_gen.board.memory import bram18_count, lutram_luts
from fpdeep_gen.hls.emit.between import BetweenMemory
from fpdeep_gen.hls.emit.interface_report import InterfaceReport
from fpdeep_gen.hls.emit.names import identifier
from fpdeep_gen.hls.emit.network import fifo_storage
from fpdeep_gen.hls.ir import Count, Diagnostic, Location, Network, Storage
from fpdeep_gen.hls.parts import DEFAULT_PART, XC7, Family, uram_count
from fpdeep_gen.hls.schedule.latency import LoopLatency, process_latency
from fpdeep_gen.hls.schedule.model import MemoryPlan, ProcessSchedule, RegionSchedule


@dataclass(frozen=True)
class ChannelReport:
    """A pin that carries `width` bits of a stream's words."""

    pin: str
    width: int


@dataclass(frozen=True)
class PortReport:
    """A stream port of the top, `width` bits a word; `is_input`: words come in.

    `channels`: the pins of AXI4-Stream words with side channels, the lowest bits first; empty: `<name>_tdata` alone.
    `polled`: the kernel asks whether there is a word, or room.
    """

    name: str
    width: int
    is_input: bool
    channels: tuple[ChannelReport, ...] = ()
    polled: bool = False


@dataclass(frozen=True)
class FifoReport:
    """A FIFO of the top, instance `u_<name>`; `depth` in words."""

    name: str
    width: int
    depth: int
    storage: str


@dataclass(frozen=True)
class RegionReport:
    """One region. `requested_ii` None: nobody asked to pipeline it; `depth` in stages; `limit`: why `ii` is larger than
    asked, or than 1 where the loop is pipelined by itself (`automatic`).

    `longest_path_ns`: estimated logic delay of its slowest stage, register to register without the clock's margin.
    """

    name: str
    requested_ii: int | None
    ii: int
    depth: int
    limit: str
    location: str
    longest_path_ns: float
    automatic: bool = False


@dataclass(frozen=True)
class CountReport:
    """Iterations or cycles; least and most are the same where they do not vary."""

    min: int
    max: int
    avg: float

    def __str__(self) -> str:
        return f"{self.min:,}" if self.min == self.max else f"{self.min:,} to {self.max:,} (mean {self.avg:,.10g})"


@dataclass(frozen=True)
class LoopReport:
    """One loop of the source; an estimate without waiting for streams.

    `level`: how many loops it lies in; `requested_ii`, `ii` and `limit` (why it is larger than asked): None and "" for
    a loop whose iterations do not overlap. One that is pipelined by itself is `automatic` and has no `requested_ii`; of
    one that might have been `sequential` says why it is not. `depth`: cycles of one iteration; `trip_count`: iterations
    each time it is entered; `latency`: cycles of all of them. None: not known; LOOP_TRIPCOUNT says the trip count.
    """

    name: str
    location: str
    level: int
    requested_ii: int | None
    ii: int | None
    limit: str
    depth: CountReport | None
    trip_count: CountReport | None
    latency: CountReport | None
    automatic: bool = False
    sequential: str = ""


@dataclass(frozen=True)
class MemoryReport:
    """One memory: `width` in bits, `depth` in words."""

    name: str
    width: int
    depth: int
    storage: str
    read_ports: int
    write_ports: int


@dataclass(frozen=True)
class Resources:
    """A quick estimate, in the slices and memories of the part's family. `uram`: UltraRAMs."""

    dsp: int = 0
    bram36: float = 0.0
    lut: int = 0
    ff: int = 0
    uram: int = 0

    def __add__(self, other: "Resources") -> "Resources":
        return Resources(
            self.dsp + other.dsp,
            self.bram36 + other.bram36,
            self.lut + other.lut,
            self.ff + other.ff,
            self.uram + other.uram,
        )


@dataclass(frozen=True)
class BetweenReport:
    """A memory of an array between processes: words of `width` bits, `depth` a bank; `copies`: one for each reader.

    `resources`: of all banks and copies; `writer` and `readers` are instances.
    """

    name: str
    width: int
    depth: int
    banks: int
    copies: int
    storage: str
    writer: str
    readers: tuple[str, ...]
    resources: Resources


@dataclass(frozen=True)
class ProcessReport:
    """One process, its module and its instances, which share this entry.

    `latency`: cycles of a turn, from its first operation to its last, when no stream makes it wait; None: not known.
    """

    name: str
    module: str
    instances: tuple[str, ...]
    regions: tuple[RegionReport, ...]
    memories: tuple[MemoryReport, ...]
    resources: Resources
    loops: tuple[LoopReport, ...] = ()
    latency: CountReport | None = None


@dataclass(frozen=True)
class KernelReport:
    """Everything in <top>.json."""

    top: str
    clock_mhz: float
    ports: tuple[PortReport, ...]
    fifos: tuple[FifoReport, ...]
    processes: tuple[ProcessReport, ...]
    resources: Resources
    warnings: tuple[str, ...] = field(default=())
    interface: InterfaceReport | None = None
    between: tuple[BetweenReport, ...] = ()
    part: str = DEFAULT_PART.name

    @property
    def module(self) -> str:
        """The top's module: a C++ name may be a word of SystemVerilog."""
        return identifier(self.top)

    def to_json(self) -> str:
        """Deterministic text."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @staticmethod
    def from_json(text: str) -> "KernelReport":
        """The inverse of to_json."""
        data: dict[str, Any] = json.loads(text)
        return KernelReport(
            data["top"],
            data["clock_mhz"],
            tuple(_port_from(port) for port in data["ports"]),
            tuple(FifoReport(**fifo) for fifo in data["fifos"]),
            tuple(_process_from(process) for process in data["processes"]),
            Resources(**data["resources"]),
            tuple(data["warnings"]),
            None if data["interface"] is None else InterfaceReport.from_data(data["interface"]),
            tuple(_between_from(one) for one in data["between"]),
            data["part"],
        )


def _port_from(data: dict[str, Any]) -> PortReport:
    return PortReport(**data | {"channels": tuple(ChannelReport(**one) for one in data["channels"])})


def _between_from(data: dict[str, Any]) -> BetweenReport:
    given = data | {"readers": tuple(data["readers"]), "resources": Resources(**data["resources"])}
    return BetweenReport(**given)


def _process_from(data: dict[str, Any]) -> ProcessReport:
    return ProcessReport(
        data["name"],
        data["module"],
        tuple(data["instances"]),
        tuple(RegionReport(**region) for region in data["regions"]),
        tuple(MemoryReport(**memory) for memory in data["memories"]),
        Resources(**data["resources"]),
        tuple(_loop_from(loop) for loop in data["loops"]),
        _count_from(data["latency"]),
    )


def _loop_from(data: dict[str, Any]) -> LoopReport:
    counts = {name: _count_from(data[name]) for name in ("depth", "trip_count", "latency")}
    return LoopReport(**{**data, **counts})


def _count_from(data: dict[str, Any] | None) -> CountReport | None:
    return None if data is None else CountReport(**data)


def place(location: Location | None) -> str:
    """file:line, empty when unknown."""
    return f"{location.file.name}:{location.line}" if location else ""


def fifo_reports(network: Network) -> tuple[FifoReport, ...]:
    """The FIFOs in the order of the source."""
    return tuple(
        FifoReport(stream.name, stream.width, stream.depth, fifo_storage(stream).name.lower())
        for stream in network.streams
    )


def fifo_resources(width: int, depth: int, storage: str) -> Resources:
    """One FIFO."""
    if storage == "block":
        return Resources(0, bram18_count(width, depth) / 2, 40, 40 + width)
    return Resources(0, 0.0, 20 + lutram_luts(width, depth), 20 + width)


def between_report(one: BetweenMemory) -> BetweenReport:
    """What it takes, with all banks and copies."""
    total, style = Resources(), "distributed"
    words = one.shared.span
    for copy in one.copies:
        split, style = one.is_split(copy), one.style(copy)
        words = one.shared.words if split else one.shared.span
        count = one.shared.banks if split else 1
        reads = sum(bool(port.loads) for side in copy for port in side.plan.reads)
        if style == "registers":
            total += Resources(lut=ceil(one.memory.width * words / 4) * reads, ff=one.memory.width * words)
        elif style == "block":
            total += Resources(bram36=count * bram18_count(one.memory.width, words) / 2)
        else:
            total += Resources(lut=count * max(1, reads) * lutram_luts(one.memory.width, words))
            total += Resources(ff=one.memory.width * reads)
    return BetweenReport(
        one.memory.name,
        one.memory.width,
        one.shared.words,
        one.shared.banks,
        len(one.copies),
        style,
        one.writer.instance if one.writer is not None else "",
        tuple(side.instance for side in one.readers),
        total,
    )


def slice_resources(width: int) -> Resources:
    """The register slice of an output port: two words, and a choice between them."""
    return Resources(0, 0.0, width + 3, 2 * width + 2)


def region_report(schedule: RegionSchedule) -> RegionReport:
    """One region."""
    automatic = schedule.pipelined and schedule.region.automatic is not None
    asked = schedule.region.ii if schedule.pipelined and not automatic else None
    return RegionReport(
        schedule.region.name,
        asked,
        schedule.ii,
        schedule.depth,
        schedule.reason,
        place(schedule.region.location),
        round(schedule.longest_path, 2),
        automatic,
    )


def memory_report(plan: MemoryPlan, family: Family = XC7) -> MemoryReport:
    """One memory."""
    memory = plan.memory
    storage = "ultra" if plan.is_uram(family) else plan.storage.name.lower()
    reads, writes = sum(bool(port.loads) for port in plan.reads), sum(bool(port.stores) for port in plan.writes)
    return MemoryReport(memory.name, memory.width, memory.depth, storage, reads, writes)


def memory_resources(plan: MemoryPlan, family: Family = XC7) -> Resources:
    """One memory with its copies."""
    width, depth = plan.memory.width, plan.memory.depth
    match plan.storage:
        case Storage.BLOCK if plan.is_uram(family):
            return Resources(uram=uram_count(width, depth) * plan.copies)
        case Storage.BLOCK:
            return Resources(0, bram18_count(width, depth, plan.common) / 2 * plan.copies, 0, 0)
        case Storage.REGISTERS:
            return Resources(0, 0.0, ceil(width * depth / 4) * max(1, len(plan.reads)), width * depth)
        case _:
            if not plan.writes:
                return Resources(0, 0.0, ceil(width * depth / 64) * plan.copies, 0)
            return Resources(0, 0.0, lutram_luts(width, depth) * plan.copies, 0)


def warning_text(diagnostic: Diagnostic) -> str:
    """A diagnostic with its place."""
    head = place(diagnostic.location)
    return f"{head}: {diagnostic.text}" if head else diagnostic.text


def _count_report(count: Count | None) -> CountReport | None:
    return None if count is None else CountReport(count.least, count.most, round(count.average, 2))


def loop_report(loop: LoopLatency) -> LoopReport:
    """One loop."""
    automatic = loop.is_pipelined and loop.schedule.region.automatic is not None
    requested = loop.schedule.region.ii if loop.is_pipelined and not automatic else None
    ii, limit = (loop.schedule.ii, loop.schedule.reason) if loop.is_pipelined else (None, "")
    return LoopReport(
        loop.trips.name,
        place(loop.trips.location),
        loop.level,
        requested,
        ii,
        limit,
        _count_report(loop.depth),
        _count_report(loop.trips.count),
        _count_report(loop.latency),
        automatic,
        loop.sequential,
    )


def process_report(
    schedule: ProcessSchedule,
    module: str,
    instances: tuple[str, ...],
    resources: Resources,
    family: Family = XC7,
) -> ProcessReport:
    """One process."""
    latency = process_latency(schedule)
    return ProcessReport(
        schedule.process.name,
        module,
        instances,
        tuple(region_report(region) for region in schedule.regions),
        tuple(memory_report(plan, family) for plan in schedule.memories if not plan.memory.is_external),
        resources,
        tuple(loop_report(loop) for loop in latency.loops),
        _count_report(latency.turn),
    )
