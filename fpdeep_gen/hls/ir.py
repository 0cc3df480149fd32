"""The compiler's intermediate representation: processes of regions, and the network of streams between them.

The front end (clang, LLVM passes, if-conversion, loop flattening) produces a `Module`; scheduling and emission read it.

A **process** is one function that runs for ever: when its last region ends it starts again at its entry region, with
its variables and memories kept. A **region** is a straight line of operations in single-assignment form; branches have
become predicates (`predicate` operands, 1 bit, None = always) and selects. At the end of a region the next one is
chosen by `exits`, tried in order. A region that exits to itself is a loop; with `ii` set it is a pipelined one and
successive iterations overlap. Values cross regions and iterations only through `Variable`s (registers): a `Get` reads
the value the variable had when the iteration began, `sets` gives its value when the iteration ends.
Operations form graphs that share nodes, so none of them prints its operands (`repr=False`).
All values are bit vectors without a sign; operations have one (`SDIV`, `SLT`, `SEXT`, ...). Widths follow LLVM: both
operands of a binary operation are as wide as its result; shifts by constants are the rule, others are barrel shifters.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from fpdeep_gen.hls.asked import Binding as Binding
from fpdeep_gen.hls.asked import LatencyBound as LatencyBound
from fpdeep_gen.hls.interface import Interface, Origin, Shared
from fpdeep_gen.hls.kinds import BinaryKind as BinaryKind
from fpdeep_gen.hls.kinds import CastKind as CastKind
from fpdeep_gen.hls.kinds import CompareKind as CompareKind
from fpdeep_gen.hls.kinds import Fence as Fence
from fpdeep_gen.hls.kinds import Implementation as Implementation
from fpdeep_gen.hls.kinds import Storage as Storage
from fpdeep_gen.hls.loops import Automatic as Automatic
from fpdeep_gen.hls.loops import Count as Count
from fpdeep_gen.hls.loops import Diagnostic as Diagnostic
from fpdeep_gen.hls.loops import Location as Location
from fpdeep_gen.hls.loops import LoopTrips as LoopTrips


@dataclass(eq=False, slots=True)
class Variable:
    """A register of a process that carries a value over iterations and regions. `initial` is its value at reset."""

    name: str
    width: int
    initial: int = 0
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """When two accesses touch one word: in one iteration (`same`), in one that is `later` by so many (None: never)."""

    same: bool
    later: int | None


@dataclass(eq=False, slots=True)
class Memory:
    """An array of `depth` words of `width` bits. Reads return the old word when the same cycle writes it.

    `carried_distance`: the least number of iterations of a pipelined loop between a store and a load of the same word
    in a later iteration, from a DEPENDENCE pragma; 1 when nothing is known, None when they never meet.
    `meetings`: what is known of pairs of accesses, by their numbers (`Load.access`, 0 for one without).
    Loads and stores within one iteration keep their order, unless a pragma says that they never meet (`is_apart`).
    An external memory lies outside of the process, behind ports (an argument of the top, or an array between
    processes): others write and read it too, so neither its content nor its width is the process's own.
    `reset`: where a pragma wants its first content back at reset, which it does not get.
    """

    name: str
    width: int
    depth: int
    initial: tuple[int, ...] = ()
    storage: Storage = Storage.AUTO
    carried_distance: int | None = 1
    location: Location | None = None
    origin: Origin | None = None
    shared: Shared | None = None
    meetings: Mapping[tuple[int, int], Meeting] = field(default_factory=dict)
    wants_uram: bool = False  # of block memory
    is_apart: bool = False
    reset: Location | None = None

    @property
    def is_external(self) -> bool:
        """It lies outside of the process."""
        return self.origin is not None or self.shared is not None


@dataclass(eq=False, slots=True)
class StreamPort:
    """A stream argument of a process. `is_done`: a word says that all effects of who gives it have happened.

    `guards`: its words hand over a bank of that array between processes; what comes before a word comes before the
    accesses that follow it.
    """

    name: str
    width: int
    is_input: bool
    is_done: bool = False
    answers: "StreamPort | None" = None  # its words answer those written there
    latency: int = 0  # stages between the two in a pipelined loop
    guards: str = ""
    is_bus: bool = False  # between the process and the adapter of an array behind an AXI4 master
    fence: Fence = Fence.NONE
    memory: str = ""  # of a bus: what arrays that lie in one memory have in common
    settles: "StreamPort | None" = None  # a word is taken when all that was written there has reached its memory
    order: "Order | None" = None  # no port at all: a write of it is a fence


@dataclass(frozen=True, slots=True)
class Order:
    """A fence: accesses in front of it to `before` come before accesses behind it to `behind`."""

    before: frozenset[StreamPort | Memory]
    behind: frozenset[StreamPort | Memory]


@dataclass(eq=False, slots=True, repr=False)
class Operation:
    """Base of all operations; `width` is that of the result (0: none). Operands are operations of the same region."""

    width: int
    location: Location | None = field(default=None, kw_only=True)
    name: str = field(default="", kw_only=True)  # the C++ name where there is one

    def operands(self) -> tuple["Operation", ...]:
        """Every operand, predicates included."""
        return ()

    def bound(self, bindings: Iterable[Binding]) -> tuple[Binding, ...]:
        """Those that speak of it."""
        return ()

    @property
    def predicate(self) -> "Operation | None":
        """Where it happens; None: always."""
        return None


@dataclass(eq=False, slots=True, repr=False)
class Constant(Operation):
    """`value` in [0, 2**width)."""

    value: int


@dataclass(eq=False, slots=True, repr=False)
class Get(Operation):
    """The variable's value at the start of the iteration."""

    variable: Variable


@dataclass(eq=False, slots=True, repr=False)
class Binary(Operation):
    """`left` kind `right`."""

    kind: BinaryKind
    left: Operation
    right: Operation

    def operands(self) -> tuple[Operation, ...]:
        return (self.left, self.right)

    def bound(self, bindings: Iterable[Binding]) -> tuple[Binding, ...]:
        return tuple(one for one in bindings if one.is_of(self.kind, self.location))


@dataclass(eq=False, slots=True, repr=False)
class Compare(Operation):
    """`left` kind `right`, 1 bit."""

    kind: CompareKind
    left: Operation
    right: Operation

    def operands(self) -> tuple[Operation, ...]:
        return (self.left, self.right)


@dataclass(eq=False, slots=True, repr=False)
class Select(Operation):
    """`condition ? if_true : if_false`."""

    condition: Operation
    if_true: Operation
    if_false: Operation

    def operands(self) -> tuple[Operation, ...]:
        return (self.condition, self.if_true, self.if_false)


@dataclass(eq=False, slots=True, repr=False)
class Cast(Operation):
    """Extend or truncate to `width`."""

    kind: CastKind
    value: Operation

    def operands(self) -> tuple[Operation, ...]:
        return (self.value,)


@dataclass(eq=False, slots=True, repr=False)
class Extract(Operation):
    """Bits [low, low + width) of `value`."""

    value: Operation
    low: int

    def operands(self) -> tuple[Operation, ...]:
        return (self.value,)


@dataclass(eq=False, slots=True, repr=False)
class Concat(Operation):
    """`parts` joined, parts[0] in the lowest bits."""

    parts: tuple[Operation, ...]

    def operands(self) -> tuple[Operation, ...]:
        return self.parts


@dataclass(eq=False, slots=True, repr=False)
class Load(Operation):
    """The word at `address` (any width; the back end resizes it, it is always below depth when the predicate holds)."""

    memory: Memory
    address: Operation
    predicate: Operation | None = None
    access: int = field(default=0, kw_only=True)

    def operands(self) -> tuple[Operation, ...]:
        return (self.address,) if self.predicate is None else (self.address, self.predicate)


@dataclass(eq=False, slots=True, repr=False)
class Store(Operation):
    """Writes `value` at `address`; width 0."""

    memory: Memory
    address: Operation
    value: Operation
    predicate: Operation | None = None
    access: int = field(default=0, kw_only=True)

    def operands(self) -> tuple[Operation, ...]:
        head = (self.address, self.value)
        return head if self.predicate is None else (*head, self.predicate)


@dataclass(eq=False, slots=True, repr=False)
class StreamRead(Operation):
    """Blocking read of one word where the predicate holds (any value where it does not)."""

    stream: StreamPort
    predicate: Operation | None = None

    def operands(self) -> tuple[Operation, ...]:
        return () if self.predicate is None else (self.predicate,)


@dataclass(eq=False, slots=True, repr=False)
class StreamTryRead(Operation):
    """Non-blocking read; the result is 1 + W bits, its top bit says whether a word was there."""

    stream: StreamPort
    predicate: Operation | None = None

    def operands(self) -> tuple[Operation, ...]:
        return () if self.predicate is None else (self.predicate,)


@dataclass(eq=False, slots=True, repr=False)
class StreamWrite(Operation):
    """Blocking write; width 0."""

    stream: StreamPort
    value: Operation
    predicate: Operation | None = None

    def operands(self) -> tuple[Operation, ...]:
        return (self.value,) if self.predicate is None else (self.value, self.predicate)


@dataclass(eq=False, slots=True, repr=False)
class StreamTryWrite(Operation):
    """Non-blocking write; 1-bit result: whether the word was taken."""

    stream: StreamPort
    value: Operation
    predicate: Operation | None = None

    def operands(self) -> tuple[Operation, ...]:
        return (self.value,) if self.predicate is None else (self.value, self.predicate)


@dataclass(eq=False, slots=True, repr=False)
class StreamEmpty(Operation):
    """1 bit: no word can be read now. A blocking read in the same iteration after it has no stall when it is 0."""

    stream: StreamPort


@dataclass(eq=False, slots=True, repr=False)
class StreamFull(Operation):
    """1 bit: no word can be written now."""

    stream: StreamPort


@dataclass(frozen=True, slots=True, repr=False)
class Exit:
    """Where control goes when `condition` (1 bit, None = always) holds and no earlier exit was taken."""

    condition: Operation | None
    target: "Region"


@dataclass(eq=False, slots=True, repr=False)
class Region:
    """A straight line of operations in program order. Only a region that exits to itself may have `ii`."""

    name: str
    operations: list[Operation] = field(default_factory=list)
    sets: dict[int, tuple[Variable, Operation]] = field(default_factory=dict)  # keyed by id(variable)
    exits: list[Exit] = field(default_factory=list)
    ii: int | None = None  # the initiation interval asked for, 1 where `automatic`
    location: Location | None = None
    loops: tuple[LoopTrips, ...] = ()  # those that begin here, a joined nest from the outermost on
    automatic: Automatic | None = None

    def set(self, variable: Variable, value: Operation) -> None:
        """The variable's value when the iteration ends."""
        self.sets[id(variable)] = (variable, value)


@dataclass(eq=False, slots=True, repr=False)
class Process:
    """One function that runs for ever. `regions[0]` is its entry; an exit to it from the last region restarts it.

    `unused`: arguments without a port (number, name). `idle`: names of ports of elements that are never accessed.
    `apart` makes it without joined loop nests, `plain` without automatic pipelines; None: that is what it is."""

    name: str
    ports: list[StreamPort] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    memories: list[Memory] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    location: Location | None = None
    apart: "Callable[[], Process] | None" = None
    plain: "Callable[[], Process] | None" = None
    unused: tuple[tuple[int, str], ...] = ()
    idle: frozenset[str] = frozenset()

    def operations(self) -> Iterator[Operation]:
        """Every operation of every region."""
        for region in self.regions:
            yield from region.operations


@dataclass(eq=False, slots=True)
class Stream:
    """A FIFO between two instances, or between an instance and a port of the top."""

    name: str
    width: int
    depth: int = 2
    storage: Storage = Storage.AUTO


@dataclass(eq=False, slots=True, repr=False)
class Instance:
    """One task of a network. `bindings[i]` is the stream or top port that the process's ports[i] is tied to."""

    name: str
    process: Process
    bindings: tuple[Stream | StreamPort, ...]


@dataclass(eq=False, slots=True, repr=False)
class Network:
    """A dataflow top: free-running tasks joined by streams. `ports` are seen from inside: is_input = words come in."""

    name: str
    ports: list[StreamPort] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)
    instances: list[Instance] = field(default_factory=list)


@dataclass(eq=False, slots=True, repr=False)
class Module:
    """What the front end hands over. `top` is a process when it has no tasks. `interface` None: no more than ports."""

    top: Network | Process
    processes: list[Process] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)
    interface: Interface | None = None
    bindings: tuple[Binding, ...] = ()
    latencies: tuple[LatencyBound, ...] = ()
    flattened: tuple[tuple[Location, Location], ...] = ()  # places of LOOP_FLATTEN and of the loops that they stand in
