"""LLVM passes: inlining, promotion of locals to values, unrolling of the loops that ask for it; and the marker calls.

Stage one inlines everything into the top and the tasks and promotes locals. Then the markers on arrays are taken out of
the text (they would keep locals in memory) and loops get their unroll metadata. Stage two unrolls and cleans up.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import llvmlite.binding as llvm

from fpdeep_gen.errors import InputError, Problem, ToolError
from fpdeep_gen.hls.frontend.aliases import SHARED, put_arrays
from fpdeep_gen.hls.frontend.block_loops import with_loops
from fpdeep_gen.hls.frontend.callers_loops import spared_loops
from fpdeep_gen.hls.frontend.clang import INCLUDE_DIR
from fpdeep_gen.hls.frontend.enclosing import Heads
from fpdeep_gen.hls.frontend.llvm_ir import LlvmModule
from fpdeep_gen.hls.frontend.llvm_metadata import Metadata
from fpdeep_gen.hls.frontend.llvm_text import NAME, NODE, parse_module
from fpdeep_gen.hls.frontend.object_pragmas import OBJECT_MARKERS, ObjectKey, ObjectPragmas, read_object_pragmas
from fpdeep_gen.hls.frontend.pointer_members import put_returned, with_pointers_apart
from fpdeep_gen.hls.frontend.pointers import resolve_pointers
from fpdeep_gen.hls.frontend.tables import may_have_tables, with_tables
from fpdeep_gen.hls.frontend.trip_counts import check_counts
from fpdeep_gen.hls.frontend.unrolling import UNROLL, attach_unrolls, check_factors, drop_gone, loops_left
from fpdeep_gen.hls.frontend.views import resolve_views
from fpdeep_gen.hls.ir import Diagnostic

DATAFLOW = "@__hls_mark_dataflow"
_SPECIAL = re.compile(r"[CD][12]E|^@_ZZ|clE")  # constructors, destructors, lambdas
TASK = "@__hls_task"
_WIDTHS = "-n" + ":".join(str(width) for width in range(1, 129))
_CONSTRUCTORS = "@llvm.global_ctors"
_AT_EXIT = re.compile(
    r"call i32 @atexit\(ptr [^)]*@__(?:dtor_|cxx_global_array_dtor)[^)]*\)(?: #\d+)?"
)  # hardware never ends
_TYPED = re.compile(r", !tbaa(?:\.struct)? !\d+")
_DATALAYOUT = re.compile(r'^(target datalayout = "[^"]*?)-n[\d:]+', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Optimised:
    """The cleaned module, its top and tasks, and the pragmas on objects."""

    module: LlvmModule
    top: str
    tasks: tuple[str, ...]
    stages: frozenset[str]
    objects: dict[ObjectKey, ObjectPragmas]
    warnings: list[Diagnostic]
    problems: list[Problem]


def optimise(text: str, top: str, source: Path, heads: Heads) -> Optimised:
    """From clang's output to straightened IR. `heads`: the loops around pragmas. Raises InputError without the top."""
    text = _with_zeroed_packets(_AT_EXIT.sub("add i32 0, 0", text))
    if SHARED in text:  # elements of two types may be the same bytes
        text = _TYPED.sub("", text)
    roots = find_roots(text, top, source)
    stages = _stages(text, source)
    module = parse_assembly(_DATALAYOUT.sub(lambda match: match[1] + _WIDTHS, text))
    set_linkage(module, roots, stages)
    promoting = (
        "always_inliner",
        *(("global_opt",) if _CONSTRUCTORS in text else ()),  # evaluates what runs before the top
        *(("ipsccp",) if stages else ()),  # constants into stages
        "global_dead_code_eliminate",
        "sroa",
        "new_gvn",
        "sroa",
        "sccp",
        "simplify_cfg",
        "lower_switch",
    )
    marked, parsed = _passed(module, promoting, source)
    apart = with_pointers_apart(marked, parsed)
    if apart is not marked:
        promoting = ("sroa", "new_gvn", "sroa", "sccp", "simplify_cfg")
        marked, parsed = _passed(parse_assembly(apart), promoting, source)
    put_arrays(parsed)
    problems: list[Problem] = []
    objects = read_object_pragmas(parsed, problems)
    problems += check_factors(parsed)
    warnings = list(dict.fromkeys(check_counts(parsed)))
    looped = with_loops(marked, parsed, objects)
    if looped is not marked:
        inlining = ("always_inliner", "global_dead_code_eliminate")
        marked, parsed = _passed(parse_assembly(looped), inlining, source)
        put_arrays(parsed)
    edited = attach_unrolls(marked, parsed, heads, spared_loops(parsed))
    edited = "\n".join(line for line in edited.split("\n") if not _is_taken_out(line))
    module = parse_assembly(edited)
    if may_have_tables(edited):
        run_passes(module, ("dead_store_elimination", "sroa", "loop_simplify"))
        tables, renamed = with_tables(str(module), source)
        module = parse_assembly(tables)
        objects = {renamed.get(key, key): found for key, found in objects.items()}
    cleaning = ("sroa", "sccp", "simplify_cfg")
    unrolling = ("loop_simplify", "loop_rotate", "loop_unroll", *cleaning)
    ending = ("new_gvn", "simplify_cfg", "aggressive_dce", "global_dead_code_eliminate", "lower_switch")
    cleaned = ("dead_store_elimination", "sroa", *unrolling, *unrolling, *unrolling, *ending)
    final, done = _passed(module, cleaned, source)
    tasks = tuple(root for root in roots if root != roots[0])
    put_arrays(done)
    drop_gone(done, heads)
    for function in done.functions.values():
        put_returned(function)
        resolve_pointers(function, done)
        resolve_views(function, done)
    return Optimised(done, roots[0], tasks, stages, objects, [*warnings, *loops_left(final, done)], problems)


def _passed(module: llvm.ModuleRef, passes: tuple[str, ...], source: Path) -> tuple[str, LlvmModule]:
    """LLVM's module behind the passes: its text, and as it is read."""
    run_passes(module, passes)
    text = str(module)
    return text, parse_module(text, source)


_PACKET = re.compile(r'^  (%[\w.$-]+) = alloca (%"struct\.hls::axis(?:\.\d+)?")')
_BEGIN = re.compile(r"^  call void @llvm\.lifetime\.start\.p0\(ptr (%[\w.$-]+)\)")


def _with_zeroed_packets(text: str) -> str:
    """Words with side channels begin as 0: code sets some channels alone, and the others are compared too."""
    if '%"struct.hls::axis' not in text:
        return text
    lines: list[str] = []
    packets: dict[str, str] = {}
    for line in text.split("\n"):
        lines.append(line)
        if line.startswith("define "):
            packets = {}
        if packet := _PACKET.match(line):
            packets[packet[1]] = packet[2]
        elif (begin := _BEGIN.match(line)) and begin[1] in packets:
            lines.append(f"  store {packets[begin[1]]} zeroinitializer, ptr {begin[1]}, align 1")
    return "\n".join(lines)


def parse_assembly(text: str) -> llvm.ModuleRef:
    """LLVM's module of a text. Raises ToolError."""
    try:
        module = llvm.parse_assembly(text)
        module.verify()
    except RuntimeError as error:
        raise ToolError(f"LLVM does not take the compiler's output: {error}") from error
    return module


@cache
def _configure() -> None:
    """Options of LLVM are per process."""
    llvm.initialize_native_target()
    llvm.set_option("fpdeep", "-enable-phi-of-ops=false")  # value numbering must not make phis of addresses


def run_passes(module: llvm.ModuleRef, passes: tuple[str, ...]) -> None:
    """Runs passes in order, by their names in llvmlite."""
    _configure()
    machine = llvm.Target.from_triple("x86_64-unknown-linux-gnu").create_target_machine()
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    options.loop_unrolling = False
    builder = llvm.create_pass_builder(machine, options)
    manager = llvm.create_new_module_pass_manager()
    for name in passes:
        getattr(manager, f"add_{name}_pass")()
    manager.run(module, builder)


_DEFINED = re.compile(rf"^define [^@\n]*(@{NAME})\(.*?(?:!dbg !(\d+) )?\{{$", re.MULTILINE)
_MAIN = re.compile(r"^define [^@\n]*@(?:main|_Z4main\w*)\(.*?^\}", re.MULTILINE | re.DOTALL)  # a bench's
_SUBPROGRAM = re.compile(r'^!(\d+) = .*?!DISubprogram\(name: "((?:[^"\\]|\\.)*)"', re.MULTILINE)
_ARGUMENT = re.compile(rf"ptr (?:noundef |nonnull )*(@{NAME})(?!\()(?=[,)])")


def find_roots(text: str, top: str, source: Path) -> tuple[str, ...]:
    """The top, then each function whose address is taken (a task)."""
    plain = {match[1]: match[2] for match in _SUBPROGRAM.finditer(text)}
    defined = {match[1]: plain.get(match[2] or "", match[1][1:]) for match in _DEFINED.finditer(text)}
    named = [name for name, readable in defined.items() if top in (readable, name[1:])]
    if len(named) != 1:
        users = set(user_bodies(text, source))
        found = ", ".join(sorted({readable for name, readable in defined.items() if name in users})[:20]) or "none"
        expected = f"one function named {top}"
        raise InputError([Problem(source, None, "top", expected, f"{len(named)} of that name (there are: {found})")])
    calls = (line for line in _MAIN.sub("", text).split("\n") if "call" in line)
    taken = dict.fromkeys(name for line in calls for name in _ARGUMENT.findall(line) if name in defined)
    return (named[0], *(name for name in taken if name != named[0]))


CALLED = re.compile(rf"^  (?:tail )?call [^@\n]*(@{NAME})\(", re.MULTILINE)


def _stages(text: str, source: Path) -> frozenset[str]:
    """The user's functions that are called where DATAFLOW stands."""
    if f"call void {DATAFLOW}(" not in text:
        return frozenset()
    users = user_bodies(text, source)
    called = (name for body in users.values() if f"call void {DATAFLOW}(" in body for name in CALLED.findall(body))
    return frozenset(name for name in called if name in users and is_stage_name(name))


def user_bodies(text: str, source: Path) -> dict[str, str]:
    """The user's functions: name and body."""
    metadata = Metadata({int(match[1]): match[2] for match in NODE.finditer(text)}, source)
    users: dict[str, str] = {}
    for match in _DEFINED.finditer(text):
        unit = metadata.subprogram(int(match[2])) if match[2] else None
        if unit is not None and unit.location.file.parent != INCLUDE_DIR:
            users[match[1]] = text[match.end() : text.index("\n}", match.end())]
    return users


def is_stage_name(name: str) -> bool:
    """Whether a function of that name may be a stage."""
    return _SPECIAL.search(name) is None


def set_linkage(module: llvm.ModuleRef, roots: tuple[str, ...], stages: frozenset[str]) -> None:
    """Stages stay apart, roots are kept, everything else is inlined."""
    names = {root.strip('@"') for root in roots}
    apart = {stage.strip('@"') for stage in stages}
    for function in module.functions:
        if function.is_declaration:
            continue
        if function.name in names:
            function.linkage = "external"
        elif function.name in apart:
            function.linkage = "internal"
            function.add_function_attribute("noinline")
        else:
            function.linkage = "internal"
            function.add_function_attribute("alwaysinline")


def _is_taken_out(line: str) -> bool:
    return "call" in line and any(f"{marker}(" in line for marker in (*OBJECT_MARKERS, UNROLL))
