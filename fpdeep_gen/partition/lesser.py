"""Plans of lesser chains, for chains whose own plan is slow or missing.

The search takes another way on every chain: a scheme that is just too large for three boards may be tried, and mended
in vain, on four. Where it ends far from the bound, what it finds for fewer boards, or for boards with fewer
multipliers, may be the better plan, and is one of these boards too, with engines for all that these have.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from math import floor

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.aligned import aligned
from fpdeep_gen.partition.bounds import bounds_of
from fpdeep_gen.partition.budget import memory_shortage
from fpdeep_gen.partition.candidate import Candidate
from fpdeep_gen.partition.geometry import training_macs
from fpdeep_gen.partition.hastened import hastened
from fpdeep_gen.partition.intervals import LEFT
from fpdeep_gen.partition.patience import moved, patient

MOST_PARTS = 8000
"""Output channels of all layers times boards with which plans of lesser chains are looked at: each takes a search."""

STEP = 1.1
"""Between numbers of multipliers that lesser boards have. They are powers of it, so that boards which differ by less
have the same lesser ones."""

MOST_POWERS = 150
"""Powers that are known: up to a million multipliers."""

DISTANCES = (1, 2, 4, 8, 16)
"""Boards fewer, and powers less, of the chains that are looked at."""


def planned(network: Network, cluster: Cluster, fast: bool = True) -> Candidate | None:
    """What `patient` finds; or a plan of a lesser chain, on all of this one, which is faster or keeps budgets that the
    other one does not. So where networks and chains are small, what fits on fewer boards fits on more."""
    found = patient(network, cluster, fast)
    if sum(layer.out_channels for layer in network.layers) * len(cluster.boards) > MOST_PARTS:
        return found
    if found is None or found.excess:
        fewer = (_moved(network, lesser, cluster, fast) for lesser in _fewer(cluster, range(1, len(cluster.boards))))
        found = next((other for other in fewer if other is not None), found)
    if not fast or found is None or found.excess:
        return found
    found, enough = hastened(found, network, cluster), bounds_of(network, cluster).interval / LEFT
    if found.plan.prediction.interval > enough:
        found = aligned(found, network, cluster)
    if found.plan.prediction.interval <= enough:
        return found
    for lesser in chain(_alike(cluster), _fewer(cluster, DISTANCES), _slower(cluster)):
        interval = found.plan.prediction.interval
        if training_macs(network) < interval * sum(board.dsp for board in cluster.boards[: len(lesser.boards)]):
            other = _moved(network, lesser, cluster)
            if other is not None and other.plan.prediction.interval < interval:
                found = other
    return found


def _moved(network: Network, lesser: Cluster, cluster: Cluster, fast: bool = True) -> Candidate | None:
    """The plan of a lesser chain on `cluster`, None where there is none."""
    found = None if memory_shortage(network, lesser) else patient(network, lesser, fast)
    if found is None or found.excess:
        return None
    other = moved(found, network, cluster)
    if other.excess:
        return None
    if not fast:
        return other
    other = hastened(other, network, cluster)
    return aligned(other, network, cluster) if len(lesser.boards) < len(cluster.boards) else other


def _fewer(cluster: Cluster, numbers: Iterable[int]) -> Iterator[Cluster]:
    """The chain without so many boards at its end."""
    for number in numbers:
        if number < len(cluster.boards):
            yield replace(cluster, boards=cluster.boards[:-number], links=cluster.links[:-number])


def _alike(cluster: Cluster) -> Iterator[Cluster]:
    """The chain whose boards and links all have the least of each thing that any of them has, where they differ: that
    of boards that were alike before one of them was made better."""
    boards, links = cluster.boards, cluster.links
    dsp, bram36, lut = (min(counts) for counts in zip(*((one.dsp, one.bram36, one.lut) for one in boards), strict=True))
    ddr = min((board.ddr for board in boards), key=lambda ddr: ddr.gigabytes_per_second if ddr else 0.0)
    least = tuple(replace(board, dsp=dsp, bram36=bram36, lut=lut, ddr=ddr) for board in boards)
    slowest = min(links, key=lambda link: link.flits_per_cycle(cluster.clock_mhz) * link.flit_bits, default=None)
    if slowest is not None:
        latency = max(link.latency_cycles for link in links)
        links = (replace(slowest, latency_cycles=latency),) * len(links)
    if (least, links) != (boards, cluster.links):
        yield replace(cluster, boards=least, links=links)


def _slower(cluster: Cluster) -> Iterator[Cluster]:
    """The chain of boards with fewer multipliers: a power of `STEP`, and so many powers less."""
    for steps in (0, *DISTANCES):
        boards = tuple(replace(board, dsp=_power(board.dsp, steps)) for board in cluster.boards)
        if boards != cluster.boards:
            yield replace(cluster, boards=boards)


def _power(multipliers: int, steps: int) -> int:
    powers = (floor(STEP**power) for power in range(MOST_POWERS))
    lesser = [power for power in powers if power <= multipliers]
    return lesser[max(0, len(lesser) - 1 - steps)]
