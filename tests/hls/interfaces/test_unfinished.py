"""Free-running tops at rest: what RTL may leave of activations that cannot end, and what it may not."""

from pathlib import Path

import numpy as np
import pytest

from fpdeep_gen.hls.committed import Journals, Steps, least_taken, read_journals
from fpdeep_gen.hls.cosim import Cosimulation, cosimulate
from tests.hls.interfaces.broken import break_design, take_design

# `second` takes a word of f before it waits for b: RTL takes both at once, so f keeps a word more than in C++
NETWORK = """
#include "ap_int.h"
#include "hls_stream.h"
#include "hls_task.h"
typedef ap_int<16> T;
void first(hls::stream<T>& a, hls::stream<T>& f) { f.write(a.read() + 1); }
void second(hls::stream<T>& f, hls::stream<T>& b, hls::stream<T>& out) {
    T x = f.read();
    out.write(x + b.read());
}
void net(hls::stream<T>& a, hls::stream<T>& b, hls::stream<T>& out) {
    hls_thread_local hls::stream<T, 4> f;
    hls_thread_local hls::task one(first, a, f), two(second, f, b, out);
}
"""


def run(folder: Path) -> Cosimulation:
    (folder / "net.cpp").write_text(NETWORK, encoding="utf-8")
    stimulus = {"a": np.arange(40), "b": np.arange(20)}
    return cosimulate(folder / "net.cpp", "net", folder / "rtl", stimulus=stimulus)


def test_a_network_that_lacks_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C++ takes 20 words, one for the activation of `second` without an end, 4 in the FIFO, one that `first` holds."""
    done = run(tmp_path)
    assert (done.differences, dict(done.compared)) == ((), {"out": 20})

    right = done.compiled.verilog.read_text(encoding="utf-8")
    assert right.count(".DEPTH(4)") == 1
    break_design(monkeypatch, done.compiled, (".DEPTH(4)", ".DEPTH(2)"))
    assert run(tmp_path).differences == ("a: C++ takes 26 words (2 in activations without an end), RTL 22",)


UNUSED = """
#include "hls_stream.h"
void top(hls::stream<char>& a, hls::stream<char>& b, hls::stream<char>& out) { out.write(a.read() + 1); }
"""


def test_a_stream_that_nothing_reads_has_no_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is it compared, unless C++ takes words of it."""
    source = tmp_path / "top.cpp"
    source.write_text(UNUSED, encoding="utf-8")
    stimulus = {"a": np.arange(20), "b": np.arange(20)}
    done = cosimulate(source, "top", tmp_path / "rtl", stimulus=stimulus)
    assert (done.differences, dict(done.compared)) == ((), {"out": 20})

    source.write_text(UNUSED.replace("a.read() + 1", "a.read() + 1 + 0 * b.read()"), encoding="utf-8")
    take_design(monkeypatch, done.compiled)
    broken = cosimulate(source, "top", tmp_path / "rtl", stimulus=stimulus)
    assert broken.differences == ("b: C++ takes 20 words, RTL 0",)


def test_one_fiber() -> None:
    lines = ["port a 0", "port b 1", "fiber", "step 3 0:2:0 1:1:0 2:0:5", "step 1 0:1:0", "open 0:4:0", "stream 0 0"]
    journals = read_journals([line.split() for line in lines])
    assert least_taken(journals, {"a": 11, "b": 3}, 2) == {"a": 7, "b": 3}


@pytest.mark.parametrize(("room", "least"), [(0, 20), (3, 23), (100, 33)])
def test_a_writer_waits_for_room(room: int, least: int) -> None:
    """Fiber 1 popped 21 of the words that fiber 0 pushed, but only 20 in whole activations."""
    journals = Journals(
        ((Steps(33, {0: 1}, {1: 1}),), (Steps(20, {1: 1}, {2: 1}),)), ({0: 1}, {1: 1}), {"a": 0}, {0: 0, 1: 0, 2: 0}
    )
    assert least_taken(journals, {"a": 34}, room) == {"a": least}


def test_a_reader_waits_for_whole_activations() -> None:
    """Fiber 0's last activation gave 3 of its 4 words: fiber 1's second one, of 8 words, lacks one of them; so 8 steps
    of `b` are sure, of the 16 that were taken, and `a` may be behind by what the FIFO of 8 words does not hold."""
    journals = Journals(
        ((Steps(3, {0: 1}, {1: 4}),), (Steps(2, {1: 8, 2: 8}, {}),)), ({0: 1}, {}), {"a": 0, "b": 2}, {1: 8}
    )
    assert least_taken(journals, {"a": 4, "b": 16}, 0) == {"a": 3, "b": 8}
