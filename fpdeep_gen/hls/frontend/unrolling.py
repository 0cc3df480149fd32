"""Which loops LLVM shall unroll: the marker calls in a loop become metadata of its back edges."""

import re
from collections.abc import Container, Iterator, Mapping

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.cfg import Loop, LoopForest, find_loops
from fpdeep_gen.hls.frontend.enclosing import Heads, head_of, is_same
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, LlvmModule, OperandKind
from fpdeep_gen.hls.frontend.llvm_types import ArrayType, PointerType, StructType, Type
from fpdeep_gen.hls.frontend.places import problem_at
from fpdeep_gen.hls.ir import Diagnostic

PIPELINE = "@__hls_mark_pipeline"
PIPELINE_WHOLE = "@__hls_mark_pipeline_whole"  # the same outside of all loops: it meant the function
PIPELINE_OUTER = "@__hls_mark_pipeline_outer"  # the same in a loop that has loops inside, which must be unrolled
PIPELINE_OFF = "@__hls_mark_pipeline_off"
UNROLL = "@__hls_mark_unroll"
TRIPCOUNT = "@__hls_mark_tripcount"
FLATTEN_OFF = "@__hls_mark_flatten_off"
DECLARE = "@__hls_stream_declare"
_OF_LOOPS = (PIPELINE, PIPELINE_OUTER, PIPELINE_OFF, UNROLL, TRIPCOUNT, FLATTEN_OFF)
_METADATA_BASE = 900_000
_FULL = re.compile(r'^!(\d+) = !\{!"llvm.loop.unroll.full"\}', re.MULTILINE)
_MARK = re.compile(r"@__hls_mark_\w+(?=\()")
_DEBUG = re.compile(r"!dbg !(\d+)")
_LOOP_ID = re.compile(r"^!(\d+) = distinct !\{!\d+(.*)\}$", re.MULTILINE)


def calls_of(function: Function, callees: tuple[str, ...]) -> list[tuple[str, Instruction]]:
    """Calls of the given functions, each with its block."""
    return [
        (block.name, one)
        for block in function.blocks.values()
        for one in block.instructions
        if one.opcode == "call" and one.detail in callees
    ]


def attach_unrolls(text: str, module: LlvmModule, heads: Heads, spared: Mapping[Instruction, Container[str]]) -> str:
    """Every loop gets metadata: unroll in full, unroll by a factor, or leave alone.

    `heads`: loops around pragmas; `spared`: those that a PIPELINE does not unroll.
    """
    metadata: list[str] = []
    for function in module.functions.values():
        forest = find_loops(function)
        gone = _gone(function, forest, module, heads)
        calls = [(block, one) for block, one in calls_of(function, (PIPELINE,)) if one not in gone]
        factors = _unroll_factors(function, forest, calls, gone, spared)
        marks: dict[str, int] = {}
        for loop in forest.loops.values():
            number = _METADATA_BASE + 2 * len(metadata)
            starts = {module.locations.starts.get(one) for one in _loop_numbers(function, loop)}
            metadata.append(_loop_metadata(number, factors.get(loop.header), starts))
            marks.update(dict.fromkeys(loop.latches, number))
        instead = {(block, one.debug): _pipeline_marker(forest.innermost(block)) for block, one in calls}
        instead |= {(block, one.debug): "" for one, block in gone.items() if one.detail != PIPELINE_OFF}
        if marks or instead:
            text = _mark_lines(text, function.name, marks, instead, _counted(function, forest, factors))
    declared = "".join(f"declare void {marker}(i32)\n" for marker in (PIPELINE_WHOLE, PIPELINE_OUTER))
    return f"{text}\n{declared}" + "\n".join(metadata) + "\n"


def check_factors(module: LlvmModule) -> Iterator[Problem]:
    """Factors of UNROLL that are no positive constants; 0 is that of a pragma without one."""
    for function in module.functions.values():
        for _, one in calls_of(function, (UNROLL,)):
            operand = one.operands[0]
            is_constant = operand.kind is OperandKind.INTEGER
            if not is_constant or operand.value < 0:
                found = "a number below 1" if is_constant else "a value of run time"
                yield problem_at(module.locations.of(one.debug), "UNROLL factor", "a positive constant", found)


def drop_gone(module: LlvmModule, heads: Heads) -> None:
    """Takes out the pragmas of loops that unrolling and cleaning have removed: they are none of the loops around.

    But PIPELINE of a loop of one iteration is that of the loop around, which it would be joined with; and of a function
    without loops `off` in those that it had is its own.
    """
    for function in module.functions.values():
        forest = find_loops(function)
        gone = _gone(function, forest, module, heads)
        kept = _of_single_iterations(function, forest, gone)
        kept |= set() if forest.loops else {one for one in gone if one.detail == PIPELINE_OFF}
        for one in gone.keys() - kept:
            function.blocks[gone[one]].instructions.remove(one)


def _of_single_iterations(function: Function, forest: LoopForest, gone: dict[Instruction, str]) -> set[Instruction]:
    """PIPELINE that stands once in an innermost loop which has none of its own: an unrolled body has it again."""
    asked: dict[str, list[Instruction]] = {}
    for block, one in calls_of(function, (PIPELINE, PIPELINE_OUTER, PIPELINE_OFF)):
        loop = forest.innermost(block)
        if loop is not None and not loop.children:
            asked.setdefault(loop.header, []).append(one)
    once = (ones[0] for ones in asked.values() if len(ones) == 1)
    return {one for one in once if one in gone and one.detail != PIPELINE_OFF}


def _gone(function: Function, forest: LoopForest, module: LlvmModule, heads: Heads) -> dict[Instruction, str]:
    """Marker calls whose loop is no more, each with its block."""
    calls = calls_of(function, _OF_LOOPS)
    return {one: block for block, one in calls if _is_gone(function, forest.innermost(block), one, module, heads)}


def _is_gone(function: Function, loop: Loop | None, call: Instruction, module: LlvmModule, heads: Heads) -> bool:
    """Whether the innermost loop around a marker is not the one that its pragma stands in; false if not known."""
    head = head_of(heads, module.locations.of(call.debug))
    if head is None or loop is None:
        return head is not None
    starts = [module.locations.of_loop(number) for number in _loop_numbers(function, loop)]
    return not any(start is None or is_same(start, head) for start in starts)


def _loop_numbers(function: Function, loop: Loop) -> list[int]:
    """The metadata of a loop at each of its back edges; -1: none."""
    return [function.blocks[latch].instructions[-1].loop for latch in loop.latches]


def loops_left(text: str, module: LlvmModule) -> list[Diagnostic]:
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


def _unroll_factors(
    function: Function,
    forest: LoopForest,
    pipelined: list[tuple[str, Instruction]],
    gone: Container[Instruction],
    spared: Mapping[Instruction, Container[str]],
) -> dict[str, int]:
    """Header -> factor (0 = in full) of every loop to unroll."""
    factors: dict[str, int] = {}
    for block, call in calls_of(function, (UNROLL,)):
        loop = forest.innermost(block)
        if loop is not None and call not in gone:
            factors[loop.header] = call.operands[0].value
    for block, _ in calls_of(function, (DECLARE,)):  # the constructors of an array of streams
        loop = forest.innermost(block)
        if loop is not None and "arrayctor" in loop.header:
            factors[loop.header] = 0
    for header in _beside_pointers(function, forest):
        factors[header] = 0
    for block, call in pipelined:
        loop = forest.innermost(block)
        inner: list[Loop] = forest.top if loop is None else loop.children
        for child in inner:
            for one in child.tree():
                if one.header not in spared.get(call, ()):
                    factors.setdefault(one.header, 0)
    return factors


def _beside_pointers(function: Function, forest: LoopForest) -> list[str]:
    """Loops that construct arrays of an object with pointers, which leave memory only if it is never moved through."""
    defined = {one.name: one for block in function.blocks.values() for one in block.instructions if one.name}
    found = []
    for header in (header for header in forest.loops if "arrayctor" in header):
        for operand in (operand for phi in function.blocks[header].phis() for operand in phi.operands):
            one = defined.get(operand.name)
            while one is not None and one.opcode == "getelementptr":
                one = defined.get(one.operands[0].name)
            if one is not None and one.opcode == "alloca" and one.element is not None and _has_pointer(one.element):
                found.append(header)
    return found


def _has_pointer(kind: Type) -> bool:
    if isinstance(kind, ArrayType):
        return _has_pointer(kind.element)
    return isinstance(kind, PointerType) or (isinstance(kind, StructType) and any(map(_has_pointer, kind.fields)))


def _loop_metadata(number: int, factor: int | None, starts: set[int | None]) -> str:
    if factor is None:
        what = '!"llvm.loop.unroll.disable"'
    elif factor == 0:
        what = '!"llvm.loop.unroll.full"'
    else:
        what = f'!"llvm.loop.unroll.count", i32 {factor}'
    start = starts.pop() if len(starts) == 1 else None  # of two loops that have become one: either
    place = f"!{start}, " if start is not None else ""
    return f"!{number} = distinct !{{!{number}, {place}!{number + 1}}}\n!{number + 1} = !{{{what}}}"


def _pipeline_marker(loop: Loop | None) -> str:
    if loop is None:
        return PIPELINE_WHOLE
    return PIPELINE_OUTER if loop.children else PIPELINE


def _counted(function: Function, forest: LoopForest, factors: dict[str, int]) -> dict[str, int]:
    """Blocks with a LOOP_TRIPCOUNT of a loop that is unrolled -> factor."""
    found: dict[str, int] = {}
    for block, _ in calls_of(function, (TRIPCOUNT,)):
        loop = forest.innermost(block)
        if loop is not None and loop.header in factors:
            found[block] = factors[loop.header]
    return found


def _unrolled_count(line: str, factor: int) -> str:
    """The marker's counts divided by the factor; nothing for a loop that vanishes, as the call would seem another's."""
    if factor == 0:
        return ""
    head, arguments = line.split("(", 1)
    divided = re.sub(r"i32 (?:noundef )?(\d+)", lambda found: f"i32 {-(-int(found[1]) // factor)}", arguments)
    return f"{head}({divided}"


def _debug_of(line: str) -> int:
    found = _DEBUG.search(line)
    return int(found[1]) if found is not None else -1


def _mark_lines(
    text: str, function: str, marks: dict[str, int], instead: dict[tuple[str, int], str], counted: dict[str, int]
) -> str:
    """Puts metadata on latches, and tells a function's own PIPELINE from a loop's (that loop may vanish).

    `instead`: what a marker becomes, by its block and place; "" where it was that of a loop that is gone.
    """
    start = re.search(rf"^define [^@\n]*{re.escape(function)}\(", text, re.MULTILINE)
    if start is None:
        return text
    end = text.index("\n}", start.end())
    lines = text[start.start() : end].split("\n")
    block = "%0"
    for place, line in enumerate(lines):
        if line and line[0] not in " ;}" and ":" in line and not line.startswith("define"):
            block = "%" + line[: line.index(":", line.rfind('"') + 1 if line[0] == '"' else 0)]
        elif "@__hls_mark_" in line and (key := (block, _debug_of(line))) in instead:
            lines[place] = _MARK.sub(instead[key], line) if instead[key] else ""
        elif block in counted and f"{TRIPCOUNT}(" in line:
            lines[place] = _unrolled_count(line, counted[block])
        elif block in marks and line.startswith("  br "):
            lines[place] = re.sub(r", !llvm\.loop !\d+", "", line) + f", !llvm.loop !{marks[block]}"
    return text[: start.start()] + "\n".join(lines) + text[end:]
