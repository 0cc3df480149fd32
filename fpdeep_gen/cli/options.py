"""Arguments and options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from fpdeep_gen.board.schema import MOST_BOARDS
from fpdeep_gen.energy.model import load_energy

Function = TypeVar("Function", bound=Callable[..., Any])

network_argument = click.argument("network_path", metavar="NETWORK", type=click.Path(path_type=Path))
folder_argument = click.argument("out", metavar="OUT", type=click.Path(path_type=Path, file_okay=False))

cluster_option = click.option(
    "--cluster",
    "cluster_path",
    metavar="CLUSTER",
    required=True,
    type=click.Path(path_type=Path),
    help="The boards and the links between them (YAML).",
)
out_option = click.option(
    "-o",
    "--out",
    "out",
    metavar="OUT",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Output folder.",
)
boards_option = click.option(
    "-n",
    "boards",
    metavar="N",
    type=click.IntRange(1, MOST_BOARDS),
    help="N boards, whatever the cluster says.",
)
force_option = click.option("--force", is_flag=True, help="Make everything again, also what is up to date.")
energy_option = click.option(
    "--energy",
    "model",
    metavar="FILE",
    callback=lambda _context, _parameter, path: load_energy(path) if path is not None else load_energy(),
    type=click.Path(path_type=Path),
    help="Figures of the energy estimate (YAML; default: fpdeep_gen/energy/fpga.yaml).",
)
jobs_option = click.option(
    "-j", "--jobs", default=0, type=click.IntRange(min=0), help="Processes at the same time (0: one a core)."
)


def verify_options(function: Function) -> Function:
    """--batches, --images, --test-images, --threads: how much is simulated, and with how many threads."""
    options = (
        click.option(
            "--batches", default=4, show_default=True, type=click.IntRange(min=1), help="SGD steps to simulate."
        ),
        click.option(
            "--images", type=click.IntRange(min=1), help="Images of a mini-batch (default: what the network says)."
        ),
        click.option(
            "--test-images",
            default=0,
            show_default=True,
            type=click.IntRange(min=0),
            help="Test images to infer after.",
        ),
        click.option(
            "--threads", default=1, show_default=True, type=click.IntRange(min=1), help="Threads of the simulation."
        ),
    )
    for option in options:
        function = option(function)
    return function
