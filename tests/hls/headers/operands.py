"""A random piece of C++ that grows statement by statement, and the operands that it takes."""

import random
from dataclasses import dataclass, field

WIDTHS = (1, 2, 3, 7, 8, 12, 16, 17, 24, 31, 32, 33, 40, 47, 48, 63, 64, 65, 100, 127, 128, 129)
WIDE = (255, 256, 257, 512, 1000, 1023, 1024)
NATIVE = {
    "bool": (1, False),
    "char": (8, True),
    "signed char": (8, True),
    "unsigned char": (8, False),
    "short": (16, True),
    "unsigned short": (16, False),
    "int": (32, True),
    "unsigned": (32, False),
    "long": (64, True),
    "unsigned long": (64, False),
    "long long": (64, True),
    "unsigned long long": (64, False),
}
QUANTISATION = ("AP_TRN", "AP_TRN_ZERO", "AP_RND", "AP_RND_CONV", "AP_RND_ZERO", "AP_RND_INF", "AP_RND_MIN_INF")
OVERFLOW = ("AP_WRAP", "AP_SAT", "AP_SAT_ZERO", "AP_SAT_SYM", "AP_WRAP_SM")
RELATIONS = ("==", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True)
class Operand:
    """One value that is read: its bits, whether it must not be zero, and its bound where it is an index."""

    width: int
    nonzero: bool = False
    below: int = 0

    def value(self, source: random.Random) -> int:
        """A word: often an extreme, else random bits."""
        if self.below:
            return source.randrange(self.below)
        top = 1 << self.width
        extreme = (0, 1, top - 1, top // 2, top // 2 - 1, max(0, top - 2))
        word = source.choice(extreme) if source.random() < 0.3 else source.getrandbits(self.width)
        if source.random() < 0.2:
            word >>= source.randrange(self.width)
        word %= top
        return 1 if self.nonzero and word == 0 else word


@dataclass
class Piece:
    """`lines`: the body; `operands` in the order in which it takes them; `gives`: 64-bit words of each result."""

    source: random.Random
    lines: list[str] = field(default_factory=list)
    operands: list[Operand] = field(default_factory=list)
    topic: str = ""

    def take(self, kind: str, operand: Operand) -> str:
        """A variable that is read."""
        name = f"v{len(self.operands)}"
        self.operands.append(operand)
        call = f"in.template fixed<{kind}>()" if "fixed" in kind else f"in.template take<{kind}>()"
        self.lines.append(f"{kind} {name} = {call};")
        return name

    def index(self, below: int) -> str:
        """A native index."""
        name = f"v{len(self.operands)}"
        self.operands.append(Operand(32, below=below))
        self.lines.append(f"int {name} = in.template take<int>();")
        return name

    def give(self, expression: str) -> None:
        """A result."""
        self.lines.append(f"out.give({expression});")

    def text(self) -> str:
        """The body."""
        return "\n".join(f"    {line}" for line in self.lines)


def width_of(source: random.Random, wide: bool = False) -> int:
    """A width where carries, signs and padding matter."""
    if wide and source.random() < 0.12:
        return source.choice(WIDE)
    return source.choice(WIDTHS) if source.random() < 0.7 else source.randint(1, 130)


def integer_type(source: random.Random, width: int) -> str:
    """ap_int or ap_uint."""
    return f"ap_{source.choice(('int', 'uint'))}<{width}>"


def fixed_type(source: random.Random, modes: bool = True, width: int = 0) -> tuple[str, int]:
    """A fixed-point type and its width; the point may lie outside of it."""
    width = width or source.choice((1, 2, 3, 8, 9, 12, 16, 18, 27, 32, 33, 48, 63, 64, 65, 90))
    before = source.choice((source.randint(0, width), source.randint(-6, width + 6), width // 2))
    signed = source.random() < 0.6
    text = f"ap_{'' if signed else 'u'}fixed<{width}, {before}"
    if modes:
        overflow = source.choice(OVERFLOW if signed else OVERFLOW[:4])
        text += f", {source.choice(QUANTISATION)}, {overflow}"
        if overflow.startswith("AP_WRAP") and source.random() < 0.3 and width > 3:
            text += f", {source.randint(0, 3)}"
    return f"{text}>", width


def an_integer(piece: Piece, nonzero: bool = False, wide: bool = False) -> str:
    """An ap_int or ap_uint."""
    width = width_of(piece.source, wide)
    return piece.take(integer_type(piece.source, width), Operand(width, nonzero))


def a_native(piece: Piece, nonzero: bool = False) -> str:
    """A native integer."""
    name = piece.source.choice(tuple(NATIVE))
    return piece.take(name, Operand(NATIVE[name][0], nonzero))


def a_fixed(piece: Piece, nonzero: bool = False, modes: bool = False) -> str:
    """A fixed-point number of any format."""
    kind, width = fixed_type(piece.source, modes)
    return piece.take(kind, Operand(width, nonzero))


def a_fixed_with_integer(piece: Piece) -> str:
    """A fixed-point number with an integer part of 0 bits at least."""
    width = piece.source.randint(1, 66)
    kind = f"ap_{piece.source.choice(('', 'u'))}fixed<{width}, {piece.source.randint(0, width + 4)}>"
    return piece.take(kind, Operand(width))


def bounds(piece: Piece, width: int) -> str:
    """Arguments of a range of `width` bits, constant or not."""
    source = piece.source
    if source.random() < 0.35:
        high, low = piece.index(width), piece.index(width)
        span = source.randrange(min(width, 9))
        return source.choice((f"{high}, {low}", f"{high} % {width - span} + {span}, {high} % {width - span}"))
    return f"{source.randrange(width)}, {source.randrange(width)}"


def a_range(piece: Piece, wide: bool = False) -> str:
    """A range of an ap_int."""
    width = width_of(piece.source, wide)
    name = piece.take(integer_type(piece.source, width), Operand(width))
    return f"{name}{piece.source.choice(('.range', ''))}({bounds(piece, width)})"


def a_bit(piece: Piece) -> str:
    """A bit of an ap_int."""
    width = width_of(piece.source)
    name = piece.take(integer_type(piece.source, width), Operand(width))
    return f"{name}[{piece.index(width) if piece.source.random() < 0.4 else piece.source.randrange(width)}]"


def a_part(piece: Piece) -> str:
    """An operand of a concatenation."""
    width = min(width_of(piece.source), 100)
    name = piece.take(integer_type(piece.source, width), Operand(width))
    which = piece.source.random()
    if which < 0.5:
        return name
    return f"{name}[{piece.source.randrange(width)}]" if which < 0.7 else f"{name}.range({bounds(piece, width)})"


def a_concatenation(piece: Piece) -> str:
    """Two or three parts in brackets."""
    parts = [a_part(piece) for _ in range(piece.source.choice((2, 2, 3)))]
    return "(" + ", ".join(parts) + ")"
