"""Counters of a run -> what a plan predicts: interval, busy engines, traffic of the links, all in steady state.

Steady state is the second half of a mini-batch: its first images fill the caches.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.emit.engine_configs import ConvEngineConfig, GradientEngineConfig
from fpdeep_gen.emit.lower import lower, slice_prefix
from fpdeep_gen.emit.network import BoardNetwork
from fpdeep_gen.network.model import LayerKind
from fpdeep_gen.plan.model import EnginePlan, Plan
from fpdeep_gen.sim.chain import Watch, links_of
from fpdeep_gen.sim.chain_report import SAMPLE_CYCLES, ChainRun, LinkCounters
from fpdeep_gen.sim.host import Infer, Program, Train

LEAST_IMAGES = 6
"""Images of a mini-batch from which on it is measured."""

LEAST_INTERVALS = 2
"""Intervals in which all engines must work together, for the traffic of the links to be measured."""

FORWARD = "forward"

WINDOW_CYCLES = 3
"""From the pixel that completes a window to the taking of its first patch."""

ADDING_CYCLES = 2
"""From the taking of a patch to the sum of its gradients."""

Cycles = NDArray[np.int64]


@dataclass(frozen=True)
class Span:
    """Images [first, last] of the run's trained images: the steady state of one mini-batch, whose first is `start`."""

    start: int
    first: int
    last: int


@dataclass(frozen=True)
class Window:
    """Cycles from `begin` to `end`."""

    begin: int
    end: int


@dataclass(frozen=True)
class EngineMeasure:
    """Cycles between two images of one engine (None: too few images) and the share of them in which it worked."""

    engine: EnginePlan
    interval: float | None
    busy: float | None


@dataclass(frozen=True)
class LinkMeasure:
    """One direction of a link. Flits an image in steady state, planned and measured (None: too few images), and what
    share of the link's rate they are at the planned and the measured interval. All flits include credits, of which an
    idle link sends more than the plan counts: they go as soon as no data wants to."""

    link: int
    direction: str
    flits: int
    planned_flits_per_image: float
    flits_per_image: float | None
    planned_data_flits_per_image: int
    data_flits_per_image: float | None
    planned_utilisation: float
    utilisation: float | None


@dataclass(frozen=True)
class Measurement:
    """What a run measured. `interval`: cycles between the completions of two images (None: too few images). `latency`:
    cycles from the first pixel of an image in to its last gradient added, of an image alone (None: none was)."""

    interval: float | None
    latency: float | None
    engines: tuple[EngineMeasure, ...]
    links: tuple[LinkMeasure, ...]


def engine_watches(plan: Plan) -> tuple[Watch, ...]:
    """One watch for each engine of the plan, in order: its patches, image by image."""
    networks = lower(plan)
    return tuple(Watch(engine.board, *_patches(plan, networks, engine)) for engine in plan.engines)


def measure(plan: Plan, program: Program, run: ChainRun) -> Measurement:
    """Interpret the counters of a run that had `engine_watches(plan)`."""
    spans = _spans(program)
    trained = [
        _trained_events(engine, program, events) for engine, events in zip(plan.engines, run.events, strict=True)
    ]
    completions = np.max(np.stack(trained), axis=0)
    interval = _interval(completions, spans)
    windows = _windows(trained, spans, interval)
    return Measurement(
        interval=interval,
        latency=_latency(plan, program, trained),
        engines=tuple(
            _engine(engine, _interval(events, spans)) for engine, events in zip(plan.engines, trained, strict=True)
        ),
        links=tuple(_link(plan, counters, windows, interval) for counters in run.links),
    )


def _latency(plan: Plan, program: Program, trained: Sequence[Cycles]) -> float | None:
    """Of the last mini-batch of one image that follows another mini-batch at once.

    Its pixels wait before the first layer for that layer's weights, so time is counted from the taking of the first
    patch, less what the rows of a first window take to come in.
    """
    image, alone = -1, None
    for before, command in pairwise([None, *program.commands]):
        if isinstance(command, Train):
            image += len(command.labels)
            if len(command.labels) == 1 and isinstance(before, Train):
                alone = image
    if alone is None:
        return None
    layer = plan.network.layers[0]
    words = layer.in_columns * -(-layer.in_channels // plan.lanes[0])
    rows = min(layer.kernel_rows - layer.padding, layer.in_rows) if layer.kind is LayerKind.CONVOLUTION else 1
    pairs = list(zip(plan.engines, trained, strict=True))
    first, ends = next((engine, events) for engine, events in pairs if engine.phase == FORWARD and engine.layer == 0)
    begin = int(ends[alone]) - first.cycles_per_image - WINDOW_CYCLES - rows * words
    return float(max(int(events[alone]) for _, events in pairs) + ADDING_CYCLES - begin)


def _patches(plan: Plan, networks: Sequence[BoardNetwork], engine: EnginePlan) -> tuple[str, int]:
    """Name of the stream of patches that feeds an engine, and its words an image."""
    index = next(i for i, piece in enumerate(plan.slices) if (piece.layer, piece.board) == (engine.layer, engine.board))
    name = f"{slice_prefix(plan, index)}_{engine.phase}_engine"
    task = next(task for task in networks[engine.board].tasks() if task.name == name)
    assert isinstance(task.config, ConvEngineConfig | GradientEngineConfig)
    names = [str(argument) for argument in task.arguments]
    return next(stream for stream in names if stream.endswith("_patches")), task.config.patches


def _spans(program: Program) -> list[Span]:
    spans, first = [], 0
    for command in program.commands:
        if isinstance(command, Train):
            count = len(command.labels)
            if count >= LEAST_IMAGES:
                spans.append(Span(first, first + count // 2 - 1, first + count - 1))
            first += count
    return spans


def _trained_events(engine: EnginePlan, program: Program, events: Sequence[int]) -> Cycles:
    """Cycle in which the engine had all of each trained image; forward engines see inferred ones too."""
    kept, position = [], 0
    for command in program.commands:
        if isinstance(command, Train):
            kept += list(events[position : position + len(command.labels)])
        if isinstance(command, Train) or (isinstance(command, Infer) and engine.phase == FORWARD):
            position += len(command.labels)
    return np.array(kept, dtype=np.int64)


def _interval(cycles: Cycles, spans: Sequence[Span]) -> float | None:
    """Mean cycles between two images of the spans."""
    images = sum(span.last - span.first for span in spans)
    total = sum(int(cycles[span.last] - cycles[span.first]) for span in spans)
    return total / images if images else None


def _engine(engine: EnginePlan, interval: float | None) -> EngineMeasure:
    return EngineMeasure(engine, interval, engine.cycles_per_image / interval if interval else None)


def _link(plan: Plan, counters: LinkCounters, windows: Sequence[Window], interval: float | None) -> LinkMeasure:
    _, number, direction = counters.name.split("_")
    index = int(number)
    link = plan.links[index]
    planned = link.up_flits_per_image if direction == "up" else link.down_flits_per_image
    rate = links_of(plan)[index].flits_per_cycle
    streams = link.up if direction == "up" else link.down
    data, credits = _flits_per_cycle(counters, windows)
    all_flits = data + credits if data is not None and credits is not None else None
    return LinkMeasure(
        link=index,
        direction=direction,
        flits=counters.flits,
        planned_flits_per_image=planned,
        flits_per_image=all_flits * interval if all_flits is not None and interval is not None else None,
        planned_data_flits_per_image=sum(stream.words_per_image * stream.flits_per_word for stream in streams),
        data_flits_per_image=data * interval if data is not None and interval is not None else None,
        planned_utilisation=planned / plan.prediction.interval / rate,
        utilisation=all_flits / rate if all_flits is not None else None,
    )


def _windows(trained: Sequence[Cycles], spans: Sequence[Span], interval: float | None) -> list[Window]:
    """Where all engines work: from the time that all have had a batch's first image until one has had its last."""
    if not interval:
        return []
    completions = np.max(np.stack(trained), axis=0)
    found = [Window(int(completions[span.start]), min(int(events[span.last]) for events in trained)) for span in spans]
    return [window for window in found if window.end - window.begin >= LEAST_INTERVALS * interval]


def _flits_per_cycle(counters: LinkCounters, windows: Sequence[Window]) -> tuple[float, float] | tuple[None, None]:
    """(data, credits) in the windows, between the samples of the link's counters by straight lines."""
    if not windows:
        return None, None
    times = np.arange(len(counters.samples)) * SAMPLE_CYCLES
    cycles = sum(window.end - window.begin for window in windows)
    edges = np.array([(window.begin, window.end) for window in windows])
    data, credits = (
        float(np.diff(np.interp(edges, times, counters.samples[:, kind]), axis=1).sum()) / cycles for kind in (0, 1)
    )
    return data, credits
