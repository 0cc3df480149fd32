"""Compiles kernels with g++ into one program of named cases, and runs a case on words.

A case is a config struct, one kernel as an `hls::task`, and its streams in the order of the kernel's arguments. The
program feeds the input streams from word files, takes the asked number of output words, lets the task run until
nothing moves, and fails if a word is left in any stream.
"""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.hls.native_include import native_include_dirs
from fpdeep_gen.hls.precompiled import precompiled
from fpdeep_gen.hls.tools import user_cache
from fpdeep_gen.sim.words import pack_words, read_words, unpack_words, write_words

Integers = NDArray[np.int64]
REPOSITORY = Path(__file__).resolve().parents[2]
KERNELS = REPOSITORY / "hls_kernels"
CACHE = REPOSITORY / "build" / "kernel_tests"
# The vendor's ap_int reads its own storage before it is set, hence the two warnings that are off.
UNINITIALIZED = ["-Wno-uninitialized", "-Wno-maybe-uninitialized"]
FLAGS = ["-std=c++17", "-O0", "-fno-exceptions", "-Wall", "-Werror", "-Wno-unknown-pragmas", *UNINITIALIZED]
RUN_SECONDS = 60


@dataclass(frozen=True)
class Port:
    """A stream (or an array of `count` streams) of words with `elements` fields of `bits` bits."""

    name: str
    type: str
    elements: int
    bits: int
    is_input: bool
    signed: bool = True
    count: int = 0

    def names(self) -> list[str]:
        """One name a stream."""
        return [f"{self.name}_{i}" for i in range(self.count)] if self.count else [self.name]

    def streams(self) -> list[str]:
        """One C++ expression a stream."""
        return [f"{self.name}[{i}]" for i in range(self.count)] if self.count else [self.name]


def vector_port(name: str, elements: int, bits: int, is_input: bool, signed: bool = True, count: int = 0) -> Port:
    """A stream of `hls::vector<ap_(u)int<bits>, elements>`."""
    kind = "ap_int" if signed else "ap_uint"
    return Port(name, f"hls::vector<{kind}<{bits}>, {elements}>", elements, bits, is_input, signed, count)


def scalar_port(name: str, bits: int, is_input: bool, signed: bool = True, count: int = 0) -> Port:
    """A stream of `ap_(u)int<bits>`."""
    kind = "ap_int" if signed else "ap_uint"
    return Port(name, f"{kind}<{bits}>", 1, bits, is_input, signed, count)


def command_port() -> Port:
    """The command stream; a word is four fields of 32 bits here."""
    return Port("command", "Command", 4, 32, is_input=True, signed=False)


def command(operation: int, images: int = 0, seed: int = 0, step: int = 0, learning_rate: int = 0) -> list[int]:
    """The four fields of a command word."""
    return [operation | images << 16, seed, step, learning_rate]


LOAD, TRAIN, INFER, DUMP = 1, 2, 3, 4


@dataclass(frozen=True)
class Case:
    """One kernel with one configuration.

    `config`: C++ members of the config struct besides `fields`. `around`: C++ before the case. `tasks`: declarations of
    inner streams and further tasks, put before the kernel's; `arguments`: the kernel's, where they are not the ports.
    """

    name: str
    kernel: str
    ports: tuple[Port, ...]
    fields: Mapping[str, int]
    config: str = ""
    around: str = ""
    tasks: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()

    def source(self) -> str:
        """The config struct and the function that runs the case."""
        members = "".join(f"    static constexpr int {name} = {value};\n" for name, value in self.fields.items())
        lines = [
            self.around,
            f"struct Config_{self.name} {{\n{members}{self.config}}};",
            f"static void case_{self.name}() {{",
        ]
        for port in self.ports:
            array = f"[{port.count}]" if port.count else f'("{port.name}")'
            lines.append(f"    hls_thread_local hls::stream<{port.type}> {port.name}{array};")
        lines.extend(f"    {line}" for line in self.tasks)
        arguments = ", ".join(self.arguments or [port.name for port in self.ports])
        lines.append(f"    hls_thread_local hls::task kernel({self.kernel}<Config_{self.name}>, {arguments});")
        for verb, wanted in (("feed", True), ("take", False), ("finish", False), ("finish", True)):
            for port in self.ports:
                if port.is_input == wanted:
                    for name, stream in zip(port.names(), port.streams(), strict=True):
                        lines.append(f'    {verb}<{port.type}>("{name}", {stream});')
        return "\n".join([*lines, "}", ""])


_MAIN_HEAD = """#include <cstring>
#include <map>
#include "fpdeep_kernels.h"
#include <fpdeep_words.h>

static std::map<std::string, std::size_t> counts;
static std::string folder;

template <typename T>
static void feed(const char* name, hls::stream<T>& stream) {
    fpdeep::read_words<T>(folder + "/" + name + ".bin", stream);
}
template <typename T>
static void take(const char* name, hls::stream<T>& stream) {
    if (counts.find(name) == counts.end()) {  // all that comes
        hls::stream<int> never;
        hls::native::Scheduler::instance().run_until(never, hls::native::Wait::word);
        counts[name] = stream.size();
    }
    fpdeep::write_words<T>(folder + "/" + name + ".bin", stream, counts[name]);
}
template <typename T>
static void finish(const char* name, hls::stream<T>& stream) {
    hls::native::Scheduler::instance().run_until(stream, hls::native::Wait::word);
    if (stream.size() != 0) {
        std::fprintf(stderr, "%zu words left in stream %s\\n", stream.size(), name);
        std::exit(5);
    }
}
"""


@dataclass(frozen=True)
class Program:
    """A compiled program of cases."""

    path: Path
    cases: Mapping[str, Case]

    def run(
        self, name: str, inputs: Mapping[str, Integers], counts: Mapping[str, int], expect_code: int = 0
    ) -> dict[str, Integers]:
        """Feed `inputs` (stream name -> words [n, elements]); take `counts` words of each output stream, else all."""
        case = self.cases[name]
        with tempfile.TemporaryDirectory() as folder:
            for port in case.ports:
                for stream in port.names() if port.is_input else ():
                    write_words(Path(folder) / f"{stream}.bin", pack_words(inputs[stream], port.bits))
            command_line = [str(self.path), name, folder, *(f"{key}={value}" for key, value in counts.items())]
            done = subprocess.run(command_line, capture_output=True, text=True, timeout=RUN_SECONDS, check=False)
            assert done.returncode == expect_code, f"{name}: exit {done.returncode}\n{done.stderr}"
            if expect_code:
                return {}
            return {
                stream: unpack_words(
                    read_words(Path(folder) / f"{stream}.bin", port.elements * port.bits),
                    port.elements,
                    port.bits,
                    port.signed,
                )
                for port in case.ports
                if not port.is_input
                for stream in port.names()
            }


def build(cases: Sequence[Case]) -> Program:
    """Compile the cases, or take the program that the same sources gave before."""
    dispatch = "".join(f'    if (!std::strcmp(argv[1], "{case.name}")) case_{case.name}();\n' for case in cases)
    main = (
        "int main(int argc, char** argv) {\n    folder = argv[2];\n    for (int i = 3; i < argc; ++i) {\n"
        "        const std::string text = argv[i];\n        const auto at = text.find('=');\n"
        "        counts[text.substr(0, at)] = std::stoul(text.substr(at + 1));\n    }\n"
        + dispatch
        + "    return 0;\n}\n"
    )
    source = _MAIN_HEAD + "\n".join(case.source() for case in cases) + main
    includes = native_include_dirs()
    digest = hashlib.sha256(source.encode())
    for header in sorted([*KERNELS.glob("*.h"), *includes[0].glob("*.h")]):
        digest.update(header.read_bytes())
    path = CACHE / digest.hexdigest()[:24]
    if not path.exists():
        _compile(source, path, includes)
    return Program(path, {case.name: case for case in cases})


def _compile(source: str, path: Path, includes: Sequence[Path]) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        file = Path(folder) / "main.cpp"
        file.write_text(source)
        compiler = shutil.which("g++") or "g++"
        flags = [*FLAGS, f"-I{includes[0]}", *(f"-isystem{path}" for path in includes[1:])]
        flags += precompiled((compiler,), flags, ("fpdeep_words.h", "hls_task.h"), user_cache())
        program = Path(folder) / "program"
        done = subprocess.run(
            [compiler, f"-I{KERNELS}", *flags, str(file), "-o", str(program)],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode:
            (CACHE / "failed.cpp").write_text(source)
        assert done.returncode == 0, done.stderr[:6000]
        program.replace(path)
