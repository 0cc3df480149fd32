"""Arguments of the top that are structures with streams: each member becomes an argument of its own, `argument_member`.

A function of the members stands for the top from then on. It calls the top with an object that does not exist: what it
says of each member, `__hls_member`, is carried out in LLVM's text (see `split_structures`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.clang import describe_functions
from fpdeep_gen.hls.frontend.pragma_kinds import Pragma, each_of
from fpdeep_gen.hls.frontend.signature import Formal, Node, Signature, direct_class, json_documents
from fpdeep_gen.hls.ir import Location

APART = "__hls_apart"
_MEMBERS = "__hls_members_of_"
_PATH = re.compile(r"[&*]*(\w+)\s*(?:->|\.)\s*(\w+(?:\s*\.\s*\w+)*)")


@dataclass(frozen=True, slots=True)
class Source:
    """What an argument of the function of members is in C++: `path` leads to the member of argument `place`.

    It is empty for an argument that is no member.
    """

    place: int
    name: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class TakenApart:
    """`code`: C++ of the function of members; `sources`: of each of its arguments."""

    signature: Signature
    sources: tuple[Source, ...]
    code: str


@dataclass(frozen=True, slots=True)
class _Member:
    """`name`: of the structured binding that stands for it; `text`: of its layout."""

    name: str
    text: str

    @property
    def is_stream(self) -> bool:
        return self.text.strip("[]0123456789 ") == "s"

    @property
    def is_structure(self) -> bool:
        """One that is taken apart, too."""
        return self.text.startswith("{") and "s" in self.text


def take_apart(
    plain: str, signature: Signature, layouts: Mapping[int, str], source: Path, problems: list[Problem]
) -> TakenApart | None:
    """None where no argument is such a structure. `layouts`: texts of the arguments' layouts by number.

    A structure with a stream that cannot be taken apart becomes a problem.
    """
    wanted: dict[int, list[_Member]] = {}
    for place, text in layouts.items():
        if "s" not in text or place < 0:
            continue
        formal = signature.formals[place]
        members = list(_members(f"m{place}", text)) if text.startswith("{") else []
        held = [one for one in members if "s" in one.text and not one.is_stream and not one.is_structure]
        if members and not held and (formal.is_reference or formal.is_pointer):
            wanted[place] = members
            continue
        found = "streams in an array of structures" if held or not members else "a structure by value"
        hint = "give the stream, and each other member, an argument of its own"
        where, what = signature.location, f"argument {formal.name}"
        expected = "a reference or pointer to one structure of streams"
        problems.append(Problem(where.file, where.line, what, expected, found, hint))
    return _taken_apart(plain, signature, wanted, source) if wanted and not problems else None


def _taken_apart(plain: str, signature: Signature, wanted: Mapping[int, Sequence[_Member]], source: Path) -> TakenApart:
    known = _described(plain, signature.name, wanted, source)
    taken = {formal.name for formal in signature.formals}
    formals: list[Formal] = []
    sources: list[Source] = []
    types: list[str] = []
    body: list[str] = []
    actuals: list[str] = []
    for place, formal in enumerate(signature.formals):
        if place not in wanted:
            formals.append(formal)
            sources.append(Source(place, formal.name))
            actuals.append(formal.name)
            continue
        whole, value = f"__hls_whole_{place}", f"__hls_object_{place}"
        types.append(f"typedef ::hls_detail::pointed_of<{place}, decltype(::{signature.name})> {whole};")
        body.append(f"{whole} &{value} = *({whole} *)::__hls_structure();")
        actuals.append(f"&{value}" if formal.is_pointer else value)
        for one in wanted[place]:
            for member in _opened(one):
                path, direct = known[member.name]
                name = _free(f"{formal.name}_{path.replace('.', '_')}", taken)
                taken.add(name)
                kind = f"__hls_{member.name}"
                types.append(f"typedef decltype((({whole} *)0)->{path}) {kind};")
                body.append(f"::__hls_member(&{value}.{path}, &{name});")
                spelled = "hls::stream<>" if member.is_stream else "member"
                several = member.text.startswith("[")
                formals.append(Formal(name, spelled + (" (&)[]" if several else " &"), f"{kind} &@", direct))
                sources.append(Source(place, formal.name, path))
    line = f'# {signature.location.line} "{signature.location.file}"'
    declared = ", ".join(one.text.replace("@", one.name) for one in formals)
    body.append(f"return ::{signature.name}({', '.join(actuals)});")
    code = "\n".join([*types, line, f'extern "C" decltype(auto) {APART}({declared}) {{ {" ".join(body)} }}', ""])
    pragmas = tuple(_named(signature, tuple(formals), tuple(sources)))
    apart = replace(signature, name=APART, mangled=APART, formals=tuple(formals), pragmas=pragmas)
    return TakenApart(apart, tuple(sources), code)


def _free(name: str, taken: set[str]) -> str:
    numbered = (f"{name}_{number}" for number in count(2))
    return next(one for one in chain((name,), numbered) if one not in taken)


def _named(
    signature: Signature, formals: tuple[Formal, ...], sources: tuple[Source, ...]
) -> Iterator[tuple[Pragma, Location]]:
    """The pragmas, those of ports with the members' names; one of a whole structure is one of each of its streams."""
    paths = {(one.name, one.path): formal.name for one, formal in zip(sources, formals, strict=True) if one.path}
    for whole, place in signature.pragmas:
        if whole.kind != "interface":
            yield whole, place
            continue
        for pragma in each_of(whole, "port"):
            port = pragma.options.get("port", "").strip()
            match = _PATH.fullmatch(port)
            member = paths.get((match[1], re.sub(r"\s", "", match[2]))) if match is not None else None
            names = [member] if member is not None else []
            names = names or [
                formal.name
                for one, formal in zip(sources, formals, strict=True)
                if one.path and one.name == port.lstrip("&*") and formal.is_stream
            ]
            for name in names or [port]:
                yield replace(pragma, options={**pragma.options, "port": name}), place


def _members(name: str, text: str) -> Iterator[_Member]:
    """The members of a structure's text."""
    at, number = 1, 0
    while text[at] != "}":
        end = _end(text, at)
        yield _Member(f"{name}_{number}", text[at:end])
        at, number = end, number + 1


def _end(text: str, at: int) -> int:
    """Behind the layout that begins at `at`."""
    if text[at] == "s":
        return at + 1
    at += text[at] in "va"
    if text[at] not in "[{":
        at += 1
        while text[at].isdigit():
            at += 1
        return at
    depth = 0
    while True:
        depth += (text[at] in "[{") - (text[at] in "]}")
        at += 1
        if not depth:
            return at


def _opened(member: _Member) -> Iterator[_Member]:
    """A member, or those of a structure of streams that it is."""
    if not member.is_structure:
        yield member
        return
    for one in _members(member.name, member.text):
        yield from _opened(one)


def _described(
    plain: str, top: str, wanted: Mapping[int, Sequence[_Member]], source: Path
) -> dict[str, tuple[str, str]]:
    """Of each member, by the name of its binding: the path to it, and its class of direct I/O."""
    lines = [plain]
    for place, members in wanted.items():
        kind = f"::hls_detail::pointed_of<{place}, decltype(::{top})>"
        bound = _bound("value", members)
        lines.append(f"inline auto {_MEMBERS}{place}({kind} &value) {{ {' '.join(bound)} return 0; }}")
    found: dict[str, tuple[str, str]] = {}
    for document in json_documents(describe_functions("\n".join(lines), _MEMBERS, source)):
        for name, member in _bindings(document):
            above = found.get(name.rpartition("_")[0])
            path = f"{above[0]}.{member['name']}" if above is not None else member["name"]
            kinds = member["type"]
            found[name] = (path, direct_class(kinds.get("desugaredQualType", kinds["qualType"])))
    return found


def _bound(value: str, members: Sequence[_Member]) -> Iterator[str]:
    yield f"auto &[{', '.join(one.name for one in members)}] = {value};"
    for one in members:
        if one.is_structure:
            yield from _bound(one.name, list(_members(one.name, one.text)))


def _bindings(node: Node) -> Iterator[tuple[str, Node]]:
    """The name of each structured binding, and the member that it is."""
    for inner in node.get("inner", []):
        if node.get("kind") == "BindingDecl" and inner.get("kind") == "MemberExpr":
            yield node["name"], inner
        yield from _bindings(inner)
