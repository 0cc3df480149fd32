"""Streams that are `static` in a function: a region's streams last from one call to the next anyway.

In clang's text each becomes a local of its function, if the top comes to that by one call: else several calls would
share it, as they do in C++, and that is no FIFO between two stages.
"""

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.llvm_metadata import Metadata
from fpdeep_gen.hls.frontend.llvm_text import NAME, NODE
from fpdeep_gen.hls.frontend.optimise import find_roots
from fpdeep_gen.hls.frontend.places import problem_at, refusal
from fpdeep_gen.hls.frontend.rewriting import plain_name

_STREAM = r'(?:\[\d+ x )*%"class\.hls::stream(?:\.\d+)?"\]*'
_STATIC = re.compile(
    rf"^(@{NAME}) = (?:internal|linkonce_odr dso_local) global ({_STREAM}) zeroinitializer.*\n", re.MULTILINE
)
_FUNCTION = re.compile(rf"^define [^@\n]*(@{NAME})\([^\n]*\{{\n(.*?)^\}}", re.MULTILINE | re.DOTALL)
_USED = re.compile(rf"@{NAME}")
_ELEMENT = rf"getelementptr inbounds \({_STREAM}, ptr @NAME, i64 [^()]*\)"
_GUARDED = re.compile(
    rf"^  (%{NAME}) = load i(?:8|64), ptr (@_ZGV{NAME}).*\n  (%{NAME}) = icmp eq i\d+ \1, 0.*\n"
    rf"  br i1 \3, label (%{NAME}), .*\n",
    re.MULTILINE,
)


def with_local_streams(text: str, top: str, source: Path) -> str:
    """Clang's output with static streams as locals. Raises InputError for those of functions with several calls."""
    kinds = {match[1]: match[2] for match in _STATIC.finditer(text) if match[1].startswith("@_ZZ")}
    if not kinds:
        return text
    functions = {match[1]: match for match in _FUNCTION.finditer(text)}
    uses = {name: _USED.findall(match[2]) for name, match in functions.items()}
    calls = _calls(uses, find_roots(text, top, source)[0])
    problems: list[Problem] = []
    metadata: Metadata | None = None
    for name in calls.keys() & functions.keys():
        mine = {one: kinds[one] for one in dict.fromkeys(uses[name]) if one in kinds}
        if not mine:
            continue
        if calls[name] > 1:
            metadata = metadata or Metadata({int(match[1]): match[2] for match in NODE.finditer(text)}, source)
            problems += [_shared(one, functions[name][2], calls[name], metadata) for one in mine]
        text = text.replace(functions[name][2], _with_locals(functions[name][2], mine))
    if problems:
        raise refusal(problems)
    return text


def _shared(name: str, body: str, calls: int, metadata: Metadata) -> Problem:
    debug = re.search(rf"ptr {re.escape(_guard(name))},.*!dbg !(\d+)", body)
    place = metadata.location(int(debug[1])) if debug is not None else None
    hint = "leave out static: each call then has a stream of its own"
    return problem_at(place, f"static stream {_label(name)}", "a function that is called once", f"{calls} calls", hint)


def _guard(name: str) -> str:
    """The variable that says whether a static one has been made."""
    return f"@_ZGV{name.removeprefix('@_Z')}"


def _calls(uses: Mapping[str, list[str]], top: str) -> dict[str, int]:
    """How many ways lead from the top to each function that it needs."""
    found: dict[str, int] = {}

    def go(name: str, above: frozenset[str]) -> None:
        found[name] = found.get(name, 0) + 1
        for one in uses[name]:
            if one in uses and one not in above and found.get(one, 0) < 2:
                go(one, above | {name})

    go(top, frozenset())
    return found


def _with_locals(body: str, kinds: Mapping[str, str]) -> str:
    """The body of a function whose static streams are locals, each made by its constructor without a condition."""
    head: list[str] = []
    for at, (name, kind) in enumerate(kinds.items()):
        guard = _guard(name)
        body = _GUARDED.sub(partial(_made, guard), body)
        body = re.sub(rf"^  store i(?:8|64) 1, ptr {re.escape(guard)},.*\n", "", body, flags=re.MULTILINE)
        owner = f"%{_label(name)}"
        owner += ".static" if re.search(rf"{owner}(?![\w.$-])", body) else ""
        head.append(f"  {owner} = alloca {kind}, align 1")
        addresses = dict.fromkeys(re.findall(_ELEMENT.replace("@NAME", re.escape(name)), body))
        for number, address in enumerate(addresses):
            element = f"{owner}.{at}.{number}"
            inner = address.removeprefix("getelementptr inbounds (").removesuffix(")")
            head.append(f"  {element} = getelementptr inbounds {inner.replace(name, owner)}")
            body = body.replace(address, element)
        body = re.sub(rf"{re.escape(name)}(?![\w.$-])", owner, body)
    entry, newline, rest = body.partition("\n")
    return f"{entry}{newline}" + "\n".join(head) + f"\n{rest}"


def _made(guard: str, match: re.Match[str]) -> str:
    if match[2] != guard:
        return match[0]
    return f"  {match[1]} = add i8 0, 0\n  {match[3]} = icmp eq i8 0, 0\n  br label {match[4]}\n"


def _label(name: str) -> str:
    """The name in C++, which stands at the end: its length, then itself, then maybe a number."""
    plain = plain_name(name)
    starts = (match.start() for match in re.finditer("E", plain))
    ends = (re.fullmatch(r"E(\d+)(\w+?)(?:_\d+)?", plain[start:]) for start in starts)
    return next((end[2] for end in ends if end is not None and int(end[1]) == len(end[2])), plain)
