"""SystemVerilog of one region: its operations, the registers that carry values from stage to stage, its handshake."""

from dataclasses import dataclass, field

from fpdeep_gen.hls.emit.expressions import cast, expression, unsigned
from fpdeep_gen.hls.emit.names import Namer, bits, literal
from fpdeep_gen.hls.ir import (
    Binary,
    Binding,
    Cast,
    CastKind,
    Compare,
    Concat,
    Constant,
    Exit,
    Get,
    Load,
    Location,
    Operation,
    Region,
    Storage,
    Store,
    StreamEmpty,
    StreamFull,
    StreamPort,
    StreamRead,
    StreamTryRead,
    StreamTryWrite,
    StreamWrite,
)
from fpdeep_gen.hls.schedule.model import RegionSchedule

_EXTENSIONS = (CastKind.ZEXT, CastKind.SEXT)


@dataclass
class Shared:
    """Names that the regions of a process have in common, keyed by identity."""

    namer: Namer
    variables: dict[int, str]
    memories: dict[int, str]
    streams: dict[int, str]
    storages: dict[int, Storage]
    load_names: dict[int, str] = field(default_factory=dict)  # by id(load): where a shared port's word appears
    port_outputs: dict[int, str] = field(default_factory=dict)  # by id(read port): its output
    dsp: tuple[Binding, ...] = ()  # of operators that synthesis shall put into DSPs


@dataclass(frozen=True)
class Access:
    """One use of a stream port: `active` is the expression under which the process offers or asks for a word."""

    stream: StreamPort
    active: str
    data: str = ""


@dataclass
class RegionText:
    """The emitted parts of one region."""

    schedule: RegionSchedule
    prefix: str
    shared: Shared
    later_users: dict[int, list[int]]  # by stage, those that it waits for, as they use a port of its memories
    registers: list[str] = field(default_factory=list)
    wires: list[str] = field(default_factory=list)
    moves: dict[int, list[str]] = field(default_factory=dict)  # by the stage that fires
    accesses: list[Access] = field(default_factory=list)
    names: dict[tuple[int, int], str] = field(default_factory=dict)
    homes: dict[int, int] = field(default_factory=dict)
    bases: dict[int, str] = field(default_factory=dict)
    register_bits: int = 0

    # names of the handshake

    def fire(self, stage: int) -> str:
        """The stage holds an iteration and lets it go at the end of this cycle."""
        return f"{self.prefix}_fire_{stage}"

    def valid(self, stage: int) -> str:
        """The stage holds an iteration."""
        return f"{self.prefix}_valid_{stage}"

    def go(self, stage: int) -> str:
        """Nothing in this stage or behind it in the pipe blocks."""
        return f"{self.prefix}_go_{stage}" if stage < self.schedule.depth else "1'b1"

    # values

    def value(self, operation: Operation, stage: int) -> str:
        """The operation's result in a stage, as an operand."""
        if isinstance(operation, Constant):
            return literal(operation.value, operation.width)
        if isinstance(operation, Cast) and operation.kind in _EXTENSIONS and operation.value.width < operation.width:
            return cast(operation, lambda part: self.value(part, stage), lambda part: self.name(part, stage))
        return self.name(operation, stage)

    def name(self, operation: Operation, stage: int) -> str:
        """The operation's result in a stage, as an identifier."""
        if isinstance(operation, Get) and id(operation.variable) not in self.schedule.region.sets:
            return self.shared.variables[id(operation.variable)]
        known = self.names.get((id(operation), stage))
        if known is not None:
            return known
        if isinstance(operation, Cast | Concat | Constant):
            return self._derive(operation, stage)
        return self._carry(operation, stage)

    def _derive(self, operation: Operation, stage: int) -> str:
        """Wiring only: built anew from its operands in each stage that uses it."""
        if isinstance(operation, Constant):
            right = literal(operation.value, operation.width)
        else:
            right = expression(operation, lambda part: self.value(part, stage), lambda part: self.name(part, stage))
        name = self.shared.namer.take(f"{self._base(operation)}_s{stage}")
        self._wire(name, operation.width, right, operation.location)
        self.names[id(operation), stage] = name
        return name

    def _carry(self, operation: Operation, stage: int) -> str:
        """Pipeline registers that take the value from stage to stage, as far as there are none yet."""
        home = self.homes[id(operation)]
        if stage <= home:
            raise RuntimeError(f"{self.prefix}: {operation.name or type(operation).__name__} used before its stage")
        first = stage
        while (id(operation), first - 1) not in self.names:
            first -= 1
        source = self.names[id(operation), first - 1]
        for at in range(first, stage + 1):
            name = self.shared.namer.take(f"{self._base(operation)}_s{at}")
            self.registers.append(f"reg {bits(operation.width)}{name};")
            self.register_bits += operation.width
            self.moves.setdefault(at - 1, []).append(f"{name} <= {source};")
            source = self.names[id(operation), at] = name
        return source

    def _base(self, operation: Operation) -> str:
        base = self.bases.get(id(operation))
        if base is None:
            base = f"{self.prefix}_{operation.name or _kind(operation)}"
            self.bases[id(operation)] = base
        return base

    def _wire(self, name: str, width: int, right: str, location: Location | None, hint: str = "") -> None:
        note = f"  // {location.file.name}:{location.line}" if location else ""
        self.wires.append(f"{hint}wire {bits(width)}{name} = {right};{note}")

    def define(self, operation: Operation, stage: int, right: str) -> None:
        """Make the operation's result a wire in its stage."""
        name = self.shared.namer.take(self._base(operation))
        self.bases[id(operation)] = name
        self.names[id(operation), stage] = name
        self.homes[id(operation)] = stage
        hint = '(* use_dsp = "yes" *) ' if operation.bound(self.shared.dsp) else ""
        self._wire(name, operation.width, right, operation.location, hint)

    def predicate(self, operation: Operation, stage: int) -> str:
        """The predicate of an access, 1 where it has none."""
        held = operation.predicate
        return "1'b1" if held is None else self.value(held, stage)


def _kind(operation: Operation) -> str:
    """What the operation is, for one without a name in C++."""
    if isinstance(operation, Binary | Compare):
        return operation.kind.name.lower()
    return type(operation).__name__.lower()


def emit_operations(text: RegionText) -> None:
    """Wires for every operation in its stage."""
    for operation in text.schedule.region.operations:
        stage = text.schedule.stage(operation)
        match operation:
            case Constant() | Concat() | Store() | StreamWrite():
                continue
            case Cast():
                continue
            case Get():
                if id(operation.variable) in text.schedule.region.sets:
                    text.homes[id(operation)] = stage
                    text.bases[id(operation)] = f"{text.prefix}_{text.shared.variables[id(operation.variable)]}"
                    text.names[id(operation), stage] = text.shared.variables[id(operation.variable)]
            case Load():
                _define_load(text, operation, stage)
            case StreamRead():
                text.define(operation, stage, f"{text.shared.streams[id(operation.stream)]}_tdata")
            case StreamTryRead():
                port = text.shared.streams[id(operation.stream)]
                text.define(operation, stage, f"{{{port}_tvalid, {port}_tdata}}")
            case StreamEmpty():
                text.define(operation, stage, f"~{text.shared.streams[id(operation.stream)]}_tvalid")
            case StreamFull():
                text.define(operation, stage, f"~{text.shared.streams[id(operation.stream)]}_tready")
            case StreamTryWrite():
                ready = f"{text.shared.streams[id(operation.stream)]}_tready"
                text.define(operation, stage, f"{ready} & {text.predicate(operation, stage)}")
            case _:
                text.define(operation, stage, _right(text, operation, stage))


def _right(text: RegionText, operation: Operation, stage: int) -> str:
    return expression(operation, lambda part: text.value(part, stage), lambda part: text.name(part, stage))


def _define_load(text: RegionText, load: Load, stage: int) -> None:
    memory = load.memory
    if text.shared.storages[id(memory)] is Storage.BLOCK:
        text.homes[id(load)] = stage + 1
        text.names[id(load), stage + 1] = text.shared.load_names[id(load)]
        text.bases[id(load)] = text.shared.load_names[id(load)]
        return
    if id(load) in text.shared.load_names:
        text.homes[id(load)] = stage
        text.names[id(load), stage] = text.bases[id(load)] = text.shared.load_names[id(load)]
        return
    text.define(load, stage, f"{text.shared.memories[id(memory)]}[{address_text(text, load.address, load, stage)}]")


def address_text(text: RegionText, address: Operation, access: Load | Store, stage: int) -> str:
    """The address resized to what the memory has words for."""
    width = max(1, (access.memory.depth - 1).bit_length())
    if isinstance(address, Constant):
        return literal(address.value % (1 << width), width)
    if address.width == width:
        return text.value(address, stage)
    return f"{width}'({unsigned(text.value(address, stage))})"


@dataclass(frozen=True)
class _Port:
    """A stream that one stage waits for; `ok`: the condition under which the stage may go on."""

    stream: StreamPort
    ok: str


def emit_handshake(text: RegionText) -> None:
    """Enables from the last stage to the first, and the accesses to the stream ports."""
    by_stage: dict[int, list[Operation]] = {}
    for operation in text.schedule.region.operations:
        is_fence = isinstance(operation, StreamWrite) and operation.stream.order is not None
        if isinstance(operation, StreamRead | StreamWrite | StreamTryRead | StreamTryWrite) and not is_fence:
            by_stage.setdefault(text.schedule.stage(operation), []).append(operation)
    for stage in reversed(range(text.schedule.depth)):
        ports = _blocking_ports(text, stage, by_stage.get(stage, []))
        behind = text.go(stage + 1)
        oks = [*_alone(text, stage), *(port.ok for port in ports)]
        terms = ([] if behind == "1'b1" else [behind]) + [f"(~{text.valid(stage)} | {ok})" for ok in oks]
        text.wires.append(f"wire {text.go(stage)} = {' & '.join(terms) or behind};")
        text.wires.append(f"wire {text.fire(stage)} = {text.valid(stage)} & {text.go(stage)};")
        for operation in by_stage.get(stage, []):
            _access(text, operation, stage, ports)


def _alone(text: RegionText, stage: int) -> list[str]:
    """The conditions under which no older iteration uses a memory's port that the stage may use."""
    return [f"~{text.valid(late)}" for late in text.later_users.get(stage, ())]


def _blocking_ports(text: RegionText, stage: int, operations: list[Operation]) -> list[_Port]:
    wants: dict[int, list[StreamRead | StreamWrite]] = {}
    for operation in operations:
        if isinstance(operation, StreamRead | StreamWrite):
            wants.setdefault(id(operation.stream), []).append(operation)
    ports = []
    for accesses in wants.values():
        stream = accesses[0].stream
        name = text.shared.streams[id(stream)]
        want = " | ".join(text.predicate(access, stage) for access in accesses)
        ready = f"{name}_{'tvalid' if stream.is_input else 'tready'}"
        if want == "1'b1":
            ports.append(_Port(stream, ready))
            continue
        wire = text.shared.namer.take(f"{text.prefix}_want_{stage}_{name}")
        text.wires.append(f"wire {wire} = {want};")
        ports.append(_Port(stream, f"(~{wire} | {ready})"))
    return ports


def _access(text: RegionText, operation: Operation, stage: int, ports: list[_Port]) -> None:
    predicate = text.predicate(operation, stage)
    match operation:
        case StreamTryRead(stream=stream) | StreamTryWrite(stream=stream):
            terms = [text.fire(stage)]
        case StreamRead(stream=stream) | StreamWrite(stream=stream):
            others = [port.ok for port in ports if port.stream is not stream]
            behind = text.go(stage + 1)
            terms = [text.valid(stage), *([] if behind == "1'b1" else [behind]), *_alone(text, stage), *others]
        case _:
            raise TypeError(type(operation).__name__)
    if predicate != "1'b1":
        terms.append(predicate)
    data = text.value(operation.value, stage) if isinstance(operation, StreamWrite | StreamTryWrite) else ""
    text.accesses.append(Access(stream, " & ".join(terms), data))


@dataclass(frozen=True)
class Leave:
    """The expression under which a region's end starts another region."""

    target: Region
    condition: str


def emit_control(text: RegionText) -> tuple[str, list[Leave]]:
    """The expression that starts the next iteration (empty: none), and those that start other regions."""
    schedule = text.schedule
    decision, last = schedule.ii - 1, schedule.depth - 1
    taken = _taken(text, schedule.region.exits, decision)
    again = " | ".join(condition for target, condition in taken if target is schedule.region)
    targets = list(dict.fromkeys(id(target) for target, _ in taken if target is not schedule.region))
    leaves = []
    for number, key in enumerate(targets):
        conditions = [condition for target, condition in taken if id(target) == key]
        target = next(target for target, _ in taken if id(target) == key)
        name = text.shared.namer.take(f"{text.prefix}_leave_{number}")
        text.wires.append(f"wire {name} = {' | '.join(conditions)};")
        current = name
        for stage in range(decision + 1, last + 1):
            carried = text.shared.namer.take(f"{name}_s{stage}")
            text.registers.append(f"reg {carried};")
            text.moves.setdefault(stage - 1, []).append(f"{carried} <= {current};")
            current = carried
        leaves.append(Leave(target, f"{text.fire(last)} & {current}"))
    if not again:
        return "", leaves
    name = text.shared.namer.take(f"{text.prefix}_again")
    text.wires.append(f"wire {name} = {again};")
    return f"{text.fire(decision)} & {name}", leaves


def _taken(text: RegionText, exits: list[Exit], stage: int) -> list[tuple[Region, str]]:
    """For each exit the condition under which it is the first that holds; the last one is always taken."""
    taken, before = [], ""
    for number, exit_ in enumerate(exits):
        final = exit_.condition is None or number == len(exits) - 1
        own = "" if final or exit_.condition is None else text.value(exit_.condition, stage)
        taken.append((exit_.target, " & ".join(part for part in (before, own) if part) or "1'b1"))
        if final:
            break
        before = " & ".join(part for part in (before, f"~{own}") if part)
    return taken
