"""Pieces of a function that may fill a table: loops, initialisers of local statics, and what runs before the top."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from fpdeep_gen.hls.frontend.cfg import Loop, dominates, edges_of, find_loops, immediate_dominators
from fpdeep_gen.hls.frontend.llvm_ir import Function
from fpdeep_gen.hls.frontend.llvm_text import NAME

FLOATING = re.compile(r"\b(?:double|float)\b")
LOCAL = re.compile(rf"%{NAME}")
GLOBAL = re.compile(rf"@{NAME}")
CONSTRUCTORS = "@llvm.global_ctors"
_LABEL = re.compile(rf"^({NAME}):")
_DEFINED = re.compile(rf"^  (%{NAME}) = ")
_GUARD = re.compile(rf"^  store i(?:8|1) (?:1|true), ptr (@_ZGV{NAME}|@\"_ZGV[^\"]*\")")


@dataclass
class Body:
    """A function's text: its first line, and the lines of each block. `start`, `end`: where it stands in the module."""

    head: str
    blocks: dict[str, list[str]]
    start: int
    end: int
    defined: dict[str, tuple[str, str]] = field(default_factory=dict)  # name -> block, line

    def text(self) -> str:
        """The function again, up to its last brace."""
        parts = [self.head]
        for name, lines in self.blocks.items():
            parts += [f"{name[1:]}:", *lines]
        return "\n".join(parts)


@dataclass(frozen=True, slots=True)
class Region:
    """Blocks that are entered from `before` at `entry` and left for `after`; both None: a whole function.

    `guard`: the variable that says whether a local static is set already.
    """

    blocks: frozenset[str]
    entry: str
    before: str | None
    after: str | None
    guard: str = ""


def read_body(text: str, function: Function) -> Body:
    """The function's text by blocks."""
    start = re.search(rf"^define [^@\n]*{re.escape(function.name)}\(.*$", text, re.MULTILINE)
    assert start is not None
    end = text.index("\n}", start.end())
    blocks: dict[str, list[str]] = {}
    name = "%0"
    for line in text[start.end() + 1 : end].split("\n"):
        label = _LABEL.match(line)
        if label is not None:
            name = "%" + label[1]
            blocks[name] = []
        elif line and line[0] == " ":
            blocks.setdefault(name, []).append(line)
    body = Body(start[0], blocks, start.start(), end)
    for name, lines in blocks.items():
        for line in lines:
            made = _DEFINED.match(line)
            if made is not None:
                body.defined[made[1]] = (name, line)
    return body


def regions(function: Function, body: Body) -> Iterator[Region]:
    """What may be evaluated at once, larger pieces first: initialisers of local statics, what has floating point."""
    if function.name.startswith("@_GLOBAL__sub_I") and is_floating(body, body.blocks):
        yield Region(frozenset(body.blocks), function.entry.name, None, None)
        return
    edges = edges_of(function)
    idom = immediate_dominators(function.entry.name, edges)
    before: dict[str, list[str]] = {name: [] for name in idom}
    for source in idom:
        for target in edges[source]:
            before[target].append(source)
    for name in idom:
        for line in body.blocks[name]:
            guard = _GUARD.match(line)
            found = _guarded(name, guard[1], edges, idom, body) if guard is not None else None
            if found is not None:
                yield found
    work = list(find_loops(function).top)
    while work:
        loop = work.pop(0)
        if is_floating(body, loop.blocks):
            work += loop.children
            made = _looped(loop, edges, before)
            if made is not None:
                yield made


def is_guarded(text: str) -> bool:
    """Whether a module has local statics that code initialises."""
    return any(_GUARD.match(line) for line in text.split("\n"))


def is_floating(body: Body, blocks: frozenset[str] | set[str] | dict[str, list[str]]) -> bool:
    """Whether the blocks name a type of floating point."""
    return any(FLOATING.search(line) for name in blocks for line in body.blocks[name])


def _looped(loop: Loop, edges: dict[str, tuple[str, ...]], before: dict[str, list[str]]) -> Region | None:
    outside = [name for name in before[loop.header] if name not in loop.blocks]
    leaves = {target for name in loop.blocks for target in edges[name] if target not in loop.blocks}
    if len(outside) != 1 or len(leaves) != 1:
        return None
    return Region(frozenset(loop.blocks), loop.header, outside[0], leaves.pop())


def _guarded(
    block: str, guard: str, edges: dict[str, tuple[str, ...]], idom: dict[str, str], body: Body
) -> Region | None:
    """The blocks between the question whether the variable is set, and the place where both ways meet."""
    first = block
    while idom[first] != first:
        above = idom[first]
        if len(edges[above]) == 2 and any(guard in line and " load " in line for line in body.blocks[above]):
            blocks = frozenset(name for name in idom if dominates(first, name, idom))
            leaves = {target for name in blocks for target in edges[name]} - blocks
            if leaves == set(edges[above]) - {first}:
                return Region(blocks, first, above, leaves.pop(), guard)
        first = above
    return None
