"""Intervals that no plan goes below: of the multipliers, and of what each link must carry. docs/planner.md, "Bound"."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.bounds_model import Bounds
from fpdeep_gen.partition.cuts import Floats, Run, runs
from fpdeep_gen.partition.features_bound import cycles_up, features_of, shortest_intervals
from fpdeep_gen.partition.geometry import Geometry, geometries, training_macs
from fpdeep_gen.partition.in_order import is_in_order
from fpdeep_gen.partition.link_rate import framed_rate
from fpdeep_gen.partition.loss import loss_cycles
from fpdeep_gen.partition.model import Share

PRECISE = 1e-4
"""Part by which the link bound may lie below the interval at which the least traffic just fits."""


ANY_ORDER = 3
"""Boards of chains whose plans are not those of the family that the bound of the links is for (`small.py`)."""


def bounds_for(
    network: Network, cluster: Cluster, geometry: Sequence[Geometry], shares: Sequence[Share], interval: int
) -> Bounds:
    """The bounds of a plan: that of the links of plans in order only where it is such a plan."""
    ordered, every = bounds_of(network, cluster), bounds_of_every(network, cluster)
    return ordered if ordered == every or is_in_order(cluster, geometry, shares, interval) else every


@lru_cache(maxsize=64)
def bounds_of_every(network: Network, cluster: Cluster) -> Bounds:
    """Bounds of all plans, in order or not; `link`: the shortest interval in which what the features of an image ask of
    each link crosses it; where that is less than the work bound: what the busiest link needs at least at the work
    bound."""
    dsp = np.array([board.dsp for board in cluster.boards], float)
    work, loss = training_macs(network) / float(dsp.sum()), float(loss_cycles(network, cluster))
    features = features_of(network, geometries(network))
    if len(cluster.boards) <= ANY_ORDER or not features:
        return Bounds(work, 0.0, None, loss)
    cycles = cycles_up(features, dsp, _rates(cluster), np.full(len(cluster.links), work))
    if cycles.max() > work:
        cycles = shortest_intervals(features, dsp, _rates(cluster))
    return Bounds(work, float(cycles.max()), int(cycles.argmax()), loss)


@lru_cache(maxsize=64)
def bounds_of(network: Network, cluster: Cluster, longest: int | None = None) -> Bounds:
    """Bounds of plans with layers in order; `longest`: most layers in step, for comparison with families that are
    narrower than the planner's. `link`: the greater one of that of all plans and of what such plans ask of each link.
    """
    every = bounds_of_every(network, cluster)
    ordered = _in_order(network, cluster, every, longest)
    return ordered if ordered.link > every.link else every


def _in_order(network: Network, cluster: Cluster, every: Bounds, longest: int | None) -> Bounds:
    dsp, rates = np.array([board.dsp for board in cluster.boards], float), _rates(cluster)
    found = runs(network, geometries(network), max(board.bram36 for board in cluster.boards), longest)
    if len(cluster.boards) <= ANY_ORDER or not found:
        return replace(every, link=0.0, cut=None)

    def needed(interval: float) -> Floats:
        cycles: Floats = least_traffic(found, dsp, interval) / rates
        return cycles

    cycles = needed(every.work)
    low, high = every.work, float(cycles.max())
    if high <= low:
        return replace(every, link=high, cut=int(cycles.argmax()))
    while high - low > PRECISE * low:
        middle = (low + high) / 2
        if needed(middle).max() > middle:
            low = middle
        else:
            high = middle
    return replace(every, link=low, cut=int(needed(low).argmax()))


def _rates(cluster: Cluster) -> Floats:
    return np.array([framed_rate(link, cluster.clock_mhz) for link in cluster.links])


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
