"""What a top function looks like from outside: its arguments, how each becomes pins, and the block-level protocol."""

from dataclasses import dataclass
from enum import Enum

from fpdeep_gen.hls.layout import Array, Layout, Structure
from fpdeep_gen.names import SYSTEMVERILOG_WORDS


class Control(Enum):
    """The block-level protocol."""

    FREE = "free"  # a function of streams: runs for ever, no pins
    NONE = "ap_ctrl_none"  # starts again by itself, no pins
    HS = "ap_ctrl_hs"
    CHAIN = "ap_ctrl_chain"


class Kind(Enum):
    """What an argument is in C++."""

    STREAM = "stream"
    SCALAR = "scalar"
    ARRAY = "array"


class Direction(Enum):
    """Seen from inside the kernel."""

    IN = "in"
    OUT = "out"
    INOUT = "inout"
    UNUSED = "unused"

    @property
    def reads(self) -> bool:
        """The kernel takes values from it."""
        return self in (Direction.IN, Direction.INOUT)

    @property
    def writes(self) -> bool:
        """The kernel gives values to it."""
        return self in (Direction.OUT, Direction.INOUT)


class Protocol(Enum):
    """Port-level protocols, by their names in INTERFACE pragmas."""

    AXIS = "axis"
    FIFO = "ap_fifo"
    NONE = "ap_none"
    STABLE = "ap_stable"
    VLD = "ap_vld"
    OVLD = "ap_ovld"
    ACK = "ap_ack"
    HS = "ap_hs"
    MEMORY = "ap_memory"
    AXILITE = "s_axilite"
    AXI = "m_axi"


CHANNELS = ("tdata", "tkeep", "tstrb", "tuser", "tlast", "tid", "tdest")  # as they lie in a word, lowest first


@dataclass(frozen=True)
class Argument:
    """One argument. `layout`: of a scalar, of a stream's word, of a whole array (`Array` of its dimensions).

    `count`: how many streams (0: one, no array of streams). `place`: its number in C++, the return value has -1.
    `burst`: most beats of an m_axi burst. `by_pointer`: a scalar that C++ hands over by its address.
    `bundle`: of s_axilite and m_axi. `users`: of m_axi, where several processes use it, the names of their streams
    without what stands behind it in `AXI_STREAMS`. `lasting`: of an array, tasks use it, also when no call is going on.
    `memory`: of m_axi, what arguments that lie in one memory have in common. `path`: of a member of a structure that is
    taken apart, the way to it in C++ (`place` is the structure's).
    """

    name: str
    place: int
    kind: Kind
    direction: Direction
    protocol: Protocol
    layout: Layout
    count: int = 0
    bundle: str = ""
    by_pointer: bool = False
    burst: int = 0
    users: tuple[str, ...] = ()
    lasting: bool = False
    memory: str = ""
    path: str = ""

    @property
    def is_value_array(self) -> bool:
        """An array whose elements go over together, in one word."""
        return self.kind is Kind.SCALAR and isinstance(self.layout, Array) and not self.layout.is_vector

    @property
    def pin(self) -> str:
        """What its pins and registers are called where they have nothing behind the name."""
        return pin_of(self.name)

    @property
    def is_direct(self) -> bool:
        """A stream behind pins without a full handshake, or in a register."""
        return self.kind is Kind.STREAM and self.protocol not in (Protocol.AXIS, Protocol.FIFO)

    @property
    def channels(self) -> tuple[tuple[str, int], ...]:
        """Name and bits of the pins that the words of an AXI4-Stream with side channels take; else nothing."""
        layout = self.layout
        if self.kind is not Kind.STREAM or self.protocol is not Protocol.AXIS:
            return ()
        if not isinstance(layout, Structure) or not layout.is_axis:
            return ()
        found = zip(CHANNELS, layout.members, strict=True)
        return tuple((name, member.width) for name, member in found if member.width)


def pin_of(name: str) -> str:
    """A pin or register that has nothing behind the name."""
    return f"{name}_" if name in SYSTEMVERILOG_WORDS else name


def inner_name(one: Argument) -> str:
    """Of the pin or register that brings a scalar's value in."""
    return f"{one.name}_i" if one.direction is Direction.INOUT else one.pin


def outer_name(one: Argument) -> str:
    """Of the pin or register that gives a scalar's value."""
    return f"{one.name}_o" if one.direction is Direction.INOUT else one.pin


RETURN = -1
AXI_LATENCY = 32  # stages of a pipelined loop between a request to an m_axi port and its answer
AXI_REQUEST, AXI_READ, AXI_WRITE = "_axi_ar", "_axi_r", "_axi_w"  # streams between the kernel and an m_axi adapter
# those of a port whose bursts the kernel asks for: requests and elements to read, requests, elements and ends to write
BURST_READ_REQUEST, BURST_READ = "_burst_ar", "_burst_r"
BURST_WRITE_REQUEST, BURST_WRITE, BURST_RESPONSE = "_burst_aw", "_burst_w", "_burst_b"
BURST_BITS = 64  # of a request: the number of elements above that of the first
UNALIGNED_BITS = 72  # of one at any byte: bytes of an element, the number of elements, the first byte
AXI_SETTLED = "_axi_s"  # a word is taken when all writes are answered
AXI_STREAMS = (
    *(AXI_REQUEST, AXI_READ, AXI_WRITE, AXI_SETTLED),
    *(BURST_READ_REQUEST, BURST_READ, BURST_WRITE_REQUEST, BURST_WRITE, BURST_RESPONSE),
)


@dataclass(frozen=True)
class Interface:
    """The whole of a top. `overlapped`: it takes the next start before it is done with the last.

    `control_lite`: the block-level protocol is in registers of the AXI4-Lite slave. `offsets`: base addresses of m_axi
    arguments, by their names, where they are pins or registers. `restarts`: the slave counts the runs of a start.
    """

    control: Control
    arguments: tuple[Argument, ...]
    overlapped: bool = False
    control_lite: bool = False
    offsets: tuple[Argument, ...] = ()
    restarts: bool = False

    def of(self, kind: Kind) -> tuple[Argument, ...]:
        """The arguments of one kind, in order."""
        return tuple(one for one in self.arguments if one.kind is kind)

    @property
    def pinned(self) -> tuple[Argument, ...]:
        """All that becomes scalar pins or registers."""
        return (*self.of(Kind.SCALAR), *self.offsets)

    @property
    def registered(self) -> tuple[Argument, ...]:
        """All that is in registers of the AXI4-Lite slave."""
        return tuple(one for one in (*self.pinned, *self.of(Kind.STREAM)) if one.protocol is Protocol.AXILITE)

    @property
    def masters(self) -> tuple[Argument, ...]:
        """Arrays behind AXI4 masters."""
        return tuple(one for one in self.of(Kind.ARRAY) if one.protocol is Protocol.AXI)

    @property
    def hidden(self) -> frozenset[str]:
        """Streams of the kernel that are no pins."""
        return frozenset(
            f"{user}{suffix}" for one in self.masters for user in one.users or (one.name,) for suffix in AXI_STREAMS
        )

    @property
    def inputs(self) -> tuple[Argument, ...]:
        """Scalars in the start token, lowest first."""
        return tuple(one for one in self.of(Kind.SCALAR) if one.direction.reads)

    @property
    def outputs(self) -> tuple[Argument, ...]:
        """Scalars in the done token, lowest first."""
        return tuple(one for one in self.of(Kind.SCALAR) if one.direction.writes)


@dataclass(frozen=True, slots=True)
class Shared:
    """An array between two processes of a DATAFLOW region: `banks` times `words` words.

    A word's address is `bank << shift | index`. `block`: what a pragma says of its storage (None: by size).
    """

    array: str
    banks: int
    words: int
    block: bool | None = None

    @property
    def shift(self) -> int:
        """Bits of the index within a bank."""
        return (self.words - 1).bit_length()

    @property
    def span(self) -> int:
        """One more than the greatest address."""
        return (self.banks - 1 << self.shift) + self.words


NOT_THERE = -1  # a word of an external memory that is no part of the argument


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an external memory comes from: an argument of the top, and which of its integers each word is."""

    argument: str
    words: tuple[int, ...]
