"""A board's RTL -> an archive of objects of its Verilator model. Equal RTL is built once (key: the content)."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fpdeep_gen.sim.rtl import RtlBoard
from fpdeep_gen.sim.toolchain import (
    SLOW_FLAGS,
    Compiler,
    Effort,
    Verilator,
    content_key,
    find_compiler,
    find_verilator,
    run_all,
)

VERILATOR_FLAGS = (
    "--cc",
    "-O3",
    "--x-assign",
    "fast",
    "--x-initial",
    "fast",
    "--no-timing",
    "--flatten",
    "-Wno-fatal",
    "-Wno-lint",
    "-Wno-style",
    "-DFPDEEP_SIM",
    "--output-split",
    "20000",
)
DEFINES = ("-DVERILATOR=1", "-DVM_COVERAGE=0", "-DVM_SC=0", "-DVM_TRACE=0", "-DVM_TIMING=0", "-DVL_TIME_CONTEXT")
RUNTIME_SOURCES = ("verilated.cpp", "verilated_threads.cpp")


@dataclass(frozen=True)
class VerilatedModel:
    """Headers in `directory` (V<top>.h and V<top>___024root.h), objects in `objects`."""

    top: str
    directory: Path
    objects: tuple[Path, ...]

    def root_header(self) -> str:
        """Text of the header that declares the model's variables."""
        return (self.directory / f"V{self.top}___024root.h").read_text(encoding="utf-8")

    def fifo_prefixes(self) -> dict[str, str]:
        """Prefix of the variables of each FIFO that has counters, by stream name."""
        pattern = re.compile(r"\b(\w+__DOT__u_(\w+?)__DOT__)pushed;")
        return {match.group(2): match.group(1) for match in pattern.finditer(self.root_header())}


def include_flags(verilator: Verilator, models: Sequence[VerilatedModel]) -> list[str]:
    """Compiler flags to include the headers of Verilator and of models."""
    folders = [verilator.include, verilator.include / "vltstd", *(model.directory for model in models)]
    return [*DEFINES, *(f"-I{folder}" for folder in folders)]


def build_models(boards: Sequence[RtlBoard], cache: Path, effort: Effort) -> tuple[VerilatedModel, ...]:
    """Verilate and compile all boards, side by side; what `cache` already holds is not built again.

    `ToolError` with Verilator's or the compiler's messages if that fails.
    """
    compiler, verilator = find_compiler(), find_verilator()
    folders = [cache / _key(board, compiler, verilator, effort) for board in boards]
    missing = {folder: board for folder, board in zip(folders, boards, strict=True) if not _is_built(folder)}
    for folder in missing:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    run_all([_verilate_command(board, folder, verilator) for folder, board in missing.items()])
    run_all([command for folder in missing for command in _compile_commands(folder, compiler, verilator, effort)])
    for folder in missing:
        (folder / "built").touch()
    return tuple(
        VerilatedModel(board.top, folder, tuple(sorted(folder.glob("*.o"))))
        for folder, board in zip(folders, boards, strict=True)
    )


def build_runtime(cache: Path) -> tuple[Path, ...]:
    """Objects of Verilator's own run-time library."""
    compiler, verilator = find_compiler(), find_verilator()
    folder = cache / content_key([verilator.version, str(compiler)], [])
    objects = tuple(folder / f"{Path(name).stem}.o" for name in RUNTIME_SOURCES)
    if not _is_built(folder):
        folder.mkdir(parents=True, exist_ok=True)
        run_all(
            [
                compile_command(compiler, verilator, verilator.include / name, output, ["-O1"], [])
                for name, output in zip(RUNTIME_SOURCES, objects, strict=True)
            ]
        )
        (folder / "built").touch()
    return objects


def compile_command(
    compiler: Compiler,
    verilator: Verilator,
    source: Path,
    output: Path,
    flags: Sequence[str],
    models: Sequence[VerilatedModel],
) -> list[str]:
    """The command that compiles one source file that uses Verilator's headers."""
    includes = include_flags(verilator, models)
    return [*compiler.command, "-std=c++20", "-w", *flags, *includes, "-c", str(source), "-o", str(output)]


def _key(board: RtlBoard, compiler: Compiler, verilator: Verilator, effort: Effort) -> str:
    return content_key([board.top, str(VERILATOR_FLAGS), verilator.version, str(compiler), str(effort)], board.sources)


def _is_built(folder: Path) -> bool:
    return (folder / "built").exists()


def _verilate_command(board: RtlBoard, folder: Path, verilator: Verilator) -> list[str]:
    return [
        *("env", f"VERILATOR_ROOT={verilator.root}", str(verilator.command)),
        *VERILATOR_FLAGS,
        *("--prefix", f"V{board.top}", "--top-module", board.top, "-Mdir", str(folder)),
        *(str(source.resolve()) for source in board.sources),
    ]


def _compile_commands(folder: Path, compiler: Compiler, verilator: Verilator, effort: Effort) -> list[list[str]]:
    """Slow parts run once, at the start; they are compiled for a quick build."""
    sources = sorted(folder.glob("*.cpp"), key=lambda path: -path.stat().st_size)
    return [
        compile_command(
            compiler,
            verilator,
            source,
            source.with_suffix(".o"),
            [*(SLOW_FLAGS if "__Slow" in source.name else effort.flags), f"-I{folder}"],
            [],
        )
        for source in sources
    ]
