"""The top function as clang sees it: parameters with their types and source texts, and the pragmas of its body."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.hls.frontend.clang import describe_functions
from fpdeep_gen.hls.frontend.pragma_kinds import Pragma
from fpdeep_gen.hls.frontend.pragmas import LINE_MARKER, pragma_of
from fpdeep_gen.hls.ir import Location

Node = dict[str, Any]
_ALIAS = re.compile(
    r"\btypedef\s+(?P<old>(?:(?:::\s*)?hls::)?(?:stream|ap_hs|ap_none|ap_vld|ap_ack)<[^;]*>)\s+(?P<first>\w+)\s*;"
    r"|\busing\s+(?P<second>\w+)\s*=\s*(?P<new>(?:(?:::\s*)?hls::)?(?:stream|ap_hs|ap_none|ap_vld|ap_ack)<[^;]*>)\s*;"
)
_STREAM = re.compile(
    r"(?<![\w:])stream<|(?<!\w)(?:hls::)?ap_(?:hs|none|vld|ack)<"
)  # under `using namespace hls`; a stream by another name
_DIRECT = re.compile(r"(?<!\w)ap_(?:hs|none|vld|ack)(?=<)")
_DIMENSION = re.compile(r"\[[^\[\]]*\]\s*$")
_RESTRICT = re.compile(r"\s*\b__restrict(?:__)?\b")  # arguments of the top lie apart anyway


@dataclass(frozen=True, slots=True)
class Formal:
    """A parameter: `type` is clang's spelling without typedefs, `text` the declaration with `@` for the name.

    `direct`: the class of a stream of direct I/O, else empty.
    """

    name: str
    type: str
    text: str
    direct: str = ""

    @property
    def is_stream(self) -> bool:
        """A stream, or several."""
        return "hls::stream<" in self.type

    @property
    def is_burst(self) -> bool:
        """A port to memory whose bursts the kernel asks for."""
        return "hls::burst_maxi<" in self.type

    @property
    def is_pointer(self) -> bool:
        """A pointer that is declared as one."""
        return self.type.rstrip().endswith(("*", "*const", "* const")) and not self.is_decayed

    @property
    def is_decayed(self) -> bool:
        """An array in the source."""
        return "*" in self.type and ("*" not in self.text or _DIMENSION.search(self.text) is not None)

    @property
    def is_array(self) -> bool:
        """An array, or a reference to one."""
        return self.is_decayed or "(&)[" in self.type

    @property
    def is_reference(self) -> bool:
        """A reference to one value."""
        return self.type.endswith("&") and not self.is_array and not self.is_burst

    @property
    def is_const(self) -> bool:
        """Points at what cannot be written."""
        return self.type.startswith("const ")


@dataclass(frozen=True, slots=True)
class Signature:
    """The definition of the top; the pragmas of its body with their places."""

    name: str
    mangled: str
    returns_value: bool
    formals: tuple[Formal, ...]
    pragmas: tuple[tuple[Pragma, Location], ...]
    location: Location


def read_signature(plain: str, preprocessed: str, top: str, source: Path) -> Signature | None:
    """The signature of the function `top`; None when there is none (the compiler will say so).

    `plain` is the text without pragmas, line by line the same as `preprocessed`.
    """
    raw = plain.encode()
    found = [one for one in json_documents(describe_functions(plain, top, source)) if _defines(one, top, raw)]
    if len(found) > 1:
        text = f"{len(found)} functions of that name"
        raise InputError([Problem(source, None, "top", f"one function named {top}", text)])
    if not found:
        return None
    node = found[0]
    streams = {found["first"] or found["second"]: found["old"] or found["new"] for found in _ALIAS.finditer(plain)}
    formals = tuple(_formal(one, raw, streams) for one in node.get("inner", ()) if one["kind"] == "ParmVarDecl")
    first = raw.count(b"\n", 0, _offset(node["range"]["begin"]))
    last = raw.count(b"\n", 0, _end_of_body(raw, _end(node)))
    lines = preprocessed.split("\n")[first : last + 1]
    pragmas = tuple(
        (pragma, _place(preprocessed, first + number, source))
        for number, line in enumerate(lines)
        if (pragma := pragma_of(line)) is not None
    )
    kind = node["type"].get("desugaredQualType", node["type"]["qualType"])
    mangled = node.get("mangledName", top)
    return Signature(top, mangled, not kind.startswith("void "), formals, pragmas, _place(preprocessed, first, source))


def _place(preprocessed: str, line: int, source: Path) -> Location:
    """Where a line (from 0) of the preprocessed text comes from."""
    lines = preprocessed.split("\n")
    for at in range(line, -1, -1):
        mark = LINE_MARKER.match(lines[at])
        if mark is not None:
            return Location(Path(mark[2]), int(mark[1]) + line - at - 1)
    return Location(source, line + 1)


def json_documents(text: str) -> list[Node]:
    """clang prints one JSON document for each declaration that matches."""
    decoder, at = json.JSONDecoder(), 0
    found: list[Node] = []
    while (start := text.find("{\n", at)) >= 0:
        node, at = decoder.raw_decode(text, start)
        found.append(node)
    return found


def _defines(node: Node, top: str, raw: bytes) -> bool:
    return node.get("kind") == "FunctionDecl" and node.get("name") == top and _body(raw, _end(node)) is not None


def _end(node: Node) -> int:
    """Behind the declarator, or behind the body where clang has read it."""
    end = node["range"]["end"]
    read = any(one["kind"] == "CompoundStmt" for one in node.get("inner", []))
    begin = next(one["range"]["begin"] for one in node["inner"] if one["kind"] == "CompoundStmt") if read else end
    return _offset(begin) if read else _offset(end) + int(end["tokLen"])


_BODY = re.compile(rb"(?:\s+|^#.*$|__attribute__|\w+|[()])*+(?P<open>\{)", re.MULTILINE)
_TOKEN = re.compile(rb'R"([^(]*)\((?:.|\n)*?\)\1"|"(?:[^"\\]|\\.)*"|\w[\w\']*|\'(?:[^\'\\]|\\.)*\'|[{}]')


def _body(raw: bytes, at: int) -> int | None:
    """Where the body opens that follows a declarator; None behind a mere declaration."""
    match = _BODY.match(raw, at)
    return None if match is None else match.start("open")


def _end_of_body(raw: bytes, at: int) -> int:
    """Where the body closes that opens behind a declarator; braces in literals do not count."""
    first = _body(raw, at)
    assert first is not None
    depth = 0
    for token in _TOKEN.finditer(raw, first):
        depth += {b"{": 1, b"}": -1}.get(token[0], 0)
        if depth == 0:
            return token.start()
    return len(raw)


def _offset(place: Node) -> int:
    return int(place["offset"] if "offset" in place else place["expansionLoc"]["offset"])


def _formal(node: Node, raw: bytes, streams: dict[str, str]) -> Formal:
    """`streams`: other names of stream types, which clang keeps in the type of a reference, and what they stand for."""
    kind = node["type"].get("desugaredQualType", node["type"]["qualType"])
    direct = ""
    if "&" in kind or "*" in kind or "[" in kind:
        words = re.findall(r"\w+", kind)
        direct = direct_class(kind) or next((direct_class(streams[word]) for word in words if word in streams), "")
        kind = _STREAM.sub("hls::stream<", kind)
        kind = re.sub(
            r"[\w:]+", lambda word: f"hls::stream<{word[0]}>" if word[0].split("::")[-1] in streams else word[0], kind
        )
    begin, end = node["range"]["begin"], node["range"]["end"]
    start, stop = _offset(begin), _offset(end) + int(end["tokLen"])
    name = node.get("name", "")
    at = _offset(node["loc"])
    text = raw[start:at].decode() + "@" + raw[at + len(name.encode()) : stop].decode() if name else "@"
    return Formal(name, _RESTRICT.sub("", kind), _RESTRICT.sub("", text), direct)


def direct_class(text: str) -> str:
    """The class of a stream of direct I/O in a type's text; else empty."""
    match = _DIRECT.search(text)
    return match[0] if match is not None else ""
