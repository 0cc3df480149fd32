"""Structures with streams as arguments of the top: each member is an argument of its own."""

import re
from pathlib import Path

import numpy as np
import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.compile import lint
from fpdeep_gen.hls.cosim import cosimulate
from fpdeep_gen.hls.frontend import front_end
from tests.hls.interfaces.broken import break_design

MIXED = """
#include "ap_int.h"
#include "hls_stream.h"
struct Point { char x; ap_int<15> y; };
struct Lane {
    hls::stream<ap_int<12>, 4> words[2];
    int seen;
    int put(int which, int value) { words[which].write(value); return ++seen; }
};
struct Ports {
    hls::stream<Point> in;
    short table[8];
    Lane lane;
    Point last;
    const int& pick(int k) const { return lane.seen > k ? lane.seen : k == 3 ? lane.seen : lane.seen; }
};
static int both(Ports &p, Point one, int k) {
    const int sum = one.x * p.table[k & 7] + one.y;
    p.lane.put(0, sum);
    return p.lane.put(1, -sum);
}
int mixed(int count, Ports *p, short p_in[4]) {
#pragma HLS INTERFACE axis register_mode=off port=p->in
#pragma HLS INTERFACE s_axilite port=p->lane.seen
#pragma HLS INTERFACE m_axi port=p->table
#pragma HLS ARRAY_PARTITION variable=p->table cyclic factor=2
    for (int i = 0; i < count; i++) {
        p->last = p->in.read();
        p_in[i & 3] += both(*p, p->last, i);
    }
    p->table[count & 7] = p->lane.seen;
    return p->pick(count) + p->last.x;
}
"""


BENCH = """
HEAD
int main() {
    static Ports p;
    short more[4] = {0, 1, 2, 3};
    for (int i = 0; i < 20; i++) p.in.write({(char)i, ap_int<15>(300 * i - 2000)});
    for (int i = 0; i < 8; i++) p.table[i] = 5 * i - 9;
    p.lane.seen = 1000;
    const int result = mixed(20, &p, more);
    return result == 1059 && p.lane.words[0].size() == 20 ? 0 : 1;
}
"""


def test_members_are_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, bench, rtl = tmp_path / "mixed.cpp", tmp_path / "bench.cpp", tmp_path / "rtl"
    source.write_text(MIXED, encoding="utf-8")
    head = MIXED.partition("static int both")[0] + "int mixed(int count, Ports *p, short p_in[4]);"
    bench.write_text(BENCH.replace("HEAD", head), encoding="utf-8")
    done = cosimulate(source, "mixed", rtl, testbench=bench, stalls=0.2, byte_tdata=True)
    assert done.equal, (done.printed, done.differences)
    table, x, y = [5 * i - 9 for i in range(8)], range(20), [300 * i - 2000 for i in range(20)]
    sums = [a * table[i & 7] + b for i, (a, b) in enumerate(zip(x, y, strict=True))]
    low = [(one + 2048) % 4096 - 2048 for one in sums]
    assert done.outputs["p_lane_words_0"] == low
    assert done.outputs["p_lane_words_1"] == [-one if one != -2048 else one for one in low]
    assert done.outputs["p_lane_seen"] == [1040] and done.outputs["p_last"] == [19, y[-1]]
    assert done.outputs["p_table"] == [*table[:4], 1040, *table[5:]] and done.outputs["ap_return"] == [1040 + 19]
    interface = done.compiled.report.interface
    assert interface is not None
    assert [(one.name, one.place, one.path, one.protocol) for one in interface.arguments] == [
        ("count", 0, "", "ap_none"),
        ("p_in_2", 1, "in", "axis"),
        ("p_table", 1, "table", "m_axi"),
        ("p_lane_words", 1, "lane.words", "axis"),
        ("p_lane_seen", 1, "lane.seen", "s_axilite"),
        ("p_last", 1, "last", "ap_ovld"),
        ("p_in", 2, "", "ap_memory"),
        ("ap_return", -1, "", "ap_none"),
    ]
    lint(done.compiled)
    pins = [
        line.strip(" ,")
        for line in done.compiled.verilog.read_text(encoding="utf-8")
        .split("module mixed (")[1]
        .split(");")[0]
        .split("\n")
    ]
    assert {"input  wire [23:0] p_in_2_tdata", "output wire [15:0] p_lane_words_0_tdata"} <= set(pins)
    assert "port=p_in_2: register_mode=off is ignored" in done.compiled.report.warnings[0]

    points = {"p_in_2.0": np.arange(20), "p_in_2.1": np.arange(20) * 300 - 2000}
    arrays = {"p_table": np.arange(8) * 5 - 9, "p_in": np.arange(4), "p_last.0": np.zeros(1), "p_last.1": np.zeros(1)}
    stimulus = {**points, **arrays, "count": np.array([20]), "p_lane_seen": np.array([1000])}
    break_design(monkeypatch, done.compiled, ("streamread = p_in_2_tdata", "streamread = ~p_in_2_tdata"))
    told = cosimulate(source, "mixed", rtl, stimulus=stimulus, stalls=0.2, byte_tdata=True).differences
    assert {re.split(r"\W", one)[0] for one in told} == {"p_lane_words_0", "p_lane_words_1", "p_last", "ap_return"}


JOINED = """
#include "hls_stream.h"
struct Ends {
    hls::stream<int> a, b;
    hls::stream<long> sum;
};
static void scale(Ends *e, hls::stream<int> &scaled) { scaled.write(3 * e->a.read()); }
static void add(Ends &e, hls::stream<int> &scaled) { e.sum.write(e.b.read() - scaled.read()); }
void joined(Ends *e) {
#pragma HLS DATAFLOW
    hls::stream<int> scaled;
    scale(e, scaled);
    add(*e, scaled);
}
int main() {  // of a bench in the same file
    Ends own;
    own.a.write(7);
    own.b.write(50);
    joined(&own);
    return own.sum.read() != 29;
}
"""


def test_stages_take_the_structure(tmp_path: Path) -> None:
    """Each has the members that it uses."""
    (tmp_path / "joined.cpp").write_text(JOINED, encoding="utf-8")
    module = front_end(tmp_path / "joined.cpp", "joined", [])
    assert [(port.name, port.is_input) for port in module.top.ports] == [("e_a", True), ("e_b", True), ("e_sum", False)]
    stages = {one.name: [port.name for port in one.ports] for one in module.processes}
    assert stages == {"scale": ["e_a", "scaled"], "add": ["e_b", "e_sum", "scaled"]}
    assert not module.warnings


WHOLE = """
#include "hls_stream.h"
struct P { hls::stream<int> words; int a[4]; };
struct Q { P &p; };
static int sum(const P &p) { return p.a[0] + p.a[1]; }
int f(P &p, P &q) {
    P own;
    HERE
}
"""


@pytest.mark.parametrize(
    ("use", "found"),
    [
        ("Q kept{p}; return kept.p.words.read();", "one that is kept in an object, copied or compared"),
        (
            "P *one = &p; if (q.a[0]) one = &q; return one->words.read();",
            "one that is kept in an object, copied or compared",
        ),
        ("return (&p)[1].words.read();", "one that is kept in an object, copied or compared"),
        ("own.a[0] = own.a[1] = 3; return sum(own) + sum(p);", "a function that other structures are given to, too"),
    ],
)
def test_a_structure_that_is_needed_as_a_whole(tmp_path: Path, use: str, found: str) -> None:
    (tmp_path / "f.cpp").write_text(WHOLE.replace("HERE", use), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        front_end(tmp_path / "f.cpp", "f", [])
    assert [(one.field, one.line, one.found) for one in caught.value.problems] == [("a structure of the top", 8, found)]


def test_an_array_of_such_structures_is_refused(tmp_path: Path) -> None:
    text = '#include "hls_stream.h"\nstruct P { hls::stream<int> words; };\n'
    text += "int f(P p[2]) {\n    return p[1].words.read();\n}\n"
    (tmp_path / "f.cpp").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="argument p: expected a reference or pointer to one structure") as caught:
        front_end(tmp_path / "f.cpp", "f", [])
    assert [one.line for one in caught.value.problems] == [3]
