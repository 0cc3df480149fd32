"""Runs the pinned clang: user's C++ -> preprocessed C++ -> unoptimised LLVM IR with line tables."""

import importlib.util
import itertools
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from fpdeep_gen.errors import Problem, ToolError
from fpdeep_gen.hls.frontend.places import refusal
from fpdeep_gen.hls.frontend.pragma_kinds import FRACTION

INCLUDE_DIR = Path(__file__).resolve().parent.parent / "include"
TARGET = ("-target", "x86_64-linux-gnu")
COMMON = (
    "-std=c++17",
    "-nostdinc",
    "-ffreestanding",
    "-fno-exceptions",
    "-fno-rtti",
    "-Wno-everything",
    "-ferror-limit=100",
    "-fconstexpr-steps=100000000",
)
TIMEOUT_S = 120


def preprocess(source: Path, include_dirs: Sequence[Path]) -> str:
    """The translation unit with its line markers; pragmas are still in it."""
    includes = [f"-I{path}" for path in (INCLUDE_DIR, *include_dirs)]
    language = ("-D__HLS_C__=1", "-Drestrict=__restrict") if source.suffix == ".c" else ()
    defines = ("-D__SYNTHESIS__=1", "-D__HLS_SYN__=1", "-D__VITIS_HLS__=1", *language)
    markers = ("-include", str(INCLUDE_DIR / "hls_stream.h"))  # for pragmas, and for the wrapper of the top
    flags = ("-E", "-dD", "-x", "c++", *TARGET, *COMMON)
    return with_macros(_run([*flags, *defines, *includes, *markers, str(source)], "", source), source)


_DIRECTIVE = re.compile(r"#\s*(?:define|undef)\s+(\w+)")
_PRAGMA = re.compile(r"\s*#\s*pragma\s+HLS\s(.*)", re.IGNORECASE)
_MARK = "__hls_pragma_line"


def with_macros(text: str, source: Path) -> str:
    """Preprocessed text that still has its definitions: without them, their macros replaced in HLS pragmas.

    The preprocessor leaves pragmas as they are. So it is run again, on the definitions and the pragmas alone.
    """
    lines = text.split("\n")
    defined = {line: found[1] for line in lines if (found := _DIRECTIVE.match(line)) is not None}
    pragmas = {at: found[1] for at, line in enumerate(lines) if (found := _PRAGMA.match(line)) is not None}
    names = set(defined.values())
    if any(names.intersection(re.findall(r"\w+", body)) for body in pragmas.values()):
        reduced = [f"{_MARK} {at} {pragmas[at]}" if at in pragmas else line for at, line in enumerate(lines)]
        reduced = [line for line in reduced if line in defined or line.startswith(_MARK)]
        done = _run(["-E", "-P", "-x", "c++", *TARGET, *COMMON, "-"], "\n".join(reduced) + "\n", source)
        for line in done.split("\n"):
            if line.startswith(_MARK):
                _, at, body = line.split(maxsplit=2)
                lines[int(at)] = f"#pragma HLS {body}"
    return "\n".join("" if line in defined else line for line in lines)


def compile_to_llvm(preprocessed: str, source: Path) -> str:
    """LLVM IR of preprocessed C++, before any optimisation."""
    flags = ("-O2", "-Xclang", "-disable-llvm-passes", "-fwrapv", "-fno-discard-value-names", "-gline-tables-only")
    more = ("-fno-threadsafe-statics", "-fno-builtin", "-fno-math-errno", "-ffp-contract=off", "-fno-use-cxa-atexit")
    arguments = ["-x", "c++-cpp-output", *TARGET, *COMMON, *flags, *more, "-S", "-emit-llvm", "-o", "-", "-"]
    return _run(arguments, preprocessed, source)


def describe_functions(preprocessed: str, name: str, source: Path) -> str:
    """JSON documents of clang's syntax tree, one for each declaration whose name contains `name`.

    Bodies are skipped where the type does not follow from them: checking them is most of the time that a file takes.
    """
    shown = ("-Xclang", "-ast-dump=json", "-Xclang", f"-ast-dump-filter={name}")
    tree = ("-fsyntax-only", "-Xclang", "-skip-function-bodies", *shown)
    return _run(["-x", "c++-cpp-output", *TARGET, *COMMON, *tree, "-"], preprocessed, source)


def _clang() -> Path:
    spec = importlib.util.find_spec("ziglang")
    if spec is None or spec.origin is None:
        raise ToolError("the C++ compiler is missing: the Python package ziglang is not installed")
    return Path(spec.origin).parent / "zig"


def _run(arguments: Sequence[str], text: str, source: Path) -> str:
    command = [str(_clang()), "clang", *arguments]
    try:
        done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(f"the C++ compiler did not run: {error}", command) from error
    if done.returncode == 0:
        try:
            return done.stdout.decode()
        except UnicodeDecodeError as error:
            found = f"byte {error.object[error.start]:#04x}"
            raise refusal([Problem(source, None, "C++", "UTF-8 text outside of comments", found)]) from error
    log = done.stderr.decode(errors="replace")
    problems = _problems(log, source)
    if not problems:
        raise ToolError(f"the C++ compiler failed with status {done.returncode}", command, log)
    raise refusal(problems)


_MESSAGE = re.compile(
    r"^(?P<file>[^:\n]+):(?P<line>\d+):(?P<column>\d+): (?P<kind>(?:fatal )?error|note): (?P<text>.*)$", re.MULTILINE
)
_MISSING = re.compile(r"^'(.*)' file not found")
_ASSERTED = re.compile(r"^static assertion failed due to requirement '(?:__is_class\((?P<type>.*)\)|.*)': (?P<text>.*)")

_FRACTION = re.compile(rf"^static assertion failed\b.*: {FRACTION}(.*)$")


def _problems(log: str, source: Path) -> list[Problem]:
    """The errors of clang's messages. One inside the dialect's headers is told at the code that asked for them, and if
    an assertion there failed, only with that: the others in headers follow from it."""
    own: list[Problem] = []
    asserted: list[Problem] = []
    others: list[Problem] = []
    messages = list(_MESSAGE.finditer(log))
    for number, error in enumerate(messages):
        if error["kind"] == "note":
            continue
        asking = itertools.takewhile(lambda one: one["kind"] == "note", messages[number + 1 :])
        place = next((one for one in (error, *asking) if Path(one["file"]).parent != INCLUDE_DIR), error)
        file = source if place["file"] == "<stdin>" else Path(place["file"])
        failed = _ASSERTED.match(error["text"]) if place is not error else None
        text = error["text"]
        if failed is not None:
            text = f"{failed['type']}: {failed['text']}" if failed["type"] else failed["text"]
        column = None if "hls_detail::layout_text_of" in place["text"] else int(place["column"])  # code of our own
        kind = own if place is error else others if failed is None else asserted
        kind.append(_problem(file, int(place["line"]), column, text))
    return [*own, *(asserted or others)]


def _problem(file: Path, line: int, column: int | None, text: str) -> Problem:
    fraction = _FRACTION.match(text)
    if fraction is not None:
        return Problem(file, line, fraction[1], "a whole number", "a fraction", "", _first_column(file, line))
    missing = _MISSING.match(text)
    if missing is None:
        return Problem(file, line, "C++", "code that the compiler accepts", text, "", column)
    headers = ", ".join(sorted(path.name for path in INCLUDE_DIR.iterdir() if path.is_file()))
    hint = f"pass its folder with -I, or guard it with #ifndef __SYNTHESIS__; there are: {headers}"
    return Problem(file, line, "#include", "a header for synthesis", f"{missing[1]}, which is not there", hint, column)


def _first_column(file: Path, line: int) -> int | None:
    """Where the text of a line begins, for what stands in the place of a pragma. None: there is no such line."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return None
    return len(lines[line - 1]) - len(lines[line - 1].lstrip()) + 1 if line <= len(lines) else None
