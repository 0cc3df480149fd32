"""Structures, side channels, vectors and mathematics: a kernel natively, as compiled and as RTL."""

from pathlib import Path

import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.compile import compile_kernel
from fpdeep_gen.hls.cosim import cosimulate
from fpdeep_gen.hls.frontend import front_end
from fpdeep_gen.hls.interpret import interpret
from fpdeep_gen.hls.simulate import simulate_streams
from tests.hls.headers.generate import pieces
from tests.hls.headers.harness import differences, inputs_of, run_reference, wide_source
from tests.hls.headers.operands import Piece

KERNEL = """
#include <cassert>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <algorithm>
#include <array>
#include "ap_axi_sdata.h"
#include "ap_fixed.h"
#include "ap_shift_reg.h"
#include "ap_utils.h"
#include "hls_math.h"
#include "hls_stream.h"
#include "hls_vector.h"
#include "x_hls_utils.h"

enum Color { RED, GREEN = 5 };
enum class Op : unsigned char { ADD, SUB };
struct Inner {
    ap_int<5> a;
    bool b;
};
struct Packet {
    ap_uint<12> id;
    Inner in[2];
    short s[2];
    Op op;
    ap_fixed<9, 3> f;
};
typedef ap_axiu<32, 0, 3, 0> Flit;
typedef hls::vector<ap_int<9>, 4> Lanes;

void kernel(hls::stream<Packet> &packets, hls::stream<Flit> &flits, hls::stream<Lanes> &lanes,
            hls::stream<Packet> &packets_out, hls::stream<Flit> &flits_out, hls::stream<Lanes> &lanes_out,
            hls::stream<ap_fixed<18, 6>> &numbers) {
    for (int i = 0; i < 20; i++) {
#pragma HLS PIPELINE
        Packet p = packets.read();
        p.id += 1;
        p.in[1].b = !p.in[0].b;
        p.in[0].a = -p.in[1].a;
        std::swap(p.s[0], p.s[1]);
        p.s[0] = std::max<short>(p.s[0], p.s[1]);
        p.f *= 2;
        p.op = p.op == Op::ADD ? Op::SUB : Op::ADD;
        packets_out.write(p);

        Flit f;
        flits >> f;
        f.data ^= 0xff;
        f.last = !f.last;
        f.keep_all();
        f.id++;
        flits_out << f;

        static ap_shift_reg<ap_int<9>, 3> delay;
        Lanes v = lanes.read();
        std::cout << "not in hardware " << i << std::endl;
        assert(i < 20);
        const Lanes fixed = {1, -2, GREEN};
        Lanes w = v + fixed;
        w[3] = v.reduce_add() + (v < w) + (v == fixed);
        w -= Lanes(3);
        w[2] = delay.shift(v[2]);
        std::array<ap_int<9>, 2> kept;
        kept[0] = w[0];
        kept[1] = hls::numeric_limits<ap_int<9>>::max();
        w[0] = kept[1] - kept[0];
        lanes_out.write(w * v);

        ap_fixed<18, 6> q;
        q.range() = f.data.range(17, 0);
        numbers.write(hls::sqrt(hls::abs(q)));
        numbers.write(hls::floor(q));
        numbers.write(hls::ceil(q));
        numbers.write(hls::round(q));
        numbers.write(ap_fixed<18, 6>(hls::sqrt(ap_uint<24>(f.data))));
        ap_wait();
    }
}
"""


def test_words_of_every_kind(tmp_path: Path) -> None:
    source = tmp_path / "kernel.cpp"
    source.write_text(KERNEL)
    done = cosimulate(source, "kernel", tmp_path / "rtl", words=20, stalls=0.2)
    assert done.differences == ()
    assert len(done.outputs["numbers"]) == 100


def test_square_root_is_the_floor(tmp_path: Path) -> None:
    """The shared headers cannot show an error of their own by comparing; integers can."""
    source = tmp_path / "roots.cpp"
    source.write_text("""
#include "hls_math.h"
#include "hls_stream.h"
void roots(hls::stream<ap_uint<33>> &in, hls::stream<ap_uint<33>> &out) {
#pragma HLS PIPELINE II=1
    out.write(hls::sqrt(in.read()));
}
""")
    words = [0, 1, 2, 3, 4, 8, 9, 2**33 - 1, 2**32, 2**32 - 1, *(k * k - k % 3 for k in range(3, 90000, 3000))]
    roots = interpret(front_end(source, "roots", []), {"in": words}).outputs["out"]
    assert all(root * root <= word < (root + 1) ** 2 for root, word in zip(roots, words, strict=True))


def _sample(count: int) -> list[Piece]:
    """Pieces without division or very wide values, for RTL."""
    made = [piece for piece in pieces(77, 6 * count) if not {"/", "%"} & set(piece.text())]
    return [piece for piece in made if all(operand.width <= 130 for operand in piece.operands)][:count]


def test_a_sample_of_pieces_as_rtl(tmp_path: Path) -> None:
    sample, runs = _sample(20), 12
    inputs = inputs_of(sample, 5, runs)
    expected = run_reference(tmp_path, sample, inputs)
    words_out = len(expected) // runs
    source = tmp_path / "pieces.cpp"
    source.write_text(wide_source(sample, inputs.words_each, words_out))
    module = compile_kernel(source, "top", [], tmp_path / "rtl")
    words = [sum(word << 64 * k for k, word in enumerate(row)) for row in _rows(inputs.words, inputs.words_each)]
    result = simulate_streams(module, {"from": words}, {"to": runs})
    found = [word >> (64 * k) & (2**64 - 1) for word in result.outputs["to"] for k in range(words_out)]
    assert not differences(sample, inputs, expected, found)


def _rows(words: list[int], length: int) -> list[list[int]]:
    return [words[at : at + length] for at in range(0, len(words), length)]


REFUSED = {
    "hls::stream<int>& in, hls::stream<int>& out": ("out.write(in.size());", "use empty() or full()"),
    "hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out": (
        "ap_uint<8> x = in.read(); x.range(3, 0) |= x; out.write(x);",
        "write x.range(h, l) = x.range(h, l) | y",
    ),
    "hls::stream<float>& in, hls::stream<float>& out": ("out.write(in.read());", "integers, fixed-point numbers"),
    "hls::stream<ap_ufixed<8, 4, AP_TRN, AP_WRAP_SM>>& in, hls::stream<int>& out": (
        "ap_ufixed<8, 4, AP_TRN, AP_WRAP_SM> x = in.read() * 2; out.write(x);",
        "AP_WRAP_SM is for signed fixed-point types",
    ),
}


@pytest.mark.parametrize("arguments", REFUSED)
def test_what_has_no_hardware_is_told(tmp_path: Path, arguments: str) -> None:
    body, told = REFUSED[arguments]
    source = tmp_path / "kernel.cpp"
    source.write_text(f'#include "ap_fixed.h"\n#include "hls_stream.h"\nvoid top({arguments}) {{\n    {body}\n}}\n')
    with pytest.raises(InputError) as error:
        front_end(source, "top", [])
    assert told in str(error.value)


def test_reductions_by_their_definition(tmp_path: Path) -> None:
    """Where the reference is wrong: beyond 64 bits, and for negative values."""
    source = tmp_path / "kernel.cpp"
    source.write_text("""
#include "ap_int.h"
#include "hls_stream.h"
void top(hls::stream<ap_int<67>>& in, hls::stream<ap_uint<7>>& out) {
#pragma HLS PIPELINE II=1
    const ap_int<67> x = in.read();
    const ap_int<3> y = x.range(2, 0);
    ap_uint<7> all = 0;
    all[0] = x.and_reduce();
    all[1] = x.nand_reduce();
    all[2] = x.or_reduce();
    all[3] = x.nor_reduce();
    all[4] = x.xor_reduce();
    all[5] = x.xnor_reduce();
    all[6] = y.xor_reduce();
    out.write(all);
}
""")
    words = [0, 1, 7, 2**67 - 1, 2**66, 2**66 - 1, 5 << 60 | 2, (1 << 67) - 6]
    found = interpret(front_end(source, "top", []), {"in": words}).outputs["out"]
    for word, bits in zip(words, found, strict=True):
        ones, low = word.bit_count(), (word & 7).bit_count()
        flags = (ones == 67, ones < 67, ones > 0, ones == 0, ones % 2 == 1, ones % 2 == 0, low % 2 == 1)
        assert [bool(bits >> k & 1) for k in range(7)] == list(flags), hex(word)
