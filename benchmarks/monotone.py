"""How often a better board or link makes a plan slower: random small networks on random chains, a table and JSON.

    python -m benchmarks.monotone [--seeds 0:20] [-j 1] [--output FILE.json]

A seed is a network of up to six layers and a chain of one to seven boards, alike or not, with links of 0.1 to 10 Gb/s a
lane, and DDR or none. Its plan is set beside those of chains with more of one thing, on all boards or links or on one
of them: multipliers (one, 7 %, 50 %), block RAM, LUTs, DDR, lanes, rate, wider flits, half of the latency, a board
more. No plan ought to be slower than that of the chain that has less (docs/planner.md).
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from fpdeep_gen.board.model import Board, Cluster, Ddr, Link
from fpdeep_gen.errors import InputError
from fpdeep_gen.network.model import Layer, Network
from fpdeep_gen.partition.model import BalancedPlan
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.report.points import limit_of
from tests.partition.networks import conv, flat, network, output

PARTS = (0.001, 0.01, 0.1)
"""Parts by which a plan is slower, between the columns of the table."""

COLUMNS = ("more of", "compared", "slower", *(f"by > {100 * part:g} %" for part in PARTS), "no plan", "most")

ONE_MORE = Link(4, 10, 0.97, 128, 40)
"""To a second board where there was one."""

BOARDS: dict[str, Callable[[Board], Board]] = {
    "one multiplier": lambda board: replace(board, dsp=board.dsp + 1),
    "7 % multipliers": lambda board: replace(board, dsp=board.dsp * 107 // 100 + 1),
    "50 % multipliers": lambda board: replace(board, dsp=board.dsp * 3 // 2),
    "20 % block RAM": lambda board: replace(board, bram36=board.bram36 * 6 // 5),
    "one block RAM": lambda board: replace(board, bram36=board.bram36 + 1),
    "25 % LUTs": lambda board: replace(board, lut=board.lut * 5 // 4),
    "50 % DDR rate": lambda board: replace(
        board, ddr=Ddr(1, board.ddr.gigabytes_per_second * 1.5) if board.ddr else Ddr(1, 5)
    ),
}
LINKS: dict[str, Callable[[Link], Link]] = {
    "one lane": lambda link: replace(link, lanes=link.lanes + 1),
    "5 % link rate": lambda link: replace(link, gbps_per_lane=link.gbps_per_lane * 1.05),
    "shorter links": lambda link: replace(link, latency_cycles=link.latency_cycles // 2),
    "wider flits": lambda link: replace(link, flit_bits=256),
}
ANOTHER = "one board"


@dataclass(frozen=True)
class Planned:
    """A plan: cycles between images, the bound, what limits it, CPU seconds that it took; no interval where there is no
    plan."""

    interval: int | None
    bound: float
    limit: str
    seconds: float


@dataclass(frozen=True)
class Compared:
    """The plan of a chain with more of one thing; `where`: the board or link that has it, or all."""

    more: str
    where: str
    planned: Planned

    def slower(self, base: Planned) -> float:
        """By what part, 0 if not; infinite where there is no plan."""
        if base.interval is None:
            return 0.0
        interval = self.planned.interval
        return float("inf") if interval is None else max(0.0, interval / base.interval - 1)


@dataclass(frozen=True)
class Seed:
    """One network on one chain, and on better ones; none where there is no plan for it."""

    seed: int
    layers: int
    boards: int
    planned: Planned
    compared: tuple[Compared, ...]


def random_network(draw: random.Random) -> Network:
    """One to four convolutions and up to two fully connected layers."""
    shape = (3, draw.randint(12, 34), draw.randint(12, 34))
    layers: list[Layer] = []
    for index in range(draw.randint(1, 4)):
        kernel = draw.choice([1, 3, 5])
        groups = draw.choice([1, 1, 2]) if index else 1
        stride = draw.choice([1, 1, 2]) if shape[1] > 9 and shape[2] > 9 else 1
        pool = draw.choice([1, 2]) if shape[1] > 9 * stride and shape[2] > 9 * stride else 1
        outputs = 4 * draw.randint(2, 16)
        layers.append(conv(f"conv{index}", shape, outputs, kernel, groups=groups, stride=stride, pool=pool))
        shape = output(layers[-1])
    for index in range(draw.randint(0, 2)):
        layers.append(flat(f"fc{index}", shape, draw.randint(10, 300)))
        shape = output(layers[-1])
    return network(tuple(layers))


def random_board(draw: random.Random, name: str) -> Board:
    """One in five without DDR."""
    ddr = None if draw.random() < 0.2 else Ddr(1, draw.choice([1, 3, 10]))
    dsp, bram36 = draw.randint(40, 600), draw.choice([60, 120, 250, 1000])
    return Board(name, "part", dsp, bram36, draw.choice([60_000, 150_000, 400_000]), 800_000, 100, 16, 10, ddr)


def random_chain(draw: random.Random) -> Cluster:
    """Boards alike, or two times in five not."""
    count = draw.randint(1, 7)
    if draw.random() < 0.4:
        boards = tuple(random_board(draw, f"b{index}") for index in range(count))
    else:
        boards = (random_board(draw, "small"),) * count
    lanes, rate, latency = draw.randint(1, 4), draw.choice([0.1, 0.3, 1, 3, 10]), draw.choice([5, 40, 300])
    return Cluster("chain", boards, (Link(lanes, rate, 0.97, 128, latency),) * (count - 1), 100)


def better(draw: random.Random, chain: Cluster) -> Iterator[tuple[str, str, Cluster]]:
    """Chains with more of one thing: what, where, and the chain."""
    count = len(chain.boards)
    for more, board in BOARDS.items():
        at = draw.choice(["all", draw.randrange(count)])
        boards = tuple(board(own) if at in ("all", index) else own for index, own in enumerate(chain.boards))
        yield more, str(at), replace(chain, boards=boards)
    if count > 1:
        for more, link in LINKS.items():
            at = draw.choice(["all", draw.randrange(count - 1)])
            links = tuple(link(own) if at in ("all", index) else own for index, own in enumerate(chain.links))
            yield more, str(at), replace(chain, links=links)
    further = chain.links[-1] if chain.links else ONE_MORE
    yield ANOTHER, "end", replace(chain, boards=chain.boards + chain.boards[-1:], links=(*chain.links, further))


def planned(given: Network, chain: Cluster) -> Planned:
    """What the planner finds."""
    begin = time.process_time()
    plan: BalancedPlan | None = None
    limit = ""
    try:
        plan = make_balanced_plan(given, chain, way_out=False)
    except InputError as error:
        limit = error.problems[0].field
    seconds = time.process_time() - begin
    if plan is None:
        return Planned(None, 0.0, limit, seconds)
    return Planned(plan.prediction.interval, plan.bounds.interval, limit_of(plan), seconds)


def measure(seed: int) -> Seed:
    """All plans of a seed."""
    draw = random.Random(seed)
    given, chain = random_network(draw), random_chain(draw)
    base = planned(given, chain)
    others = better(draw, chain) if base.interval is not None else ()
    compared = tuple(Compared(more, where, planned(given, other)) for more, where, other in others)
    return Seed(seed, len(given.layers), len(chain.boards), base, compared)


def table(seeds: Sequence[Seed]) -> Table:
    """A row for each thing that there is more of, and one of all."""
    made = Table(title="Plans of better chains")
    for column in COLUMNS:
        made.add_column(column, justify="left" if column == COLUMNS[0] else "right")
    for more in (*BOARDS, *LINKS, ANOTHER, None):
        parts = [
            one.slower(seed.planned) for seed in seeds for one in seed.compared if more is None or more == one.more
        ]
        slower = sorted(part for part in parts if 0 < part < float("inf"))
        counts = (len(parts), len(slower), *(sum(part > least for part in slower) for least in PARTS))
        none = sum(part == float("inf") for part in parts)
        most = f"{100 * slower[-1]:.2f} %" if slower else ""
        made.add_row(more or "all", *(str(count) for count in (*counts, none)), most)
    return made


def told(seed: Seed) -> Iterator[str]:
    """A line for the seed, and one for each plan that is slower."""
    base, seconds = seed.planned, [seed.planned.seconds, *(one.planned.seconds for one in seed.compared)]
    yield (
        f"{seed.seed}: {seed.layers} layers, {seed.boards} boards, {base.interval} cycles, bound {base.bound:.0f}, "
        f"{base.limit}; {len(seed.compared)} compared, {sum(seconds):.1f} s, {max(seconds):.1f} s at most"
    )
    for one in seed.compared:
        if one.slower(base):
            found = one.planned
            yield f"    {one.more} ({one.where}): {found.interval} cycles, bound {found.bound:.0f}, {found.limit}"


def main() -> None:
    """Entry of `python -m benchmarks.monotone`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="0:20", help="FIRST:END")
    parser.add_argument("-j", type=int, default=1, dest="processes")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    first, end = (int(number) for number in options.seeds.split(":"))
    console, found = Console(width=150), []
    with ProcessPoolExecutor(options.processes) as pool:
        for seed in pool.map(measure, range(first, end)):
            found.append(seed)
            for line in told(seed):
                console.print(line, soft_wrap=True, highlight=False)
    console.print(table(found))
    seconds = [one.seconds for seed in found for one in (seed.planned, *(other.planned for other in seed.compared))]
    console.print(f"CPU seconds of {len(seconds)} plans: {sum(seconds):.0f}, of one {max(seconds):.1f} at most")
    if options.output is not None:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        records = [asdict(seed) for seed in found]
        options.output.write_text(json.dumps(records, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
