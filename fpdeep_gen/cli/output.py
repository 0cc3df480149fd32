"""What a command says: tables and progress for people, one JSON document for machines.

With --json standard output carries the JSON document alone and people read standard error.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.measure import Measurement
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

JSON_KEY = "fpdeep_gen.cli.json"
NARROWEST = 130
UNLIMITED = 10_000

Json = Mapping[str, object]
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Output:
    """Where a command writes: `human` for tables, `status` for progress (standard error, always)."""

    json: bool
    human: Console
    status: Console

    def result(self, document: Json) -> None:
        """Writes the machine-readable result if it was asked for."""
        if self.json:
            click.echo(json.dumps(document, indent=2, sort_keys=True))

    def table(self, table: Table) -> None:
        """Shows a table: no narrower than its words and figures, also where the terminal has to break its lines."""
        width = self.human.width
        self.human.width = max(width, _least_width(self.human, table))
        self.human.print(table)
        self.human.width = width

    def progress(self) -> Progress:
        """A progress bar that leaves nothing behind; silent where standard error is no terminal."""
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.status,
            transient=True,
            disable=not self.status.is_terminal,
        )


def _least_width(console: Console, table: Table) -> int:
    """Characters that a table's words and figures take, with what stands between columns."""
    options = console.options.update(max_width=UNLIMITED)
    found = [
        (column.no_wrap, [Measurement.get(console, options, cell) for cell in (column.header, *column.cells)])
        for column in table.columns
    ]
    widest = sum(max(cell.maximum for cell in cells) for _, cells in found)
    between = Measurement.get(console, options, table).maximum - widest
    return between + sum(max(cell.maximum if whole else cell.minimum for cell in cells) for whole, cells in found)


def json_option(function: Function) -> Function:
    """Adds --json to a command; read it back with `current_output`."""
    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_remember,
        help="Write the result as JSON to standard output, everything else to standard error.",
    )(function)


def wants_json(context: click.Context) -> bool:
    """Whether --json was given."""
    return bool(context.meta.get(JSON_KEY, False))


def current_output() -> Output:
    """The output of the running command."""
    as_json = wants_json(click.get_current_context())
    status = _console(stderr=True)
    return Output(as_json, status if as_json else _console(stderr=False), status)


def _console(stderr: bool) -> Console:
    """A console that never folds a table narrower than it can be read when it writes to a file or a pipe."""
    console = Console(stderr=stderr, highlight=False, soft_wrap=False, emoji=False)
    if not console.is_terminal:
        console.width = max(console.width, NARROWEST)
    return console


def _remember(context: click.Context, _parameter: click.Parameter, value: bool) -> bool:
    context.meta[JSON_KEY] = value
    return value
