"""Collects the streams and tasks of a board while it is lowered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fpdeep_gen.emit.configs import Config
from fpdeep_gen.emit.depths import storage
from fpdeep_gen.emit.network import Argument, Section, Stream, Task
from fpdeep_gen.emit.words import Word
from fpdeep_gen.plan.model import Carried, Plan

Key = tuple[Carried, int]
"""What a stream carries and of which tensor (0 where it is no tensor's)."""

_OF_TENSORS = frozenset({Carried.FEATURE, Carried.ERROR, Carried.PARTIAL})


def carried_key(carried: Carried, tensor: int) -> Key:
    """The key of a stream; the tensor counts only for those that carry one."""
    return (carried, tensor if carried in _OF_TENSORS else 0)


def config_name(task_name: str) -> str:
    """Name of a task's configuration struct: `conv1_forward_engine` -> `Conv1ForwardEngine`."""
    parts = task_name.split("_")
    return "".join(f"_{part}" if not part or part[0].isdigit() else part.capitalize() for part in parts)


@dataclass
class SectionBuilder:
    """Streams and tasks of one section, in the order in which they are added."""

    title: str
    streams: list[Stream] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)

    def stream(self, name: str, word: Word, depth: int, comment: str, count: int | None = None) -> Argument:
        """Add a stream (or an array of `count`), and return it as an argument."""
        self.streams.append(Stream(name, word, depth, storage(depth), comment, count))
        return Argument(name)

    def task(self, name: str, config: Config, arguments: Sequence[Argument], comment: str) -> None:
        """Add a task."""
        self.tasks.append(Task(name, config_name(name), config, tuple(arguments), comment))

    def section(self) -> Section:
        """The finished section."""
        return Section(self.title, tuple(self.streams), tuple(self.tasks))


def members(array: Argument, count: int) -> list[Argument]:
    """The members of an array of streams, in order."""
    return [Argument(array.stream, index) for index in range(count)]


@dataclass
class BoardState:
    """What is known of a board while it is lowered.

    `from_below`: streams that go up, not yet taken; `from_above`: streams that go down. `commands` gives each
    process that takes commands a stream of its own; `loads` and `dumps` are those of each weight store by slice index.
    """

    plan: Plan
    board: int
    from_below: dict[Key, Argument] = field(default_factory=dict)
    from_above: dict[Key, Argument] = field(default_factory=dict)
    commands: Iterator[Argument] = field(default_factory=lambda: iter(()))
    loads: dict[int, Argument] = field(default_factory=dict)
    dumps: dict[int, Argument] = field(default_factory=dict)
