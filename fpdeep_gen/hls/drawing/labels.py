"""Operations in words: the C++ name where there is one, and what is computed of what."""

from dataclasses import dataclass, field

from fpdeep_gen.hls.ir import (
    Binary,
    BinaryKind,
    Cast,
    CastKind,
    Compare,
    CompareKind,
    Concat,
    Constant,
    Extract,
    Get,
    Load,
    Operation,
    Region,
    Select,
    Store,
    StreamTryWrite,
    StreamWrite,
)
from fpdeep_gen.hls.schedule.constraints import StreamAccess

_SIGNS = {
    BinaryKind.ADD: "+",
    BinaryKind.SUB: "-",
    BinaryKind.MUL: "*",
    BinaryKind.SDIV: "/",
    BinaryKind.UDIV: "/",
    BinaryKind.SREM: "%",
    BinaryKind.UREM: "%",
    BinaryKind.AND: "&",
    BinaryKind.OR: "|",
    BinaryKind.XOR: "^",
    BinaryKind.SHL: "<<",
    BinaryKind.LSHR: ">>",
    BinaryKind.ASHR: ">>",
}
_SIGNED = {BinaryKind.ADD, BinaryKind.SUB, BinaryKind.MUL, BinaryKind.SDIV, BinaryKind.SREM}
_COMPARISONS = {"EQ": "==", "NE": "!=", "LT": "<", "LE": "<=", "GT": ">", "GE": ">="}
_ACCESSES = {
    "StreamRead": "read",
    "StreamTryRead": "read_nb",
    "StreamWrite": "write",
    "StreamTryWrite": "write_nb",
    "StreamEmpty": "empty",
    "StreamFull": "full",
}


@dataclass
class Labels:
    """Names for the results of one region: as in C++; numbered by kind where there is none, or it is taken."""

    names: dict[int, str] = field(default_factory=dict)

    @staticmethod
    def of(region: Region) -> "Labels":
        """In program order, so that they are the same in each run."""
        labels = Labels()
        counts: dict[str, int] = {}
        for operation in region.operations:
            base = operation.name or kind(operation).replace(" ", "_")
            counts[base] = counts.get(base, -1) + 1
            labels.names[id(operation)] = f"{base}_{counts[base]}" if counts[base] else base
        return labels

    def value(self, operation: Operation, signed: bool = True) -> str:
        """A result as an operand, a constant with its sign; casts are left out."""
        match operation:
            case Constant(value=value, width=width):
                negative = signed and width > 1 and value >> (width - 1) & 1
                return str(value - (1 << width)) if negative else str(value)
            case Cast(value=inner) if isinstance(inner, Constant) and operation.kind is CastKind.ZEXT:
                return str(inner.value)
            case Cast(value=inner):
                return self.value(inner, signed)
            case Extract(value=inner, low=low, width=width):
                return f"{self.value(inner)}[{low + width - 1}:{low}]"
            case Concat(parts=parts):
                return "{" + ", ".join(self.value(part) for part in reversed(parts)) + "}"
            case Get(variable=variable):
                return variable.name
        return self.names[id(operation)]

    def text(self, operation: Operation) -> str:
        """`name = what it is`."""
        right = self._right(operation)
        held = operation.predicate
        condition = f" if {self.value(held)}" if held is not None else ""
        head = "" if isinstance(operation, Store | StreamWrite) else f"{self.names[id(operation)]} = "
        return f"{head}{right}{condition}"

    def _right(self, operation: Operation) -> str:
        match operation:
            case Binary(kind=kind_, left=left, right=right):
                signed = kind_ in _SIGNED
                return f"{self.value(left, signed)} {_SIGNS[kind_]} {self.value(right, signed)}"
            case Compare(kind=comparison, left=left, right=right):
                signed = not comparison.name.startswith("U")
                return f"{self.value(left, signed)} {_comparison(comparison)} {self.value(right, signed)}"
            case Select(condition=condition, if_true=if_true, if_false=if_false):
                return f"{self.value(condition)} ? {self.value(if_true)} : {self.value(if_false)}"
            case Load(memory=memory, address=address):
                return f"{memory.name}[{self.value(address)}]"
            case Store(memory=memory, address=address, value=value):
                return f"{memory.name}[{self.value(address)}] = {self.value(value)}"
            case StreamWrite(stream=stream, value=value) | StreamTryWrite(stream=stream, value=value):
                return f"{stream.name}.{kind(operation)}({self.value(value)})"
            case _ if isinstance(operation, StreamAccess):
                return f"{operation.stream.name}.{kind(operation)}()"
        return ", ".join(self.value(part) for part in operation.operands())


def kind(operation: Operation) -> str:
    """One word for what an operation is."""
    if isinstance(operation, Binary | Compare):
        return operation.kind.name.lower()
    return _ACCESSES.get(type(operation).__name__, type(operation).__name__.lower())


def _comparison(comparison: CompareKind) -> str:
    return _COMPARISONS[comparison.name if len(comparison.name) == 2 else comparison.name[1:]]
