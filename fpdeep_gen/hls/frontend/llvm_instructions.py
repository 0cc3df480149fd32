"""Parser of LLVM IR text: instructions and operands."""

import re

from fpdeep_gen.hls.frontend.llvm_ir import Instruction, Offset, Operand, OperandKind
from fpdeep_gen.hls.frontend.llvm_types import (
    POINTER,
    VOID,
    ArrayType,
    IntegerType,
    OtherType,
    StructType,
    Type,
    TypeReader,
    field_offset,
    size_of,
)

_NAME = r'(?:"(?:[^"\\]|\\.)*"|[\w.$-]+)'
_RESULT = re.compile(rf"^(%{_NAME}) = (.*)$")
_DEBUG = re.compile(r", !dbg !(\d+)")
_LOOP = re.compile(r", !llvm\.loop !(\d+)")
_CALLEE = re.compile(rf"(?:\([^()]*\) )?([@%]{_NAME})\(")
_SIMPLE = re.compile(r"^(i\d+) ([^,]+), ([^,]+)$")
_FLAGS = re.compile(
    r"^(?:(?:nuw|nsw|exact|disjoint|nneg|inbounds|nusw|samesign|volatile|inrange\([^)]*\)|fast|nnan|ninf) )*"
)
_ATTRIBUTE = re.compile(
    r"^(?:(?:noundef|nonnull|noalias|nocapture|readonly|writeonly|immarg|signext|zeroext|returned|allocalign|align \d+|"
    r"dereferenceable\(\d+\)|captures\([^)]*\)|range\([^)]*\))(?: |$))+"
)
BINARY = frozenset({"add", "sub", "mul", "sdiv", "udiv", "srem", "urem", "and", "or", "xor", "shl", "lshr", "ashr"})
CASTS = frozenset({"zext", "sext", "trunc"})


def split_commas(text: str) -> list[str]:
    """Parts between commas outside brackets and quotes, stripped."""
    if not text:
        return []
    if not any(char in text for char in '([{<"'):
        return [part.strip() for part in text.split(",")]
    parts: list[str] = []
    depth, start, quoted = 0, 0, False
    for at, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif char in "([{<":
            depth += 1
        elif char in ")]}>":
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
    parts.append(text[start:].strip())
    return parts


class InstructionReader:
    """Reads one line at a time."""

    def __init__(self, types: TypeReader) -> None:
        self._types = types

    def read(self, line: str) -> Instruction | None:
        """The instruction, or None for a debug record."""
        if line[0] == "#":
            return None
        debug = _DEBUG.search(line)
        loop = _LOOP.search(line)
        cut = line.find(", !")
        if cut >= 0:
            line = line[:cut]
        match = _RESULT.match(line)
        name, text = (match[1], match[2]) if match is not None else ("", line)
        opcode, _, rest = text.partition(" ")
        made = self._make(name, opcode, rest)
        if debug is not None:
            made.debug = int(debug[1])
        if loop is not None:
            made.loop = int(loop[1])
        return made

    def _make(self, name: str, opcode: str, rest: str) -> Instruction:
        if opcode in BINARY:
            kind, operands = self._same_type(_FLAGS.sub("", rest))
            return Instruction(name, opcode, kind, operands)
        if opcode in CASTS or opcode == "ptrtoint":
            return self._cast(name, opcode, _FLAGS.sub("", rest))
        if opcode == "icmp":
            predicate, _, more = _FLAGS.sub("", rest).partition(" ")
            _, operands = self._same_type(more)
            return Instruction(name, opcode, IntegerType(1), operands, predicate)
        if opcode == "br":
            return self._branch(rest)
        if opcode in ("tail", "musttail", "notail"):
            return self._call(name, rest.removeprefix("call "))
        reader = {
            "phi": self._phi,
            "load": self._load,
            "store": self._store,
            "getelementptr": self._address,
            "select": self._select,
            "call": self._call,
            "alloca": self._alloca,
            "freeze": self._freeze,
            "extractvalue": self._extract,
            "insertvalue": self._insert,
        }.get(opcode)
        return reader(name, rest) if reader is not None else Instruction(name, opcode, VOID, detail=rest)

    def typed(self, text: str) -> Operand:
        """`TYPE VALUE`."""
        kind, end = self._types.read(text)
        return self.value(kind, _ATTRIBUTE.sub("", text[end:].strip()))

    def value(self, kind: Type, text: str) -> Operand:
        """`VALUE` of a known type."""
        first = text[0]
        if first == "%":
            return Operand(OperandKind.LOCAL, kind, text)
        if isinstance(kind, OtherType):
            return Operand(OperandKind.UNDEFINED, kind)  # a floating-point number: `diagnose` tells of its type
        if first == "-" or first.isdigit():
            return Operand(OperandKind.INTEGER, kind, value=int(text))
        if first == "@":
            return Operand(OperandKind.GLOBAL, kind, text)
        if text in ("true", "false"):
            return Operand(OperandKind.INTEGER, kind, value=int(text == "true"))
        if text.startswith("getelementptr"):
            inner = _FLAGS.sub("", text.removeprefix("getelementptr ")).strip()[1:-1]
            base, offset = self._gep(inner)
            return Operand(OperandKind.GLOBAL, kind, base.name, base.value + offset.constant)
        return Operand(OperandKind.ZERO if text in ("zeroinitializer", "null") else OperandKind.UNDEFINED, kind)

    def _same_type(self, text: str) -> tuple[Type, tuple[Operand, ...]]:
        match = _SIMPLE.match(text)
        if match is not None:
            kind: Type = IntegerType(int(match[1][1:]))
            return kind, (self.value(kind, match[2]), self.value(kind, match[3]))
        kind, end = self._types.read(text)
        left, right = split_commas(text[end:])
        return kind, (self.value(kind, left), self.value(kind, right))

    def _cast(self, name: str, opcode: str, text: str) -> Instruction:
        source, _, target = text.rpartition(" to ")
        return Instruction(name, opcode, self._types.read(target)[0], (self.typed(source),))

    def _branch(self, text: str) -> Instruction:
        parts = split_commas(text)
        targets = tuple(part.removeprefix("label ") for part in parts if part.startswith("label "))
        operands = (self.typed(parts[0]),) if len(targets) == 2 else ()
        return Instruction("", "br", VOID, operands, targets=targets)

    def _phi(self, name: str, text: str) -> Instruction:
        kind, end = self._types.read(text)
        pairs = [split_commas(part[1:-1].strip()) for part in split_commas(text[end:])]
        return Instruction(
            name,
            "phi",
            kind,
            tuple(self.value(kind, pair[0]) for pair in pairs),
            targets=tuple(pair[1] for pair in pairs),
        )

    def _load(self, name: str, text: str) -> Instruction:
        parts = split_commas(_FLAGS.sub("", text))
        return Instruction(name, "load", self._types.read(parts[0])[0], (self.typed(parts[1]),))

    def _store(self, name: str, text: str) -> Instruction:
        parts = split_commas(_FLAGS.sub("", text))
        return Instruction(name, "store", VOID, (self.typed(parts[0]), self.typed(parts[1])))

    def _address(self, name: str, text: str) -> Instruction:
        base, offset = self._gep(_FLAGS.sub("", text))
        return Instruction(name, "getelementptr", POINTER, (base,), offset=offset)

    def _gep(self, text: str) -> tuple[Operand, Offset]:
        parts = split_commas(text)
        kind = self._types.read(parts[0])[0]
        base = self.typed(parts[1])
        constant = 0
        terms: list[tuple[Operand, int]] = []
        current: Type = ArrayType(0, kind)
        for part in parts[2:]:
            index = self.typed(part)
            if isinstance(current, StructType):
                constant += field_offset(current, index.value)
                current = current.fields[index.value]
                continue
            element = current.element if isinstance(current, ArrayType) else current
            stride = size_of(element)
            if index.kind is OperandKind.LOCAL:
                terms.append((index, stride))
            else:
                constant += index.value * stride
            current = element
        return base, Offset(constant, tuple(terms))

    def _select(self, name: str, text: str) -> Instruction:
        condition, if_true, if_false = (self.typed(part) for part in split_commas(text))
        return Instruction(name, "select", if_true.type, (condition, if_true, if_false))

    def _call(self, name: str, text: str) -> Instruction:
        match = _CALLEE.search(text)
        if match is None:
            return Instruction(name, "call", VOID, detail=text)
        inner = text[match.end() : _closing(text, match.end())]
        head = _ATTRIBUTE.sub("", text[: match.start()]).strip()
        kind = self._types.read(head)[0] if head else VOID
        operands = tuple(self.typed(part) for part in split_commas(inner))
        return Instruction(name, "call", kind, operands, match[1])

    def _alloca(self, name: str, text: str) -> Instruction:
        return Instruction(name, "alloca", POINTER, element=self._types.read(text)[0], detail=text)

    def _freeze(self, name: str, text: str) -> Instruction:
        operand = self.typed(text)
        return Instruction(name, "freeze", operand.type, (operand,))

    def _extract(self, name: str, text: str) -> Instruction:
        parts = split_commas(text)
        operand = self.typed(parts[0])
        indices = tuple(int(part) for part in parts[1:])
        kind = operand.type
        for index in indices:
            if isinstance(kind, StructType):
                kind = kind.fields[index]
            elif isinstance(kind, ArrayType):
                kind = kind.element
        return Instruction(name, "extractvalue", kind, (operand,), indices=indices)

    def _insert(self, name: str, text: str) -> Instruction:
        parts = split_commas(text)
        whole, part = self.typed(parts[0]), self.typed(parts[1])
        return Instruction(name, "insertvalue", whole.type, (whole, part), indices=tuple(int(one) for one in parts[2:]))


def _closing(text: str, at: int) -> int:
    depth = 1
    while depth:
        depth += (text[at] == "(") - (text[at] == ")")
        at += 1
    return at - 1
