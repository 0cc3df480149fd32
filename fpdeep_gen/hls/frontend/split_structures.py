"""In LLVM's text: a structure whose members are objects by themselves (see `structures`) is handed on member by member.

clang names an address anew for each use: a reference is loaded from its variable, a member has a `getelementptr` of its
own. So every name of the structure, and of one inside it, is known without passes. A function that takes the structure
takes its members instead.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.llvm_instructions import split_commas
from fpdeep_gen.hls.frontend.llvm_metadata import Metadata
from fpdeep_gen.hls.frontend.llvm_text import NAME, NODE
from fpdeep_gen.hls.frontend.places import problem_at, refusal

STRUCTURE, MEMBER = "@__hls_structure", "@__hls_member"
_FUNCTION = re.compile(rf"^(define [^@\n]*(@{NAME})\()(.*)(\)[^)\n]*\{{\n)((?:.*\n)*?)^\}}", re.MULTILINE)
_LOAD = re.compile(rf"^  (%{NAME}) = load ptr, ptr (%{NAME})[,\n]")
_STORE = re.compile(rf"^  store ptr (%{NAME}), ptr (%{NAME})[,\n]")
_FIELD = re.compile(rf"^  (%{NAME}) = getelementptr (?:\w+ )*(%{NAME}), ptr (%{NAME}), i32 0, (i32 \d+)[,\n]")
_CALL = re.compile(rf"^(  (?:%{NAME} = )?(?:\w+ )?call [^@\n]*(@{NAME})\()(.*)(\)[^()\n]*\n)")
_RESULT = re.compile(rf"^  (%{NAME}) = ")
_USED = re.compile(rf"%{NAME}")
_GLOBAL = re.compile(rf"@{NAME}")
_DEBUG = re.compile(r"!dbg !(\d+)")
_OTHERS = "a function that other structures are given to, too"
_SILENT = ("@llvm.lifetime.", " = alloca ")

Steps = tuple[str, ...]  # the field at each step into a structure, with the type that it is a field of
Place = tuple[str, Steps]  # the name of a structure, and the way to what is inside it


@dataclass(frozen=True, slots=True)
class _Member:
    """An object that stands for a member, as an operand: type and attributes, and name."""

    how: str
    name: str


@dataclass(slots=True)
class _Function:
    """`structures`: of each parameter that is split, by its number, the members."""

    parameters: list[str]
    lines: list[str]
    structures: dict[int, dict[Steps, _Member]] = field(default_factory=dict)
    is_split: bool = False

    def name_of(self, number: int) -> str:
        """Of a parameter."""
        return self.parameters[number].rsplit(" ", 1)[-1]

    def head(self) -> str:
        """The parameters, with the members in the place of structures."""
        found: list[str] = []
        for number, one in enumerate(self.parameters):
            members = self.structures.get(number)
            found += [one] if members is None else [f"{member.how} {member.name}" for member in members.values()]
        return ", ".join(found)


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of structures, of their members, and of variables that hold addresses of structures."""

    places: dict[str, Place]
    members: dict[str, _Member]
    slots: dict[str, Place]


def split_structures(text: str, source: Path) -> str:
    """clang's text with members in the place of their structures. Raises InputError where one is needed as a whole."""
    if f"call ptr {STRUCTURE}(" not in text:
        return text
    functions = {
        match[2]: _Function(split_commas(match[3]), match[5].splitlines(keepends=True))
        for match in _FUNCTION.finditer(text)
    }
    splitter = _Splitter(functions, Metadata({int(match[1]): match[2] for match in NODE.finditer(text)}, source))
    for function in list(functions.values()):
        if any(f"call ptr {STRUCTURE}(" in line for line in function.lines):
            splitter.split(function)
    splitter.check()

    def written(match: re.Match[str]) -> str:
        one = functions[match[2]]
        return f"{match[1]}{one.head()}{match[4]}{''.join(one.lines)}}}" if one.is_split else match[0]

    return _FUNCTION.sub(written, text)


class _Splitter:
    def __init__(self, functions: Mapping[str, _Function], metadata: Metadata) -> None:
        self._functions = functions
        self._metadata = metadata
        self._problems: list[Problem] = []
        self._made: set[str] = set()  # calls with members
        self._used = self._reached()

    def _refuse(self, line: str, found: str) -> None:
        match = _DEBUG.search(line)
        place = self._metadata.location(int(match[1])) if match is not None else None
        what, expected = "a structure of the top", "one whose members are used, or which is given to a function"
        hint = "hand on its members, each by itself"
        self._problems.append(problem_at(place, what, expected, found, hint))

    def check(self) -> None:
        """Raises what was refused. A function that is split may have no other calls but those of a bench's code."""
        for name, function in self._functions.items():
            for line in function.lines:
                call = _CALL.match(line)
                callee = self._functions.get(call[2]) if call is not None else None
                if callee is None or not callee.structures or line in self._made:
                    continue
                if name not in self._used:
                    function.lines, function.is_split = ["  unreachable\n"], True
                    break
                self._refuse(line, _OTHERS)
        if self._problems:
            raise refusal(self._problems)

    def _reached(self) -> set[str]:
        """Functions that those with structures name, and so on."""
        reached: set[str] = set()
        found = [name for name, one in self._functions.items() if f"call ptr {STRUCTURE}(" in "".join(one.lines)]
        while found:
            name = found.pop()
            if name in self._functions and name not in reached:
                reached.add(name)
                found += _GLOBAL.findall("".join(self._functions[name].lines))
        return reached

    def split(self, function: _Function) -> None:
        """Rewrites a function, and those that it gives structures to."""
        function.is_split = True
        members = {
            (function.name_of(number), steps): member
            for number, found in function.structures.items()
            for steps, member in found.items()
        }
        names = _names(function, members)
        made = _marked(function, names)
        if made:
            members |= made
            names = _names(function, members)
        function.lines[:] = [one for line in function.lines for one in self._line(line, names, members)]

    def _line(self, line: str, names: _Names, members: Mapping[Place, _Member]) -> Iterator[str]:
        used = [name for name in _USED.findall(line) if name in names.places or name in names.slots]
        result, call, store = _RESULT.match(line), _CALL.match(line), _STORE.match(line)
        name = result[1] if result is not None else ""
        if call is not None and call[2] == MEMBER:
            return
        if not used or any(one in line for one in _SILENT):
            yield line
        elif name in names.members:
            yield f"  {name} = getelementptr i8, ptr {names.members[name].name}, i64 0\n"
        elif name in names.places:
            yield f"  {name} = freeze i8 0\n"  # names that are numbers have to be there
        elif call is not None and not names.slots.keys() & set(used):
            yield from self._call(line, call, names, members)
        elif store is None or names.places.get(store[1]) != names.slots.get(store[2]):
            self._refuse(line, "one that is kept in an object, copied or compared")

    def _call(self, line: str, call: re.Match[str], names: _Names, members: Mapping[Place, _Member]) -> Iterator[str]:
        """The call with members in the place of structures, those that the function uses."""
        callee = self._functions.get(call[2])
        if callee is None:
            self._refuse(line, "one that is copied, or given to a task")
            return
        actuals = split_commas(call[3])
        inside: dict[int, dict[Steps, _Member]] = {}
        for number, actual in enumerate(actuals):
            if place := names.places.get(actual.rsplit(" ", 1)[-1]):
                root, steps = place
                length = len(steps)
                ways = {way[length:]: one for (owner, way), one in members.items() if (owner, way[:length]) == place}
                assert ways, root
                inside[number] = ways
        if not callee.is_split:
            taken = set(_USED.findall("".join([*callee.parameters, *callee.lines])))
            for number, ways in inside.items():
                free = (f"{one.name}.{number}" if one.name in taken else one.name for one in ways.values())
                named = zip(ways, ways.values(), free, strict=True)
                callee.structures[number] = {way: _Member(one.how, name) for way, one, name in named}
            self.split(callee)
            used = set(_USED.findall("".join(callee.lines)))
            for number, found in callee.structures.items():
                callee.structures[number] = {way: one for way, one in found.items() if one.name in used}
        if inside.keys() != callee.structures.keys() or any(
            not found.keys() <= inside[number].keys() for number, found in callee.structures.items()
        ):
            self._refuse(line, _OTHERS)
            return
        made: list[str] = []
        for number, actual in enumerate(actuals):
            ways = inside.get(number, {})
            kept = (ways[way] for way in callee.structures.get(number, {}))
            made += [f"{one.how} {one.name}" for one in kept] if number in inside else [actual]
        whole = f"{call[1]}{', '.join(made)}{call[4]}"
        self._made.add(whole)
        yield whole


def _names(function: _Function, members: Mapping[Place, _Member]) -> _Names:
    """`members`: those that are known by now."""
    names = _Names({function.name_of(number): (function.name_of(number), ()) for number in function.structures}, {}, {})
    count = -1
    while count != (count := len(names.places) + len(names.members) + len(names.slots)):
        for line in function.lines:
            if (store := _STORE.match(line)) and store[1] in names.places:
                names.slots.setdefault(store[2], names.places[store[1]])
            elif (load := _LOAD.match(line)) and load[2] in names.slots:
                names.places[load[1]] = names.slots[load[2]]
            elif (step := _FIELD.match(line)) and step[3] in names.places:
                root, steps = names.places[step[3]]
                place = (root, (*steps, f"{step[2]} {step[4]}"))
                if place in members:
                    names.members[step[1]] = members[place]
                else:
                    names.places[step[1]] = place
            elif (call := _CALL.match(line)) and call[2] == STRUCTURE and (result := _RESULT.match(line)):
                names.places[result[1]] = (result[1], ())
    return names


def _marked(function: _Function, names: _Names) -> dict[Place, _Member]:
    """What the function says of the members of its structures: parameters of its own."""
    given = {one.rsplit(" ", 1)[-1]: one.rsplit(" ", 1)[0] for one in function.parameters}
    stores = [match for line in function.lines if (match := _STORE.match(line)) and match[1] in given]
    held = {match[2]: match[1] for match in stores}
    loaded = {match[1]: held[match[2]] for line in function.lines if (match := _LOAD.match(line)) and match[2] in held}
    found: dict[Place, _Member] = {}
    for line in function.lines:
        call = _CALL.match(line)
        if call is not None and call[2] == MEMBER:
            member, value = (one.rsplit(" ", 1)[-1] for one in split_commas(call[3]))
            found[names.places[member]] = _Member(given[loaded[value]], loaded[value])
    return found
