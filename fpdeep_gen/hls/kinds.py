"""What operations of the intermediate representation do, and what memories are built of."""

from enum import Enum, auto


class BinaryKind(Enum):
    """Two operands of the result's width."""

    ADD = auto()
    SUB = auto()
    MUL = auto()
    SDIV = auto()
    UDIV = auto()
    SREM = auto()
    UREM = auto()
    AND = auto()
    OR = auto()
    XOR = auto()
    SHL = auto()
    LSHR = auto()
    ASHR = auto()


class CompareKind(Enum):
    """Two operands of one width, a 1-bit result."""

    EQ = auto()
    NE = auto()
    ULT = auto()
    ULE = auto()
    UGT = auto()
    UGE = auto()
    SLT = auto()
    SLE = auto()
    SGT = auto()
    SGE = auto()


class CastKind(Enum):
    """Change of width."""

    ZEXT = auto()
    SEXT = auto()
    TRUNC = auto()


class Storage(Enum):
    """What a memory or FIFO is built of. AUTO lets the back end choose by size."""

    AUTO = auto()
    REGISTERS = auto()
    DISTRIBUTED = auto()
    BLOCK = auto()


class Implementation(Enum):
    """What an operator is built of."""

    FABRIC = auto()
    DSP = auto()


class Fence(Enum):
    """Which other streams keep the order of the program with one: none, those that are no part of a bus, all."""

    NONE = 0
    WORDS = 1
    ALL = 2
