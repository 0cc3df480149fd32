"""Arguments and options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

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
force_option = click.option("--force", is_flag=True, help="Make everything again, also what is up to date.")
jobs_option = click.option(
    "-j", "--jobs", default=0, type=click.IntRange(min=0), help="Processes at the same time (0: one a core)."
)


def verify_options(function: Function) -> Function:
    """--batches, --images, --test-images: how much is simulated."""
    batches = click.option(
        "--batches", default=2, show_default=True, type=click.IntRange(min=1), help="SGD steps to simulate."
    )
    images = click.option(
        "--images",
        default=None,
        type=click.IntRange(min=1),
        help="Images of a mini-batch (default: what the network says).",
    )
    return batches(images(function))
