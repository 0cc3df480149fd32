"""What BIND_OP says of operators: those in the statements that set a variable, found by their lines in the source.

Nothing in LLVM IR tells which product became which variable once functions are inlined; the line of an operation stays.
"""

import re
from pathlib import Path

from fpdeep_gen.hls.frontend.directives import Lines
from fpdeep_gen.hls.frontend.enclosing import blanked
from fpdeep_gen.hls.frontend.pragma_kinds import Pragma
from fpdeep_gen.hls.frontend.pragmas import parse
from fpdeep_gen.hls.ir import BinaryKind, Binding, Diagnostic, Implementation, Location

_PRAGMA = re.compile(r"^[ \t]*#\s*pragma\s+HLS\s+(bind_op\b.*?)\s*$", re.IGNORECASE | re.MULTILINE)
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
    pragmas = list(_PRAGMA.finditer(preprocessed))
    if not pragmas:
        return (), []
    text, lines = blanked(preprocessed), Lines(preprocessed)
    for match in pragmas:
        file, line = lines.of(match.start(1))
        place = Location(Path(file), line, match.start() - preprocessed.rfind("\n", 0, match.start()))
        pragma = parse(match[1])
        try:
            for variable in pragma.options.get("variable", "").split(","):
                found.append(_binding(pragma, variable.strip(), text, match.start(), lines, place))
        except _Ignored as refusal:
            remarks.append(Diagnostic(place, f"pragma HLS {match[1]}: {refusal}"))
    return tuple(found), remarks


def _binding(pragma: Pragma, variable: str, text: str, at: int, lines: Lines, place: Location) -> Binding:
    if not variable:
        raise _Ignored("ignored; it names no variable")
    operator = pragma.options.get("op", "").lower()
    if operator not in _KINDS:
        raise _Ignored(f"ignored; op={operator} is not known here, one of {', '.join(_KINDS)}")
    implementation = pragma.options.get("impl", "auto").lower()
    if implementation not in _IMPLEMENTATIONS:
        raise _Ignored(f"ignored; impl={implementation} is not known here, one of {', '.join(_IMPLEMENTATIONS)}")
    stages = pragma.options.get("latency", "-1")
    if re.fullmatch(r"-1|\d+", stages) is None:
        raise _Ignored(f"ignored; latency={stages} is no number")
    begin, end = _block(text, at)
    numbers: set[int] = set()
    for match in re.finditer(rf"(?<![\w.>]){re.escape(variable)}{_SET}", text[begin:end]):
        close = text.find(";", begin + match.end(), end)
        first, last = begin + match.start(), close if close >= 0 else begin + match.end()
        numbers.update(lines.of(where)[1] for where in range(first, last + 1) if where == first or text[where] == ";")
        numbers.update(lines.of(where)[1] for where in range(first, last) if text[where - 1] == "\n")
    if not numbers:
        raise _Ignored(f"ignored; nothing in its block sets {variable}")
    count = None if stages == "-1" else int(stages)
    file = place.file.resolve()
    return Binding(_KINDS[operator], _IMPLEMENTATIONS[implementation], count, file, frozenset(numbers), variable, place)


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
