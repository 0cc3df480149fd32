"""A board's RTL -> an archive of objects of its Verilator model. Equal RTL is built once (key: the content)."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fpdeep_gen.hls.tools import compile_object, compiler, model_flags, run_all, verilator
from fpdeep_gen.sim.rtl import RtlBoard
from fpdeep_gen.sim.toolchain import SLOW_FLAGS, Effort, files_key, find_verilator

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


_SMALL_BYTES = 200_000


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


def build_models(boards: Sequence[RtlBoard], cache: Path, effort: Effort) -> tuple[VerilatedModel, ...]:
    """Verilate and compile all boards, side by side; what `cache` already holds is not built again.

    `ToolError` with Verilator's or the compiler's messages if that fails.
    """
    folders = [cache / _key(board, effort) for board in boards]
    missing = {folder: board for folder, board in zip(folders, boards, strict=True) if not _is_built(folder)}
    for folder in missing:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    run_all([_verilate_command(board, folder) for folder, board in missing.items()])
    run_all([command for folder in missing for command in _compile_commands(folder, effort)])
    for folder in missing:
        (folder / "built").touch()
    return tuple(
        VerilatedModel(board.top, folder, tuple(sorted(folder.glob("*.o"))))
        for folder, board in zip(folders, boards, strict=True)
    )


def _key(board: RtlBoard, effort: Effort) -> str:
    tools = (str(VERILATOR_FLAGS), find_verilator().version, str(compiler()), str(model_flags()), str(effort))
    return files_key([board.top, *tools], board.sources)


def _is_built(folder: Path) -> bool:
    return (folder / "built").exists()


def _verilate_command(board: RtlBoard, folder: Path) -> list[str]:
    names = ("--prefix", f"V{board.top}", "--top-module", board.top, "-Mdir", str(folder))
    return verilator(*VERILATOR_FLAGS, *names, *(str(source.resolve()) for source in board.sources))


def _compile_commands(folder: Path, effort: Effort) -> list[list[str]]:
    """Slow parts run once, at the start; they are compiled for a quick build."""
    commands = []
    slow = {path: "__Slow" in path.name for path in sorted(folder.glob("*.cpp"), key=lambda path: -path.stat().st_size)}
    for is_slow, flags in ((False, effort.flags), (True, SLOW_FLAGS)):
        sources = [path for path, one in slow.items() if one == is_slow]
        small = [path for path in sources if path.stat().st_size < _SMALL_BYTES]
        if len(small) > 1:
            sources = [path for path in sources if path not in small] + [_joined(folder, small, is_slow)]
        commands += [compile_object(path, path.with_suffix(".o"), [*flags, f"-I{folder}"]) for path in sources]
    return commands


def _joined(folder: Path, sources: Sequence[Path], slow: bool) -> Path:
    """One file of some: most of the compiler's time for a small one goes into Verilator's headers."""
    path = folder / ("slow.cpp" if slow else "fast.cpp")
    path.write_text("".join(f'#include "{source.name}"\n' for source in sources), encoding="utf-8")
    return path
