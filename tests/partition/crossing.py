"""A plan's traffic over each link against what the bound says of plans that have got as far: the fractions are counted
from the plan's shares."""

from collections.abc import Iterator

import numpy as np

from fpdeep_gen.network.model import LayerKind
from fpdeep_gen.partition.cuts import Run, runs
from fpdeep_gen.partition.features_bound import features_of
from fpdeep_gen.partition.geometry import geometries
from fpdeep_gen.partition.model import BalancedPlan, Carried, LinkLoad, Phase


def fractions(plan: BalancedPlan, link: int) -> dict[int, list[float]]:
    """For each convolution: the part of each of its phases that boards up to `link` have."""
    found: dict[int, list[float]] = {}
    for layer, shape in enumerate(plan.network.layers):
        if shape.kind is LayerKind.FULLY_CONNECTED:
            continue
        found[layer] = []
        for phase in Phase:
            shares = [share for share in plan.shares if (share.layer, share.phase) == (layer, phase)]
            whole = sum(share.macs for share in shares)
            if whole:
                found[layer].append(sum(share.macs for share in shares if share.board <= link) / whole)
    return found


def straddling(parts: dict[int, list[float]]) -> list[int]:
    """Layers that are on both sides; all before them are below and all after them above."""
    both = [layer for layer, found in parts.items() if min(found) < 1 and max(found) > 0]
    if both:
        assert both == list(range(both[0], both[-1] + 1))
    for layer, found in parts.items():
        if layer not in both:
            first = not both or layer < both[0]
            assert set(found) <= ({1.0} if first and max(found) > 0 else {0.0})
    return both


def least_and_found(plan: BalancedPlan) -> Iterator[tuple[int, tuple[float, float], tuple[float, float]]]:
    """For each link that cuts layers: the bits up and down that the bound asks for, and those that the plan has. Both
    phases of the first layer read the image, so that it is the one behind that counts."""
    every = runs(plan.network, geometries(plan.network), max(board.bram36 for board in plan.cluster.boards))
    for link in plan.links:
        parts = fractions(plan, link.index)
        both = straddling(parts)
        if not both:
            continue
        run: Run = next(run for run in every if (run.first, run.last) == (both[0], both[-1]))
        low = np.array(min(min(parts[layer]) for layer in both))
        high = np.array(max(max(parts[layer]) for layer in both))
        work = {layer: plan.network.layers[layer].forward_macs * len(found) for layer, found in parts.items()}
        reached = sum(work[layer] * sum(found) / len(found) for layer, found in parts.items())
        middle, step = (reached - run.begin) / (run.end - run.begin), board_work(plan) / (run.end - run.begin)
        assert middle - step <= low <= high <= middle + step, "in step"
        yield (
            link.index,
            (float(run.up(low, low if both == [0] else high)), float(run.down(low, high))),
            (of_convolutions(plan, link.up), of_convolutions(plan, link.down)),
        )


def board_work(plan: BalancedPlan) -> float:
    """Multiply-accumulates of the largest board in an interval."""
    return max(board.dsp for board in plan.cluster.boards) * plan.prediction.interval


def of_convolutions(plan: BalancedPlan, loads: tuple[LinkLoad, ...]) -> float:
    """Bits of the streams that convolutions read, and of the errors that they make."""
    flat = (layer for layer, shape in enumerate(plan.network.layers) if shape.kind is LayerKind.FULLY_CONNECTED)
    first = next(flat, len(plan.network.layers))
    return sum(load.bits for load in loads if load.carried is not Carried.CONTROL and load.tensor < first)


def in_order(plan: BalancedPlan) -> bool:
    """Whether each link lies between two convolutions or within some that follow each other, and none of their phases
    is more than a board's work ahead or behind."""
    for link in plan.links:
        parts = fractions(plan, link.index)
        begun = [layer for layer, found in parts.items() if max(found) > 0]
        open_ones = [layer for layer, found in parts.items() if min(found) < 1]
        if not begun or not open_ones or begun[-1] < open_ones[0]:
            continue
        both = range(open_ones[0], begun[-1] + 1)
        if any(max(parts[layer]) == 0 or min(parts[layer]) == 1 for layer in both):
            return False
        work = {layer: plan.network.layers[layer].forward_macs for layer in both}
        whole = sum(work[layer] * len(parts[layer]) for layer in both)
        middle = sum(work[layer] * sum(parts[layer]) for layer in both) / whole
        if any(abs(part - middle) > board_work(plan) / whole for layer in both for part in parts[layer]):
            return False
    return True


def check_features(plan: BalancedPlan) -> int:
    """Each link carries up at least what the bound of every plan asks of it, by the work that is below. Returns of how
    many links it says something."""
    told = 0
    for link in plan.links:
        below = sum(
            share.macs for share in plan.shares if share.board <= link.index and share.phase is not Phase.BACKWARD
        )
        least = [float(each.least(np.array(below))) for each in features_of(plan.network, geometries(plan.network))]
        assert max(least, default=0.0) <= of_convolutions(plan, link.up) + 1e-6, (link.index, below, least)
        told += max(least, default=0.0) > 0
    return told


def check_traffic(plan: BalancedPlan) -> int:
    """The bound is never above what a plan's links carry, nor its interval. Returns how many links it says something
    of."""
    told = 0
    for link, least, found in least_and_found(plan):
        for way in (0, 1):
            assert least[way] <= found[way] + 1e-6, (link, way, least, found)
            told += least[way] > 0
    assert plan.bounds.interval <= plan.prediction.interval
    return told
