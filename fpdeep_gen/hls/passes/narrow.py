"""Cuts registers, memories and operations down to the bits that carry information, and simplifies everything again.

Two sources: bits that nothing needs (`demand`), and bits that only repeat the sign or are zero (`bits.known_bits`).
Padded integers in memory (i40 kept as i64) and 32-bit counters shrink to their own width by this.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fpdeep_gen.hls.ir import (
    Binary,
    Cast,
    CastKind,
    Compare,
    Concat,
    Constant,
    Exit,
    Extract,
    Get,
    Load,
    Memory,
    Operation,
    Process,
    Region,
    Select,
    Store,
    StreamEmpty,
    StreamFull,
    StreamRead,
    StreamTryRead,
    StreamTryWrite,
    StreamWrite,
    Variable,
)
from fpdeep_gen.hls.passes.bits import Known, constant_bits, known_bits
from fpdeep_gen.hls.passes.builder import Builder
from fpdeep_gen.hls.passes.demand import LOW_BITS_ONLY, Demand, find_demand


@dataclass(frozen=True, slots=True)
class Shape:
    """How a register or memory is kept: its width, and how the old width is got back."""

    width: int
    signed: bool


def narrow(process: Process, given: Mapping[str, Shape] | None = None) -> None:
    """In place. Linear in the number of operations, times the few rounds that the demand takes.

    `given`: shapes of memories between processes, by name.
    """
    demand = find_demand(process)
    shapes = _shapes(process, demand)
    if given:
        shapes |= {memory: given[memory.name] for memory in process.memories if memory.shared and memory.name in given}
    for region in process.regions:
        _Rebuild(region, demand, shapes).run()
    for variable in process.variables:
        variable.width = shapes[variable].width
        variable.initial &= (1 << variable.width) - 1
    for memory in process.memories:
        memory.width = shapes[memory].width
        memory.initial = tuple(value & ((1 << memory.width) - 1) for value in memory.initial)


def shared_shapes(processes: Iterable[Process]) -> dict[str, Shape]:
    """Memories between processes whose words need fewer bits, from what is stored there, and how; by name."""
    known: dict[str, Known] = {}
    widths: dict[str, int] = {}
    for process in processes:
        cache: dict[Operation, Known] = {}
        for region in process.regions:
            for operation in region.operations:
                bits = known_bits(operation, cache)
                if isinstance(operation, Store) and operation.memory.shared is not None:
                    name, bits = operation.memory.name, known_bits(operation.value, cache)
                    old = known.get(name, (0, 1))
                    known[name] = (max(old[0], bits[0]), max(old[1], bits[1]))
                    widths[name] = operation.memory.width
    shapes = {name: _shape(widths[name], widths[name], bits) for name, bits in known.items()}
    return {name: shape for name, shape in shapes.items() if shape.width < widths[name]}


def _shapes(process: Process, demand: Demand) -> dict[Variable | Memory, Shape]:
    known: dict[Variable | Memory, Known] = {}
    cache: dict[Operation, Known] = {}
    for variable in process.variables:
        known[variable] = constant_bits(variable.initial, variable.width)
    for memory in process.memories:
        values = [constant_bits(value, memory.width) for value in set(memory.initial)] or [(0, 1)]
        if memory.is_external:
            values = [(memory.width, memory.width)]
        known[memory] = (max(one[0] for one in values), max(one[1] for one in values))
    for region in process.regions:
        for operation in region.operations:
            known_bits(operation, cache)  # in order, so that no question goes deep
        for variable, value in region.sets.values():
            _widen(known, variable, _without_itself(variable, value, cache))
        for operation in region.operations:
            if isinstance(operation, Store):
                _widen(known, operation.memory, known_bits(operation.value, cache))
    shapes: dict[Variable | Memory, Shape] = {}
    for variable in process.variables:
        shapes[variable] = _shape(variable.width, demand.variables.get(variable, 0), known[variable])
    for memory in process.memories:
        shapes[memory] = _shape(memory.width, demand.memories.get(memory, 0), known[memory])
    return shapes


def _widen(known: dict[Variable | Memory, Known], target: Variable | Memory, more: Known) -> None:
    old = known[target]
    known[target] = (max(old[0], more[0]), max(old[1], more[1]))


def _without_itself(variable: Variable, value: Operation, cache: dict[Operation, Known]) -> Known:
    """Bits of what is put into the register, apart from its own old value passed on through selects."""
    work, seen = [value], {value}
    result: Known = (0, 1)
    while work:
        one = work.pop()
        if isinstance(one, Get) and one.variable is variable:
            continue
        if isinstance(one, Select) and len(seen) < 64:
            fresh = [arm for arm in (one.if_true, one.if_false) if arm not in seen]
            seen.update(fresh)
            work.extend(fresh)
            continue
        bits = known_bits(one, cache)
        result = (max(result[0], bits[0]), max(result[1], bits[1]))
    return result


def _shape(width: int, demanded: int, known: Known) -> Shape:
    bits = max(1, min(width, demanded))
    if known[0] <= min(bits, known[1]):
        return Shape(min(known[0], bits), False)
    if known[1] < bits:
        return Shape(known[1], True)
    return Shape(bits, False)


class _Rebuild:
    """Makes a region's operations anew, each in as many bits as are needed."""

    def __init__(self, region: Region, demand: Demand, shapes: dict[Variable | Memory, Shape]) -> None:
        self._region = region
        self._demand = demand
        self._shapes = shapes
        self._new: dict[Operation, Operation] = {}
        self._old = region.operations
        region.operations = []
        self._builder = Builder(region)

    def run(self) -> None:
        """Replaces the operations, sets and exits."""
        for operation in self._old:
            self._builder.location = operation.location
            needed = self._demand.of(operation)
            if isinstance(operation, Get) or needed or operation.width == 0 or not _pure(operation):
                made = self._make(operation, needed)
                if made is not None:
                    self._new[operation] = made
        self._builder.location = self._region.location
        sets = list(self._region.sets.values())
        self._region.sets = {}
        for variable, value in sets:
            width = self._shapes[variable].width
            if self._demand.variables.get(variable, 0) and width:
                self._region.set(variable, self._use(value, width))
        exits = self._region.exits
        self._region.exits = [
            Exit(None if one.condition is None else self._use(one.condition, 1), one.target) for one in exits
        ]

    def _use(self, operation: Operation, width: int) -> Operation:
        """The rebuilt operand in `width` bits; bits above what is needed are arbitrary."""
        made = self._new.get(operation)
        if made is None:
            return self._builder.constant(0, width)
        return self._builder.resize(made, width)

    def _whole(self, operation: Operation) -> Operation:
        return self._use(operation, operation.width)

    def _optional(self, operation: Operation | None) -> Operation | None:
        if operation is None:
            return None
        made = self._use(operation, 1)
        return None if isinstance(made, Constant) and made.value else made

    def _make(self, operation: Operation, bits: int) -> Operation | None:
        builder = self._builder
        match operation:
            case Constant(value=value):
                return builder.constant(value, bits)
            case Get(variable=variable):
                shape = self._shapes[variable]
                if shape.width == 0:
                    return builder.constant(0, operation.width)
                return builder.resize(builder.get(variable, shape.width), operation.width, shape.signed)
            case Binary(kind=kind, left=left, right=right):
                if kind in LOW_BITS_ONLY and (kind.name != "SHL" or isinstance(right, Constant)):
                    return self._low_bits(operation, bits)
                return builder.binary(kind, self._whole(left), self._whole(right))
            case Compare(kind=compare, left=left, right=right):
                return builder.compare(compare, self._whole(left), self._whole(right))
            case Select(condition=condition, if_true=one, if_false=other):
                return builder.select(self._use(condition, 1), self._use(one, bits), self._use(other, bits))
            case Cast(kind=cast, value=value):
                inner = self._use(value, min(bits, value.width))
                return builder.resize(inner, bits, cast is CastKind.SEXT)
            case Extract(value=value, low=low):
                return builder.extract(self._use(value, low + bits), low, bits)
            case Concat(parts=parts):
                return self._concat(parts, bits)
            case _:
                return self._effect(operation)

    def _low_bits(self, operation: Binary, bits: int) -> Operation:
        left, right = self._use(operation.left, bits), operation.right
        if operation.kind.name == "SHL":
            assert isinstance(right, Constant)
            if right.value >= bits:
                return self._builder.constant(0, bits)
            return self._builder.binary(operation.kind, left, self._builder.constant(right.value, bits))
        return self._builder.binary(operation.kind, left, self._use(right, bits))

    def _concat(self, parts: tuple[Operation, ...], bits: int) -> Operation:
        chosen: list[Operation] = []
        at = 0
        for part in parts:
            if at < bits:
                chosen.append(self._use(part, min(part.width, bits - at)))
            at += part.width
        return self._builder.concat(chosen)

    def _effect(self, operation: Operation) -> Operation | None:
        builder = self._builder
        match operation:
            case Load(memory=memory, address=address, predicate=predicate):
                shape = self._shapes[memory]
                if shape.width == 0:
                    return builder.constant(0, operation.width)
                number = operation.access
                made = Load(shape.width, memory, self._whole(address), self._optional(predicate), access=number)
                return builder.resize(builder.append(made), operation.width, shape.signed)
            case Store(memory=memory, address=address, value=value, predicate=predicate):
                if not self._demand.memories.get(memory, 0) or not self._shapes[memory].width:
                    return None
                stored = self._use(value, self._shapes[memory].width)
                where, when, number = self._whole(address), self._optional(predicate), operation.access
                return self._place(Store(0, memory, where, stored, when, access=number), predicate)
            case StreamRead(stream=stream, predicate=predicate):
                return self._place(StreamRead(operation.width, stream, self._optional(predicate)), predicate)
            case StreamTryRead(stream=stream, predicate=predicate):
                return self._place(StreamTryRead(operation.width, stream, self._optional(predicate)), predicate)
            case StreamWrite(stream=stream, value=value, predicate=predicate):
                made_write = StreamWrite(0, stream, self._whole(value), self._optional(predicate))
                return self._place(made_write, predicate)
            case StreamTryWrite(stream=stream, value=value, predicate=predicate):
                made_try = StreamTryWrite(1, stream, self._whole(value), self._optional(predicate))
                return self._place(made_try, predicate)
            case StreamEmpty(stream=stream):
                return builder.append(StreamEmpty(1, stream))
            case StreamFull(stream=stream):
                return builder.append(StreamFull(1, stream))
            case _:
                raise AssertionError(f"no rule for {type(operation).__name__}")

    def _place(
        self, operation: StreamRead | StreamTryRead | StreamWrite | StreamTryWrite | Store, old: Operation | None
    ) -> Operation | None:
        """Leaves out what can never happen."""
        predicate = operation.predicate
        if old is not None and isinstance(predicate, Constant) and predicate.value == 0:
            return self._builder.constant(0, operation.width) if operation.width else None
        return self._builder.append(operation)


def _pure(operation: Operation) -> bool:
    return not isinstance(operation, (StreamRead, StreamTryRead, StreamWrite, StreamTryWrite, Store))
