"""Arrays between the stages of a DATAFLOW region: which they are, and what each stage does to hand over their banks.

One stage fills the array, later ones read it. In the place of the array stands a global of as many copies (banks) as it
has; a stage works in the bank that its own counter says. Two FIFOs of one-bit words join the writer with each reader:
`free` (as deep as there are banks) takes a word when the writer begins with a bank and gives it up when the reader is
done with it; `full` takes one when the writer is done. So nobody touches a bank that is not his.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from fpdeep_gen.hls.frontend.liveness import definitions
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, LlvmModule, Offset, Operand, OperandKind
from fpdeep_gen.hls.frontend.llvm_types import POINTER, VOID, ArrayType, IntegerType, Type, size_of
from fpdeep_gen.hls.frontend.rewriting import base_of, local, number, receive, send

DEFAULT_BANKS = 2
GUARD = "bank."  # streams whose words hand over a bank: `bank.<array>.full.1`, no name that C++ could have
_BIT = IntegerType(1)
CONVERSIONS = ("trunc", "zext", "sext")
_COPIES = ("@llvm.memcpy", "@llvm.memmove")


@dataclass(frozen=True, slots=True)
class Use:
    """A stage's argument that is the array: the call, and the argument's place.

    Of a number out of it that is handed by value: `value`, what makes the number (a load, then conversions), and
    `offset`, where it lies in bytes.
    """

    call: Instruction
    place: int
    value: tuple[Instruction, ...] = ()
    offset: int = 0

    @property
    def by_value(self) -> bool:
        """Whether the argument is no address."""
        return bool(self.value)

    def loaded(self, name: str, address: Operand, debug: int) -> Iterator[Instruction]:
        """The same value from a bank at an address, under a name."""
        if self.offset:
            at = f"{name}.at"
            yield Instruction(at, "getelementptr", POINTER, (address,), offset=Offset(self.offset, ()), debug=debug)
            address = local(at)
        before = address
        for number_of, one in enumerate(self.value, 1):
            made = name if one is self.value[-1] else f"{name}.{number_of}"
            yield replace(one, name=made, operands=(before,), debug=debug)
            before = Operand(OperandKind.LOCAL, one.type, made)


@dataclass(frozen=True, slots=True)
class Between:
    """`array`: its name among those of the design. `banks` 0: it is a FIFO. `table`: the global in its place."""

    array: str
    table: str
    element: Type
    banks: int
    depth: int
    writer: Use
    readers: tuple[Use, ...]

    @property
    def bank_type(self) -> IntegerType:
        """Type of a bank's number."""
        return IntegerType(max(1, (self.banks - 1).bit_length()))

    @property
    def table_type(self) -> Type:
        """Type of the global."""
        return ArrayType(self.banks, self.element) if self.banks else self.element

    def tokens(self, use: Use) -> list[tuple[str, bool]]:
        """The streams of tokens at a stage: name, and whether it says that a bank is full."""
        places = range(len(self.readers)) if use is self.writer else [self.readers.index(use)]
        kinds = (True, False)
        return [(f"{GUARD}{self.array}.{'full' if full else 'free'}.{at}", full) for at in places for full in kinds]


@dataclass(frozen=True, slots=True)
class Handover:
    """What a stage does before and after it works in a bank; `address` is that of the bank (a FIFO: of the array)."""

    before: tuple[Instruction, ...]
    after: tuple[Instruction, ...]
    address: Operand


def handover(one: Between, use: Use, counter: str, debug: int) -> Handover:
    """The instructions of one stage; `counter` is the global that counts its banks."""
    if not one.banks:
        return Handover((), (), Operand(OperandKind.GLOBAL, POINTER, one.table))
    kind, writes = one.bank_type, use is one.writer
    head, tail = f"%{GUARD}{one.array}", f"%{GUARD}{one.array}.next"
    before: list[Instruction] = []
    after: list[Instruction] = []
    for token, full in one.tokens(use):
        if full != writes:  # the reader waits for a full bank; the writer takes one
            take = send if writes else receive
            before += _token(take, token, debug)
        else:
            give = send if writes else receive
            after += _token(give, token, debug)
    at = Operand(OperandKind.GLOBAL, POINTER, counter)
    bank, index = Operand(OperandKind.LOCAL, kind, head), Operand(OperandKind.LOCAL, IntegerType(32), f"{head}.index")
    before.append(Instruction(head, "load", kind, (at,), debug=debug))
    before.append(Instruction(index.name, "zext", IntegerType(32), (bank,), debug=debug))
    where = Operand(OperandKind.GLOBAL, POINTER, one.table)
    offset = Offset(0, ((index, size_of(one.element)),))
    address = f"{head}.address"
    before.append(Instruction(address, "getelementptr", POINTER, (where,), offset=offset, debug=debug))
    last, after_it, following = (Operand(OperandKind.LOCAL, _BIT if n == 0 else kind, f"{tail}.{n}") for n in range(3))
    most = (1 << kind.width) - 1
    zero, step, end = (Operand(OperandKind.INTEGER, kind, "", value) for value in (0, 1, one.banks - 1 & most))
    after.append(Instruction(last.name, "icmp", _BIT, (bank, end), "eq", debug=debug))
    after.append(Instruction(after_it.name, "add", kind, (bank, step), debug=debug))
    after.append(Instruction(following.name, "select", kind, (last, zero, after_it), debug=debug))
    after.append(Instruction("", "store", VOID, (following, at), debug=debug))
    return Handover(tuple(before), tuple(after), local(address))


def _token(how: object, token: str, debug: int) -> list[Instruction]:
    inner = f"%{token}"
    if how is send:
        return send(inner, f"{inner}.word", number(1, 1), debug)
    return receive(inner, f"{inner}.bit", _BIT, debug)


def renamed(instructions: tuple[Instruction, ...], suffix: str) -> list[Instruction]:
    """A copy whose own results have other names, for one more place in the function."""
    names = {one.name: f"{one.name}.{suffix}" for one in instructions if one.name}

    def put(operand: Operand) -> Operand:
        return replace(operand, name=names.get(operand.name, operand.name))

    return [
        replace(one, name=names.get(one.name, one.name), operands=tuple(put(operand) for operand in one.operands))
        for one in instructions
    ]


# how an array is used


def uses_of(
    owner: str, function: Function, calls: Mapping[int, Instruction]
) -> tuple[list[Use], list[Instruction], list[Instruction]]:
    """Stages' arguments in the order of the calls, what only makes such arguments, and everything else."""
    defined = definitions(function)
    instructions = [one for block in function.blocks.values() for one in block.instructions]
    uses: list[Use] = []
    loads: list[Instruction] = []
    values: dict[str, tuple[int, tuple[Instruction, ...]]] = {}
    other: list[Instruction] = []
    for one in instructions:
        if one.opcode in ("getelementptr", "alloca") or one.detail.startswith("@llvm.lifetime"):
            continue
        if id(one) in calls:
            for place, operand in enumerate(one.operands):
                if base_of(operand, defined) == owner:
                    uses.append(Use(one, place))
                elif operand.name in values:
                    offset, value = values[operand.name]
                    uses.append(Use(one, place, value, offset))
        elif any(base_of(operand, defined) == owner for operand in one.operands):
            offset_of = _offset(one.operands[0], defined) if one.opcode == "load" else None
            made = _values((one,), instructions, calls) if offset_of is not None else None
            if made is None or offset_of is None:
                other.append(one)
            else:
                values |= {value[-1].name: (offset_of, value) for value in made}
                loads += [value[-1] for value in made]
    return uses, loads, other


def _offset(operand: Operand, defined: Mapping[str, tuple[str, Instruction]]) -> int | None:
    """Bytes from the start of a variable; None where that is not known."""
    at = 0
    while (one := defined[operand.name][1]).opcode != "alloca":
        if one.opcode != "getelementptr" or one.offset is None or one.offset.terms:
            return None
        at, operand = at + one.offset.constant, one.operands[0]
    return at


def _values(
    value: tuple[Instruction, ...], instructions: list[Instruction], calls: Mapping[int, Instruction]
) -> list[tuple[Instruction, ...]] | None:
    """A value and what is converted from it, each with what makes it; None where there are more than arguments."""
    found = [value]
    for user in instructions:
        if id(user) in calls or not _names(user, value[-1].name):
            continue
        inner = _values((*value, user), instructions, calls) if user.opcode in CONVERSIONS else None
        if inner is None:
            return None
        found += inner
    return found


def _names(user: Instruction, name: str) -> bool:
    terms = user.offset.terms if user.offset is not None else ()
    return any(operand.name == name for operand in (*user.operands, *(operand for operand, _ in terms)))


def touches(function: Function, parameter: str, module: LlvmModule) -> tuple[bool, bool]:
    """Whether a stage reads and whether it writes through an argument."""
    defined = definitions(function)
    reads = writes = False
    for block in function.blocks.values():
        for one in block.instructions:
            targets, sources = _accesses(one)
            reads |= any(parameter in _bases(operand, defined) for operand in sources)
            writes |= any(parameter in _bases(operand, defined) for operand in targets)
            callee = module.functions.get(one.detail) if one.opcode == "call" else None
            for place, operand in enumerate(one.operands if callee is not None else ()):
                if callee is not None and parameter in _bases(operand, defined) and place < len(callee.parameters):
                    inner = touches(callee, callee.parameters[place].name, module)
                    reads, writes = reads | inner[0], writes | inner[1]
    return reads, writes


def _accesses(one: Instruction) -> tuple[tuple[Operand, ...], tuple[Operand, ...]]:
    """Addresses that are written, and that are read."""
    if one.opcode == "store":
        return one.operands[1:2], ()
    if one.opcode == "load":
        return (), one.operands[:1]
    if one.opcode == "call" and one.detail.startswith(_COPIES):
        return one.operands[:1], one.operands[1:2]
    if one.opcode == "call" and one.detail.startswith("@llvm.memset"):
        return one.operands[:1], ()
    return (), ()


def _bases(
    operand: Operand, defined: Mapping[str, tuple[str, Instruction]], seen: frozenset[str] = frozenset()
) -> Iterator[str]:
    if operand.name in seen or operand.kind is not OperandKind.LOCAL:
        return
    if operand.name not in defined:
        yield operand.name
        return
    one = defined[operand.name][1]
    inner = {"getelementptr": one.operands[:1], "select": one.operands[1:], "phi": one.operands}.get(one.opcode, ())
    for part in inner:
        yield from _bases(part, defined, seen | {operand.name})
