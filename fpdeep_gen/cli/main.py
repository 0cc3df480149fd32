"""The `fpdeep` command."""

from importlib import import_module

import click

from fpdeep_gen import __version__
from fpdeep_gen.cli.group import ReportingGroup

COMMANDS = (
    "check",
    "plan",
    "sweep",
    "compare",
    "generate",
    "csim",
    "rtl",
    "synth",
    "verify",
    "train",
    "report",
    "run",
    "doctor",
    "hls",
)


class CommandGroup(ReportingGroup):
    """Each command is in a module of its name, imported when it is asked for: all together take long."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in alphabetical order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """None for a name that is no command."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"fpdeep_gen.cli.{cmd_name}"), cmd_name)
        if not isinstance(command, click.Command):
            raise TypeError(f"fpdeep_gen.cli.{cmd_name} has no command of that name")
        return command


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fpdeep")
def main() -> None:
    """Train one convolutional network as a fine-grained pipeline over a row of FPGA boards.

    `fpdeep run NETWORK --cluster CLUSTER -o OUT` does all steps: check, plan, generate, rtl, verify, report. A step
    whose inputs have not changed is skipped.

    Exit codes: 0 fine; 1 a comparison failed; 2 the input is wrong; 3 a tool is missing or broke.
    """
