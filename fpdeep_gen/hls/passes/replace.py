"""Exchanges operands in place."""

from collections.abc import Mapping

from fpdeep_gen.hls.ir import (
    Binary,
    Cast,
    Compare,
    Concat,
    Extract,
    Load,
    Operation,
    Select,
    Store,
    StreamRead,
    StreamTryRead,
    StreamTryWrite,
    StreamWrite,
)


def replace_operands(operation: Operation, new: Mapping[Operation, Operation]) -> None:
    """Puts `new[operand]` where an operand has one."""
    if not any(operand in new for operand in operation.operands()):
        return

    def get(old: Operation) -> Operation:
        return new.get(old, old)

    match operation:
        case Binary() | Compare():
            operation.left, operation.right = get(operation.left), get(operation.right)
        case Select():
            operation.condition = get(operation.condition)
            operation.if_true, operation.if_false = get(operation.if_true), get(operation.if_false)
        case Cast() | Extract():
            operation.value = get(operation.value)
        case Concat():
            operation.parts = tuple(get(part) for part in operation.parts)
        case Load():
            operation.address = get(operation.address)
        case Store():
            operation.address, operation.value = get(operation.address), get(operation.value)
        case StreamWrite() | StreamTryWrite():
            operation.value = get(operation.value)
        case _:
            pass
    if isinstance(operation, (Load, Store, StreamRead, StreamTryRead, StreamWrite, StreamTryWrite)):
        operation.predicate = None if operation.predicate is None else get(operation.predicate)
