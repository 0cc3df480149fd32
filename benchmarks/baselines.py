"""Other ways to train AlexNet, VGG-16 and VGG-19 on rows of VC709 boards: a table, and JSON.

    python -m benchmarks.baselines [--output FILE.json] [--cluster vc709-chain] [-n 15 -n 83] [--network vgg16]

How each is estimated stands in the modules of fpdeep_gen/baseline; all estimates are kind to them (engines never short
of work, memory without waste, DDR and links at their peak rates).
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from fpdeep_gen.baseline.compare import baselines
from fpdeep_gen.baseline.cost import work_bound
from fpdeep_gen.baseline.gpus import gpu_rows
from fpdeep_gen.board.load import load_cluster
from fpdeep_gen.network.load import load_network
from fpdeep_gen.report.baselines import baseline_table

NETWORKS = ("alexnet", "alexnet-grouped", "vgg16", "vgg19")


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
