"""Why nothing fits, and the nearest change that would."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from fpdeep_gen.board.known import known_boards
from fpdeep_gen.board.load import load_board
from fpdeep_gen.board.memory import Use
from fpdeep_gen.board.model import Board, Cluster
from fpdeep_gen.errors import Problem
from fpdeep_gen.network.model import Network
from fpdeep_gen.plan.assemble import assemble
from fpdeep_gen.plan.check import budget_problems
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.plan.options import Task
from fpdeep_gen.plan.pieces import Forced
from fpdeep_gen.plan.place import Found, Search, slowest_interval

Planner = Callable[[Network, Cluster, Forced], Plan | None]

GROWTH = (1.25, 1.5, 2, 3, 4, 6, 8, 16, 64, 1024, 1 << 20)
"""Sizes of boards, in those of the real ones, that are tried in order to see what is short."""

MOST_BOARDS_TRIED = 12


def shortage_problems(network: Network, cluster: Cluster, forced: Forced, planner: Planner) -> list[Problem]:
    """Every budget that the nearest plan exceeds, with what would fit. `planner`: None where nothing fits."""
    nearest = _nearest_plan(network, cluster, forced)
    if nearest is None:
        return [Problem(None, None, "forced", "decisions that go together", "lanes, taps and slices that do not")]
    hint = next(_ways_out(network, cluster, forced, planner), "a smaller network, or larger boards")
    exceeded = [replace(problem, hint=hint) for problem in _rated(budget_problems(nearest))]
    if exceeded:
        return exceeded
    names = ", ".join(board.name for board in cluster.boards)
    return [Problem(None, None, "cluster", "boards that the network fits with its caches", names, hint)]


def _rated(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: problem.field)


def grown(board: Board, factor: float) -> Board:
    """A board `factor` times as large."""
    return replace(
        board,
        dsp=int(board.dsp * factor),
        bram36=int(board.bram36 * factor),
        lut=int(board.lut * factor),
        ff=int(board.ff * factor),
    )


def _nearest_plan(network: Network, cluster: Cluster, forced: Forced) -> Plan | None:
    """The plan at any speed that asks for the least more than the boards have, on budgets as they are."""
    for factor in GROWTH:
        larger = replace(cluster, boards=tuple(grown(board, factor) for board in cluster.boards))
        found = _slowest(network, larger, forced)
        if found is not None:
            return assemble(network, cluster, found)
    return None


def _slowest(network: Network, cluster: Cluster, forced: Forced) -> Found | None:
    """A placement at any speed, with caches of one image."""
    task = Task(network, cluster, forced, (1,) * len(network.layers), (Use(),) * len(cluster.boards))
    return Search(task).find(slowest_interval(network, cluster))


def _fits(network: Network, cluster: Cluster, forced: Forced, planner: Planner) -> bool:
    """Whether there is a plan; most clusters that are too small are told by one search."""
    return _slowest(network, cluster, forced) is not None and planner(network, cluster, forced) is not None


def _ways_out(network: Network, cluster: Cluster, forced: Forced, planner: Planner) -> Iterator[str]:
    """Changes of the cluster that fit, the nearest first."""
    if forced.slices is None and cluster.links:
        for count in range(len(cluster.boards) + 1, MOST_BOARDS_TRIED + 1):
            more = count - len(cluster.boards)
            boards = cluster.boards + (cluster.boards[-1],) * more
            links = cluster.links + (cluster.links[-1],) * more
            if _fits(network, replace(cluster, boards=boards, links=links), forced, planner):
                yield f"it fits on {count} boards, with {more} more {cluster.boards[-1].name}"
                break
    larger = sorted((load_board(path) for path in known_boards().values()), key=lambda board: (board.dsp, board.name))
    for board in larger:
        if _fits(network, replace(cluster, boards=(board,) * len(cluster.boards)), forced, planner):
            yield f"it fits on {len(cluster.boards)} x {board.name}"
            break


def empty_board_problems(network: Network, cluster: Cluster) -> Iterator[Problem]:
    """More boards than there can be slices."""
    most = sum(layer.out_channels for layer in network.layers)
    if len(cluster.boards) > most:
        expected = f"at most {most} boards, as a slice has at least one output channel"
        yield Problem(None, None, "boards", expected, f"{len(cluster.boards)}, some of which would stay empty")
