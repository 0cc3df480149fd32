"""BIND_OP and LATENCY: what operators are built of, how many stages they and loops take, and what cannot be had."""

import random
from pathlib import Path

import pytest

from fpdeep_gen.hls.compile import compile_kernel
from fpdeep_gen.hls.cosim import cosimulate
from fpdeep_gen.hls.emit.report import KernelReport
from fpdeep_gen.hls.ir import Cast, CastKind, Constant, Operation
from fpdeep_gen.hls.schedule.builder import Builder
from fpdeep_gen.hls.schedule.fabric import fabric_product

PRODUCTS = """#include <ap_int.h>
#include <hls_stream.h>
void products(hls::stream<ap_int<40>>& in, hls::stream<ap_int<64>>& out) {
    for (int i = 0; i < 32; ++i) {
#pragma HLS PIPELINE
        const ap_int<40> x = in.read();
        const ap_int<17> a = x;
        const ap_uint<11> u = x >> 17;
        const ap_int<1> sign = x >> 39;
        ap_int<64> p, q = u * u,
            r = a * u;
        p = a * a;
        // BOUND
        out.write(p);
        out.write(q + r);
        p = x * a;
        out.write(p);
        out.write(x * sign + a * 12345);
    }
}
"""
FABRIC = "#pragma HLS BIND_OP variable=p,q,r op=mul impl=fabric"
LOOPS = """int work(const int a[32], int b[32], int n) {
#pragma HLS LATENCY min=200 max=250
    int sum = n;
    for (int i = 0; i < 32; ++i) {
#pragma HLS LATENCY min=7 max=9
#pragma HLS PIPELINE
        b[i] = a[i] + n;
    }
    for (int i = 0; i < 5; ++i) {
#pragma HLS PIPELINE off
#pragma HLS LATENCY min=11
        sum += a[sum & 31] * b[i];
    }
    return sum;
}
"""


def of(source: str, top: str, folder: Path) -> KernelReport:
    file = folder / "k.cpp"
    file.write_text(source, encoding="utf-8")
    return compile_kernel(file, top, [], folder / "out").report


@pytest.mark.parametrize("seed", range(2))
def test_fabric_products_are_products(seed: int) -> None:
    """All signs and widths, the extremes among the values; the builder folds constants, so the tree is evaluated."""
    draw = random.Random(seed)
    for _ in range(80):
        builder = Builder()
        width, expected = draw.randint(1, 40), 1
        factors: list[Operation] = []
        for _ in range(2):
            bits, signed = draw.randint(1, width), draw.random() < 0.5
            value = draw.choice((0, 1, 1 << bits - 1, (1 << bits) - 1, draw.getrandbits(bits)))
            expected *= value - (1 << bits) if signed and value >> bits - 1 else value
            kind = CastKind.SEXT if signed else CastKind.ZEXT
            constant = Constant(bits, value)
            factors.append(constant if bits == width else Cast(width, kind, constant))
        found = fabric_product(builder, *factors)
        assert isinstance(found, Constant)
        assert (found.width, found.value) == (width, expected % (1 << width))


def test_products_in_the_fabric(tmp_path: Path) -> None:
    """p, q and r take no DSP; the product with x of 40 bits in `out.write` keeps its own."""
    plain, bound = (of(PRODUCTS.replace("// BOUND", text), "products", tmp_path) for text in ("", FABRIC))
    assert plain.resources.dsp == 1 + 1 + 1 + 2 + 1  # a * a, u * u, a * u, x * a, and a * 12345
    assert bound.resources.dsp == 1
    assert not bound.warnings
    assert cosimulate(tmp_path / "k.cpp", "products", tmp_path / "cosim", words=96, stalls=0.3).differences == ()


def test_stages_and_dsps_as_asked(tmp_path: Path) -> None:
    asked = "BIND_OP variable=p op=mul impl=dsp latency=5"
    report = of(PRODUCTS.replace("// BOUND", f"#pragma HLS {asked}"), "products", tmp_path)
    plain = of(PRODUCTS, "products", tmp_path)
    (before,), (after,) = ([loop.depth for one in each.processes for loop in one.loops] for each in (plain, report))
    assert before is not None and after is not None
    assert after.min > before.min
    hinted = [line for line in (tmp_path / "out/products.sv").read_text().splitlines() if "use_dsp" in line]
    assert not hinted  # of the plain one, built last
    of(PRODUCTS.replace("// BOUND", f"#pragma HLS {asked}"), "products", tmp_path)
    hinted = [line for line in (tmp_path / "out/products.sv").read_text().splitlines() if "use_dsp" in line]
    assert [line.split("//")[1].strip() for line in hinted] == ["k.cpp:12", "k.cpp:16"]


def test_operators_that_are_not_there_or_need_more(tmp_path: Path) -> None:
    wanted = {
        "variable=r op=sub impl=dsp": "no such operator is left",
        "variable=p op=mul latency=0": "it takes 2 stages at this clock, not 0",
        "variable=nobody op=mul impl=dsp": "nothing in its block sets nobody",
        "variable=p op=fmul impl=dsp": "op=fmul is not known",
        "variable=q op=mul impl=fabric latency=3": "latency= is ignored",
    }
    pragmas = "\n".join(f"#pragma HLS BIND_OP {one}" for one in wanted)
    warnings = of(PRODUCTS.replace("        // BOUND", pragmas), "products", tmp_path).warnings
    assert len(warnings) == len(wanted)
    for place, (pragma, part) in enumerate(wanted.items()):
        (line,) = [one for one in warnings if one.startswith(f"k.cpp:{13 + place}: ")]
        assert part in line, pragma


def test_loops_and_functions_last_as_long_as_asked(tmp_path: Path) -> None:
    report = of(LOOPS, "work", tmp_path)
    loops = [(loop.depth, loop.ii) for one in report.processes for loop in one.loops]
    assert [depth.min for depth, _ in loops if depth is not None] == [7, 11]
    assert loops[0][1] == 1
    assert not report.warnings
    run = cosimulate(tmp_path / "k.cpp", "work", tmp_path / "cosim", calls=2)
    assert run.differences == ()
    assert run.latencies == (201, 201)  # and one from ap_start on
    missed = LOOPS.replace("min=7 max=9", "max=1").replace("min=200 max=250", "max=20")
    texts = of(missed.replace("min=11", "min=n"), "work", tmp_path).warnings
    assert [text.rpartition(": ")[2] for text in texts] == [
        "ignored; it needs numbers, min= or max=",
        "max=20 is missed, it takes 64 cycles",  # one to take the start, 31 + 2, 5 * 6
        "max=1 is missed, it takes 2 cycles",
    ]


def test_values_go_through_a_thousand_stages(tmp_path: Path) -> None:
    source = "void late(const int a[4], int b[4]) {\n    for (int i = 0; i < 4; i++) {\n"
    source += "#pragma HLS LATENCY min=1200\n        b[i] = a[i] + i;\n    }\n}\n"
    (loop,) = (loop for one in of(source, "late", tmp_path).processes for loop in one.loops)
    assert loop.depth is not None and loop.depth.min == 1200
