"""Runs the cases of the kernel tests through the front end and the interpreter instead of g++.

`kernel_tests(file)` loads a test module of tests/kernels with `build` replaced, so that the same tests, with the same
independent expectations, judge the compiled processes.
"""

import importlib.util
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np

from fpdeep_gen.hls.frontend import front_end
from fpdeep_gen.hls.interpret import interpret
from fpdeep_gen.hls.ir import Module
from tests.kernels.bench import KERNELS, Case, Integers, Port

IDLE_ROUNDS = 3000


@dataclass(frozen=True)
class InterpretedProgram:
    """Answers like `bench.Program`; cases are compiled when they are first run."""

    cases: Mapping[str, Case]
    modules: dict[str, Module]

    def run(
        self, name: str, inputs: Mapping[str, Integers], counts: Mapping[str, int], expect_code: int = 0
    ) -> dict[str, Integers]:
        """Feed `inputs`; take `counts` words of each output stream, else all; no word may be left anywhere."""
        case = self.cases[name]
        if name not in self.modules:
            around = "".join(dict.fromkeys(one.around for one in self.cases.values()))
            self.modules[name] = compile_case(case, around)
        words = {
            stream: _join(inputs[stream], port.bits) for port in case.ports if port.is_input for stream in port.names()
        }
        result = interpret(self.modules[name], words, idle_rounds=IDLE_ROUNDS)
        over = {key: len(result.outputs[key]) - count for key, count in counts.items() if key in result.outputs}
        left = {stream: result.left[stream] for stream in words if stream in result.left}
        wrong = bool(left) or any(over.values())
        assert wrong == (expect_code != 0), f"{name}: left in inputs {left}, too many (few) words out {over}"
        if expect_code:
            return {}
        return {
            stream: _split(result.outputs[stream], port)
            for port in case.ports
            if not port.is_input
            for stream in port.names()
        }


_NATIVE_CHECK = re.compile(r"^    if \(in\.size\(\).*?^    }\n", re.MULTILINE | re.DOTALL)  # looks into a native stream


def compile_case(case: Case, around: str) -> Module:
    """The case as a network: its ports, its inner tasks, and the kernel as a task; `around`: C++ of all cases."""
    members = "".join(f"    static constexpr int {name} = {value};\n" for name, value in case.fields.items())
    formals = ", ".join(
        f"hls::stream<{port.type}> (&{port.name})[{port.count}]"
        if port.count
        else f"hls::stream<{port.type}>& {port.name}"
        for port in case.ports
    )
    arguments = ", ".join(case.arguments or [port.name for port in case.ports])
    lines = [
        '#include "fpdeep_kernels.h"',
        _NATIVE_CHECK.sub("", around),
        f"struct Config_{case.name} {{\n{members}{case.config}}};",
        f"void top({formals}) {{",
        *(f"    {line}" for line in case.tasks),
        f"    hls_thread_local hls::task kernel({case.kernel}<Config_{case.name}>, {arguments});",
        "}",
    ]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"{case.name}.cpp"
        source.write_text("\n".join(lines) + "\n")
        return front_end(source, "top", [KERNELS])


def _join(words: Integers, bits: int) -> list[int]:
    mask = (1 << bits) - 1
    rows = np.asarray(words).reshape(len(words), -1).tolist() if len(words) else []
    return [sum((value & mask) << (bits * place) for place, value in enumerate(row)) for row in rows]


def _split(words: Sequence[int], port: Port) -> Integers:
    mask, half = (1 << port.bits) - 1, 1 << (port.bits - 1)
    rows = [
        [
            ((value ^ half) - half if port.signed else value)
            for value in ((word >> (port.bits * place)) & mask for place in range(port.elements))
        ]
        for word in words
    ]
    return np.array(rows, dtype=np.int64).reshape(len(words), port.elements)


def _build(cases: Sequence[Case]) -> InterpretedProgram:
    return InterpretedProgram({case.name: case for case in cases}, {})


def kernel_tests(file: str) -> dict[str, object]:
    """Tests and fixtures of tests/kernels/`file`, run by the interpreter."""
    path = Path(__file__).resolve().parents[2] / "kernels" / file
    name = f"interpreted_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with patch("tests.kernels.bench.build", _build):
        spec.loader.exec_module(module)
    return {key: value for key, value in vars(module).items() if not key.startswith("__")}
