"""Intervals that no plan goes below: of the multipliers, and of what each link must carry. docs/planner.md, "Bound"."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.bounds_model import Bounds
from fpdeep_gen.partition.cuts import Floats, Run, runs
from fpdeep_gen.partition.geometry import geometries, training_macs
from fpdeep_gen.partition.link_rate import framed_rate
from fpdeep_gen.partition.loss import loss_cycles

PRECISE = 1e-4
"""Part by which the link bound may lie below the interval at which the least traffic just fits."""


ANY_ORDER = 3
"""Boards of chains whose plans are not those of the family that the bound of the links is for (`small.py`)."""


@lru_cache(maxsize=64)
def bounds_of(network: Network, cluster: Cluster, longest: int | None = None) -> Bounds:
    """All bounds; `longest`: most layers in step, for comparison with families that are narrower than the planner's.

    The bound of the links is the shortest interval in which what must cross each link does; where that is less than
    the work bound: what the busiest link needs at least at the work bound.
    """
    dsp = np.array([board.dsp for board in cluster.boards], float)
    work, loss = training_macs(network) / float(dsp.sum()), float(loss_cycles(network))
    geometry = geometries(network)
    found = runs(network, geometry, max(board.bram36 for board in cluster.boards), longest)
    if len(cluster.boards) <= ANY_ORDER or not found:
        return Bounds(work, 0.0, None, loss)
    rates = np.array([framed_rate(link, cluster.clock_mhz) for link in cluster.links])

    def needed(interval: float) -> Floats:
        cycles: Floats = least_traffic(found, dsp, interval) / rates
        return cycles

    cycles = needed(work)
    low, high = work, float(cycles.max())
    if high <= work:
        return Bounds(work, high, int(cycles.argmax()), loss)
    while high - low > PRECISE * low:
        middle = (low + high) / 2
        if needed(middle).max() > middle:
            low = middle
        else:
            high = middle
    return Bounds(work, low, int(needed(low).argmax()), loss)


def least_traffic(found: Sequence[Run], dsp: Floats, interval: float) -> Floats:
    """Bits of an image that cross each link in the busier direction, at least, if boards with `dsp` multipliers each
    keep `interval`.

    The boards below a link do at most what their multipliers do in an interval, and at least what is left by those
    above it. Fully connected layers may be anywhere, so all of their work may be on either side.
    """
    below = np.cumsum(dsp)[:-1]
    above = dsp.sum() - below
    whole = found[-1].end
    most = np.minimum(whole, below * interval)
    least = np.minimum(most, np.maximum(0.0, whole - above * interval))
    lag = float(dsp.max()) * interval
    traffic = np.full(len(below), np.inf)
    for run in found:
        span = run.end - run.begin
        low, high = (np.clip((work - run.begin) / span, 0, 1) for work in (least, most))
        possible = (most >= run.begin) & (least <= run.end)
        bits = run.least(low, high, lag / span)
        traffic = np.where(possible, np.minimum(traffic, bits), traffic)
    return traffic


def knee(network: Network, cluster: Cluster, most: int, longest: int | None = None) -> int | None:
    """The fewest boards, of the kind that `cluster` ends with, whose links rule the bound; None where `most` do not
    reach it."""
    if not cluster.links:
        return None
    board, link = cluster.boards[-1], cluster.links[-1]
    for count in range(2, most + 1):
        chain = replace(cluster, boards=(board,) * count, links=(link,) * (count - 1))
        found = bounds_of.__wrapped__(network, chain, longest)
        if found.link > found.work:
            return count
    return None
