"""Loops written in the body of a DATAFLOW function: each becomes a function of its own, and so a stage.

Functions with INLINE that hold loops or calls are opened first. LLVM's loop extraction does the cutting. A loop goes
back to where it was when it calls stages or declares streams, has several ways out, or shares what stages cannot share.
Loops in constructors of static objects are none of these: most are evaluated later.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, LlvmModule
from fpdeep_gen.hls.frontend.llvm_metadata import Metadata, Subprogram
from fpdeep_gen.hls.frontend.llvm_text import NAME, NODE, parse_module
from fpdeep_gen.hls.frontend.optimise import (
    CALLED,
    DATAFLOW,
    find_roots,
    is_stage_name,
    parse_assembly,
    run_passes,
    set_linkage,
    user_bodies,
)
from fpdeep_gen.hls.frontend.places import label_of, refusal
from fpdeep_gen.hls.frontend.rewriting import plain_name
from fpdeep_gen.hls.frontend.stage_loops import StageLoops, place_of
from fpdeep_gen.hls.frontend.table_regions import is_guarded
from fpdeep_gen.hls.frontend.unrolling import DECLARE

_INLINE = "@__hls_mark_inline("
_CONSTRUCTED = re.compile(rf"^  call void (@{NAME}C[12]E[\w.$]*)\(ptr [^@%\n]*@", re.MULTILINE)
_GROUP = re.compile(r"^attributes #\d+ = .*$", re.MULTILINE)
_HOW = re.compile(r" (?:noinline|optnone|alwaysinline)\b")
_RETURN = re.compile(r"^  ret .*$", re.MULTILINE)
_LIFETIME = re.compile(rf"^  call void @llvm\.lifetime\.\w+\.p0\(.*?ptr (%{NAME})\).*\n", re.MULTILINE)
_SCALAR = re.compile(rf"^  (%{NAME}) = alloca i\d+,", re.MULTILINE)


def outline_loops(text: str, top: str, source: Path, closed: frozenset[str] = frozenset()) -> str:
    """Clang's output with the loops of DATAFLOW functions as stages; the same text where there are none.

    `closed`: functions with INLINE that are no use open, and stay one stage.
    """
    if f"call void {DATAFLOW}(" not in text:
        return text
    given = text
    users = user_bodies(text, source)
    regions = frozenset(name for name, body in users.items() if f"call void {DATAFLOW}(" in body)
    opened = _opened(users, regions, closed)
    has_loops = any("!llvm.loop" in users[name] for name in (*regions, *opened))
    # opened functions would have stages of their own, which may not share what a static object keeps
    if not has_loops and (not opened or any(is_guarded(users[name]) for name in regions)):
        return text
    roots = find_roots(text, top, source)
    called = {name for holder in (*regions, *opened) for name in CALLED.findall(users[holder])}
    stages = frozenset(name for name in called if name in users and is_stage_name(name)) - opened
    for name in (*regions, *opened):
        text = text.replace(users[name], _lasting(users[name]))
    module = parse_assembly(text)
    set_linkage(module, roots, stages | regions | _constructors(users, regions | opened))
    passes = ("always_inliner", "global_dead_code_eliminate", "sroa", "simplify_cfg", "lower_switch")
    run_passes(module, passes)
    before = {function.name for function in module.functions}
    for function in module.functions:
        inlined = any(b"alwaysinline" in one for one in function.attributes)
        if not function.is_declaration and _named(function.name) not in regions and not inlined:
            function.add_function_attribute("noinline")
            function.add_function_attribute("optnone")  # is left alone
    module = parse_assembly(_with_ends(str(module), regions))
    run_passes(module, ("loop_simplify", "loop_extract"))
    made = frozenset(_named(one.name) for one in module.functions if one.name not in before and not one.is_declaration)
    cut = _without_attributes(str(module))
    parsed = parse_module(cut, source)
    kept: dict[str, tuple[str, int]] = {}
    tables: dict[str, dict[str, str]] = {}
    problems: list[Problem] = []
    loose: list[Instruction] = []
    own: list[Instruction] = []
    declares: list[Instruction] = []
    for name in sorted(regions & parsed.functions.keys()):
        region = StageLoops(parsed, parsed.functions[name], made, stages)
        tables[name] = region.tables
        found = region.stages()
        loose += region.loose(found)
        own += region.own(found)
        declares += region.declares
        kept |= {loop: _loop_name(parsed.functions[loop], parsed) for loop in found}
        problems += region.stuck(found)
    sources = _Sources(cut, source, opened, parse_module(given, source).functions if opened else {})
    shut = sources.of(loose) | (sources.of(own) - sources.of(declares))
    if shut:
        return outline_loops(given, top, source, closed | shut)
    if problems:
        raise refusal(problems)
    if not kept and not opened:
        return text
    for name, constants in tables.items():
        cut = _with_tables(cut, name, constants)
    module = parse_assembly(cut)
    set_linkage(module, roots, stages | regions | kept.keys())
    run_passes(module, ("always_inliner", "global_dead_code_eliminate"))
    return _without_attributes(_renamed(str(module), kept))


def _opened(users: Mapping[str, str], regions: frozenset[str], closed: frozenset[str]) -> frozenset[str]:
    """Functions with INLINE, called in a region, that hold loops or call other functions of the user."""
    found: set[str] = set()
    work = list(regions)
    while work:
        for name in CALLED.findall(users[work.pop()]):
            body = users.get(name, "")
            if _INLINE not in body or name in found or name in regions or name in closed:
                continue
            if "!llvm.loop" in body or any(one in users and is_stage_name(one) for one in CALLED.findall(body)):
                found.add(name)
                work.append(name)
    return frozenset(found)


def _constructors(users: Mapping[str, str], holders: frozenset[str]) -> frozenset[str]:
    """Those of static objects that have loops, as calls in the holders' bodies."""
    called = {name for holder in holders for name in _CONSTRUCTED.findall(users[holder])}
    return frozenset(name for name in called if name in users and _has_loops(users, name))


def _has_loops(users: Mapping[str, str], name: str) -> bool:
    """Whether a function of the user, or one that it calls, has loops, and none declares streams."""
    seen, work = {name}, [name]
    for one in work:
        calls = set(CALLED.findall(users.get(one, ""))) - seen
        seen |= calls
        work += calls
    return DECLARE not in seen and any("!llvm.loop" in users.get(one, "") for one in seen)


class _Sources:
    """Which opened functions, called by the region itself, instructions come from."""

    def __init__(self, text: str, source: Path, opened: frozenset[str], given: Mapping[str, Function]) -> None:
        self._names = {
            Subprogram(given[name].plain_name, place): name for name in opened if (place := given[name].location)
        }
        self._metadata = Metadata({int(match[1]): match[2] for match in NODE.finditer(text)}, source)

    def of(self, instructions: list[Instruction]) -> set[str]:
        """The functions, without those that are called by others of them."""
        numbers = {one.debug for one in instructions} if self._names else set()
        chains = (
            [self._names[one] for one in self._metadata.inlined_from(number) if one in self._names]
            for number in numbers
        )
        return {chain[-1] for chain in chains if chain}


def _lasting(body: str) -> str:
    """Scalars without a value of their own keep that of the loop's iteration before, as in a register."""
    scalars = set(_SCALAR.findall(body))
    return _LIFETIME.sub(lambda match: "" if match[1] in scalars else match[0], body)


def _with_ends(text: str, regions: frozenset[str]) -> str:
    """Returns of the regions in blocks of their own: else a loop in front of one counts as all of its function."""
    for name in regions:
        start, end = _body(text, name)
        body = _RETURN.sub(lambda match: f"  br label %hls.end\n\nhls.end:\n{match[0]}", text[start:end])
        text = text[:start] + body + text[end:]
    return text


def _body(text: str, name: str) -> tuple[int, int]:
    found = re.search(rf"^define [^@\n]*{re.escape(name)}\(.*\{{$", text, re.MULTILINE)
    return (0, 0) if found is None else (found.end(), text.index("\n}", found.end()) + 1)


def _without_attributes(text: str) -> str:
    return _GROUP.sub(lambda match: _HOW.sub("", match[0]), text)


def _with_tables(text: str, name: str, tables: Mapping[str, str]) -> str:
    """The region with constants in the place of the arrays that are copies of them."""
    start, end = _body(text, name)
    body = text[start:end]
    for owner, table in tables.items():
        used = re.compile(rf"{re.escape(owner)}(?![\w.$-])")
        dropped = re.compile(rf"{used.pattern} = alloca |@llvm\.(?:lifetime|memcpy)[^%]*{used.pattern}")
        lines = [line for line in body.split("\n") if dropped.search(line) is None]
        body = used.sub(table.replace("\\", r"\\"), "\n".join(lines))
    return text[:start] + body + text[end:]


def _loop_name(loop: Function, module: LlvmModule) -> tuple[str, int]:
    """The label, or `loop_` and the line; the line."""
    place = place_of(loop, module)
    if place is None:
        return plain_name(loop.name), 0
    return label_of(place) or f"loop_{place.line}", place.line


def _renamed(text: str, names: Mapping[str, tuple[str, int]]) -> str:
    """With names of loops, also in what tells of their places."""
    taken = set(re.findall(rf"@({NAME})", text))
    for old, (wanted, line) in names.items():
        name = wanted
        while name in taken:
            name = f"{wanted}_{len(taken)}"
        taken.add(name)
        text = re.sub(rf"{re.escape(old)}(?![\w.$-])", f"@{name}", text)
        plain = old.lstrip("@").strip('"')
        told = re.compile(
            rf'name: "{re.escape(plain)}", linkageName: "{re.escape(plain)}"(.*?file: !\d+)(?:, line: \d+)?'
        )
        text = told.sub(rf'name: "{name}"\1, line: {line}', text)
    return text


def _named(name: str) -> str:
    return f"@{name}" if re.fullmatch(r"[\w.$-]+", name) else f'@"{name}"'
