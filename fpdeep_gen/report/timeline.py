"""The pipeline of one mini-batch over time, as Chrome-trace JSON (open it in Perfetto or chrome://tracing).

A process is a board, a track a slice and what it does; one microsecond of the viewer is one clock cycle. The planned
times are those of the planner's own schedule, the measured ones those at which an engine had all of an image.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from fpdeep_gen.plan.limits import slice_name
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.plan.pieces import Piece, folds_of
from fpdeep_gen.plan.schedule import SliceTimes, schedule
from fpdeep_gen.report.evidence import Evidence

MOST_IMAGES = 16
"""Images of the mini-batch that are drawn: enough to see the steady state."""

Event = dict[str, object]


@dataclass(frozen=True)
class Span:
    """Image `image` on a track, in cycles; `what` where it is something else than an image's work."""

    image: int
    begin: float
    end: float
    what: str = ""


@dataclass(frozen=True)
class Track:
    """What one slice or engine of a board does, image by image."""

    board: int
    name: str
    spans: tuple[Span, ...]


def timeline_json(plan: Plan, evidence: Evidence | None) -> str:
    """The trace of the first images of a mini-batch: planned, and measured where there is evidence."""
    tracks = [*planned_tracks(plan), *(measured_tracks(plan, evidence) if evidence else ())]
    return trace_json([board.name for board in plan.cluster.boards], tracks)


def trace_json(boards: Sequence[str], tracks: Sequence[Track]) -> str:
    """Tracks of boards with these names as a trace."""
    events = [*_board_names(boards), *_track_events(tracks)]
    lines = ",\n".join(json.dumps(event) for event in events)
    return f'{{"displayTimeUnit": "ns", "traceEvents": [\n{lines}\n]}}\n'


def planned_tracks(plan: Plan) -> tuple[Track, ...]:
    """Three tracks a slice: forward, the features' stay in the cache, and backward with gradient."""
    pieces = tuple(Piece(one.layer, one.board, one.out_begin, one.out_end) for one in plan.slices)
    folds = folds_of(plan.network, plan, pieces)
    images = min(MOST_IMAGES, plan.network.training.batch)
    interval = plan.prediction.interval
    times = schedule(plan.network, plan.cluster, plan.lanes, pieces, folds, images, interval)
    return tuple(
        Track(
            piece.board,
            f"{slice_name(plan.network, piece)} {what}, planned",
            tuple(Span(image, *_limits(times[image][index])[what]) for image in range(images)),
        )
        for index, piece in enumerate(pieces)
        for what in ("forward", "cached", "backward and gradient")
    )


def measured_tracks(plan: Plan, evidence: Evidence) -> tuple[Track, ...]:
    """One track an engine: the cycles that it works for an image, up to when it had all of it, and no earlier than it
    had all of the image before. As in the plan, time begins with the first image: loading weights is left out."""
    images = min(MOST_IMAGES, plan.network.training.batch)
    engines = [engine for engine in evidence.engines if engine.image_cycles]
    origin = min((engine.image_cycles[0] - engine.cycles_per_image for engine in engines), default=0)
    return tuple(
        Track(
            engine.board,
            f"{engine.name}, simulated",
            tuple(
                Span(image, max(before, after - engine.cycles_per_image) - origin, after - origin)
                for image, (before, after) in enumerate(_steps(engine.image_cycles[:images]))
            ),
        )
        for engine in engines
    )


def _limits(times: SliceTimes) -> dict[str, tuple[float, float]]:
    return {
        "forward": (times.features_in[0], times.masks_in[-1]),
        "cached": (times.features_in[-1], times.features_out[-1]),
        "backward and gradient": (times.masks_out[0], times.gradient_end),
    }


def _steps(cycles: Sequence[int]) -> Iterator[tuple[float, float]]:
    before = 0
    for after in cycles:
        yield before, after
        before = after


def _board_names(boards: Sequence[str]) -> Iterator[Event]:
    for board, name in enumerate(boards):
        yield {"name": "process_name", "ph": "M", "pid": board, "args": {"name": f"board {board} ({name})"}}


def _track_events(tracks: Sequence[Track]) -> Iterator[Event]:
    """Images overlap on a track, which a viewer's thread must not: as many threads as overlap."""
    numbers = count(1)
    for track in tracks:
        for rank, spans in enumerate(_rows(track.spans)):
            thread = next(numbers)
            name = track.name if rank == 0 else f"{track.name} ({rank + 1})"
            yield {"name": "thread_name", "ph": "M", "pid": track.board, "tid": thread, "args": {"name": name}}
            yield {
                "name": "thread_sort_index",
                "ph": "M",
                "pid": track.board,
                "tid": thread,
                "args": {"sort_index": thread},
            }
            for span in spans:
                yield _complete(track.board, thread, span)


def _complete(board: int, thread: int, span: Span) -> Event:
    return {
        "name": span.what or f"image {span.image}",
        "ph": "X",
        "pid": board,
        "tid": thread,
        "ts": round(span.begin, 3),
        "dur": round(max(0.0, span.end - span.begin), 3),
    }


def _rows(spans: Sequence[Span]) -> list[list[Span]]:
    """Spans in as few rows as keep them apart, in order of their begin."""
    rows: list[list[Span]] = []
    for span in sorted(spans, key=lambda one: one.begin):
        row = next((row for row in rows if row[-1].end <= span.begin), None)
        if row is None:
            rows.append([span])
        else:
            row.append(span)
    return rows
