"""What is known of values modulo a power of two (Granger's congruences): where banked arrays are indexed, which bank.

`for (i = 0; i < n; i += 4)` makes `i + 1` always 1 modulo 4, also behind unrolling, masks and shifts.
"""

from dataclasses import dataclass
from math import gcd

from fpdeep_gen.hls.frontend.cfg import edges_of, reverse_postorder
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, Operand, OperandKind
from fpdeep_gen.hls.frontend.llvm_types import IntegerType

_ROUNDS = 200


@dataclass(frozen=True, slots=True)
class Congruence:
    """value = `remainder` modulo `modulus` (a power of two); modulus 0: it is the constant."""

    modulus: int
    remainder: int


ANY = Congruence(1, 0)


def _make(modulus: int, remainder: int, width: int) -> Congruence:
    modulus = gcd(modulus, 1 << width)
    modulus &= -modulus
    return Congruence(modulus, remainder % modulus)


def congruences(function: Function) -> dict[str, Congruence]:
    """For the integers of a function of which more than nothing is known."""
    found: dict[str, Congruence] = {}
    order = reverse_postorder(function.entry.name, edges_of(function))
    instructions = (one for name in order for one in function.blocks[name].instructions)
    steps = [one for one in instructions if one.name and isinstance(one.type, IntegerType)]
    tracked = frozenset(one.name for one in steps)
    for _ in range(_ROUNDS):
        changed = False
        for one in steps:
            now = _of(one, found, tracked)
            if now is not None and found.get(one.name) != now:
                found[one.name] = now
                changed = True
        if not changed:
            return {name: known for name, known in found.items() if known.modulus != 1}
    return {}


def _of(one: Instruction, found: dict[str, Congruence], tracked: frozenset[str]) -> Congruence | None:
    """None: not reached yet."""
    assert isinstance(one.type, IntegerType)
    width = one.type.width
    if one.opcode == "phi":
        arms = [known for known in (_operand(arm, found, tracked) for arm in one.operands) if known is not None]
        if not arms:
            return None
        modulus, first = arms[0].modulus, arms[0].remainder
        for arm in arms[1:]:
            modulus = gcd(modulus, arm.modulus, first - arm.remainder)
        return arms[0] if modulus == 0 else _make(modulus, first, width)
    if one.opcode not in _RULES:
        return ANY
    values = [_operand(operand, found, tracked) for operand in one.operands]
    if any(value is None for value in values):
        return None
    return _RULES[one.opcode]([value for value in values if value is not None], width)


def _operand(operand: Operand, found: dict[str, Congruence], tracked: frozenset[str]) -> Congruence | None:
    if operand.kind is OperandKind.INTEGER:
        return Congruence(0, operand.value)
    return found.get(operand.name) if operand.name in tracked else ANY


def _joined(modulus: int, remainder: int, width: int) -> Congruence:
    return _make(modulus or 1 << width, remainder, width)


def _add(values: list[Congruence], width: int) -> Congruence:
    left, right = values
    return _joined(gcd(left.modulus, right.modulus), left.remainder + right.remainder, width)


def _sub(values: list[Congruence], width: int) -> Congruence:
    left, right = values
    return _joined(gcd(left.modulus, right.modulus), left.remainder - right.remainder, width)


def _mul(values: list[Congruence], width: int) -> Congruence:
    left, right = values
    modulus = gcd(left.modulus * right.modulus, left.modulus * right.remainder, right.modulus * left.remainder)
    return _joined(modulus, left.remainder * right.remainder, width)


def _shl(values: list[Congruence], width: int) -> Congruence:
    left, right = values
    if right.modulus != 0 or not 0 <= right.remainder < width:
        return ANY
    return _joined(left.modulus << right.remainder, left.remainder << right.remainder, width)


def _or(values: list[Congruence], width: int) -> Congruence:
    left, right = values if values[1].modulus == 0 else values[::-1]
    bits = right.remainder
    if right.modulus != 0 or bits < 0 or left.modulus == 0 or bits >= left.modulus:
        return ANY
    return _make(left.modulus, left.remainder | bits, width)


def _and(values: list[Congruence], width: int) -> Congruence:
    _, right = values if values[1].modulus == 0 else values[::-1]
    if right.modulus != 0:
        return ANY
    mask = right.remainder % (1 << width)
    zeros = (mask & -mask) if mask else 1 << width
    return _make(zeros, 0, width)


def _same(values: list[Congruence], width: int) -> Congruence:
    (value,) = values
    return _make(value.modulus, value.remainder, width) if value.modulus else ANY


_RULES = {
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "shl": _shl,
    "or": _or,
    "and": _and,
    "zext": _same,
    "sext": _same,
    "trunc": _same,
    "freeze": _same,
}
