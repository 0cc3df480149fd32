"""Small random networks and chains of boards for the baselines' tests."""

import random

from fpdeep_gen.board.model import Board, Cluster, Ddr, Link
from fpdeep_gen.network.model import Layer, Network
from tests.plan.networks import convolution, fully_connected, network, shape_after


def random_network(seed: int, layers: int) -> Network:
    """A chain of `layers` layers, the last one fully connected."""
    chance = random.Random(seed)
    made: list[Layer] = []
    shape = (chance.randint(1, 3), 16, 16)
    first = shape
    for index in range(layers - 1):
        pool = 2 if shape[1] >= 8 and chance.random() < 0.4 else 1
        made.append(convolution(f"conv{index}", shape, chance.choice((4, 8, 16, 24)), chance.choice((1, 3)), 0, pool))
        shape = shape_after(made[-1])
    made.append(fully_connected("fc", shape, chance.randint(2, 20), relu=False))
    return network("random", first, tuple(made), batch=chance.choice((1, 4, 16)))


def board(dsp: int, bram36: int = 100, ddr: Ddr | None = None) -> Board:
    """A board with so many DSPs and block RAMs."""
    return Board("any", "part", dsp, bram36, 1000, 1000, 100.0, 16, 10.0, ddr)


def link(gbps: float) -> Link:
    """A cable of one lane without coding losses, never faster than a flit a cycle."""
    return Link(1, gbps, 1.0, 1024, 10)


def random_cluster(seed: int, boards: int) -> Cluster:
    """Different boards and links; some links slow enough to matter."""
    chance = random.Random(seed)
    kinds = tuple(board(chance.randint(1, 20), 10**6) for _ in range(boards))
    links = tuple(link(chance.choice((0.005, 0.05, 1.0, 50.0))) for _ in range(boards - 1))
    return Cluster("random", kinds, links, 100.0)


def equal_cluster(
    count: int, dsp: int = 10, bram36: int = 10**6, gbps: float = 50.0, ddr: Ddr | None = None
) -> Cluster:
    """A row of equal boards."""
    return Cluster("equal", (board(dsp, bram36, ddr),) * count, (link(gbps),) * (count - 1), 100.0)
