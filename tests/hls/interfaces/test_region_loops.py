"""Loops in the body of a DATAFLOW function are stages of their own; functions with INLINE are opened for them."""

from pathlib import Path

import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.compile import compile_kernel
from fpdeep_gen.hls.cosim import cosimulate

BLUR = """
#include "hls_stream.h"
template <int TAPS>
static void blur(const int in[32], hls::stream<int>& out, const short* weights, int n) {
#pragma HLS INLINE
    hls::stream<int> sums;
    int window[TAPS];
    int held = 0;
Sum:
    for (int i = 0; i < n; ++i) {
#pragma HLS PIPELINE
        int sum = 0;
        for (int k = TAPS - 1; k > 0; --k) {
            window[k] = i == 0 ? 0 : window[k - 1];
            sum += window[k] * weights[k];
        }
        window[0] = in[i];
        sum += window[0] * weights[0];
        sums.write(sum);
    }
    for (int i = 0; i < n; ++i) {
#pragma HLS PIPELINE
        if (i % 4 == 0) held = sums.read() * weights[i % TAPS];
        else held += sums.read();
        out.write(held);
    }
Last: for (int i = 0; i < 1; ++i) out.write(n);
}
void blur3(int n, const int in[32], hls::stream<int>& out) {
#pragma HLS DATAFLOW
    const short weights[3] = {3, 5, -7};
    blur<3>(in, out, weights, n & 31);
}
"""
TWO = """
#include "hls_stream.h"
void scaled(const int in[24], int out[24], int& most) {
#pragma HLS DATAFLOW
    hls::stream<int> words;
    int table[24];
    int largest = 0;
Largest:
    for (int i = 0; i < 24; ++i) {
#pragma HLS PIPELINE
        const int word = in[i];
        largest = word > largest ? word : largest;
        table[i] = word;
    }
Scale:
    for (int i = 0; i < 24; ++i) {
#pragma HLS PIPELINE
        words.write(largest - table[23 - i]);
    }
Store:
    for (int i = 0; i < 24; ++i) {
#pragma HLS PIPELINE
        out[i] = words.read();
    }
}
"""


def test_an_inlined_function_is_opened(tmp_path: Path) -> None:
    """Two loops that share a constant table, with a window that only one has."""
    text = BLUR.replace("Last: for (int i = 0; i < 1; ++i) out.write(n);", "")
    source = tmp_path / "blur.cpp"
    source.write_text(text, encoding="utf-8")
    done = cosimulate(source, "blur3", tmp_path / "rtl", calls=4)
    assert done.differences == ()
    names = [one.name for one in done.compiled.report.processes]
    line = 1 + next(at for at, one in enumerate(text.split("\n")) if "held = sums" in one) - 2
    assert any("Sum" in one for one in names)
    assert any(f"loop_{line}" in one for one in names)
    assert max(done.latencies) < 31 + 25  # one behind the other they would take twice 31


def test_arrays_and_values_between_loops(tmp_path: Path) -> None:
    """A value that one loop computes and the next uses, and an array between them."""
    source = tmp_path / "scaled.cpp"
    source.write_text(TWO.replace(", int& most", ""), encoding="utf-8")
    done = cosimulate(source, "scaled", tmp_path / "rtl", calls=4)
    assert done.differences == ()
    names = " ".join(one.name for one in done.compiled.report.processes)
    assert all(label in names for label in ("Largest", "Scale", "Store"))
    assert len(done.compiled.report.between) == 2


def test_loops_that_share_an_argument_are_refused(tmp_path: Path) -> None:
    """The third loop writes to the stream of the second, which takes the words of the first."""
    source = tmp_path / "blur.cpp"
    source.write_text(BLUR, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        compile_kernel(source, "blur3", [], tmp_path / "rtl")
    problems = caught.value.problems
    assert {one.field for one in problems} == {"a loop of a DATAFLOW region"}
    assert all("out" in one.found and one.line for one in problems)


HELD = """
#include "hls_stream.h"
void held(hls::stream<int>& in, hls::stream<int>& out) {
#pragma HLS INTERFACE mode=ap_ctrl_hs port=return
#pragma HLS DATAFLOW
    hls::stream<int> words;
    for (int i = 0; i < 16; ++i) words.write(in.read() * 3);
    for (int i = 0; i < 16; ++i) {
        int first;
        const int word = words.read();
        if (i % 4 == 0) first = word;
        out.write(first - word);
    }
}
"""
HELD_BENCH = """
#include "hls_stream.h"
void held(hls::stream<int>&, hls::stream<int>&);
int main() {
    hls::stream<int> in, out;
    for (int i = 0; i < 16; ++i) in.write(i * i);
    held(in, out);
    int wrong = 0;
    for (int i = 0; i < 16; ++i) wrong += out.read() != 3 * ((i & ~3) * (i & ~3) - i * i);
    return wrong;
}
"""


def test_a_variable_without_a_value_keeps_the_last(tmp_path: Path) -> None:
    """As in a register; the bench, which fails where it is 0 again in each iteration, passes, and the RTL is as it."""
    source, bench = tmp_path / "held.cpp", tmp_path / "bench.cpp"
    source.write_text(HELD, encoding="utf-8")
    bench.write_text(HELD_BENCH, encoding="utf-8")
    done = cosimulate(source, "held", tmp_path / "rtl", testbench=bench)
    assert done.bench_code == 0
    assert done.differences == ()
    assert dict(done.compared) == {"out": 16}


def test_a_result_that_is_used_between_stages_is_refused(tmp_path: Path) -> None:
    """The controller would start the second stage before the first has told its result."""
    source = tmp_path / "scaled.cpp"
    text = TWO.replace(", int& most", "").replace("Scale:", "const int most = largest * 3 + 1;\nScale:")
    source.write_text(text.replace("write(largest -", "write(most -"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        compile_kernel(source, "scaled", [], tmp_path / "rtl")
    assert [one.found for one in caught.value.problems] == ["an earlier use"]


CHANGED = """
#include "ap_int.h"
#include "hls_stream.h"
typedef ap_int<8> Word;
static void first(hls::stream<Word>& in, Word table[4], Word& last) {
    for (int i = 0; i < 4; ++i) table[i] = last = in.read();
}
static void second(const Word table[4], hls::stream<Word>& out) {
    for (int i = 0; i < 4; ++i) out.write(table[3 - i]);
}
void changed(hls::stream<Word>& in, hls::stream<Word>& out, hls::stream<Word>& rest) {
#pragma HLS DATAFLOW
    Word table[4], last;
    first(in, table, last);
    BETWEEN
    second(table, out);
    rest.write(last);
}
"""


@pytest.mark.parametrize("between", ["rest.write(last);", "last = 0;"])
def test_so_is_one_that_is_copied_or_set_there(tmp_path: Path, between: str) -> None:
    """What the stage tells would come over the later value."""
    source = tmp_path / "changed.cpp"
    source.write_text(CHANGED.replace("BETWEEN", between), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        compile_kernel(source, "changed", [], tmp_path / "rtl")
    assert [one.found for one in caught.value.problems] == ["an earlier use"]
