"""`#pragma HLS` lines become calls of marker functions, on the same line, so that line numbers stay.

Marker arguments are C++ expressions in the scope of the pragma: they may use template parameters.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fpdeep_gen.hls.ir import Diagnostic, Location, Storage

STORAGE_OF = {
    "bram": Storage.BLOCK,
    "uram": Storage.BLOCK,
    "lutram": Storage.DISTRIBUTED,
    "srl": Storage.DISTRIBUTED,
    "register": Storage.REGISTERS,
    "registers": Storage.REGISTERS,
    "memory": Storage.BLOCK,
    "auto": Storage.AUTO,
}
STORAGE_CODES = tuple(Storage)
NEVER_MEETS = 0  # the distance that stands for `inter false`

_PRAGMA = re.compile(r"^(\s*)#\s*pragma\s+HLS\s+(.*?)\s*$", re.IGNORECASE)
_AROUND_SIGN = re.compile(r"\s*((?:[-+*/%<>=!&|^?:]|,)+)\s*")  # an expression may hold blanks around its signs
_MARKER = re.compile(r'^#\s*(?:line\s+)?(\d+)\s+"((?:[^"\\]|\\.)*)"')
SILENT = frozenset({"inline", "interface", "dataflow", "loop_tripcount", "reset", "function_instantiate", "top"})


@dataclass(frozen=True, slots=True)
class Pragma:
    """`flags` are the bare words in lower case, `options` the `key=expression` pairs with keys in lower case."""

    kind: str
    flags: frozenset[str]
    options: dict[str, str]


class _Refused(ValueError):
    """A pragma that is not honoured; the text says why."""


def rewrite(preprocessed: str, source: Path) -> tuple[str, list[Diagnostic]]:
    """Preprocessed C++ without HLS pragmas, and a diagnostic for each that is not honoured."""
    lines: list[str] = []
    warnings: list[Diagnostic] = []
    file, number = source, 0
    for line in preprocessed.split("\n"):
        place = _MARKER.match(line)
        if place is not None:
            number, file = int(place[1]) - 1, Path(place[2])
            lines.append(line)
            continue
        number += 1
        match = _PRAGMA.match(line)
        if match is None:
            lines.append(line)
            continue
        try:
            lines.append(match[1] + _calls(parse(match[2])))
        except _Refused as refusal:
            warnings.append(Diagnostic(Location(file, number), f"pragma HLS {match[2]}: {refusal}"))
            lines.append("")
    return "\n".join(lines), warnings


def parse(text: str) -> Pragma:
    """Splits what follows `#pragma HLS`."""
    words = list(_words(_AROUND_SIGN.sub(r"\1", text)))
    flags: set[str] = set()
    options: dict[str, str] = {}
    for word in words[1:]:
        key, equals, value = word.partition("=")
        if equals:
            options[key.lower()] = value
        else:
            flags.add(word.lower())
    return Pragma(words[0].lower() if words else "", frozenset(flags), options)


def _words(text: str) -> Iterator[str]:
    """Words at blanks outside parentheses and brackets."""
    word, depth = "", 0
    for char in text:
        depth += (char in "([{") - (char in ")]}")
        if char.isspace() and depth == 0:
            if word:
                yield word
            word = ""
        else:
            word += char
    if word:
        yield word


def _calls(pragma: Pragma) -> str:
    """The statement that stands for the pragma."""
    if pragma.kind in SILENT:
        if pragma.kind == "inline" and "off" in pragma.flags:
            raise _Refused("functions are always inlined")
        return ""
    maker = _MAKERS.get(pragma.kind)
    if maker is None:
        raise _Refused("not known here, ignored")
    return maker(pragma)


def _pipeline(pragma: Pragma) -> str:
    if "off" in pragma.flags:
        return ""
    return f"::__hls_mark_pipeline({pragma.options.get('ii', '1')});"


def _unroll(pragma: Pragma) -> str:
    if "off" in pragma.flags:
        return ""
    return f"::__hls_mark_unroll({pragma.options.get('factor', '0')});"


def _flatten(pragma: Pragma) -> str:
    return "::__hls_mark_flatten_off();" if "off" in pragma.flags else ""


def _object(pragma: Pragma) -> str:
    name = pragma.options.get("variable")
    if name is None:
        raise _Refused("names no variable")
    return f"(const volatile void *)&({name})"


def _partition(pragma: Pragma) -> str:
    kind = pragma.options.get("type", "").lower()
    if kind not in ("", "complete") or pragma.flags & {"cyclic", "block"}:
        raise _Refused("only complete partitions are supported; split the array in the source instead")
    return f"::__hls_mark_partition({_object(pragma)}, {pragma.options.get('dim', '1')});"


def _storage(pragma: Pragma) -> str:
    name = pragma.options.get("impl", "auto").lower()
    storage = STORAGE_OF.get(name)
    if storage is None:
        raise _Refused(f"impl={name} is unknown; one of {', '.join(STORAGE_OF)}")
    return f"::__hls_mark_storage({_object(pragma)}, {STORAGE_CODES.index(storage)});"


def _stream(pragma: Pragma) -> str:
    if "depth" not in pragma.options:
        raise _Refused("only depth= is supported")
    return f"::__hls_mark_depth({_object(pragma)}, {pragma.options['depth']});"


def _dependence(pragma: Pragma) -> str:
    if "intra" in pragma.flags or pragma.options.get("type", "inter").lower() == "intra":
        raise _Refused("the order within an iteration is always kept")
    if "inter" not in pragma.flags and "type" not in pragma.options:
        raise _Refused("neither inter nor intra")
    dependent = pragma.options.get("dependent", "false" if "false" in pragma.flags else "true").lower()
    distance = pragma.options.get("distance")
    if dependent == "false":
        return f"::__hls_mark_dependence({_object(pragma)}, {NEVER_MEETS});"
    if distance is None:
        raise _Refused("a true dependence needs distance=")
    return f"::__hls_mark_dependence({_object(pragma)}, {distance});"


_MAKERS: dict[str, Callable[[Pragma], str]] = {
    "pipeline": _pipeline,
    "unroll": _unroll,
    "loop_flatten": _flatten,
    "array_partition": _partition,
    "bind_storage": _storage,
    "stream": _stream,
    "dependence": _dependence,
}
