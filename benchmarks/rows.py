"""Predictions of balanced plans beside what the row-level simulation of the same plans measures: a table and JSON.

    python -m benchmarks.rows [--case vgg16:83] [--cluster vc709-chain] [--images 12] [--output FILE.json]

A batch of `--images` images and the first image of the next one; where images share reads of DDR, the plan's own
batch. A row names faults: times more than 2 % off, rows that waited for a cache, engines that waited for weights.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from fpdeep_gen.board.load import load_cluster
from fpdeep_gen.errors import InputError
from fpdeep_gen.network.load import load_network
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.sim.rows.compare import Comparison, compare

CASES = (
    "alexnet:6", "alexnet:30", "alexnet:83", "alexnet:128", "vgg16:38", "vgg16:60", "vgg16:83", "vgg16:128",
    "vgg19:83", "vgg19:128",
)  # fmt: skip
COLUMNS = (
    "network", "boards", "interval", "simulated", "off", "latency", "simulated", "off", "images", "batch", "simulated",
    "off", "faults", "CPU s",
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """One plan: what was compared (None where there is no plan), and CPU seconds of the simulation."""

    network: str
    boards: int
    found: Comparison | None
    faults: tuple[str, ...]
    seconds: float


def measure(case: str, cluster: str, images: int) -> Measured:
    """Plans and simulates `case` (network:boards)."""
    network, boards = case.split(":")
    try:
        plan = make_balanced_plan(load_network(Path(network)), load_cluster(Path(cluster), int(boards)), way_out=False)
    except InputError as error:
        return Measured(network, int(boards), None, tuple(str(problem) for problem in error.problems), 0.0)
    begin = time.process_time()
    found = compare(plan, images)
    return Measured(network, int(boards), found, found.faults, time.process_time() - begin)


def texts(measured: Measured) -> tuple[str, ...]:
    """A row of the table, in the order of `COLUMNS`."""
    head, found = (measured.network, str(measured.boards)), measured.found
    if found is None:
        return (*head, *("",) * 10, f"no plan: {measured.faults[0]}", "")
    return (
        *head,
        *_pair(found.interval),
        *_pair(found.latency),
        str(found.images),
        *_pair(found.batch),
        "; ".join(measured.faults[:3]) or "none",
        f"{measured.seconds:.0f}",
    )


def _pair(pair: tuple[int, float]) -> tuple[str, str, str]:
    predicted, simulated = pair
    return f"{predicted:,}", f"{simulated:,.0f}", f"{100 * (simulated / predicted - 1):+.2f} %"


def table(rows: Sequence[tuple[str, ...]]) -> Table:
    """All rows."""
    made = Table(title="Balanced plans, predicted and simulated (cycles)")
    for column in COLUMNS:
        made.add_column(column, justify="left" if column in ("network", "faults") else "right")
    for row in rows:
        made.add_row(*row)
    return made


def main() -> None:
    """Entry of `python -m benchmarks.rows`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", action="append", dest="cases", help="network:boards")
    parser.add_argument("--cluster", default="vc709-chain")
    parser.add_argument("--images", type=int, default=12)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    console, results = Console(width=220), []
    for case in options.cases or CASES:
        results.append(measure(case, options.cluster, options.images))
        console.print("  ".join(texts(results[-1])), soft_wrap=True, highlight=False)
    console.print(table([texts(result) for result in results]))
    if options.output is not None:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        records = [asdict(result) for result in results]
        options.output.write_text(json.dumps(records, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
