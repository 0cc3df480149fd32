"""Small kernels of one function each, as one design: native (g++, vendor's headers) against interpreter and RTL.

Every function is a free-running task on streams of `ap_(u)int`; a batch is one g++ run and one Verilator run.
"""

import hashlib
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fpdeep_gen.hls.compile import CompiledKernel, compile_kernel
from fpdeep_gen.hls.emit.report import ProcessReport
from fpdeep_gen.hls.frontend import front_end
from fpdeep_gen.hls.interpret import interpret
from fpdeep_gen.hls.ir import Module
from fpdeep_gen.hls.native_include import native_include_dirs
from fpdeep_gen.hls.simulate import read_words, simulate_streams, write_words
from tests.kernels.bench import FLAGS, REPOSITORY

CACHE = REPOSITORY / "build" / "pieces"
STALLS = (0.0, 0.35)
TEXTS = Path(__file__).with_suffix("")
HEAD = '#include "ap_int.h"\n#include "hls_stream.h"\n#include "hls_task.h"\n#include "hls_vector.h"\n'
_PORT = re.compile(r"hls::stream<ap_(u?)int<(\d+)>\s*>\s*&\s*(\w+)")


@dataclass(frozen=True)
class Port:
    """A stream argument; `bits` of a word."""

    name: str
    type: str
    bits: int


@dataclass(frozen=True)
class Piece:
    """`text` defines `void NAME(streams...)`; `inputs` feeds streams by argument; the other streams are outputs."""

    name: str
    text: str
    inputs: Mapping[str, Sequence[int]]

    @staticmethod
    def of(name: str, **inputs: Sequence[int]) -> "Piece":
        """The piece in `pieces/NAME.cpp`."""
        return Piece(name, (TEXTS / f"{name}.cpp").read_text(encoding="utf-8"), inputs)

    def ports(self) -> list[Port]:
        """The arguments in order."""
        head = re.search(rf"void {self.name}\(([^)]*)\)", self.text)
        assert head is not None, self.name
        return [Port(one[3], f"ap_{one[1]}int<{one[2]}>", int(one[2])) for one in _PORT.finditer(head[1])]

    def outputs(self) -> list[Port]:
        """The arguments that it writes."""
        return [port for port in self.ports() if port.name not in self.inputs]


@dataclass(frozen=True)
class Batch:
    """Pieces that are built together."""

    name: str
    pieces: tuple[Piece, ...]

    def piece(self, name: str) -> Piece:
        """By name."""
        return next(piece for piece in self.pieces if piece.name == name)

    def source(self) -> str:
        """A top with one task for each piece."""
        formals = [
            f"hls::stream<{port.type}>& {piece.name}_{port.name}" for piece in self.pieces for port in piece.ports()
        ]
        texts = (
            f"namespace in_{piece.name} {{\n{piece.text}}}\nusing in_{piece.name}::{piece.name};"
            for piece in self.pieces
        )
        lines = [HEAD, *texts, f"void {self.name}({', '.join(formals)}) {{"]
        for piece in self.pieces:
            arguments = ", ".join(f"{piece.name}_{port.name}" for port in piece.ports())
            lines.append(f"    hls_thread_local hls::task task_{piece.name}({piece.name}, {arguments});")
        return "\n".join([*lines, "}", ""])

    def native(self) -> dict[str, list[int]]:
        """Words of every output `piece_port` when each piece gets its inputs, from g++."""
        return _native(self)

    def words(self) -> dict[str, list[int]]:
        """Inputs as words, by `piece_port`."""
        return {
            f"{piece.name}_{port.name}": [word & (1 << port.bits) - 1 for word in piece.inputs[port.name]]
            for piece in self.pieces
            for port in piece.ports()
            if port.name in piece.inputs
        }

    def module(self) -> Module:
        """The front end's."""
        return front_end(_written(self), self.name, [])

    def interpreted(self) -> dict[str, list[int]]:
        """The same from the interpreter."""
        return interpret(self.module(), self.words(), idle_rounds=4000).outputs

    def compiled(self) -> CompiledKernel:
        """The RTL."""
        return compile_kernel(_written(self), self.name, [], CACHE / self.name)

    def process(self, name: str) -> ProcessReport:
        """The report of one piece."""
        return next(one for one in self.compiled().report.processes if one.name == name)

    def simulated(self, stall: float) -> dict[str, list[int]]:
        """The same from Verilator."""
        return _simulated(self, stall)


@cache
def _written_text(name: str, text: str) -> Path:
    folder = CACHE / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.cpp"
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    return path


def _written(batch: Batch) -> Path:
    return _written_text(batch.name, batch.source())


_MAIN = """
#include <cstdio>
#include <fpdeep_words.h>
int main(int, char** argv) {
    const std::string folder = argv[1];
    hls::stream<int> never;
"""


_results: dict[tuple[str, str], dict[str, list[int]]] = {}


def _native(batch: Batch) -> dict[str, list[int]]:
    ports = [(piece, port) for piece in batch.pieces for port in piece.ports()]
    lines = [batch.source(), _MAIN]
    lines += [f"    static hls::stream<{port.type}> {piece.name}_{port.name};" for piece, port in ports]
    for piece, port in ports:
        name = f"{piece.name}_{port.name}"
        if port.name in piece.inputs:
            lines.append(f'    fpdeep::read_words<{port.type}>(folder + "/{name}.bin", {name});')
    lines.append(f"    {batch.name}({', '.join(f'{piece.name}_{port.name}' for piece, port in ports)});")
    lines.append("    hls::native::Scheduler::instance().run_until(never, hls::native::Wait::word);")
    for piece, port in ports:
        name = f"{piece.name}_{port.name}"
        if port.name not in piece.inputs:
            lines.append(f'    fpdeep::write_words<{port.type}>(folder + "/{name}.bin", {name}, {name}.size());')
        else:
            lines.append(f'    if ({name}.size() != 0) std::printf("{name} %zu\\n", {name}.size());')
    text = "\n".join([*lines, "    return 0;\n}\n"])
    digest = hashlib.sha256(text.encode() + repr(sorted(batch.words().items())).encode()).hexdigest()[:24]
    if (batch.name, digest) in _results:
        return _results[batch.name, digest]
    folder = CACHE / batch.name
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / f"native_{digest}"
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        main = Path(scratch) / "main.cpp"
        main.write_text(text)
        if not program.exists():
            own, *others = native_include_dirs()
            flags = [*FLAGS, "-O0", "-w", f"-I{own}", *(f"-isystem{path}" for path in others)]
            built = Path(scratch) / "program"
            done = subprocess.run(
                ["g++", *flags, str(main), "-o", str(built)], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr[:6000]
            built.replace(program)
        for piece, port in ports:
            if port.name in piece.inputs:
                name = f"{piece.name}_{port.name}"
                write_words(Path(scratch) / f"{name}.bin", piece.inputs[port.name], port.bits)
        done = subprocess.run([str(program), scratch], capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        assert done.stdout == "", f"words left in inputs: {done.stdout}"
        found = {
            f"{piece.name}_{port.name}": read_words(Path(scratch) / f"{piece.name}_{port.name}.bin", port.bits)
            for piece in batch.pieces
            for port in piece.outputs()
        }
    _results[batch.name, digest] = found
    return found


def _simulated(batch: Batch, stall: float) -> dict[str, list[int]]:
    expected = {name: len(words) for name, words in batch.native().items()}
    result = simulate_streams(batch.compiled(), batch.words(), expected, stall, seed=7, drain_cycles=2000)
    return dict(result.outputs)
