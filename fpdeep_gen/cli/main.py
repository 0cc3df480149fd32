"""The `fpdeep` command."""

import click

from fpdeep_gen import __version__
from fpdeep_gen.cli.check import check
from fpdeep_gen.cli.doctor import doctor
from fpdeep_gen.cli.generate import generate
from fpdeep_gen.cli.group import ReportingGroup
from fpdeep_gen.cli.hls import hls
from fpdeep_gen.cli.plan import plan
from fpdeep_gen.cli.report import report
from fpdeep_gen.cli.rtl import rtl
from fpdeep_gen.cli.run import run
from fpdeep_gen.cli.synth import synth
from fpdeep_gen.cli.train import train
from fpdeep_gen.cli.verify import verify


@click.group(cls=ReportingGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fpdeep")
def main() -> None:
    """Train one convolutional network as a fine-grained pipeline over a row of FPGA boards.

    `fpdeep run NETWORK --cluster CLUSTER -o OUT` does all steps: check, plan, generate, rtl, verify, report. A step
    whose inputs have not changed is skipped.

    Exit codes: 0 fine; 1 a comparison failed; 2 the input is wrong; 3 a tool is missing or broke.
    """


for command in (check, plan, generate, rtl, synth, verify, train, report, run, doctor, hls):
    main.add_command(command)
