"""ap_int and ap_uint: every operator at widths where sign, carry and padding matter, against Python's integers."""

import random
from pathlib import Path

import pytest

from fpdeep_gen.hls.ir import Binary, BinaryKind, Concat, Extract
from tests.hls.frontend.compiling import bits, compile_text, process_of, run, run_text, signed

TYPES = [(1, False), (7, True), (33, True), (40, False), (100, True), (1, True)]
PAIRS = [(left, right) for left in TYPES for right in TYPES]


def _type(width: int, is_signed: bool) -> str:
    return f"ap_{'int' if is_signed else 'uint'}<{width}>"


def _value(word: int, width: int, is_signed: bool) -> int:
    return signed(word, width) if is_signed else word


def _divide(left: int, right: int) -> tuple[int, int]:
    quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
    return quotient, left - quotient * right


def _order(left: int, right: int, left_type: tuple[int, bool], right_type: tuple[int, bool]) -> int:
    """The six relations. From 32 bits on, C's rule: an unsigned operand that isn't narrower makes both unsigned."""
    equal = left == right
    widths = left_type[0], right_type[0]
    unsigned = widths[0] if not left_type[1] else widths[1]
    if left_type[1] != right_type[1] and max(widths) >= 32 and unsigned == max(widths):
        if widths[0] != widths[1] or widths[0] > 64:
            equal = bits(left, unsigned) == bits(right, unsigned)
        left, right = bits(left, unsigned + 1), bits(right, unsigned + 1)
    less, greater = left < right, left > right
    return equal | (not equal) << 1 | less << 2 | (not greater) << 3 | greater << 4 | (not less) << 5


def _divided(left: int, right: int, left_type: tuple[int, bool], right_type: tuple[int, bool]) -> tuple[int, int]:
    """Quotient and remainder: as integers, or as unsigned ones where the unsigned operand is the wider."""
    (wa, sa), (wb, sb) = left_type, right_type
    width = max(wa, wb) + (sa or sb)
    signs = sa if wa > wb else sb if wb > wa else sa or sb
    plain = _divide(left, right) if signs else _divide(bits(left, width), bits(right, width))
    rest = plain[1] if signs and sa else bits(left, width) % bits(right, width)
    out = wa + sb
    quotient = signed(bits(plain[0], out), out) if sa or sb else bits(plain[0], out)
    narrow = min(wa, wb + (sa and not sb))
    return quotient, signed(bits(rest, narrow), narrow) if sa else bits(rest, narrow)


@pytest.mark.parametrize("group", range(6))
def test_operators_of_two_types(tmp_path: Path, group: int) -> None:
    pairs = PAIRS[group * 6 : group * 6 + 6]
    for place, ((wa, sa), (wb, sb)) in enumerate(pairs):
        text = f"""
        void top(hls::stream<{_type(wa, sa)}>& a, hls::stream<{_type(wb, sb)}>& b,
                 hls::stream<ap_int<256>>& exact, hls::stream<ap_int<256>>& logic, hls::stream<ap_uint<6>>& order) {{
        #pragma HLS PIPELINE II=1
            const {_type(wa, sa)} x = a.read();
            const {_type(wb, sb)} y = b.read();
            exact.write(x + y);
            exact.write(x - y);
            exact.write(x * y);
            if (y != 0) {{
                exact.write(x / y);
                exact.write(x % y);
            }}
            exact.write(-x);
            logic.write(x & y);
            logic.write(x | y);
            logic.write(x ^ y);
            ap_uint<6> o = 0;
            o[0] = x == y;
            o[1] = x != y;
            o[2] = x < y;
            o[3] = x <= y;
            o[4] = x > y;
            o[5] = x >= y;
            order.write(o);
        }}
        """
        random_words = random.Random(group * 6 + place)
        xs = [random_words.getrandbits(wa) for _ in range(12)] + [0, (1 << wa) - 1, 1 << (wa - 1), 0]
        ys = [random_words.getrandbits(wb) for _ in range(12)] + [(1 << wb) - 1, (1 << wb) - 1, 1 << (wb - 1), 0]
        got = run_text(tmp_path, text, a=xs, b=ys)
        exact: list[int] = []
        logic: list[int] = []
        order: list[int] = []
        for x, y in zip((_value(w, wa, sa) for w in xs), (_value(w, wb, sb) for w in ys), strict=True):
            exact += [x + y, x - y, x * y, *(_divided(x, y, (wa, sa), (wb, sb)) if y else ()), -x]
            logic += [x & y, x | y, x ^ y]
            order.append(_order(x, y, (wa, sa), (wb, sb)))
        case = (_type(wa, sa), _type(wb, sb))
        assert [signed(word, 256) for word in got["exact"]] == exact, case
        assert [signed(word, 256) for word in got["logic"]] == logic, case
        assert got["order"] == order, case


def test_shifts(tmp_path: Path) -> None:
    text = """
    void top(hls::stream<ap_int<20>>& a, hls::stream<ap_uint<6>>& n, hls::stream<ap_int<20>>& out) {
    #pragma HLS PIPELINE II=1
        const ap_int<20> x = a.read();
        const ap_uint<6> by = n.read();
        out.write(x << 3);
        out.write(x >> 3);
        out.write(x >> 25);
        out.write(x << by);
        out.write(x >> by);
        out.write(ap_uint<20>(x) >> by);
        ap_int<20> y = x;
        y <<= 1;
        y += 3;
        y++;
        out.write(y);
    }
    """
    xs = [0x7FFFF, 0x80000, 0x12345, 0xFFFFF, 1]
    ns = [0, 1, 19, 20, 63]
    got = run_text(tmp_path, text, a=xs, n=ns)["out"]
    expected: list[int] = []
    for word, by in zip(xs, ns, strict=True):
        x = signed(word, 20)
        expected += [x << 3, x >> 3, x >> 25, x << by, x >> by, word >> by, (x << 1) + 4]
    assert got == [bits(value, 20) for value in expected]


def test_ranges_and_bits_are_wires(tmp_path: Path) -> None:
    text = """
    void top(hls::stream<ap_uint<128>>& in, hls::stream<ap_uint<128>>& out) {
    #pragma HLS PIPELINE II=1
        const ap_uint<128> x = in.read();
        ap_uint<128> y = x;
        y.range(31, 16) = x.range(111, 96);
        y(3, 0) = x(127, 124);
        y[64] = x[5];
        out.write(y);
    }
    """
    module = compile_text(tmp_path, text)
    words = [random.Random(3).getrandbits(128) for _ in range(5)]
    expected = []
    for x in words:
        y = x & ~(0xFFFF << 16) & ~0xF & ~(1 << 64)
        expected.append(y | (x >> 96 & 0xFFFF) << 16 | x >> 124 | (x >> 5 & 1) << 64)
    assert run(module, {"in": words}).outputs["out"] == expected
    operations = list(process_of(module).operations())
    assert not [one for one in operations if isinstance(one, Binary)]
    assert [one for one in operations if isinstance(one, Concat)]
    assert [one for one in operations if isinstance(one, Extract)]


def test_dynamic_range_and_bit(tmp_path: Path) -> None:
    text = """
    void top(hls::stream<ap_uint<40>>& in, hls::stream<ap_uint<6>>& at, hls::stream<ap_uint<40>>& out) {
    #pragma HLS PIPELINE II=1
        ap_uint<40> x = in.read();
        const int i = at.read();
        out.write(x.range(i + 3, i));
        x[i] = !x[i];
        out.write(x);
    }
    """
    xs, ats = [0xABCDEF0123, 0xFFFFFFFFFF, 5], [0, 36, 17]
    expected: list[int] = []
    for x, at in zip(xs, ats, strict=True):
        expected += [x >> at & 15, x ^ 1 << at]
    assert run_text(tmp_path, text, **{"in": xs, "at": ats})["out"] == expected


def test_wrap_and_width_recovery(tmp_path: Path) -> None:
    text = """
    void top(hls::stream<ap_int<24>>& in, hls::stream<ap_int<40>>& out) {
    #pragma HLS PIPELINE II=1
        static ap_int<40> total = 5;
        const ap_int<24> x = in.read();
        total += x * x;
        out.write(total);
    }
    """
    module = compile_text(tmp_path, text)
    words = [0x800000] * 40 + [7, 0xFFFFFF]
    total, expected = 5, []
    for word in words:
        total = bits(total + signed(word, 24) ** 2, 40)
        expected.append(total)
    assert run(module, {"in": words}).outputs["out"] == expected
    process = process_of(module)
    assert [one.width for one in process.variables] == [40]
    products = [one for one in process.operations() if isinstance(one, Binary) and one.kind is BinaryKind.MUL]
    assert products[0].width <= 48
