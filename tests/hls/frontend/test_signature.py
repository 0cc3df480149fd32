"""The signature of a top, read without its body."""

from pathlib import Path

import pytest

from fpdeep_gen.hls.frontend.clang import preprocess
from fpdeep_gen.hls.frontend.pragmas import rewrite
from fpdeep_gen.hls.frontend.signature import Signature, read_signature

DECLARED = """#include "hls_stream.h"
void top(hls::stream<int>& a, hls::stream<int>& b);
"""
BODY = """{
    const char c = '}', d = '\\''; const char* text = "}\\"";
    b.write(a.read() + 1'000'000 + c + d + text[0]);
#pragma HLS PIPELINE II=3
}
void other() {
#pragma HLS PIPELINE II=7
}
"""


def signature(path: Path, text: str) -> Signature | None:
    path.write_text(text)
    preprocessed = preprocess(path, [])
    return read_signature(rewrite(preprocessed, path)[0], preprocessed, "top", path)


@pytest.mark.parametrize("between", [" ", '  // {\n# 9 "x.h"\n', " __attribute__((noinline)) "])
def test_the_body_is_found_behind_a_declaration_and_ends_at_its_brace(tmp_path: Path, between: str) -> None:
    found = signature(
        tmp_path / "k.cpp", f"{DECLARED}void top(hls::stream<int>& a, hls::stream<int>& b){between}{BODY}"
    )
    assert found is not None
    assert [one.name for one in found.formals] == ["a", "b"]
    assert [pragma.options for pragma, _ in found.pragmas] == [{"ii": "3"}]


def test_a_body_that_clang_reads_for_its_type(tmp_path: Path) -> None:
    found = signature(
        tmp_path / "k.cpp", "auto top(int a) {\n#pragma HLS PIPELINE II=3\n    return a; }\nint x() { return 0; }"
    )
    assert found is not None and found.returns_value
    assert len(found.pragmas) == 1


def test_a_declaration_alone_is_no_top(tmp_path: Path) -> None:
    assert signature(tmp_path / "k.cpp", DECLARED) is None
