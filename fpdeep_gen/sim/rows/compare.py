"""A plan's prediction against what the simulation of the plan measures."""

from dataclasses import dataclass

from fpdeep_gen.partition.model import BalancedPlan
from fpdeep_gen.sim.rows.model import CacheOccupancy, Deadlock
from fpdeep_gen.sim.rows.simulate import simulate

TOLERANCE = 0.02
"""Part of the prediction that a measurement may be off by."""


@dataclass(frozen=True)
class Comparison:
    """Predicted and simulated cycles. `overfull`: caches that held more rows than planned; `delaying`: caches in which
    rows had to wait for room."""

    interval: tuple[int, float]
    latency: tuple[int, float]
    overfull: tuple[CacheOccupancy, ...]
    delaying: tuple[CacheOccupancy, ...]
    deadlock: Deadlock | None

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with the prediction, in words; empty if nothing."""
        if self.deadlock is not None:
            return (str(self.deadlock),)
        found = [
            f"{name}: {predicted} cycles predicted, {measured:.0f} simulated"
            for name, (predicted, measured) in (("interval", self.interval), ("latency", self.latency))
            if abs(measured - predicted) > TOLERANCE * predicted
        ]
        found += [
            f"cache of layer {cache.layer} on board {cache.board}: {cache.rows} rows planned, {cache.greatest} held"
            for cache in self.overfull
        ]
        return tuple(found)


def compare(plan: BalancedPlan, images: int) -> Comparison:
    """Simulates `images` images (several more than the plan's fill) at the planned interval."""
    found = simulate(plan, images)
    ended = found.deadlock is None
    return Comparison(
        (plan.prediction.interval, found.interval if ended else float("inf")),
        (plan.prediction.latency, found.latency if ended else float("inf")),
        tuple(cache for cache in found.caches if cache.greatest > cache.rows),
        tuple(cache for cache in found.caches if cache.waited > 0),
        found.deadlock,
    )
