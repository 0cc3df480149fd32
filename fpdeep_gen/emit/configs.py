"""What a process is configured with, and what it reads and writes.

A configuration is a frozen dataclass whose fields, upper-cased, are the members of the emitted struct
(docs/architecture.md, section 4). `ports` gives the process's streams in the order of its arguments; `cycles` the
cycles it works for an image in steady state.
"""

from dataclasses import dataclass, fields
from enum import Enum
from typing import ClassVar

from fpdeep_gen.emit.words import Word

Member = tuple[str, int | tuple[int, ...] | Word]
"""Name and value of a member of an emitted struct."""


class Access(Enum):
    """What a process does with one of its streams."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True)
class PortSpec:
    """One argument of a process: a stream of `word`, or an array of `count` streams."""

    access: Access
    word: Word
    count: int | None = None


def reads(word: Word, count: int | None = None) -> PortSpec:
    """An argument that the process reads."""
    return PortSpec(Access.READ, word, count)


def writes(word: Word, count: int | None = None) -> PortSpec:
    """An argument that the process writes."""
    return PortSpec(Access.WRITE, word, count)


@dataclass(frozen=True)
class Config:
    """Base of all configurations. `kernel` is the name of the function template."""

    kernel: ClassVar[str]

    def ports(self) -> tuple[PortSpec, ...]:
        """Arguments of the process, in order."""
        raise NotImplementedError

    @property
    def cycles(self) -> int | None:
        """Cycles an image in steady state; None where it depends on more than the configuration."""
        return None

    def members(self) -> tuple[Member, ...]:
        """(name, value) of each member of the emitted struct."""
        return tuple((field.name.upper(), getattr(self, field.name)) for field in fields(self))


def with_word_type(members: tuple[Member, ...]) -> tuple[Member, ...]:
    """The members of a struct whose word is a type, under the name of a type."""
    return tuple(("Word" if name == "WORD" else name, value) for name, value in members)
