"""Sums of bits in the place of long linear chains: the same values, fewer levels, and nothing where it does not pay."""

import random

from fpdeep_gen.hls.ir import (
    Binary,
    BinaryKind,
    Concat,
    Constant,
    Exit,
    Extract,
    Get,
    Operation,
    Process,
    Region,
    Select,
    Variable,
)
from fpdeep_gen.hls.schedule.untangle import untangle


def _value(operation: Operation, given: dict[int, int], known: dict[int, int]) -> int:
    """An interpreter of its own."""
    if id(operation) in known:
        return known[id(operation)]
    match operation:
        case Constant(value=value):
            made = value
        case Get(variable=variable):
            made = given[id(variable)]
        case Binary(kind=BinaryKind.XOR, left=left, right=right):
            made = _value(left, given, known) ^ _value(right, given, known)
        case Binary(kind=BinaryKind.AND, left=left, right=right):
            made = _value(left, given, known) & _value(right, given, known)
        case Extract(value=value, low=low):
            made = _value(value, given, known) >> low & (1 << operation.width) - 1
        case Concat(parts=parts):
            made, at = 0, 0
            for part in parts:
                made |= _value(part, given, known) << at
                at += part.width
        case Select(condition=condition, if_true=if_true, if_false=if_false):
            made = _value(if_true if _value(condition, given, known) else if_false, given, known)
        case _:
            raise TypeError(type(operation).__name__)
    known[id(operation)] = made
    return made


def _depth(operation: Operation) -> int:
    inner = max((_depth(part) for part in operation.operands()), default=0)
    return inner + isinstance(operation, Binary | Select)


def _crc(steps: int) -> tuple[Process, Variable, Variable]:
    """A remainder of 8 bits, polynomial 0x1d, `steps` bits of a word a time."""
    crc, word = Variable("crc", 8), Variable("word", steps)
    region = Region("loop", ii=1)

    def add(operation: Operation) -> Operation:
        region.operations.append(operation)
        return operation

    value, bits = add(Get(8, crc)), add(Get(steps, word))
    for step in range(steps):
        top, bit, zero = add(Extract(1, value, 7)), add(Extract(1, bits, step)), add(Constant(1, 0))
        feedback = add(Binary(1, BinaryKind.XOR, top, bit))
        shifted = add(Concat(8, (zero, add(Extract(7, value, 0)))))
        turned = add(Binary(8, BinaryKind.XOR, shifted, add(Constant(8, 0x1D))))
        value = add(Select(8, feedback, turned, shifted))
    region.set(crc, value)
    region.exits = [Exit(None, region)]
    return Process("crc", variables=[crc, word], regions=[region]), crc, word


def test_a_crc_of_16_steps() -> None:
    process, crc, word = _crc(16)
    region = process.regions[0]
    before = region.sets[id(crc)][1]
    pick = random.Random(1)
    given = [{id(crc): pick.getrandbits(8), id(word): pick.getrandbits(16)} for _ in range(50)]
    expected = [_value(before, one, {}) for one in given]
    untangle(process)
    after = region.sets[id(crc)][1]
    assert after is not before
    assert [_value(after, one, {}) for one in given] == expected
    assert not any(isinstance(one, Select) for one in _cone(after))


def _cone(operation: Operation) -> list[Operation]:
    return [operation, *(inner for part in operation.operands() for inner in _cone(part))]


def test_a_short_chain_stays() -> None:
    process, crc, _ = _crc(2)
    before = process.regions[0].sets[id(crc)][1]
    untangle(process)
    assert process.regions[0].sets[id(crc)][1] is before
    assert _depth(before) == 4  # two steps, each a sum and a choice
