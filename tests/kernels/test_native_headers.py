"""The native headers: bounded streams, fibers, deadlock reports, and the bench that the kernel tests stand on."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls import native_include
from fpdeep_gen.hls.native_include import native_include_dirs
from tests.kernels.bench import FLAGS, Case, Program, build, scalar_port

SOURCE = """
#include <cassert>
#include <cstring>
#include <ap_int.h>
#include <hls_stream.h>
#include <hls_task.h>
#include <hls_vector.h>

using Word = hls::vector<ap_int<16>, 2>;

void copy(hls::stream<Word>& in, hls::stream<Word>& out) { out.write(in.read()); }

// Only non-blocking operations: gives way by itself.
void poll(hls::stream<Word>& in, hls::stream<Word>& out) {
    static Word held;
    static bool full = false;
    if (!full) {
        full = in.read_nb(held);
    } else if (out.write_nb(held)) {
        full = false;
    }
}

// A loop that waits without a blocking operation.
void spin(hls::stream<Word>& in, hls::stream<Word>& out) {
    while (in.empty()) {
    }
    while (out.full()) {
    }
    out.write(in.read());
}

void add(hls::stream<Word> (&in)[2], hls::stream<Word>& out) {
    const Word a = in[0].read();
    const Word b = in[1].read();
    Word sum;
    for (int i = 0; i < 2; ++i) sum[i] = a[i] + b[i];
    out.write(sum);
}

void chain(hls::stream<Word>& in, hls::stream<Word>& out) {
    hls_thread_local hls::stream<Word, 2> copied("copied");
    hls_thread_local hls::stream<Word, 1> polled;
    hls_thread_local hls::task first(copy, in, copied);
    hls_thread_local hls::task second(poll, copied, polled);
    hls_thread_local hls::task third(spin, polled, out);
}

Word word(int value) {
    Word made;
    made[0] = value;
    made[1] = -value;
    return made;
}

void test_streams() {
    hls::stream<Word, 2> bounded("bounded");
    assert(bounded.empty() && !bounded.full() && bounded.size() == 0);
    assert(bounded.write_nb(word(1)) && bounded.write_nb(word(2)) && !bounded.write_nb(word(3)));
    assert(bounded.full() && bounded.size() == 2);
    Word got;
    assert(bounded.read_nb(got) && got == word(1) && bounded.read() == word(2) && !bounded.read_nb(got));
    hls::stream<Word> unbounded;
    for (int i = 0; i < 1000; ++i) unbounded.write(word(i));
    for (int i = 0; i < 1000; ++i) assert(unbounded.read() == word(i));
}

void test_chain() {
    hls::stream<Word> in("in"), out("out");
    chain(in, out);
    for (int i = 0; i < 500; ++i) in.write(word(i));
    for (int i = 0; i < 500; ++i) assert(out.read() == word(i));
    assert(out.empty());
    // A full input: writing lets the tasks run.
    hls::stream<Word, 1> narrow_in;
    hls::stream<Word> narrow_out;
    hls::task narrow(copy, narrow_in, narrow_out);
    for (int i = 0; i < 20; ++i) narrow_in.write(word(i));
    for (int i = 0; i < 20; ++i) assert(narrow_out.read() == word(i));
}

void test_deadlock() {
    static hls::stream<Word> operands[2];
    hls::native::set_depth(operands, "operands", 1);
    static hls::stream<Word, 1> sums("sums"), back("back");
    static hls::stream<Word> never("never");
    static hls::task adder(add, operands, sums);
    static hls::task copier(copy, never, back);
    operands[0].write(word(1));
    operands[1].write(word(1));
    operands[0].write(word(1));
    operands[1].write(word(1));
    operands[0].write(word(1));
    operands[1].write(word(1));
    back.read();
}

void test_array_depth() {
    static hls::stream<Word> operands[2];
    hls::native::set_depth(operands, "operands", 1);
    static hls::stream<Word, 1> sums("sums");
    static hls::task adder(add, operands, sums);
    for (int i = 0; i < 9; ++i) {
        operands[0].write(word(i));
        operands[1].write(word(i));
    }
}

// Stages that are called one behind the other: nobody empties the stream before it has all words.
void test_stages() {
    hls::stream<Word, 2> between;
    for (int i = 0; i < 20; ++i) between.write(word(i));
    for (int i = 0; i < 20; ++i) assert(between.read() == word(i));
}

// A task that outlives its streams does what it can with the words that are there, and then nothing.
void test_ends() {
    static int moved = 0;
    struct Counted {
        static void step(hls::stream<int>& in) { moved += in.read(); }
    };
    for (int k = 0; k < 2; ++k) {
        hls::stream<int> words;
        hls::task one(Counted::step, words);
        one(Counted::step, words);  // has its function already
        words.write(3);
        words.write(4);
    }
    assert(moved == 14);
}

int main(int, char** argv) {
    if (!std::strcmp(argv[1], "streams")) test_streams();
    if (!std::strcmp(argv[1], "chain")) test_chain();
    if (!std::strcmp(argv[1], "deadlock")) test_deadlock();
    if (!std::strcmp(argv[1], "array")) test_array_depth();
    if (!std::strcmp(argv[1], "stages")) test_stages();
    if (!std::strcmp(argv[1], "ends")) test_ends();
    return 0;
}
"""


@pytest.fixture(scope="module")
def headers_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("headers")
    (folder / "main.cpp").write_text(SOURCE)
    ours, vendor = native_include_dirs()
    command = ["g++", *FLAGS, f"-I{ours}", f"-isystem{vendor}", str(folder / "main.cpp"), "-o", str(folder / "main")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "main"


def _run(program: Path, name: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(program), name], capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize("name", ["streams", "chain", "stages", "ends"])
def test_streams_and_tasks(headers_program: Path, name: str) -> None:
    done = _run(headers_program, name)
    assert (done.returncode, done.stderr) == (0, "")


def test_deadlock_names_every_stream_that_is_waited_on(headers_program: Path) -> None:
    done = _run(headers_program, "deadlock")
    assert done.returncode == 3
    assert done.stderr == (
        "deadlock: no task can go on\n"
        "  main program waits: stream back is empty\n"
        "  task 0 waits: stream sums is full\n"
        "  task 1 waits: stream never is empty\n"
    )


def test_an_array_of_streams_is_as_deep_as_it_was_told(headers_program: Path) -> None:
    done = _run(headers_program, "array")
    assert done.returncode == 3
    assert done.stderr == (
        "deadlock: no task can go on\n"
        "  main program waits: stream operands_0 is full\n"
        "  task 0 waits: stream sums is full\n"
    )


def test_ours_come_before_the_vendors() -> None:
    ours, vendor = native_include_dirs()
    assert (ours / "hls_stream.h").is_file() and (vendor / "ap_int.h").is_file()
    assert (vendor / "hls_stream.h").is_file(), "the reason why the order matters"


def test_missing_wheel_is_a_tool_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native_include, "find_spec", lambda name: None)
    with pytest.raises(ToolError, match=r"expected it in the Python package hls4ml, found none\n.*pip install"):
        native_include_dirs()


@pytest.fixture(scope="module")
def program() -> Program:
    ports = (scalar_port("in", 16, True), scalar_port("a", 16, False), scalar_port("b", 16, False))
    return build([Case("twins", "duplicate", ports, {}, "    using Word = ap_int<16>;\n")])


def test_bench_sees_surplus_and_missing_words(program: Program) -> None:
    words = {"in": np.arange(5).reshape(-1, 1)}
    program.run("twins", words, {"a": 5, "b": 5})
    program.run("twins", words, {"a": 5, "b": 4}, expect_code=5)
    program.run("twins", words, {"a": 5, "b": 6}, expect_code=3)
    with pytest.raises(AssertionError, match="words left in stream b"):
        program.run("twins", words, {"a": 5, "b": 4})
