"""Compiles a piece of C++ and runs it."""

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

from fpdeep_gen.hls.frontend import front_end
from fpdeep_gen.hls.interpret import Interpretation, interpret
from fpdeep_gen.hls.ir import Module, Process

HEAD = '#include "ap_int.h"\n#include "hls_stream.h"\n#include "hls_task.h"\n#include "hls_vector.h"\n'
FIRST_LINE = HEAD.count("\n") + 1  # of the piece


def compile_text(folder: Path, text: str, top: str = "top") -> Module:
    """The module of `top` in a piece of C++ that follows the usual includes."""
    source = folder / "piece.cpp"
    source.write_text(HEAD + textwrap.dedent(text).lstrip("\n"))
    return front_end(source, top, [])


def run_text(folder: Path, text: str, **inputs: Sequence[int]) -> dict[str, list[int]]:
    """Outputs of the top, fed with words by port."""
    return run(compile_text(folder, text), inputs).outputs


def run(module: Module, inputs: Mapping[str, Sequence[int]], bounded: bool = False) -> Interpretation:
    """Runs to the end and checks that every process then waits."""
    result = interpret(module, inputs, bounded=bounded)
    assert result.blocked
    return result


def process_of(module: Module) -> Process:
    """The only process."""
    (process,) = module.processes
    return process


def bits(value: int, width: int) -> int:
    """The word of a number."""
    return value & ((1 << width) - 1)


def signed(word: int, width: int) -> int:
    """The number of a word."""
    return word - (word >> (width - 1) << width)
