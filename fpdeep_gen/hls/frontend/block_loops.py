"""Clearing and copying of large arrays at once (`= {}`, memset, memcpy, assignment of structures) as loops.

LLVM keeps these as one call. One store for each element in a row would be a step of hundreds of stages; here such a
call becomes a pipelined loop over the elements, in the text, before loops are looked at. Inside of what is pipelined
itself these loops are unrolled as every other one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fpdeep_gen.hls.frontend.liveness import definitions
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, LlvmModule, Operand, OperandKind
from fpdeep_gen.hls.frontend.llvm_text import NAME
from fpdeep_gen.hls.frontend.llvm_types import ArrayType, IntegerType, StructType, Type, field_offset, size_of
from fpdeep_gen.hls.frontend.object_pragmas import ObjectKey, ObjectPragmas
from fpdeep_gen.hls.frontend.unrolling import PIPELINE

_LEAST_ELEMENTS = 33
_MOST_LEAVES = 64
_COPIES = ("@llvm.memcpy", "@llvm.memmove")
_FILL = "@llvm.memset"
_FIRST = re.compile(rf"\(ptr [^,@%]*([%@]{NAME})")  # the first argument of a call


@dataclass(frozen=True, slots=True)
class _Element:
    """`leaves`: byte offset and bits of each integer in it."""

    count: int
    size: int
    leaves: tuple[tuple[int, int], ...]


def with_loops(text: str, module: LlvmModule, pragmas: dict[ObjectKey, ObjectPragmas]) -> str:
    """The module's text with a call of a loop in the place of each such call; as it was where there is none."""
    helpers: list[str] = []
    for function in module.functions.values():
        lines: dict[tuple[str, str], str] = {}
        defined = definitions(function)
        for one in _calls(function):
            element = _element(one, function, module, defined, pragmas)
            if element is None:
                continue
            name = f"@__hls_block_{len(helpers)}"
            is_fill = one.detail.startswith(_FILL)
            helpers.append(_helper(name, element, is_fill))
            second = f"i8 {one.operands[1].value}" if is_fill else f"ptr {one.operands[1].name}"
            target = one.operands[0].name
            lines[target, f"!dbg !{one.debug}"] = f"  call void {name}(ptr {target}, {second}), !dbg !{one.debug}"
        if lines:
            text = _replaced(text, function.name, lines)
    if not helpers:
        return text
    is_declared = re.search(rf"^declare [^@\n]*{PIPELINE}\(", text, re.MULTILINE) is not None
    declared = [] if is_declared else [f"declare void {PIPELINE}(i32)"]
    return "\n".join([text, *declared, *helpers, ""])


def _calls(function: Function) -> Iterator[Instruction]:
    for block in function.blocks.values():
        for one in block.instructions:
            if one.opcode == "call" and one.detail.startswith((*_COPIES, _FILL)):
                yield one


def _element(
    one: Instruction,
    function: Function,
    module: LlvmModule,
    defined: dict[str, tuple[str, Instruction]],
    pragmas: dict[ObjectKey, ObjectPragmas],
) -> _Element | None:
    """The elements of the array, where all of it is set, it is large, and both ends are whole variables."""
    if one.operands[2].kind is not OperandKind.INTEGER:
        return None
    if one.detail.startswith(_FILL) and one.operands[1].kind is not OperandKind.INTEGER:
        return None
    ends = one.operands[:1] if one.detail.startswith(_FILL) else one.operands[:2]
    for end in ends:
        key = ("", end.name) if end.kind is OperandKind.GLOBAL else (function.name, end.name)
        if end.value or _is_inside(end, defined) or (key in pragmas and pragmas[key].partitions):
            return None
    kind = _type_of(one.operands[0], module, defined)
    if kind is None or size_of(kind) != one.operands[2].value:
        return None
    count = 1
    while isinstance(kind, ArrayType):
        count *= kind.count
        kind = kind.element
    leaves = tuple(_leaves(kind, 0))
    if count < _LEAST_ELEMENTS or not 0 < len(leaves) <= _MOST_LEAVES:
        return None
    return _Element(count, size_of(kind), leaves)


def _is_inside(end: Operand, defined: dict[str, tuple[str, Instruction]]) -> bool:
    """Whether it starts anywhere in a variable, as the rest of a structure does whose first fields are values."""
    return end.name in defined and defined[end.name][1].opcode == "getelementptr"


def _type_of(operand: Operand, module: LlvmModule, defined: dict[str, tuple[str, Instruction]]) -> Type | None:
    if operand.kind is OperandKind.GLOBAL:
        found = module.globals.get(operand.name)
        return found.type if found is not None else None
    if operand.kind is OperandKind.LOCAL and operand.name in defined:
        return defined[operand.name][1].element
    return None


def _leaves(kind: Type, at: int) -> Iterator[tuple[int, int]]:
    match kind:
        case IntegerType(width):
            yield at, width
        case ArrayType(count, element):
            for place in range(count):
                yield from _leaves(element, at + place * size_of(element))
        case StructType(fields):
            for place, one in enumerate(fields):
                yield from _leaves(one, at + field_offset(kind, place))
        case _:
            for _ in range(_MOST_LEAVES + 1):
                yield at, 0


def _helper(name: str, element: _Element, is_fill: bool) -> str:
    """A function that goes over the elements; `%with` is the byte, or the array to copy from."""
    lines = [
        f"define internal void {name}(ptr %to, {'i8' if is_fill else 'ptr'} %with) alwaysinline {{",
        "entry:",
        "  br label %loop",
        "loop:",
        "  %at = phi i64 [ 0, %entry ], [ %next, %loop ]",
        f"  call void {PIPELINE}(i32 1)",
    ]
    for number, (offset, width) in enumerate(element.leaves):
        place = f"getelementptr [{element.size} x i8], ptr %{{}}, i64 %at, i64 {offset}"
        if is_fill:
            bytes_ = (width + 7) // 8
            value = f"%f{number}_0"
            lines.append(f"  %f{number}_0 = zext i8 %with to i{8 * bytes_ + 8}")
            for step in range(1, bytes_):
                lines.append(f"  %s{number}_{step} = shl i{8 * bytes_ + 8} %f{number}_0, {8 * step}")
                lines.append(f"  %f{number}_{step}x = or i{8 * bytes_ + 8} {value}, %s{number}_{step}")
                value = f"%f{number}_{step}x"
            lines.append(f"  %v{number} = trunc i{8 * bytes_ + 8} {value} to i{width}")
        else:
            lines.append(f"  %a{number} = {place.format('with')}")
            lines.append(f"  %v{number} = load i{width}, ptr %a{number}")
        lines.append(f"  %p{number} = {place.format('to')}")
        lines.append(f"  store i{width} %v{number}, ptr %p{number}")
    return "\n".join(
        [
            *lines,
            "  %next = add nuw nsw i64 %at, 1",
            f"  %more = icmp ult i64 %next, {element.count}",
            "  br i1 %more, label %loop, label %done",
            "done:",
            "  ret void",
            "}",
        ]
    )


def _replaced(text: str, function: str, lines: dict[tuple[str, str], str]) -> str:
    start = text.index(f" {function}(", 0)
    while not text[text.rindex("\n", 0, start) + 1 :].startswith("define"):
        start = text.index(f" {function}(", start + 1)
    end = text.index("\n}", start)
    body = text[start:end].split("\n")
    for place, line in enumerate(body):
        if "@llvm.mem" in line and "call" in line:
            debug = line[line.rindex("!dbg") :].strip() if "!dbg" in line else ""
            target = _FIRST.search(line)
            body[place] = lines.get((target[1] if target is not None else "", debug), line)
    return text[:start] + "\n".join(body) + text[end:]
