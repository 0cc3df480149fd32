"""What would do where a network does not fit a chain: more boards of the kind, or boards with more of what lacks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fpdeep_gen.board.model import Board, Cluster, Ddr
from fpdeep_gen.errors import Problem
from fpdeep_gen.network.model import LayerKind, Network
from fpdeep_gen.partition.budget import least_bram36, memory_shortage
from fpdeep_gen.partition.patience import patient
from fpdeep_gen.partition.search import Search

MOST_BOARDS = 128
FULLEST, FALL = 0.92, 0.65
"""Part of all boards' memory; where more is taken no search is made at first but more boards are looked at: their
number rises with that power of what is taken."""

ROUNDS = 6
"""Longer intervals tried of each."""

TIMES = (1, 2, 4, 8, 16, 32)
"""How many times of what lacks is tried."""

SOME_DDR = Ddr(1, 6.4)
"""A module of 64 bits at 800 MT/s."""


def way_out_of(network: Network, cluster: Cluster, excess: Sequence[Problem]) -> str:
    """A number of such boards that works where one fewer does not, else what else would."""
    if not cluster.links:
        others = list(_larger(network, cluster, excess))
        return "; ".join([*others, "more boards, with links between them"])
    lacking = least_bram36(network) - sum(board.bram36 for board in cluster.boards)
    fewest = len(cluster.boards) + max(0, -(-lacking // cluster.boards[-1].bram36))
    low, high, step = max(len(cluster.boards), min(MOST_BOARDS, fewest) - 1), None, 1
    tried = low + 1
    while low < MOST_BOARDS and high is None:
        short = Search(network, _longer(cluster, tried)).shortage()
        if short > FULLEST and tried < MOST_BOARDS:
            tried = max(tried + 1, int(tried * (short / FULLEST) ** FALL))
        elif _fits(network, cluster, tried):
            high = tried
        else:
            low, tried, step = tried, tried + step, 2 * step
        tried = min(MOST_BOARDS, tried)
    if high is None:
        others = list(_larger(network, cluster, excess)) or ["larger boards, or a smaller network"]
        return "; ".join([f"{MOST_BOARDS} such boards are too few as well", *others])
    step = 1
    while high - low > 1:
        tried = max(low + 1, high - step)
        if _fits(network, cluster, tried):
            high, step = tried, 2 * step
        else:
            low, step = tried, 1
    return f"{high} such boards are enough"


def _larger(network: Network, cluster: Cluster, excess: Sequence[Problem]) -> Iterator[str]:
    """Boards that would do with the least more of what lacks: block RAMs, or DDR where there is none, or both."""
    lacking = {problem.field.split(".")[-1] for problem in excess}
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


def _longer(cluster: Cluster, boards: int) -> Cluster:
    more = boards - len(cluster.boards)
    return replace(
        cluster,
        boards=cluster.boards + cluster.boards[-1:] * more,
        links=cluster.links + cluster.links[-1:] * more,
    )


def _fits(network: Network, cluster: Cluster, boards: int) -> bool:
    return _works(network, _longer(cluster, boards))


def _works(network: Network, cluster: Cluster) -> bool:
    if memory_shortage(network, cluster) is not None:
        return False
    found = patient(network, cluster, ROUNDS, fast=False)
    return found is not None and not found.excess
