"""What the batch of kernels must notice: wrong words, surplus words, words that never come, inputs left over."""

from dataclasses import replace

import pytest

from tests.hls.batch.build import Group, Source, build
from tests.hls.batch.called import Called
from tests.hls.batch.run import Failed, Results, Stimulus, run_group

HEAD = '#include "ap_int.h"\n#include "hls_stream.h"\n'


def adder(name: str, body: str) -> Source:
    return Source(name, f"{HEAD}void {name}(hls::stream<ap_int<40>>& in, hls::stream<short>& out) {{\n{body}\n}}\n")


SOUND = "out.write(in.read() + 1);"
FAULTY = {
    "wrong": "ap_int<40> x = in.read(); if (x == 5) x = 4; out.write(x + 1);",
    "surplus": "ap_int<40> x = in.read(); out.write(x + 1); if (x == 6) out.write(0);",
    "missing": "ap_int<40> x = in.read(); if (x != 6) out.write(x + 1);",
    "thirsty": "ap_int<40> x = in.read(); out.write(x + 1); if (x == 6) in.read();",
}


@pytest.fixture(scope="module")
def mixed() -> Group:
    """The native program is sound everywhere; the RTL has one fault a kernel."""
    names = ["sound", *FAULTY]
    sound = build([adder(name, SOUND) for name in names])
    return replace(build([adder(name, FAULTY.get(name, SOUND)) for name in names]), native=sound.native)


@pytest.fixture(scope="module")
def results(mixed: Group) -> dict[str, Results]:
    stimulus = Stimulus({"in": [1, -3, 5, 6]}, calls=4)
    return run_group(mixed, dict.fromkeys(mixed.kernels, stimulus), (0.0, 0.5))


def test_a_sound_kernel_beside_faulty_ones(results: dict[str, Results]) -> None:
    assert results["sound"].difference() == ""
    assert results["sound"].native == {"out": [2, 0xFFFE, 6, 7]}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("wrong", "stalls 0.0, port out: native against RTL: word 2: 0x6, found 0x5"),
        ("surplus", "stalls 0.0, port out: native against RTL: 4 words, found 5"),
        ("missing", "stalls 0.0: stalled at cycle"),
    ],
)
def test_a_fault_is_seen(results: dict[str, Results], name: str, text: str) -> None:
    assert results[name].difference().startswith(text)


def test_a_read_too_many_is_seen_when_words_follow(mixed: Group) -> None:
    found = run_group(mixed, {"thirsty": Stimulus({"in": [6, 7, 8]}, calls=3)})["thirsty"].difference()
    assert found.startswith("stalls 0.0: stalled")


def test_words_left_in_an_input_are_seen(mixed: Group) -> None:
    found = run_group(mixed, {"sound": Stimulus({"in": [6, 7, 8]}, calls=2)})["sound"].difference()
    assert found == "native: 1 words left in stream in"


def test_a_missing_stimulus_is_an_error(mixed: Group) -> None:
    with pytest.raises(Failed, match="sound: inputs \\['in'\\], given \\['inn'\\]"):
        run_group(mixed, {"sound": Stimulus({"inn": []})})


CALLED = """struct Pair { ap_fixed<7, 3> a; bool b; };
short called_body(int x, ap_int<5> y[4], ap_uint<3>* z, hls::stream<Pair>& pairs) {
    Pair one = pairs.read();
    y[x & 3] += STEP;
    *z = one.a.range(6, 4);
    return one.b ? x : -x;
}
"""
NATIVE = """struct Given { int x; ap_int<5> y[4]; ap_uint<3> z; };
struct Made { short ap_return; ap_int<5> y[4]; ap_uint<3> z; };
void @(hls::stream<Given>& given, hls::stream<Pair>& pairs, hls::stream<Made>& made) {
    Given g = given.read();
    Made m;
    m.ap_return = @_body(g.x, g.y, &g.z, pairs);
    for (int i = 0; i < 4; i++) m.y[i] = g.y[i];
    m.z = g.z;
    made.write(m);
}
"""


def called_source(step: int) -> Source:
    head = '#include "ap_int.h"\n#include "ap_fixed.h"\n#include "hls_stream.h"\n'
    called = Called(("x", "y", "z"), ("ap_return", "y", "z"), NATIVE)
    return Source("called", head + CALLED.replace("STEP", str(step)), called)


def test_arguments_of_a_call_in_words() -> None:
    """x = 2, y = 1, 2, 3, 4, z = 0; a = 5 / 8 of the highest bits, b = 1."""
    given = 2 | 1 << 32 | 2 << 37 | 3 << 42 | 4 << 47
    stimulus = Stimulus({"given": [given], "pairs": [0b1_1010000]})
    group = build([called_source(1)])
    found = run_group(group, {"called": stimulus})["called"]
    assert found.difference() == ""
    assert found.native == {"made": [2 | 1 << 16 | 2 << 21 | 4 << 26 | 4 << 31 | 0b101 << 36]}
    faulty = replace(build([called_source(2)]), native=group.native)
    assert "word 0" in run_group(faulty, {"called": stimulus})["called"].difference()
