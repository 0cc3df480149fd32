"""How many low bits of each operation, register and memory are needed by anything (backward over all regions)."""

from dataclasses import dataclass, field

from fpdeep_gen.hls.ir import (
    Binary,
    BinaryKind,
    Cast,
    CastKind,
    Concat,
    Constant,
    Extract,
    Get,
    Load,
    Memory,
    Operation,
    Process,
    Region,
    Select,
    Store,
    Variable,
)

LOW_BITS_ONLY = frozenset(
    {BinaryKind.ADD, BinaryKind.SUB, BinaryKind.MUL, BinaryKind.AND, BinaryKind.OR, BinaryKind.XOR, BinaryKind.SHL}
)


@dataclass(eq=False, slots=True)
class Demand:
    """Low bits needed; nothing recorded means none."""

    operations: dict[Operation, int] = field(default_factory=dict)
    variables: dict[Variable, int] = field(default_factory=dict)
    memories: dict[Memory, int] = field(default_factory=dict)

    def of(self, operation: Operation) -> int:
        """Bits of an operation."""
        return self.operations.get(operation, 0)


def find_demand(process: Process) -> Demand:
    """The least fixed point; demand on registers and memories only grows."""
    demand = Demand(memories={memory: memory.width for memory in process.memories if memory.is_external})
    while True:
        before = (dict(demand.variables), dict(demand.memories))
        for region in process.regions:
            _region(region, demand)
        if before == (demand.variables, demand.memories):
            return demand


def _region(region: Region, demand: Demand) -> None:
    for one in region.exits:
        if one.condition is not None:
            _need(demand, one.condition, 1)
    for variable, value in region.sets.values():
        _need(demand, value, demand.variables.get(variable, 0))
    for operation in reversed(region.operations):
        _operation(operation, demand)


def _need(demand: Demand, operation: Operation, bits: int) -> None:
    bits = min(bits, operation.width)
    if bits > demand.operations.get(operation, 0):
        demand.operations[operation] = bits


def _operation(operation: Operation, demand: Demand) -> None:
    bits = demand.of(operation)
    match operation:
        case Constant():
            return
        case Get(variable=variable):
            demand.variables[variable] = max(demand.variables.get(variable, 0), bits)
        case Load(memory=memory):
            demand.memories[memory] = max(demand.memories.get(memory, 0), bits)
            if bits:
                _need_all(demand, operation)
        case Store(memory=memory, address=address, value=value, predicate=predicate):
            needed = demand.memories.get(memory, 0)
            if needed:
                _need(demand, address, address.width)
                _need(demand, value, needed)
                if predicate is not None:
                    _need(demand, predicate, 1)
        case Select(condition=condition, if_true=if_true, if_false=if_false) if bits:
            _need(demand, condition, 1)
            _need(demand, if_true, bits)
            _need(demand, if_false, bits)
        case Cast(kind=kind, value=value) if bits:
            _need(demand, value, bits if kind is not CastKind.TRUNC else min(bits, operation.width))
        case Extract(value=value, low=low) if bits:
            _need(demand, value, low + bits)
        case Concat(parts=parts):
            at = 0
            for part in parts:
                if at < bits:
                    _need(demand, part, bits - at)
                at += part.width
        case Binary(kind=kind, left=left, right=right) if bits and kind in LOW_BITS_ONLY:
            _need(demand, left, bits)
            _need(demand, right, right.width if kind is BinaryKind.SHL else bits)
        case Binary() if bits:
            _need_all(demand, operation)
        case Binary():
            return
        case _:
            if bits or operation.width == 0 or not _is_pure(operation):
                _need_all(demand, operation)


def _is_pure(operation: Operation) -> bool:
    from fpdeep_gen.hls.passes.dead import EFFECTS

    return not isinstance(operation, (*EFFECTS, Store))


def _need_all(demand: Demand, operation: Operation) -> None:
    for operand in operation.operands():
        _need(demand, operand, operand.width)
