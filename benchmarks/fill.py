"""What the latency of balanced plans is made of: the same plans, timed with parts of them that take no time.

    python -m benchmarks.fill [--case alexnet:83] [--cluster vc709-chain]

A case is a network and a number of boards, with fully connected weights on chip. Each column leaves out what it
names, and what columns in sum name: cycles of fully connected engines, bits of streams (as if links had any rate),
pipelines of engines and of the loss, latencies of links. What is left with all four is the image itself, the waits of
convolutions for rows, and their own cycles. The last columns are what no plan of the family goes below
(`partition.latency_bound`), at this plan's interval and at 0.95 of the bound.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from fpdeep_gen.board.load import load_cluster
from fpdeep_gen.network.load import load_network
from fpdeep_gen.partition.buffers import least_room
from fpdeep_gen.partition.crews import crews_of
from fpdeep_gen.partition.geometry import geometries
from fpdeep_gen.partition.latency_bound import latency_bound
from fpdeep_gen.partition.model import BalancedPlan, Delays, LinkLoad
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.partition.steps import moved_rows
from fpdeep_gen.partition.timing import Timeline
from fpdeep_gen.partition.traffic import flows
from fpdeep_gen.partition.ways import ways

CASES = ("alexnet:83", "vgg16:83", "vgg19:83")
AT_ONCE = 10_000
"""Times faster: as good as no time."""

LEAST = 0.95
"""Part of the bound that throughput has to reach."""


@dataclass(frozen=True)
class Without:
    """What takes no time."""

    engines: bool = False
    bits: bool = False
    pipelines: bool = False
    latencies: bool = False


COLUMNS = {
    "as planned": Without(),
    "engines": Without(engines=True),
    "bits": Without(bits=True),
    "pipelines": Without(pipelines=True),
    "latencies": Without(latencies=True),
    "engines, bits": Without(engines=True, bits=True),
    "engines, bits, pipelines": Without(engines=True, bits=True, pipelines=True),
    "all four": Without(engines=True, bits=True, pipelines=True, latencies=True),
}


def fill(plan: BalancedPlan, without: Without) -> float:
    """Latency in intervals."""
    network, geometry = plan.network, geometries(plan.network)
    shares, links = plan.shares, plan.links
    if without.engines:
        shares = tuple(
            replace(share, cycles=max(1, share.cycles // AT_ONCE)) if geometry[share.layer].flat else share
            for share in shares
        )

    def faster(loads: Sequence[LinkLoad]) -> tuple[LinkLoad, ...]:
        return tuple(replace(load, bits_per_cycle=load.bits_per_cycle * AT_ONCE) for load in loads)

    if without.bits:
        links = tuple(replace(link, up=faster(link.up), down=faster(link.down)) for link in links)
    if without.latencies:
        links = tuple(replace(link, latency_cycles=0) for link in links)
    predicted = plan.prediction
    timing = Timeline(
        network,
        geometry,
        crews_of(geometry, shares, moved_rows(network, geometry)),
        ways(network, geometry, shares, flows(network, geometry, shares, len(plan.cluster.boards), plan.kept_winners)),
        links,
        [least_room(link) for link in plan.cluster.links],
        predicted.interval,
        predicted.intake,
        predicted.shared_weights,
        predicted.shared_gradients,
        Delays(0, 0) if without.pipelines else plan.delays,
    ).timing()
    return timing.latency / predicted.interval


def main() -> None:
    """Plans all cases and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", action="append", dest="cases", help="network:boards")
    parser.add_argument("--cluster", default="vc709-chain")
    given = parser.parse_args()
    table = Table("network", "boards", *COLUMNS, "at least", f"at {LEAST}")
    for case in given.cases or CASES:
        network, boards = case.split(":")
        plan = make_balanced_plan(load_network(Path(network)), load_cluster(Path(given.cluster), int(boards)))
        parts = [fill(plan, without) for without in COLUMNS.values()]
        parts += [latency_bound(plan, interval).intervals for interval in (None, plan.bounds.interval / LEAST)]
        table.add_row(network, boards, *(f"{part:.2f}" for part in parts))
    Console().print(table)


if __name__ == "__main__":
    main()
