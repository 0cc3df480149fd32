"""Modulo scheduling of one region at the smallest interval that can be had."""

from dataclasses import replace

from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.hls.ir import Region, Storage
from fpdeep_gen.hls.schedule.automatic import pipelined_unasked
from fpdeep_gen.hls.schedule.constraints import StreamOrder
from fpdeep_gen.hls.schedule.cycles import cyclic_operations
from fpdeep_gen.hls.schedule.delays import DelayModel
from fpdeep_gen.hls.schedule.exclusive import Exclusion
from fpdeep_gen.hls.schedule.model import RegionSchedule
from fpdeep_gen.hls.schedule.search import STRETCHES, Infeasible, Search, first_possible


def is_loop(region: Region) -> bool:
    """True when the region can follow itself."""
    return any(exit_.target is region for exit_ in region.exits)


def schedule_region(
    region: Region, delays: DelayModel, storages: dict[int, Storage], exclusion: Exclusion
) -> RegionSchedule:
    """Stages of a region; a pipelined loop gets the smallest interval from the one asked for upwards.

    Of a loop that nobody asked to pipeline see `automatic`.

    A recurrence that is somewhat too slow for the clock by the delay model keeps the interval, and its stage is longer
    than the clock asks (`longest_path` says how long): a longer interval costs throughput for certain, the estimate is
    rough.

    Raises InputError where the accesses of one iteration wait for each other in a circle.
    """
    cyclic = cyclic_operations(region)
    search = Search(region, delays, storages, exclusion, cyclic)
    order = StreamOrder.AFTER_WRITES
    sequential = search.attempt(None, order)
    if isinstance(sequential, Infeasible):
        order = StreamOrder.FREE
        sequential = search.attempt(None, order)
    if isinstance(sequential, Infeasible):
        file, line = (region.location.file, region.location.line) if region.location else (None, None)
        expected, hint = "accesses that one iteration can make in some order", "move one of them to a loop of its own"
        circle = f"{sequential.reason}, which each wait for the other"
        raise InputError([Problem(file, line, f"region {region.name}", expected, circle, hint)])
    if not is_loop(region):
        return sequential
    if region.automatic is not None:
        return pipelined_unasked(search, region.automatic, sequential, order)
    if region.ii is None:
        return sequential
    first = first_possible(region.ii, sequential.depth + 1, search.is_impossible)
    limit = "" if first == region.ii else search.reason(first - 1)
    for ii in range(first, sequential.depth + 1):
        for stretch in STRETCHES:
            for order in StreamOrder:
                found = search.attempt(ii, order, stretch)
                if isinstance(found, RegionSchedule):
                    return replace(found, pipelined=True, limit=limit)
                reason = found.reason
        limit = reason
    return replace(sequential, pipelined=True, limit=limit)
