"""A plan's prediction against what the simulation of the plan measures."""

from dataclasses import dataclass

from fpdeep_gen.partition.model import BalancedPlan
from fpdeep_gen.sim.rows.model import CacheOccupancy, Deadlock, FifoOccupancy, UpdateWait, WinnersOccupancy
from fpdeep_gen.sim.rows.simulate import simulate

TOLERANCE = 0.02
"""Part of the prediction that a measurement may be off by."""

ROUNDING = 1.0
"""Cycles that a row may wait for a cache: times are rounded."""


@dataclass(frozen=True)
class Comparison:
    """Predicted and simulated cycles; `batch`: of `images` images, from the first pixel to the next batch's.
    `overfull`: caches that held more rows than planned; `delaying`: caches in which rows had to wait for room. `fifos`:
    those that more bits waited in than planned, or that made rows wait for room. `winners`: those of which more rows
    were kept than planned. `update_wait`: cycles for which
    engines waited for new weights that were to be there, added up."""

    images: int
    interval: tuple[int, float]
    latency: tuple[int, float]
    batch: tuple[int, float]
    overfull: tuple[CacheOccupancy, ...]
    delaying: tuple[CacheOccupancy, ...]
    fifos: tuple[FifoOccupancy, ...]
    winners: tuple[WinnersOccupancy, ...]
    update_wait: float
    deadlock: Deadlock | None

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with the prediction, in words; empty if nothing."""
        if self.deadlock is not None:
            return (str(self.deadlock),)
        times = (("interval", self.interval), ("latency", self.latency), ("batch", self.batch))
        found = [
            f"{name}: {predicted} cycles predicted, {measured:.0f} simulated"
            for name, (predicted, measured) in times
            if abs(measured - predicted) > TOLERANCE * predicted
        ]
        found += [
            f"cache of layer {cache.layer} on board {cache.board}: {cache.rows} rows planned, {cache.greatest} held"
            for cache in self.overfull
        ]
        found += [
            f"cache of layer {cache.layer} on board {cache.board}: rows waited {cache.waited:.0f} cycles for room"
            for cache in self.delaying
        ]
        found += [
            f"winners of tensor {kept.tensor} on board {kept.board}: {kept.rows} rows planned, {kept.greatest} held"
            for kept in self.winners
        ]
        for fifo in self.fifos:
            if fifo.greatest > fifo.bits:
                found.append(f"{fifo}: {fifo.bits} bits planned, {fifo.greatest:.0f} held")
            if fifo.waited > ROUNDING:
                found.append(f"{fifo}: rows waited {fifo.waited:.0f} cycles for room")
        if self.update_wait > ROUNDING:
            found.append(f"engines waited {self.update_wait:.0f} cycles for new weights")
        return tuple(found)


def compare(plan: BalancedPlan, images: int) -> Comparison:
    """Simulates a batch of `images` images (several more than the plan's fill) at the planned interval, and the first
    image (or the first ones that share a read of DDR) of the next batch. Where images share a read of DDR, batches have
    the planned size."""
    planned = plan.prediction
    batch = images if planned.shared_weights == planned.shared_gradients == 1 else planned.batch
    found = simulate(plan, batch + planned.shared_weights, batch=batch)
    ended = found.deadlock is None
    stalled = float("inf")
    return Comparison(
        batch,
        (planned.interval, found.interval if ended else stalled),
        (planned.latency, found.latency if ended else stalled),
        (planned.cycles_of(batch), found.batch_cycles if ended else stalled),
        tuple(cache for cache in found.caches if cache.greatest > cache.rows),
        tuple(cache for cache in found.caches if cache.waited > ROUNDING),
        tuple(fifo for fifo in found.fifos if fifo.greatest > fifo.bits or fifo.waited > ROUNDING),
        tuple(kept for kept in found.winners if kept.greatest > kept.rows),
        sum(_beyond(plan, wait) for wait in found.update_waits),
        found.deadlock,
    )


def _beyond(plan: BalancedPlan, wait: UpdateWait) -> float:
    """Cycles that an engine waited for new weights beyond the time at which its phase is planned to begin. Before that
    it has time: it begins with rows that are there, and then waits for others."""
    begin = min(one.begin for one in plan.prediction.times if (one.layer, one.phase) == (wait.layer, wait.phase))
    return max(0.0, wait.end - max(begin, wait.begin))
