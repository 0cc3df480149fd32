"""Native programs that run a top function and record its calls: from a stimulus, or under the user's test bench.

The kernel's source is compiled into one unit with a generated function that records its arguments, calls the top, and
records again. Under a test bench the linker puts that function in the place of the top for the bench's calls; in a file
that holds both, the calls are changed in its assembly.
"""

import os
import re
import subprocess
from collections.abc import Sequence
from enum import Enum
from functools import cache
from pathlib import Path

from fpdeep_gen.errors import InputError, Problem, ToolError
from fpdeep_gen.hls.frontend.clang import INCLUDE_DIR
from fpdeep_gen.hls.interface import RETURN, Argument, Control, Interface, Kind, Protocol
from fpdeep_gen.hls.layout import Array, Integer, Layout
from fpdeep_gen.hls.native_include import (
    COMPILED_FIBERS,
    RECORDER_CODE,
    fiber_objects,
    headers_before,
    native_include_dirs,
    recorder_before,
)
from fpdeep_gen.hls.redirect import REAL, defined_symbols, redirected
from fpdeep_gen.hls.tools import compiler, content_key, link, run_tool

SHIM = "fpdeep_shim"
_C_HEADERS = ("complex", "math", "stdbool", "stdio", "stdlib", "string")
_C_FLAGS = ("-x", "c", "-std=gnu11", "-O1", "-w", "-ffp-contract=off", "-Wno-error=implicit-function-declaration")
"""Test benches in C call functions that they do not declare."""
FLAGS = ("-std=c++17", "-O1", "-w", "-ffp-contract=off", COMPILED_FIBERS)


class Start(Enum):
    """What variables without a value start with, wherever they are declared, also in each iteration of a loop."""

    ZERO = "-ftrivial-auto-var-init=zero"
    PATTERN = "-ftrivial-auto-var-init=pattern"
    STACK = ""  # what the stack holds: often what the variable had an iteration before


def _starting(start: Start) -> list[str]:
    """Flags of the compiler; none that it does not know."""
    return [] if start is Start.STACK else [flag for flag in (start.value, "-fno-lifetime-dse") if _takes(flag)]


def layout_type(layout: Layout) -> str:
    """The C++ type that tells a layout."""
    if isinstance(layout, Integer):
        return f"fpdeep::Integer<{layout.width}>"
    if isinstance(layout, Array):
        return f"fpdeep::Array<{layout.count}, {layout_type(layout.element)}>"
    return f"fpdeep::Structure<{', '.join(map(layout_type, layout.members))}>"


def recorder_source(source: Path, top: str, interface: Interface, holds_bench: bool = False) -> str:
    """C++ of the unit with the kernel and the recording function. `holds_bench`: and with the bench's main()."""
    arguments = [one for one in interface.arguments if one.place != RETURN]
    returns = len(arguments) != len(interface.arguments)
    formals = ", ".join(f"fpdeep::argument_t<{place}, Top> {_formal(place)}" for place in _places(arguments))
    lines = ['#include "fpdeep_record.h"', *_included(source, holds_bench), f"using Top = decltype(::{top});"]
    if holds_bench:
        lines.append(f"__attribute__((noinline, noipa)) Top {top};")
        lines.append(f'extern "C" fpdeep::returned_t<Top> {REAL}({formals});')
    lines += [f'extern "C" fpdeep::returned_t<Top> {SHIM}({formals}) {{']
    lines += ["    static const fpdeep::AtEnd at_end;", "    auto& recorder = fpdeep::Recorder::instance();"]
    lines += ["    if (recorder.begins()) {" if interface.restarts else "    recorder.begin();"]
    lines += [f"    {line}" for one in arguments for line in _given(one)]
    lines += ["    }"] * interface.restarts
    lasting = {one.place: _passed(one) for one in arguments if one.lasting}
    passed = (lasting.get(place) or _formal(place) for place in _places(arguments))
    call = f"{REAL if holds_bench else f'::{top}'}({', '.join(passed)});"
    called = f"auto fpdeep_result = {call}" if returns else call
    lines.append(f"    recorder.call(true); {called} recorder.call(false);")
    lines += ["    if (recorder.ends()) {"] * interface.restarts
    lines += [f"    {line}" for one in arguments for line in _made(one)]
    lines.append("    recorder.end();")
    if returns:
        result = interface.arguments[-1]
        lines.append(f'    recorder.made<{layout_type(result.layout)}>("ap_return", fpdeep_result);')
    lines += ["    }"] * interface.restarts
    if returns:
        lines.append("    return fpdeep_result;")
    return "\n".join([*lines, "}", ""])


def _included(source: Path, holds_bench: bool) -> list[str]:
    """The kernel. One in C has C's names for the linker; the headers that C++ has templates in are there already.

    A main() that is not the bench's is never called.
    """
    lines = [f'#include "{source.resolve()}"']
    if not holds_bench:
        lines = ["#define main fpdeep_other_main", *lines, "#undef main"]
    if not _is_c(source):
        return lines
    before = (*(f"#include <{name}.h>" for name in _C_HEADERS), "#define restrict __restrict", 'extern "C" {')
    return [*before, *lines, "}", "#undef restrict"]


def _is_c(source: Path) -> bool:
    return source.suffix == ".c"


def _places(arguments: Sequence[Argument]) -> list[int]:
    """Numbers of the arguments in C++, where the members of a structure are one."""
    return sorted({one.place for one in arguments})


def _formal(place: int) -> str:
    """Of the recording function."""
    return f"argument_{place}"


def _object(one: Argument, whole: str) -> str:
    """What an argument is, in the C++ argument `whole`: itself, or a member of it."""
    return f"fpdeep::structure_of({whole}).{one.path}" if one.path else whole


def _given(one: Argument) -> list[str]:
    kind, value = layout_type(one.layout), _object(one, _formal(one.place))
    if one.kind is Kind.STREAM:
        is_input = str(one.direction.reads).lower()
        if one.count == 0:
            return [f'recorder.stream<{kind}>("{one.name}", {is_input}, {value});']
        return [
            f'recorder.stream<{kind}>("{one.name}_{index}", {is_input}, fpdeep::stream_at({value}, {index}));'
            for index in range(one.count)
        ]
    if one.lasting:
        return []
    if one.kind is Kind.ARRAY:
        memory = f'("{one.name}", fpdeep::memory_of({value})'
        placed = [f"recorder.place{memory});"] if one.memory else []
        return [*placed, f"recorder.given_array<{_element(one)}>{memory}, {_count(one)});"]
    return [f'recorder.given<{kind}>("{one.name}", {_value(one)});'] if one.direction.reads else []


def _passed(one: Argument) -> str:
    """An array that tasks use."""
    kinds = f"{_element(one)}, fpdeep::argument_t<{one.place}, Top>"
    return f'recorder.kept<{kinds}>("{one.name}", fpdeep::memory_of({_formal(one.place)}), {_count(one)})'


def _made(one: Argument) -> list[str]:
    if one.lasting:
        return []
    if one.kind is Kind.ARRAY:
        value = _object(one, _formal(one.place))
        made = f'recorder.made_array<{_element(one)}>("{one.name}", fpdeep::memory_of({value}), {_count(one)});'
        return [f"fpdeep::finished({value});", made]
    if one.kind is Kind.SCALAR and one.direction.writes:
        return [f'recorder.made<{layout_type(one.layout)}>("{one.name}", {_value(one)});']
    return []


def _value(one: Argument) -> str:
    value = _object(one, _formal(one.place))
    if one.is_value_array:
        return f"fpdeep::whole<{_count(one)}>({value})"
    return f"*{value}" if one.by_pointer else value


def _element(one: Argument) -> str:
    assert isinstance(one.layout, Array)
    return layout_type(one.layout.element)


def _count(one: Argument) -> int:
    assert isinstance(one.layout, Array)
    return one.layout.count


def stimulus_source(interface: Interface, calls: int) -> str:
    """C++ of a main program, in the same unit, that calls the top on a stimulus."""
    arguments = [one for one in interface.arguments if one.place != RETURN]
    wholes = {one.place for one in arguments if one.path}
    lines = ["int main() {"]
    lines += [f"    static fpdeep::pointed_t<fpdeep::argument_t<{one}, Top>> v{one}{{}};" for one in sorted(wholes)]
    for one in arguments:
        lines += [f"    {line}" for line in ([] if one.path else _variable(one))]
        if one.kind is Kind.STREAM:
            lines += [f"    {line}" for line in _fill(one)]
        elif one.kind is Kind.ARRAY or one.direction.reads:
            cells = f"c_{one.name}"
            lines.append(f'    const auto {cells} = fpdeep::stimulus("{one.name}");')
            lines.append(f"    const auto* {cells}_at = {cells}.data();")
    actuals = ", ".join(_actual(place, arguments) for place in _places(arguments))
    if interface.control is Control.FREE:
        lines.append(f"    hls::native::Scheduler::instance().add([&] {{ {SHIM}({actuals}); }});")
        lines.append("    fpdeep::Recorder::settle();")
    else:
        lines.append(f"    for (int call = 0; call < {calls}; ++call) {{")
        for one in arguments:
            value, cells = _object(one, f"v{one.place}"), f"c_{one.name}_at"
            if one.kind is Kind.ARRAY:
                lines.append(f"        for (auto& one : {value})")
                lines.append(f"            {cells} = fpdeep::take_integers<{_element(one)}>(one, {cells});")
            elif one.kind is Kind.SCALAR and one.direction.reads:
                lines.append(f"        {cells} = fpdeep::take_integers<{layout_type(one.layout)}>({value}, {cells});")
        lines += [f"        {SHIM}({actuals});", "    }"]
    lines += ["    fpdeep::Recorder::instance().finish();", "    std::fflush(nullptr);", "    std::_Exit(0);", "}"]
    return "\n".join([*lines, ""])


def _actual(place: int, arguments: Sequence[Argument]) -> str:
    name, kind = f"v{place}", f"fpdeep::argument_t<{place}, Top>"
    one = next(one for one in arguments if one.place == place)
    if one.path:
        return f"fpdeep::structure_as<{kind}>({name})"
    if one.protocol is Protocol.AXI:
        return f"fpdeep::handed<{kind}>({name})"
    return f"&{name}" if one.by_pointer else name


def _variable(one: Argument) -> list[str]:
    """What stands for an argument."""
    kind, name = f"fpdeep::argument_t<{one.place}, Top>", f"v{one.place}"
    if one.kind is Kind.STREAM and one.count:
        element = f"fpdeep::element_t<{kind}>"
        return [f"static {element} {name}[{one.count} / fpdeep::streams_in<{element}>];"]
    if one.kind is Kind.STREAM:
        return [f"static fpdeep::plain_t<{kind}> {name};"]
    if one.kind is Kind.ARRAY or one.is_value_array:
        return [f"static fpdeep::element_t<{kind}> {name}[{_count(one)}];"]
    return [f"{'fpdeep::pointed_t' if one.by_pointer else 'fpdeep::plain_t'}<{kind}> {name}{{}};"]


def _fill(one: Argument) -> list[str]:
    value, layout = _object(one, f"v{one.place}"), layout_type(one.layout)
    if not one.direction.reads:
        return []
    if one.count == 0:
        return [f'fpdeep::fill<{layout}>({value}, "{one.name}");']
    return [f'fpdeep::fill<{layout}>(fpdeep::stream_at({value}, {k}), "{one.name}_{k}");' for k in range(one.count)]


def build_native(
    folder: Path,
    source: Path,
    top: str,
    interface: Interface,
    include_dirs: Sequence[Path],
    bench: Path | None,
    calls: int,
    start: Start = Start.ZERO,
) -> Path:
    """The program, built once for its content in a folder below `folder`. Raises InputError for C++ errors.

    `start` is the kernel's; of the bench, PATTERN would be other inputs, so it starts at 0 then.
    """
    holds_bench = bench is not None and bench.resolve() == source.resolve()
    text = recorder_source(source, top, interface, holds_bench)
    text += stimulus_source(interface, calls) if bench is None else ""
    files = [source.resolve(), *([bench.resolve()] if bench is not None else [])]
    folders = [files[0].parent, *include_dirs, *(path.parent for path in files[1:])]
    includes = [f"-I{path}" for path in [*native_include_dirs(), *folders]]
    contents = _contents(files, include_dirs)
    flags = [*FLAGS, *_starting(start)]
    bench_flags = [*FLAGS, *_starting(Start.ZERO if start is Start.PATTERN else start)]
    code = native_include_dirs()[0] / RECORDER_CODE
    key = content_key(text, *includes, *flags, *map(str, compiler()), *contents, code.read_text(encoding="utf-8"))
    place = folder / f"native_{key}"
    program = place / "program"
    if program.exists():
        return program
    place.mkdir(parents=True, exist_ok=True)
    (place / "recorder.cpp").write_text(text, encoding="utf-8")
    unit = place / "recorder.o"
    before = headers_before(FLAGS, files, folders)
    first = before or recorder_before(FLAGS)
    if holds_bench:
        assembly = place / "recorder.s"
        _compile([*flags, *includes, *first, "-S", str(place / "recorder.cpp"), "-o", str(assembly)], source)
        lines = assembly.read_text(encoding="utf-8")
        assembly.write_text(redirected(lines, _one(defined_symbols(lines, top), top), SHIM), encoding="utf-8")
        run_tool([*compiler(), "-c", str(assembly), "-o", str(unit)])
    else:
        _compile([*flags, *includes, *first, "-c", str(place / "recorder.cpp"), "-o", str(unit)], source)
    objects, linking = [str(unit), *map(str, fiber_objects(place / "same"))], []
    if bench is not None and not holds_bench:
        objects.append(str(place / "bench.o"))
        language = _C_FLAGS if _is_c(bench) else [*bench_flags, *before]
        _compile([*language, *includes, "-c", str(bench.resolve()), "-o", objects[-1]], bench)
        symbol = _symbol(unit, top)
        linking = [f"-Wl,--wrap={symbol}", f"-Wl,--defsym=__wrap_{symbol}={SHIM}"]
    partial = place / "program.partial"
    run_tool(link(objects, partial, linking))
    partial.rename(program)
    return program


@cache
def _takes(flag: str) -> bool:
    """Whether the compiler knows a flag (the first: g++ from 12 on, clang from 16 on; the second: g++)."""
    command = [*compiler(), "-Werror", flag, "-x", "c++", "-E", os.devnull, "-o", os.devnull]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _contents(files: Sequence[Path], include_dirs: Sequence[Path]) -> list[str]:
    """Texts of the sources and of the headers around them."""
    folders = [*(path.resolve().parent for path in files), *include_dirs, native_include_dirs()[0], INCLUDE_DIR]
    headers = {path for folder in folders for path in folder.glob("*.h*")}
    return [path.read_text(encoding="utf-8", errors="replace") for path in [*files, *sorted(headers)]]


_ERROR = re.compile(r"^(?P<file>[^:\n]+):(?P<line>\d+):\d+: (?:fatal )?error: (?P<text>.*)$", re.MULTILINE)


def _compile(arguments: Sequence[str], source: Path) -> None:
    try:
        run_tool([*compiler(), *arguments])
    except ToolError as error:
        found = _ERROR.findall(error.log)
        if not found:
            raise
        problems = [
            Problem(Path(file), int(line), "C++", "code that the native compiler accepts", text)
            for file, line, text in found
        ]
        raise InputError(problems) from error


def _symbol(unit: Path, top: str) -> str:
    """The linker's name of the top."""
    data = unit.read_bytes()
    pattern = rb"(?:\0|_GLOBAL__sub_I_)(_Z" + str(len(top)).encode() + top.encode() + rb"[A-Za-z0-9_]*)(?=\0)"
    found = sorted({match.decode() for match in re.findall(pattern, data) if not match.startswith(b"_ZZ")})
    if not found and re.search(rb"(?:\0|_GLOBAL__sub_I_)" + top.encode() + rb"\0", data):
        return top  # extern "C"; linkers' names share their ends
    return _one(found, top)


def _one(found: Sequence[str], top: str) -> str:
    if len(found) == 1:
        return found[0]
    text = ", ".join(found) or "none"
    raise InputError([Problem(None, None, f"function {top}", "one function that a test bench can call", text)])


def run_native(program: Path, record: Path, stimulus: Path | None, working: Path) -> tuple[int, str]:
    """Runs the program with `record` for its files; its exit code and what it printed. ToolError after ten minutes."""
    record.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "FPDEEP_RECORD": str(record)}
    if stimulus is not None:
        environment["FPDEEP_STIMULUS"] = str(stimulus)
    try:
        done = subprocess.run(
            [str(program.resolve())],
            env=environment,
            cwd=working,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
    except subprocess.TimeoutExpired as error:
        raise ToolError("the native program took more than ten minutes", [str(program)]) from error
    return done.returncode, done.stdout + done.stderr
