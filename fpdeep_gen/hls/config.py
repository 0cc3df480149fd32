"""The vendor's configuration of a component (`hls_config.cfg`): source, top, clock, part, test bench and directives.

Lines `key=value`, some of them more than once; `[hls]` before most, `part` in front of it. What is read: `part`,
`clock` (ns without a unit), `syn.file`, `syn.top`, `syn.cflags`, `syn.file_cflags`, `tb.file`, `tb.cflags`,
`tb.file_cflags` and `syn.directive.*`. What concerns packaging, simulation and place and route says nothing here;
everything else is told of.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.files import read_text
from fpdeep_gen.hls.tools import content_key

_LINE = re.compile(r"\s*(?P<key>[\w.]+)\s*=\s*(?P<value>.*?)\s*$")
_CLOCK = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>ps|ns|us|khz|mhz|ghz|)", re.IGNORECASE)
_PERIOD_NS = {"": 1.0, "ns": 1.0, "ps": 1e-3, "us": 1e3}
_MHZ = {"khz": 1e-3, "mhz": 1.0, "ghz": 1e3}
_SOURCES = (".c", ".cpp", ".cc", ".cxx")
_SILENT = ("package.", "csim.", "cosim.", "vivado.", "syn.output.", "syn.debug.", "syn.rtl.", "flow_target=vivado")
DIRECTIVE = "fpdeep_directive"
"""The pragma that hands a directive to the front end: kind, place, what else it says, file and line."""


@dataclass(frozen=True)
class Component:
    """What a configuration says, paths as they are found from where the program runs.

    `clock_mhz` and `part` None: it says nothing. `flags`: `-I` and `-D` of sources and of benches. `warnings`: with
    file and line.
    """

    file: Path
    sources: tuple[Path, ...]
    top: str
    clock_mhz: float | None
    part: str | None
    benches: tuple[Path, ...]
    include_dirs: tuple[Path, ...]
    defines: tuple[str, ...]
    bench_defines: tuple[str, ...]
    directives: tuple[str, ...]
    warnings: tuple[str, ...]

    def source(self, folder: Path) -> Path:
        """The C++ file to compile: the only one, or one in `folder` that stands for all and holds the directives."""
        if len(self.sources) == 1 and not self.defines and not self.directives:
            return self.sources[0]
        return _joined(folder / f"{self.top}_sources", self.sources, self.defines, self.directives)

    def testbench(self, folder: Path) -> Path | None:
        """The test bench, if there is one: likewise."""
        if not self.benches or (len(self.benches) == 1 and not self.bench_defines):
            return self.benches[0] if self.benches else None
        return _joined(folder / f"{self.top}_benches", self.benches, self.bench_defines, ())


def _joined(place: Path, files: Sequence[Path], defines: Sequence[str], directives: Sequence[str]) -> Path:
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in files]
    lines = [f"// contents: {content_key(*texts)}"]  # so that it differs when they do
    for one in defines:
        name, _, value = one.partition("=")
        lines.append(f"#define {name} {value or '1'}" if "=" not in one or value else f"#define {name}")
    lines += [f"#pragma {DIRECTIVE} {one}" for one in directives]
    lines += [f'#include "{path.resolve()}"' for path in files]
    made = place.with_suffix(".c" if all(path.suffix == ".c" for path in files) else ".cpp")
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return made


@dataclass
class _Reader:
    """Collects what the lines say; all problems at once."""

    file: Path
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    sources: list[Path] = field(default_factory=list)
    benches: list[Path] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    defines: dict[str, list[str]] = field(default_factory=lambda: {"syn": [], "tb": []})
    directives: list[str] = field(default_factory=list)
    single: dict[str, str] = field(default_factory=dict)
    clock_mhz: float | None = None

    def line(self, number: int, text: str) -> None:
        found = _LINE.fullmatch(text)
        if found is None:
            self.problem(number, "line", "key=value", text.strip())
            return
        key, value = found["key"], found["value"]
        match key:
            case "part" | "syn.top":
                self.single[key] = value
            case "clock":
                self.clock(number, value)
            case "syn.file" | "tb.file":
                self.add_file(number, key, value)
            case "syn.cflags" | "tb.cflags":
                self.flags(number, key, value)
            case "syn.file_cflags" | "tb.file_cflags":
                self.flags(number, key, value.partition(",")[2])
            case _ if key.startswith("syn.directive."):
                self.directives.append(_directive(key.removeprefix("syn.directive."), value, self.file, number))
            case _ if not f"{key}={value.lower()}".startswith(_SILENT):
                why = "; arguments without INTERFACE become pins, as for vivado" if key == "flow_target" else ""
                self.warnings.append(f"{self.file}:{number}: {key}={value} is ignored{why}")

    def clock(self, number: int, value: str) -> None:
        found = _CLOCK.fullmatch(value)
        if found is None or float(found["number"]) == 0:
            self.problem(number, "clock", "a period or a frequency, as 5, 5ns or 200MHz", value)
            return
        amount, unit = float(found["number"]), found["unit"].lower()
        self.clock_mhz = amount * _MHZ[unit] if unit in _MHZ else 1000.0 / (amount * _PERIOD_NS[unit])

    def add_file(self, number: int, key: str, value: str) -> None:
        path = self.file.parent / value.partition(",")[0]
        if path.suffix not in _SOURCES:
            return  # headers, and data of the test bench
        if not path.is_file():
            self.problem(number, key, "a C or C++ file", f"{path}: no such file")
        (self.sources if key == "syn.file" else self.benches).append(path)

    def flags(self, number: int, key: str, value: str) -> None:
        words = iter(shlex.split(value))
        for word in words:
            kind, rest = word[:2], word[2:] or (next(words, "") if word in ("-I", "-D") else "")
            if kind == "-I":
                self.folders.append(self.file.parent / rest)
            elif kind == "-D":
                self.defines[key.partition(".")[0]].append(rest)
            else:
                self.warnings.append(f"{self.file}:{number}: {key}: {word} is ignored")

    def problem(self, number: int | None, what: str, expected: str, found: str, hint: str = "") -> None:
        self.problems.append(Problem(self.file, number, what, expected, found, hint))


_VARIABLES = (
    *("array_partition", "array_reshape", "bind_storage", "stream", "dependence", "stable", "aggregate"),
    *("disaggregate", "bind_op", "reset", "function_instantiate"),
)
"""Directives whose word without `=` is a variable."""
_WORDS = {
    "interface": (
        *("axis", "ap_fifo", "ap_none", "ap_stable", "ap_vld", "ap_ovld", "ap_ack", "ap_hs", "ap_memory", "bram"),
        *("s_axilite", "m_axi", "ap_ctrl_none", "ap_ctrl_hs", "ap_ctrl_chain", "register"),
    ),
    "dependence": ("inter", "intra", "raw", "war", "waw", "true", "false"),
}
"""Other words that these two may have."""


def _directive(kind: str, value: str, file: Path, number: int) -> str:
    """`kind place "file" line option...`: options as a pragma has them, variables and ports by name."""
    place, *words = value.split()
    options = []
    for word in (one.lstrip("-") for one in words):
        key, equals, said = word.partition("=")
        if equals and said.lower() in ("true", "false"):
            options += [key] * (said.lower() == "true")
        elif equals or kind not in (*_VARIABLES, "interface") or key.lower() in _WORDS.get(kind, ()):
            options.append(word)
        else:
            options.append(f"{'port' if kind == 'interface' else 'variable'}={word}")
    return f'{kind} {place} "{file}" {number} {" ".join(options)}'.rstrip()


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that say something, with their numbers; sections have no meaning here."""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split("#")[0] if line.lstrip().startswith("#") else line
        if line.strip() and not re.fullmatch(r"\s*\[\w+\]\s*", line):
            yield number, line


def read_component(file: Path, top: str | None = None) -> Component:
    """Reads a configuration; `top` stands for its own. Raises InputError with all that is wrong in it."""
    reader = _Reader(file)
    for number, line in _lines(read_text(file, "a configuration", field="--config")):
        reader.line(number, line)
    if not reader.sources:
        reader.problem(None, "syn.file", "a C or C++ file", "none")
    name = top or reader.single.get("syn.top", "")
    if not name:
        reader.problem(None, "syn.top", "the name of the top function", "none")
    if reader.problems:
        raise InputError(reader.problems)
    return Component(
        file,
        tuple(reader.sources),
        name,
        reader.clock_mhz,
        reader.single.get("part"),
        tuple(reader.benches),
        (file.parent, *reader.folders),
        tuple(reader.defines["syn"]),
        tuple(reader.defines["tb"]),
        tuple(reader.directives),
        tuple(reader.warnings),
    )
