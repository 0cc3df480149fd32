"""`fpdeep doctor`: which tools there are, and what is missing."""

import click
from rich.table import Table

from fpdeep_gen.cli.output import current_output, json_option
from fpdeep_gen.cli.tools import Tool, find_tools
from fpdeep_gen.errors import ToolError


@click.command()
@json_option
def doctor() -> None:
    """Show each tool, its version and what it is for; exit code 3 if one that is needed is missing."""
    output = current_output()
    tools = find_tools()
    output.table(_table(tools))
    missing = [tool for tool in tools if tool.needed and not tool.found]
    output.result({"tools": [_document(tool) for tool in tools], "missing": [tool.name for tool in missing]})
    for tool in missing:
        click.echo(f"error: {tool.name} is missing: {tool.hint}", err=True)
    if missing:
        click.get_current_context().exit(ToolError.exit_code)


def _document(tool: Tool) -> dict[str, object]:
    return {
        "name": tool.name,
        "found": tool.found,
        "needed": tool.needed,
        "version": tool.version,
        "place": tool.place,
        "purpose": tool.purpose,
    }


def _table(tools: tuple[Tool, ...]) -> Table:
    table = Table(title="Tools", title_justify="left")
    for heading in ("tool", "state", "version", "for"):
        table.add_column(heading)
    for tool in tools:
        state = "[green]found[/]" if tool.found else "[red]missing[/]" if tool.needed else "[dim]not there[/]"
        table.add_row(tool.name, state, tool.version, tool.purpose + ("" if tool.found else f"; {tool.hint}"))
    return table
