"""Identifiers: C++ names made legal and unique within a module."""

import re
from dataclasses import dataclass, field

_KEYWORDS = frozenset(
    ["accept_on", "alias", "always_comb", "always_ff", "always_latch", "binsof", "bins", "checker", "cmos", "cover", "covergroup", "coverpoint", "cross", "dist", "endchecker", "endclocking", "endconfig", "endgroup", "endinterface", "endpackage", "endprimitive", "endprogram", "endproperty", "endsequence", "endspecify", "endtable", "endtask", "eventually", "expect", "extern", "first_match", "highz1", "iff", "ignore_bins", "illegal_bins", "implements", "implies", "interconnect", "inside", "matches", "nettype", "nexttime", "noshowcancelled", "notif0", "notif1", "pulsestyle_onevent", "pulsestyle_ondetect", "pull1", "randcase", "randsequence", "rpmos", "rnmos", "rtranif0", "rtranif1", "rtran", "s_always", "s_eventually", "s_nexttime", "s_until", "showcancelled", "solve", "soft", "specparam", "strong", "tri0", "tri1", "triand", "trior", "trireg", "tranif0", "tranif1", "unique0", "unsigned", "vectored", "weak0", "weak1", "wildcard", "alias", "always", "and", "assert", "assign", "assume", "automatic", "before", "begin", "bind", "bit", "break", "buf", "byte", "case", "cell", "chandle", "class", "clocking", "config", "const", "constraint", "context", "continue", "cover", "default", "defparam", "design", "disable", "dist", "do", "edge", "else", "end", "endcase", "endfunction", "endmodule", "endtask", "enum", "event", "expect", "export", "extends", "extern", "final", "first_match", "for", "force", "foreach", "forever", "fork", "function", "generate", "genvar", "global", "highz0", "if", "iff", "ifnone", "import", "include", "initial", "inout", "input", "inside", "instance", "int", "integer", "interface", "intersect", "join", "large", "let", "liblist", "library", "local", "localparam", "logic", "longint", "matches", "medium", "modport", "module", "nand", "negedge", "new", "nexttime", "nmos", "nor", "not", "null", "or", "output", "package", "packed", "parameter", "pmos", "posedge", "primitive", "priority", "program", "property", "protected", "pull0", "pull1", "pulldown", "pullup", "pure", "rand", "randc", "ref", "reg", "reject_on", "release", "repeat", "restrict", "return", "rtran", "scalared", "sequence", "shortint", "shortreal", "signed", "small", "solve", "specify", "static", "string", "strong", "strong0", "struct", "super", "supply0", "supply1", "table", "tagged", "task", "this", "throughout", "time", "timeprecision", "timeunit", "tran", "tri", "type", "typedef", "union", "unique", "unsigned", "until", "use", "uwire", "var", "vectored", "virtual", "void", "wait", "wand", "weak", "while", "wildcard", "wire", "with", "within", "wor", "xnor", "xor"]
)


def identifier(text: str) -> str:
    """The text as a SystemVerilog identifier."""
    cleaned = re.sub(r"_{2,}", "_", re.sub(r"[^A-Za-z0-9_]", "_", text)).strip("_") or "value"
    cleaned = f"n{cleaned}" if cleaned[0].isdigit() else cleaned
    return f"{cleaned}_" if cleaned in _KEYWORDS else cleaned


@dataclass
class Namer:
    """Hands out names that were not given before."""

    used: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)

    def take(self, wanted: str) -> str:
        """`wanted`, or `wanted` with a number behind it."""
        base = identifier(wanted)
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
