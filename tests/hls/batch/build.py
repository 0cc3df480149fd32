"""Builds a group of kernels at once: one native program of all, and one Verilator model with a top around all.

A kernel is a plain C++ file with a top function of stream arguments. In the native program each lies in a namespace of
its own, so that files need not know of each other; its RTL is made from the file alone.
"""

import functools
import itertools
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fpdeep_gen.hls.compile import CompiledKernel, compile_kernel
from fpdeep_gen.hls.emit.report import PortReport
from fpdeep_gen.hls.interface import Kind
from fpdeep_gen.hls.layout import Layout
from fpdeep_gen.hls.native_include import COMPILED_FIBERS, fiber_objects, native_include_dirs
from fpdeep_gen.hls.native_program import layout_type
from fpdeep_gen.hls.precompiled import precompiled
from fpdeep_gen.hls.tools import (
    compile_object,
    content_key,
    link,
    run_tool,
    runtime_objects,
    user_cache,
    verilator,
)
from tests.hls.batch.called import SUFFIX, Called, adapted

HERE = Path(__file__).parent
CACHE = HERE.parents[2] / "build" / "hls_batch"
_NO_COLLECTION = ("--param", "ggc-min-expand=400", "--param", "ggc-min-heapsize=1000000")  # saves a tenth of its time
NATIVE_FLAGS = ("-std=c++17", "-O0", "-fno-exceptions", "-w", "-fwrapv", *_NO_COLLECTION)
FIRST_HEADERS = ("ap_int.h", "hls_stream.h", "hls_task.h", "hls_vector.h")
VERILATOR_FLAGS = ("--cc", "-O3", "--x-assign", "fast", "--x-initial", "fast", "--no-timing")
QUIET = ("-Wno-fatal", "-Wno-lint", "-Wno-style")
_INCLUDE = re.compile(r"^\s*#\s*include\s+[<\"].*$", re.MULTILINE)
_MACRO = re.compile(r"^\s*#\s*define\s+(\w+)", re.MULTILINE)
_MODULE = re.compile(r"^module (\w+)", re.MULTILINE)
SHARED_MODULES = "fpdeep_"  # start of the names of library cells, guarded against a second definition


@dataclass(frozen=True)
class Source:
    """A C++ text and the name of its top, which is the kernel's name; of a `called` one the name ends in SUFFIX."""

    top: str
    text: str
    called: Called | None = None


@dataclass(frozen=True)
class Group:
    """What was built: `simulation` and `native` are programs (see driver.cpp and native.h)."""

    kernels: dict[str, CompiledKernel]
    simulation: Path
    native: Path


def build(sources: Sequence[Source], clock_mhz: float = 200.0, optimise: str = "-O0") -> Group:
    """Compile all; programs of the same content are built once."""
    kernels = {source.top: compile_source(source, clock_mhz) for source in sources}
    return Group(kernels, simulation(list(kernels.values()), optimise), native(sources, kernels))


def compile_source(source: Source, clock_mhz: float = 200.0) -> CompiledKernel:
    """RTL of one kernel."""
    folder = CACHE / "kernels" / content_key(source.top, source.text, str(clock_mhz))
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{source.top}.cpp"
    if not file.exists() or file.read_text() != source.text:
        file.write_text(source.text)
    if source.called is None:
        return compile_kernel(file, source.top, [], folder, clock_mhz)
    return adapted(compile_kernel(file, source.top + SUFFIX, [], folder, clock_mhz), source.called, source.top)


# native


def native(sources: Sequence[Source], kernels: dict[str, CompiledKernel]) -> Path:
    """`program kernel folder calls`."""
    main = _native_source(sources, kernels)
    headers = [*sorted(native_include_dirs()[0].glob("*.h")), HERE / "native.h"]
    key = content_key(main, str(NATIVE_FLAGS), *(header.read_text() for header in headers))
    return _made(CACHE / f"native_{key}", functools.partial(_build_native, main))


def _native_source(sources: Sequence[Source], kernels: dict[str, CompiledKernel]) -> str:
    includes = dict.fromkeys(line for source in sources for line in _INCLUDE.findall(source.text))
    lines = [*(f"#include <{name}>" for name in FIRST_HEADERS), *includes, '#include "native.h"']
    cases = []
    for source in sources:
        lines += [f"namespace in_{source.top} {{", f'#line 1 "{source.top}.cpp"', _INCLUDE.sub("", source.text)]
        lines += [source.called.native.replace("@", source.top), "}"] if source.called is not None else ["}"]
        lines += [f"#undef {name}" for name in dict.fromkeys(_MACRO.findall(source.text))]
        arguments = _arguments(source, kernels[source.top])
        names = ", ".join(f'"{name}"' for name, _ in arguments)
        layouts = f"batch::Words<{', '.join(layout_type(layout) for _, layout in arguments)}>{{}}"
        case = f"return batch::run(in_{source.top}::{source.top}, {layouts}, {{{names}}}, calls);"
        cases.append(f'    if (!std::strcmp(argv[1], "{source.top}")) {case}')
    head = ["int main(int, char** argv) {", "    batch::folder() = argv[2];", "    const int calls = atoi(argv[3]);"]
    return "\n".join([*lines, *head, *cases, "    return 2;", "}", ""])


def _arguments(source: Source, kernel: CompiledKernel) -> list[tuple[str, Layout]]:
    """Name and words of each argument of the native function, in the order of C++."""
    interface = kernel.report.interface
    assert interface is not None
    streams = [(one.name, one.layout) for one in interface.interface().of(Kind.STREAM)]
    if source.called is None:
        return streams
    given, made = source.called.layouts(kernel)
    return [("given", given), *streams, ("made", made)]


def _build_native(main: str, folder: Path) -> None:
    source = folder / "main.cpp"
    source.write_text(main)
    compiler = shutil.which("g++") or "g++"
    flags = [*NATIVE_FLAGS, COMPILED_FIBERS, *(f"-I{path}" for path in native_include_dirs())]
    flags += precompiled((compiler,), flags, FIRST_HEADERS, user_cache())
    unit = folder / "main.o"
    run_tool([compiler, *flags, f"-I{HERE}", "-c", str(source), "-o", str(unit)])
    run_tool(link([unit, *fiber_objects(folder)], folder / "program"))


# RTL


def simulation(kernels: Sequence[CompiledKernel], optimise: str = "-O0") -> Path:
    """`program folder seed stall timeout drain`."""
    texts = [kernel.verilog.read_text() for kernel in kernels]
    modules = [name for text in texts for name in _MODULE.findall(text) if not name.startswith(SHARED_MODULES)]
    twice = sorted({name for name in modules if modules.count(name) > 1})
    assert not twice, f"modules of the same name in two kernels: {twice}"
    table, top = _model_source(kernels), _wrapper(kernels)
    key = content_key(*texts, table, top, optimise, str(QUIET), str(VERILATOR_FLAGS))
    return _made(CACHE / f"rtl_{key}", functools.partial(_build_simulation, kernels, table, top, optimise))


def _build_simulation(kernels: Sequence[CompiledKernel], table: str, top: str, optimise: str, folder: Path) -> None:
    (folder / "group.sv").write_text(top)
    files = [*(str(kernel.verilog) for kernel in kernels), str(folder / "group.sv")]
    names = ["--prefix", "Vgroup", "--top-module", "group", "-Mdir", str(folder), "--output-split", "1000000"]
    run_tool(verilator(*VERILATOR_FLAGS, *QUIET, *names, *files))
    whole = folder / "whole.cpp"
    model = "".join(f'#include "{path.name}"\n' for path in sorted(folder.glob("Vgroup*.cpp")))
    whole.write_text(model + table)
    run_tool(compile_object(whole, folder / "whole.o", [optimise, f"-I{folder}", f"-I{HERE}"]))
    run_tool(link([folder / "whole.o", _driver_object(), *runtime_objects(folder)], folder / "program"))


def _driver_object() -> Path:
    source = HERE / "driver.cpp"
    key = content_key(source.read_text(), (HERE / "driver.h").read_text())

    def make(folder: Path) -> None:
        run_tool(compile_object(source, folder / "program", ["-O1"]))

    return _made(CACHE / f"driver_{key}", make)


def _wrapper(kernels: Sequence[CompiledKernel]) -> str:
    """A top whose ports are those of all kernels, numbered: Verilator would mangle longer names."""
    ports, instances = ["input wire ap_clk", "input wire ap_rst_n"], []
    numbers = itertools.count()
    for kernel in kernels:
        pins = [".ap_clk(ap_clk)", ".ap_rst_n(ap_rst_n)"]
        for port in kernel.report.ports:
            number = next(numbers)
            for suffix, width, is_input in _signals(port):
                size = f"[{width - 1}:0] " if width else ""
                ports.append(f"{'input' if is_input else 'output'} wire {size}p{number}{suffix}")
                pins.append(f".{port.name}_{suffix}(p{number}{suffix})")
        instances.append(f"  {kernel.top} u_{kernel.top} ({', '.join(pins)});")
    body = ",\n".join(f"  {port}" for port in ports)
    return "\n".join(["module group (", body, ");", *instances, "endmodule", ""])


def _signals(port: PortReport) -> list[tuple[str, int, bool]]:
    return [("tdata", port.width, port.is_input), ("tvalid", 0, port.is_input), ("tready", 0, not port.is_input)]


def _model_source(kernels: Sequence[CompiledKernel]) -> str:
    rows = []
    for kernel in kernels:
        for port in kernel.report.ports:
            name = f"model->p{len(rows)}"
            words = (port.width + 31) // 32
            size = next((size for size in (1, 2, 4, 8) if port.width <= 8 * size), 4 * words)
            kind = "true" if port.is_input else "false"
            where = f"&{name}tdata, &{name}tvalid, &{name}tready"
            rows.append(f'    {{"{kernel.top}", "{port.name}", {kind}, {size}, {words}, {where}}},')
    return "\n".join(
        [
            '#include "driver.h"',
            "static Vgroup* const model = new Vgroup{new VerilatedContext};",
            "static Port table[] = {",
            *rows,
            "};",
            "Port* const ports = table;",
            f"const int port_count = {len(rows)};",
            "void set_clock(bool clock) { model->ap_clk = clock; }",
            "void set_reset_n(bool reset_n) { model->ap_rst_n = reset_n; }",
            "void eval() { model->eval(); }",
            "",
        ]
    )


def _made(folder: Path, make: "functools.partial[None] | object") -> Path:
    """`folder`/program, made in a scratch folder first, so that it is whole or missing."""
    program = folder / "program"
    if not program.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
            assert callable(make)
            make(Path(scratch))
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            (Path(scratch) / "program").replace(program)
    return program
