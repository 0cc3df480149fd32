"""The benchmark of the open back end, on its smallest kernel and without Yosys."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.hls import HlsResult, bench, missed
from benchmarks.hls_kernels import KERNELS
from fpdeep_gen.hls.emit.report import Resources


@pytest.fixture(scope="module")
def fir(tmp_path_factory: pytest.TempPathFactory) -> HlsResult:
    return bench(KERNELS[0], tmp_path_factory.mktemp("bench") / "fir_stream", synthesis=False)


def test_a_fir_takes_a_cycle_a_sample(fir: HlsResult) -> None:
    assert fir.equal
    assert fir.ii == (1,)
    assert fir.cycles == 1024 + fir.depths[0]
    assert fir.resources is None
    assert 10 < fir.compilation.peak_mib < 1024


def test_every_goal_that_is_missed_is_named(fir: HlsResult) -> None:
    quick = replace(fir, compilation=replace(fir.compilation, user_s=0.5))
    assert missed(KERNELS[0], replace(quick, resources=Resources(5, 0.0, 196, 207))) == ()
    slow = replace(fir, ii=(2,), equal=False, compilation=replace(fir.compilation, user_s=1.5))
    assert missed(KERNELS[0], replace(slow, resources=Resources(4, 0.0, 197, 208))) == (
        "RTL and C++ differ",
        "II 2, not 1 in 1 loops",
        "DSP 4, goal 5",
        "user s 1.5, goal 1",
        "LUT 197, goal 196",
        "FF 208, goal 207",
    )


def test_every_kernel_has_its_source() -> None:
    folder = Path(__file__).parents[2] / "benchmarks" / "kernels"
    assert {path.stem for path in folder.glob("*.cpp")} == {kernel.name for kernel in KERNELS}
