"""SystemVerilog module of one process."""

from collections.abc import Sequence
from dataclasses import dataclass

from fpdeep_gen.hls.emit.memory import (
    declare_memory,
    emit_ports,
    external_pins,
    external_ports,
    hold_declarations,
)
from fpdeep_gen.hls.emit.names import Namer, bits, identifier, literal
from fpdeep_gen.hls.emit.region import (
    Leave,
    RegionText,
    Shared,
    emit_control,
    emit_handshake,
    emit_operations,
)
from fpdeep_gen.hls.ir import Binding, Implementation, Process, StreamPort
from fpdeep_gen.hls.parts import XC7, Family
from fpdeep_gen.hls.schedule.model import MemoryPlan, ProcessSchedule, RegionSchedule
from fpdeep_gen.hls.schedule.slips import later_users

LINT_OFF = (
    "/* verilator lint_off UNUSEDSIGNAL */  // parts of stream words, and carried values, may be used in part only",
    "/* verilator lint_off DECLFILENAME */  // one file holds all modules of a top",
)

_NEVER = "1'b0"


@dataclass(frozen=True)
class ProcessText:
    """The module, and the bits of its pipeline registers."""

    verilog: str
    register_bits: int


def emit_process(
    schedule: ProcessSchedule, module: str, family: Family = XC7, bindings: Sequence[Binding] = ()
) -> ProcessText:
    """The module's text. `bindings`: which operators synthesis shall put into DSPs."""
    shared = _shared(schedule)
    shared.dsp = tuple(one for one in bindings if one.implementation is Implementation.DSP)
    declared = [line for plan in schedule.memories for line in declare_memory(plan, shared, family)]
    declared += [line for plan in schedule.memories for line in hold_declarations(plan, shared)]
    texts = [_region_text(schedule, number, shared) for number in range(len(schedule.regions))]
    by_schedule = {id(text.schedule): text for text in texts}
    for text in texts:
        emit_operations(text)
        emit_handshake(text)
    controls = [emit_control(text) for text in texts]
    sets = _variable_sets(schedule, texts, shared)
    ports = [emit_ports(plan, shared, by_schedule) for plan in schedule.memories]
    lines = [*_header(schedule, module, shared), *_variable_declarations(schedule, shared), *declared]
    for text in texts:
        lines += ["", f"// region {text.schedule.region.name}: {_describe(text.schedule)}"]
        lines += [f"reg {text.valid(stage)};" for stage in range(text.schedule.depth)]
        lines += text.registers
    for text in texts:
        lines += ["", f"// {text.schedule.region.name}: logic", *text.wires]
    for number, text in enumerate(texts):
        lines += ["", f"// {text.schedule.region.name}: stages"]
        lines += _valid_bits(text, number == 0, controls[number][0], _starts(text, controls))
        lines += _moves(text)
    lines += sets
    lines += [line for port in ports for line in port.ports]
    lines += _stream_ports(schedule.process, texts, shared)
    return ProcessText("\n".join([*lines, "endmodule", ""]), sum(text.register_bits for text in texts))


def _shared(schedule: ProcessSchedule) -> Shared:
    namer = Namer({"ap_clk", "ap_rst_n", "index"})
    streams = port_names(schedule.process.ports, namer)
    outside = external_names(schedule.memories, namer)
    return Shared(
        namer,
        {id(variable): namer.take(variable.name) for variable in schedule.variables},
        {id(plan.memory): outside.get(id(plan.memory)) or namer.take(plan.memory.name) for plan in schedule.memories},
        streams,
        {id(plan.memory): plan.storage for plan in schedule.memories},
    )


def port_names(ports: list[StreamPort], namer: Namer) -> dict[int, str]:
    """Names of the stream ports, keyed by identity; the names of their signals are taken too."""
    names = {}
    for port in ports:
        names[id(port)] = namer.take(port.name, alone=False)
        namer.used |= {f"{names[id(port)]}_{part}" for part in ("tdata", "tvalid", "tready")}
    return names


def external_names(plans: Sequence[MemoryPlan], namer: Namer) -> dict[int, str]:
    """Names of the external memories, keyed by identity; the names of their pins are taken too."""
    names = {}
    for plan in plans:
        if plan.memory.is_external:
            name = names[id(plan.memory)] = namer.take(plan.memory.name, alone=False)
            namer.used |= {pin for _, _, pin in external_pins(plan.memory, name, external_ports(plan))}
    return names


def _region_text(schedule: ProcessSchedule, number: int, shared: Shared) -> RegionText:
    region = schedule.regions[number]
    prefix = shared.namer.take(f"r{number}")
    shared.namer.used |= {
        f"{prefix}_{kind}_{stage}" for kind in ("fire", "valid", "go") for stage in range(region.depth)
    }
    return RegionText(region, prefix, shared, later_users(schedule.memories, region))


def _header(schedule: ProcessSchedule, module: str, shared: Shared) -> list[str]:
    process = schedule.process
    ports = ["input  wire ap_clk", "input  wire ap_rst_n"]
    for port in process.ports:
        ports += stream_ports(port, shared.streams[id(port)])
    for plan in schedule.memories:
        if plan.memory.is_external:
            ports += memory_ports(plan, shared.memories[id(plan.memory)])
    place = f" ({process.location.file.name}:{process.location.line})" if process.location else ""
    return [
        f"// process {process.name}{place}",
        f"module {module} (",
        ",\n".join(f"    {port}" for port in ports),
        ");",
    ]


def stream_ports(port: StreamPort, name: str) -> list[str]:
    """Declarations of the three signals of a stream port."""
    inward, outward = ("input  wire", "output wire") if port.is_input else ("output wire", "input  wire")
    return [f"{inward} {bits(port.width)}{name}_tdata", f"{inward} {name}_tvalid", f"{outward} {name}_tready"]


def memory_ports(plan: MemoryPlan, name: str) -> list[str]:
    """Declarations of the pins of an external memory."""
    pins = external_pins(plan.memory, name, external_ports(plan))
    return [f"{direction:<6} wire {bits(width)}{pin}" for direction, width, pin in pins]


def _variable_declarations(schedule: ProcessSchedule, shared: Shared) -> list[str]:
    lines = []
    for variable in schedule.variables:
        note = f"  // {variable.location.file.name}:{variable.location.line}" if variable.location else ""
        lines.append(f"reg {bits(variable.width)}{shared.variables[id(variable)]};{note}")
    return lines


def _describe(schedule: RegionSchedule) -> str:
    kind = f"pipelined, one iteration in {schedule.ii}" if schedule.pipelined else "one iteration at a time"
    place = schedule.region.location
    return f"{kind}, {schedule.depth} stages" + (f" ({place.file.name}:{place.line})" if place else "")


def _starts(text: RegionText, controls: list[tuple[str, list[Leave]]]) -> list[str]:
    return [leave.condition for _, leaves in controls for leave in leaves if leave.target is text.schedule.region]


def _valid_bits(text: RegionText, entry: bool, again: str, starts: list[str]) -> list[str]:
    first = " | ".join([f"({start})" for start in [*starts, *([again] if again else [])]])
    lines = ["always_ff @(posedge ap_clk) begin", "  if (!ap_rst_n) begin"]
    lines += [f"    {text.valid(stage)} <= 1'b{int(entry and stage == 0)};" for stage in range(text.schedule.depth)]
    lines += ["  end else begin"]
    lines += (
        [f"    if ({text.go(0)}) {text.valid(0)} <= {first or _NEVER};"]
        if _only_self(text, starts)
        else [
            f"    if ({first or _NEVER}) {text.valid(0)} <= 1'b1;",
            f"    else if ({text.fire(0)}) {text.valid(0)} <= 1'b0;",
        ]
    )
    lines += [
        f"    if ({text.go(stage)}) {text.valid(stage)} <= {text.fire(stage - 1)};"
        for stage in range(1, text.schedule.depth)
    ]
    return [*lines, "  end", "end"]


def _only_self(text: RegionText, starts: list[str]) -> bool:
    """The region is a loop at interval 1 that nothing else starts: stage 0 decides alone."""
    return not starts and text.schedule.ii == 1


def _moves(text: RegionText) -> list[str]:
    lines = []
    for stage in sorted(text.moves):
        lines.append(f"always_ff @(posedge ap_clk) if ({text.fire(stage)}) begin")
        lines += [f"  {move}" for move in text.moves[stage]]
        lines.append("end")
    return lines


def _variable_sets(schedule: ProcessSchedule, texts: list[RegionText], shared: Shared) -> list[str]:
    blocks: list[str] = []
    written: dict[int, None] = {}
    for text in texts:
        by_stage: dict[int, list[str]] = {}
        for key, (variable, value) in text.schedule.region.sets.items():
            stage = text.schedule.set_stage[key]
            by_stage.setdefault(stage, []).append(f"{shared.variables[key]} <= {text.value(value, stage)};")
            written[id(variable)] = None
        for stage in sorted(by_stage):
            blocks.append(f"    if ({text.fire(stage)}) begin")
            blocks += [f"      {line}" for line in by_stage[stage]]
            blocks.append("    end")
    reset = [
        f"    {shared.variables[id(variable)]} <= {literal(variable.initial, variable.width)};"
        for variable in schedule.variables
    ]
    if not reset:
        return []
    lines = ["", "// variables", "always_ff @(posedge ap_clk) begin", "  if (!ap_rst_n) begin", *reset, "  end"]
    return [*(lines[:-1]), *(["  end else begin", *blocks, "  end", "end"] if blocks else ["  end", "end"])]


def _stream_ports(process: Process, texts: list[RegionText], shared: Shared) -> list[str]:
    lines = ["", "// stream ports"]
    for port in process.ports:
        name = shared.streams[id(port)]
        users = [access for text in texts for access in text.accesses if access.stream is port]
        active = " | ".join(f"({user.active})" if len(users) > 1 else user.active for user in users) or "1'b0"
        if port.is_input:
            lines.append(f"assign {name}_tready = {active};")
            continue
        lines.append(f"assign {name}_tvalid = {active};")
        chosen = "".join(f"({user.active}) ? {user.data} : " for user in users[:-1])
        lines.append(f"assign {name}_tdata = {chosen}{users[-1].data if users else literal(0, port.width)};")
    return lines


def module_name(top: str, process: Process) -> str:
    """Name of a process's module below a top."""
    return identifier(f"{top}_{process.name}")
