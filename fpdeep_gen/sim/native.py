"""The emitted C++ of all boards as one native program: built once, then run on the words of a host's program."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from fpdeep_gen.hls.native_include import COMPILED_FIBERS, chain_before, fiber_objects, native_include_dirs
from fpdeep_gen.hls.tools import compiler, large_source_flags, linker_flags, run_tool
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.sim.host import WEIGHT_PORT_BITS, HostOutput, Program, decode, encode
from fpdeep_gen.sim.toolchain import files_key
from fpdeep_gen.sim.words import read_words, write_words

RESULT_BITS = 32


@dataclass(frozen=True)
class NativeModel:
    """A built native program."""

    executable: Path


def build_native(project: Path, cache: Path, optimise: str = "-O0") -> NativeModel:
    """Build `<project>/csim/main.cpp`; equal sources are built once. `ToolError` with the compiler's messages.

    `optimise`: the compiler's flag; a few images run faster than an optimised program is built.
    """
    folders = [project / "hls_kernels", *native_include_dirs()]
    own = [project / "csim", *project.glob("board_*/src"), *folders[:2]]
    key = files_key([str(compiler()), optimise], sorted(path for folder in own for path in _sources(folder)))
    executable = cache / f"native_{key}"
    if not executable.exists():
        cache.mkdir(parents=True, exist_ok=True)
        temporary = cache / f"native_{key}.new"
        flags = ["-std=c++17", optimise, "-fno-exceptions", "-w", COMPILED_FIBERS]
        fibers = map(str, fiber_objects(cache / "fibers"))
        before = chain_before(flags) if optimise == "-O0" else []  # else it is the smaller part of the time
        flags += [*(f"-I{folder}" for folder in folders), *before, *large_source_flags()]
        run_tool(
            [*compiler(), *flags, *linker_flags(), str(project / "csim" / "main.cpp"), *fibers, "-o", str(temporary)]
        )
        temporary.rename(executable)
    return NativeModel(executable)


def run_native(model: NativeModel, plan: Plan, program: Program, directory: Path) -> HostOutput:
    """Run a program. `ToolError` if the chain deadlocks or sends more words than expected.

    `directory` keeps all word files: those of the host in `inputs` and `outputs`, and what went over each link
    (`link_<i>_up.bin`, `link_<i>_down.bin`) in `traffic`.
    """
    words = encode(plan, program)
    shutil.rmtree(directory, ignore_errors=True)
    inputs, outputs, traffic = (directory / name for name in ("inputs", "outputs", "traffic"))
    for folder in (inputs, outputs, traffic):
        folder.mkdir(parents=True)
    for name, content in words.inputs().items():
        write_words(inputs / f"{name}.bin", content)
    counts = (str(words.expected_results), str(words.expected_dump))
    run_tool([str(model.executable), str(inputs), str(outputs), *counts, str(traffic)])
    result = read_words(outputs / "host_result.bin", RESULT_BITS)
    return decode(plan, program, result, read_words(outputs / "host_dump.bin", WEIGHT_PORT_BITS))


def _sources(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix in (".h", ".cpp"))
