"""How often each loop of a function goes round: from its bounds where they are constant, else from LOOP_TRIPCOUNT."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fpdeep_gen.hls.frontend.cfg import Loop, LoopForest, dominates, edges_of, immediate_dominators
from fpdeep_gen.hls.frontend.liveness import definitions
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, LlvmModule, Operand, OperandKind
from fpdeep_gen.hls.frontend.llvm_types import IntegerType
from fpdeep_gen.hls.frontend.unrolling import TRIPCOUNT, calls_of
from fpdeep_gen.hls.ir import Count, Diagnostic

MOST_STEPS = 4096
"""Of a loop whose counter is no plain sum, iterations that are tried."""

_SIGNED = {"slt": "ult", "sle": "ule", "sgt": "ugt", "sge": "uge"}
_OPPOSITE = {"eq": "ne", "ne": "eq", "ult": "uge", "uge": "ult", "ule": "ugt", "ugt": "ule"}
_OPPOSITE |= {"slt": "sge", "sge": "slt", "sle": "sgt", "sgt": "sle"}


@dataclass(frozen=True, slots=True)
class Trips:
    """Iterations of a loop for each time that it is entered, None where nothing is known.

    `tests_first`: the condition stands before the body, so the loop's head is reached once more than the body is.
    """

    count: Count | None
    tests_first: bool


def trip_counts(function: Function, forest: LoopForest) -> dict[str, Trips]:
    """By loop header."""
    told = _told(function, forest)
    return {one.loop.header: one.trips(told.get(one.loop.header)) for one in _readers(function, forest)}


def unbounded_loops(function: Function, forest: LoopForest) -> frozenset[str]:
    """Headers of loops without a constant bound, whatever pragmas say."""
    return frozenset(one.loop.header for one in _readers(function, forest) if one.trips(None).count is None)


def _readers(function: Function, forest: LoopForest) -> Iterator["_Reader"]:
    defined = definitions(function)
    idom = immediate_dominators(function.entry.name, edges_of(function))
    return (_Reader(function, loop, defined, idom) for loop in forest.loops.values())


def _told(function: Function, forest: LoopForest) -> dict[str, Count]:
    """What LOOP_TRIPCOUNT says, by loop header; an average that is not given is the middle."""
    found: dict[str, Count] = {}
    for block, call in calls_of(function, (TRIPCOUNT,)):
        loop = forest.innermost(block)
        if loop is None or any(one.kind is not OperandKind.INTEGER for one in call.operands):
            continue
        least, most, average = (one.value for one in call.operands)
        if not _odd(least, most, average):
            found[loop.header] = Count(least, most, average if average >= 0 else (least + most) / 2)
    return found


def check_counts(module: LlvmModule) -> Iterator[Diagnostic]:
    """LOOP_TRIPCOUNT that no loop can have."""
    for function in module.functions.values():
        for _, call in calls_of(function, (TRIPCOUNT,)):
            is_constant = all(one.kind is OperandKind.INTEGER for one in call.operands)
            why = _odd(*(one.value for one in call.operands)) if is_constant else "it is a value of run time"
            if why:
                yield Diagnostic(module.locations.of(call.debug), f"LOOP_TRIPCOUNT: ignored; {why}")


def _odd(least: int, most: int, average: int) -> str:
    """What is wrong with counts; an average of -1 is not given."""
    if least < 0 or most < 0 or average < -1:
        return "a count is below 0"
    if least > most:
        return f"min={least} is above max={most}"
    return f"avg={average} is not between min={least} and max={most}" if average > most or -1 < average < least else ""


@dataclass(frozen=True, slots=True)
class _Reader:
    """One loop."""

    function: Function
    loop: Loop
    defined: Mapping[str, tuple[str, Instruction]]
    idom: Mapping[str, str]

    def trips(self, told: Count | None) -> Trips:
        """Bounds that are constant, and the only way out, are better than what a pragma says."""
        loop = self.loop
        exits = list(self._exits())
        first = exits and exits[0][0] == loop.header != loop.latches[0]
        bounds, is_only = [], len(exits) == 1
        for block, branch in exits:
            tests = self._tests(branch)
            is_only &= len(tests) == 1
            for test, stays in tests if all(dominates(block, latch, self.idom) for latch in loop.latches) else ():
                seen = self._evaluations(test, stays)
                if seen is not None:
                    bounds.append(seen if block in loop.latches else max(0, seen - 1))
        if is_only and bounds:
            return Trips(Count(bounds[0], bounds[0], bounds[0]), bool(first))
        if told is None and bounds:
            most = min(bounds)
            told = Count(min(1, most), most, (min(1, most) + most) / 2)
        return Trips(told, bool(first))

    def _exits(self) -> Iterator[tuple[str, Instruction]]:
        """Blocks with a branch out of the loop, from anywhere in it, the header first."""
        for name in sorted(self.loop.blocks, key=lambda name: name != self.loop.header):
            last = self.function.blocks[name].instructions[-1]
            if last.opcode != "br" or any(target not in self.loop.blocks for target in last.targets):
                yield name, last

    def _tests(self, branch: Instruction) -> list[tuple[Operand, bool]]:
        """The conditions of a branch that leaves the loop, each of which can end it, and whether each stays if true."""
        if branch.opcode != "br" or len(set(branch.targets)) != 2 or not branch.operands:
            return [(branch.operands[0], True)] if branch.operands else []
        stays_if_true = branch.targets[0] in self.loop.blocks
        found: list[tuple[Operand, bool]] = []
        work = [branch.operands[0]]
        while work:
            operand = work.pop()
            parts = _joined(self._instruction(operand), stays_if_true)
            work += parts
            if not parts:
                found.append((operand, stays_if_true))
        return found

    def _evaluations(self, condition: Operand, stays_if_true: bool) -> int | None:
        """How often a condition that ends the loop is looked at until it does; None: not known."""
        test = self._instruction(condition)
        if test is not None and test.opcode == "icmp" and test.operands[1].kind is OperandKind.INTEGER:
            predicate = test.detail if stays_if_true else _OPPOSITE[test.detail]
            found = self._affine(test, predicate)
            if found is not None:
                return found
        return self._tried(condition, stays_if_true)

    def _instruction(self, operand: Operand) -> Instruction | None:
        if operand.kind is not OperandKind.LOCAL or operand.name not in self.defined:
            return None
        block, one = self.defined[operand.name]
        return one if block in self.loop.blocks else None

    def _start_and_next(self, phi: Instruction) -> tuple[Operand, Operand] | None:
        starts = [one for one, source in zip(phi.operands, phi.targets, strict=True) if source not in self.loop.blocks]
        nexts = [one for one, source in zip(phi.operands, phi.targets, strict=True) if source in self.loop.blocks]
        return (starts[0], nexts[0]) if len(starts) == len(nexts) == 1 else None

    def _is_phi(self, one: Instruction) -> bool:
        return one.opcode == "phi" and self.defined[one.name][0] == self.loop.header

    def _affine(self, test: Instruction, predicate: str) -> int | None:
        """A counter with a constant start and step against a constant."""
        offset, one = 0, self._instruction(test.operands[0])
        if one is not None and one.opcode == "add" and one.operands[1].kind is OperandKind.INTEGER:
            offset, one = one.operands[1].value, self._instruction(one.operands[0])
        ends = self._start_and_next(one) if one is not None and self._is_phi(one) else None
        step = self._instruction(ends[1]) if ends is not None else None
        if one is None or ends is None or step is None or step.opcode != "add" or step.operands[0].name != one.name:
            return None
        if ends[0].kind is not OperandKind.INTEGER or step.operands[1].kind is not OperandKind.INTEGER:
            return None
        assert isinstance(one.type, IntegerType)
        values = ends[0].value + offset, step.operands[1].value, test.operands[1].value
        return _evaluations(predicate, *values, one.type.width)

    def _tried(self, condition: Operand, stays_if_true: bool) -> int | None:
        """The loop's counters run, each from a constant, until the condition ends it."""
        state: dict[str, int] = {}
        nexts: dict[str, Operand] = {}
        for phi in self.function.blocks[self.loop.header].phis():
            ends = self._start_and_next(phi)
            if ends is not None and ends[0].kind is OperandKind.INTEGER and isinstance(phi.type, IntegerType):
                state[phi.name], nexts[phi.name] = ends[0].value, ends[1]
        for count in range(1, MOST_STEPS + 1):
            values: dict[str, int | None] = dict(state)
            if not state or (holds := self._value(condition, values)) is None:
                return None
            if bool(holds) is not stays_if_true:
                return count
            after = {name: self._value(operand, values) for name, operand in nexts.items()}
            state = {name: value for name, value in after.items() if value is not None}
        return None

    def _value(self, operand: Operand, values: dict[str, int | None]) -> int | None:
        """A value of this iteration, by a signed number; None where it hangs on something else."""
        if operand.kind is OperandKind.INTEGER:
            return operand.value
        one = self._instruction(operand)
        if one is None or operand.name in values:
            return values.get(operand.name)
        values[operand.name] = None
        if one.opcode != "phi" and one.opcode in _ARITHMETIC | {"icmp", "select", "zext", "sext", "trunc", "freeze"}:
            parts = [self._value(part, values) for part in one.operands]
            if all(part is not None for part in parts):
                values[operand.name] = _result(one, [part for part in parts if part is not None])
        return values[operand.name]


def _joined(one: Instruction | None, by_and: bool) -> list[Operand]:
    """The two sides of `a && b` (`by_and`) or `a || b`, however it is written."""
    if one is None or not isinstance(one.type, IntegerType) or one.type.width != 1:
        return []
    if one.opcode == ("and" if by_and else "or"):
        return list(one.operands)
    if one.opcode == "select":
        fixed, free = (one.operands[2], one.operands[1]) if by_and else (one.operands[1], one.operands[2])
        if fixed.kind is OperandKind.INTEGER and bool(fixed.value) is not by_and:
            return [one.operands[0], free]
    return []


_ARITHMETIC = frozenset({"add", "sub", "mul", "and", "or", "xor", "shl", "lshr", "ashr", "sdiv", "udiv"})


def _width(operand: Operand) -> int:
    return operand.type.width if isinstance(operand.type, IntegerType) else 64


def _unsigned(value: int, width: int) -> int:
    return value & ((1 << width) - 1)


def _signed(value: int, width: int) -> int:
    low = _unsigned(value, width)
    return low - (1 << width) if low >> (width - 1) else low


def _result(one: Instruction, parts: list[int]) -> int | None:
    width = _width(one.operands[0])
    own = one.type.width if isinstance(one.type, IntegerType) else 64
    match one.opcode:
        case "icmp":
            return int(_compare(one.detail, parts[0], parts[1], width))
        case "select":
            return parts[1] if parts[0] & 1 else parts[2]
        case "zext":
            return _signed(_unsigned(parts[0], width), own)
        case "sext" | "trunc" | "freeze":
            return _signed(parts[0], own)
    left, right = parts
    low, shift = _unsigned(left, width), _unsigned(right, width)
    if (one.opcode in ("shl", "lshr", "ashr") and shift >= width) or (one.opcode in ("sdiv", "udiv") and right == 0):
        return None
    results = {
        "add": lambda: left + right,
        "sub": lambda: left - right,
        "mul": lambda: left * right,
        "and": lambda: left & right,
        "or": lambda: left | right,
        "xor": lambda: left ^ right,
        "shl": lambda: left << shift,
        "lshr": lambda: low >> shift,
        "ashr": lambda: left >> shift,
        "udiv": lambda: low // shift,
        "sdiv": lambda: abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1),
    }
    return _signed(results[one.opcode](), own)


def _compare(predicate: str, left: int, right: int, width: int) -> bool:
    if predicate in _SIGNED:
        predicate = _SIGNED[predicate]
    else:
        left, right = _unsigned(left, width), _unsigned(right, width)
    results = {
        "eq": left == right,
        "ne": left != right,
        "ult": left < right,
        "ule": left <= right,
        "ugt": left > right,
        "uge": left >= right,
    }
    return results[predicate]


def _evaluations(predicate: str, first: int, step: int, limit: int, width: int) -> int | None:
    """How often `value predicate limit` is tested until it is false; value = first, first + step, ...

    None where it is never false before the value leaves the range of its type.
    """
    if predicate not in _SIGNED:
        first, limit = _unsigned(first, width), _unsigned(limit, width)
        least, most = 0, (1 << width) - 1
    else:
        least, most = -(1 << (width - 1)), (1 << (width - 1)) - 1
    if not _compare(predicate, first, limit, width):
        return 1
    if step == 0 or predicate == "eq":
        return 2 if step else None
    distance = limit - first
    if predicate == "ne":
        return distance // step + 1 if distance % step == 0 and distance // step > 0 else None
    upward = predicate in ("slt", "sle", "ult", "ule")
    if upward is not (step > 0):
        return None
    # The first value that is not inside, counted in steps away from `first`.
    needed = abs(distance) + (predicate in ("sle", "ule", "sge", "uge"))
    steps = -(-needed // abs(step))
    return steps + 1 if least <= first + steps * step <= most else None
