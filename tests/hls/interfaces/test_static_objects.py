"""Static objects of DATAFLOW regions, beside functions with INLINE and in them."""

from pathlib import Path

from fpdeep_gen.hls.cosim import cosimulate

STATIC_OBJECTS = """
#include <cmath>
struct Wave {
    short table[16];
    Wave() { for (int i = 0; i < 16; i++) table[i] = 1000 * std::sin(i * 0.39269908); }
    void look(const int in[16], int out[16]) {
        for (int i = 0; i < 16; i++) out[i] = table[in[i] & 15] + in[i];
    }
};
struct Squares {
    short table[16];
    Squares(int first) { for (int i = 0; i < 16; i++) table[i] = first + i * i; }
    void look(const int in[16], int out[16]) {
        for (int i = 0; i < 16; i++) out[i] = table[in[i] & 15]++;
    }
};
static void twice(const int in[16], int out[16]) {
    for (int i = 0; i < 16; i++) out[i] = in[i] * 2;
}
static void both(const int a[16], const int b[16], int twice_a[16], int twice_b[16]) {
#pragma HLS INLINE
    twice(a, twice_a);
    twice(b, twice_b);
}
static void sum(const int a[16], const int b[16], int out[16]) {
    for (int i = 0; i < 16; i++) out[i] = a[i] - b[i];
}
void waves(const int a[16], const int b[16], int out[16]) {
#pragma HLS DATAFLOW
    static Wave wave;
    static Squares squares(7);
    int twice_a[16], twice_b[16], waves[16], squared[16];
    both(a, b, twice_a, twice_b);
    wave.look(twice_a, waves);
    squares.look(twice_b, squared);
    sum(waves, squared, out);
}
"""


def test_a_static_object_with_a_table_beside_functions_with_inline(tmp_path: Path) -> None:
    """Constructors of floating point or not are evaluated where a function with INLINE stays one stage, and where it is
    opened, as the region has a loop of its own."""
    source = tmp_path / "waves.cpp"
    source.write_text(STATIC_OBJECTS, encoding="utf-8")
    closed = cosimulate(source, "waves", tmp_path / "closed", calls=2, stalls=0.2)
    assert closed.differences == ()
    assert {"both", "look", "sum"} <= {process.name for process in closed.compiled.report.processes}
    loop = "for (int i = 0; i < 16; i++) out[i] = waves[i] - squared[i];"
    source.write_text(STATIC_OBJECTS.replace("sum(waves, squared, out);", loop), encoding="utf-8")
    opened = cosimulate(source, "waves", tmp_path / "out", calls=2, stalls=0.2)
    assert opened.differences == ()
    names = {process.name for process in opened.compiled.report.processes}
    assert {"twice", "look"} <= names
    assert "both" not in names


ONE_OBJECT_IN_TWO_CALLS = """
struct Oscillator {
    int phase;
    Oscillator(int first) { phase = first; }
    int turn(int step) { return phase = (phase * 5 + step) & 1023; }
};
struct Converter {
    Oscillator carrier;
    int last;
    Converter(int first) : carrier(first) { last = -first; }
    void filter(const int in[16], int out[16]) {
        for (int i = 0; i < 16; i++) { out[i] = in[i] + last; last = in[i] ^ carrier.turn(1); }
    }
    void mix(const int in[16], int out[16]) {
        for (int i = 0; i < 16; i++) out[i] = in[i] - carrier.turn(last);
    }
    void convert(const int in[16], int out[16]) {
#pragma HLS INLINE
        int filtered[16];
        filter(in, filtered);
        mix(filtered, out);
    }
};
static void scale(const int in[16], int out[16]) {
    for (int i = 0; i < 16; i++) out[i] = in[i] * 3;
}
void up(const int in[16], int out[16]) {
#pragma HLS DATAFLOW
    static Converter converter(7);
    int scaled[16];
    scale(in, scaled);
    converter.convert(scaled, out);
}
"""


def test_calls_that_share_a_static_object_stay_one_stage_of_a_function_with_inline(tmp_path: Path) -> None:
    """Opened, the function would leave a stage each to `filter` and `mix`, and both change the same object: refused."""
    source = tmp_path / "up.cpp"
    source.write_text(ONE_OBJECT_IN_TWO_CALLS, encoding="utf-8")
    done = cosimulate(source, "up", tmp_path / "out", calls=3, stalls=0.2)
    assert done.differences == ()
    names = {process.name for process in done.compiled.report.processes}
    assert {"scale", "convert"} <= names
    assert not {"filter", "mix"} & names
