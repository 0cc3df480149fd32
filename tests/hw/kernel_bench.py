"""The kernel tests' own expectations, judged on RTL under cocotb.

`kernel_tests(file, chosen)` loads a test module of tests/kernels with its `build` replaced, so that a case's kernel is
compiled to RTL and simulated with random stalls on every stream instead of being run natively.
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
import pytest

from fpdeep_gen.hls.compile import compile_kernel
from fpdeep_gen.sim.words import Words, chunks, pack_words, unpack_words
from tests.hw.runner import CACHE, build_bench, run_bench
from tests.kernels.bench import KERNELS, Case, Integers

STALL = 0.3
NATIVE_CHECK = re.compile(r"if \(in\.size\(\).*?\n    \}\n", re.DOTALL)


@dataclass(frozen=True)
class CocotbProgram:
    """Answers like `tests.kernels.bench.Program`."""

    cases: Mapping[str, Case]

    @property
    def around(self) -> str:
        """C++ before a case: the cases of a program share it. What looks into native streams is left out."""
        return NATIVE_CHECK.sub("", "".join(dict.fromkeys(case.around for case in self.cases.values())))

    def run(
        self, name: str, inputs: Mapping[str, Integers], counts: Mapping[str, int], expect_code: int = 0
    ) -> dict[str, Integers]:
        """Feed `inputs`; take `counts` words of each output."""
        assert expect_code == 0, "only cases that end well are run as RTL"
        case = self.cases[name]
        outputs = {stream: port for port in case.ports if not port.is_input for stream in port.names()}
        words = {
            stream: _to_numbers(pack_words(inputs[stream], port.bits))
            for port in case.ports
            if port.is_input
            for stream in port.names()
        }
        expected = {stream: counts[stream] for stream in outputs}
        with tempfile.TemporaryDirectory() as folder:
            done = run_bench(
                build_bench(compile_case(case, self.around), _top(case)), words, expected, STALL, Path(folder)
            )
        assert done.failures == ()
        return {
            stream: unpack_words(
                _to_words(done.outputs[stream], port.elements * port.bits), port.elements, port.bits, port.signed
            )
            for stream, port in outputs.items()
        }


def compile_case(case: Case, around: str) -> Path:
    """The RTL of a case: its kernel as the only process of a top that has its ports."""
    folder = CACHE / f"case_{case.name}"
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / f"{case.name}.cpp"
    source.write_text(case_source(case, around), encoding="utf-8")
    return compile_kernel(source, _top(case), [KERNELS], folder).verilog


def case_source(case: Case, around: str) -> str:
    """C++ of a case."""
    members = "".join(f"    static constexpr int {name} = {value};\n" for name, value in case.fields.items())
    ports = ((f"(&{port.name})[{port.count}]" if port.count else f"& {port.name}", port.type) for port in case.ports)
    formals = ",\n    ".join(f"hls::stream<{kind}>{name}" for name, kind in ports)
    arguments = ", ".join(case.arguments or [port.name for port in case.ports])
    lines = [
        '#include "fpdeep_kernels.h"',
        around,
        f"struct Config_{case.name} {{\n{members}{case.config}}};",
        f"void {_top(case)}(\n    {formals}) {{",
        *(f"    {line}" for line in case.tasks),
        f"    hls_thread_local hls::task kernel({case.kernel}<Config_{case.name}>, {arguments});",
        "}",
    ]
    return "\n".join(lines) + "\n"


def kernel_tests(file: str, chosen: Mapping[str, Sequence[int]]) -> dict[str, object]:
    """Test functions of tests/kernels/`file` with the fixtures they need. `chosen`: function -> which of its
    parameter sets are run (RTL is slower than native code; every set is run natively)."""
    path = Path(__file__).resolve().parents[1] / "kernels" / file
    name = f"cocotb_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with patch("tests.kernels.bench.build", lambda cases: CocotbProgram({case.name: case for case in cases})):
        spec.loader.exec_module(module)
    found = {key: value for key, value in vars(module).items() if not key.startswith(("__", "test_"))}
    return found | {name: _only(getattr(module, name), sets) for name, sets in chosen.items()}


def _only(function: object, sets: Sequence[int]) -> object:
    """The test function with some of its parameter sets."""
    marks = getattr(function, "pytestmark", [])
    assert len(marks) <= 1, "one parametrize mark is expected"
    for mark in marks:
        names, values = mark.args
        function.pytestmark = [pytest.mark.parametrize(names, [list(values)[index] for index in sets]).mark]  # type: ignore[attr-defined]
    return function


def _top(case: Case) -> str:
    return f"top_{case.name}"


def _to_numbers(words: Words) -> list[int]:
    return [int.from_bytes(row.astype("<u4").tobytes(), "little") for row in words]


def _to_words(numbers: Sequence[int], bits: int) -> Words:
    size = chunks(bits)
    raw = b"".join(number.to_bytes(4 * size, "little") for number in numbers)
    return np.frombuffer(raw, dtype="<u4").astype(np.uint32).reshape(-1, size)
