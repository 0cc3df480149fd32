"""SystemVerilog of memories: declaration, first content, ports."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fpdeep_gen.hls.emit.names import bits, literal
from fpdeep_gen.hls.emit.region import RegionText, Shared, address_text
from fpdeep_gen.hls.ir import Load, Memory, Storage, Store
from fpdeep_gen.hls.parts import XC7, Family
from fpdeep_gen.hls.schedule.model import MemoryPlan, ReadPort, RegionSchedule, WritePort

_STYLE = {Storage.BLOCK: "block", Storage.DISTRIBUTED: "distributed", Storage.REGISTERS: "registers"}


@dataclass(frozen=True)
class ExternalPort:
    """A port of an external memory, and what it is used for."""

    number: int
    reads: bool
    writes: bool


@dataclass
class MemoryText:
    """Lines to put before the regions, and behind them."""

    declarations: list[str] = field(default_factory=list)
    ports: list[str] = field(default_factory=list)


def declare_memory(plan: MemoryPlan, shared: Shared, family: Family = XC7) -> list[str]:
    """The array, its first content, and the outputs (named in `shared`) of its block RAM ports and of shared ones."""
    memory = plan.memory
    if memory.is_external:
        return declare_external(plan, shared)
    name = shared.memories[id(memory)]
    note = f"  // {memory.location.file.name}:{memory.location.line}" if memory.location else ""
    lines = [f"{_style(plan, family)}reg {bits(memory.width)}{name}[0:{memory.depth - 1}];{note}"]
    content = _first_content(memory, name)
    # An UltraRAM starts as zeros by itself, and may not be told to.
    lines += ["`ifndef SYNTHESIS", *content, "`endif"] if plan.is_uram(family) else content
    if plan.storage is Storage.BLOCK:
        for number, port in enumerate(plan.reads):
            if not port.loads:
                continue
            output = shared.namer.take(f"{name}_q{number}")
            shared.port_outputs[id(port)] = output
            lines.append(f"reg {bits(memory.width)}{output};")
            for schedule, load in port.loads:
                held = _is_shared_within(port, plan.writes[number] if plan.common else None, schedule, load)
                shared.load_names[id(load)] = shared.namer.take(f"{output}_held") if held else output
        return lines
    for number, port in enumerate(plan.reads):
        if len(port.loads) > 1:
            output = shared.namer.take(f"{name}_d{number}")
            shared.port_outputs[id(port)] = output
            shared.load_names |= {id(load): output for _, load in port.loads}
            lines.append(f"wire {bits(memory.width)}{output};")
    return lines


def _style(plan: MemoryPlan, family: Family) -> str:
    """A table that nothing writes is logic where it is not block RAM: no attribute asks for that everywhere."""
    if plan.is_uram(family):
        return '(* ram_style = "ultra" *) '
    if plan.writes:
        return f'(* ram_style = "{_STYLE[plan.storage]}" *) '
    return '(* rom_style = "block" *) ' if plan.storage is Storage.BLOCK else ""


def declare_external(plan: MemoryPlan, shared: Shared) -> list[str]:
    """Nothing of its own: the loads' words come from the pins (kept where the port may show another one)."""
    name = shared.memories[id(plan.memory)]
    for number, port in enumerate(plan.reads):
        output = f"{name}_q{number}"
        shared.port_outputs[id(port)] = output
        for schedule, load in port.loads:
            held = _is_shared_within(port, plan.writes[number], schedule, load)
            shared.load_names[id(load)] = shared.namer.take(f"{output}_held") if held else output
    return []


def external_ports(plan: MemoryPlan) -> list[ExternalPort]:
    """The pins that the plan needs."""
    return [
        ExternalPort(number, bool(read.loads), bool(write.stores))
        for number, (read, write) in enumerate(zip(plan.reads, plan.writes, strict=True))
    ]


def external_pins(memory: Memory, name: str, ports: Sequence[ExternalPort]) -> list[tuple[str, int, str]]:
    """Direction (seen from the design), width and name of each pin."""
    address = max(1, (memory.depth - 1).bit_length())
    pins: list[tuple[str, int, str]] = []
    for port in ports:
        pins += [("output", address, f"{name}_address{port.number}"), ("output", 1, f"{name}_ce{port.number}")]
        if port.writes:
            pins += [("output", 1, f"{name}_we{port.number}"), ("output", memory.width, f"{name}_d{port.number}")]
        if port.reads:
            pins.append(("input", memory.width, f"{name}_q{port.number}"))
    return pins


def _first_content(memory: Memory, name: str) -> list[str]:
    values = memory.initial
    if not any(values):
        return [f"initial for (int index = 0; index < {memory.depth}; index++) {name}[index] = '0;"]
    padded = [*values, *([0] * (memory.depth - len(values)))]
    return [
        "initial begin",
        *(f"  {name}[{index}] = {literal(value, memory.width)};" for index, value in enumerate(padded)),
        "end",
    ]


def _is_shared_within(port: ReadPort, writes: WritePort | None, schedule: RegionSchedule, load: Load) -> bool:
    """Another access of the same region uses the port in another stage, so the output may change in a stall."""
    users: list[tuple[RegionSchedule, Load | Store]] = [*port.loads, *(writes.stores if writes is not None else ())]
    return any(
        other is schedule and schedule.stage(user) != schedule.stage(load) for other, user in users if user is not load
    )


def emit_ports(plan: MemoryPlan, shared: Shared, texts: dict[int, RegionText]) -> MemoryText:
    """The clocked part. `texts` is keyed by id(region schedule)."""
    result = MemoryText()
    name = shared.memories[id(plan.memory)]
    width = max(1, (plan.memory.depth - 1).bit_length())
    if plan.memory.is_external:
        for number in range(len(plan.reads)):
            _external_port(plan, number, name, result, texts, shared)
        return result
    body: list[str] = []
    if plan.common:
        for number in range(len(plan.reads)):
            body += _common_port(plan, number, name, width, result, texts, shared)
        result.ports += ["always_ff @(posedge ap_clk) begin", *(f"  {line}" for line in body), "end"]
        return result
    for number, write in enumerate(plan.writes):
        body += _write_port(write, f"{name}_w{number}", name, width, plan.memory, result, texts, shared)
    if plan.storage is Storage.BLOCK:
        for number, read in enumerate(plan.reads):
            body += _read_port(read, f"{name}_r{number}", name, width, result, texts, shared)
    else:
        for number, read in enumerate(plan.reads):
            if len(read.loads) > 1:
                _shared_read(read, f"{name}_r{number}_address", name, width, result, texts, shared)
    if body:
        result.ports += ["always_ff @(posedge ap_clk) begin", *(f"  {line}" for line in body), "end"]
    return result


def _enable(text: RegionText, stage: int, predicate: str) -> str:
    """Whether an access takes place."""
    return text.fire(stage) if predicate == "1'b1" else f"{text.fire(stage)} & {predicate}"


def _write_port(
    port: WritePort,
    prefix: str,
    memory_name: str,
    width: int,
    memory: Memory,
    result: MemoryText,
    texts: dict[int, RegionText],
    shared: Shared,
) -> list[str]:
    users = []
    for schedule, store in port.stores:
        text, stage = texts[id(schedule)], schedule.stage(store)
        enable = _enable(text, stage, text.predicate(store, stage))
        users.append((enable, address_text(text, store.address, store, stage), text.value(store.value, stage)))
    if len(users) == 1:
        enable, address, value = users[0]
        return [f"if ({enable}) {memory_name}[{address}] <= {value};"]
    enables = [_named(enable, 1, f"{prefix}_en{number}", result, shared) for number, (enable, _, _) in enumerate(users)]
    chosen = _regions(port.stores, texts) or enables
    address = _named(_mux(chosen, [user[1] for user in users]), width, f"{prefix}_address", result, shared)
    value = _named(_mux(chosen, [user[2] for user in users]), memory.width, f"{prefix}_value", result, shared)
    return [f"if ({' | '.join(enables)}) {memory_name}[{address}] <= {value};"]


def _read_port(
    port: ReadPort,
    prefix: str,
    memory_name: str,
    width: int,
    result: MemoryText,
    texts: dict[int, RegionText],
    shared: Shared,
) -> list[str]:
    output = shared.port_outputs[id(port)]
    enables, addresses = [], []
    for number, (schedule, load) in enumerate(port.loads):
        text, stage = texts[id(schedule)], schedule.stage(load)
        alone = sum(other is schedule for other, _ in port.loads) == 1
        enable = _enable(text, stage, "1'b1" if alone else text.predicate(load, stage))
        if len(port.loads) > 1:
            enable = _named(enable, 1, f"{prefix}_en{number}", result, shared)
        enables.append(enable)
        addresses.append(address_text(text, load.address, load, stage))
        if shared.load_names[id(load)] != output:
            result.ports += _hold(shared.load_names[id(load)], output, enable, load.width)
    address = addresses[0]
    if len(addresses) > 1:
        address = _named(_mux(enables, addresses), width, f"{prefix}_address", result, shared)
    return [f"if ({' | '.join(enables)}) {output} <= {memory_name}[{address}];"]


def _shared_read(
    port: ReadPort,
    address: str,
    memory_name: str,
    width: int,
    result: MemoryText,
    texts: dict[int, RegionText],
    shared: Shared,
) -> None:
    """A port of a LUT RAM that serves a load of each of several regions, of which one works at a time."""
    addresses = [
        address_text(texts[id(schedule)], load.address, load, schedule.stage(load)) for schedule, load in port.loads
    ]
    chosen = _named(_mux(_regions(port.loads, texts), addresses), width, address, result, shared)
    result.ports.append(f"assign {shared.port_outputs[id(port)]} = {memory_name}[{chosen}];")


def _regions(users: Sequence[tuple[RegionSchedule, Load | Store]], texts: dict[int, RegionText]) -> list[str]:
    """For each user whether its region is at it, the same for all memories; none where users share a region."""
    if len({id(schedule) for schedule, _ in users}) < len(users):
        return []
    return [texts[id(schedule)].valid(schedule.stage(user)) for schedule, user in users]


@dataclass
class _Accesses:
    """What a port that serves loads and stores is asked for: whether each access is there and its address, whether any
    are loads, and the stores with the words that they write."""

    enables: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    loads: bool = False
    stores: list[tuple[str, str]] = field(default_factory=list)

    @property
    def write(self) -> str:
        """Whether one of the stores is there."""
        return " | ".join(enable for enable, _ in self.stores)

    @property
    def value(self) -> str:
        """The word to write."""
        return _mux([enable for enable, _ in self.stores], [value for _, value in self.stores])


def _accesses(
    plan: MemoryPlan,
    number: int,
    name: str,
    output: str,
    result: MemoryText,
    texts: dict[int, RegionText],
    shared: Shared,
) -> _Accesses:
    """Those of port `number`, whose word read is `output`; loads keep what the port may replace."""
    found = _Accesses()
    accesses: list[tuple[RegionSchedule, Load | Store]] = [*plan.reads[number].loads, *plan.writes[number].stores]
    for place, (schedule, access) in enumerate(accesses):
        text, stage = texts[id(schedule)], schedule.stage(access)
        enable = _enable(text, stage, text.predicate(access, stage))
        enable = _named(enable, 1, f"{name}_p{number}_en{place}", result, shared)
        found.enables.append(enable)
        found.addresses.append(address_text(text, access.address, access, stage))
        if isinstance(access, Store):
            found.stores.append((enable, text.value(access.value, stage)))
            continue
        found.loads = True
        if shared.load_names[id(access)] != output:
            result.ports += _hold(shared.load_names[id(access)], output, enable, access.width)
    return found


def _external_port(
    plan: MemoryPlan,
    number: int,
    name: str,
    result: MemoryText,
    texts: dict[int, RegionText],
    shared: Shared,
) -> None:
    """Drives the pins of one port from whichever access is active."""
    found = _accesses(plan, number, name, f"{name}_q{number}", result, texts, shared)
    result.ports.append(f"assign {name}_address{number} = {_mux(found.enables, found.addresses)};")
    result.ports.append(f"assign {name}_ce{number} = {' | '.join(found.enables)};")
    if found.stores:
        result.ports.append(f"assign {name}_we{number} = {found.write};")
        result.ports.append(f"assign {name}_d{number} = {found.value};")


def _common_port(
    plan: MemoryPlan,
    number: int,
    name: str,
    width: int,
    result: MemoryText,
    texts: dict[int, RegionText],
    shared: Shared,
) -> list[str]:
    """A port of a block RAM that also shows what was at the address that it writes to: only so may another port read
    there in the same cycle."""
    output = shared.port_outputs.get(id(plan.reads[number]), "")
    found = _accesses(plan, number, name, output, result, texts, shared)
    address = _named(_mux(found.enables, found.addresses), width, f"{name}_p{number}_address", result, shared)
    lines = [f"if ({' | '.join(found.enables)}) {output} <= {name}[{address}];"] if found.loads else []
    if found.stores:
        value = _named(found.value, plan.memory.width, f"{name}_p{number}_value", result, shared)
        lines.append(f"if ({found.write}) {name}[{address}] <= {value};")
    return lines


def _hold(name: str, output: str, enable: str, width: int) -> list[str]:
    """Keep a word that the port may replace while its stage is stalled."""
    return [
        f"always_ff @(posedge ap_clk) {name}_fresh <= {enable};",
        f"always_ff @(posedge ap_clk) if ({name}_fresh) {name}_kept <= {output};",
        f"assign {name} = {name}_fresh ? {output} : {name}_kept;",
    ]


def hold_declarations(plan: MemoryPlan, shared: Shared) -> list[str]:
    """Registers of the held read ports."""
    lines = []
    if plan.storage is Storage.BLOCK:
        for port in plan.reads:
            for _, load in port.loads:
                name = shared.load_names[id(load)]
                if name != shared.port_outputs[id(port)]:
                    lines += [
                        f"wire {bits(load.width)}{name};",
                        f"reg {bits(load.width)}{name}_kept;",
                        f"reg {name}_fresh;",
                    ]
    return lines


def _named(right: str, width: int, name: str, result: MemoryText, shared: Shared) -> str:
    taken = shared.namer.take(name)
    result.ports.append(f"wire {bits(width)}{taken} = {right};")
    return taken


def _mux(enables: list[str], values: list[str]) -> str:
    if len(set(values)) == 1:
        return values[0]
    head = [f"{enable} ? {value} : " for enable, value in zip(enables[:-1], values[:-1], strict=True)]
    return "".join(head) + values[-1]
