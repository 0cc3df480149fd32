"""What an index is in each iteration of a loop nest: in numbers, or linear in the loop's counters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fpdeep_gen.hls.frontend.cfg import Loop
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, Operand, OperandKind
from fpdeep_gen.hls.frontend.llvm_types import IntegerType

Values = npt.NDArray[np.int64]
Defined = Mapping[str, tuple[str, Instruction]]
_STAYS = {"slt": 0, "ult": 0, "ne": 0, "sle": 1, "ule": 1}  # goes on while the counter is below the limit plus this
_LEAVES = {"sge": 0, "uge": 0, "eq": 0, "sgt": 1, "ugt": 1}


@dataclass(frozen=True, slots=True)
class Inductions:
    """Values that grow by a constant from one iteration of a loop of the nest to the next.

    `levels`: the number of its loop, the outermost is 0; `starts`: where the first value is constant; `bits`: of those
    that are kept in fewer bits than their type has (`ap_uint`); `counts`: of each loop its iterations, None where they
    are not known.
    """

    levels: dict[str, int]
    starts: dict[str, int]
    steps: dict[str, int]
    bits: dict[str, int]
    counts: tuple[int | None, ...]

    @staticmethod
    def of(function: Function, chain: Sequence[Loop], defined: Defined) -> "Inductions":
        """Of the loops of a nest, the outermost first."""
        levels: dict[str, int] = {}
        starts: dict[str, int] = {}
        steps: dict[str, int] = {}
        bits: dict[str, int] = {}
        counts: list[int | None] = []
        for level, loop in enumerate(chain):
            for phi in function.blocks[loop.header].phis():
                step = _step(phi, loop, defined)
                if step is not None:
                    levels[phi.name] = level
                    steps[phi.name], bits[phi.name] = step
                    first = _start(phi, loop)
                    if first is not None:
                        starts[phi.name] = first
            counts.append(_count(function, loop, starts, steps, defined))
        return Inductions(levels, starts, steps, bits, tuple(counts))

    def trip_counts(self, names: set[str], defined: Defined) -> list[int] | None:
        """Iterations of each loop; twice will do for one that no index depends on. None where some are not known."""
        used = {self.levels[name] for name in _leaves(names, defined) if name in self.levels}
        made = [count if level in used or count is None else min(count, 2) for level, count in enumerate(self.counts)]
        return None if any(count is None for count in made) else [count for count in made if count is not None]


def _step(phi: Instruction, loop: Loop, defined: Defined) -> tuple[int, int] | None:
    """The step, and the bits that the value has: fewer than its type where only its low bits are counted up."""
    nexts = [operand for operand, source in zip(phi.operands, phi.targets, strict=True) if source in loop.latches]
    if len(nexts) != 1 or nexts[0].name not in defined:
        return None
    made = defined[nexts[0].name][1]
    last, bits = phi.name, _width(phi)
    if made.opcode == "zext" and made.operands[0].name in defined:
        made = defined[made.operands[0].name][1]
        bits = _width(made)
        counted = [one.name for one in made.operands if one.kind is OperandKind.LOCAL]
        low = defined.get(counted[0]) if len(counted) == 1 else None
        if low is None or low[1].opcode != "trunc" or low[1].operands[0].name != phi.name:
            return None
        last = counted[0]
    if made.opcode not in ("add", "sub"):
        return None
    value, amount = made.operands
    if made.opcode == "add" and value.kind is OperandKind.INTEGER:
        value, amount = amount, value
    if value.name != last:
        return None
    if amount.kind is not OperandKind.INTEGER:
        return None
    return amount.value if made.opcode == "add" else -amount.value, bits


def _start(phi: Instruction, loop: Loop) -> int | None:
    firsts = [operand for operand, source in zip(phi.operands, phi.targets, strict=True) if source not in loop.latches]
    values = {one.value for one in firsts if one.kind is OperandKind.INTEGER}
    return values.pop() if len(values) == 1 and all(one.kind is OperandKind.INTEGER for one in firsts) else None


def _count(
    function: Function, loop: Loop, starts: Mapping[str, int], steps: Mapping[str, int], defined: Defined
) -> int | None:
    """Iterations of a loop that is left at its end alone, when a counter reaches a constant."""
    leaving = [block for block in loop.blocks if any(child not in loop.blocks for child in _children(function, block))]
    if len(loop.latches) != 1 or leaving != [loop.latches[0]]:
        return None
    branch = function.blocks[loop.latches[0]].instructions[-1]
    if len(branch.targets) != 2 or not branch.operands or branch.operands[0].name not in defined:
        return None
    test = defined[branch.operands[0].name][1]
    known = _STAYS if branch.targets[0] == loop.header else _LEAVES
    if test.opcode != "icmp" or test.detail not in known or test.operands[1].kind is not OperandKind.INTEGER:
        return None
    limit = test.operands[1].value + known[test.detail]
    for name, step in steps.items():
        if name not in starts or step < 1 or name not in {phi.name for phi in function.blocks[loop.header].phis()}:
            continue
        tested, first = test.operands[0].name, starts[name]
        behind = tested in defined and _grows(defined[tested][1], name, step)
        if first < 0 or not (behind or tested == name):
            continue
        if test.detail in ("ne", "eq") and (limit - first) % step:
            return None
        return max(1, -(-(limit - first) // step) + (0 if behind else 1))
    return None


def _children(function: Function, block: str) -> tuple[str, ...]:
    return function.blocks[block].successors


def _grows(one: Instruction, name: str, step: int) -> bool:
    return one.opcode == "add" and one.operands[0].name == name and one.operands[1].value == step


def _leaves(names: set[str], defined: Defined) -> set[str]:
    """All values that the values depend on, phis as the last."""
    found: set[str] = set()
    work = list(names)
    while work:
        name = work.pop()
        if name in found:
            continue
        found.add(name)
        if name in defined and defined[name][1].opcode != "phi":
            work.extend(one.name for one in defined[name][1].operands if one.name)
    return found


# in numbers


def evaluate(
    name: str, inductions: Inductions, levels: Sequence[Values], defined: Defined, known: dict[str, Values]
) -> Values | None:
    """The signed value in each iteration; `levels`: of each loop the number of its iteration."""
    if name in known:
        return known[name]
    if name in inductions.levels:
        if name not in inductions.starts:
            return None
        steps = levels[inductions.levels[name]] * inductions.steps[name]
        width, bits = _width(defined[name][1]), inductions.bits[name]
        made = inductions.starts[name] + steps
        made = _wrapped(made, width) if bits == width else _unsigned(made, bits)
    else:
        found = _result(name, inductions, levels, defined, known)
        if found is None:
            return None
        made = found
    known[name] = made
    return made


def _result(
    name: str, inductions: Inductions, levels: Sequence[Values], defined: Defined, known: dict[str, Values]
) -> Values | None:
    if name not in defined:
        return None
    one = defined[name][1]
    if one.opcode not in _RULES or not isinstance(one.type, IntegerType) or one.type.width > 64:
        return None
    values: list[Values] = []
    for operand in one.operands:
        value = _operand(operand, inductions, levels, defined, known)
        if value is None:
            return None
        values.append(value)
    given = one.operands[0].type
    width = given.width if isinstance(given, IntegerType) else 64
    made = _RULES[one.opcode](values, width)
    return None if made is None else _wrapped(made, one.type.width)


def _operand(
    operand: Operand, inductions: Inductions, levels: Sequence[Values], defined: Defined, known: dict[str, Values]
) -> Values | None:
    if operand.kind is OperandKind.INTEGER and -(1 << 63) <= operand.value < 1 << 63:
        return np.full(len(levels[0]), operand.value, dtype=np.int64)
    return evaluate(operand.name, inductions, levels, defined, known) if operand.kind is OperandKind.LOCAL else None


def _width(one: Instruction) -> int:
    return one.type.width if isinstance(one.type, IntegerType) else 64


def _wrapped(values: Values, width: int) -> Values:
    """As signed numbers of `width` bits."""
    return values if width >= 64 else (values << (64 - width)) >> (64 - width)


def _unsigned(values: Values, width: int) -> Values:
    return values if width >= 64 else values & ((1 << width) - 1)


Rule = Callable[[list[Values], int], Values | None]


def _shift(how: Rule) -> Rule:
    """A shift by less than its operand's width; more is not defined."""
    return lambda values, width: how(values, width) if ((values[1] >= 0) & (values[1] < width)).all() else None


_RULES: Mapping[str, Rule] = {
    "add": lambda values, _: values[0] + values[1],
    "sub": lambda values, _: values[0] - values[1],
    "mul": lambda values, _: values[0] * values[1],
    "and": lambda values, _: values[0] & values[1],
    "or": lambda values, _: values[0] | values[1],
    "xor": lambda values, _: values[0] ^ values[1],
    "shl": _shift(lambda values, _: values[0] << values[1]),
    "lshr": _shift(lambda values, width: _unsigned(values[0], width) >> values[1] if width < 64 else None),
    "ashr": _shift(lambda values, _: values[0] >> values[1]),
    "zext": lambda values, width: _unsigned(values[0], width) if width < 64 else None,
    "sext": lambda values, _: values[0],
    "trunc": lambda values, _: values[0],
    "freeze": lambda values, _: values[0],
}


# linear


@dataclass(frozen=True)
class Linear:
    """`constant` + sum of factor * value, modulo 2**bits; values are inductions or known before the loop."""

    constant: int
    factors: dict[str, int]
    bits: int

    @property
    def numbers(self) -> tuple[int, ...]:
        """The constant and the factors."""
        return (self.constant, *self.factors.values())

    def plus(self, other: "Linear") -> "Linear":
        """The sum."""
        names = dict.fromkeys((*self.factors, *other.factors))
        factors = {name: self.factors.get(name, 0) + other.factors.get(name, 0) for name in names}
        kept = {name: factor for name, factor in factors.items() if factor}
        return Linear(self.constant + other.constant, kept, min(self.bits, other.bits))

    def times(self, factor: int) -> "Linear":
        """The product with a constant."""
        if not factor:
            return Linear(0, {}, 64)
        factors = {name: one * factor for name, one in self.factors.items()}
        more = (factor & -factor).bit_length() - 1
        return Linear(self.constant * factor, factors, min(64, self.bits + more))


def linear(name: str, inductions: Inductions, inner: Loop, defined: Defined) -> Linear | None:
    """A value in terms of the loop's inductions and of what is known before the loop."""
    if name in inductions.steps:
        return Linear(0, {name: 1}, inductions.bits[name])
    if name not in defined:
        return None
    where, one = defined[name]
    width = _width(one)
    if where not in inner.blocks:
        return Linear(0, {name: 1}, width)
    if one.opcode not in ("sext", "zext", "trunc", "add", "sub", "or", "mul", "shl"):
        return None
    if one.opcode in ("sext", "zext", "trunc"):
        part = _part(one.operands[0], inductions, inner, defined)
        return None if part is None else Linear(part.constant, part.factors, min(part.bits, width))
    if one.opcode in ("add", "sub"):
        left, right = (_part(operand, inductions, inner, defined) for operand in one.operands)
        if left is None or right is None:
            return None
        found = left.plus(right.times(1 if one.opcode == "add" else -1))
        return Linear(found.constant, found.factors, min(found.bits, width))
    left_constant = bool(one.operands) and one.operands[0].kind is OperandKind.INTEGER and one.opcode in ("or", "mul")
    first, *rest = one.operands[::-1] if left_constant else one.operands
    if one.opcode == "or" and rest[0].kind is OperandKind.INTEGER:
        part, added = _part(first, inductions, inner, defined), rest[0].value
        if part is None or added < 0 or any(number % (1 << added.bit_length()) for number in part.numbers):
            return None
        return Linear(part.constant + added, part.factors, min(part.bits, width))
    if one.opcode in ("mul", "shl") and rest[0].kind is OperandKind.INTEGER:
        part = _part(first, inductions, inner, defined)
        amount = rest[0].value
        factor = amount if one.opcode == "mul" else 1 << amount if 0 <= amount < 64 else 0
        return None if part is None or not factor else _times(part, factor, width)
    return None


def _times(part: Linear, factor: int, width: int) -> Linear:
    found = part.times(factor)
    return Linear(found.constant, found.factors, min(found.bits, width))


def _part(operand: Operand, inductions: Inductions, inner: Loop, defined: Defined) -> Linear | None:
    if operand.kind is OperandKind.INTEGER:
        return Linear(operand.value, {}, 64)
    return linear(operand.name, inductions, inner, defined) if operand.kind is OperandKind.LOCAL else None
