"""What the dialect does not have: each construct told with file, line, column, the line itself and what to do."""

from pathlib import Path

import pytest

from fpdeep_gen.errors import InputError, Problem, ToolError
from fpdeep_gen.hls.frontend import front_end, translate
from tests.hls.frontend.compiling import FIRST_LINE, compile_text

IN_OUT = "hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out"
TOP = f"void top({IN_OUT}) {{\n"
# kernel, then (line, source from the column on, what, a part of what was found) of every problem
REFUSED = {
    "floating point": (
        TOP + "    float f = in.read();\n    out.write(int(f * 2.5f));\n    if (f > 3) out.write(1);\n}",
        [
            (2, "in.read()", "floating point", "float"),
            (3, "f * 2.5f", "floating point", "float"),
            (3, "* 2.5f", "floating point", "float"),
            (4, "> 3", "floating point", "float"),
        ],
    ),
    "floating point, of constants chosen at run time": (
        TOP + "    const bool b = in.read()[0];\n    const double f = b ? 0.5 : 0.25;\n    out.write(int(f * 8));\n}",
        [
            (3, "b ? 0.5", "floating point", "double"),
            (4, "f * 8", "floating point", "double"),
            (4, "* 8", "floating point", "double"),
        ],
    ),
    "recursion through two functions": (
        "int odd(int n);\nint even(int n) { return n == 0 ? 1 : odd(n - 1) * 3; }\n"
        "int odd(int n) { return n == 0 ? 0 : even(n - 1) + 2; }\n"
        f"void top({IN_OUT}) {{ out.write(even(in.read())); }}",
        [(2, "odd(n - 1) * 3", "a call", "odd calls itself")],
    ),
    "new and delete": (
        TOP + "    int *p = new int[in.read()];\n    p[0] = 3;\n    out.write(p[0]);\n    delete[] p;\n}",
        [(2, "new int", "dynamic memory", "operator new[]"), (5, "delete[]", "dynamic memory", "operator delete[]")],
    ),
    "array of variable size": (
        TOP + "    int n = in.read();\n    int a[n];\n    a[0] = n;\n    a[n - 1] += 2;\n    out.write(a[0]);\n}",
        [(3, "int a[n]", "an array", "a size of run time")],
    ),
    "function pointer": (
        "int a(int x) { return x; }\nint b(int x) { return -x; }\n"
        + TOP
        + "    ap_uint<8> w = in.read();\n    int (*f)(int) = w[0] ? a : b;\n    out.write(f(w));\n}",
        [(6, "f(w)", "a call", "function pointer")],
    ),
    "inline assembly": (
        f'void top({IN_OUT}) {{\n    int w = in.read();\n    asm volatile("nop" : "+r"(w));\n    out.write(w);\n}}',
        [(3, "asm volatile", "inline assembly", "asm")],
    ),
    "function without a body": (
        f"namespace far {{ int away(int); }}\nvoid top({IN_OUT}) {{ out.write(far::away(in.read())); }}",
        [(2, "far::away(", "a call", "far::away")],
    ),
    "exceptions": (
        f"void top({IN_OUT}) {{\n    int w = in.read();\n    if (w > 3) throw 5;\n    out.write(w);\n}}",
        [(3, "throw 5", "C++", "exceptions disabled")],
    ),
    "errors of the compiler": (
        f"void top({IN_OUT}) {{ out.write(in.reed()); }}\nvoid other() {{ foo(); }}",
        [(1, "reed()", "C++", "reed"), (2, "foo()", "C++", "foo")],
    ),
    "a header that is not there": (
        f'#include "nowhere.h"\nvoid top({IN_OUT}) {{ out.write(in.read()); }}',
        [(1, '"nowhere.h"', "#include", "nowhere.h")],
    ),
    "a static variable with a value of run time": (
        f"extern volatile int v;\nstatic int t = v;\nvoid top({IN_OUT}) {{ out.write(in.read() + t); }}",
        [(2, "v;", "a static variable", "run time")],
    ),
    "a pointer in memory": (
        f"int *table[2]; int x, y;\nvoid top({IN_OUT}) {{\n    table[0] = &x;\n    table[1] = &y;\n"
        "    *table[in.read() & 1] = 3;\n    out.write(x);\n}",
        [
            (3, "= &x", "a pointer", "kept in memory"),
            (4, "= &y", "a pointer", "kept in memory"),
            (5, "table[in", "a pointer", "read from memory"),
        ],
    ),
    "a pragma on a name that is not there": (
        f"void top({IN_OUT}) {{\n#pragma HLS ARRAY_PARTITION variable=nosuch complete\n    out.write(in.read());\n}}",
        [(2, None, "C++", "nosuch")],
    ),
    "a pragma with a number of run time": (
        f"void top({IN_OUT}) {{\n    int n = in.read();\n    int a[4];\n"
        "#pragma HLS ARRAY_PARTITION variable=a cyclic factor=n\n    a[n % 4] = 1;\n    out.write(a[n % 3]);\n}",
        [(4, None, "pragma HLS", "a value of run time")],
    ),
    "an index outside the array": (
        TOP + "    int a[4];\n    for (int i = 0; i < 4; ++i) a[i] = in.read();\n    out.write(a[4]);\n}",
        [(4, "a[4]", "an access", "index 4 of 4")],
    ),
    "a copy of a size of run time": (
        f"void top({IN_OUT}) {{\n    char a[16], b[16];\n    for (int i = 0; i < 16; ++i) a[i] = in.read();\n"
        "    __builtin_memcpy(b, a, in.read() & 15);\n    out.write(b[1]);\n}",
        [(4, "__builtin_memcpy", "a copy", "memcpy")],
    ),
    "a SIMD vector": (
        f"typedef int v4 __attribute__((vector_size(16)));\nvoid top({IN_OUT}) {{\n    v4 a = {{1, 2, 3, 4}};\n"
        "    a = a * int(in.read());\n    out.write(a[2]);\n}",
        [(4, None, "a type", "<4 x i32>"), (4, None, "an operation", ""), (5, None, "an operation", "extractelement")],
    ),
}


def problems_of(folder: Path, text: str) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        compile_text(folder, text)
    return list(caught.value.problems)


@pytest.mark.parametrize("name", REFUSED)
def test_refused(tmp_path: Path, name: str) -> None:
    text, expected = REFUSED[name]
    problems = problems_of(tmp_path, text)
    found = [((one.line or 0) - FIRST_LINE + 1, one.field) for one in problems]
    assert found == [(line, what) for line, _, what, _ in expected]
    lines = text.splitlines()
    for problem, (line, start, _, part) in zip(problems, expected, strict=True):
        assert problem.file == tmp_path / "piece.cpp"
        assert problem.source == lines[line - 1]
        assert part in problem.found
        if start is not None:
            assert problem.column is not None
            assert lines[line - 1][problem.column - 1 :].startswith(start)
            shown = str(problem).splitlines()
            assert shown[2].index("^") - 4 == problem.column - 1


REGION = """
static void fill(hls::stream<ap_uint<8>>& i, int t[4]) { for (int k = 0; k < 4; ++k) t[k] = i.read(); }
static void drain(int t[4], hls::stream<ap_uint<8>>& o) { for (int k = 0; k < 4; ++k) o.write(t[k]); }
static void pass(hls::stream<ap_uint<8>>& i, hls::stream<ap_uint<8>>& o) { o.write(i.read()); }
static void again(hls::stream<ap_uint<8>>& i, hls::stream<ap_uint<8>>& o) {
#pragma HLS DATAFLOW
    hls::stream<ap_uint<8>> s;
    again(i, s);
    pass(s, o);
}
"""
REFUSED_REGIONS = {
    "int t[4]; fill(in, t); t[1] = 5; drain(t, out);": "t, which other code uses too",
    "hls::stream<ap_uint<8>> s; pass(in, s); if (in.read()) pass(s, out); else again(s, out);": "under conditions",
    "again(in, out);": "a stage that calls itself",
    "hls::stream<ap_uint<8>> s; pass(in, s); pass(in, out);": "pass_1, pass_2",
}


@pytest.mark.parametrize("body", REFUSED_REGIONS)
def test_dataflow_that_is_not_canonical(tmp_path: Path, body: str) -> None:
    text = f"{REGION}void top({IN_OUT}) {{\n#pragma HLS DATAFLOW\n    {body}\n}}\n"
    assert any(REFUSED_REGIONS[body] in problem.found for problem in problems_of(tmp_path, text))


TYPES = (
    "arguments and words of streams are made of integers, fixed-point numbers, enumerations, and arrays and structures"
)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("int other() { return 1; }\nfloat top(float a, int b) { return a / b; }", 2),
        ("void top(hls::stream<float>& in,\n         hls::stream<int>& out) {\n    out.write(in.read());\n}", 3),
        ("struct pair { int n; float x; };\nvoid top(hls::stream<pair>& in, int& n) { n = in.read().n; }", 2),
    ],
    ids=["scalars", "streams", "members"],
)
def test_a_type_without_hardware_is_told_at_the_line_that_uses_it(tmp_path: Path, text: str, line: int) -> None:
    (problem,) = problems_of(tmp_path, text)
    assert (problem.file, (problem.line or 0) - FIRST_LINE + 1) == (tmp_path / "piece.cpp", line)
    assert problem.found.startswith(f"float: {TYPES}")
    assert problem.source == text.splitlines()[line - 1]


def test_a_top_that_is_not_there_is_told_with_the_functions_that_are(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, f"void tpo({IN_OUT}) {{ out.write(in.read()); }}\nint other() {{ return 1; }}")
    assert problem.found == "0 of that name (there are: other, tpo)"


def test_virtual_functions(tmp_path: Path) -> None:
    text = f"""
    struct A {{ virtual int f(int x) {{ return x; }} }};
    struct B : A {{ int f(int x) override {{ return x + 1; }} }};
    void top({IN_OUT}) {{
        A a; B b;
        ap_uint<8> w = in.read();
        A *p = w[0] ? &a : &b;
        out.write(p->f(w));
    }}
    """
    assert {
        (one.line or 0) - FIRST_LINE + 1 for one in problems_of(tmp_path, text) if one.field == "a virtual function"
    } == {1, 2, 7}


def test_a_jump_into_a_loop(tmp_path: Path) -> None:
    text = f"""
    void top({IN_OUT}) {{
        int n = in.read(), i = 0;
        if (n > 5) goto middle;
    start:
        i += in.read();
    middle:
        i++;
        if (i < n) goto start;
        out.write(i);
    }}
    """
    (problem,) = problems_of(tmp_path, text)
    assert (problem.field, problem.found) == ("a jump", "a goto into a loop")


def test_printing_is_left_out_with_a_warning(tmp_path: Path) -> None:
    text = 'extern "C" int printf(const char *, ...);\n' + TOP + '    printf("%d", 3);\n    out.write(in.read());\n}'
    (warning,) = compile_text(tmp_path, text).warnings
    assert warning.location is not None and warning.location.line == FIRST_LINE + 2
    assert warning.text == "printf does nothing in hardware"


def test_an_error_of_the_compiler_itself_says_how_to_report_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise IndexError("list index out of range")

    monkeypatch.setattr(translate, "lower_process", broken)
    source = tmp_path / "piece.cpp"
    source.write_text(f'#include "hls_stream.h"\nvoid top({IN_OUT}) {{ out.write(in.read()); }}\n')
    with pytest.raises(
        ToolError, match=r"internal error .* test_diagnostics.py:\d+: IndexError: .*\n.*report .*piece.cpp"
    ):
        front_end(source, "top", [])
