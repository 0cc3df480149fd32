"""Identifiers: C++ names made legal and unique within a module."""

import re
from dataclasses import dataclass, field

from fpdeep_gen.names import SYSTEMVERILOG_WORDS


def identifier(text: str, alone: bool = True) -> str:
    """The text as a SystemVerilog identifier, or (not `alone`) as the beginning of one."""
    cleaned = re.sub(r"_{2,}", "_", re.sub(r"[^A-Za-z0-9_]", "_", text)).strip("_") or "value"
    cleaned = f"n{cleaned}" if cleaned[0].isdigit() else cleaned
    return f"{cleaned}_" if alone and cleaned in SYSTEMVERILOG_WORDS else cleaned


@dataclass
class Namer:
    """Hands out names that were not given before."""

    used: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)

    def take(self, wanted: str, alone: bool = True) -> str:
        """`wanted`, or `wanted` with a number behind it. Not `alone`: a prefix such as that of a stream's signals."""
        base = identifier(wanted, alone)
        name = base
        while name in self.used:
            self.counts[base] = self.counts.get(base, 0) + 1
            name = f"{base}_{self.counts[base]}"
        self.used.add(name)
        return name


def bits(width: int) -> str:
    """The range of a declaration, empty for one bit."""
    return "" if width == 1 else f"[{width - 1}:0] "


def literal(value: int, width: int) -> str:
    """A sized constant."""
    return f"{width}'d{value}" if value < 10 else f"{width}'h{value:x}"


@dataclass(frozen=True)
class Pin:
    """One port of the top's module."""

    name: str
    width: int
    is_input: bool

    def declaration(self) -> str:
        """As in the module's head."""
        return f"{'input ' if self.is_input else 'output'} wire {bits(self.width)}{self.name}"
