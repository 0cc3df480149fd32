"""Arrays of structures and vectors behind AXI4 masters and streams, beside registers without a register of control."""

from pathlib import Path

import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.compile import compile_kernel, lint
from fpdeep_gen.hls.cosim import cosimulate
from fpdeep_gen.hls.layout import parse_layout
from fpdeep_gen.hls.packing import memory_packing, stream_packing

KERNEL = """
#include "ap_int.h"
#include "hls_vector.h"
struct Pair { char tag; short value; };
struct Record { ap_int<23> head; Pair pairs[2]; bool odd; long sum; };
typedef hls::vector<short, 4> Four;
struct Item { ap_uint<5> key; Four values; };
void gather(const Pair *pairs, Record *records, Four sums[12], Item in[12], Item out[12], short bias, int &seen) {
#pragma HLS INTERFACE m_axi port=pairs depth=24
#pragma HLS INTERFACE m_axi port=records depth=12
#pragma HLS INTERFACE m_axi port=sums
#pragma HLS INTERFACE axis port=in
#pragma HLS INTERFACE ap_fifo port=out
#pragma HLS INTERFACE s_axilite port=bias
#pragma HLS INTERFACE s_axilite port=seen
    int count = 0;
    for (int i = 0; i < 12; i++) {
        Item item = in[i];
        Record record = records[i];
        record.pairs[i % 2] = pairs[2 * i];
        record.pairs[1 - i % 2].value += pairs[2 * i + 1].value;
        record.head += pairs[2 * i].tag;
        count += record.odd;
        record.odd = record.sum & 1;
        if (i % 3) records[i] = record;
        else records[i].pairs[1].tag = bias;
        Four sum = sums[i];
        sum += item.values;
        sums[i] = sum;
        item.values[i % 4] = item.key + bias;
        out[i] = item;
    }
    seen = count;
}
"""


def test_structures_and_vectors_cross_as_words(tmp_path: Path) -> None:
    (tmp_path / "k.cpp").write_text(KERNEL, encoding="utf-8")
    done = cosimulate(tmp_path / "k.cpp", "gather", tmp_path / "rtl", calls=2, stalls=0.2)
    assert not done.differences
    lint(done.compiled)
    assert {name: count // 2 for name, count in done.compared.items()} == {
        "out": 12, "seen": 1, "pairs": 48, "records": 84, "sums": 48,
    }  # fmt: skip
    words = {one.name: one.width for one in done.compiled.report.ports}
    assert words == {"in": 69, "out": 69}
    read = done.bursts["pairs"]
    assert (read.read_beats, read.write_beats) == (2 * 24, 0)  # two members of two bytes: a beat an element


def test_a_record_lies_in_memory_as_the_compiler_has_it() -> None:
    packing = memory_packing(parse_layout("[12 {i23[2 {i8i16}]u1i64}]"))
    assert packing is not None
    assert (packing.width, packing.words, packing.strobes) == (64, 3, 8)
    assert packing.places == ((0, 0), (0, 32), (0, 48), (1, 0), (1, 16), (1, 32), (2, 0))
    assert packing.strobe(2) == 0b11000000
    values = [-5, 1, -2, 3, 4, 1, -(1 << 63)]
    assert packing.unpack(packing.pack(values * 2)) == values * 2


def test_members_of_a_stream_word_have_nothing_between() -> None:
    packing = stream_packing(parse_layout("[3 {u5v[2 i16]}]"))
    assert (packing.width, packing.words, packing.places) == (37, 1, ((0, 0), (0, 5), (0, 21)))


@pytest.mark.parametrize(
    ("structure", "found"),
    [
        ("struct alignas(32) Odd { int a, b; };", "64 bytes"),
        ("struct Odd { ap_uint<72> a; long b; };", "a member that crosses words"),
    ],
)
def test_structures_that_do_not_fit_are_named(tmp_path: Path, structure: str, found: str) -> None:
    text = f'#include "ap_int.h"\n{structure}\nint f(Odd *odd) {{\n#pragma HLS INTERFACE m_axi port=odd depth=2\n'
    (tmp_path / "k.cpp").write_text(text + "    return int(odd[0].a + odd[1].b);\n}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        compile_kernel(tmp_path / "k.cpp", "f", [], tmp_path / "rtl", 200.0)
    assert [(one.line, one.found) for one in caught.value.problems] == [(3, found)]


def test_a_part_of_a_stream_word_is_refused(tmp_path: Path) -> None:
    text = "struct P { int a, b; };\nvoid f(P out[4]) {\n#pragma HLS INTERFACE axis port=out\n"
    text += "    for (int i = 0; i < 4; i++)\n        out[i].a = i;\n}\n"
    (tmp_path / "k.cpp").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        compile_kernel(tmp_path / "k.cpp", "f", [], tmp_path / "rtl", 200.0)
    (problem,) = caught.value.problems
    assert (problem.line, problem.found) == (5, "1 of 2")
