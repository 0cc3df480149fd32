"""Headers that g++ has read beforehand: what a program gets is always what the headers say now."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from fpdeep_gen.hls import precompiled as module
from fpdeep_gen.hls.precompiled import precompiled

GCC = shutil.which("g++")


@pytest.fixture
def compiler() -> tuple[str]:
    """g++; a test of another compiler's flags needs none."""
    if GCC is None:
        pytest.skip("no g++")
    return (GCC,)


def preprocessed(compiler: tuple[str], flags: list[str], text: str) -> str:
    """What the compiler makes of a text; with -H it tells on its error stream which files it opens."""
    command = [*compiler, *flags, "-H", "-x", "c++", "-fsyntax-only", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode == 0 else f"refused: {done.stderr}"


def later_process() -> None:
    """Forgets that the files were looked at."""
    module._included.cache_clear()


def test_a_header_is_read_once_and_again_when_it_has_changed(compiler: tuple[str], tmp_path: Path) -> None:
    (tmp_path / "outer.h").write_text('#pragma once\n#include "inner.h"\n')
    (tmp_path / "inner.h").write_text("#pragma once\nconstexpr int VALUE = 1;\n")
    flags = ["-std=c++17", f"-I{tmp_path}"]

    def begin() -> list[str]:
        later_process()
        return precompiled(compiler, flags, ["outer.h"], tmp_path / "cache")

    before = begin()
    found = preprocessed(compiler, [*flags, *before], '#include "outer.h"\nstatic_assert(VALUE == 1);\n')
    assert "! " in found and "all.h.gch" in found  # GCC marks a precompiled header that it takes with `!`
    assert "x " not in found and "inner.h" not in found
    (made,) = tmp_path.glob("cache/*/all.h.gch")
    first = made.stat().st_mtime_ns
    assert begin() == before
    assert made.stat().st_mtime_ns == first
    (tmp_path / "inner.h").write_text("#pragma once\nconstexpr int VALUE = 22;\n")
    assert begin() == before
    assert made.stat().st_mtime_ns != first
    assert "! " in preprocessed(compiler, [*flags, *before], '#include "outer.h"\nstatic_assert(VALUE == 22);\n')
    os.utime(tmp_path / "outer.h", ns=(1, 1))
    (tmp_path / "inner.h").unlink()
    assert begin() == []  # a header that is not whole: a source's own lines tell


def test_flags_and_headers_have_files_of_their_own(compiler: tuple[str], tmp_path: Path) -> None:
    (tmp_path / "one.h").write_text("#ifdef SIGN\nconstexpr int VALUE = -1;\n#else\nconstexpr int VALUE = 1;\n#endif\n")
    (tmp_path / "two.h").write_text("constexpr int OTHER = 2;\n")
    plain, signed = [f"-I{tmp_path}"], [f"-I{tmp_path}", "-DSIGN"]
    for flags, headers, text in (
        (plain, ["one.h"], "static_assert(VALUE == 1);\n"),
        (signed, ["one.h"], "static_assert(VALUE == -1);\n"),
        (signed, ["one.h", "two.h"], "static_assert(VALUE + OTHER == 1);\n"),
    ):
        before = precompiled(compiler, flags, headers, tmp_path / "cache")
        assert preprocessed(compiler, [*flags, *before], text).startswith("! ")


@pytest.mark.parametrize("command", [("clang++",), ("/usr/bin/clang++-19",), ("python", "-m", "ziglang", "c++")])
def test_other_compilers_read_headers_themselves(command: tuple[str, ...], tmp_path: Path) -> None:
    assert precompiled(command, [], ["vector"], tmp_path) == []
    assert not list(tmp_path.iterdir())
