"""What headers shared with a test bench bring along: macros in pragmas, masks of side channels, complex words."""

from pathlib import Path

import pytest

from fpdeep_gen.hls.cosim import Cosimulation, cosimulate
from fpdeep_gen.hls.frontend.clang import preprocess

HEADER = """
#pragma once
#include <complex>
#include <fstream>
#include <vector>
#include "ap_axi_sdata.h"
#include "hls_stream.h"
#define SAMPLES 48
#define TWICE(n) (2 * (n))
#define GOAL 1
typedef std::complex<short> Sample;
typedef hls::axis_data<Sample, AXIS_ENABLE_LAST> Word;
typedef hls::axis_user<7, AXIS_ENABLE_USER | AXIS_ENABLE_LAST> Mark;
void rotate(hls::stream<Word> &in, hls::stream<Word> &out, hls::stream<Mark> &marks, int *powers);
"""
KERNEL = """
#include "rotate.h"
static void turn(hls::stream<Word> &in, hls::stream<Word> &out, hls::stream<int> &sizes, hls::stream<int> &bundles) {
    int taken = 0;
    Word word;
    do {
#pragma HLS PIPELINE II=GOAL
        word = in.read();
        Word made;
        made.data = word.data * Sample(0, 1) + std::conj(word.data);
        if (taken % 3) made.set_last(word.last);
        out.write(made);
        sizes.write(std::norm(word.data));
        if (++taken % 7 == 0 || word.last) bundles.write(taken % 7 ? taken % 7 : 7);
    } while (!word.last);
    bundles.write(0);
}
static void keep(hls::stream<int> &sizes, hls::stream<int> &bundles, hls::stream<Mark> &marks, int *powers) {
    for (int count = bundles.read(); count > 0; count = bundles.read()) {
        for (int i = 0; i < count; i++) {
#pragma HLS PIPELINE II = GOAL
            powers[i] = sizes.read();
        }
        powers += count;
        Mark mark;
        mark.user = count;
        mark.last = count != 7;
        marks.write(mark);
    }
}
void rotate(hls::stream<Word> &in, hls::stream<Word> &out, hls::stream<Mark> &marks, int *powers) {
#pragma HLS INTERFACE m_axi port = powers depth = TWICE(SAMPLES) / 2 offset = slave
#pragma HLS INTERFACE s_axilite port = return
#pragma HLS DATAFLOW
    hls::stream<int, SAMPLES> sizes;
    hls::stream<int, 16> bundles;
    turn(in, out, sizes, bundles);
    keep(sizes, bundles, marks, powers);
}
"""
BENCH = """
#include "rotate.h"
#include <cstdio>
int main() {
    static int powers[SAMPLES];
    hls::stream<Word> in, out;
    hls::stream<Mark> marks;
    for (short i = 0; i < SAMPLES; i++) {
        Word word;
        word.data = {i, short(3 - i)};
        word.last = i == SAMPLES - 1;
        in.write(word);
    }
    rotate(in, out, marks, powers);
    for (short i = 0; i < SAMPLES; i++) {
        Word word = out.read();
        if (word.get_data().real() != i - (3 - i) || word.get_data().imag() != i - (3 - i)) return 1;
        if (powers[i] != i * i + (3 - i) * (3 - i)) return 2;
    }
    for (int i = 0; i < 7; i++) {
        if (marks.read().get_user() != (i < 6 ? 7 : SAMPLES % 7)) return 3;
    }
    return 0;
}
"""


@pytest.fixture(scope="module")
def rotated(tmp_path_factory: pytest.TempPathFactory) -> Cosimulation:
    folder = tmp_path_factory.mktemp("rotate")
    for name, text in (("rotate.h", HEADER), ("rotate.cpp", KERNEL), ("bench.cpp", BENCH)):
        (folder / name).write_text(text, encoding="utf-8")
    return cosimulate(folder / "rotate.cpp", "rotate", folder / "rtl", testbench=folder / "bench.cpp", stalls=0.2)


def test_a_pointer_that_moves_in_a_stage_reaches_the_whole_array(rotated: Cosimulation) -> None:
    """Its index once had the bits of one element: the stage does not see how long the array is."""
    assert rotated.equal, (rotated.differences, rotated.bench_code, rotated.printed)
    assert rotated.compared["powers"] == 48


def test_masks_say_which_channels_have_pins(rotated: Cosimulation) -> None:
    ports = rotated.compiled.report.ports
    channels = {
        port.name: {one.pin.removeprefix(f"{port.name}_"): one.width for one in port.channels} for port in ports
    }
    assert channels["in"] == {"tdata": 32, "tlast": 1}
    assert channels["marks"] == {"tuser": 7, "tlast": 1}


def test_macros_count_in_pragmas(rotated: Cosimulation) -> None:
    goals = [loop.requested_ii for process in rotated.compiled.report.processes for loop in process.loops]
    assert goals.count(1) >= 2


def test_definitions_are_taken_out_and_lines_stay(tmp_path: Path) -> None:
    text = (
        "#define A 3\n#define B A + 1\n#pragma HLS UNROLL factor=B\nint x = A;\n#undef A\n#pragma HLS UNROLL factor=A\n"
    )
    (tmp_path / "k.cpp").write_text(text, encoding="utf-8")
    lines = preprocess(tmp_path / "k.cpp", []).split("\n")
    assert not any(line.startswith(("#define", "#undef")) for line in lines)
    at = next(place for place, line in enumerate(lines) if line.endswith('k.cpp"') or 'k.cpp" 2' in line)
    assert "#pragma HLS UNROLL factor=3 + 1" in [line.replace("= ", "=") for line in lines[at:]]
    assert any(line.startswith("#pragma HLS UNROLL factor=A") for line in lines)
