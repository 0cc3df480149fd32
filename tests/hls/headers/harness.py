"""Runs pieces of C++ three ways: reference headers under g++, ours under clang, ours through the front end.

A result is one word for its type (kind, width, bits before the point, sign) and its bits, 64 to a word.
"""

import importlib.util
import random
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fpdeep_gen.hls.frontend import front_end
from fpdeep_gen.hls.interpret import interpret
from fpdeep_gen.hls.native_include import native_include_dirs
from tests.hls.headers.operands import Piece

OURS = Path(native_include_dirs()[0]).parent / "include"
REFERENCE = native_include_dirs()[1]

HEAD = r"""
#include <ap_int.h>
#include <ap_fixed.h>
typedef unsigned long long Word;

template <typename T> struct native_width { static const int value = sizeof(T) * 8; };
template <> struct native_width<bool> { static const int value = 1; };

template <typename Words> struct Input : Words {
    template <typename T> T take() { return take_as((T *)0); }
    template <typename T> T take_as(T *) { return (T)this->next(); }
    template <int W> ap_int<W> take_as(ap_int<W> *) { return bits<ap_int<W>, W>(); }
    template <int W> ap_uint<W> take_as(ap_uint<W> *) { return bits<ap_uint<W>, W>(); }
    template <typename T> T fixed() { return bits<T, T::width>(); }
    template <typename T, int W> T bits() {
        T value = 0;
        for (int at = 0; at < W; at += 64) {
#pragma HLS UNROLL
            value.range(at + 63 < W ? at + 63 : W - 1, at) = ap_uint<64>(this->next());
        }
        return value;
    }
};
template <typename Words> struct Output : Words {
    void type(int kind, int width, int before, bool sign) {
        this->put((Word)kind << 48 | (Word)width << 32 | (Word)(before + 4096) << 8 | (Word)sign);
    }
    template <typename T, int W> void bits(const T &value) {
        for (int at = 0; at < W; at += 64) {
#pragma HLS UNROLL
            this->put(ap_uint<W>(value.range(at + 63 < W ? at + 63 : W - 1, at)).to_uint64());
        }
    }
    template <typename T> void give(T value) {
        type(0, native_width<T>::value, 0, (T)-1 < (T)1);
        this->put((Word)value);
    }
    template <int W, bool S> void give_integer(const ap_int_base<W, S> &value) {
        type(1, W, 0, S);
        bits<ap_int_base<W, S>, W>(value);
    }
    template <int W> void give(ap_int<W> value) { give_integer(value); }
    template <int W> void give(ap_uint<W> value) { give_integer(value); }
    template <int W, bool S> void give(ap_int_base<W, S> value) { give_integer(value); }
    template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N>
    void give_fixed(const ap_fixed_base<W, I, S, Q, O, N> &value) {
        type(2, W, I, S);
        bits<ap_fixed_base<W, I, S, Q, O, N>, W>(value);
    }
    template <int W, int I, ap_q_mode Q, ap_o_mode O, int N> void give(ap_fixed<W, I, Q, O, N> value) {
        give_fixed(value);
    }
    template <int W, int I, ap_q_mode Q, ap_o_mode O, int N> void give(ap_ufixed<W, I, Q, O, N> value) {
        give_fixed(value);
    }
    template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N>
    void give(ap_fixed_base<W, I, S, Q, O, N> value) {
        give_fixed(value);
    }
};
"""

NATIVE_TAIL = r"""
static const Word *source;
static Word *sink;
struct ReadWords { Word next() { return *source++; } };
struct WriteWords { void put(Word word) { *sink++ = word; } };
extern "C" Word *run_pieces(const Word *from, Word *to) {
    source = from;
    sink = to;
    Input<ReadWords> in;
    Output<WriteWords> out;
    CALLS
    return sink;
}
"""

MAIN = r"""
#include <cstdio>
#include <vector>
extern "C" unsigned long long *run_pieces(const unsigned long long *, unsigned long long *);
int main(int, char **argv) {
    const long vectors = std::strtol(argv[1], nullptr, 10), words = std::strtol(argv[2], nullptr, 10);
    std::vector<unsigned long long> in(words + 1), out(1 << 20);
    for (long i = 0; i < vectors; i++) {
        if (std::fread(in.data(), 8, words, stdin) != (size_t)words) return 1;
        const unsigned long long *end = run_pieces(in.data(), out.data());
        std::fwrite(out.data(), 8, end - out.data(), stdout);
    }
}
"""

KERNEL_TAIL = r"""
struct ReadWords {
    hls::stream<ap_uint<64>> &stream;
    Word next() { return stream.read().to_uint64(); }
};
struct WriteWords {
    hls::stream<ap_uint<64>> &stream;
    void put(Word word) { stream.write(word); }
};
void top(hls::stream<ap_uint<64>> &from, hls::stream<ap_uint<64>> &to) {
#pragma HLS PIPELINE II=1
    from.read();  // a word for each run: nothing happens without it
    Input<ReadWords> in{{from}};
    Output<WriteWords> out{{to}};
    CALLS
}
"""

WIDE_TAIL = r"""
struct ReadWords {
    hls::vector<ap_uint<64>, WORDS_IN> words;
    int at;
    Word next() { return words[at++].to_uint64(); }
};
struct WriteWords {
    hls::vector<ap_uint<64>, WORDS_OUT> words;
    int at;
    void put(Word word) { words[at++] = word; }
};
void top(hls::stream<hls::vector<ap_uint<64>, WORDS_IN>> &from, hls::stream<hls::vector<ap_uint<64>, WORDS_OUT>> &to) {
#pragma HLS PIPELINE II=1
    Input<ReadWords> in;
    in.words = from.read();
    in.at = 0;
    Output<WriteWords> out;
    out.at = 0;
    CALLS
    to.write(out.words);
}
"""


def _functions(pieces: Sequence[Piece]) -> str:
    shape = "template <typename In, typename Out> static void piece_{}(In &in, Out &out) {{\n{}\n}}\n"
    return "".join(shape.format(number, piece.text()) for number, piece in enumerate(pieces))


def _calls(pieces: Sequence[Piece]) -> str:
    return "\n    ".join(f"piece_{number}(in, out);" for number in range(len(pieces)))


def native_source(pieces: Sequence[Piece]) -> str:
    """The translation unit for a native run."""
    return HEAD + _functions(pieces) + NATIVE_TAIL.replace("CALLS", _calls(pieces))


def kernel_source(pieces: Sequence[Piece]) -> str:
    """The kernel for the front end."""
    return '#include "hls_stream.h"\n' + HEAD + _functions(pieces) + KERNEL_TAIL.replace("CALLS", _calls(pieces))


def wide_source(pieces: Sequence[Piece], words_in: int, words_out: int) -> str:
    """The kernel with all operands in one word and all results in another."""
    tail = WIDE_TAIL.replace("WORDS_IN", str(words_in)).replace("WORDS_OUT", str(words_out))
    head = '#include "hls_vector.h"\n#include "hls_stream.h"\n'
    return head + HEAD + _functions(pieces) + tail.replace("CALLS", _calls(pieces))


@dataclass(frozen=True)
class Inputs:
    """Words of `vectors` runs over all pieces."""

    vectors: int
    words: list[int]

    @property
    def words_each(self) -> int:
        """Words of one run."""
        return len(self.words) // self.vectors


def inputs_of(pieces: Sequence[Piece], seed: int, vectors: int) -> Inputs:
    """Random operands."""
    source = random.Random(seed)
    words: list[int] = []
    for _ in range(vectors):
        for piece in pieces:
            for operand in piece.operands:
                value = operand.value(source)
                words.extend((value >> at) & (2**64 - 1) for at in range(0, operand.width, 64))
    return Inputs(vectors, words)


def run_native(folder: Path, name: str, compile_command: Sequence[str], text: str, inputs: Inputs) -> list[int]:
    """Output words of a compiled translation unit."""
    (folder / f"{name}.cpp").write_text(text)
    (folder / "main.cpp").write_text(MAIN.replace("<cstdio>", "<cstdio>\n#include <cstdlib>"))
    _run([*compile_command, "-c", str(folder / f"{name}.cpp"), "-o", str(folder / f"{name}.o")])
    program = folder / name
    _run(["g++", "-w", str(folder / "main.cpp"), str(folder / f"{name}.o"), "-o", str(program)])
    data = b"".join(word.to_bytes(8, "little") for word in inputs.words)
    command = [str(program), str(inputs.vectors), str(inputs.words_each)]
    done = subprocess.run(command, input=data, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, (name, done.returncode, done.stderr[-2000:])
    return [int.from_bytes(done.stdout[at : at + 8], "little") for at in range(0, len(done.stdout), 8)]


def run_reference(folder: Path, pieces: Sequence[Piece], inputs: Inputs) -> list[int]:
    """With the reference headers under g++."""
    command = ["g++", "-std=c++17", "-O0", "-w", "-fwrapv", "-DNDEBUG", "-DAP_INT_MAX_W=4096", f"-isystem{REFERENCE}"]
    return run_native(folder, "reference", command, native_source(pieces), inputs)


def run_ours(folder: Path, pieces: Sequence[Piece], inputs: Inputs) -> list[int]:
    """With our headers under clang."""
    spec = importlib.util.find_spec("ziglang")
    assert spec is not None and spec.origin is not None
    clang = [str(Path(spec.origin).parent / "zig"), "clang", "-target", "x86_64-linux-gnu"]
    flags = ["-std=c++17", "-O0", "-w", "-fwrapv", "-nostdinc", "-ffreestanding", "-fno-exceptions", "-fno-rtti"]
    command = [*clang, *flags, "-fPIC", "-fno-stack-protector", f"-I{OURS}"]
    return run_native(folder, "ours", command, native_source(pieces), inputs)


CHUNK = 25  # pieces in one kernel: LLVM's passes take more than linear time in one function


def run_compiled(folder: Path, pieces: Sequence[Piece], inputs: Inputs) -> list[int]:
    """With our headers through the front end, interpreted."""
    chunks = [pieces[at : at + CHUNK] for at in range(0, len(pieces), CHUNK)]
    rows = [_row(inputs.words, inputs.vectors, vector) for vector in range(inputs.vectors)]
    outputs: list[list[int]] = []
    start = 0
    for chunk in chunks:
        size = sum((operand.width + 63) // 64 for piece in chunk for operand in piece.operands)
        words = [word for row in rows for word in (0, *row[start : start + size])]
        start += size
        source = folder / "kernel.cpp"
        source.write_text(kernel_source(chunk))
        outputs.append(interpret(front_end(source, "top", []), {"from": words}).outputs["to"])
    return [
        word for vector in range(inputs.vectors) for output in outputs for word in _row(output, inputs.vectors, vector)
    ]


def _row(words: Sequence[int], vectors: int, vector: int) -> Sequence[int]:
    """The words of one vector."""
    size = len(words) // vectors
    return words[vector * size : (vector + 1) * size]


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(list(command), capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[:4000]


@dataclass(frozen=True)
class Result:
    """One result: kind 0 native, 1 integer, 2 fixed-point."""

    kind: int
    width: int
    before: int
    signed: bool
    bits: int

    def __str__(self) -> str:
        kind = ("native", "ap_int", "ap_fixed")[self.kind] if self.kind < 3 else "no type"
        return f"{kind} {self.width} {self.before} {'signed' if self.signed else 'unsigned'} {self.bits:#x}"


def split(words: Sequence[int]) -> list[Result]:
    """The results in a stream of words."""
    results = []
    at = 0
    while at < len(words):
        kind, width = words[at] >> 48, words[at] >> 32 & 0xFFFF
        count = 1 if kind == 0 else (width + 63) // 64
        bits = sum(word << (64 * place) for place, word in enumerate(words[at + 1 : at + 1 + count]))
        results.append(Result(kind, width, (words[at] >> 8 & 0xFFFF) - 4096, bool(words[at] & 1), bits))
        at += 1 + count
    return results


def gives(piece: Piece) -> int:
    """How many results the piece has."""
    return sum(line.startswith("out.give") for line in piece.lines)


def differences(pieces: Sequence[Piece], inputs: Inputs, expected: Sequence[int], found: Sequence[int]) -> list[str]:
    """One text for each piece that differs: its source, operands and both results."""
    wanted, got = split(expected), split(found)
    texts: dict[int, str] = {}
    at, word = 0, 0
    for _ in range(inputs.vectors):
        for number, piece in enumerate(pieces):
            operands = []
            for operand in piece.operands:
                count = (operand.width + 63) // 64
                operands.append(sum(w << 64 * k for k, w in enumerate(inputs.words[word : word + count])))
                word += count
            for place in range(gives(piece)):
                one = wanted[at] if at < len(wanted) else None
                other = got[at] if at < len(got) else None
                if one != other and number not in texts:
                    values = ", ".join(f"v{k} = {value:#x}" for k, value in enumerate(operands))
                    lines = f"{piece.topic}, result {place}:\n{piece.text()}\n  {values}"
                    texts[number] = f"{lines}\n  reference {one}\n  ours      {other}"
                at += 1
    if len(wanted) != len(got):
        texts[-1] = f"{len(wanted)} results of the reference, {len(got)} of ours"
    return list(texts.values())
