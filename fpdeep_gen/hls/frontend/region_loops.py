"""Loops written in the body of a DATAFLOW function: each becomes a function of its own, and so a stage.

Functions with INLINE that hold loops or calls are opened first. LLVM's loop extraction does the cutting. A loop goes
back to where it was when it calls stages or declares streams, has several ways out, or shares what stages cannot share.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.between import CONVERSIONS, touches
from fpdeep_gen.hls.frontend.cfg import find_loops
from fpdeep_gen.hls.frontend.liveness import definitions
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, LlvmModule, OperandKind
from fpdeep_gen.hls.frontend.llvm_metadata import Metadata, Subprogram
from fpdeep_gen.hls.frontend.llvm_text import NAME, NODE, parse_module
from fpdeep_gen.hls.frontend.llvm_types import ArrayType, PointerType, StructType, VoidType, size_of
from fpdeep_gen.hls.frontend.object_pragmas import OBJECT_MARKERS
from fpdeep_gen.hls.frontend.optimise import (
    CALLED,
    DATAFLOW,
    TASK,
    find_roots,
    is_stage_name,
    parse_assembly,
    run_passes,
    set_linkage,
    user_bodies,
)
from fpdeep_gen.hls.frontend.places import problem_at, refusal
from fpdeep_gen.hls.frontend.regions import loop_location
from fpdeep_gen.hls.frontend.rewriting import base_of, plain_name
from fpdeep_gen.hls.frontend.unrolling import DECLARE
from fpdeep_gen.hls.ir import Location

_INLINE = "@__hls_mark_inline("
_PASSIVE = ("getelementptr", "alloca")
_GROUP = re.compile(r"^attributes #\d+ = .*$", re.MULTILINE)
_HOW = re.compile(r" (?:noinline|optnone|alwaysinline)\b")
_RETURN = re.compile(r"^  ret .*$", re.MULTILINE)
_LIFETIME = re.compile(rf"^  call void @llvm\.lifetime\.\w+\.p0\(.*?ptr (%{NAME})\).*\n", re.MULTILINE)
_SCALAR = re.compile(rf"^  (%{NAME}) = alloca i\d+,", re.MULTILINE)
_LABEL = re.compile(r"^\s*(\w+)\s*:(?!:)\s*(?:(?:for|while|do)\b|$)")


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
    if not any("!llvm.loop" in users[name] for name in (*regions, *opened)):
        return text
    roots = find_roots(text, top, source)
    called = {name for holder in (*regions, *opened) for name in CALLED.findall(users[holder])}
    stages = frozenset(name for name in called if name in users and is_stage_name(name)) - opened
    for name in (*regions, *opened):
        text = text.replace(users[name], _lasting(users[name]))
    module = parse_assembly(text)
    set_linkage(module, roots, stages | regions)
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
    for name in sorted(regions & parsed.functions.keys()):
        region = _Region(parsed, parsed.functions[name], made, stages)
        tables[name] = region.tables
        found = region.stages()
        loose += region.loose(found)
        kept |= {loop: _loop_name(parsed.functions[loop], parsed) for loop in found}
        problems += region.stuck(found)
    shut = _sources(cut, source, loose, opened, parse_module(given, source).functions) if loose else set()
    if shut:
        return outline_loops(given, top, source, closed | shut)
    if problems:
        raise refusal(problems)
    if not kept:
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


def _sources(
    text: str, source: Path, loose: list[Instruction], opened: frozenset[str], given: Mapping[str, Function]
) -> set[str]:
    """The opened functions, called by the region itself, that instructions come from."""
    names = {Subprogram(given[name].plain_name, place): name for name in opened if (place := given[name].location)}
    metadata = Metadata({int(match[1]): match[2] for match in NODE.finditer(text)}, source)
    chains = (
        [names[one] for one in metadata.inlined_from(debug) if one in names] for debug in {x.debug for x in loose}
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


def _place(loop: Function, module: LlvmModule) -> Location | None:
    forest = find_loops(loop)
    return loop_location(loop, forest.top[0], module) if forest.top else None


def _loop_name(loop: Function, module: LlvmModule) -> tuple[str, int]:
    """The label, or `loop_` and the line; the line."""
    place = _place(loop, module)
    if place is None:
        return plain_name(loop.name), 0
    try:
        lines = ["", *place.file.read_text(encoding="utf-8", errors="replace").split("\n")]
    except OSError:
        lines = []
    label = _LABEL.match(lines[place.line]) if place.line < len(lines) else None
    if label is None and 1 < place.line < len(lines):
        label = re.fullmatch(r"\s*(\w+)\s*:\s*", lines[place.line - 1])
    return (label[1] if label is not None and label[1] != "default" else f"loop_{place.line}"), place.line


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


@dataclass(frozen=True, slots=True)
class _User:
    """An instruction of the region that uses an array, a stream or an argument. `loop`: of a call, the function."""

    one: Instruction
    loop: str
    place: int


class _Region:
    """A DATAFLOW function whose loops have been cut out; which of them are stages."""

    def __init__(self, module: LlvmModule, function: Function, made: frozenset[str], stages: frozenset[str]) -> None:
        self._module = module
        self._function = function
        self._stages = stages
        self._defined = definitions(function)
        self._users: dict[str, list[_User]] = {}
        self._addresses = {one.name for one in function.parameters if isinstance(one.type, PointerType)}
        self._made = {name for name in made if self._fits(name)}
        for block in function.blocks.values():
            for one in block.instructions:
                self._note(one)
        self.tables = {owner: found for owner in self._users if (found := self._table(owner))}

    def stages(self) -> frozenset[str]:
        """The loops that become stages."""
        kept = set(self._made)
        while True:
            shared = {name for owner, users in self._users.items() for name in self._losers(owner, users, kept)}
            if not shared & kept:
                return frozenset(kept)
            kept -= shared

    def loose(self, kept: frozenset[str]) -> list[Instruction]:
        """Code of the region itself that uses an array which stages use, too, or a result in front of a later stage."""
        found: list[Instruction] = []
        apart = kept | self._stages
        order = [one for block in self._function.blocks.values() for one in block.instructions]
        last = max((place for place, one in enumerate(order) if one.detail in apart), default=-1)
        early = {id(one) for one in order[:last]}
        for owner, users in self._users.items():
            made = self._defined[owner][1] if owner in self._defined else None
            is_stream = any(user.loop == DECLARE for user in users)
            if made is None or is_stream or owner in self.tables or not any(user.loop in apart for user in users):
                continue
            own = [user.one for user in users if user.loop not in apart and user.loop not in OBJECT_MARKERS]
            if isinstance(made.element, (ArrayType, StructType)):
                found += own
            else:
                loads = [one for one in own if one.opcode == "load" and id(one) in early]
                if any(not self._only_given(one, set(kept)) for one in loads):  # these loads come from nowhere
                    found += [user.one for user in users if user.loop in kept]
        return found

    def stuck(self, kept: frozenset[str]) -> list[Problem]:
        """Loops that are no stages, but exchange words with some: they would run when those are done."""
        problems: list[Problem] = []
        apart = kept | self._stages
        for name in sorted(self._made - kept):
            mine = {owner: users for owner, users in self._users.items() if any(user.loop == name for user in users)}
            joined = [
                owner
                for owner, users in mine.items()
                if any(user.loop == DECLARE for user in users) and any(user.loop in apart for user in users)
            ]
            why = [owner for owner, users in mine.items() if name in self._losers(owner, users, {*kept, name})]
            if joined:
                loop = self._module.functions[name]
                called = next(user.one for user in mine[joined[0]] if user.loop == name)
                place = _place(loop, self._module) or self._module.locations.of(called.debug)
                found = ", ".join(map(plain_name, why)) or "what a loop shares that is none"
                expected = "streams, arrays and values of the region that only stages use, arguments that it alone uses"
                hint = "put loops that share an argument into one loop or function"
                problems.append(problem_at(place, "a loop of a DATAFLOW region", expected, f"{found} shared", hint))
        return problems

    def _fits(self, name: str) -> bool:
        """Called outside of loops, as DATAFLOW is; a single way out; no stages or streams of its own."""
        forest = find_loops(self._function)
        found = {
            one.detail: one
            for block in self._function.blocks.values()
            for one in block.instructions
            if one.detail in (name, DATAFLOW) and forest.innermost(block.name) is None
        }
        if len(found) != 2:
            return False
        call, callee = found[name], self._module.functions[name]
        inner = (one.detail for block in callee.blocks.values() for one in block.instructions if one.opcode == "call")
        return isinstance(call.type, VoidType) and not any(
            one in (DECLARE, TASK) or one in self._stages for one in inner
        )

    def _note(self, one: Instruction) -> None:
        if one.opcode in _PASSIVE or one.detail.startswith("@llvm.lifetime"):
            return
        for place, operand in enumerate(one.operands):
            owner = base_of(operand, self._defined)
            is_local = owner in self._defined and self._defined[owner][1].opcode == "alloca"
            if is_local or any(owner == parameter.name for parameter in self._function.parameters):
                callee = one.detail if one.opcode == "call" else ""
                self._users.setdefault(owner, []).append(_User(one, callee, place))

    def _losers(self, owner: str, users: list[_User], kept: set[str]) -> Iterator[str]:
        """The loops that cannot be stages because of what else uses an array or an argument."""
        loops = [user.loop for user in users if user.loop in kept]
        if owner in self.tables or any(user.loop == DECLARE for user in users):
            return
        calls = [user for user in users if user.loop in kept or user.loop in self._stages]
        other = [user for user in users if user not in calls and user.loop not in OBJECT_MARKERS]
        if owner in self._defined:
            alone = len(calls) == 1 or all(self._only_given(user.one, kept) for user in other)
            plain = all(user.one.opcode == "load" for user in other)
            if not (plain and alone):
                yield from loops
        elif owner in self._addresses and (other or len({user.loop for user in calls}) > 1):
            yield from loops

    def _only_given(self, load: Instruction, kept: set[str]) -> bool:
        """Whether a loaded value only goes to stages, converted maybe, as a bool is."""
        names = {load.name}
        for block in self._function.blocks.values():  # what converts comes behind the load, in the same block
            for one in block.instructions:
                if names.isdisjoint(operand.name for operand in one.operands):
                    continue
                if one.opcode in CONVERSIONS:
                    names.add(one.name)
                elif one.detail not in kept and one.detail not in self._stages:
                    return False
        return True

    def _table(self, owner: str) -> str:
        """The constant that an array is a copy of, where nothing changes it; else ""."""
        users = self._users[owner]
        copies = [one for one in users if one.loop.startswith("@llvm.memcpy") and one.place == 0]
        made = self._defined[owner][1] if owner in self._defined else None
        if made is None or made.element is None or len(copies) != 1:
            return ""
        _, constant, size = copies[0].one.operands[:3]
        known = self._module.globals.get(constant.name)
        whole = size.kind is OperandKind.INTEGER and size.value == size_of(made.element) and constant.value == 0
        if known is None or not known.is_constant or not whole or copies[0].one.operands[0].name != owner:
            return ""
        for user in users:
            callee = self._module.functions.get(user.loop)
            if user in copies or user.one.opcode == "load" or user.loop in OBJECT_MARKERS:
                continue
            if callee is None or touches(callee, callee.parameters[user.place].name, self._module)[1]:
                return ""
        return known.name
