"""How a C++ value lies in bits: integers, arrays and structures, the first member lowest, nothing between.

`integer` text forms are what the synthesis headers write: `u8`, `i12`, `[4 u8]`, `v[4 u8]` of
`hls::vector`, `{u1i16[2 u3]}`, and `a{...}` for a word of AXI4-Stream with side channels.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Integer:
    """`width` bits, two's complement when `signed`."""

    width: int
    signed: bool

    def __str__(self) -> str:
        return f"{'i' if self.signed else 'u'}{self.width}"


@dataclass(frozen=True, slots=True)
class Array:
    """`count` values of one layout, element 0 lowest. `is_vector`: of `hls::vector`, one element of an array."""

    count: int
    element: "Layout"
    is_vector: bool = False

    @property
    def width(self) -> int:
        """Bits of the whole."""
        return self.count * self.element.width

    def __str__(self) -> str:
        return "v" * self.is_vector + f"[{self.count} {self.element}]"


@dataclass(frozen=True, slots=True)
class Structure:
    """Members in order of declaration. `is_axis`: they are data, keep, strb, user, last, id, dest of `hls::axis`."""

    members: tuple["Layout", ...]
    is_axis: bool = False

    @property
    def width(self) -> int:
        """Bits of the whole."""
        return sum(member.width for member in self.members)

    def __str__(self) -> str:
        return "a" * self.is_axis + "{" + "".join(map(str, self.members)) + "}"


Layout = Integer | Array | Structure


def parse_layout(text: str) -> Layout:
    """The inverse of `str`."""
    layout, end = _parse(text, 0)
    assert end == len(text), text
    return layout


def _parse(text: str, at: int) -> tuple[Layout, int]:
    if text[at] in "v[":
        is_vector = text[at] == "v"
        end = text.index(" ", at)
        element, after = _parse(text, end + 1)
        return Array(int(text[at + 1 + is_vector : end]), element, is_vector), after + 1
    if text[at] in "a{":
        members: list[Layout] = []
        is_axis = text[at] == "a"
        at += 1 + is_axis
        while text[at] != "}":
            member, at = _parse(text, at)
            members.append(member)
        return Structure(tuple(members), is_axis), at + 1
    end = at + 1
    while end < len(text) and text[end].isdigit():
        end += 1
    return Integer(int(text[at + 1 : end]), text[at] == "i"), end


def integers(layout: Layout) -> Iterator[Integer]:
    """Every integer of a value, lowest first."""
    match layout:
        case Integer():
            yield layout
        case Array(count, element):
            for _ in range(count):
                yield from integers(element)
        case Structure(members):
            for member in members:
                yield from integers(member)


def leaves(layout: Layout) -> Iterator[Integer]:
    """Every integer once, however long the arrays around it are."""
    match layout:
        case Integer():
            yield layout
        case Array(_, element):
            yield from leaves(element)
        case Structure(members):
            for member in members:
                yield from leaves(member)


def shape_of(layout: Layout) -> tuple[tuple[int, ...], Layout]:
    """The outer array dimensions, and the layout of one element (which may be an `hls::vector`)."""
    shape: list[int] = []
    while isinstance(layout, Array) and not layout.is_vector:
        shape.append(layout.count)
        layout = layout.element
    return tuple(shape), layout


def positions(layout: Layout) -> Iterator[tuple[int, tuple[int, ...]]]:
    """For each integer of `integers(layout)`: the number of its leaf, and its index in each array around it."""
    match layout:
        case Integer():
            yield 0, ()
        case Array(count, element):
            inner = list(positions(element))
            for index in range(count):
                for leaf, rest in inner:
                    yield leaf, (index, *rest)
        case Structure(members):
            first = 0
            for member in members:
                for leaf, rest in positions(member):
                    yield first + leaf, rest
                first += sum(1 for _ in leaves(member))
