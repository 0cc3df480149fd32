"""Arrays to memories and registers: partitions, lanes, dynamic lanes, tables, pragmas."""

import math
from pathlib import Path

import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.frontend import accesses
from fpdeep_gen.hls.frontend.llvm_types import size_of
from fpdeep_gen.hls.ir import Load, Storage
from tests.hls.frontend.compiling import bits, compile_text, process_of, run


def test_lanes_of_a_vector_array_are_one_memory(tmp_path: Path) -> None:
    text = """
    void top(hls::stream<hls::vector<ap_int<12>, 3>>& in, hls::stream<hls::vector<ap_int<12>, 3>>& out) {
    #pragma HLS PIPELINE II=1
        static hls::vector<ap_int<12>, 3> line[6];
    #pragma HLS BIND_STORAGE variable=line type=ram_2p impl=lutram
    #pragma HLS DEPENDENCE variable=line inter distance=2 * 3 true
        static ap_uint<3> at = 0;
        out.write(line[at]);
        line[at] = in.read();
        at = at == 5 ? ap_uint<3>(0) : ap_uint<3>(at + 1);
    }
    """
    module = compile_text(tmp_path, text)
    words = [(place * 0x123456789) & ((1 << 36) - 1) for place in range(20)]
    assert run(module, {"in": words}).outputs["out"] == [0] * 6 + words[:15]  # the last one before its read
    (memory,) = process_of(module).memories
    assert (memory.name, memory.width, memory.depth) == ("line", 36, 6)
    assert (memory.storage, memory.carried_distance) == (Storage.DISTRIBUTED, 6)


def test_partitions_by_dimension(tmp_path: Path) -> None:
    text = """
    void top(hls::stream<ap_uint<16>>& in, hls::stream<ap_uint<16>>& out) {
    #pragma HLS PIPELINE II=1
        static ap_uint<16> cells[3][4];
    #pragma HLS ARRAY_PARTITION variable=cells dim=1 complete
    #pragma HLS DEPENDENCE variable=cells inter false
        const ap_uint<16> word = in.read();
        const int row = word.range(1, 0), column = word.range(3, 2);
        ap_uint<16> sum = 0;
        for (int r = 0; r < 3; ++r) sum += cells[r][column];
        cells[row][column] = word;
        out.write(sum);
    }
    """
    module = compile_text(tmp_path, text)
    words = [(place * 37 + 5) & 0xFFFF for place in range(40)]
    words = [word & ~3 | (word & 3) % 3 for word in words]
    cells, expected = [[0] * 4 for _ in range(3)], []
    for word in words:
        row, column = word & 3, word >> 2 & 3
        expected.append(sum(cells[r][column] for r in range(3)) & 0xFFFF)
        cells[row][column] = word
    assert run(module, {"in": words}).outputs["out"] == expected
    memories = process_of(module).memories
    assert [one.depth for one in memories] == [4, 4, 4]
    assert {one.carried_distance for one in memories} == {None}


def test_dynamic_index_into_registers(tmp_path: Path) -> None:
    text = """
    void top(hls::stream<ap_uint<8>>& in, hls::stream<hls::vector<ap_uint<8>, 5>>& out) {
    #pragma HLS PIPELINE II=1
        static hls::vector<ap_uint<8>, 5> held = hls::vector<ap_uint<8>, 5>(ap_uint<8>(9));
        static ap_uint<8> ring[4] = {1, 2, 3};
    #pragma HLS ARRAY_PARTITION variable=ring complete dim=0
        const ap_uint<8> word = in.read();
        held[word % 5] = ring[word % 4];
        ring[word % 4] = word;
        out.write(held);
    }
    """
    text = text.replace(" = hls::vector<ap_uint<8>, 5>(ap_uint<8>(9))", "")
    module = compile_text(tmp_path, text)
    words = [17, 4, 255, 3, 3, 90, 91, 92]
    held, ring, expected = [0] * 5, [1, 2, 3, 0], []
    for word in words:
        held[word % 5] = ring[word % 4]
        ring[word % 4] = word
        expected.append(sum(value << 8 * lane for lane, value in enumerate(held)))
    assert run(module, {"in": words}).outputs["out"] == expected
    assert process_of(module).memories == []


def test_constant_tables(tmp_path: Path) -> None:
    values = [round(1000 * math.sin(place / 7)) if place < 70 else 0 for place in range(100)]
    text = f"""
    static const ap_int<12> TABLE[100] = {{{", ".join(map(str, values))}}};
    constexpr int SMALL[2][3] = {{{{1, 2, 3}}, {{4, 5, 6}}}};
    void top(hls::stream<ap_uint<7>>& in, hls::stream<ap_int<16>>& out) {{
    #pragma HLS PIPELINE II=1
        const ap_uint<7> at = in.read();
        const ap_int<12> local[4] = {{10, -20, 30, -40}};
        out.write(TABLE[at] + SMALL[1][2] + local[at % 4]);
    }}
    """
    module = compile_text(tmp_path, text)
    local = [10, -20, 30, -40]
    expected = [bits(values[at] + 6 + local[at % 4], 16) for at in range(100)]
    assert run(module, {"in": list(range(100))}).outputs["out"] == expected
    (table,) = [one for one in process_of(module).memories if one.depth == 100]
    assert list(table.initial) == [bits(value, table.width) for value in values]
    assert table.width == 11 or table.width == 12


def test_statics_keep_their_state_and_start_as_written(tmp_path: Path) -> None:
    text = """
    void top(hls::stream<ap_uint<1>>& tick, hls::stream<ap_int<20>>& out) {
        static ap_int<20> value = -7;
        static bool odd = true;
        tick.read();
        out.write(odd ? ap_int<20>(value) : ap_int<20>(0));
        odd = !odd;
        value -= 1;
    }
    """
    module = compile_text(tmp_path, text)
    assert run(module, {"tick": [0] * 4}).outputs["out"] == [bits(value, 20) for value in (-7, 0, -9, 0)]
    assert sorted(one.width for one in process_of(module).variables) == [1, 20]


def test_a_word_passed_in_two_registers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven 16-bit lanes are 14 bytes: clang passes them as an i64 and an i48, whose 6 bytes end the object.

    Chosen at run time, the lanes stay an object; an i48 counted by its stride of 8 bytes would reach beyond it.
    """
    text = """
    using Word = hls::vector<ap_int<16>, 7>;
    static ap_int<16> pick(Word word, int lane) { return word[lane]; }
    void top(hls::stream<Word>& in, hls::stream<ap_uint<3>>& lanes, hls::stream<ap_int<16>>& out) {
        const Word held = in.read();
        out.write(pick(held, lanes.read()));
    }
    """
    word = sum((lane + 1) << (16 * lane) for lane in range(7))
    inputs = {"in": [word] * 7, "lanes": list(range(7))}
    assert run(compile_text(tmp_path, text), inputs).outputs["out"] == list(range(1, 8))
    monkeypatch.setattr(accesses, "stored_size", size_of)
    with pytest.raises(InputError, match="index 7 of 7"):
        compile_text(tmp_path, text)


def test_a_table_of_bytes_with_every_value(tmp_path: Path) -> None:
    """LLVM writes it as text, where a backslash is written twice and others are two hexadecimal digits."""
    values = ", ".join(str((91 * place) & 0xFF) for place in range(256))
    text = f"""
    static const unsigned char table[256] = {{{values}}};
    void top(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) {{
        out.write(table[in.read()]);
    }}
    """
    words = [(91 * place) & 0xFF for place in range(256)]
    assert run(compile_text(tmp_path, text), {"in": list(range(256))}).outputs["out"] == words


def test_blocks_whose_number_follows_from_an_unrolled_sum(tmp_path: Path) -> None:
    """`4 * im + ir` is in block `im` whatever `ir` is; every bank was read for every one, and chosen from."""
    values = [(place * 29 + 7) % 251 for place in range(32)]
    text = f"""
    static const unsigned char table[32] = {{{", ".join(map(str, values))}}};
    void top(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<24>>& out) {{
    #pragma HLS ARRAY_PARTITION variable=table block factor=8
        const ap_uint<8> word = in.read();
        ap_uint<24> sum = 0;
        for (int ir = 0; ir < 4; ir++) {{
    #pragma HLS PIPELINE II=1
            int at = ir;
            for (int im = 0; im < 8; im++) {{
                sum += table[at] * (word + im * im);
                at += 4;
            }}
        }}
        out.write(sum);
    }}
    """
    module = compile_text(tmp_path, text)
    words = [0, 1, 77, 255]
    expected = [sum(values[at] * (word + (at // 4) ** 2) for at in range(32)) for word in words]
    assert run(module, {"in": words}).outputs["out"] == expected
    process = process_of(module)
    (loads,) = ([one for one in region.operations if isinstance(one, Load)] for region in process.regions)
    assert len(loads) == len(process.memories) == 1  # all banks together are one wide word


def test_choices_between_banks_read_each_bank_once(tmp_path: Path) -> None:
    text = """
    void top(hls::stream<ap_uint<16>>& in, hls::stream<ap_uint<16>>& out) {
    #pragma HLS PIPELINE II=1
        static ap_uint<16> cells[4][4];
    #pragma HLS ARRAY_PARTITION variable=cells dim=1 complete
        const ap_uint<16> word = in.read();
        const int one = word.range(1, 0), other = word.range(3, 2), column = word.range(5, 4);
        const ap_uint<16> sum = cells[one][column] + 3 * cells[other][column];
        cells[one][column] = word;
        out.write(sum + 5 * cells[other][column]);
    }
    """
    module = compile_text(tmp_path, text)
    cells, expected, words = [[0] * 4 for _ in range(4)], [], [(place * 731 + 5) & 0xFFFF for place in range(60)]
    for word in words:
        one, other, column = word & 3, word >> 2 & 3, word >> 4 & 3
        total = cells[one][column] + 3 * cells[other][column]
        cells[one][column] = word
        expected.append((total + 5 * cells[other][column]) & 0xFFFF)
    assert run(module, {"in": words}).outputs["out"] == expected
    loads = [one for region in process_of(module).regions for one in region.operations if isinstance(one, Load)]
    assert len(loads) == 8  # four in front of the store, and four behind it
