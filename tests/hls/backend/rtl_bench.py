"""The kernel tests' cases as RTL: each compiled by the open back end and run in Verilator with random stalls.

Loaded as a pytest plugin (`-p tests.hls.backend.rtl_bench`) it puts RTL in the place of the native programs, so that
every test of tests/kernels checks the RTL against the same references.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

import tests.kernels.bench as bench
from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.compile import CompiledKernel, compile_kernel
from fpdeep_gen.hls.simulate import simulate_streams
from fpdeep_gen.sim.words import pack_words, unpack_words
from tests.kernels.bench import KERNELS, Case, Integers

CACHE = bench.REPOSITORY / "build" / "kernel_rtl"


@dataclass
class RtlProgram:
    """Stands in for bench.Program."""

    cases: Mapping[str, Case]
    stall: float
    around: str = ""
    kernels: dict[str, CompiledKernel] = field(default_factory=dict)

    def kernel(self, name: str) -> CompiledKernel:
        """The compiled case."""
        if name not in self.kernels:
            self.kernels[name] = compile_case(self.cases[name], self.around)
        return self.kernels[name]

    def run(
        self, name: str, inputs: Mapping[str, Integers], counts: Mapping[str, int], expect_code: int = 0
    ) -> dict[str, Integers]:
        """As bench.Program.run; without a count an output gives all that comes."""
        case, kernel = self.cases[name], self.kernel(name)
        words = {}
        for port in case.ports:
            for stream in port.names() if port.is_input else ():
                packed = pack_words(inputs[stream], port.bits)
                words[stream] = [int.from_bytes(bytes(row), "little") for row in packed.astype("<u4")]
        outputs = [(port, stream) for port in case.ports if not port.is_input for stream in port.names()]
        expected = {stream: counts.get(stream, 0) for _, stream in outputs}
        if expect_code:
            with pytest.raises(ToolError, match="exit status 1"):
                simulate_streams(kernel, words, expected, self.stall, seed=len(name), timeout_cycles=4096)
            return {}
        result = simulate_streams(kernel, words, expected, self.stall, seed=len(name), drain_cycles=4096)
        got = {}
        for port, stream in outputs:
            size = (port.bits * port.elements + 31) // 32
            raw = b"".join(word.to_bytes(4 * size, "little") for word in result.outputs[stream])
            rows = bench.np.frombuffer(raw, dtype="<u4").reshape(-1, size)
            got[stream] = unpack_words(rows, port.elements, port.bits, port.signed)
        return got


def compile_case(case: Case, around: str) -> CompiledKernel:
    """The case's kernel as a top of its own, behind the C++ `around` that the cases of a program share."""
    folder = CACHE / f"{case.kernel}_{case.name}"
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / f"{case.name}.cpp"
    text = rtl_source(case, around)
    if not source.exists() or source.read_text() != text:
        source.write_text(text)
    return compile_kernel(source, f"top_{case.name}", [KERNELS], folder)


def rtl_source(case: Case, around: str) -> str:
    """The config struct and a top whose ports are the kernel's arguments."""
    members = "".join(f"    static constexpr int {name} = {value};\n" for name, value in case.fields.items())
    formals = [
        f"hls::stream<{port.type}> (&{port.name})[{port.count}]"
        if port.count
        else f"hls::stream<{port.type}>& {port.name}"
        for port in case.ports
    ]
    arguments = ", ".join(case.arguments or [port.name for port in case.ports])
    around = re.sub(r"if \(in\.size\(\).*?\n    \}\n", "", around, flags=re.DOTALL)  # a check of the native streams
    lines = ['#include "fpdeep_kernels.h"', around, f"struct Config_{case.name} {{\n{members}{case.config}}};"]
    lines += [f"void top_{case.name}({', '.join(formals)}) {{"]
    if case.tasks:
        lines += [f"    {line}" for line in case.tasks]
        lines += [f"    hls_thread_local hls::task kernel({case.kernel}<Config_{case.name}>, {arguments});"]
    else:
        lines += [f"    {case.kernel}<Config_{case.name}>({arguments});"]
    return "\n".join([*lines, "}", ""])


def build(cases: Sequence[Case]) -> RtlProgram:
    """Stands in for bench.build."""
    around = "".join(dict.fromkeys(case.around for case in cases))
    return RtlProgram({case.name: case for case in cases}, float(os.environ.get("FPDEEP_STALL", "0.3")), around)


def pytest_configure() -> None:
    """Swap the native programs for RTL, before the test modules take the name over."""
    bench.build = build  # type: ignore[assignment]


__all__ = ["RtlProgram", "build", "compile_case"]
