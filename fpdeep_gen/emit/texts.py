"""What the templates see: texts and numbers, all of them ready to print."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Member:
    """One member of a configuration struct, as a C++ declaration."""

    declaration: str


@dataclass(frozen=True)
class StructText:
    """A configuration struct."""

    name: str
    comment: str
    members: tuple[Member, ...]


@dataclass(frozen=True)
class ArrayDepthText:
    """Depth of each stream of an array, and the name by which native simulation speaks of the array."""

    spoken: str
    words: int


@dataclass(frozen=True)
class StreamText:
    """A stream of the top, or an array of them."""

    name: str
    declaration: str
    storage: str
    comment: str
    array_depth: ArrayDepthText | None


@dataclass(frozen=True)
class TaskText:
    """A process of the top."""

    name: str
    lines: tuple[str, ...]
    comment: str


@dataclass(frozen=True)
class SectionText:
    """A section of the top and of its configuration."""

    title: str
    streams: tuple[StreamText, ...]
    tasks: tuple[TaskText, ...]
    structs: tuple[StructText, ...]


@dataclass(frozen=True)
class PortText:
    """A port of the top."""

    name: str
    cpp: str
    bits: int
    is_input: bool


@dataclass(frozen=True)
class LinkStreamText:
    """One stream over one direction of a link."""

    id: int
    carried: str
    tensor: int
    describe: str
    word_bits: int
    flits_per_word: int
    words_per_image: int
    credits: int


@dataclass(frozen=True)
class DirectionText:
    """One direction of a link as this board sees it."""

    port: str
    direction: str
    streams: tuple[LinkStreamText, ...]


@dataclass(frozen=True)
class LinkText:
    """A link at this board."""

    name: str
    index: int
    other_board: int
    flit_bits: int
    payload_bits: int
    flits_per_cycle: str
    latency_cycles: int
    directions: tuple[DirectionText, ...]
    received_traffic: str
    sent_traffic: str
    received_credits: tuple[int, ...]
    sent_credits: tuple[int, ...]


@dataclass(frozen=True)
class BoardContext:
    """Everything that a board's files tell."""

    version: str
    network: str
    board: int
    board_name: str
    boards: int
    top: str
    namespace: str
    contents: tuple[str, ...]
    part: str
    clock_mhz: str
    clock_period_ns: str
    ports: tuple[PortText, ...]
    host_ports: tuple[PortText, ...]
    sections: tuple[SectionText, ...]
    links: tuple[LinkText, ...]


@dataclass(frozen=True)
class CableText:
    """One direction of a link in the native chain: from port `source` of one board to port `target` of another."""

    name: str
    tag: str
    cpp: str
    source: str
    target: str


@dataclass(frozen=True)
class CallText:
    """The call of a board's top."""

    top: str
    source: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class ChainContext:
    """Everything that the files of the whole chain tell."""

    version: str
    network: str
    boards: int
    cables: tuple[CableText, ...]
    calls: tuple[CallText, ...]
    host_ports: tuple[PortText, ...]
