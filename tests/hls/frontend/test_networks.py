"""Tops of tasks: instances, FIFOs, arrays of streams, and what is refused."""

from pathlib import Path

import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.ir import Network, Storage
from tests.hls.frontend.compiling import FIRST_LINE, compile_text, process_of, run

NETWORK = """
struct Fast { static constexpr int STEP = 3; };
struct Slow { static constexpr int STEP = 1; };

template <typename C> void count(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) {
#pragma HLS PIPELINE II=1
    static ap_uint<8> state = 0;
    state += C::STEP;
    out.write(in.read() + state);
}
template <int N> void deal(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>> (&out)[N]) {
    for (int i = 0; i < N; ++i) {
#pragma HLS PIPELINE II=1
        out[i].write(in.read());
    }
}
void join(hls::stream<ap_uint<8>>& a, hls::stream<ap_uint<8>>& b, hls::stream<ap_uint<16>>& out) {
#pragma HLS PIPELINE II=1
    const ap_uint<16> low = a.read();
    out.write(low | ap_uint<16>(b.read()) << 8);
}
void top(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<16>>& out) {
#pragma HLS INTERFACE axis port=in
#pragma HLS INTERFACE ap_ctrl_none port=return
    hls_thread_local hls::stream<ap_uint<8>, 4> parts[2];
    hls_thread_local hls::stream<ap_uint<8>, 100> fast;
#pragma HLS BIND_STORAGE variable=fast type=fifo impl=bram
    hls_thread_local hls::stream<ap_uint<8>> slow;
    hls_thread_local hls::task dealer(deal<2>, in, parts);
    hls_thread_local hls::task left(count<Fast>, parts[0], fast);
    hls_thread_local hls::task right(count<Slow>, parts[1], slow);
    hls_thread_local hls::task joiner(join, fast, slow, out);
}
"""


def test_network(tmp_path: Path) -> None:
    module = compile_text(tmp_path, NETWORK)
    top = module.top
    assert isinstance(top, Network)
    assert [(port.name, port.width, port.is_input) for port in top.ports] == [("in", 8, True), ("out", 16, False)]
    assert {one.name: (one.width, one.depth, one.storage) for one in top.streams} == {
        "parts_0": (8, 4, Storage.AUTO),
        "parts_1": (8, 4, Storage.AUTO),
        "fast": (8, 100, Storage.BLOCK),
        "slow": (8, 2, Storage.AUTO),
    }
    bound = {one.name: [end.name for end in one.bindings] for one in top.instances}
    assert bound == {
        "dealer": ["in", "parts_0", "parts_1"],
        "left": ["parts_0", "fast"],
        "right": ["parts_1", "slow"],
        "joiner": ["fast", "slow", "out"],
    }
    assert len(module.processes) == 4
    words = list(range(40))
    expected = [
        (words[2 * n] + 3 * (n + 1)) & 0xFF | ((words[2 * n + 1] + n + 1) & 0xFF) << 8 for n in range(len(words) // 2)
    ]
    for bounded in (False, True):
        assert run(module, {"in": words}, bounded).outputs["out"] == expected
    assert module.warnings == []


def test_a_stream_with_two_writers_is_refused(tmp_path: Path) -> None:
    text = NETWORK.replace("right(count<Slow>, parts[1], slow)", "right(count<Slow>, parts[1], fast)")
    with pytest.raises(InputError) as caught:
        compile_text(tmp_path, text)
    assert [(problem.field, problem.found) for problem in caught.value.problems] == [
        ("stream fast", "written by left, right; read by joiner"),
        ("stream slow", "written by none; read by joiner"),
    ]


def test_words_of_vectors_in_vectors_of_odd_widths(tmp_path: Path) -> None:
    text = """
    void top(hls::stream<hls::vector<ap_int<13>, 3>>& in, hls::stream<hls::vector<ap_int<1>, 4>>& signs,
             hls::stream<hls::vector<ap_int<40>, 2>>& out) {
    #pragma HLS PIPELINE II=1
        const hls::vector<ap_int<13>, 3> x = in.read();
        hls::vector<ap_int<1>, 4> s;
        for (int lane = 0; lane < 3; ++lane) s[lane] = x[lane] < 0 ? -1 : 0;
        s[3] = 0;
        signs.write(s);
        hls::vector<ap_int<40>, 2> y;
        y[0] = x[0] * x[1];
        y[1] = s[0] + s[1] + x[2];
        out.write(y);
    }
    """
    module = compile_text(tmp_path, text)
    lanes = [(-4096, 4095, -1), (17, -3, 5), (0, 0, -4096)]
    words = [sum((value & 0x1FFF) << 13 * lane for lane, value in enumerate(word)) for word in lanes]
    got = run(module, {"in": words}).outputs
    assert got["signs"] == [sum((value < 0) << lane for lane, value in enumerate(word)) for word in lanes]
    mask = (1 << 40) - 1
    expected = [(a * b) & mask | ((c - (a < 0) - (b < 0)) & mask) << 40 for a, b, c in lanes]
    assert got["out"] == expected


def _problems(tmp_path: Path, text: str) -> list[tuple[int | None, str, str]]:
    with pytest.raises(InputError) as caught:
        compile_text(tmp_path, text)
    return [
        (None if problem.line is None else problem.line - FIRST_LINE + 1, problem.field, problem.found)
        for problem in caught.value.problems
    ]


def test_every_unsupported_construct_is_reported_with_its_line(tmp_path: Path) -> None:
    text = """
    int twice(int n) { return n < 2 ? 1 : twice(n - 1) * twice(n - 2); }
    void top(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) {
    #pragma HLS PIPELINE II=1
        const int word = in.read();
        const double half = word * 0.5;
        out.write(int(half));
        out.write(twice(word));
    }
    """
    found = _problems(tmp_path, text)
    assert {line for line, _, _ in found} == {1, 5, 6, 7}
    assert any(what == "a call" and "twice" in text for _, what, text in found)


def test_errors_of_the_compiler_keep_file_and_line(tmp_path: Path) -> None:
    found = _problems(tmp_path, "void top(hls::stream<ap_uint<8>>& in) {\n    in.reed();\n}\n")
    assert [(line, field) for line, field, _ in found] == [(2, "C++")]
    assert "reed" in found[0][2]


def test_a_missing_top_names_what_there_is(tmp_path: Path) -> None:
    ((_, field, text),) = _problems(tmp_path, "void other(hls::stream<ap_uint<8>>& in) { in.read(); }")
    assert field == "top"
    assert "other" in text


def test_pipelined_function_with_a_variable_loop(tmp_path: Path) -> None:
    text = """
    void top(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) {
    #pragma HLS PIPELINE II=1
        const int n = in.read();
        for (int i = 0; i < n; ++i) out.write(i);
    }
    """
    assert _problems(tmp_path, text) == [(2, "PIPELINE", "a loop with variable bounds")]


def test_a_function_with_pipeline_beside_a_loop_of_another(tmp_path: Path) -> None:
    """It is put into its caller, whose loops of variable bounds are none of its own: its own one is unrolled."""
    text = """
    static ap_uint<8> tripled(ap_uint<8> x) {
    #pragma HLS PIPELINE II=1
        ap_uint<8> sum = 0;
        for (int i = 0; i < 3; ++i) sum += x;
        return sum;
    }
    void top(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) {
        out.write(tripled(in.read()));
        for (int row = 0; row < 2; ++row) {
            const int n = tripled(in.read());
            for (int i = 0; i < n; ++i) out.write(tripled(in.read()));
        }
    }
    """
    module = compile_text(tmp_path, text)
    assert module.warnings == []
    assert [len(region.loops) for region in process_of(module).regions if region.ii is not None] == [2]
    outputs = run(module, {"in": [5, 1, 10, 11, 12, 1, 20, 21, 22]}).outputs["out"]
    assert outputs == [15, 30, 33, 36, 60, 63, 66]


def test_a_loop_that_cannot_be_unrolled_is_listed(tmp_path: Path) -> None:
    text = """
    void top(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) {
        const int n = in.read();
        for (int i = 0; i < n; ++i) {
    #pragma HLS UNROLL
            out.write(i);
        }
    }
    """
    module = compile_text(tmp_path, text)
    (warning,) = module.warnings
    assert warning.location is not None
    assert warning.location.line - FIRST_LINE + 1 == 3
    assert warning.text == "UNROLL: the loop's bounds are not constant, it stays a loop"
    assert run(module, {"in": [3, 0, 1]}).outputs["out"] == [0, 1, 2, 0]


def test_tasks_share_no_variable(tmp_path: Path) -> None:
    text = """
    static ap_uint<8> shared;
    void one(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) { shared += in.read(); out.write(shared); }
    void two(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) { shared -= in.read(); out.write(shared); }
    void top(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) {
        hls_thread_local hls::stream<ap_uint<8>> between;
        hls_thread_local hls::task first(one, in, between);
        hls_thread_local hls::task second(two, between, out);
    }
    """
    ((_, field, found),) = _problems(tmp_path, text)
    assert "shared" in field
    assert found == "use by one, two; one writes what two uses"


def test_long_chains(tmp_path: Path) -> None:
    """Thousands of dependent additions and conditions in one step."""
    text = """
    void top(hls::stream<hls::vector<ap_int<8>, 1500>>& in, hls::stream<ap_int<20>>& out) {
    #pragma HLS PIPELINE II=1
        const hls::vector<ap_int<8>, 1500> word = in.read();
        ap_int<20> sum = 0;
        for (int lane = 0; lane < 1500; ++lane) {
            if (sum > 100000) sum = 5;
            sum += word[lane] * 3;
        }
        out.write(sum);
    }
    """
    module = compile_text(tmp_path, text)
    lanes = [(lane * 7 + 3) % 128 for lane in range(1500)]
    total = 0
    for lane in lanes:
        total = (5 if total > 100000 else total) + lane * 3
    assert run(module, {"in": [sum(lane << 8 * place for place, lane in enumerate(lanes))]}).outputs["out"] == [total]


def test_arguments_that_are_not_used_get_no_port(tmp_path: Path) -> None:
    text = """
    void one(hls::stream<ap_uint<8>>& spare, hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) {
        out.write(in.read() + 1);
    }
    void top(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out, hls::stream<ap_uint<8>>& none) {
        hls_thread_local hls::task task(one, none, in, out);
    }
    """
    module = compile_text(tmp_path, text)
    (warning,) = module.warnings
    assert warning.text == "one neither reads nor writes its argument spare, which gets no port"
    assert [port.name for port in module.top.ports] == ["in", "out"]
    assert run(module, {"in": [1, 255]}).outputs["out"] == [2, 0]


def test_rows_of_streams_under_an_index(tmp_path: Path) -> None:
    """A stage that writes one column of an array is not taken for one that writes what lies between and behind."""
    text = """
    typedef hls::stream<ap_uint<8>> Bytes;
    static void fill(Bytes& in, Bytes first[3][2], Bytes base[2]) {
        for (int r = 0; r < 3; ++r) first[r][0].write(in.read());
        for (int c = 0; c < 2; ++c) base[c].write(in.read());
    }
    template <int R> void row(Bytes first[2], Bytes base[2], Bytes next[2]) {
        const ap_uint<8> word = first[0].read();
        first[1].write(word + R);
        for (int c = 0; c < 2; ++c) next[c].write(base[c].read() + word);
    }
    static void drain(Bytes first[3][2], Bytes last[2], Bytes& out) {
        for (int r = 2; r >= 0; --r) out.write(first[r][1].read());
        for (int c = 0; c < 2; ++c) out.write(last[c].read());
    }
    void top(Bytes& in, Bytes& out) {
    #pragma HLS DATAFLOW
        Bytes first[3][2], sums[4][2];
        fill(in, first, sums[0]);
        row<0>(first[0], sums[0], sums[1]);
        row<1>(first[1], sums[1], sums[2]);
        row<2>(first[2], sums[2], sums[3]);
        drain(first, sums[3], out);
    }
    """
    words = [3, 50, 7, 100, 200, 250, 1, 2, 30, 40]
    expected = [9, 51, 3, 160, (200 + 60) % 256, 4, 2, 250, (253 + 30) % 256, (253 + 40) % 256]
    assert run(compile_text(tmp_path, text), {"in": words}).outputs["out"] == expected


def test_streams_in_two_dimensions_under_two_indices(tmp_path: Path) -> None:
    text = """
    void top(hls::stream<ap_uint<8>> (&in)[2][3], hls::stream<ap_uint<8>> (&out)[3][2]) {
        for (int i = 0; i < 2; ++i)
            for (int j = 0; j < 3; ++j) {
    #pragma HLS PIPELINE
                out[j][i].write(in[i][j].read());
            }
    }
    """
    given = {f"in_{3 * i + j}": [10 * i + j, 100 + i] for i in range(2) for j in range(3)}
    made = run(compile_text(tmp_path, text), given).outputs
    assert made == {f"out_{2 * j + i}": given[f"in_{3 * i + j}"] for i in range(2) for j in range(3)}


def test_an_array_of_streams_of_the_top_has_one_direction(tmp_path: Path) -> None:
    text = "void top(hls::stream<ap_uint<8>> (&both)[2]) { both[1].write(both[0].read()); }\n"
    with pytest.raises(InputError) as caught:
        compile_text(tmp_path, text)
    (problem,) = caught.value.problems
    assert (problem.field, problem.found) == ("streams both", "both_0 is read, both_1 is written")
