"""What people see: tables that lose nothing where the terminal is narrow, hints that are not repeated."""

from io import StringIO

import pytest
from rich.console import Console

from fpdeep_gen.cli.output import Output
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.report.comparison import PLAN_NAME, ComparisonRow, comparison_notes, comparison_table, row_texts
from fpdeep_gen.texts import counted

ROW = ComparisonRow(
    "data parallel, batch for the rate", "baseline", 83, 1162, 26686.8, 0.925, 14, 502.7 * (8 << 20), 0.62, 0.68,
    2834.0, 39.0, "multipliers", "the least batch for 25,771.0 images/s",
)  # fmt: skip


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_table_is_whole_on_any_terminal(width: int) -> None:
    file = StringIO()
    console = Console(file=file, width=width, force_terminal=True, color_system=None)
    Output(False, console, console).table(comparison_table("beside others", [ROW]))
    shown = file.getvalue()
    assert set(row_texts(ROW)) <= set(shown.split())
    assert set(ROW.name.split()) | {"multipliers"} <= set(shown.split())
    assert "…" not in shown


def test_notes_stand_below() -> None:
    assert comparison_notes([ROW]) == (f"{ROW.name}: {ROW.note}",)
    assert PLAN_NAME not in comparison_notes([ROW])[0]


def test_a_hint_that_neighbours_share_is_said_once() -> None:
    def problem(name: str, hint: str) -> Problem:
        return Problem(None, None, name, "more", "less", hint)

    error = InputError([problem("a", "buy"), problem("b", "buy"), problem("c", ""), problem("d", "buy")])
    assert str(error).splitlines() == [
        "a: expected more, found less",
        "b: expected more, found less",
        "    hint: buy",
        "c: expected more, found less",
        "d: expected more, found less",
        "    hint: buy",
    ]
    assert [one.hint for one in error.problems] == ["buy", "buy", "", "buy"]


@pytest.mark.parametrize(("count", "text"), [(0, "0 steps"), (1, "1 step"), (1024, "1,024 steps")])
def test_numbers_with_what_they_count(count: int, text: str) -> None:
    assert counted(count, "step") == text
