"""Builds RTL with Verilator and runs `stream_bench` on it under cocotb."""

import contextlib
import fcntl
import functools
import hashlib
import importlib.metadata
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch
from xml.etree import ElementTree

from cocotb_tools.runner import get_runner

import fpdeep_gen.hls
from fpdeep_gen.hls.precompiled import precompiled
from fpdeep_gen.hls.tools import user_cache
from fpdeep_gen.sim.toolchain import find_verilator

REPOSITORY = Path(__file__).resolve().parents[2]
CACHE = REPOSITORY / "build" / "hw_tests"
RUNTIME = CACHE / f"runtime_{importlib.metadata.version('verilator')}_{importlib.metadata.version('cocotb')}"
FIFO = Path(fpdeep_gen.hls.__file__).parent / "cells" / "fpdeep_fifo.sv"
BUILD_ARGUMENTS = ("-O3", "--x-assign", "fast", "--x-initial", "fast", "--no-timing", "-Wno-fatal", "-Wno-lint")
ONLY_PORTS = "--no-public-flat-rw"
"""cocotb asks for access to every signal, which makes the model several times as large; the benches use ports alone."""
PORTS = ("ap_clk", "ap_rst_n", "*_tdata", "*_tvalid", "*_tready")

LATER = 4e9
"""A time after that of any generated header."""
QUICK_BUILD = {"MAKEFLAGS": "OPT_FAST=-O0 OPT_GLOBAL=-O0 OPT_SLOW=-O0 CFG_CXXFLAGS_PCH_I=-include"}
"""The benches run for seconds: most of a test's time is the C++ compiler's. The last setting is one that the packaged
Verilator lacks: without it the precompiled header of a large design is not found."""
MODEL_DEFINES = {"VERILATOR": 1, "VM_COVERAGE": 0, "VM_SC": 0, "VM_TIMING": 0, "VM_TRACE": 0}
"""What Verilator's makefile defines, as its header reads it."""


@dataclass(frozen=True)
class Bench:
    """A built simulation of module `top`."""

    top: str
    build: Path


def build_bench(source: Path, top: str, parameters: Mapping[str, object] | None = None) -> Bench:
    """Build once for the content of `source`."""
    text = source.read_text()
    key = hashlib.sha256(repr((text, top, parameters, BUILD_ARGUMENTS, ONLY_PORTS, PORTS)).encode()).hexdigest()[:24]
    folder = CACHE / f"{top}_{key}"
    if not (folder / "built").exists():
        folder.mkdir(parents=True, exist_ok=True)
        verilator = find_verilator()
        path = f"{verilator.command.parent}{os.pathsep}{os.environ['PATH']}"
        seen = folder / "ports.vlt"
        lines = [f'public_flat_rw -module "{top}" -var "{name}"\n' for name in PORTS]
        seen.write_text("".join(["`verilator_config\n", *lines]))
        environment = {**_quick_build(), "VERILATOR_ROOT": str(verilator.root), "PATH": path}
        with patch.dict(os.environ, environment), _runtime_in(folder):
            get_runner("verilator").build(
                sources=[seen, source],
                hdl_toplevel=top,
                build_dir=folder,
                build_args=[*BUILD_ARGUMENTS, ONLY_PORTS],
                parameters=parameters or {},
                log_file=folder / "build.log",
            )
        (folder / "built").touch()
    return Bench(top, folder)


def fifo_bench(depth: int, storage: str) -> Bench:
    """A FIFO cell of 16 bits: the smallest of all, by which Verilator's own code is compiled once for all."""
    return build_bench(FIFO, "fpdeep_fifo", {"WIDTH": 16, "DEPTH": depth, "STORAGE": f'"{storage}"'})


@functools.cache
def _quick_build() -> Mapping[str, str]:
    """With Verilator's header read beforehand: most of a small design's time goes into it."""
    compiler = shutil.which("g++")
    if compiler is None:
        return QUICK_BUILD
    include = find_verilator().root / "include"
    flags = [f"-I{include}", f"-I{include / 'vltstd'}", *(f"-D{name}={value}" for name, value in MODEL_DEFINES.items())]
    before = " ".join(["-O0", *precompiled((compiler,), [*flags, "-O0"], ["verilated.h"], user_cache())])
    settings = f"OPT_FAST=-O0 OPT_GLOBAL=-O0 OPT_SLOW=-O0 CFG_CXXFLAGS_PCH_I=-include CXX={compiler}"
    return {"MAKEFLAGS": settings.replace("-O0", before.replace(" ", "\\ "))}


@contextlib.contextmanager
def _runtime_in(folder: Path) -> Iterator[None]:
    """Verilator's own objects for a build in `folder`; the first build makes them, and the others wait for it."""
    with (CACHE / "runtime.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not RUNTIME.exists():
            yield
            copy_runtime(folder, RUNTIME)
            return
    copy_runtime(RUNTIME, folder)
    yield


def copy_runtime(source: Path, target: Path) -> None:
    """The objects of Verilator's own code are the same in every build: make finds them done.

    `verilator.o` (cocotb's main) is not: it allocates the model, whose size is the design's. Each copy appears whole,
    since tests run side by side.
    """
    target.mkdir(parents=True, exist_ok=True)
    for path in source.glob("verilated*.o"):
        if not (target / path.name).exists():
            part = target / f"{path.name}.{os.getpid()}"
            shutil.copy(path, part)
            os.utime(part, (LATER, LATER))
            part.replace(target / path.name)


@dataclass(frozen=True)
class BenchRun:
    """Words that came out of each output stream, and the messages of what failed (none: counts as expected)."""

    outputs: Mapping[str, list[int]]
    failures: tuple[str, ...]


def run_bench(
    bench: Bench,
    inputs: Mapping[str, Sequence[int]],
    expected: Mapping[str, int],
    stall: float,
    folder: Path,
    seed: int = 1,
    idle: int = 2000,
) -> BenchRun:
    """Feed `inputs` and take words until each output has as many as expected, and for a while more."""
    folder.mkdir(parents=True, exist_ok=True)
    job, found, results = folder / "job.json", folder / "found.json", folder / "results.xml"
    content = {
        "inputs": {name: [f"{word:x}" for word in words] for name, words in inputs.items()},
        "outputs": dict(expected),
        "found": str(found),
        "stall": stall,
        "seed": seed,
        "idle": idle,
        "drain": 200,
    }
    job.write_text(json.dumps(content))
    with contextlib.suppress(SystemExit):  # how the runner says that a test failed; the file says which and why
        get_runner("verilator").test(
            hdl_toplevel=bench.top,
            hdl_toplevel_lang="verilog",
            test_module="tests.hw.stream_bench",
            build_dir=bench.build,
            test_dir=folder,
            results_xml=str(results),
            log_file=folder / "test.log",
            extra_env={"STREAM_JOB": str(job), "PYTHONPATH": str(REPOSITORY)},
        )
    outputs = {name: [int(word, 16) for word in words] for name, words in json.loads(found.read_text()).items()}
    return BenchRun(outputs, tuple(failures(results)))


def failures(results: Path) -> list[str]:
    """Messages of failed tests in a results file; a file without tests is a failure."""
    cases = list(ElementTree.parse(results).getroot().iter("testcase"))
    if not cases:
        return ["no test ran"]
    found = [part for case in cases for kind in ("failure", "error") for part in case.findall(kind)]
    return [part.get("error_msg") or part.get("message") or "failed" for part in found]
