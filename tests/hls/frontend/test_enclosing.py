"""Which loop a pragma stands in, told from preprocessed C++."""

from pathlib import Path

import pytest

from fpdeep_gen.hls.frontend.enclosing import head_of, is_same, loops_around
from fpdeep_gen.hls.ir import Location

CALL = "::__hls_mark_pipeline(1);"
HEADS = {  # text before the pragma: line and column of the loop, counted from the first line of the text
    "for (int i = f(1, (2)); i < 3; i++) {": (1, 1),
    "while (more('{'))\n{": (1, 1),
    "do {\n\n": (1, 1),
    '  a: for (;;) {\n    a++;\n    if (a) {\n        b("}");\n    } else {': (1, 6),
    "for (;;) {\n    for (;;) {\n    }\n    switch (a) {\n    case 1: {": (1, 1),
    "for (;;) for (;;) {": (1, 10),
    "for (;;) {\n    if constexpr (N > 1)\n    {": (1, 1),
    "void f(int a) {": None,
    "struct S { int f() const {": None,
    "for (;;) {\n    auto f = [&](int a) {": None,
    "for (;;) {\n    auto f = [&] {": None,
    "for (;;) {\n}\nif (a) {": None,
    "for (;;) {\n    auto f = []() -> int {": None,
    "undo {": None,
}


@pytest.mark.parametrize("text", HEADS)
def test_heads(tmp_path: Path, text: str) -> None:
    file, wanted = tmp_path / "k.cpp", HEADS[text]
    plain = f'# 1 "{tmp_path}/a.h" 1\nint of_header[] = {{1, 2}};\n# 7 "{file}" 2\n{text}\n{CALL}\n'
    heads = loops_around(plain)
    found = head_of(heads, Location(file, 8 + text.count("\n"), 1))
    assert found == (None if wanted is None else Location(file, 6 + wanted[0], wanted[1]))
    assert len(heads) == (wanted is not None)


def test_every_pragma_of_a_loop_has_one() -> None:
    calls = [f"::__hls_mark_{name}(1);" for name in ("pipeline_off", "unroll", "tripcount", "flatten_off")]
    heads = loops_around("\n".join(['# 1 "k.cpp"', "for (;;) {", *calls, "::__hls_mark_partition(1);", "}"]))
    assert [line for _, line in heads] == [2, 3, 4, 5]
    assert head_of(heads, None) is None


def test_a_file_is_the_same_by_whatever_way(tmp_path: Path) -> None:
    assert is_same(Location(tmp_path / "k.cpp", 3, 5), Location(tmp_path / "a" / ".." / "k.cpp", 3, 5))
    assert not is_same(Location(tmp_path / "k.cpp", 3, 5), Location(tmp_path / "k.cpp", 3, 15))
    assert not is_same(Location(tmp_path / "k.cpp", 3, 5), Location(tmp_path / "other.cpp", 3, 5))
