"""The same source for both families: another depth, interval, number of DSPs and memory; each equal to the C++."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from fpdeep_gen.cli.main import main
from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.cosim import Cosimulation, cosimulate
from fpdeep_gen.hls.emit.report_text import report_text
from fpdeep_gen.hls.parts import XC7, XCUP, part_of, uram_count

SOURCE = """#include "ap_int.h"
#include "hls_stream.h"
void scale(hls::stream<ap_int<27>>& in, hls::stream<ap_int<27>>& out) {
    ap_int<27> kept[8192];
#pragma HLS BIND_STORAGE variable=kept impl=uram
    ap_int<27> product = 0x123457;
    for (int n = 0; n < 40; n++) {
#pragma HLS PIPELINE II=1
        ap_int<27> x = in.read();
        product = (product * ap_int<18>(x)) >> 12;
        kept[n] = ((product ^ x) + 5 * x) * 3 - n;
    }
    for (int n = 0; n < 40; n++) {
#pragma HLS PIPELINE II=1
        out.write(kept[n]);
    }
}
"""


def run(part: str, folder: Path) -> Cosimulation:
    source = folder / "scale.cpp"
    source.write_text(SOURCE, encoding="utf-8")
    return cosimulate(source, "scale", folder / part, words=80, stalls=0.2, part=part_of(part), clock_mhz=250.0)


def test_families_differ_in_interval_depth_and_resources(tmp_path: Path) -> None:
    older, newer = run("xc7z020clg484-1", tmp_path), run("xcup", tmp_path)
    assert older.equal and newer.equal
    assert older.compared["out"] == newer.compared["out"] == 80
    reports = older.compiled.report, newer.compiled.report
    assert [one.part for one in reports] == ["xc7z020clg484-1", "xcup"]
    loops = [one.processes[0].loops[0] for one in reports]
    assert [loop.ii for loop in loops] == [3, 2]  # a multiplier of two stages or one, and the variable's register
    assert loops[0].limit == "variable product"
    depths = [loop.depth.max for loop in loops if loop.depth is not None]
    assert depths[0] > depths[1]
    assert [one.resources.dsp for one in reports] == [2, 1]  # 27 bits by 18: DSP48E1 multiplies 25 by 18
    assert [(one.resources.bram36, one.resources.uram) for one in reports] == [(6.0, 0), (0.0, 2)]
    assert [memory.storage for one in reports for memory in one.processes[0].memories] == ["block", "ultra"]
    assert [any("the 7 series has none" in text for text in one.warnings) for one in reports] == [True, False]
    assert "scale.cpp:" in reports[0].warnings[0]
    assert 'ram_style = "ultra"' in newer.compiled.verilog.read_text(encoding="utf-8")
    assert report_text(reports[0]).startswith("scale for xc7z020clg484-1 at 250 MHz")


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("xc7", XC7),
        ("XC7Z020-CLG484-1", XC7),
        ("xc7a200tfbg676-2", XC7),
        ("xc7vx690tffg1761-2", XC7),
        ("xcup", XCUP),
        ("xczu9eg-ffvb1156-2-e", XCUP),
        ("xcku5p-ffvb676-2-e", XCUP),
        ("xcvu9p-flga2104-2-i", XCUP),
        ("xcu250-figd2104-2L-e", XCUP),
        ("xcau25p-ffvb676-1-e", XCUP),
    ],
)
def test_devices_belong_to_families(name: str, family: object) -> None:
    assert part_of(name).family is family


@pytest.mark.parametrize("name", ["", "xc6slx9", "xcku040-ffva1156-2-e", "xcvc1902", "xc7?", "zu9"])
def test_other_devices_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="--part"):
        part_of(name)


def test_an_unknown_part_ends_the_command(tmp_path: Path) -> None:
    source = tmp_path / "scale.cpp"
    source.write_text(SOURCE, encoding="utf-8")
    done = CliRunner().invoke(main, ["hls", "build", str(source), "--top", "scale", "--part", "ice40"])
    assert done.exit_code == 2
    assert "ice40" in done.output


def test_uram_is_counted_in_words_of_72_bits() -> None:
    assert [uram_count(*one) for one in ((72, 4096), (73, 4096), (72, 4097), (144, 8192), (1, 1))] == [1, 2, 2, 4, 1]
