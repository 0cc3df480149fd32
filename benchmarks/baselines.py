"""Other ways to train AlexNet, VGG-16 and VGG-19 on rows of VC709 boards: a table, and JSON.

    python -m benchmarks.baselines [--output FILE.json] [--cluster vc709-chain] [-n 15 -n 83] [--network vgg16]

How each is estimated stands in the modules of fpdeep_gen/baseline; all estimates are kind to them (engines never short
of work, memory without waste, DDR and links at their peak rates).
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from fpdeep_gen.baseline.compare import baselines
from fpdeep_gen.baseline.cost import work_bound
from fpdeep_gen.baseline.gpus import gpu_rows
from fpdeep_gen.baseline.model import Baseline
from fpdeep_gen.board.load import load_cluster
from fpdeep_gen.network.load import load_network

NETWORKS = ("alexnet", "alexnet-grouped", "vgg16", "vgg19")
MEBIBIT = 1 << 20


def baseline_table(title: str, rows: Sequence[Baseline], bound: float) -> Table:
    """One row a baseline."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column("baseline")
    for heading in ("boards", "batch", "images/s", "of bound", "in flight", "Mb a board", "DDR", "link"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("limit")
    for row in rows:
        table.add_row(
            f"{row.name} ({row.note})" if row.note else row.name,
            str(row.boards_used),
            str(row.batch),
            f"{row.images_per_second:.1f}",
            f"{row.images_per_second / bound:.3f}",
            f"{row.images_in_flight:.0f}",
            f"{row.memory_bits / MEBIBIT:,.0f}",
            f"{row.ddr_load:.2f}",
            f"{row.link_load:.2f}",
            row.limit.value,
        )
    return table


def main() -> None:
    """Entry of `python -m benchmarks.baselines`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--cluster", type=Path, default=Path("vc709-chain"))
    parser.add_argument("-n", type=int, action="append", dest="boards")
    parser.add_argument("--network", action="append", dest="networks")
    options = parser.parse_args()
    console = Console(width=150)
    document = []
    for name in options.networks or NETWORKS:
        network = load_network(Path(name))
        for boards in options.boards or (15, 83, 128):
            cluster = load_cluster(options.cluster, boards)
            bound = work_bound(network, cluster)
            rows = baselines(network, cluster)
            title = f"{network.name} on {boards} boards of {cluster.name}: work bound {bound:.1f} images/s"
            console.print(baseline_table(title, rows, bound))
            records = [{**asdict(row), "limit": row.limit.value} for row in rows]
            document.append({"network": network.name, "boards": boards, "work_bound": bound, "baselines": records})
        for gpu in gpu_rows(network):
            energy = f"{gpu.gops_per_joule:.1f} GOP/J at {gpu.watts:g} W"
            console.print(f"  {gpu.gpu}, {gpu.year}: {gpu.images_per_second:g} images/s, batch {gpu.batch}, {energy}")
    if options.output is not None:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
