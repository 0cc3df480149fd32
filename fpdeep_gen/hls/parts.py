"""FPGA families that the compiler knows: their multipliers and memories, and how fast their logic is.

Sources: DSP slices 25x18 (DSP48E1, UG479) and 27x18 (DSP48E2, UG579); block RAM of 36 Kbit in two halves in both
(UG473, UG573); UltraRAM of 4,096 words of 72 bits with two ports, in UltraScale+ alone, which starts as zeros (UG573).
Memory delays and the relative speed of logic are assumptions for middle speed grades: data sheets give the frequencies
of slices alone (a DSP48E2 with all registers 645 to 891 MHz, DS925), not of routed logic.
"""

import re
from dataclasses import dataclass

from fpdeep_gen.errors import InputError, Problem


@dataclass(frozen=True)
class Family:
    """`dsp_operands`: bits of the two factors of a multiplier, signed. `logic_scale`: delays of logic and routing as a
    multiple of those of the 7 series. `block_read_ns`: from the clock to the word that a block RAM gives."""

    name: str
    title: str
    dsp: str
    dsp_operands: tuple[int, int]
    logic_scale: float
    block_read_ns: float
    has_uram: bool


XC7 = Family("xc7", "7 series", "DSP48E1", (25, 18), 1.0, 1.6, False)
XCUP = Family("xcup", "UltraScale+", "DSP48E2", (27, 18), 0.65, 1.0, True)

URAM_WIDTH, URAM_DEPTH = 72, 4096

_PATTERNS = {
    XC7: re.compile(r"xc7|xc7[akszv]\w+(-\w+)*|xa7[asz]\w+(-\w+)*"),
    XCUP: re.compile(r"xcup|(xc|xa)(ku\d+p|vu\d+p|au\d+p|zu\d+)\w*(-\w+)*|xcu\d{2,3}\w*(-\w+)*"),
}


@dataclass(frozen=True)
class Part:
    """A family, or one device of it. `name` as it was given."""

    name: str
    family: Family


DEFAULT_PART = Part("xc7", XC7)


def part_of(name: str) -> Part:
    """The part of a family (`xc7`, `xcup`) or a device (`xc7z020clg484-1`, `xczu9eg-ffvb1156-2-e`, `xcu250-...`).

    Raises InputError for any other.
    """
    for family, pattern in _PATTERNS.items():
        if pattern.fullmatch(name.lower()):
            return Part(name, family)
    expected = "xc7, xcup, or a device of the 7 series or UltraScale+"
    hint = "name the family that is nearest; it decides delays, multipliers and memories"
    raise InputError([Problem(None, None, "--part", expected, name, hint)])


def uram_count(width: int, depth: int) -> int:
    """UltraRAMs of a memory of `depth` words of `width` bits."""
    return -(-width // URAM_WIDTH) * -(-depth // URAM_DEPTH)
