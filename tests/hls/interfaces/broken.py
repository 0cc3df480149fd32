"""Designs that are changed on purpose, for tests that what they do wrong is seen."""

from dataclasses import replace

import pytest

from fpdeep_gen.hls import cosim
from fpdeep_gen.hls.compile import CompiledKernel


def break_design(
    monkeypatch: pytest.MonkeyPatch, right: CompiledKernel, *changes: tuple[str, str], cell: str = ""
) -> None:
    """From now on co-simulations take the design `right`, the first of each text changed (the first behind `cell`)."""
    head, name, text = right.verilog.read_text(encoding="utf-8").partition(f"module {cell} " if cell else "module ")
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    place = right.verilog.parent / "broken" / right.verilog.name
    place.parent.mkdir(exist_ok=True)
    place.write_text(head + name + text, encoding="utf-8")
    take_design(monkeypatch, replace(right, verilog=place))


def take_design(monkeypatch: pytest.MonkeyPatch, kernel: CompiledKernel) -> None:
    """From now on co-simulations take this design, whatever the source."""
    monkeypatch.setattr(cosim, "compile_kernel", lambda *_, **__: kernel)
