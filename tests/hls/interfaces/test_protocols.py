"""Ports behind protocols: AXI4 masters and their bursts, arrays as streams, and pragmas that cannot be honoured."""

from pathlib import Path

import numpy as np
import pytest

from fpdeep_gen.errors import InputError, ToolError
from fpdeep_gen.hls.compile import compile_kernel, lint
from fpdeep_gen.hls.cosim import Cosimulation, cosimulate
from fpdeep_gen.hls.frontend import front_end
from fpdeep_gen.hls.simulate import Bursts
from tests.hls.interfaces.broken import break_design

COPY = """
#include <string.h>
void copy(int *far, short *other, int x[10], int y[10]) {
#pragma HLS INTERFACE m_axi port=far depth=100 offset=direct bundle=first max_read_burst_length=16
#pragma HLS INTERFACE m_axi port=other depth=4 offset=off bundle=second
#pragma HLS INTERFACE axis port=x
#pragma HLS INTERFACE ap_fifo port=y
    int near[100];
    memcpy(near, (const int *)far, 100 * sizeof(int));
    for (int i = 0; i < 10; i++) y[i] = x[i] * 3;
    for (int i = 0; i < 4; i++) other[3 - i] = short(near[i]);
    for (int i = 0; i < 100; i++) near[i] += other[i & 3];
    memcpy(far, near, 100 * sizeof(int));
}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("protocols")
    (path / "copy.cpp").write_text(COPY, encoding="utf-8")
    return path


def run(folder: Path) -> Cosimulation:
    stimulus = {"far": np.arange(100) * 3, "other": np.array([9, 9, 9, 9]), "x": np.arange(10)}
    return cosimulate(folder / "copy.cpp", "copy", folder / "rtl", stimulus=stimulus, stalls=0.2)


def test_bursts(folder: Path) -> None:
    done = run(folder)
    assert done.differences == ()
    assert done.outputs["far"] == [3 * value + 3 * (3 - value % 4) for value in range(100)]
    assert done.outputs["y"] == [3 * value for value in range(10)]
    # the array begins 24 elements before a border of 4 KiB: 16 and 8 up to it, then 16, 16, 16, 16, 12
    assert done.bursts["far"] == Bursts(7, 100, 7, 100)
    # downward addresses never follow one another; the reads of a loop that does not write go round in four
    assert (done.bursts["other"].write_bursts, done.bursts["other"].write_beats) == (4, 4)
    assert done.bursts["other"].read_beats == 100
    lint(done.compiled)


@pytest.mark.parametrize(
    ("cell", "broken", "told"),
    [
        ("fpdeep_axi_read", ("& address[11:0] != 0;", ";"), "a burst crosses 4 KiB"),
        ("fpdeep_axi_write", ("32'(beats) < BURST", "32'(beats) < 2 * BURST"), "a burst is too long"),
        ("fpdeep_axi_write", ("assign wlast = left == 1;", "assign wlast = left == 2;"), "WLAST is wrong"),
    ],
)
def test_a_master_that_breaks_the_rules_is_caught(
    folder: Path, cell: str, broken: tuple[str, str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = compile_kernel(folder / "copy.cpp", "copy", [], folder / "rtl")
    break_design(monkeypatch, right, broken, cell=cell)
    with pytest.raises(ToolError, match=told):
        run(folder)


def problems(tmp_path: Path, text: str) -> str:
    source = tmp_path / "piece.cpp"
    source.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        front_end(source, "top", [])
    return str(caught.value).replace(f"{source}:", "")


def test_a_pointer_behind_a_master_needs_its_depth(tmp_path: Path) -> None:
    text = "void top(int *a, int n) {\n#pragma HLS INTERFACE m_axi port=a\n    a[n] = 1;\n}\n"
    expected = "expected a known number of elements, found an index that is not known at compile time"
    assert problems(tmp_path, text).startswith(f"3:10: pointer a: {expected}")


def test_a_mode_that_does_not_fit(tmp_path: Path) -> None:
    text = "int top(int a) {\n#pragma HLS INTERFACE axis port=a\n    return a;\n}\n"
    assert problems(tmp_path, text).startswith(
        "2: pragma HLS INTERFACE port=a: expected a mode for a scalar, found axis"
    )


def test_pragmas_for_no_argument_are_told_of(tmp_path: Path) -> None:
    source = tmp_path / "piece.cpp"
    source.write_text("int top(int a) {\n#pragma HLS INTERFACE ap_vld port=b\n    return a;\n}\n", encoding="utf-8")
    (warning,) = front_end(source, "top", []).warnings
    assert warning.location is not None
    assert warning.location.line == 2
    assert warning.text == "pragma HLS INTERFACE: no argument named b, ignored"


VECTORS = """
#include "hls_directio.h"
#include "hls_vector.h"
typedef hls::vector<short, 4> word_t;
typedef hls::ap_hs<int> number;
void rows(const word_t* a, word_t* b, number& gain, number& sums) {
#pragma HLS INTERFACE m_axi port=a depth=6 bundle=bus_a
#pragma HLS INTERFACE m_axi port=b depth=6 bundle=bus_b
    for (int i = 0; i < 6; i++) {
        const int by = gain.read();
        const word_t row = a[i];
        word_t made;
        for (int j = 0; j < 4; j++) made[j] = row[3 - j] * by;
        b[i] = made;
        sums.write(made.reduce_add());
    }
}
"""


def test_vectors_on_a_bus_and_numbers_with_a_handshake(tmp_path: Path) -> None:
    """An hls::vector is one word of the bus."""
    source = tmp_path / "rows.cpp"
    source.write_text(VECTORS, encoding="utf-8")
    done = cosimulate(source, "rows", tmp_path / "rtl", calls=2, words=12, stalls=0.3)
    assert done.differences == ()
    assert dict(done.compared) == {"a": 48, "b": 48, "sums": 12}


def test_a_called_function_that_never_ends_and_one_without_arguments(tmp_path: Path) -> None:
    source = tmp_path / "k.cpp"
    source.write_text("void on(int a[4], int n) {\n    while (true) a[n & 3]++;\n}\nint made() {\n    return 7;\n}\n")
    endless = compile_kernel(source, "on", [], tmp_path / "on")
    lint(endless)
    assert [one.partition(": ")[2] for one in endless.report.warnings] == ["on never ends, it is never done"]
    assert "assign ap_done_tvalid = 1'b0;" in endless.verilog.read_text(encoding="utf-8")
    interface = front_end(source, "made", []).interface
    assert interface is not None
    assert [one.name for one in interface.arguments] == ["ap_return"]
