"""Whether a pragma is the first in the body of a loop."""

from pathlib import Path

import pytest

from fpdeep_gen.hls.frontend.enclosing import stands_in_loop
from fpdeep_gen.hls.ir import Location

PRAGMA = "#pragma HLS PIPELINE"
HEADS = {
    "for (int i = f(1, (2)); i < 3; i++) {": True,
    "while (more())  // as long as { there is more\n{": True,
    "do {\n#pragma HLS UNROLL\n\n/* { */": True,
    "void f(int a) {": False,
    "if (a) {": False,
    "undo {": False,
    "for (;;) {\n    a++;": False,  # not the first: cannot be told
}


@pytest.mark.parametrize("head", HEADS)
def test_heads(tmp_path: Path, head: str) -> None:
    file = tmp_path / "k.cpp"
    file.write_text(f"int before;\n{head}\n{PRAGMA}\n    body();\n}}\n")
    assert stands_in_loop(Location(file, 3 + head.count("\n"))) is HEADS[head]


def test_nothing_is_known_without_a_file(tmp_path: Path) -> None:
    assert not stands_in_loop(None)
    assert not stands_in_loop(Location(tmp_path / "gone.cpp", 3))
