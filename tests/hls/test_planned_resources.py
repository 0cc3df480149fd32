"""What a plan counts is what the compiler reports of the RTL of every board of both examples: block RAM and DSPs; LUTs
and registers nearly."""

from pathlib import Path

import pytest

from fpdeep_gen.board.load import load_cluster
from fpdeep_gen.emit.generate import generate
from fpdeep_gen.hls.compile import compile_kernel
from fpdeep_gen.hls.emit.report import Resources
from fpdeep_gen.network.load import load_network
from fpdeep_gen.plan.model import BoardUse
from fpdeep_gen.plan.planner import make_plan

EXAMPLES = Path(__file__).parents[2] / "examples"

MARGIN_BRAM36 = 0.5
MARGIN_DSP = 1
LOGIC = (0.97, 1.15)
"""Least and most of what a plan may estimate, as parts of the compiler's count."""


def misfits(planned: BoardUse, compiled: Resources) -> list[str]:
    """Resources that a plan has too few of, or more above the compiled number than the margin; LUT and FF within
    `LOGIC`."""
    pairs = (
        ("BRAM36", planned.bram36 - compiled.bram36, MARGIN_BRAM36),
        ("DSP", planned.dsp - compiled.dsp, MARGIN_DSP),
    )
    counted = [f"{excess:+g} {name}" for name, excess, margin in pairs if not 0 <= excess <= margin]
    logic = (("LUT", planned.lut / compiled.lut), ("FF", planned.ff / compiled.ff))
    estimated = [f"{part:.0%} of the {name}" for name, part in logic if not LOGIC[0] <= part <= LOGIC[1]]
    return [f"board {planned.board}: {misfit}" for misfit in (*counted, *estimated)]


@pytest.mark.parametrize("example", ["digits", "lenet5"])
def test_resources_are_those_of_the_compiled_boards(example: str, tmp_path: Path) -> None:
    folder = EXAMPLES / example
    plan = make_plan(load_network(folder / "network.yaml"), load_cluster(folder / "cluster.yaml"))
    generate(plan).write(tmp_path)
    found = []
    for use in plan.uses:
        name = f"board_{use.board}"
        source = tmp_path / name / "src"
        include = [source, tmp_path / "hls_kernels"]
        compiled = compile_kernel(
            source / f"{name}.cpp", name, include, tmp_path / name / "rtl", plan.cluster.clock_mhz
        )
        found += misfits(use, compiled.report.resources)
    assert not found


def test_too_few_and_too_many_are_seen() -> None:
    assert misfits(BoardUse(3, 110, 110.0, 1, 1), Resources(114, 139.5, 1, 1)) == [
        "board 3: -29.5 BRAM36",
        "board 3: -4 DSP",
    ]
    assert misfits(BoardUse(0, 4, 2.0, 1, 1), Resources(4, 1.0, 1, 1)) == ["board 0: +1 BRAM36"]
    assert misfits(BoardUse(1, 4, 1.0, 96, 116), Resources(4, 1.0, 100, 100)) == [
        "board 1: 96% of the LUT",
        "board 1: 116% of the FF",
    ]
    assert not misfits(BoardUse(1, 4, 1.0, 98, 114), Resources(4, 1.0, 100, 100))
