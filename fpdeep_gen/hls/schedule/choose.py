"""Joined loop nests or not: whichever form of a process needs fewer cycles for an innermost iteration."""

from fpdeep_gen.hls.ir import Process, Region
from fpdeep_gen.hls.schedule.delays import DelayModel
from fpdeep_gen.hls.schedule.model import ProcessSchedule
from fpdeep_gen.hls.schedule.optimise import optimise
from fpdeep_gen.hls.schedule.process import schedule_process

_TRIP_COUNT = 16  # of innermost loops of unknown bounds, where they start anew for each iteration of the one around
_HANDOVER = 2


def schedule_best(process: Process, delays: DelayModel) -> ProcessSchedule:
    """The schedule of a process; where a nest misses its interval, that of its loops one by one if it is faster."""
    joined = schedule_process(optimise(process), delays)
    late = any(one.pipelined and one.region.ii is not None and one.ii > one.region.ii for one in joined.regions)
    if process.alternative is None or not late:
        return joined
    other_form = process.alternative()
    for port, same in zip(other_form.ports, process.ports, strict=True):
        port.is_done, port.guards = same.is_done, same.guards
    apart = schedule_process(optimise(other_form), delays)
    cost = sum(one.ii for one in joined.regions if one.pipelined)
    other = sum(one.ii + (one.depth + _HANDOVER) / _trip_count(one.region) for one in apart.regions if one.pipelined)
    return apart if other < cost else joined


def _trip_count(region: Region) -> float:
    """Iterations of its innermost loop."""
    count = region.loops[-1].count if region.loops else None
    return _TRIP_COUNT if count is None else max(1.0, count.average)
