"""What hardware cannot take, told before anything is lowered: each construct once, by its own name and place."""

import re
from collections.abc import Iterator

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.cfg import edges_of, find_loops, reverse_postorder
from fpdeep_gen.hls.frontend.llvm_instructions import BINARY, CASTS
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, LlvmModule, OperandKind
from fpdeep_gen.hls.frontend.llvm_types import OtherType, PointerType
from fpdeep_gen.hls.frontend.places import problem_at
from fpdeep_gen.hls.ir import Diagnostic, Location

_SILENT = frozenset({"@__assert_fail", "@abort"})
IGNORED_CALLS = _SILENT | {"@printf", "@puts", "@putchar", "@fflush", "@exit"}
_INTRINSIC_NAMES = (
    "lifetime assume experimental dbg memcpy memmove memset smax smin umax umin ctpop ctlz cttz bswap bitreverse",
    "fshl fshr abs sadd uadd ssub usub trap ubsantrap stackrestore stacksave",
)
_INTRINSICS = frozenset(f"@llvm.{name}" for names in _INTRINSIC_NAMES for name in names.split(" "))
_OPCODES = "icmp select load store call freeze extractvalue insertvalue phi br ret unreachable alloca getelementptr"
_KNOWN = BINARY | CASTS | frozenset(_OPCODES.split(" "))
_NO_EFFECT = ("@llvm.lifetime", "@llvm.assume", "@llvm.experimental", "@llvm.dbg")
_FLOATING = re.compile(r"\b(float|double|half|bfloat|x86_fp80|fp128)\b")
_ALLOCATION = re.compile(r"^@(_Zn[wa]|_Zd[la]Pv|malloc$|calloc$|realloc$|free$|aligned_alloc$)")
_BENCHES = re.compile(
    r"^@(_ZN?K?S[to]|f?(open|close|eof|error|read|write|seek|tell|gets|getc)$|get(c|char|env)$|[fs]?scanf$|sn?printf$"
    r"|rewind$|remove$|rand$|srand$|system$|atexit$|ato[ilf]$|strto(l|ul|d)$)"
)  # of the C and C++ libraries, declared in our headers without a body
_ATOMIC = frozenset({"atomicrmw", "cmpxchg", "fence"})
_VIRTUAL = "@_ZTV"

Finding = tuple[str, str, str, str]  # what, expected, found, hint


def diagnose(function: Function, module: LlvmModule, stages: frozenset[str]) -> list[Problem]:
    """Problems of a function after inlining; empty when it can be lowered (or fails for a reason of its own)."""
    found: dict[tuple[Location | None, str], Problem] = {}
    virtual = any(
        operand.name.startswith(_VIRTUAL)
        for block in function.blocks.values()
        for one in block.instructions
        for operand in one.operands
    )
    for block in function.blocks.values():
        for one in block.instructions:
            if one.detail.startswith("@llvm.umul.with.overflow") or (one.detail in stages and one.opcode == "call"):
                continue  # the size of a new[], which is told of anyway; a call that becomes a task
            finding = _finding(one, module, virtual)
            if finding is not None:
                place = module.locations.of(one.debug) or function.location
                found.setdefault((place, finding[0]), problem_at(place, *finding))
    return [*found.values(), *_irreducible(function, module)]


def ignored_calls(function: Function, module: LlvmModule) -> list[Diagnostic]:
    """Calls that do nothing in hardware."""
    return [
        Diagnostic(module.locations.of(one.debug), f"{one.detail[1:]} does nothing in hardware")
        for block in function.blocks.values()
        for one in block.instructions
        if one.opcode == "call" and one.detail in IGNORED_CALLS and one.detail not in _SILENT
    ]


def static_initialisers(module: LlvmModule) -> list[Problem]:
    """What is left of code that runs before the top: initial values that are not known at compile time."""
    found: list[Problem] = []
    for name, function in module.functions.items():
        if not name.startswith("@_GLOBAL__sub_I"):
            continue
        steps = (one for block in function.blocks.values() for one in block.instructions)
        seen = (module.locations.of(one.debug) for one in steps)
        places = {place.line: place for place in seen if place is not None and place.line}.values()
        hint = "make it constexpr, or set it in the function"
        for place in places or [function.location]:
            found.append(problem_at(place, "a static variable", "a constant initial value", "one of run time", hint))
    return found


def _finding(one: Instruction, module: LlvmModule, virtual: bool) -> Finding | None:
    if one.opcode == "call" and one.detail.startswith(_NO_EFFECT):
        return None
    types = [one.type, *(operand.type for operand in one.operands)]
    others = [kind.text for kind in types if isinstance(kind, OtherType)]
    floating = _FLOATING.search(" ".join([*others, one.detail if one.opcode != "call" else ""]))
    if floating is not None:
        hint = "use ap_fixed or integers; a constant expression of numbers may be floating"
        return ("floating point", "integers or fixed point", f"an operation on {floating[1]}", hint)
    if others:
        return ("a type", "integers, arrays and structures", f"{others[0]}", "use hls::vector or an array")
    if one.opcode == "call":
        return _call(one, module)
    if one.opcode == "alloca" and re.search(r", i\d+ %", one.detail):
        return ("an array", "a size known at compile time", "a size of run time", "give it its greatest size")
    if one.opcode in ("load", "store"):
        return _pointer_access(one, virtual)
    if one.opcode == "ptrtoint":
        hint = "subtract pointers into one array, or use its index"
        return ("a pointer", "addresses of one array known at compile time", "a pointer as a number", hint)
    if one.opcode in _ATOMIC:
        return ("an atomic operation", "plain loads and stores", one.opcode, "tasks share nothing; use a stream")
    if one.opcode not in _KNOWN:
        return ("an operation", "integer arithmetic, arrays, streams", f"{one.opcode} {one.detail[:60]}", "")
    return None


def _pointer_access(one: Instruction, virtual: bool) -> Finding | None:
    kind = one.type if one.opcode == "load" else one.operands[0].type
    if not isinstance(kind, PointerType):
        return None
    if virtual:
        return (
            "a virtual function",
            "functions known at compile time",
            "an object with a table of functions",
            "use templates instead of virtual functions",
        )
    verb = "read from" if one.opcode == "load" else "kept in"
    hint = "keep an index into one array instead of a pointer"
    return ("a pointer", "one that stands for an array known at compile time", f"a pointer {verb} memory", hint)


def _call(one: Instruction, module: LlvmModule) -> Finding | None:
    callee = one.detail
    if re.search(r"\basm\b", callee):
        return ("inline assembly", "C++", "asm", "write the operation in C++")
    if not callee.startswith("@"):
        hint = "call each function directly, under if or switch"
        return ("a call", "a function known at compile time", "a call through a function pointer", hint)
    if callee in module.functions:
        plain = module.functions[callee].plain_name
        hint = "write a loop, with an array as the stack where one is needed"
        return ("a call", "no recursion", f"{plain} calls itself", hint)
    if _ALLOCATION.match(callee):
        return ("dynamic memory", "arrays of fixed size", readable(callee), "declare an array of the greatest size")
    if callee.startswith("@llvm."):
        name = ".".join(callee.split(".")[:2])
        if name in ("@llvm.memcpy", "@llvm.memmove", "@llvm.memset"):
            if one.operands[2].kind is not OperandKind.INTEGER:
                hint = "copy element by element in a loop"
                return ("a copy", "a size known at compile time", f"{name[6:]} of a size of run time", hint)
            return None
        if name not in _INTRINSICS:
            return ("a call", "a function with a body", callee[1:], "")
        return None
    if callee.startswith("@__hls_") or callee in IGNORED_CALLS:
        return None
    hint = "define it in this source or in a header that it includes"
    if _BENCHES.match(callee):
        hint = "it is for test benches: leave it out of synthesis, with #ifndef __SYNTHESIS__ around it"
    return ("a call", "a function with a body", readable(callee), hint)


_PART = re.compile(r"(\d+)")


def readable(symbol: str) -> str:
    """The C++ name in a mangled symbol, without arguments: `_ZN3abc3defEi` -> `abc::def`."""
    names = {
        "_Znwm": "operator new",
        "_Znam": "operator new[]",
        "_ZdlPv": "operator delete",
        "_ZdaPv": "operator delete[]",
    }
    symbol = symbol.lstrip("@")
    for prefix, name in names.items():
        if symbol.startswith(prefix):
            return name
    if not symbol.startswith("_Z"):
        return symbol
    rest = symbol[2:].lstrip("NKL")
    parts: list[str] = []
    while (size := _PART.match(rest)) is not None:
        start = size.end()
        parts.append(rest[start : start + int(size[1])])
        rest = rest[start + int(size[1]) :]
        if not symbol.startswith("_ZN"):
            break
    return "::".join(parts) or symbol


def _irreducible(function: Function, module: LlvmModule) -> Iterator[Problem]:
    """Cycles that are no natural loops: a jump into the middle of a loop."""
    edges = edges_of(function)
    loops = find_loops(function)
    backs = {(latch, loop.header) for loop in loops.loops.values() for latch in loop.latches}
    order = reverse_postorder(function.entry.name, edges)
    position = {name: place for place, name in enumerate(order)}
    for name in order:
        for child in edges[name]:
            if position[child] <= position[name] and (name, child) not in backs:
                block = function.blocks[child]
                places = (module.locations.of(one.debug) for one in block.instructions)
                place = next((one for one in places if one is not None), function.location)
                yield problem_at(place, "a jump", "loops that are entered at their start", "a goto into a loop")
                return
