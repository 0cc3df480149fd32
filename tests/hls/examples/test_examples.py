"""Each example's test bench passes natively and against the RTL, without and with stalls."""

from pathlib import Path

import pytest

from fpdeep_gen.hls.compile import lint
from fpdeep_gen.hls.cosim import cosimulate

HERE = Path(__file__).parent
# folder, top, cycles of the slowest call: the trip counts of its loops and their depths
EXAMPLES = [
    ("running_mean", "running_mean", 64 + 8),
    ("matrix_vector", "matrix_vector", 6 * 4 + 12),
    ("pipelined_function", "taps", 8),
    ("blur", "blur", 24 * 6 + 80),
    ("statistics", "statistics", 2 * 20 + 12),
    ("scaled_sum", "scaled_sum", 12 + 40),
    ("scale_memory", "scale_memory", 3 * 96 + 80),
    ("two_stages", "two_stages", 32 + 16),
    ("window", "window", 24 + 8),
    ("packets", "packets", 2 * 12 + 8),
]
START = 1  # cycle from ap_start to the first operation
WAITS = ("scaled_sum", "scale_memory", "packets", "two_stages")  # for memory, or stages for one another


@pytest.mark.parametrize(("folder", "top", "cycles"), EXAMPLES)
def test_example(folder: str, top: str, cycles: int, tmp_path: Path) -> None:
    place = HERE / folder
    done = cosimulate(place / "kernel.cpp", top, tmp_path, testbench=place / "bench.cpp", stalls=0.0)
    assert done.bench_code == 0, done.printed
    assert done.differences == ()
    assert max(done.latencies) <= cycles
    if folder not in WAITS:
        (process,) = done.compiled.report.processes
        assert process.latency is not None
        assert max(done.latencies) == process.latency.max + START
        assert min(done.latencies) >= process.latency.min + START
    lint(done.compiled)
    stalled = cosimulate(place / "kernel.cpp", top, tmp_path, testbench=place / "bench.cpp", stalls=0.3)
    assert (stalled.bench_code, stalled.differences) == (0, ())


def test_every_example_is_run() -> None:
    assert sorted(path.parent.name for path in HERE.glob("*/kernel.cpp")) == sorted(one[0] for one in EXAMPLES)
