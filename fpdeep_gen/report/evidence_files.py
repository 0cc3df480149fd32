"""Evidence from the files that a verification left in the output folder."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from fpdeep_gen.errors import ToolError
from fpdeep_gen.report.evidence import EngineEvidence, Evidence, FifoEvidence, LinkEvidence, StepEvidence
from fpdeep_gen.sim.rtl import load_rtl_board

SUMMARY_FILE = Path("verify", "summary.json")
COUNTERS_FILE = Path("verify", "counters.json")


class _File(BaseModel):
    """A part of a file that the simulation wrote; it may have more fields than are read here."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Step(_File):
    step: int
    images: int
    loss: float
    golden_loss: float
    differing_weights: int
    differing_results: int


class _Difference(_File):
    step: int
    what: str
    index: list[int]
    expected: int
    found: int


class _Simulated(_File):
    simulated: float | None


class _Engine(_File):
    name: str
    board: int
    cycles_per_image: int
    interval: float | None
    busy: float | None


class _Link(_File):
    link: int
    direction: str
    flits: int
    data_flits_per_image: float | None
    utilisation: float | None


class _Failure(_File):
    message: str


class _Summary(_File):
    equal: bool
    failure: _Failure | None = None
    compared_weights: int
    steps: list[_Step]
    differences: list[_Difference]
    golden_wraps: int
    accuracy: float | None
    interval: _Simulated
    latency: _Simulated
    engines: list[_Engine]
    links: list[_Link]
    cycles: int
    seconds: float


class _Fifo(_File):
    pushed: int
    peak: int
    full_cycles: int
    empty_cycles: int


class _Board(_File):
    fifos: Mapping[str, _Fifo]
    watches: Mapping[int, list[int]]


class _Counters(_File):
    boards: list[_Board]


def load_evidence(out: Path) -> Evidence | None:
    """The evidence in output folder `out`, or None where nothing has been verified. `ToolError` if it is damaged."""
    if not (out / SUMMARY_FILE).is_file():
        return None
    summary = _read(out / SUMMARY_FILE, _Summary)
    stopped = summary.failure is not None and not (out / COUNTERS_FILE).is_file()
    counters = _Counters(boards=[]) if stopped else _read(out / COUNTERS_FILE, _Counters)
    watches = {number: cycles for board in counters.boards for number, cycles in board.watches.items()}
    return Evidence(
        equal=summary.equal,
        compared_weights=summary.compared_weights,
        differences=tuple(_difference_text(one) for one in summary.differences),
        golden_wraps=summary.golden_wraps,
        accuracy=summary.accuracy,
        steps=tuple(StepEvidence(**step.model_dump()) for step in summary.steps),
        cycles=summary.cycles,
        interval=summary.interval.simulated,
        latency=summary.latency.simulated,
        simulation_seconds=summary.seconds,
        engines=tuple(
            EngineEvidence(**engine.model_dump(), image_cycles=tuple(watches.get(number, ())))
            for number, engine in enumerate(summary.engines)
        ),
        links=tuple(LinkEvidence(**link.model_dump()) for link in summary.links),
        fifos=tuple(_fifos(out, counters)),
        failure="" if summary.failure is None else summary.failure.message,
    )


Model = TypeVar("Model", bound=_File)


def _read(path: Path, model: type[Model]) -> Model:
    try:
        return model.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise ToolError(f"{path}: expected what `fpdeep verify` wrote, found {error}") from error


def _difference_text(one: _Difference) -> str:
    return f"step {one.step}, {one.what}{one.index}: expected {one.expected}, found {one.found}"


def _fifos(out: Path, counters: _Counters) -> Iterator[FifoEvidence]:
    """Counters of each FIFO, with its size from the description of the RTL."""
    for board, measured in enumerate(counters.boards):
        top = f"board_{board}"
        for fifo in load_rtl_board(out / top / "rtl", top).fifos:
            found = measured.fifos.get(fifo.name)
            if found is not None:
                yield FifoEvidence(board, fifo.name, fifo.width, fifo.depth, **_counts(found))


def _counts(fifo: _Fifo) -> dict[str, int]:
    return {
        "peak": fifo.peak,
        "pushed": fifo.pushed,
        "full_cycles": fifo.full_cycles,
        "empty_cycles": fifo.empty_cycles,
    }
