"""The part of LLVM IR that the front end reads: functions of blocks of instructions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from fpdeep_gen.hls.frontend.llvm_types import Type
from fpdeep_gen.hls.ir import Location


class OperandKind(Enum):
    """What an operand is."""

    LOCAL = auto()  # the result of an instruction, or a parameter
    INTEGER = auto()
    GLOBAL = auto()  # an address in a global: name and bytes
    UNDEFINED = auto()
    ZERO = auto()  # zeroinitializer or null


@dataclass(frozen=True, slots=True)
class Operand:
    """`name` for LOCAL and GLOBAL; `value` for INTEGER (signed) and the byte offset for GLOBAL."""

    kind: OperandKind
    type: Type
    name: str = ""
    value: int = 0


@dataclass(frozen=True, slots=True)
class Offset:
    """A byte offset: `constant` + sum of index * stride."""

    constant: int
    terms: tuple[tuple[Operand, int], ...] = ()


@dataclass(eq=False, slots=True)
class Instruction:
    """One instruction. `opcode` is LLVM's word, `detail` the predicate of a comparison or the callee of a call."""

    name: str
    opcode: str
    type: Type
    operands: tuple[Operand, ...] = ()
    detail: str = ""
    targets: tuple[str, ...] = ()  # blocks: of a branch; of a phi, the incoming ones
    offset: Offset | None = None  # of getelementptr
    element: Type | None = None  # allocated by alloca
    indices: tuple[int, ...] = ()  # of extractvalue and insertvalue
    debug: int = -1
    loop: int = -1  # metadata number of !llvm.loop


@dataclass(eq=False, slots=True)
class Block:
    """Straight code; the last instruction ends it."""

    name: str
    instructions: list[Instruction] = field(default_factory=list)

    def phis(self) -> Iterator[Instruction]:
        """The leading phi instructions."""
        for one in self.instructions:
            if one.opcode != "phi":
                return
            yield one

    @property
    def successors(self) -> tuple[str, ...]:
        """Names of the blocks that may follow, each once."""
        return tuple(dict.fromkeys(self.instructions[-1].targets))


@dataclass(frozen=True, slots=True)
class Parameter:
    """A formal argument. `bytes` is what a reference is known to point at."""

    name: str
    type: Type
    bytes: int


@dataclass(eq=False, slots=True)
class Function:
    """A definition. `blocks[0]` is the entry. `plain_name` is the C++ name with template arguments."""

    name: str
    parameters: list[Parameter]
    blocks: dict[str, Block]
    plain_name: str
    location: Location | None

    @property
    def entry(self) -> Block:
        """Where it starts."""
        return next(iter(self.blocks.values()))


@dataclass(eq=False, slots=True)
class Global:
    """A global variable. `initial` is the text of its initialiser."""

    name: str
    type: Type
    is_constant: bool
    initial: str


@dataclass(eq=False, slots=True)
class LlvmModule:
    """A parsed module."""

    functions: dict[str, Function]
    globals: dict[str, Global]
    locations: "Locations"


@dataclass(eq=False, slots=True)
class Locations:
    """Debug metadata: number -> place in the user's file; number of a loop -> number of the place where it starts."""

    places: dict[int, Location | None] = field(default_factory=dict)
    starts: dict[int, int] = field(default_factory=dict)
    calls: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # of markers and starts of loops

    def of(self, debug: int) -> Location | None:
        """The innermost place that is not in a synthesis header."""
        return self.places.get(debug)

    def of_loop(self, loop: int) -> Location | None:
        """The `for`, `while` or `do` of a loop's metadata."""
        return self.places.get(self.starts.get(loop, -1))

    def in_same_call(self, debug: int, loop: int) -> bool:
        """Whether a loop is one of the function whose code a marker is in, in one call of it; true if not known."""
        inner, outer = self.calls.get(debug), self.calls.get(self.starts.get(loop, -1))
        return not inner or not outer or inner[0] in outer
