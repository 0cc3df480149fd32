"""Identifiers: C++ names made legal and unique within a module."""

import re
from dataclasses import dataclass, field

_KEYWORD_TEXT = """
    accept_on alias always always_comb always_ff always_latch and assert assign assume automatic before begin
    bind bins binsof bit break buf byte case cell chandle checker class clocking cmos config const constraint
    context continue cover covergroup coverpoint cross default defparam design disable dist do edge else end
    endcase endchecker endclocking endconfig endfunction endgroup endinterface endmodule endpackage endprimitive
    endprogram endproperty endsequence endspecify endtable endtask enum event eventually expect export extends
    extern final first_match for force foreach forever fork function generate genvar global highz0 highz1 if iff
    ifnone ignore_bins illegal_bins implements implies import include initial inout input inside instance int
    integer interconnect interface intersect join large let liblist library local localparam logic longint
    matches medium modport module nand negedge nettype new nexttime nmos nor noshowcancelled not notif0 notif1
    null or output package packed parameter pmos posedge primitive priority program property protected pull0
    pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase randsequence ref reg
    reject_on release repeat restrict return rnmos rpmos rtran rtranif0 rtranif1 s_always s_eventually
    s_nexttime s_until scalared sequence shortint shortreal showcancelled signed small soft solve specify
    specparam static string strong strong0 struct super supply0 supply1 table tagged task this throughout time
    timeprecision timeunit tran tranif0 tranif1 tri tri0 tri1 triand trior trireg type typedef union unique
    unique0 unsigned until use uwire var vectored virtual void wait wand weak weak0 weak1 while wildcard wire
    with within wor xnor xor
"""
_KEYWORDS = frozenset(_KEYWORD_TEXT.split())


def identifier(text: str, alone: bool = True) -> str:
    """The text as a SystemVerilog identifier, or (not `alone`) as the beginning of one."""
    cleaned = re.sub(r"_{2,}", "_", re.sub(r"[^A-Za-z0-9_]", "_", text)).strip("_") or "value"
    cleaned = f"n{cleaned}" if cleaned[0].isdigit() else cleaned
    return f"{cleaned}_" if alone and cleaned in _KEYWORDS else cleaned


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
