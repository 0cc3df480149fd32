"""What an LLVM value is during lowering: a number, an address, or a word on its way through a stream."""

from dataclasses import dataclass, field

from fpdeep_gen.hls.frontend.llvm_types import IntegerType
from fpdeep_gen.hls.frontend.object_pragmas import ObjectPragmas
from fpdeep_gen.hls.frontend.objects import DataObject
from fpdeep_gen.hls.ir import Operation, StreamPort


@dataclass(frozen=True, slots=True)
class StreamArgument:
    """A formal stream, or array of streams of one byte each; `ports[i]` is at byte i."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class ReadWord:
    """A word that was read: `count` elements of `width` bits, each at `stride` bytes of the token's memory."""

    word: Operation
    ok: Operation | None
    width: int
    count: int
    stride: int
    is_signed: bool


@dataclass(eq=False, slots=True)
class WrittenWord:
    """A word that is being put together; `elements` by index."""

    target: "Address"
    width: int
    count: int
    stride: int
    elements: dict[int, Operation] = field(default_factory=dict)


Root = DataObject | StreamArgument | ReadWord | WrittenWord


@dataclass(frozen=True, slots=True)
class Address:
    """`root` + `constant` + sum(term * stride) bytes."""

    root: Root
    constant: int = 0
    terms: tuple[tuple[Operation, int], ...] = ()

    def moved(self, constant: int, terms: tuple[tuple[Operation, int], ...] = ()) -> "Address":
        """Further on."""
        return Address(self.root, self.constant + constant, (*self.terms, *terms))


@dataclass(frozen=True, slots=True)
class Choice:
    """One of two addresses."""

    condition: Operation
    if_true: "Address | Choice"
    if_false: "Address | Choice"


NOWHERE = Address(DataObject("nowhere", IntegerType(8), "", False, ObjectPragmas(), None))  # for one that was refused
Pointer = Address | Choice
Value = Operation | Pointer


@dataclass(eq=False, slots=True)
class PortTable:
    """The stream ports of a process, made when they are first used."""

    ports: dict[tuple[str, int], StreamPort] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)

    def port(self, argument: StreamArgument, index: int, width: int, is_input: bool) -> StreamPort:
        """The port of one stream; a stream used both ways or with two widths is noted as a conflict."""
        key = (argument.name, index)
        found = self.ports.get(key)
        if found is None:
            base = argument.name.lstrip("%").strip('"').removesuffix(".addr")
            name = base if argument.count <= 1 else f"{base}_{index}"
            found = self.ports[key] = StreamPort(name, width, is_input)
        if found.width != width and width and found.width:
            self.conflicts.append(f"{found.name} carries words of {found.width} and of {width} bits")
        found.width = found.width or width
        if found.is_input != is_input:
            self.conflicts.append(f"{found.name} is both read and written")
        return found
