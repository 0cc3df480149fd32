"""Joins blocking writes of one stream that exclude one another into one write of a selected word.

`if (c) out.write(a); else out.write(b);` then needs one access to the stream, so that one iteration a cycle is possible
without a proof by the scheduler.
"""

from fpdeep_gen.hls.ir import (
    Binary,
    BinaryKind,
    Constant,
    Operation,
    Process,
    Region,
    Select,
    Store,
    StreamRead,
    StreamTryRead,
    StreamTryWrite,
    StreamWrite,
)

_EFFECTS = (StreamRead, StreamTryRead, StreamWrite, StreamTryWrite, Store)
_MAX_DEPTH = 12


def merge_writes(process: Process) -> None:
    """In place; order among streams is kept: only what excludes the earlier write may lie between the two."""
    for region in process.regions:
        _merge_region(region)


def _merge_region(region: Region) -> None:
    out: list[Operation] = []
    pending: list[StreamWrite] = []  # writes that a later one may take up
    for operation in region.operations:
        if isinstance(operation, StreamWrite):
            for earlier in pending:
                if earlier.stream is operation.stream and exclusive(earlier.predicate, operation.predicate):
                    operation = _join(earlier, operation, out)
                    out.remove(earlier)
                    pending.remove(earlier)
                    break
        if isinstance(operation, _EFFECTS):
            predicate = operation.predicate
            pending = [one for one in pending if exclusive(one.predicate, predicate)]
        out.append(operation)
        if isinstance(operation, StreamWrite):
            pending.append(operation)
    region.operations = out


def _join(earlier: StreamWrite, later: StreamWrite, out: list[Operation]) -> StreamWrite:
    assert earlier.predicate is not None and later.predicate is not None
    width, place = later.value.width, later.location
    word = Select(width, later.predicate, later.value, earlier.value, location=place)
    either = Binary(1, BinaryKind.OR, earlier.predicate, later.predicate, location=place)
    out.extend((word, either))
    return StreamWrite(0, later.stream, word, either, location=place)


def exclusive(first: Operation | None, second: Operation | None) -> bool:
    """Whether two predicates (None = always) provably never hold together: a part of one is denied by the other."""
    if first is None or second is None:
        return False
    left, right = _literals(first, True, _MAX_DEPTH), _literals(second, True, _MAX_DEPTH)
    return any((value, not holds) in right for value, holds in left)


def _literals(value: Operation, holds: bool, depth: int) -> set[tuple[Operation, bool]]:
    """Values that are surely true or false when `value` is `holds`."""
    found = {(value, holds)}
    if not isinstance(value, Binary) or value.width != 1 or depth == 0:
        return found
    if value.kind is BinaryKind.XOR and isinstance(value.right, Constant):
        return found | _literals(value.left, holds != bool(value.right.value), depth - 1)
    if value.kind not in (BinaryKind.AND, BinaryKind.OR):
        return found
    left, right = _literals(value.left, holds, depth - 1), _literals(value.right, holds, depth - 1)
    return found | (left | right if value.kind is (BinaryKind.AND if holds else BinaryKind.OR) else left & right)
