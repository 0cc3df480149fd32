"""What a pragma stands in, read from the source: a loop that LLVM has removed is to be seen there alone."""

import re
from pathlib import Path

from fpdeep_gen.hls.ir import Location

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_DIRECTIVE = re.compile(r"^\s*#.*(?:\\\n.*)*$", re.MULTILINE)
_KEYWORD = re.compile(r"\b(?:for|while)\s*$")


def stands_in_loop(place: Location | None) -> bool:
    """Whether a pragma is the first in the body of a `for`, `while` or `do`; false where that cannot be told."""
    if place is None:
        return False
    before = _code_before(place.file, place.line)
    if not before.endswith("{"):
        return False
    head = before[:-1].rstrip()
    if not head.endswith(")"):
        return re.search(r"\bdo$", head) is not None
    depth = 0
    for at in range(len(head) - 1, -1, -1):
        depth += (head[at] == ")") - (head[at] == "(")
        if depth == 0:
            return _KEYWORD.search(head[:at]) is not None
    return False


def _code_before(file: Path, line: int) -> str:
    lines = _text(file).split("\n")[: line - 1]
    return _DIRECTIVE.sub("", "\n".join(lines)).rstrip()


def _text(file: Path) -> str:
    """Without comments; lines keep their numbers."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError:
        return ""
    return _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
