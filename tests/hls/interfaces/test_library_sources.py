"""What sources built from template libraries bring: more of the standard headers, lists in pragmas, tables of tanh."""

from pathlib import Path

import pytest

from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.cosim import Cosimulation, cosimulate
from fpdeep_gen.hls.interface import Direction, Protocol

KERNEL = """
#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <numeric>
#include <queue>
#include <set>
#include <tuple>
#include "hls_stream.h"
#include "utils/x_hls_utils.h"
#include <cmath>
template <typename K, typename V> void show(const std::map<K, V> &, std::vector<V>);  // for the bench
template <typename... T> struct Wide : ap_uint<std::max({3, 12, 7}) - std::min({1, 0})> {
    template <typename... A> Wide(A &&...values) : ap_uint<12>(std::forward<A>(values)...) {}
};
template <typename F> static ap_int<16> folded(const ap_int<12> (&values)[4], F combine) {
    return std::accumulate(values, values + 4, ap_int<16>(1), combine);
}
static std::tuple<ap_int<16>, ap_int<16>, bool> ends(const ap_int<12> (&values)[4]) {
    return std::make_tuple(ap_int<16>(values[0]), ap_int<16>(values[3]), std::greater<>()(values[0], values[3]));
}
int blend(const short x[4], short y[4], ap_int<16> &low, bool &falls) {
#pragma HLS INTERFACE mode=ap_vld port=low, falls
#pragma HLS INTERFACE ap_memory port=x,y
    static ap_int<12> curve[32], slope[4];
#pragma HLS ARRAY_PARTITION variable=curve,slope complete
    for (int i = 0; i < 32; i++) curve[i] = 1000 * std::tanh((i - 16) / 9.0) + 100 * atan2(i, 7.5f);
    ap_int<12> seen[4];
    std::fill_n(slope, 4, ap_int<12>(3));
    std::transform(x, x + 4, seen, [](short v) { return curve[v & 31]; });
    std::copy_n(seen, 4, y);
    bool more;
    ap_int<16> high;
    std::tie(low, high, more) = ends(seen);
    falls = more == std::get<2>(std::tuple(1, 2, true));
    auto [first, last, sinks] = ends(seen);
    const auto [least, most] = std::minmax_element(seen, seen + 4);
    std::array<short, 3> kept = {short(*least), short(*most), short(first - last)};
    std::reverse(kept.begin(), kept.end());
    auto &[a, b, c] = kept;
    b += std::exchange(a, short(5)) + std::count_if(seen, seen + 4, [&](short v) { return v > sinks; });
    return std::inner_product(seen, seen + 4, slope, 0) + folded(seen, std::plus<>()) +
           folded(seen, std::bit_xor<ap_int<16>>()) + high + Wide<>(low) + a * b - c;
}
"""
BENCH = """
#include <cmath>
#include "ap_int.h"
int blend(const short x[4], short y[4], ap_int<16> &low, bool &falls);
int main() {
    short x[4], y[4];
    ap_int<16> low;
    bool falls;
    for (int call = 0; call < 6; call++) {
        for (int i = 0; i < 4; i++) x[i] = 5 * call + 11 * i;
        blend(x, y, low, falls);
        for (int i = 0; i < 4; i++) {
            const int at = x[i] & 31;
            if (y[i] != int(1000 * std::tanh((at - 16) / 9.0) + 100 * std::atan2(at, 7.5f))) return 1;
        }
        if (low != y[0] || falls != (y[0] > y[3])) return 2;
    }
    return 0;
}
"""


def test_templates_of_the_standard_library(tmp_path: Path) -> None:
    """Against the compiler's own library, and the bench against the mathematics."""
    (tmp_path / "k.cpp").write_text(KERNEL)
    (tmp_path / "bench.cpp").write_text(BENCH)
    done = cosimulate(tmp_path / "k.cpp", "blend", tmp_path / "out", testbench=tmp_path / "bench.cpp")
    assert done.equal, (done.differences, done.bench_code, done.printed)
    assert done.calls == 6
    report = done.compiled.report
    assert report.warnings == ()
    assert report.interface is not None
    protocols = {one.name: one.protocol for one in report.interface.interface().arguments}
    assert protocols["low"] is protocols["falls"] is Protocol.VLD
    assert protocols["y"] is Protocol.MEMORY


def test_a_top_that_ends_the_program_is_told_of(tmp_path: Path) -> None:
    """As code does that misses a file: it was a KeyError."""
    text = 'extern "C" void exit(int);\nint last(int n, int x[4]) {\n    x[n & 3] = n;\n'
    text += "#ifndef __SYNTHESIS__\n    if (n == 2) exit(7);\n#endif\n    return n;\n}\n"
    (tmp_path / "k.cpp").write_text(text)
    (tmp_path / "bench.cpp").write_text(
        "int last(int, int[4]);\nint main() { int x[4]; for (int i = 0; i < 4; i++) last(i, x); }\n"
    )
    with pytest.raises(ToolError, match=r"ended in call 3 of last: exit status 7"):
        cosimulate(tmp_path / "k.cpp", "last", tmp_path / "out", testbench=tmp_path / "bench.cpp")


LAYERS = """
#include "hls_stream.h"
#include "ap_fixed.h"
typedef ap_fixed<10, 4, AP_RND, AP_SAT> value_t;
template <typename T, int N> struct Pack {
    T values[N];
    Pack &operator=(const Pack &other) {
        for (int i = 0; i < N; i++) {
#pragma HLS UNROLL
            values[i] = other.values[i];
        }
        return *this;
    }
};
template <typename T, int N, int M> static void mixed(const T in[N], T out[M]) {
#pragma HLS PIPELINE II=2
    for (int o = 0; o < M; o++) {
        T sum = 0;
        for (int i = 0; i < N; i++) sum += in[i] * T(0.25 * (i - o));
        out[o] = sum;
    }
}
// with INLINE, but its own code takes the words apart that its functions work on
template <typename IN, typename OUT, int N, int M> static void layer(hls::stream<IN> &from, hls::stream<OUT> &to) {
#pragma HLS INLINE recursive
    value_t in[N], out[M];
#pragma HLS ARRAY_PARTITION variable=in,out complete
    const IN taken = from.read();
    for (int i = 0; i < N; i++) {
#pragma HLS UNROLL
        in[i] = taken.values[i];
    }
    mixed<value_t, N, M>(in, out);
    OUT made;
    for (int i = 0; i < M; i++) {
#pragma HLS UNROLL
        made.values[i] = out[i] > 0 ? out[i] : value_t(0);
    }
    to.write(made);
}
template <int N> static void taken_apart(hls::stream<Pack<value_t, N>> &from, hls::stream<value_t> &to) {
    const Pack<value_t, N> taken = from.read();
    for (int i = 0; i < N; i++) to.write(taken.values[i]);
}
template <int N> static void doubled(hls::stream<value_t> &from, hls::stream<value_t> &to) {
#pragma HLS INLINE
    for (int i = 0; i < N; i++) to.write(from.read() + from.read());
}
static void moved(const value_t &in, value_t window[2]) {
    window[1] = window[0];
    window[0] = in;
}
// with INLINE, but a function is called in its loop, where other stages are not
template <int N> static void differences(hls::stream<value_t> &from, hls::stream<value_t> &to) {
#pragma HLS INLINE recursive
    static value_t window[2];
    for (int i = 0; i < N; i++) {
#pragma HLS PIPELINE
        moved(from.read(), window);
        if (i > 0) to.write(window[0] - window[1]);
    }
}
// with INLINE, but its own code waits for what its loop computes
template <int N> static void summed(hls::stream<value_t> &from, hls::stream<value_t> &to) {
#pragma HLS INLINE
    value_t sum = 0;
    for (int i = 0; i < N; i++) sum += from.read();
    to.write(sum);
}
void layers(hls::stream<Pack<value_t, 6>> &x, hls::stream<value_t> &y) {
#pragma HLS INTERFACE axis port=x,y
#pragma HLS DATAFLOW
    hls::stream<Pack<value_t, 5>> be__tween;
    hls::stream<Pack<value_t, 6>> packs;
    hls::stream<value_t> words, doubles, steps;
    layer<Pack<value_t, 6>, Pack<value_t, 5>, 6, 5>(x, be__tween);
    layer<Pack<value_t, 5>, Pack<value_t, 6>, 5, 6>(be__tween, packs);
    taken_apart<6>(packs, words);
    doubled<3>(words, doubles);
    differences<3>(doubles, steps);
    summed<2>(steps, y);
}
int main() {
    hls::stream<Pack<value_t, 6>> x;
    hls::stream<value_t> y;
    for (int call = 0; call < 5; call++) {
        Pack<value_t, 6> given;
        for (int i = 0; i < 6; i++) given.values[i] = 0.375 * i * (call - 2);
        x.write(given);
        x.read();  // not for the top
        x.write(given);
        layers(x, y);
        const value_t seen = y.read();
        y.write(seen);  // to look at it once more
        y.read();
    }
    return 0;
}
"""


def test_functions_with_inline_that_cannot_be_opened_are_one_stage(tmp_path: Path) -> None:
    """They were opened, and then refused; words that a bench puts back, or takes back, were taken for the top's."""
    (tmp_path / "k.cpp").write_text(LAYERS)
    done = cosimulate(tmp_path / "k.cpp", "layers", tmp_path / "out", testbench=tmp_path / "k.cpp", stalls=0.3)
    assert done.equal, (done.differences, done.bench_code, done.printed)
    report = done.compiled.report
    assert done.compared["y"] == 5 and report.warnings == ()
    opened = next(line for line, text in enumerate(LAYERS.split("\n"), 1) if "+ from.read()" in text)
    names = ["layer", "layer_2", "taken_apart_6", f"loop_{opened}", "differences_3", "summed_2"]
    assert [process.name for process in report.processes] == names
    ii = {process.name: [loop.ii for loop in process.loops] for process in report.processes}
    assert ii["layer"] == ii["layer_2"] == [2] and ii["differences_3"] == [1]
    assert [fifo.name for fifo in report.fifos][:1] == ["be_tween"]


BY_VALUE = """
#include "ap_int.h"
template <int N> static void turned(const ap_int<9> from[N], ap_int<12> to[N]) {
    for (int first = 0; first < N; first += 3) {
#pragma HLS PIPELINE
        for (int i = first; i < first + 3; i++) to[i] = from[N - 1 - i] * (i - 2);  // any bank of one word
    }
}
template <int N> static void summed(const ap_int<12> from[N], int by, ap_int<16> sums[N / 2]) {
#pragma HLS PIPELINE
    for (int i = 0; i < N / 2; i++) sums[i] = from[i] + from[N - 1 - i] * by;
}
void fold(ap_int<9> x[6], int by, ap_int<16> sums[3], bool state[2][3]) {
#pragma HLS ARRAY_RESHAPE variable=x complete dim=0
#pragma HLS ARRAY_PARTITION variable=sums complete
#pragma HLS INTERFACE ap_vld port=x,sums
#pragma HLS INTERFACE ap_none port=state
#pragma HLS HOW
    ap_int<12> between[6];
#pragma HLS ARRAY_PARTITION variable=between complete
    turned<6>(x, between);
#ifdef STATES
    state[1][by & 1] = !state[0][2];
#endif
    summed<6>(between, by, sums);
}
int main() {
    bool state[2][3] = {{0, 1, 0}, {1, 0, 1}};
    ap_int<9> x[6];
    ap_int<16> sums[3];
    for (int call = 0; call < 6; call++) {
        state[0][2] = call % 3 == 1;
        for (int i = 0; i < 6; i++) x[i] = 37 * (i - 2) + 11 * call;
        fold(x, call - 2, sums, state);
        for (int i = 0; i < 3; i++) {
            if (sums[i] != x[5 - i] * (i - 2) + x[i] * (3 - i) * (call - 2)) return 1;
        }
    }
    return 0;
}
"""


def by_value(folder: Path, how: str, states: str) -> Cosimulation:
    source = folder / f"{how}.cpp"
    source.write_text(f"{states}\n{BY_VALUE.replace('HOW', how)}")
    done = cosimulate(source, "fold", folder / how, testbench=source)
    assert done.equal, (done.differences, done.bench_code, done.printed)
    report = done.compiled.report
    assert report.interface is not None
    found = {one.name: (one.direction, one.protocol) for one in report.interface.interface().arguments}
    assert found["x"] == (Direction.IN, Protocol.VLD)
    assert found["sums"] == (Direction.OUT, Protocol.VLD)
    assert found["state"] == (Direction.INOUT if states else Direction.UNUSED, Protocol.NONE)
    return done


def test_arrays_of_values_go_over_in_one_word(tmp_path: Path) -> None:
    done = by_value(tmp_path, "PIPELINE", "#define STATES")
    (loop,) = (loop for process in done.compiled.report.processes for loop in process.loops)
    assert loop.ii == 1
    assert done.cycles < 6 + max(done.latencies) + 3  # a call a cycle


def test_arrays_of_values_of_dataflow_stages(tmp_path: Path) -> None:
    done = by_value(tmp_path, "DATAFLOW", "")
    names = [process.name for process in done.compiled.report.processes]
    assert {"take_x", "turned_6", "summed_6", "give_sums"} <= set(names)
