"""What BIND_OP says of operators: those in the statements that set a variable, found by their lines in the source.

Nothing in LLVM IR tells which product became which variable once functions are inlined; the line of an operation stays.
"""

import re

from fpdeep_gen.hls.frontend.placed_pragmas import PlacedPragma, PlacedPragmas, placed_pragmas
from fpdeep_gen.hls.ir import BinaryKind, Binding, Diagnostic, Implementation

_KINDS = {"mul": BinaryKind.MUL, "add": BinaryKind.ADD, "sub": BinaryKind.SUB}
_IMPLEMENTATIONS = {"dsp": Implementation.DSP, "fabric": Implementation.FABRIC, "auto": None}
_SET = r"(?:\s*\[[^\]]*\])*\s*(?:=(?!=)|[-+*]=|[({])"  # behind the variable's name


class _Ignored(ValueError):
    """A pragma that says nothing here; the text says why."""


def operator_bindings(preprocessed: str) -> tuple[tuple[Binding, ...], list[Diagnostic]]:
    """Every BIND_OP of preprocessed C++, and a remark on each that is not honoured.

    It holds for the statements of the innermost block in which it stands that set the variable.
    """
    found: list[Binding] = []
    remarks: list[Diagnostic] = []
    placed = placed_pragmas(preprocessed, "bind_op")
    for one in placed.found:
        try:
            variables = one.pragma.options.get("variable", "").split(",")
            found += [_binding(one, variable.strip(), placed) for variable in variables]
        except _Ignored as refusal:
            remarks.append(one.ignored(str(refusal)))
    return tuple(found), remarks


def _binding(placed: PlacedPragma, variable: str, source: PlacedPragmas) -> Binding:
    options, text, lines = placed.pragma.options, source.text, source.lines
    if not variable:
        raise _Ignored("it names no variable")
    operator = options.get("op", "").lower()
    if operator not in _KINDS:
        raise _Ignored(f"op={operator} is not known here, one of {', '.join(_KINDS)}")
    implementation = options.get("impl", "auto").lower()
    if implementation not in _IMPLEMENTATIONS:
        raise _Ignored(f"impl={implementation} is not known here, one of {', '.join(_IMPLEMENTATIONS)}")
    stages = options.get("latency", "-1")
    if re.fullmatch(r"-1|\d+", stages) is None:
        raise _Ignored(f"latency={stages} is no number")
    begin, end = _block(text, placed.at)
    numbers: set[int] = set()
    for match in re.finditer(rf"(?<![\w.>]){re.escape(variable)}{_SET}", text[begin:end]):
        close = text.find(";", begin + match.end(), end)
        first, last = begin + match.start(), close if close >= 0 else begin + match.end()
        numbers.update(range(lines.of(first)[1], lines.of(last)[1] + 1))
    if not numbers:
        raise _Ignored(f"nothing in its block sets {variable}")
    count = None if stages == "-1" else int(stages)
    kind, built, place = _KINDS[operator], _IMPLEMENTATIONS[implementation], placed.location
    return Binding(kind, built, count, place.file.resolve(), frozenset(numbers), variable, place)


def _block(text: str, at: int) -> tuple[int, int]:
    """The innermost pair of braces around a place."""
    opened: list[int] = []
    for match in re.finditer(r"[{}]", text[:at]):
        if match[0] == "{":
            opened.append(match.start())
        else:
            del opened[-1:]
    depth = 0
    for match in re.compile(r"[{}]").finditer(text, at):
        depth += 1 if match[0] == "{" else -1
        if depth < 0:
            return (opened[-1] if opened else 0), match.start()
    return (opened[-1] if opened else 0), len(text)
