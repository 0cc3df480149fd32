"""Memories and FIFOs counted in the primitives of 7-series FPGAs (UG473, UG474): the rule of planner and compiler.

Block RAM is counted in halves (RAMB18), as each half works alone; small memories take LUT RAM.
"""

from dataclasses import dataclass

LUTRAM_DEPTH = 64
"""Deepest memory or FIFO in LUT memory: one LUT a bit."""

SMALL_BITS = 4096
"""A memory of no more bits than this takes LUT memory whatever its depth."""

FIFO_CONTROL_LUT = 20
"""Counters and flags of a FIFO."""


@dataclass(frozen=True)
class Use:
    """Resources of a part of a board. `bram18`: halves of a BRAM36."""

    dsp: int = 0
    bram18: int = 0
    lut: int = 0
    ff: int = 0

    def __add__(self, other: "Use") -> "Use":
        return Use(self.dsp + other.dsp, self.bram18 + other.bram18, self.lut + other.lut, self.ff + other.ff)

    def fits(self, room: "Use") -> bool:
        """Whether every resource is within `room`."""
        return self.dsp <= room.dsp and self.bram18 <= room.bram18 and self.lut <= room.lut and self.ff <= room.ff


_SHAPES = ((36, 512), (18, 1024), (9, 2048), (4, 4096), (2, 8192), (1, 16384))


TRUE_PORT_BITS = 18
"""Most bits of a word of a RAMB18 both of whose ports read and write (UG473)."""

_COMMON_SHAPES = tuple(shape for shape in _SHAPES if shape[0] <= TRUE_PORT_BITS)


def bram18_count(width: int, depth: int, common: bool = False) -> int:
    """RAMB18s of a memory of `depth` words of `width` bits, all in the one shape that takes fewest, with one read and
    one write port, or with two ports that both read and write (`common`)."""
    shapes = _COMMON_SHAPES if common else _SHAPES
    return min([-(-width // bits) * -(-depth // words) for bits, words in shapes])


def lutram_luts(width: int, depth: int) -> int:
    """LUTs of a memory in LUT RAM with one write and one read port: RAM32M holds 6 bits x 32, RAM64M 3 bits x 64, in 4
    LUTs each."""
    if depth <= 32:
        return 4 * -(-width // 6)
    return 4 * -(-width // 3) * -(-depth // 64)


def is_small(width: int, depth: int) -> bool:
    """Whether a memory goes to LUT RAM."""
    return depth <= LUTRAM_DEPTH or width * depth <= SMALL_BITS


def memory_use(width: int, depth: int, reads: int = 1) -> Use:
    """A memory with one write port and `reads` read ports, each of which has a copy of the contents."""
    if is_small(width, depth):
        return Use(lut=reads * lutram_luts(width, depth), ff=width)
    return Use(bram18=reads * bram18_count(width, depth))


def fifo_use(width: int, depth: int) -> Use:
    """A FIFO: LUT RAM up to `LUTRAM_DEPTH` words, else block RAM, and its output register."""
    control = Use(lut=FIFO_CONTROL_LUT, ff=FIFO_CONTROL_LUT + width)
    if depth <= LUTRAM_DEPTH:
        return control + Use(lut=lutram_luts(width, depth))
    return control + Use(bram18=bram18_count(width, depth))
