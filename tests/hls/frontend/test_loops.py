"""Loops to regions: nests flattened into one, sequences and branches as several, entry code, variable bounds."""

import itertools
from pathlib import Path

from fpdeep_gen.hls.ir import StreamWrite
from tests.hls.frontend.compiling import FIRST_LINE, compile_text, process_of, run, run_text

IMPERFECT = """
void top(hls::stream<ap_uint<8>>& sizes, hls::stream<ap_uint<16>>& in, hls::stream<ap_uint<32>>& out) {
    const int images = sizes.read();
    for (int image = 0; image < images; ++image) {
        const ap_uint<16> scale = in.read();
        ap_uint<32> total = 0;
        for (int row = 0; row < 3; ++row) {
            ap_uint<32> sum = row;
            for (int column = 0; column < 4; ++column) {
#pragma HLS PIPELINE II=1
                sum += in.read() * scale;
            }
            out.write(sum);
            total += sum;
        }
        out.write(total);
    }
}
"""


def _imperfect(sizes: list[int], words: list[int]) -> list[int]:
    source, out = iter(words), []
    for images in sizes:
        for _ in range(images):
            scale, total = next(source), 0
            for row in range(3):
                total_row = row + sum(next(source) * scale for _ in range(4))
                out.append(total_row & 0xFFFFFFFF)
                total += total_row
            out.append(total & 0xFFFFFFFF)
    return out


def test_imperfect_nest_is_one_region(tmp_path: Path) -> None:
    module = compile_text(tmp_path, IMPERFECT)
    sizes = [2, 0, 1, 3]
    words = [(7 * place * place + 1) & 0xFFFF for place in range(13 * sum(sizes))]
    assert run(module, {"sizes": sizes, "in": words}).outputs["out"] == _imperfect(sizes, words)
    (region,) = process_of(module).regions
    assert region.ii == 1
    assert [one.target for one in region.exits] == [region]


def test_finished_work_does_not_wait_for_the_next_activation(tmp_path: Path) -> None:
    """All words of an activation come out although the next one's first read finds nothing."""
    module = compile_text(tmp_path, IMPERFECT)
    words = list(range(13))
    result = run(module, {"sizes": [1], "in": words})
    assert result.outputs["out"] == _imperfect([1], words)
    assert result.left == {}


def test_iterations_of_a_nest_have_no_gap(tmp_path: Path) -> None:
    """One iteration of the region for each innermost step, over rows, images and activations alike."""
    text = """
    void top(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) {
        for (int row = 0; row < 3; ++row) {
            for (int column = 0; column < 5; ++column) {
    #pragma HLS PIPELINE II=1
                out.write(in.read() + row + column);
            }
        }
    }
    """
    module = compile_text(tmp_path, text)
    process = process_of(module)
    assert len(process.regions) == 1
    reads = [one for one in process.operations() if type(one).__name__ == "StreamRead"]
    assert [one.predicate for one in reads] == [None]  # every iteration reads
    words = [11 * place & 0xFF for place in range(30)]
    places = itertools.cycle([(row, column) for row in range(3) for column in range(5)])
    expected = [(word + row + column) & 0xFF for word, (row, column) in zip(words, places, strict=False)]
    assert run(module, {"in": words}).outputs["out"] == expected


def test_sequence_of_loops_and_branches(tmp_path: Path) -> None:
    text = """
    void top(hls::stream<ap_uint<16>>& command, hls::stream<ap_int<16>>& in, hls::stream<ap_int<32>>& out) {
        static ap_int<16> memory[10];
        const ap_uint<16> order = command.read();
        const int operation = order.range(3, 0);
        const int count = order.range(15, 4);
        switch (operation) {
        case 1:
            for (int i = 0; i < count; ++i) {
    #pragma HLS PIPELINE II=1
                memory[i] = in.read();
            }
            break;
        case 2: {
            int i = count;
            while (i != 0) {
    #pragma HLS PIPELINE II=1
                --i;
                out.write(memory[i]);
            }
            break;
        }
        default:
            out.write(-operation);
        }
        ap_int<32> sum = 0;
        for (int i = 0; i < 10; ++i) {
            sum += memory[i];
        }
        out.write(sum);
    }
    """
    orders = [(1, 4), (2, 3), (7, 0), (1, 0), (1, 10), (2, 10)]
    words = [5, -3, 700, -32768, *range(-5, 5)]
    memory, source, expected = [0] * 10, iter(words), []
    for operation, count in orders:
        if operation == 1:
            for place in range(count):
                memory[place] = next(source)
        elif operation == 2:
            expected += [memory[place] for place in reversed(range(count))]
        else:
            expected.append(-operation)
        expected.append(sum(memory))
    module = compile_text(tmp_path, text)
    inputs = {"command": [op | count << 4 for op, count in orders], "in": [word & 0xFFFF for word in words]}
    assert run(module, inputs).outputs["out"] == [value & 0xFFFFFFFF for value in expected]
    loops = [region for region in process_of(module).regions if region.ii]
    assert [(region.ii, region.automatic is not None) for region in loops] == [(1, False), (1, False), (1, True)]


def test_inner_loop_with_variable_bounds_that_may_be_empty(tmp_path: Path) -> None:
    text = """
    void top(hls::stream<ap_uint<4>>& counts, hls::stream<ap_uint<8>>& out) {
        for (int row = 0; row < 3; ++row) {
            const int count = counts.read();
            for (int i = 0; i < count; ++i) {
    #pragma HLS PIPELINE II=1
                out.write(row * 16 + i);
            }
        }
    }
    """
    counts = [2, 0, 3, 0, 0, 0, 1, 15, 0]
    expected = [place % 3 * 16 + i for place, count in enumerate(counts) for i in range(count)]
    assert run_text(tmp_path, text, counts=counts)["out"] == expected


def test_break_and_continue(tmp_path: Path) -> None:
    text = """
    void top(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) {
        ap_uint<8> kept = 0;
        for (int i = 0; i < 100; ++i) {
    #pragma HLS PIPELINE II=1
            const ap_uint<8> word = in.read();
            if (word == 0) break;
            if (word[0]) continue;
            kept = word;
            out.write(word);
        }
        out.write(kept + 1);
    }
    """
    assert run_text(tmp_path, text, **{"in": [4, 5, 6, 0, 0, 3, 2, 0]})["out"] == [4, 6, 7, 1, 2, 3]


def test_pipelined_outer_loop_unrolls_inner_ones(tmp_path: Path) -> None:
    text = """
    void top(hls::stream<hls::vector<ap_int<8>, 4>>& in, hls::stream<ap_int<10>>& out) {
        for (int i = 0; i < 6; ++i) {
    #pragma HLS PIPELINE II=1
            const hls::vector<ap_int<8>, 4> word = in.read();
            ap_int<10> sum = 0;
            for (int lane = 0; lane < 4; ++lane) sum += word[lane];
            out.write(sum);
        }
    }
    """
    module = compile_text(tmp_path, text)
    assert len(process_of(module).regions) == 1
    assert run(module, {"in": [0x01020304, 0x80808080, 0xFFFFFFFF]}).outputs["out"] == [10, 512, 1020]


def test_non_blocking_streams(tmp_path: Path) -> None:
    text = """
    void top(hls::stream<ap_uint<8>>& a, hls::stream<ap_uint<8>>& b, hls::stream<ap_uint<9>>& out) {
    #pragma HLS PIPELINE II=1
        ap_uint<8> word = 77;
        if (!a.empty()) {
            out.write(a.read());
        } else if (b.read_nb(word)) {
            out.write(word + 256);
        }
    }
    """
    module = compile_text(tmp_path, text)
    from fpdeep_gen.hls.interpret import interpret

    result = interpret(module, {"a": [1, 2], "b": [3, 4]}, idle_rounds=50)
    assert result.outputs["out"] == [1, 2, 259, 260]
    assert not result.blocked  # it keeps on asking


def test_writes_in_both_branches_are_one_access(tmp_path: Path) -> None:
    text = """
    void top(hls::stream<ap_uint<8>>& a, hls::stream<ap_uint<8>>& b, hls::stream<ap_uint<8>>& out) {
        for (int word = 0; word < 8; ++word) {
    #pragma HLS PIPELINE II=1
            if (word < 4) {
                out.write(a.read());
            } else if (word == 6) {
                out.write(99);
            } else {
                out.write(b.read());
            }
        }
    }
    """
    module = compile_text(tmp_path, text)
    got = run(module, {"a": [1, 2, 3, 4, 5, 6, 7, 8], "b": [11, 12, 13, 14, 15, 16]}).outputs["out"]
    assert got == [1, 2, 3, 4, 11, 12, 99, 13, 5, 6, 7, 8, 14, 15, 99, 16]
    writes = [one for one in process_of(module).operations() if isinstance(one, StreamWrite)]
    assert [one.predicate for one in writes] == [None]


def test_writes_keep_their_order_among_streams(tmp_path: Path) -> None:
    """A read of another stream between two writes must not hold back the first."""
    text = """
    void top(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& more, hls::stream<ap_uint<8>>& out) {
    #pragma HLS PIPELINE II=1
        const ap_uint<8> word = in.read();
        if (word[0]) out.write(word);
        const ap_uint<8> other = more.read();
        if (!word[0]) out.write(other);
    }
    """
    module = compile_text(tmp_path, text)
    assert run(module, {"in": [1, 2, 3], "more": [7, 8]}).outputs["out"] == [1, 8, 3]


def test_a_loop_has_a_line_where_clang_puts_code_of_its_own_in_front(tmp_path: Path) -> None:
    text = """
    void top(hls::stream<int>& in, hls::stream<int>& out) {
        int four[4] = {1, 1, 1, 1};
        for (int i = 0; i < 6; i++) {
    #pragma HLS PIPELINE II=1
            int x = in.read();
            for (int k = 3; k > 0; k--) four[k] = four[k - 1];
            four[0] = x;
            out.write(four[3]);
        }
    }
    """
    (region,) = process_of(compile_text(tmp_path, text)).regions
    assert region.location is not None
    assert region.location.line - FIRST_LINE in range(2, 8)


def test_pragmas_of_a_loop_that_is_gone_are_none_of_the_loop_around_it(tmp_path: Path) -> None:
    pragmas = ("UNROLL", "LOOP_TRIPCOUNT min=5 max=5", "PIPELINE off")
    text = """
        void top(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) {
            const int count = in.read();
            for (int n = 0; n < count; ++n) {
                do {
                    %s
                    out.write(in.read());
                } while (count != count);
            }
        }
        """
    module = compile_text(tmp_path, text % "".join(f"\n#pragma HLS {one}" for one in pragmas))
    assert module.warnings == []
    loop = next(one for one in process_of(module).regions if one.ii is not None)
    assert loop.automatic
    assert loop.loops[0].count is None
    assert run(module, {"in": [2, 7, 8, 1, 9]}).outputs["out"] == [7, 8, 9]
