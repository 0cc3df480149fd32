"""The rule for names that end up in C++, SystemVerilog, file names and command lines."""

import re
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

MAX_LENGTH = 40
RULE = f"a name of lower-case letters, digits and single `_`, beginning with a letter, at most {MAX_LENGTH} characters"
_SHAPE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*_?")

_CPP_TEXT = """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl concept const consteval
    constexpr constinit continue co_await co_return co_yield decltype default delete do double else enum explicit export
    extern false float for friend goto if inline int long mutable namespace new noexcept not not_eq nullptr operator or
    or_eq private protected public register requires return short signed sizeof static struct switch template this throw
    true try typedef typeid typename union unsigned using virtual void volatile while xor xor_eq main std hls ap_int
    ap_uint
"""
CPP_WORDS = frozenset(_CPP_TEXT.split())

_SYSTEMVERILOG_TEXT = """
    accept_on alias always always_comb always_ff always_latch and assert assign assume automatic before begin bind bins
    binsof bit break buf bufif0 bufif1 byte case casex casez cell chandle checker class clocking cmos config const
    constraint context continue cover covergroup coverpoint cross deassign default defparam design disable dist do edge
    else end endcase endchecker endclass endclocking endconfig endfunction endgenerate endgroup endinterface endmodule
    endpackage endprimitive endprogram endproperty endsequence endspecify endtable endtask enum event eventually expect
    export extends extern final first_match for force foreach forever fork forkjoin function generate genvar global
    highz0 highz1 if iff ifnone ignore_bins illegal_bins implements implies import incdir include initial inout input
    inside instance int integer interconnect interface intersect join join_any join_none large let liblist library local
    localparam logic longint macromodule matches medium modport module nand negedge nettype new nexttime nmos nor
    noshowcancelled not notif0 notif1 null or output package packed parameter pmos posedge primitive priority program
    property protected pull0 pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase
    randsequence rcmos real realtime ref reg reject_on release repeat restrict return rnmos rpmos rtran rtranif0
    rtranif1 s_always s_eventually s_nexttime s_until s_until_with scalared sequence shortint shortreal showcancelled
    signed small soft solve specify specparam static string strong strong0 strong1 struct super supply0 supply1
    sync_accept_on sync_reject_on table tagged task this throughout time timeprecision timeunit tran tranif0 tranif1 tri
    tri0 tri1 triand trior trireg type typedef union unique unique0 unsigned until until_with untyped use uwire var
    vectored virtual void wait wait_order wand weak weak0 weak1 while wildcard wire with within wor xnor xor
"""
SYSTEMVERILOG_WORDS = frozenset(_SYSTEMVERILOG_TEXT.split())


def name_fault(name: str) -> tuple[str, str] | None:
    """(expected, hint) where `name` is no good name, None where it is one."""
    if len(name) > MAX_LENGTH or not _SHAPE.fullmatch(name):
        return RULE, ""
    if name in CPP_WORDS:
        return "a name that means nothing in C++", f"`{name}_0` would do"
    if name in SYSTEMVERILOG_WORDS:
        return "a name that means nothing in SystemVerilog", f"`{name}_0` would do"
    return None


def _checked(name: str) -> str:
    fault = name_fault(name)
    if fault is None:
        return name
    expected, hint = fault
    raise PydanticCustomError("name", "expected {expected}", {"expected": expected, "hint": hint})


Name = Annotated[str, AfterValidator(_checked)]
"""A field of a model that holds a name."""
