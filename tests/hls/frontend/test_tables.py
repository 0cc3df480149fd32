"""Tables that floating-point code fills: constant tables, or an error with the line."""

import math
from pathlib import Path

import pytest

from fpdeep_gen.errors import InputError
from tests.hls.frontend.compiling import FIRST_LINE, compile_text, process_of, run

MATH = "#include <math.h>\n"
STREAMS = "hls::stream<ap_uint<8>>& in, hls::stream<ap_int<16>>& out"
TOP = f"void top({STREAMS}) {{\n"
FILL = "    for (int i = 0; i < 16; i++) table[i] = 1000 * sin(i * 0.25);\n"


def test_a_loop_of_constants_is_a_table(tmp_path: Path) -> None:
    text = f"{MATH}{TOP}    short table[16];\n{FILL}    out.write(table[in.read() % 16]);\n}}"
    wanted = [int(1000 * math.sin(at * 0.25)) & 0xFFFF for at in range(16)]
    module = compile_text(tmp_path, text)
    assert run(module, {"in": list(range(16))}).outputs["out"] == wanted
    process = process_of(module)
    assert len(process.regions) == 1
    (memory,) = process.memories
    assert memory.name.startswith("table")


# what comes before and behind the loop; the line of the loop
KEPT = {
    "another line sets the array too": ("    short table[16];\n", "    table[in.read() % 16] = 3;\n", 4),
    "it is read before the loop": ("    static short table[16];\n    out.write(table[in.read() % 16]);\n", "", 5),
    "an input is in it": ("    short table[16];\n    const int v = in.read();\n    table[0] = v;\n", "", 6),
}


@pytest.mark.parametrize("case", KEPT)
def test_an_array_that_others_set_is_no_table(case: str, tmp_path: Path) -> None:
    before, behind, line = KEPT[case]
    text = f"{MATH}{TOP}{before}{FILL}{behind}    out.write(table[in.read() % 16]);\n}}"
    with pytest.raises(InputError) as caught:
        compile_text(tmp_path, text)
    found = {(one.line, one.field) for one in caught.value.problems}
    assert found == {(FIRST_LINE + line - 1, "floating point")}


def test_a_value_of_run_time_is_no_table(tmp_path: Path) -> None:
    loop = "    for (int i = 0; i < 16; i++) table[i] = i * 0.25 * v;\n"
    text = f"{TOP}    short table[16];\n    const int v = in.read();\n{loop}    out.write(table[in.read() % 16]);\n}}"
    with pytest.raises(InputError, match="floating point"):
        compile_text(tmp_path, text)


def test_a_loop_without_end_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fpdeep_gen.hls.frontend.table_values.TIME_LIMIT_S", 1)
    loop = "    for (int i = 0; i != 17; i = (i + 2) % 64) table[i % 16] = i * 0.25;\n"
    text = f"{TOP}    short table[16];\n{loop}    out.write(table[in.read() % 16]);\n}}"
    with pytest.raises(InputError, match="floating point"):
        compile_text(tmp_path, text)


def test_one_of_several_constructors_does_not_take_the_others_away(tmp_path: Path) -> None:
    filled = "short at[16]; T() { for (int i = 0; i < 16; i++) at[i] = 100 * sin(i + N); }"
    types = f"template <int N> struct T {{ {filled} }};\ntemplate <int N> struct H {{ static T<N> t; }};\n"
    made = "template <int N> T<N> H<N>::t;\nstatic T<7> own;\n"
    text = f"{MATH}{types}{made}{TOP}    const int a = in.read() % 16;\n    out.write(own.at[a] + H<2>::t.at[a]);\n}}"
    with pytest.raises(InputError, match="a static variable"):
        compile_text(tmp_path, text)
