"""How elements of an array lie in the words of a bus: structures in one stream word, or in memory as C++ has them."""

from collections.abc import Sequence
from dataclasses import dataclass

from fpdeep_gen.hls.layout import Array, Integer, Layout, integers, positions, shape_of


@dataclass(frozen=True, slots=True)
class Packing:
    """An element takes `words` words of `width` bits; `places` has word and lowest bit of each of its integers.

    `strobes`: bytes of a word, each of which is written or not; 0 where a word is always written as a whole.
    """

    width: int
    words: int
    places: tuple[tuple[int, int], ...]
    kinds: tuple[Integer, ...]
    strobes: int = 0

    def pack(self, values: Sequence[int]) -> list[int]:
        """Words from the integers of elements; what lies between the integers is 0."""
        found = []
        for start in range(0, len(values), len(self.kinds)):
            words = [0] * self.words
            for kind, (word, bit), value in zip(self.kinds, self.places, values[start:], strict=False):
                words[word] |= (value & ((1 << kind.width) - 1)) << bit
            found += words
        return found

    def unpack(self, words: Sequence[int]) -> list[int]:
        """The integers, with their signs."""
        found = []
        for start in range(0, len(words), self.words):
            for kind, (word, bit) in zip(self.kinds, self.places, strict=True):
                value = words[start + word] >> bit & ((1 << kind.width) - 1)
                found.append(value - ((value >> (kind.width - 1)) << kind.width) if kind.signed else value)
        return found

    def strobe(self, number: int) -> int:
        """The bytes of its word that integer `number` takes, as a mask."""
        bytes_of = stored_bytes(self.kinds[number].width)[0]
        return ((1 << bytes_of) - 1) << self.places[number][1] // 8


def is_plain(layout: Layout) -> bool:
    """Arrays of integers, which need no packing."""
    return isinstance(shape_of(layout)[1], Integer)


def stream_packing(layout: Layout) -> Packing:
    """An element of an array in one word, the first member lowest."""
    kinds = tuple(integers(shape_of(layout)[1]))
    starts = [sum(one.width for one in kinds[:place]) for place in range(len(kinds))]
    return Packing(sum(one.width for one in kinds), 1, tuple((0, start) for start in starts), kinds)


def memory_packing(layout: Layout) -> Packing | None:
    """An element of an array as it lies in memory; None where an integer would lie in two words.

    A word has the greatest power of two of bytes (up to 128) that divides an element's size.
    """
    element = shape_of(layout)[1]
    kinds = tuple(integers(element))
    if is_plain(layout):
        return Packing(kinds[0].width, 1, ((0, 0),), kinds)
    size, _, starts = _memory(element)
    unit = min(size & -size, 128)
    places = tuple((start // unit, 8 * (start % unit)) for start in starts)
    ends = [start % unit + stored_bytes(kind.width)[0] for start, kind in zip(starts, kinds, strict=True)]
    return Packing(8 * unit, size // unit, places, kinds, unit) if max(ends) <= unit else None


def stored_bytes(width: int) -> tuple[int, int]:
    """Size and alignment of an integer of `width` bits in memory, on the machine that the sources are compiled for."""
    if width > 64:
        return -(-width // 64) * 8, 8
    size = 1
    while 8 * size < width:
        size *= 2
    return size, size


def memory_bytes(layout: Layout) -> int:
    """What `sizeof` gives for a value of the layout without `alignas` and bit fields."""
    return _memory(layout)[0]


def bus_bytes(packing: Packing) -> int:
    """Bytes of memory and of the bus that a word takes, a power of two."""
    width = packing.width
    return stored_bytes(width)[0] if width <= 64 else 1 << ((width - 1) // 8).bit_length()


def leaf_starts(layout: Layout) -> list[int]:
    """The byte in memory where the first integer of each leaf starts."""
    starts = _memory(layout)[2]
    found: dict[int, int] = {}
    for start, (leaf, _) in zip(starts, positions(layout), strict=True):
        found.setdefault(leaf, start)
    return list(found.values())


def _memory(layout: Layout) -> tuple[int, int, list[int]]:
    """Size, alignment, and where each integer starts, in bytes."""
    if isinstance(layout, Integer):
        return *stored_bytes(layout.width), [0]
    if isinstance(layout, Array):
        size, alignment, starts = _memory(layout.element)
        return size * layout.count, alignment, [at * size + start for at in range(layout.count) for start in starts]
    at, most, found = 0, 1, []
    for member in layout.members:
        size, alignment, starts = _memory(member)
        at = -(-at // alignment) * alignment
        found += [at + start for start in starts]
        at, most = at + size, max(most, alignment)
    return -(-at // most) * most, most, found
