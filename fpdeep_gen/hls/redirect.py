"""Calls of a function from its own file, sent to another function: on the compiler's assembly, by name."""

import re

REAL = "fpdeep_real"
_DEFINING = re.compile(r"\s*\.(?:globl|global|type|size|weak|hidden|protected)\b")


def defined_symbols(assembly: str, name: str) -> list[str]:
    """The linker's names of the functions `name` (C++, or C) that the assembly defines, in order."""
    label = rf"^(_Z{len(name)}{re.escape(name)}\w*|{re.escape(name)}):"
    return sorted(set(re.findall(label, assembly, re.MULTILINE)))


def redirected(assembly: str, symbol: str, target: str) -> str:
    """`symbol` is defined as `fpdeep_real`, and whoever uses it uses `target`."""
    token = re.compile(rf"(?<![\w.$]){re.escape(symbol)}(?![\w.$])")
    lines = []
    for line in assembly.split("\n"):
        defines = _DEFINING.match(line) is not None or line.startswith(f"{symbol}:")
        lines.append(token.sub(REAL if defines else target, line))
    return "\n".join(lines)
