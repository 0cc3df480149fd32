"""HLS C++ -> SystemVerilog and report, with a cache keyed by content."""

import functools
import importlib.metadata
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fpdeep_gen.hls.drawing.chart import charts
from fpdeep_gen.hls.drawing.html import draw_html
from fpdeep_gen.hls.drawing.text import draw_text
from fpdeep_gen.hls.emit.module import Emitted, emit_module
from fpdeep_gen.hls.emit.report import KernelReport
from fpdeep_gen.hls.ir import Module
from fpdeep_gen.hls.parts import DEFAULT_PART, Part
from fpdeep_gen.hls.tools import content_key, run_tool, verilator

CACHE = ".fpdeep_cache"
_HEADER_SUFFIXES = (".h", ".hpp", ".hh")


@dataclass(frozen=True)
class CompiledKernel:
    """A compiled top: where its files are, and what the report says."""

    top: str
    verilog: Path
    report_file: Path
    report: KernelReport


def compile_kernel(
    source: Path,
    top: str,
    include_dirs: Sequence[Path],
    output: Path,
    clock_mhz: float = 200.0,
    draw_schedule: bool = False,
    part: Part = DEFAULT_PART,
    auto_pipeline: bool = True,
    byte_tdata: bool = False,
) -> CompiledKernel:
    """Compile the function `top` of a C++ file to `output`/<top>.sv and <top>.json.

    `part`: its family decides delays, multipliers and memories.
    `auto_pipeline`: innermost loops without PIPELINE are pipelined where that is faster.
    `byte_tdata`: TDATA of AXI4-Stream ports is as wide as whole bytes; the bits above a word are 0, or not looked at.
    `draw_schedule`: also <top>.schedule.txt and <top>.schedule.html, which are never taken from the cache.

    Raises InputError when the C++ is not what the dialect allows, ToolError when clang is missing or broke.
    """
    from fpdeep_gen.hls.frontend import front_end  # the C++ side is needed here alone

    def make() -> Emitted:
        return emit_module(front_end(source, top, include_dirs, auto_pipeline), clock_mhz, part, byte_tdata)

    if draw_schedule:
        emitted = make()
        _draw(top, output, clock_mhz, emitted)
        return _write(top, output, emitted)
    key = _source_key(source, top, include_dirs, clock_mhz)
    key = content_key(key, part.name, str(auto_pipeline), str(byte_tdata))
    return _cached(top, output, key, make)


def compile_module(module: Module, output: Path, clock_mhz: float = 200.0) -> CompiledKernel:
    """The same from an IR module, without a cache."""
    emitted = emit_module(module, clock_mhz)
    return _write(module.top.name, output, emitted)


def lint(kernel: CompiledKernel) -> None:
    """Check the RTL with Verilator -Wall. Raises ToolError with the messages."""
    run_tool(verilator("--lint-only", "-Wall", "--top-module", kernel.report.module, str(kernel.verilog)))


def _cached(top: str, output: Path, key: str, make: Callable[[], Emitted]) -> CompiledKernel:
    folder = output.parent / CACHE / key
    verilog, report = folder / f"{top}.sv", folder / f"{top}.json"
    if verilog.exists() and report.exists():
        text = report.read_text(encoding="utf-8")
        return _write(top, output, Emitted(verilog.read_text(encoding="utf-8"), KernelReport.from_json(text)))
    emitted = make()
    _write(top, folder, emitted)
    return _write(top, output, emitted)


def _write(top: str, output: Path, emitted: Emitted) -> CompiledKernel:
    output.mkdir(parents=True, exist_ok=True)
    verilog, report = output / f"{top}.sv", output / f"{top}.json"
    _replace(verilog, emitted.verilog)
    _replace(report, emitted.report.to_json())
    return CompiledKernel(top, verilog, report, emitted.report)


def schedule_files(output: Path, top: str) -> tuple[Path, Path]:
    """Where the drawings of a kernel's schedule lie: text, HTML."""
    return output / f"{top}.schedule.txt", output / f"{top}.schedule.html"


def _draw(top: str, output: Path, clock_mhz: float, emitted: Emitted) -> None:
    output.mkdir(parents=True, exist_ok=True)
    drawn = charts(emitted.schedules)
    text, html = schedule_files(output, top)
    _replace(text, draw_text(top, clock_mhz, drawn))
    _replace(html, draw_html(top, clock_mhz, drawn))


def _replace(path: Path, text: str) -> None:
    """Write as a whole or not at all; an equal file keeps its time."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        file.write(text)
    Path(file.name).replace(path)


def _source_key(source: Path, top: str, include_dirs: Sequence[Path], clock_mhz: float) -> str:
    """A hash of all that the result follows from: source, headers beside it and on the path, the compiler itself."""
    headers = [
        path
        for folder in [source.parent, *include_dirs]
        for path in sorted(folder.rglob("*"))
        if path.suffix in _HEADER_SUFFIXES
    ]
    texts = [f"{path.name}\n{path.read_text(encoding='latin-1')}" for path in [source, *headers]]  # of any encoding
    return content_key(top, str(clock_mhz), _compiler_key(), *texts)


@functools.cache
def _compiler_key() -> str:
    """A hash of the compiler; a process runs one, whatever happens to its files meanwhile."""
    package = Path(__file__).parent
    own = [
        path
        for pattern in ("*.py", "*.sv", "include/**/*")
        for path in sorted(package.rglob(pattern))
        if path.is_file()
    ]
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("ziglang", "llvmlite")]
    return content_key(*versions, *(f"{path.name}\n{path.read_text(encoding='utf-8')}" for path in own))
