"""`#pragma HLS` lines become calls of marker functions, on the same line, so that line numbers stay.

Marker arguments are C++ expressions in the scope of the pragma: they may use template parameters.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from fpdeep_gen.hls.frontend.pragma_kinds import Pragma, statement
from fpdeep_gen.hls.ir import Diagnostic, Location

_PRAGMA = re.compile(r"^(\s*)#\s*pragma\s+HLS\s+(.*?)\s*$", re.IGNORECASE)
_AROUND_SIGN = re.compile(r"\s*((?:[-+*/%<>=!&|^?:]|,)+)\s*")  # an expression may hold blanks around its signs
_IF = re.compile(r"^\s*if\s*\(", re.IGNORECASE)  # `#pragma HLS if (condition) PIPELINE`
LINE_MARKER = re.compile(r'^#\s*(?:line\s+)?(\d+)\s+"((?:[^"\\]|\\.)*)"')


def rewrite(preprocessed: str, source: Path) -> tuple[str, list[Diagnostic]]:
    """Preprocessed C++ without HLS pragmas, and a diagnostic for each that is not honoured."""
    lines: list[str] = []
    warnings: list[Diagnostic] = []
    file, number = source, 0
    for line in preprocessed.split("\n"):
        marker = LINE_MARKER.match(line)
        if marker is not None:
            number, file = int(marker[1]) - 1, Path(marker[2])
            lines.append(line)
            continue
        number += 1
        match = _PRAGMA.match(line)
        if match is None:
            lines.append(line)
            continue
        code, remarks = statement(parse(match[2]))
        lines.append(match[1] + code if code else "")
        place = Location(file, number, len(match[1]) + 1)
        warnings.extend(Diagnostic(place, f"pragma HLS {match[2]}: {remark}") for remark in remarks)
    return "\n".join(lines), warnings


def pragma_of(line: str) -> Pragma | None:
    """The HLS pragma on a line, if there is one without a condition."""
    match = _PRAGMA.match(line)
    found = None if match is None else parse(match[2])
    return None if found is None or found.condition else found


def parse(text: str) -> Pragma:
    """Splits what follows `#pragma HLS`."""
    words = list(_words(_AROUND_SIGN.sub(r"\1", _IF.sub("if (", text))))
    condition = ""
    if len(words) > 2 and words[0].lower() == "if":
        condition, words = words[1], words[2:]
    flags: set[str] = set()
    options: dict[str, str] = {}
    for word in words[1:]:
        key, equals, value = word.partition("=")
        if equals:
            options[key.lower()] = value
        else:
            flags.add(word.lower())
    return Pragma(words[0].lower() if words else "", frozenset(flags), options, condition)


def _words(text: str) -> Iterator[str]:
    """Words at blanks outside parentheses and brackets."""
    word, depth = "", 0
    for char in text:
        depth += (char in "([{") - (char in ")]}")
        if char.isspace() and depth == 0:
            if word:
                yield word
            word = ""
        else:
            word += char
    if word:
        yield word
