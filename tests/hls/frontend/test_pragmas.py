"""Every pragma is honoured, or a warning with its file and line says that and why it is not."""

import re
from pathlib import Path

import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.emit.module import emit_module
from fpdeep_gen.hls.frontend.enclosing import loops_around, outside_loops
from fpdeep_gen.hls.frontend.pragmas import rewrite
from fpdeep_gen.hls.ir import Memory, Module
from tests.hls.frontend.compiling import FIRST_LINE, compile_text, process_of, run

HONOURED = [
    "PIPELINE II=2 rewind",
    "pipeline style=flp",
    "PIPELINE off",
    "UNROLL off=true",
    "LOOP_FLATTEN",
    "LOOP_TRIPCOUNT min=1 max=9 avg=4",
    "INLINE",
    "INLINE recursive",
    "EXPRESSION_BALANCE",
    "ARRAY_PARTITION variable=a",
    "ARRAY_PARTITION variable=a type=cyclic factor=2 dim=1",
    "ARRAY_RESHAPE variable=a block factor=2",
    "BIND_STORAGE variable=a type=ram_2p impl=lutram",
    "RESOURCE variable=a core=RAM_2P_BRAM",
    "DEPENDENCE variable=a inter false",
    "DEPENDENCE variable=a intra false",
    "DEPENDENCE variable=a type=inter dependent=true distance=3",
    "DEPENDENCE variable=a inter true",
    "DEPENDENCE variable=a intra true",
    "RESET variable=a",
]
# with a part of what the warning says
NOT_HONOURED = {
    "PIPELINE style=stp": "style=stp",
    "UNROLL skip_exit_check factor=2": "skip_exit_check",
    "LOOP_MERGE force": "not merged",
    "INLINE off": "always inlined",
    "ALLOCATION operation instances=mul limit=1": "not shared",
    "BIND_STORAGE variable=a type=ram_1p": "second port",
    "BIND_STORAGE variable=a impl=lutram latency=3": "latency=",
    "BIND_STORAGE variable=a impl=paper": "impl=paper",
    "RESOURCE variable=a core=Mul_LUT": "BIND_STORAGE",
    "EXPRESSION_BALANCE off": "balanced",
    "ARRAY_PARTITION variable=a type=odd": "type=odd",
    "ARRAY_PARTITION variable=a cyclic": "factor=",
    "ARRAY_PARTITION dim=1 complete": "no variable",
    "DEPENDENCE class=array inter false": "no variable",
    "DEPENDENCE variable=a intra RAW false": "kept",
    "DEPENDENCE variable=a inter direction=WAR false": "RAW",
    "STREAM variable=a off": "depth=",
    "STABLE variable=a": "anew",
    "RESET variable=a off": "off is ignored",
    "FASTER please": "not known",
}


def in_a_loop(pragma: str) -> str:
    return f"""
    void top(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) {{
        static ap_uint<8> a[8];
        for (int i = 0; i < 8; ++i) {{
    #pragma HLS {pragma}
            const ap_uint<8> x = in.read();
            out.write(a[x % 8] + i);
            a[x % 8] = x;
        }}
    }}
    """


def test_honoured_pragmas_give_no_warning() -> None:
    for pragma in HONOURED:
        _, warnings = rewrite(f"#pragma HLS {pragma}\n", Path("k.cpp"))
        assert warnings == [], pragma


def test_pragmas_that_are_not_honoured_are_listed() -> None:
    """With file, line and column, also behind an #include."""
    head = 'int a;\n# 70 "other.h" 1\nint b;\n# 3 "k.cpp" 2\n'
    for pragma, part in NOT_HONOURED.items():
        text, (warning,) = rewrite(f"{head}  #pragma HLS {pragma}\nint c;\n", Path("first.cpp"))
        place = warning.location
        assert place is not None and (str(place.file), place.line, place.column) == ("k.cpp", 3, 3), pragma
        assert warning.text.startswith(f"pragma HLS {pragma}: ") and part in warning.text
        assert len(text.splitlines()) == 6


def test_pragmas_of_loops_in_front_of_them_are_listed() -> None:
    text = "void f(int n) {\n#pragma HLS UNROLL\n    for (int i = 0; i < n; i++) {\n#pragma HLS UNROLL factor=2\n"
    text += "        g(i);\n    }\n    auto own = [&](int k) {\n#pragma HLS LOOP_TRIPCOUNT max=4\n"
    text += "        g(k);\n    };\n}\n"
    plain, _ = rewrite(f'# 1 "k.cpp"\n{text}', Path("k.cpp"))
    found = outside_loops(plain, loops_around(plain))
    assert [(one.location and one.location.line, one.text.split(":")[0]) for one in found] == [
        (2, "pragma HLS UNROLL"),
        (8, "pragma HLS LOOP_TRIPCOUNT"),
    ]


def test_factors_and_dimensions_that_cannot_be(tmp_path: Path) -> None:
    loop = "\n#pragma HLS UNROLL factor={}\n        out.write(in.read() + i);\n    }}\n"
    loops = "".join("    for (int i = 0; i < 8; ++i) {" + loop.format(factor) for factor in ("0", "-2", "n"))
    loops += "    static ap_uint<8> a[2][3];\n#pragma HLS ARRAY_PARTITION variable=a dim=3\n    ap_uint<8> b[4];\n"
    loops += "#pragma HLS ARRAY_PARTITION variable=b dim=2\n    b[n & 3] = a[n & 1][0];\n    out.write(b[1]);\n"
    head = "void top(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) {\n    const int n = in.read();\n"
    with pytest.raises(InputError) as caught:
        compile_text(tmp_path, head + loops + "}\n")
    told = [(one.line, one.field, one.found) for one in caught.value.problems]
    found = ("a number below 1", "a number below 1", "a value of run time")
    unrolls = [(FIRST_LINE + 3 + 4 * k, "UNROLL factor", one) for k, one in enumerate(found)]
    assert told == [
        *unrolls,
        (FIRST_LINE + 15, "dim of a partition", "3"),
        (FIRST_LINE + 17, "dim of a partition", "2"),
    ]


FRACTIONS = {
    "PIPELINE II=1.5": "PIPELINE II",
    "UNROLL factor=N * 1.5": "UNROLL factor",
    "LOOP_TRIPCOUNT min=1 max=3 avg=2.5": "LOOP_TRIPCOUNT",
    "ARRAY_PARTITION variable=a cyclic factor=half": "factor of a partition",
    "ARRAY_PARTITION variable=a dim=0.1": "dim of a partition",
    "STREAM variable=kept depth=2.5f": "STREAM depth",
    "DEPENDENCE variable=a inter true distance=1.25": "DEPENDENCE distance",
}
WHOLE = ["PIPELINE II=1e0", "LOOP_TRIPCOUNT max=N * 2.0", "UNROLL factor=int(half * 3)"]


def with_numbers(pragma: str) -> str:
    """A loop with `pragma` and constants that it may name."""
    head = "constexpr int N = 1;\nconstexpr double half = 0.5;\n" + in_a_loop(pragma).lstrip("\n")
    return head.replace("static", "hls::stream<ap_uint<8>> kept; static", "kept" in pragma)


@pytest.mark.parametrize("pragma", FRACTIONS)
def test_a_fraction_is_no_number_of_a_pragma(tmp_path: Path, pragma: str) -> None:
    with pytest.raises(InputError) as caught:
        compile_text(tmp_path, with_numbers(pragma))
    (told,) = caught.value.problems
    assert (told.line, told.column, told.field) == (FIRST_LINE + 5, 5, FRACTIONS[pragma])
    assert (told.expected, told.found, told.source.strip()) == ("a whole number", "a fraction", f"#pragma HLS {pragma}")


@pytest.mark.parametrize("pragma", WHOLE)
def test_whole_numbers_may_be_worked_out_with_fractions(tmp_path: Path, pragma: str) -> None:
    assert compile_text(tmp_path, with_numbers(pragma)).warnings == []


def test_trip_counts_that_no_loop_has(tmp_path: Path) -> None:
    """They are left out, with a warning; counts of a template hold where they are right."""
    text = """
    template <int MOST> static void give(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) {
        const ap_uint<8> n = in.read();
        for (int i = 0; i < n; ++i) {
    #pragma HLS LOOP_TRIPCOUNT min=4 max=MOST
            out.write(in.read());
        }
    }
    void top(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) {
        give<3>(in, out);
        give<4>(in, out);
        const ap_uint<8> n = in.read();
        for (int i = 0; i < n; ++i) {
    #pragma HLS LOOP_TRIPCOUNT min=1 max=3 avg=7
            out.write(in.read());
        }
        for (int i = 0; i < n; ++i) {
    #pragma HLS LOOP_TRIPCOUNT max=n
            out.write(in.read());
        }
    }
    """
    report = emit_module(compile_text(tmp_path, text.lstrip("\n"))).report
    told = (
        (4, "min=4 is above max=3"),
        (13, "avg=7 is not between min=1 and max=3"),
        (17, "it is a value of run time"),
    )
    assert report.warnings == tuple(
        f"piece.cpp:{FIRST_LINE + line - 1}: LOOP_TRIPCOUNT: ignored; {why}" for line, why in told
    )
    counts = [loop.trip_count and loop.trip_count.avg for process in report.processes for loop in process.loops]
    assert counts == [None, 4, None, None]


def test_a_second_pipeline_of_a_loop_is_told(tmp_path: Path) -> None:
    """The last one holds, and any of them before an `off`; pragmas with conditions may be several."""
    doubled = ("PIPELINE II=1\n#pragma HLS PIPELINE II=3", "PIPELINE II=3\n#pragma HLS PIPELINE off")
    for pragmas, ignored, held, name in zip(doubled, (3, 4), (4, 3), ("PIPELINE", "PIPELINE off"), strict=True):
        module = compile_text(tmp_path, in_a_loop(pragmas).lstrip("\n"))
        (warning,) = emit_module(module).report.warnings
        why = f"ignored; PIPELINE in line {FIRST_LINE + held} is that of the same loop or function"
        assert warning == f"piece.cpp:{FIRST_LINE + ignored}: pragma HLS {name}: {why}"
        assert [region.ii for region in process_of(module).regions if region.ii is not None] == [3]
    apart = "PIPELINE II=1\n        for (int k = 0; k < 2; ++k) {\n#pragma HLS PIPELINE II=2\n        }"
    assert compile_text(tmp_path, in_a_loop(apart)).warnings == []


FLATTENED = """
void top(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) {
    for (int row = 0; row < 6; ++row) {
        for (int column = 0; column < 5; ++column) {
#pragma HLS LOOP_FLATTEN
#pragma HLS PIPELINE II=1
            out.write(in.read() + column);
        }
        // MORE
    }
}
"""


def test_loops_that_are_not_joined_are_told_where_that_was_asked_for(tmp_path: Path) -> None:
    more = "for (int k = 0; k < 4; ++k) {\n#pragma HLS PIPELINE II=1\n            out.write(in.read() * k);\n        }"
    assert emit_module(compile_text(tmp_path, FLATTENED)).report.warnings == ()
    (warning,) = emit_module(compile_text(tmp_path, FLATTENED.replace("// MORE", more))).report.warnings
    assert warning.startswith(f"piece.cpp:{FIRST_LINE + 3}: LOOP_FLATTEN: not done; ")
    unasked = FLATTENED.replace("// MORE", more).replace("LOOP_FLATTEN", "LOOP_FLATTEN off")
    assert emit_module(compile_text(tmp_path, unasked)).report.warnings == ()


@pytest.mark.parametrize("pragma", ["ALLOCATION operation instances=mul limit=1", "DEPENDENCE variable=a inter true"])
def test_a_kernel_with_a_pragma_that_is_ignored_still_works(tmp_path: Path, pragma: str) -> None:
    module = compile_text(tmp_path, in_a_loop(pragma))
    assert [one.location.line for one in module.warnings if one.location] == (
        [FIRST_LINE + 3] if "ALLOCATION" in pragma else []
    )
    words = [1, 9, 1, 255, 7, 0, 8, 16]
    held, expected = [0] * 8, []
    for place, word in enumerate(words):
        expected.append((held[word % 8] + place) & 255)
        held[word % 8] = word
    assert run(module, {"in": words}).outputs["out"] == expected


PARTITIONED = """
static void fill(ap_uint<8> values[12], hls::stream<ap_uint<8>>& in) {
    // PRAGMA
    for (int i = 0; i < 12; ++i) {
#pragma HLS PIPELINE
        values[i] = in.read();
    }
}
void top(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<16>>& out) {
    ap_uint<8> a[12];
    fill(a, in);
    for (int i = 0; i < 12; i += 4) {
#pragma HLS PIPELINE
        out.write(a[i] + 3 * a[i + 1] + 9 * a[i + 2] + 27 * a[i + 3]);
    }
    for (int i = 0; i < 3; ++i) {
#pragma HLS PIPELINE
        out.write(a[i] + 3 * a[i + 3] + 9 * a[i + 6] + 27 * a[i + 9]);
    }
}
"""


def memories_of(module: Module) -> list[tuple[str, int]]:
    return [(one.name, one.depth) for one in process_of(module).memories if isinstance(one, Memory)]


@pytest.mark.parametrize(
    ("pragma", "depths"),
    [
        ("cyclic factor=4", [3, 3, 3, 3]),
        ("type=block factor=4", [3, 3, 3, 3]),
        ("cyclic factor=3 dim=1", [4, 4, 4]),
        ("block factor=5 dim=0", [3, 3, 3, 3, 3]),
        ("cyclic factor=12", []),
        ("complete", []),
        ("block factor=1", [12]),
    ],
)
def test_partitions_on_an_array_argument(tmp_path: Path, pragma: str, depths: list[int]) -> None:
    """The pragma stands in the function that the array is given to; `dim` is 1 by default, a rest may be left."""
    text = PARTITIONED.replace("// PRAGMA", f"\n#pragma HLS ARRAY_PARTITION variable=values {pragma}\n")
    module = compile_text(tmp_path, text)
    assert module.warnings == []
    assert [depth for _, depth in memories_of(module)] == depths
    words = [(place * 37 + 11) & 255 for place in range(24)]
    expected = []
    for start in (0, 12):
        a = words[start : start + 12]
        expected += [a[i] + 3 * a[i + 1] + 9 * a[i + 2] + 27 * a[i + 3] for i in (0, 4, 8)]
        expected += [a[i] + 3 * a[i + 3] + 9 * a[i + 6] + 27 * a[i + 9] for i in range(3)]
    assert run(module, {"in": words}).outputs["out"] == expected


@pytest.mark.parametrize(("version", "interval"), [(1, 1), (2, 3), (3, None)])
def test_a_pragma_with_a_condition(tmp_path: Path, version: int, interval: int | None) -> None:
    """It holds where the condition does, of macros or of constants."""
    text = in_a_loop("if (VERSION==1) PIPELINE II=1\n#pragma HLS if(N == 2 && !(N > 2)) PIPELINE II = 3")
    text = text.replace("void top(", f"#define VERSION {version}\nconstexpr int N = VERSION;\nvoid top(", 1)
    module = compile_text(tmp_path, text)
    assert module.warnings == []
    asked = [region.ii for region in process_of(module).regions if region.automatic is None]
    assert [one for one in asked if one is not None] == ([] if interval is None else [interval])


def test_an_interface_takes_no_condition() -> None:
    _, (warning,) = rewrite("#pragma HLS if (1) INTERFACE axis port=a\n", Path("k.cpp"))
    assert "takes no condition" in warning.text


RESET = """
void top(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) {
    static ap_uint<8> count = 5, parts[4] = {1, 2, 3, 4}, ring[64];
    static const ap_uint<8> table[4] = {4, 3, 2, 1};
#pragma HLS ARRAY_PARTITION variable=parts
#pragma HLS RESET variable=count,parts
#pragma HLS RESET variable=table
#pragma HLS RESET variable=ring
    const ap_uint<8> x = in.read();
    ring[x % 64] += table[x % 4];
    parts[x % 4] += ring[count++ % 64];
    out.write(parts[x / 4 % 4]);
}
"""


def test_reset_is_that_of_registers(tmp_path: Path) -> None:
    """Those return to their first value anyway; a warning names memories that are written."""
    emitted = emit_module(compile_text(tmp_path, RESET))
    (warning,) = emitted.report.warnings
    assert warning.startswith(f"piece.cpp:{FIRST_LINE + 6}: RESET of ring: ignored; ")
    at_reset = emitted.verilog.split("if (!ap_rst_n)")[-1].split("end else")[0]
    found = dict(re.findall(r"(\w+) <= \d'd(\d+);", at_reset))
    assert found == {"count": "5", "parts_0": "1", "parts_1": "2", "parts_2": "3", "parts_3": "4"}
