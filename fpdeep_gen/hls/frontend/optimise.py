"""LLVM passes: inlining, promotion of locals to values, unrolling of the loops that ask for it; and the marker calls.

Stage one inlines everything into the top and the tasks and promotes locals. Then the markers on arrays are taken out of
the text (they would keep locals in memory) and loops get their unroll metadata. Stage two unrolls and cleans up.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import llvmlite.binding as llvm

from fpdeep_gen.errors import InputError, Problem, ToolError
from fpdeep_gen.hls.frontend.cfg import Loop, LoopForest, find_loops
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, LlvmModule, OperandKind
from fpdeep_gen.hls.frontend.llvm_text import NAME, parse_module
from fpdeep_gen.hls.frontend.pragmas import NEVER_MEETS, STORAGE_CODES
from fpdeep_gen.hls.ir import Diagnostic, Storage

PIPELINE = "@__hls_mark_pipeline"
PIPELINE_WHOLE = "@__hls_mark_pipeline_whole"  # the same outside of all loops: it meant the function
PIPELINE_OUTER = "@__hls_mark_pipeline_outer"  # the same in a loop that has loops inside, which must be unrolled
FLATTEN_OFF = "@__hls_mark_flatten_off"
TASK = "@__hls_task"
_UNROLL = "@__hls_mark_unroll"
_OBJECT_MARKERS = (
    "@__hls_mark_partition",
    "@__hls_mark_storage",
    "@__hls_mark_depth",
    "@__hls_mark_dependence",
)
_WIDTHS = "-n" + ":".join(str(width) for width in range(1, 129))
_DATALAYOUT = re.compile(r'^(target datalayout = "[^"]*?)-n[\d:]+', re.MULTILINE)
_METADATA_BASE = 900_000


@dataclass(slots=True)
class ObjectPragmas:
    """What pragmas say of an array or a stream. `partitioned`: dimensions from 1, 0 = all."""

    partitioned: set[int] = field(default_factory=set)
    storage: Storage | None = None
    distance: int | None = 1
    depth: int | None = None


ObjectKey = tuple[str, str]  # function ("" for globals), name


@dataclass(frozen=True, slots=True)
class Optimised:
    """The cleaned module, its top and tasks, and the pragmas on objects."""

    module: LlvmModule
    top: str
    tasks: tuple[str, ...]
    objects: dict[ObjectKey, ObjectPragmas]
    warnings: list[Diagnostic]


def optimise(text: str, top: str, source: Path) -> Optimised:
    """From clang's output to straightened IR. Raises InputError when the top is missing."""
    roots = _roots(text, top, source)
    module = _parse(_DATALAYOUT.sub(lambda match: match[1] + _WIDTHS, text))
    _set_linkage(module, roots)
    _run(
        module,
        (
            "always_inliner",
            "global_dead_code_eliminate",
            "sroa",
            "new_gvn",
            "sroa",
            "sccp",
            "simplify_cfg",
            "lower_switch",
        ),
    )
    marked = str(module)
    parsed = parse_module(marked, source)
    problems: list[Problem] = []
    objects = _object_pragmas(parsed, problems)
    edited = _attach_unrolls(marked, parsed, problems)
    if problems:
        raise InputError(problems)
    edited = "\n".join(line for line in edited.split("\n") if not _is_taken_out(line))
    module = _parse(edited)
    cleaning = ("sroa", "sccp", "simplify_cfg")
    unrolling = ("loop_simplify", "loop_rotate", "loop_unroll")
    ending = ("new_gvn", "simplify_cfg", "aggressive_dce", "global_dead_code_eliminate", "lower_switch")
    _run(
        module,
        (
            "dead_store_elimination",
            "sroa",
            *unrolling,
            *cleaning,
            *unrolling,
            *cleaning,
            *unrolling,
            *cleaning,
            *ending,
        ),
    )
    tasks = tuple(root for root in roots if root != roots[0])
    final = str(module)
    done = parse_module(final, source)
    return Optimised(done, roots[0], tasks, objects, _loops_left(final, done))


_FULL = re.compile(r'^!(\d+) = !\{!"llvm.loop.unroll.full"\}', re.MULTILINE)
_LOOP_ID = re.compile(r"^!(\d+) = distinct !\{!\d+(.*)\}$", re.MULTILINE)


def _loops_left(text: str, module: LlvmModule) -> list[Diagnostic]:
    """Loops that should have been unrolled in full and are still there."""
    asking = {f"!{match[1]}" for match in _FULL.finditer(text)}
    loops = {int(match[1]) for match in _LOOP_ID.finditer(text) if asking & set(re.findall(r"!\d+", match[2]))}
    return [
        Diagnostic(module.locations.of(one.debug), "UNROLL: the loop's bounds are not constant, it stays a loop")
        for function in module.functions.values()
        for block in function.blocks.values()
        for one in block.instructions
        if one.loop in loops
    ]


def _parse(text: str) -> llvm.ModuleRef:
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


def _run(module: llvm.ModuleRef, passes: tuple[str, ...]) -> None:
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
_SUBPROGRAM = re.compile(r'^!(\d+) = .*?!DISubprogram\(name: "((?:[^"\\]|\\.)*)"', re.MULTILINE)
_ARGUMENT = re.compile(rf"ptr (?:noundef |nonnull )*(@{NAME})(?!\()(?=[,)])")


def _roots(text: str, top: str, source: Path) -> tuple[str, ...]:
    """The top, then each function whose address is taken (a task)."""
    plain = {match[1]: match[2] for match in _SUBPROGRAM.finditer(text)}
    defined = {match[1]: plain.get(match[2] or "", match[1][1:]) for match in _DEFINED.finditer(text)}
    named = [name for name, readable in defined.items() if top in (readable, name[1:])]
    if len(named) != 1:
        found = ", ".join(sorted(set(defined.values()))[:20]) or "no function"
        expected = f"one function named {top}"
        raise InputError([Problem(source, None, "top", expected, f"{len(named)} of that name (there are: {found})")])
    calls = (line for line in text.split("\n") if "call" in line)
    taken = dict.fromkeys(name for line in calls for name in _ARGUMENT.findall(line) if name in defined)
    return (named[0], *(name for name in taken if name != named[0]))


def _set_linkage(module: llvm.ModuleRef, roots: tuple[str, ...]) -> None:
    names = {root.strip('@"') for root in roots}
    for function in module.functions:
        if function.is_declaration:
            continue
        if function.name in names:
            function.linkage = "external"
        else:
            function.linkage = "internal"
            function.add_function_attribute("alwaysinline")


def _is_taken_out(line: str) -> bool:
    return "call" in line and any(f"{marker}(" in line for marker in (*_OBJECT_MARKERS, _UNROLL))


def _calls(function: Function, callees: tuple[str, ...]) -> list[tuple[str, Instruction]]:
    return [
        (block.name, one)
        for block in function.blocks.values()
        for one in block.instructions
        if one.opcode == "call" and one.detail in callees
    ]


def _object_pragmas(module: LlvmModule, problems: list[Problem]) -> dict[ObjectKey, ObjectPragmas]:
    found: dict[ObjectKey, ObjectPragmas] = {}
    for function in module.functions.values():
        defined = {one.name: one for block in function.blocks.values() for one in block.instructions if one.name}
        for _, call in _calls(function, _OBJECT_MARKERS):
            key = _object_of(function, call, defined)
            argument = call.operands[1]
            if key is None or argument.kind is not OperandKind.INTEGER:
                place = module.locations.of(call.debug)
                problems.append(
                    Problem(
                        place.file if place is not None else None,
                        place.line if place is not None else None,
                        "pragma HLS",
                        "a variable of this function and constant arguments",
                        "something else",
                    )
                )
                continue
            _note(found.setdefault(key, ObjectPragmas()), call.detail, argument.value)
    return found


def _note(pragmas: ObjectPragmas, marker: str, value: int) -> None:
    match marker:
        case "@__hls_mark_partition":
            pragmas.partitioned.add(value)
        case "@__hls_mark_storage":
            pragmas.storage = STORAGE_CODES[value]
        case "@__hls_mark_depth":
            pragmas.depth = value
        case _:
            pragmas.distance = None if value == NEVER_MEETS else value


def _object_of(function: Function, call: Instruction, defined: dict[str, Instruction]) -> ObjectKey | None:
    operand = call.operands[0]
    while operand.kind is OperandKind.LOCAL:
        made = defined.get(operand.name)
        if made is None or made.opcode == "alloca":
            return (function.name, operand.name)
        if made.opcode != "getelementptr":
            return None
        operand = made.operands[0]
    return ("", operand.name) if operand.kind is OperandKind.GLOBAL else None


def _attach_unrolls(text: str, module: LlvmModule, problems: list[Problem]) -> str:
    """Every loop gets metadata: unroll in full, unroll by a factor, or leave alone."""
    metadata: list[str] = []
    for function in module.functions.values():
        forest = find_loops(function)
        factors = _unroll_factors(function, forest, module, problems)
        marks: dict[str, int] = {}
        for loop in forest.loops.values():
            number = _METADATA_BASE + 2 * len(metadata)
            metadata.append(_loop_metadata(number, factors.get(loop.header)))
            marks.update(dict.fromkeys(loop.latches, number))
        calls = _calls(function, (PIPELINE,))
        whole = {block: _pipeline_marker(forest.innermost(block)) for block, _ in calls}
        if marks or whole:
            text = _mark_lines(text, function.name, marks, whole)
    declared = "".join(f"declare void {marker}(i32)\n" for marker in (PIPELINE_WHOLE, PIPELINE_OUTER))
    return f"{text}\n{declared}" + "\n".join(metadata) + "\n"


def _unroll_factors(
    function: Function, forest: LoopForest, module: LlvmModule, problems: list[Problem]
) -> dict[str, int]:
    """Header -> factor (0 = in full) of every loop to unroll."""
    factors: dict[str, int] = {}
    for block, call in _calls(function, (_UNROLL,)):
        loop = forest.innermost(block)
        if loop is not None:
            factors[loop.header] = call.operands[0].value
    for block, _ in _calls(function, (PIPELINE,)):
        loop = forest.innermost(block)
        inner: list[Loop] = forest.top if loop is None else loop.children
        for child in inner:
            for one in child.tree():
                factors.setdefault(one.header, 0)
    return factors


def _loop_metadata(number: int, factor: int | None) -> str:
    if factor is None:
        what = '!"llvm.loop.unroll.disable"'
    elif factor == 0:
        what = '!"llvm.loop.unroll.full"'
    else:
        what = f'!"llvm.loop.unroll.count", i32 {factor}'
    return f"!{number} = distinct !{{!{number}, !{number + 1}}}\n!{number + 1} = !{{{what}}}"


def _pipeline_marker(loop: Loop | None) -> str:
    if loop is None:
        return PIPELINE_WHOLE
    return PIPELINE_OUTER if loop.children else PIPELINE


def _mark_lines(text: str, function: str, marks: dict[str, int], whole: dict[str, str]) -> str:
    """Puts metadata on latches, and tells a function's own PIPELINE from a loop's (that loop may vanish)."""
    start = re.search(rf"^define [^@\n]*{re.escape(function)}\(", text, re.MULTILINE)
    if start is None:
        return text
    end = text.index("\n}", start.end())
    lines = text[start.start() : end].split("\n")
    block = "%0"
    for place, line in enumerate(lines):
        if line and line[0] not in " ;}" and ":" in line and not line.startswith("define"):
            block = "%" + line[: line.index(":", line.rfind('"') + 1 if line[0] == '"' else 0)]
        elif block in whole and f"{PIPELINE}(" in line:
            lines[place] = line.replace(f"{PIPELINE}(", f"{whole[block]}(")
        elif block in marks and line.startswith("  br "):
            lines[place] = re.sub(r", !llvm\.loop !\d+", "", line) + f", !llvm.loop !{marks[block]}"
    return text[: start.start()] + "\n".join(lines) + text[end:]
