"""What can be named where a statement stands."""

from dataclasses import dataclass, field

from tests.hls.fuzz.types import Fixed, Record, Type


@dataclass(frozen=True)
class Scalar:
    """A variable, a structure's field, or a parameter; `fixed`: it is not to be assigned."""

    text: str
    type: Type
    fixed: bool = False


@dataclass(frozen=True)
class FixedScalar:
    """The same in fixed point."""

    text: str
    type: Fixed
    fixed: bool = False


@dataclass(frozen=True)
class Structure:
    """A variable of a structure, or an array of 2^bits of them."""

    text: str
    type: Record
    bits: int = 0
    fixed: bool = False


@dataclass(frozen=True)
class Array:
    """2^bits elements."""

    name: str
    type: Type
    bits: int
    fixed: bool = False


@dataclass(frozen=True)
class Function:
    """A function of values; `given`: arrays that are handed to it in front of them."""

    name: str
    result: Type
    parameters: tuple[Type, ...]
    given: tuple[str, ...] = ()


@dataclass
class Scope:
    """What can be named; inner scopes are copies."""

    scalars: list[Scalar] = field(default_factory=list)
    arrays: list[Array] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    fixeds: list[FixedScalar] = field(default_factory=list)
    structures: list[Structure] = field(default_factory=list)

    def inner(self) -> "Scope":
        """A block's own."""
        own = (list(self.scalars), list(self.arrays), list(self.functions), list(self.fixeds), list(self.structures))
        return Scope(*own)

    def add(self, text: str, kind: Type | Fixed | Record, fixed: bool = False) -> None:
        """A variable of whatever type, with its members."""
        if isinstance(kind, Type):
            self.scalars.append(Scalar(text, kind, fixed))
        elif isinstance(kind, Fixed):
            self.fixeds.append(FixedScalar(text, kind, fixed))
        else:
            self.structures.append(Structure(text, kind, 0, fixed))
            for number, one in enumerate(kind.fields):
                self.add(f"{text}.f{number}", one, fixed)
            if kind.table and isinstance(kind.fields[0], Type):
                self.arrays.append(Array(f"{text}.t", kind.fields[0], kind.table.bit_length() - 1, fixed))
