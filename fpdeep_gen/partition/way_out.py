"""What would do where a network does not fit a chain: more boards of the kind, or boards with more of what lacks."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain, count

from fpdeep_gen.board.model import Board, Cluster, Ddr, Link
from fpdeep_gen.errors import Problem
from fpdeep_gen.network.model import LayerKind, Network
from fpdeep_gen.partition.budget import least_bram36
from fpdeep_gen.partition.geometry import geometries, training_macs
from fpdeep_gen.partition.lesser import planned
from fpdeep_gen.partition.schemes import fullest

MOST_BOARDS = 128

LEVEL = 0.995
"""Part of a board's memory that `fullest` says on the fewest boards that are tried first."""

TIMES = (1, 2, 4, 8, 16, 32)
"""How many times of what lacks is tried."""

SOME_DDR = Ddr(1, 6.4)
"""A module of 64 bits at 800 MT/s."""


def way_out_of(network: Network, cluster: Cluster, excess: Iterable[Problem], link: Link | None = None) -> str:
    """A number of such boards that works where one fewer does not, else what else would do, tried as `planned` plans.
    `link`: that to further boards where a board is alone."""
    link = cluster.links[-1] if cluster.links else link
    others = _larger(network, cluster, {problem.field.split(".")[-1] for problem in excess})
    if link is None:
        return "; ".join([*others, "more boards, with links between them"])
    own = len(cluster.boards)
    lacking = _least_bram36(network, cluster) - sum(board.bram36 for board in cluster.boards)
    holding = own + max(0, -(-lacking // cluster.boards[-1].bram36))
    if holding > MOST_BOARDS:
        return "; ".join([f"{MOST_BOARDS} such boards cannot hold the weights either", *_or_any(others)])
    if own >= MOST_BOARDS:
        return "; ".join(_or_any(others))
    enough = _enough(network, lambda boards: _longer(cluster, boards, link), max(own + 1, holding))
    if enough is None:
        return "; ".join([f"no plan was found for {MOST_BOARDS} such boards either", *_or_any(others)])
    fewer = "fewer cannot hold the weights" if enough == holding > own else f"no plan was found for {enough - 1}"
    return f"{enough} such boards are enough ({fewer})"


def _enough(network: Network, longer: Callable[[int], Cluster], fewest: int) -> int | None:
    """The least number of boards from `fewest` on that works, if all numbers above one that works do so too."""
    low, high, between, steps = fewest - 1, _begin(network, longer, fewest), False, _steps()
    while not _works(network, longer(high)):
        if high == MOST_BOARDS:
            return None
        low, high, between = high, min(MOST_BOARDS, high + next(steps)), True
    while high - low > 1:
        tried = (low + high) // 2 if between else max(low + 1, high - next(steps))
        if _works(network, longer(tried)):
            high = tried
        else:
            low, between = tried, True
    return high


def _steps() -> Iterator[int]:
    """How far from one number of boards to the next that is tried: near, then ever further."""
    return chain([1], (1 << number for number in count()))


def _begin(network: Network, longer: Callable[[int], Cluster], fewest: int) -> int:
    """Boards, at least `fewest`, with which memory may do, by an estimate."""
    boards = fewest
    while boards < MOST_BOARDS:
        cluster = _alike(longer(boards))
        interval = training_macs(network) / sum(board.dsp for board in cluster.boards)
        level = fullest(network, cluster, geometries(network), interval)
        if level <= LEVEL:
            break
        boards = max(boards + 1, int(boards * level / LEVEL))
    return min(MOST_BOARDS, boards)


def _alike(cluster: Cluster) -> Cluster:
    """So many boards with the mean of the multipliers and of the memory: what is estimated is for boards alike, while a
    search gives each board as much to do as it has multipliers."""
    count = len(cluster.boards)
    dsp, bram36 = (sum(each) // count for each in zip(*((one.dsp, one.bram36) for one in cluster.boards), strict=True))
    return replace(cluster, boards=(replace(cluster.boards[-1], dsp=dsp, bram36=bram36),) * count)


def _or_any(others: Iterator[str]) -> list[str]:
    return list(others) or ["larger boards, or a smaller network"]


def _larger(network: Network, cluster: Cluster, lacking: set[str]) -> Iterator[str]:
    """Boards that would do with the least more of what lacks: block RAMs, or DDR where there is none, or both."""
    flat = any(layer.kind is LayerKind.FULLY_CONNECTED for layer in network.layers)
    external = [False, True] if flat and any(board.ddr is None for board in cluster.boards) else [False]
    for with_ddr in external:
        for times in TIMES if "bram36" in lacking else TIMES[:1]:
            boards = tuple(_more(board, times, with_ddr) for board in cluster.boards)
            if boards != cluster.boards and _works(network, replace(cluster, boards=boards)):
                named = [f"{times} times the block RAMs"] * (times > 1)
                named += [f"DDR ({SOME_DDR.gigabytes_per_second:g} GB/s)"] * with_ddr
                yield f"boards with {' and '.join(named)} would do"
                break


def _more(board: Board, times: int, with_ddr: bool) -> Board:
    ddr = board.ddr or SOME_DDR if with_ddr else board.ddr
    return replace(board, bram36=times * board.bram36, ddr=ddr)


def _longer(cluster: Cluster, boards: int, link: Link) -> Cluster:
    more = boards - len(cluster.boards)
    return replace(cluster, boards=cluster.boards + cluster.boards[-1:] * more, links=cluster.links + (link,) * more)


def _works(network: Network, cluster: Cluster) -> bool:
    if sum(board.bram36 for board in cluster.boards) < _least_bram36(network, cluster):
        return False
    found = planned(network, cluster, fast=False)
    return found is not None and not found.excess


def _least_bram36(network: Network, cluster: Cluster) -> int:
    """Block RAMs that every plan takes at least on such boards."""
    return least_bram36(network, on_chip=all(board.ddr is None for board in cluster.boards))
