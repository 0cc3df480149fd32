"""The process network of one board: streams, the processes that read and write them, and the ports of the top."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from fpdeep_gen.emit.configs import Config
from fpdeep_gen.emit.words import Word


class Storage(Enum):
    """What a FIFO is built of; the value is the vendor's name for it."""

    LUTRAM = "lutram"
    BRAM = "bram"


class PortDirection(Enum):
    """Whether the board reads (`IN`) or writes (`OUT`) a port."""

    IN = "in"
    OUT = "out"


class LinkSide(Enum):
    """Where a port leads."""

    HOST = "host"
    DOWN = "down"
    UP = "up"


@dataclass(frozen=True)
class Stream:
    """A FIFO of `depth` words between two processes, or an array of `count` equal ones where `count` is given."""

    name: str
    word: Word
    depth: int
    storage: Storage
    comment: str
    count: int | None = None


@dataclass(frozen=True)
class Argument:
    """A stream given to a process: a whole stream or array, or member `index` of an array."""

    stream: str
    index: int | None = None

    def __str__(self) -> str:
        return self.stream if self.index is None else f"{self.stream}[{self.index}]"


@dataclass(frozen=True)
class Task:
    """One running process: `kernel<config_name>` with its streams in the order of its arguments."""

    name: str
    config_name: str
    config: Config
    arguments: tuple[Argument, ...]
    comment: str


@dataclass(frozen=True)
class Port:
    """An AXI stream port of the top."""

    name: str
    word: Word
    direction: PortDirection
    side: LinkSide


@dataclass(frozen=True)
class Section:
    """Streams and tasks that belong together: one slice, the host's side, or one link."""

    title: str
    streams: tuple[Stream, ...]
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class BoardNetwork:
    """Everything that runs on board `board`, `top` being the name of its function and RTL module."""

    board: int
    top: str
    ports: tuple[Port, ...]
    sections: tuple[Section, ...]

    def streams(self) -> Iterator[Stream]:
        """All streams, section by section."""
        for section in self.sections:
            yield from section.streams

    def tasks(self) -> Iterator[Task]:
        """All tasks, section by section."""
        for section in self.sections:
            yield from section.tasks
