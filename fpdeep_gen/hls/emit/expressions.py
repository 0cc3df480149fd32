"""SystemVerilog text of one operation, given the text of its operands."""

from collections.abc import Callable

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
    Operation,
    Select,
)

_INFIX = {
    BinaryKind.ADD: "+",
    BinaryKind.SUB: "-",
    BinaryKind.AND: "&",
    BinaryKind.OR: "|",
    BinaryKind.XOR: "^",
    BinaryKind.UDIV: "/",
    BinaryKind.UREM: "%",
    BinaryKind.SHL: "<<",
    BinaryKind.LSHR: ">>",
}
_SIGNED = {BinaryKind.MUL: "*", BinaryKind.SDIV: "/", BinaryKind.SREM: "%"}
_COMPARE = {
    CompareKind.EQ: "==",
    CompareKind.NE: "!=",
    CompareKind.ULT: "<",
    CompareKind.ULE: "<=",
    CompareKind.UGT: ">",
    CompareKind.UGE: ">=",
    CompareKind.SLT: "<",
    CompareKind.SLE: "<=",
    CompareKind.SGT: ">",
    CompareKind.SGE: ">=",
}

Text = Callable[[Operation], str]


def expression(operation: Operation, value: Text, name: Text) -> str:
    """The right-hand side. `value` gives an operand as an expression, `name` as an identifier that can be indexed."""
    match operation:
        case Binary():
            return _binary(operation, value)
        case Compare():
            left, right = value(operation.left), value(operation.right)
            if operation.kind.name.startswith("S"):
                left, right = f"$signed({left})", f"$signed({right})"
            else:
                left, right = unsigned(left), unsigned(right)
            return f"{left} {_COMPARE[operation.kind]} {right}"
        case Select():
            return f"{value(operation.condition)} ? {value(operation.if_true)} : {value(operation.if_false)}"
        case Cast():
            return cast(operation, value, name)
        case Extract():
            return extract(operation.value, operation.low, operation.width, name)
        case Concat():
            parts = [value(part) for part in reversed(operation.parts)]
            return "{" + ", ".join(parts) + "}"
        case _:
            raise TypeError(f"{type(operation).__name__} has no expression")


def _binary(operation: Binary, value: Text) -> str:
    left, right = value(operation.left), value(operation.right)
    if operation.kind is BinaryKind.ASHR:
        return f"$signed({left}) >>> {right}"
    if operation.kind in _SIGNED:
        return f"$signed({left}) {_SIGNED[operation.kind]} $signed({right})"
    return f"{unsigned(left)} {_INFIX[operation.kind]} {unsigned(right)}"


def cast(operation: Cast, value: Text, name: Text) -> str:
    """An extension or a truncation."""
    if operation.width == operation.value.width:
        return value(operation.value)
    match operation.kind:
        case CastKind.TRUNC:
            return extract(operation.value, 0, operation.width, name)
        case CastKind.ZEXT:
            return f"{operation.width}'({unsigned(value(operation.value))})"
        case CastKind.SEXT:
            return f"{operation.width}'($signed({value(operation.value)}))"


def unsigned(text: str) -> str:
    """An operand whose sign must not count: a sign extension is a signed expression, and a size cast keeps that."""
    return f"$unsigned({text})" if "$signed(" in text else text


def extract(source: Operation, low: int, width: int, name: Text) -> str:
    """Bits [low, low + width) of a value."""
    if isinstance(source, Constant):
        return f"{width}'h{(source.value >> low) & ((1 << width) - 1):x}"
    if width == source.width:
        return name(source)
    return f"{name(source)}[{low}]" if width == 1 else f"{name(source)}[{low + width - 1}:{low}]"
