"""Changing functions of LLVM IR in their parsed form: copies, operands put in, reads and writes of streams."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fpdeep_gen.hls.frontend.llvm_ir import Block, Function, Instruction, Operand, OperandKind, Parameter
from fpdeep_gen.hls.frontend.llvm_types import POINTER, VOID, IntegerType, Type, size_of
from fpdeep_gen.hls.frontend.optimise import TASK
from fpdeep_gen.hls.frontend.unrolling import DECLARE

TOKEN_DEPTH = 2


def local(name: str) -> Operand:
    """The address in a variable or argument."""
    return Operand(OperandKind.LOCAL, POINTER, name)


def number(value: int, width: int = 32) -> Operand:
    """A constant."""
    return Operand(OperandKind.INTEGER, IntegerType(width), "", value)


def base_of(operand: Operand, defined: dict[str, tuple[str, Instruction]]) -> str:
    """The name behind an address."""
    while operand.name in defined and defined[operand.name][1].opcode == "getelementptr":
        operand = defined[operand.name][1].operands[0]
    return operand.name


def bits_of_token(kind: Type) -> int:
    """Bits of a number of the type."""
    return kind.width if isinstance(kind, IntegerType) else 1


def bytes_of(one: Instruction) -> int:
    """Bytes that an alloca allocates: of streams, how many there are."""
    return size_of(one.element) if one.element is not None else 1


LONGEST = 60
"""Characters of a name with template arguments; Verilator has other names for signals of 128 and more."""


def plain_name(name: str) -> str:
    """An identifier; where it would be too long, without template arguments."""
    name = name.lstrip("%@").strip('"').removesuffix(".addr")
    name = name if len(name) <= LONGEST else name.partition("<")[0]
    return "".join(char if char.isalnum() else "_" for char in name).strip("_")


def receive(stream: str, name: str, kind: Type, debug: int) -> list[Instruction]:
    """Reads one number from a stream."""
    assert isinstance(kind, IntegerType)
    numbers = (number(kind.width), number(1), number(size_of(kind)), number(0, 1))
    token = f"{name}.token"
    return [
        Instruction(token, "call", POINTER, (local(stream), *numbers), "@__hls_stream_read", debug=debug),
        Instruction(name, "load", kind, (local(token),), debug=debug),
    ]


def send(stream: str, token: str, value: Operand, debug: int) -> list[Instruction]:
    """Writes one number to a stream."""
    kind = value.type
    assert isinstance(kind, IntegerType)
    numbers = (number(kind.width), number(1), number(size_of(kind)))
    return [
        Instruction(token, "call", POINTER, (local(stream), *numbers), "@__hls_stream_begin", debug=debug),
        Instruction("", "store", VOID, (value, local(token)), debug=debug),
        Instruction("", "call", VOID, (local(token),), "@__hls_stream_write", debug=debug),
    ]


def put_operands(one: Instruction, found: Mapping[str, Operand]) -> None:
    """Puts operands in the place of names."""

    def put(operand: Operand) -> Operand:
        if operand.kind is not OperandKind.LOCAL or operand.name not in found:
            return operand
        return found[operand.name]

    one.operands = tuple(put(operand) for operand in one.operands)
    if one.offset is not None:
        constant, terms = one.offset.constant, []
        for operand, stride in one.offset.terms:
            now = put(operand)
            if now.kind is OperandKind.INTEGER:
                constant += now.value * stride
            else:
                terms.append((now, stride))
        one.offset = replace(one.offset, constant=constant, terms=tuple(terms))


def copied(function: Function, name: str) -> Function:
    """The same under another name, with instructions of its own."""
    blocks = {key: Block(key, [replace(one) for one in block.instructions]) for key, block in function.blocks.items()}
    return replace_function(function, name, list(function.parameters), blocks)


def replace_function(function: Function, name: str, parameters: list[Parameter], blocks: dict[str, Block]) -> Function:
    """The same function with other contents."""
    return Function(name, parameters, blocks, function.plain_name, function.location)


@dataclass
class TaskNetwork:
    """The function of tasks in the making."""

    streams: list[Instruction] = field(default_factory=list)
    tasks: list[Instruction] = field(default_factory=list)

    def stream(self, name: str, width: int, debug: int, depth: int = TOKEN_DEPTH) -> None:
        """A stream of the network's own."""
        self.streams.append(Instruction(name, "alloca", POINTER, element=IntegerType(8), debug=debug))
        numbers = (number(depth), number(width))
        self.streams.append(Instruction("", "call", VOID, (local(name), *numbers), DECLARE, debug=debug))

    def task(self, name: str, function: str, arguments: list[tuple[Operand, int]], debug: int) -> None:
        """A task; each argument with the number of streams."""
        head = (local(f"%{name}"), Operand(OperandKind.GLOBAL, POINTER, function))
        ends = tuple(operand for operand, _ in arguments)
        sizes = tuple(number(count) for _, count in arguments)
        self.tasks.append(Instruction("", "call", VOID, (*head, *ends, *sizes), TASK, debug=debug))
