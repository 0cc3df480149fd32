"""Dependences through arrays by their indices: intervals by hand, and random indices natively against RTL."""

import random
from pathlib import Path

import pytest

from fpdeep_gen.hls.compile import compile_kernel
from fpdeep_gen.hls.frontend import process
from tests.hls.batch.build import Source, build
from tests.hls.batch.run import Stimulus, run_group
from tests.hls.kernels.cases import STALL, intervals

HEAD = '#include "ap_int.h"\n#include "hls_stream.h"\n'
SHOW = "for (int i = 0; i < 64; i++) out.write(a[i]);"


def kernel(name: str, body: str) -> Source:
    """`a` keeps its 64 words from call to call."""
    ports = "hls::stream<int>& in, hls::stream<int>& out"
    return Source(name, f"{HEAD}void {name}({ports}) {{\n    static int a[64];\n{body}\n}}\n")


# A load, a product of 32 bits by 32 in three stages (2 x 2 parts of 24 and 17 bits, less one), a sum and the store take
# five cycles: a word that comes back after d iterations allows an interval of 5 / d, rounded up.
CASES = {
    # a[i] is never met again, however many iterations there are
    "same_word": (
        """
    int n = in.read() & 63, k = in.read();
    for (int i = 0; i < n; i++) {
#pragma HLS PIPELINE II=1
        a[i] = a[i] * k + i;
    }"""
        + SHOW,
        1,
    ),
    "word_before": (
        """
    int k = in.read();
    for (int i = 1; i < 64; i++) {
#pragma HLS PIPELINE II=1
        a[i] = a[i - 1] * k + i;
    }"""
        + SHOW,
        5,
    ),
    "third_before": (
        """
    int n = in.read() & 63, k = in.read();
    for (int i = 3; i < n; i++) {
#pragma HLS PIPELINE II=1
        a[i] = a[i - 3] * k + i;
    }"""
        + SHOW,
        2,
    ),
    "word_behind": (
        """
    int n = in.read() & 31, k = in.read();
    for (int i = 0; i < n; i++) {
#pragma HLS PIPELINE II=1
        a[i] = a[i + 1] * k + i;
    }"""
        + SHOW,
        1,
    ),
    # a counter of one bit comes back after two iterations
    "wrapping": (
        """
    int n = in.read() & 63, k = in.read();
    ap_uint<1> at = 0;
    for (int i = 0; i < n; i++) {
#pragma HLS PIPELINE II=1
        a[at] = a[at] * k + i;
        at++;
    }"""
        + SHOW,
        3,
    ),
    # a row of 16 lies between two uses of a word; the loops are the whole function and start again at once
    "line_buffer": (
        """
    for (int y = 0; y < 6; y++) {
        for (int x = 0; x < 16; x++) {
#pragma HLS PIPELINE II=1
            int word = in.read();
            a[x] = a[x] * word + y;
            out.write(a[x]);
        }
    }""",
        1,
    ),
    # a row of two: faster than loops one by one, of 2 + 6 + 2 cycles for two words
    "short_line": (
        """
    for (int y = 0; y < 8; y++) {
        for (int x = 0; x < 2; x++) {
#pragma HLS PIPELINE II=1
            int word = in.read();
            a[x] = a[x] * word + y;
            out.write(a[x]);
        }
    }""",
        3,
    ),
    # even and odd words
    "pairs": (
        """
#pragma HLS ARRAY_PARTITION variable=a cyclic factor=2
    int n = in.read() & 31, k = in.read();
    for (int i = 0; i < n; i++) {
#pragma HLS PIPELINE II=1
        int even = a[2 * i], odd = a[2 * i + 1] * k;
        a[2 * i] = even + odd;
        a[2 * i + 1] = even - odd + i;
    }"""
        + SHOW,
        1,
    ),
    # the word that is read is another than the one written in front of it, and goes out in the next iteration
    "apart": (
        """
#pragma HLS BIND_STORAGE variable=a type=ram_2p impl=lutram
#pragma HLS DEPENDENCE variable=a inter false
#pragma HLS DEPENDENCE variable=a intra false
    int n = in.read() & 31, r = in.read(), k = in.read(), held = k;
    for (int i = 0; i < n; i++) {
#pragma HLS PIPELINE II=1
        out.write(held);
        a[(k ^ r ^ 32) & 63] = i;
        held = a[(k ^ r) & 63];
        k = k + r;
    }"""
        + SHOW,
        1,
    ),
    # only reads behind writes never meet: each word is read, by an index that takes long, just before it is overwritten
    "overwritten": (
        """
#pragma HLS DEPENDENCE variable=a inter RAW false
    int k = in.read();
    for (int i = 0; i < 63; i++) {
#pragma HLS PIPELINE II=1
        const ap_uint<8> at = i;
        a[at] = i ^ k;
        out.write(a[(at * at + at) * 3 / ap_uint<5>(3) - at * at + 1]);
    }"""
        + SHOW,
        1,
    ),
}


def _random(number: int) -> Source:
    pick = random.Random(number)
    indices = ["i", "i + 1", "i - 1", "2 * i", "i ^ 3", "63 - i", "(i * 5) & 63", "i >> 1", "(i + 60) & 63", "i & 3"]
    inner = ["x", "x + 8", "8 * y + x", "8 * x + y", "(8 * y + x) ^ 8", "7 - x", "x + y"]
    nest = number % 3 == 2
    words = [f"a[({pick.choice(inner if nest else indices)}) & 63]" for _ in range(4)]
    step = f"int word = {words[0]} * k + in.read(); {words[1]} = word; {words[2]} ^= i; out.write({words[3]});"
    loop = f"#pragma HLS PIPELINE II=1\n{step}"
    bound = pick.choice(["40", "n", "64"])
    single = f"for (int i = 0; i < {bound}; i++) {{\n{loop}\n}}"
    nested = (
        f"for (int y = 0; y < 8; y++) for (int x = 0; x < {pick.choice([2, 5, 8])}; x++) {{\n int i = y;\n{loop}\n}}"
    )
    return kernel(f"random_{number}", f"int n = 20 + (in.read() & 15), k = in.read();\n{nested if nest else single}\n")


SOURCES = [*(kernel(name, body) for name, (body, _) in CASES.items()), *(_random(number) for number in range(9))]


def test_against_native() -> None:
    """All kernels, three calls each."""
    group = build(SOURCES)
    found = {name: intervals(one.report) for name, one in group.kernels.items() if name in CASES}
    assert {name: loops[0] for name, loops in found.items()} == {name: ii for name, (_, ii) in CASES.items()}
    words = [random.Random(1).getrandbits(32) for _ in range(400)]
    results = run_group(group, {one.top: Stimulus({"in": words}, 3, whole=False) for one in SOURCES}, (0.0, STALL))
    assert {name: one.difference() for name, one in results.items()} == dict.fromkeys(results, "")


@pytest.mark.parametrize("name", ["same_word", "line_buffer", "pairs"])
def test_without_indices_intervals_are_longer(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "find_meetings", lambda *_: ({}, {}))
    source = kernel(name, CASES[name][0])
    (tmp_path / f"{name}.cpp").write_text(source.text, encoding="utf-8")
    assert intervals(compile_kernel(tmp_path / f"{name}.cpp", name, [], tmp_path / "rtl").report)[0] > 1
