"""Process -> Process with the same behaviour and less hardware: canonical expressions, balanced sums, no dead code."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fpdeep_gen.hls.ir import (
    Binary,
    BinaryKind,
    Binding,
    Cast,
    CastKind,
    Compare,
    Concat,
    Constant,
    Exit,
    Extract,
    Get,
    Implementation,
    Load,
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
)
from fpdeep_gen.hls.schedule.balance import balance
from fpdeep_gen.hls.schedule.builder import Builder
from fpdeep_gen.hls.schedule.fabric import fabric_product
from fpdeep_gen.hls.schedule.muxes import MuxBuilder, find_muxes
from fpdeep_gen.hls.schedule.untangle import untangle

_EFFECTS = (Store, StreamRead, StreamTryRead, StreamWrite, StreamTryWrite)


def optimise(process: Process, bindings: Sequence[Binding] = ()) -> Process:
    """A new process; variables, memories and ports stay the same objects. `bindings`: what operators are built of."""
    process = _each_region(process, _canonical(process))
    process = remove_dead(process)
    fabric = tuple(one for one in bindings if one.implementation is Implementation.FABRIC)
    process = _each_region(process, replace(_canonical(process), flatten=True, fabric=fabric))
    process = balance(untangle(process))
    process = _each_region(process, _canonical(process))
    return remove_dead(process)


@dataclass
class _Canonical:
    """Rebuilds regions through a Builder."""

    fixed: frozenset[int]  # id(variable) of those that nothing sets
    flatten: bool = False  # trees of selects
    fabric: tuple[Binding, ...] = ()  # of products to build without DSPs

    def region(self, region: Region, target: Region) -> None:
        uses = count_uses(region)
        new: dict[int, Operation] = {}
        origin: dict[int, Operation] = {}

        def narrow(operation: Operation) -> bool:
            source = origin.get(id(operation))
            return source is not None and uses[id(source)] <= 1

        builder = Builder(narrow=narrow)
        muxes = find_muxes(region, uses) if self.flatten else {}
        for operation in region.operations:
            builder.location, builder.label = operation.location, operation.name
            mux = muxes.get(id(operation))
            made = self._rebuild(builder, operation, new) if mux is None else MuxBuilder(builder, mux, new).build()
            new[id(operation)] = made
            origin.setdefault(id(made), operation)
        target.operations = builder.operations
        target.sets = {key: (variable, new[id(value)]) for key, (variable, value) in region.sets.items()}
        target.exits = [
            Exit(None if exit_.condition is None else new[id(exit_.condition)], exit_.target) for exit_ in region.exits
        ]

    def _rebuild(self, builder: Builder, operation: Operation, new: dict[int, Operation]) -> Operation:
        match operation:
            case Constant():
                return builder.constant(operation.value, operation.width)
            case Get():
                if id(operation.variable) in self.fixed:
                    return builder.constant(operation.variable.initial, operation.width)
                return builder.get(operation.variable)
            case Binary(kind=BinaryKind.MUL) if operation.bound(self.fabric):
                return fabric_product(builder, new[id(operation.left)], new[id(operation.right)])
            case Binary():
                return builder.binary(operation.kind, new[id(operation.left)], new[id(operation.right)])
            case Compare():
                return builder.compare(operation.kind, new[id(operation.left)], new[id(operation.right)])
            case Select():
                return builder.select(
                    new[id(operation.condition)], new[id(operation.if_true)], new[id(operation.if_false)]
                )
            case Cast(kind=CastKind.TRUNC):
                return builder.extract(new[id(operation.value)], 0, operation.width)
            case Cast():
                return builder.extend(new[id(operation.value)], operation.width, operation.kind is CastKind.SEXT)
            case Extract():
                return builder.extract(new[id(operation.value)], operation.low, operation.width)
            case Concat():
                return builder.concat(tuple(new[id(part)] for part in operation.parts))
            case StreamEmpty() | StreamFull():
                return builder.append(replace(operation))
            case _:
                return _rebuild_access(builder, operation, new)


def _rebuild_access(builder: Builder, operation: Operation, new: dict[int, Operation]) -> Operation:
    """A memory or stream access, without a predicate that always holds; gone when it never does."""
    if not isinstance(operation, (Load, *_EFFECTS)):
        raise TypeError(type(operation).__name__)
    predicate = None if operation.predicate is None else new[id(operation.predicate)]
    if isinstance(predicate, Constant):
        if predicate.value == 0:
            return builder.constant(0, max(operation.width, 1))
        predicate = None
    changes: dict[str, Operation | None] = {"predicate": predicate}
    if isinstance(operation, Load | Store):
        changes["address"] = new[id(operation.address)]
    if isinstance(operation, Store | StreamWrite | StreamTryWrite):
        changes["value"] = new[id(operation.value)]
    return builder.append(replace(operation, **changes))  # type: ignore[arg-type]


def _canonical(process: Process) -> _Canonical:
    assigned = {key for region in process.regions for key in region.sets}
    return _Canonical(frozenset(id(variable) for variable in process.variables if id(variable) not in assigned))


def _each_region(process: Process, step: _Canonical) -> Process:
    targets = {id(region): replace(region, operations=[], sets={}, exits=[]) for region in process.regions}
    for region in process.regions:
        step.region(region, targets[id(region)])
    for target in targets.values():
        target.exits = [Exit(exit_.condition, targets[id(exit_.target)]) for exit_ in target.exits]
    return replace(process, regions=[targets[id(region)] for region in process.regions])


def count_uses(region: Region) -> Counter[int]:
    """How often each operation is an operand, a variable's new value, or an exit's condition."""
    uses: Counter[int] = Counter()
    for operation in region.operations:
        uses.update(id(operand) for operand in operation.operands())
    uses.update(id(value) for _, value in region.sets.values())
    uses.update(id(exit_.condition) for exit_ in region.exits if exit_.condition is not None)
    return uses


def remove_dead(process: Process) -> Process:
    """Without operations, variables and memories that no stream and no decision depends on."""
    live: set[int] = set()  # operations, variables and memories
    while True:
        before = len(live)
        for region in process.regions:
            _mark(region, live)
        if len(live) == before:
            break
    for region in process.regions:
        region.operations = [operation for operation in region.operations if id(operation) in live]
        region.sets = {key: item for key, item in region.sets.items() if key in live}
    return replace(
        process,
        variables=[variable for variable in process.variables if id(variable) in live],
        memories=[memory for memory in process.memories if id(memory) in live],
    )


def _mark(region: Region, live: set[int]) -> None:
    live.update(id(exit_.condition) for exit_ in region.exits if exit_.condition is not None)
    live.update(id(value) for key, (_, value) in region.sets.items() if key in live)
    for operation in reversed(region.operations):
        if isinstance(operation, Store):
            if id(operation.memory) not in live and not operation.memory.is_external:
                continue
            live.update((id(operation), id(operation.memory)))
        elif isinstance(operation, _EFFECTS):
            live.add(id(operation))
        if id(operation) not in live:
            continue
        live.update(id(operand) for operand in operation.operands())
        if isinstance(operation, Get):
            live.add(id(operation.variable))
        elif isinstance(operation, Load):
            live.add(id(operation.memory))
