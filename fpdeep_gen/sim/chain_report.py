"""What a run of the chain measured, and how a stall is told: which streams on which board are full or empty."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.errors import ComparisonError
from fpdeep_gen.sim.rtl import RtlBoard
from fpdeep_gen.sim.words import Words, chunks, read_words

CREDIT_ID = 255
SAMPLE_CYCLES = 64


class End(Enum):
    """How a run ended."""

    DONE = "done"
    STALL = "stall"
    TIMEOUT = "timeout"


@dataclass(frozen=True)
class FifoCounters:
    """One FIFO at the end of a run: words pushed, held, most held; cycles in which its writer waited because it
    was full and its reader because it was empty; `*_waits`: whether they did so since anything last moved."""

    board: int
    name: str
    pushed: int
    count: int
    peak: int
    full_cycles: int
    empty_cycles: int
    writer_waits: bool
    reader_waits: bool


@dataclass(frozen=True)
class LinkCounters:
    """One direction of a link: flits in all and by stream id (255: credits), cycles in which a flit waited for the link
    (`sender_waits`) or for the receiver, and the
    flits (data, credits) sent up to every `SAMPLE_CYCLES`-th cycle, [n, 2]."""

    name: str
    flits: int
    flits_of: Mapping[int, int]
    sender_waits: int
    receiver_waits: int
    samples: NDArray[np.int64]


@dataclass(frozen=True)
class PortCounters:
    """A host port at the end of a run: words moved, and whether its writer offers and its reader would take one."""

    board: int
    name: str
    moved: int
    valid: bool
    ready: bool


@dataclass(frozen=True)
class ChainRun:
    """Words and cycles of each output, and all counters. `events[k]`: cycles logged by watch k."""

    end: End
    cycles: int
    seconds: float
    outputs: Mapping[str, Words]
    output_cycles: Mapping[str, NDArray[np.int64]]
    events: tuple[tuple[int, ...], ...]
    fifos: tuple[FifoCounters, ...]
    links: tuple[LinkCounters, ...]
    ports: tuple[PortCounters, ...]

    @property
    def cycles_per_second(self) -> float:
        """Speed of the simulation."""
        return self.cycles / self.seconds if self.seconds > 0 else 0.0

    def fifo(self, board: int, name: str) -> FifoCounters:
        """Counters of one FIFO."""
        return next(fifo for fifo in self.fifos if fifo.board == board and fifo.name == name)


class SimulationStall(ComparisonError):
    """Nothing moves any more, but words are still expected. `full` and `empty`: (board's top, stream)."""

    def __init__(
        self, message: str, cycle: int, full: Sequence[tuple[str, str]], empty: Sequence[tuple[str, str]]
    ) -> None:
        super().__init__(message)
        self.cycle = cycle
        self.full = tuple(full)
        self.empty = tuple(empty)


class WatchLike(Protocol):
    """Anything that names a board."""

    @property
    def board(self) -> int: ...


def read_run(folder: Path, bits: Mapping[str, int], watches: Sequence[WatchLike]) -> ChainRun:
    """Read the outputs and the report of a run; `bits`: width of each output by name."""
    data = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    boards = list(enumerate(data["boards"]))
    return ChainRun(
        end=End(data["end"]),
        cycles=data["cycles"],
        seconds=data["seconds"],
        outputs={name: read_words(folder / f"{name}.bin", width) for name, width in bits.items()},
        output_cycles={name: np.fromfile(folder / f"{name}.cycles", dtype="<i8").astype(np.int64) for name in bits},
        events=tuple(tuple(boards[watch.board][1]["watches"][str(number)]) for number, watch in enumerate(watches)),
        fifos=tuple(_fifo(board, name, one) for board, entry in boards for name, one in entry["fifos"].items()),
        links=tuple(_link(folder, entry) for entry in data["links"]),
        ports=tuple(
            PortCounters(board, name, one["moved"], bool(one["valid"]), bool(one["ready"]))
            for board, entry in boards
            for name, one in entry["ports"].items()
        ),
    )


def count_words(folder: Path, bits: Mapping[str, int]) -> int:
    """Words that the outputs have so far."""
    files = [(folder / f"{name}.bin", 4 * chunks(width)) for name, width in bits.items()]
    return sum(path.stat().st_size // size for path, size in files if path.exists())


def check_end(run: ChainRun, boards: Sequence[RtlBoard], expected: Mapping[str, int]) -> None:
    """Raise unless the run ended with exactly the expected words."""
    found = {name: len(run.outputs[name]) for name in expected}
    counts = "; ".join(f"{name}: expected {count} words, found {found[name]}" for name, count in expected.items())
    match run.end:
        case End.STALL:
            raise _stall(run, boards, counts)
        case End.TIMEOUT:
            raise ComparisonError(f"simulation: still running after {run.cycles} cycles ({counts})")
        case End.DONE:
            if found != dict(expected):
                raise ComparisonError(f"simulation: too many words came ({counts})")


def _stall(run: ChainRun, boards: Sequence[RtlBoard], counts: str) -> SimulationStall:
    depths = {(board, fifo.name): fifo.depth for board, one in enumerate(boards) for fifo in one.fifos}
    full = [fifo for fifo in run.fifos if fifo.writer_waits]
    empty = [fifo for fifo in run.fifos if fifo.reader_waits]
    lines = [f"simulation: nothing moves any more at cycle {run.cycles} ({counts})"]
    for fifo in full:
        depth = depths[fifo.board, fifo.name]
        top = boards[fifo.board].top
        lines.append(f"    {top}: {fifo.name} is full ({fifo.count} of {depth} words), its writer waits")
    lines += [f"    {boards[fifo.board].top}: {fifo.name} is empty, its reader waits" for fifo in empty]
    for port in run.ports:
        if port.valid and not port.ready:
            lines.append(f"    {boards[port.board].top}: port {port.name} offers word {port.moved}, nobody takes it")
    return SimulationStall(
        "\n".join(lines),
        run.cycles,
        [(boards[fifo.board].top, fifo.name) for fifo in full],
        [(boards[fifo.board].top, fifo.name) for fifo in empty],
    )


def _fifo(board: int, name: str, entry: Mapping[str, int]) -> FifoCounters:
    return FifoCounters(
        board=board,
        name=name,
        pushed=entry["pushed"],
        count=entry["count"],
        peak=entry["peak"],
        full_cycles=entry["full_cycles"],
        empty_cycles=entry["empty_cycles"],
        writer_waits=bool(entry["writer_waits"]),
        reader_waits=bool(entry["reader_waits"]),
    )


def _link(folder: Path, entry: Mapping[str, object]) -> LinkCounters:
    flits_of = entry["flits_of"]
    if not isinstance(flits_of, dict):
        raise TypeError(f"expected counters of a link, found {entry}")
    return LinkCounters(
        name=str(entry["name"]),
        flits=int(str(entry["flits"])),
        flits_of={int(key): int(value) for key, value in flits_of.items()},
        sender_waits=int(str(entry["sender_waits"])),
        receiver_waits=int(str(entry["receiver_waits"])),
        samples=np.fromfile(folder / f"{entry['name']}.flits", dtype="<i8").astype(np.int64).reshape(-1, 2),
    )
