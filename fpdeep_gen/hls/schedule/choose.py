"""The form of a process that needs the fewest cycles: nests joined or not, loops without PIPELINE pipelined or not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.ir import Automatic, Location, Process, Region
from fpdeep_gen.hls.schedule.automatic import memory_wait
from fpdeep_gen.hls.schedule.delays import DelayModel
from fpdeep_gen.hls.schedule.latency import guessed_cycles
from fpdeep_gen.hls.schedule.model import ProcessSchedule
from fpdeep_gen.hls.schedule.optimise import optimise
from fpdeep_gen.hls.schedule.process import schedule_process

_TRIP_COUNT = 16  # of innermost loops of unknown bounds, where they start anew for each iteration of the one around
_HANDOVER = 2


def schedule_best(process: Process, delays: DelayModel) -> ProcessSchedule:
    """The schedule of a process; where a nest misses its interval, that of its loops one by one if it is faster.

    Raises InputError where accesses of the loops wait for each other in a circle.
    """
    if process.plain is not None:
        return _Forms(process, delays).best()
    joined = schedule_process(optimise(process, delays.bindings), delays)
    if process.apart is None or not _misses(joined):
        return joined
    apart = schedule_process(optimise(_with_ports(process.apart(), process), delays.bindings), delays)
    cost = sum(one.ii for one in joined.regions if one.pipelined)
    other = sum(one.ii + (one.depth + _HANDOVER) / _trip_count(one.region) for one in apart.regions if one.pipelined)
    return apart if other < cost else joined


@dataclass(frozen=True)
class _Forms:
    """Of a process with loops that nobody asked to pipeline."""

    process: Process
    delays: DelayModel

    def best(self) -> ProcessSchedule:
        """A form is made where those before it leave something to gain; of two that are as fast the later one.

        Where nothing is pipelined that nobody asked for, it is the plain form.
        """
        process = self.process
        found = self._made(lambda: process)
        if process.apart is not None and (found is None or _is_late(found)):
            apart = process.apart
            found = self._faster(found, lambda: _with_ports(apart(), process))
        if found is None or any(one.sequential for one in found.regions):
            reasons, gains = _reasons(found), found is not None and _gains(found)
            found = self._faster(found if gains else None, lambda: self._plain(reasons))
        return found or self._scheduled(self._plain({}))  # which says what is wrong

    def _plain(self, reasons: Mapping[Location | None, str]) -> Process:
        """Without automatic pipelines, and why."""
        assert self.process.plain is not None
        form = _with_ports(self.process.plain(), self.process)
        for region in form.regions:
            place = region.loops[-1].location if region.loops else region.location
            if region.ii is None and (region.loops or len(form.regions) == 1) and place in reasons:
                region.automatic = Automatic(region.loops, reasons[place])
        return form

    def _made(self, form: Callable[[], Process]) -> ProcessSchedule | None:
        """None where it has no schedule."""
        try:
            return self._scheduled(form())
        except InputError:
            return None

    def _scheduled(self, form: Process) -> ProcessSchedule:
        return schedule_process(optimise(form, self.delays.bindings), self.delays)

    def _faster(self, first: ProcessSchedule | None, form: Callable[[], Process]) -> ProcessSchedule | None:
        other = self._made(form)
        if first is None or other is None:
            return other or first
        return other if guessed_cycles(other, memory_wait) <= guessed_cycles(first, memory_wait) else first


def _gains(found: ProcessSchedule) -> bool:
    return any(one.pipelined and one.region.automatic is not None for one in found.regions)


def _misses(found: ProcessSchedule) -> bool:
    """A loop does not reach its interval."""
    return any(one.pipelined and one.region.ii is not None and one.ii > one.region.ii for one in found.regions)


def _is_late(found: ProcessSchedule) -> bool:
    """The same; or a loop is not pipelined, where nobody asked for it."""
    return _misses(found) or any(one.sequential for one in found.regions)


def _reasons(found: ProcessSchedule | None) -> dict[Location | None, str]:
    """Why each automatic loop stays sequential if the plain form is taken, by its place."""
    regions = found.regions if found is not None else ()
    loops = ((one, one.region.automatic) for one in regions)
    return {
        automatic.nest[-1].location if automatic.nest else one.region.location: one.sequential
        or "the whole would not be faster"
        for one, automatic in loops
        if automatic is not None
    }


def _with_ports(form: Process, process: Process) -> Process:
    """What is known of the ports of one form, for another. Idle ones may have been taken away."""
    known = {port.name: port for port in process.ports}
    form.ports = [port for port in form.ports if port.name in known or port.name not in process.idle]
    for port in form.ports:
        port.is_done, port.guards = known[port.name].is_done, known[port.name].guards
    return form


def _trip_count(region: Region) -> float:
    """Iterations of its innermost loop."""
    count = region.loops[-1].count if region.loops else None
    return _TRIP_COUNT if count is None else max(1.0, count.average)
