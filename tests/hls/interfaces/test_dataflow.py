"""DATAFLOW under block-level control: scalars reach stages by tokens, an array of the top belongs to one stage."""

from pathlib import Path

import numpy as np
import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.compile import compile_kernel, lint
from fpdeep_gen.hls.cosim import cosimulate
from tests.hls.interfaces.broken import break_design

FLOW = """
#include "hls_stream.h"
static void load(const int a[16], hls::stream<int>& s, int n) {
    for (int i = 0; i < n; ++i) {
#pragma HLS PIPELINE
        s.write(a[i]);
    }
}
static void compute(hls::stream<int>& s, hls::stream<int>& t, int n, int k) {
    for (int i = 0; i < n; ++i) {
#pragma HLS PIPELINE
        t.write(s.read() * k + i);
    }
}
static void store(hls::stream<int>& t, int b[16], int n) {
    for (int i = 0; i < n; ++i) {
        for (int j = 0; j < 1; ++j) {  // PIPELINE of a single iteration is that of the loop around
#pragma HLS PIPELINE
            b[i] = t.read();
        }
    }
}
int flow(int n, int k, const int a[16], int b[16]) {
#pragma HLS DATAFLOW
    hls::stream<int> s, t;
    int m = n & 15;
    load(a, s, m);
    compute(s, t, m, k);
    store(t, b, m);
    return m + 1;
}
"""


def test_scalars_and_arrays(tmp_path: Path) -> None:
    source = tmp_path / "flow.cpp"
    source.write_text(FLOW, encoding="utf-8")
    done = cosimulate(source, "flow", tmp_path / "rtl", calls=6, words=16)
    assert done.differences == ()
    assert dict(done.compared) == {"ap_return": 6, "a": 96, "b": 96}
    # the stages overlap: 15 elements take far less than three loops of 15 one behind the other
    assert max(done.latencies) < 15 + 20
    loops = [region for one in done.compiled.report.processes for region in one.regions if region.requested_ii]
    assert [region.ii for region in loops] == [1, 1, 1]


TWICE = """
static void twice(hls::stream<int>& s, hls::stream<int>& t, int n, int k) {
#pragma HLS INLINE
    static hls::stream<int> half("half");
    compute(s, half, n, k);
    compute(half, t, n, k);
}
int flow("""


def test_stages_on_buses(tmp_path: Path) -> None:
    """Each stage has the bus of its array; the whole is done when the last write has been answered.

    A function with INLINE that has a stream of its own is opened, also where no loop is; the stream may be static.
    """
    source = tmp_path / "flow.cpp"
    buses = "".join(f"\n#pragma HLS INTERFACE m_axi port={one} depth=16 bundle=bus_{one}" for one in "ab")
    text = FLOW.replace("#pragma HLS DATAFLOW", f"#pragma HLS DATAFLOW{buses}").replace("int flow(", TWICE.lstrip())
    source.write_text(text.replace("compute(s, t, m", "twice(s, t, m"), encoding="utf-8")
    done = cosimulate(source, "flow", tmp_path / "rtl", calls=4, words=16, stalls=0.3)
    assert done.differences == ()
    assert dict(done.compared) == {"ap_return": 4, "a": 64, "b": 64}
    assert {"compute", "compute_2", "control"} <= {one.name for one in done.compiled.report.processes}
    assert "half" in {one.name for one in done.compiled.report.fifos}


def test_a_static_stream_belongs_to_one_call(tmp_path: Path) -> None:
    source = tmp_path / "flow.cpp"
    text = FLOW.replace("int flow(", TWICE.lstrip()).replace(
        "    compute(s, t, m", "    hls::stream<int> u;\n    twice(s, u, m"
    )
    text = text.replace("store(t, b", "twice(u, t, m, k);\n    store(t, b")
    source.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        compile_kernel(source, "flow", [], tmp_path / "rtl")
    (problem,) = caught.value.problems
    line = next(number for number, one in enumerate(text.split("\n"), 1) if "static hls::stream" in one)
    assert (problem.line, problem.column, problem.field) == (line, 5, "static stream half")
    assert (problem.expected, problem.found) == ("a function that is called once", "2 calls")


def test_tasks_beside_stages(tmp_path: Path) -> None:
    """The controller starts the stages of each call; the task between them runs for ever."""
    source = tmp_path / "flow.cpp"
    text = FLOW.replace('"hls_stream.h"', '"hls_task.h"').replace(
        "    store(t, b, m);",
        "    HLS_TASK_STREAM<int> u;\n    HLS_TASK running(total, t, u);\n    store(u, b, m);",
    )
    total = """static void total(hls::stream<int>& in, hls::stream<int>& out) {
    int sum = 0;
    while (true) {
#pragma HLS PIPELINE
        sum += in.read();
        out.write(sum);
    }
}
int flow"""
    text = text.replace("int flow", total)
    text = text.replace("hls::stream<int> s, t;", "hls::stream<int> s;\nHLS_TASK_STREAM<int> t;")
    source.write_text(text, encoding="utf-8")
    done = cosimulate(source, "flow", tmp_path / "rtl", calls=5, words=16, stalls=0.2)
    assert done.differences == ()
    assert dict(done.compared) == {"ap_return": 5, "a": 80, "b": 80}


TASKS = """
#include "hls_task.h"
static void scale(hls::stream<int>& in, hls::stream<int>& out, short factor) {
#pragma HLS PIPELINE
    out.write(in.read() * factor);
}
static void note(hls::stream<int>& in, hls::stream<int>& out, int* seen, int bias) {
    static unsigned char at = 0;
    const int word = in.read() + bias;
    seen[at++ % 8] = word;
    out.write(seen[0] ^ word);
}
void noted(hls::stream<int>& in, hls::stream<int>& out, int* seen, short factor, int bias) {
#pragma HLS INTERFACE m_axi port=seen depth=8
    HLS_TASK_STREAM<int> s;
    HLS_TASK first(scale, in, s, factor);
    HLS_TASK second(note, s, out, seen, bias);
}
"""
BENCH = """
#include "hls_stream.h"
void noted(hls::stream<int>&, hls::stream<int>&, int*, short, int);
int main() {
    hls::stream<int> in, out;
    int seen[8] = {};
    for (int i = 0; i < 20; ++i) in.write(i + 1);
    noted(in, out, seen, 3, -5);
    int first = 0, wrong = 0;
    for (int i = 0; i < 12; ++i) {
        const int word = 3 * (i + 1) - 5;
        if (i % 8 == 0) first = word;
        wrong += out.read() != (first ^ word);
    }
    return wrong + (seen[7] < 3 * 8 - 5);
}
"""


def test_tasks_take_values_and_arrays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values are those of the first call; the tasks go on behind its end, and that of the bench."""
    source, bench = tmp_path / "noted.cpp", tmp_path / "bench.cpp"
    source.write_text(TASKS, encoding="utf-8")
    bench.write_text(BENCH, encoding="utf-8")
    done = cosimulate(source, "noted", tmp_path / "rtl", testbench=bench, stalls=0.2)
    assert done.equal, (done.printed, done.differences)
    assert dict(done.compared) == {"out": 20, "seen": 8}
    assert done.outputs["seen"] == [3 * (i + 1) - 5 for i in (16, 17, 18, 19, 12, 13, 14, 15)]

    late = "reg [4:0] beats; wire [31:0] wdata; assign m_axi_gmem_wdata = beats == 5'd19 ? ~wdata : wdata;\n"
    late += "always_ff @(posedge ap_clk) beats <= !ap_rst_n ? 5'd0 : beats + 5'(m_axi_gmem_wvalid & m_axi_gmem_wready);"
    instance = "noted_core u_core ("
    wired = (".wdata(m_axi_gmem_wdata)", ".wdata(wdata)"), (instance, f"{late}\n{instance}")
    break_design(monkeypatch, done.compiled, *wired)
    told = cosimulate(source, "noted", tmp_path / "rtl", testbench=bench, stalls=0.2).differences
    assert told == ("seen[3] (call 1): C++ gives 55, RTL -56",)


def test_a_task_does_not_read_what_one_behind_it_writes(tmp_path: Path) -> None:
    source = tmp_path / "noted.cpp"
    shared = TASKS.replace("short factor) {\n#pragma", "int* seen) {\n    const int factor = seen[1];\n#pragma")
    source.write_text(shared.replace("in, s, factor", "in, s, seen"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        compile_kernel(source, "noted", [], tmp_path / "rtl")
    assert [(one.field, one.found) for one in caught.value.problems] == [
        ("argument seen", "no stream from note, which writes it, to scale")
    ]


def test_an_array_that_two_stages_write_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "flow.cpp"
    source.write_text(FLOW.replace("load(a, s, m);", "store(s, b, m); load(a, s, m);"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        compile_kernel(source, "flow", [], tmp_path / "rtl")
    assert any("store" in one.found for one in caught.value.problems)


PARTITIONED = """
#include "hls_stream.h"
static void count(hls::stream<int>& in, int a[8]) {
    for (int i = 0; i < 8; i++) {
#pragma HLS PIPELINE
        a[i] = i;
    }
    for (int i = 0; i < 24; i++) {
#pragma HLS PIPELINE
        const int x = in.read();
        a[x & 7] += x + a[x >> 3 & 7];
    }
}
static void look(int a[8], hls::stream<int>& out) {
    int last = 0;
    for (int i = 0; i < 8; i++) {
#pragma HLS PIPELINE
        a[i] += a[last & 7];
        out.write(last = a[(i + last) & 7]);
    }
}
static void region(hls::stream<int>& in, hls::stream<int>& out) {
#pragma HLS DATAFLOW
    int a[8];
#pragma HLS ARRAY_PARTITION variable=a
    count(in, a);
    look(a, out);
}
void histograms(hls::stream<int>& in, hls::stream<int>& out, int n) {
    for (int r = 0; r < n; r++) region(in, out);
}
"""


def test_elements_between_stages_are_registers_where_an_interval_needs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reads that take a cycle, or two ports, would not let an element change in each cycle."""
    source = tmp_path / "histograms.cpp"
    source.write_text(PARTITIONED, encoding="utf-8")
    stimulus = {"in": np.arange(24 * 8) * 40503 % 65536, "n": np.array([8])}
    done = cosimulate(source, "histograms", tmp_path / "rtl", stimulus=stimulus, stalls=0.2)
    assert done.differences == ()
    count, *_ = done.compiled.report.processes
    assert [(loop.ii, loop.limit) for loop in count.loops] == [(1, ""), (1, "")]
    assert {one.storage for one in done.compiled.report.between} == {"registers"}
    lint(done.compiled)

    late = "reg [31:0] late; always_ff @(posedge ap_clk) late <= a_0_words0[a_0_w_address1]; assign a_0_w_q1 = late"
    break_design(monkeypatch, done.compiled, ("assign a_0_w_q1 = a_0_words0[a_0_w_address1]", late))
    assert cosimulate(source, "histograms", tmp_path / "rtl", stimulus=stimulus).differences != ()
