"""Ports to memory whose bursts the kernel asks for: hls::burst_maxi."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from fpdeep_gen.errors import InputError, ToolError
from fpdeep_gen.hls.compile import compile_kernel, lint
from fpdeep_gen.hls.cosim import Cosimulation, cosimulate
from fpdeep_gen.hls.frontend import front_end
from fpdeep_gen.hls.native_include import native_include_dirs
from fpdeep_gen.hls.simulate import Bursts
from fpdeep_gen.hls.synthesis.quality import lint_faults
from fpdeep_gen.hls.tools import compiler, run_tool
from tests.hls.interfaces.broken import break_design

ROWS, WIDTH = 5, 40
KERNEL = """
#include "ap_int.h"
#include "hls_burst_maxi.h"
struct Pixel { short red; ap_uint<12> green; };
static void load(hls::burst_maxi<Pixel> image, hls::stream<Pixel> &pixels, int width) {
    image.read_request(0, width);
    for (int row = 0; row < 5; row++) {  // one row ahead
        if (row < 4) image.read_request(40 * (row + 1), row == 2 ? 0 : width);
        for (int i = 0; i < (row == 3 ? 0 : width); i++) {
#pragma HLS PIPELINE
            pixels.write(image.read());
        }
    }
}
static void put(hls::burst_maxi<Pixel> &image, Pixel pixel, bool all) {
    pixel.red++;
    if (all) image.write(pixel);
    else image.write(pixel, 3);
}
static void store(hls::burst_maxi<Pixel> image, hls::burst_maxi<int> ends, hls::stream<Pixel> &pixels, int width) {
    for (int row = 0; row < 5; row++) {
        const int count = row == 3 ? 0 : width;
        image.write_request(40 * (4 - row), count);
        for (int i = 0; i < count; i++) {
#pragma HLS PIPELINE
            put(image, pixels.read(), i != 7);
        }
        image.write_response();
        ends.write_request(row, 1);
        ends.write(count);
        ends.write_response();
    }
}
void mirror(hls::burst_maxi<Pixel> from, hls::burst_maxi<Pixel> to, hls::burst_maxi<int> ends, int width) {
#pragma HLS INTERFACE m_axi port=from depth=5*40 bundle=a
#pragma HLS INTERFACE m_axi port=to depth=200 offset=direct bundle=b max_write_burst_length=8
#pragma HLS INTERFACE m_axi port=ends depth=5 bundle=c offset=off
#pragma HLS DATAFLOW
    hls::stream<Pixel> pixels;
    load(from, pixels, width);
    store(to, ends, pixels, width);
}
"""


def run(folder: Path) -> Cosimulation:
    pixels = {"from.0": np.arange(200) * 7 - 300, "from.1": np.arange(200) * 5, "to.0": np.arange(200)}
    rest = {"to.1": np.arange(200) + 9, "ends": np.zeros(5, dtype=int), "width": np.array([37])}
    return cosimulate(folder / "mirror.cpp", "mirror", folder / "rtl", stimulus={**pixels, **rest}, stalls=0.2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bursts")
    (path / "mirror.cpp").write_text(KERNEL, encoding="utf-8")
    return path


def test_requests_and_elements(folder: Path) -> None:
    done = run(folder)
    assert done.differences == ()
    assert done.outputs["ends"] == [37, 37, 37, 0, 37]
    mirrored = np.array(done.outputs["to"]).reshape(ROWS, WIDTH, 2)
    assert (mirrored[4, :37, 0] == np.arange(37) * 7 - 299).all()
    assert mirrored[4, 7, 1] == 4 * 40 + 7 + 9  # its bytes are not enabled
    assert mirrored[4, 8, 1] == 40
    assert mirrored[1, 0, 0] == 40  # the row of no elements
    # 37 elements from 24 before a border of 4 KiB: 16 and 8 up to it, 13; then 16, 16, 5
    assert done.bursts["from"] == Bursts(4 * 3, 4 * 37, 0, 0)
    assert done.bursts["to"] == Bursts(0, 0, 4 * 5, 4 * 37)
    assert done.bursts["ends"] == Bursts(0, 0, 5, 5)
    lint(done.compiled)


@pytest.mark.parametrize(
    ("cell", "broken", "told"),
    [
        ("fpdeep_burst_split", ("room < 32'(BURST) ? room : 32'(BURST)", "32'(BURST)"), "a burst crosses 4 KiB"),
        ("fpdeep_burst_write", ("assign wstrb = value[WORD-1:WIDTH]", "assign wstrb = '1"), "differ"),
    ],
)
def test_an_adapter_that_is_broken_is_caught(
    folder: Path, cell: str, broken: tuple[str, str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = compile_kernel(folder / "mirror.cpp", "mirror", [], folder / "rtl")
    break_design(monkeypatch, right, broken, cell=cell)
    if told == "differ":
        assert run(folder).differences[0] == "to[7].1 (call 1): C++ gives 16, RTL 835"  # 9 + 7, and 5 * (4 * 40 + 7)
        return
    with pytest.raises(ToolError, match=told):
        run(folder)


MISUSED = """
#include "hls_burst_maxi.h"
int main(int, char **argv) {
    int memory[8] = {};
    hls::burst_maxi<int> port = memory;
    switch (argv[1][0]) {
        case '0': port.read(); break;
        case '1': port.write_request(2, 2); port.write(1); port.read_request(0, 3); break;
        case '2': port.read_request(0, 2); port.write_request(1, 1); port.write(1); break;
        case '3': port.write_request(0, 2); port.write(1); port.write_response(); break;
        case '4': port.write_request(0, 1); port.write(1); port.finished(); break;
        case '5': port.read_request_unaligned<short>(6, 2); port.read<char>(); break;
        case '6': port.write_request_unaligned<short>(2, 2); port.write(1); break;
        case '7': port.read_request_unaligned<char>(7, 1); port.write_request(1, 1); port.write(1); break;
    }
    return 0;
}
"""


def test_what_a_design_may_not_rely_on_ends_the_native_run(tmp_path: Path) -> None:
    (tmp_path / "k.cpp").write_text(MISUSED, encoding="utf-8")
    includes = [f"-I{path}" for path in native_include_dirs()]
    run_tool([*compiler(), "-std=c++17", "-w", *includes, str(tmp_path / "k.cpp"), "-o", str(tmp_path / "k")])
    told = []
    for case in range(8):
        done = subprocess.run([str(tmp_path / "k"), str(case)], capture_output=True, text=True, check=False)
        assert done.returncode == 4
        told.append(done.stderr.removeprefix("hls::burst_maxi: ").rstrip())
    assert told == [
        "read meets no read_request (element 0)",
        "read_request meets a write without its response (element 2)",
        "write meets a read_request that is not yet read (element 1)",
        "write_response meets a request that is not yet written (element 1)",
        "the end of the top meets a write_request without its write_response (element 0)",
        "read meets a read_request of elements of another size (element 1)",
        "write meets a write_request of elements of another size (element 0)",
        "write meets a read_request that is not yet read (element 1)",
    ]


def test_ends_without_a_user_are_tied(tmp_path: Path) -> None:
    text = """
#include "hls_burst_maxi.h"
void odd(hls::burst_maxi<int> a, hls::burst_maxi<int> b, hls::burst_maxi<int> c, int &seen) {
#pragma HLS INTERFACE m_axi port=a depth=4 bundle=a
#pragma HLS INTERFACE m_axi port=b depth=4 bundle=b
#pragma HLS INTERFACE m_axi port=c depth=4 bundle=c
    a.write_request(0, 1);  // and no response
    a.write(5);
    b.read_request(0, 1);  // and no element
    seen = c.read();  // and no request: waits for ever
    c.write_response();
}
"""
    (tmp_path / "odd.cpp").write_text(text, encoding="utf-8")
    made = compile_kernel(tmp_path / "odd.cpp", "odd", [], tmp_path / "rtl")
    assert lint_faults(made.verilog, "odd") == ()


def test_what_a_port_needs(tmp_path: Path) -> None:
    text = """
#include "hls_burst_maxi.h"
struct Three { char x, y, z; };
void top(hls::burst_maxi<int> a, hls::burst_maxi<Three> b, hls::burst_maxi<int> c, bool first) {
#pragma HLS INTERFACE axis port=c depth=4
#pragma HLS INTERFACE m_axi port=b depth=4
    (first ? a : c).read_request(0, 1);
    b.read_request(0, 1);
    Three three = b.read();
}
"""
    source = tmp_path / "piece.cpp"
    source.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        front_end(source, "top", [])
    found = [line.replace(f"{source}:", "") for line in str(caught.value).splitlines() if "expected" in line]
    assert found == [
        "4: argument a: expected depth= (elements behind it), found INTERFACE without it",
        "4: argument b: expected elements of a power of two of bytes, found 3 words of 1 bytes",
        "5: pragma HLS INTERFACE port=c: expected m_axi, as the argument is a burst_maxi, found axis",
    ]


ANYWHERE = """
#include "hls_burst_maxi.h"
#include "hls_vector.h"
struct Rgb { unsigned char red, green, blue; };
typedef hls::vector<short, 3> Three;
void anywhere(hls::burst_maxi<ap_uint<64>> from, hls::burst_maxi<ap_uint<64>> to, int start, int count) {
#pragma HLS INTERFACE m_axi port=from depth=64 bundle=a
#pragma HLS INTERFACE m_axi port=to depth=64 bundle=b
    from.read_request_unaligned<Rgb>(start, count);
    from.read_request_unaligned<Three>(2 * start, 0);
    from.read_request(3, 2);
    from.read_request_unaligned<Three>(6, 11);
    to.write_request_unaligned<Rgb>(start + 7, count);
    to.write_request_unaligned<char>(1, 0);
    to.write_request(40, 2);
    to.write_request_unaligned<Three>(353, 11);
    for (int i = 0; i < count; i++) {
#pragma HLS PIPELINE
        Rgb one = from.read<Rgb>();
        one.green += i;
        to.write<Rgb>(one, i % 5 == 2 ? 5 : -1);
    }
    to.write_response();
    to.write_response();
    for (int i = 0; i < 2; i++)
        to.write(from.read() + 1);
    for (int i = 0; i < 11; i++)
        to.write<Three>(-from.read<Three>());
    to.write_response();
    to.write_response();
}
"""


def test_elements_of_any_size_at_any_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start, count = 13, 90
    memory = np.random.default_rng(3).integers(0, 256, (2, 512)).astype(np.uint8)
    words = {name: one.view("<u8") for name, one in zip(("from", "to"), memory, strict=True)}
    (tmp_path / "k.cpp").write_text(ANYWHERE, encoding="utf-8")

    def cosimulated() -> Cosimulation:
        given = {**words, "start": np.array([start]), "count": np.array([count])}
        return cosimulate(tmp_path / "k.cpp", "anywhere", tmp_path / "rtl", stimulus=given, stalls=0.2)

    done = cosimulated()
    assert done.differences == ()
    wanted = memory[1].copy()
    pixels = memory[0][start : start + 3 * count].reshape(count, 3).copy()
    pixels[:, 1] += np.arange(count, dtype=np.uint8)
    place = wanted[start + 7 : start + 7 + 3 * count].reshape(count, 3)
    kept = np.arange(count) % 5 == 2  # the second byte of these stays
    pixels[kept, 1] = place[kept, 1]
    place[:] = pixels
    wanted.view("<u8")[40:42] = words["from"][3:5] + 1
    wanted[353 : 353 + 66] = (-memory[0][6 : 6 + 66].view("<i2")).view(np.uint8)
    assert np.array(done.outputs["to"], dtype=np.uint64).tolist() == wanted.view("<u8").tolist()
    # 270 bytes from 13 on lie in words 1 to 35, a border of 4 KiB behind word 23: 16, 7, 12; 2; 66 bytes from 6 on: 9
    assert (done.bursts["from"].read_bursts, done.bursts["from"].read_beats) == (3 + 1 + 1, 35 + 2 + 9)
    lint(done.compiled)

    shifted = ("{word_tdata, word} >> {at, 3'b000}", "{word_tdata, word} >> at")
    break_design(monkeypatch, done.compiled, shifted, ("mask = enabled | bits[BYTES-1:0]", "mask = '1"))
    got = np.array(cosimulated().outputs["to"], dtype=np.uint64).view(np.uint8)
    assert got[16:20].tolist() == [0] * 4 and (got[20:290] != wanted[20:290]).mean() > 0.75  # 1 in 8 is not shifted
