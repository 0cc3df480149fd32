"""Random pieces of C++ over ap_int, ap_fixed and native integers, each with the operands that it takes.

A piece is the body of a function that takes operands from `in` and gives results to `out`; the reference headers accept
all of them. Divisors are not zero, indices are in range: what is left is defined.
"""

import random
from collections.abc import Callable
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
ARITHMETIC = ("+", "-", "*", "/", "%", "&", "|", "^")
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


def _integer(piece: Piece, nonzero: bool = False, wide: bool = False) -> str:
    width = width_of(piece.source, wide)
    return piece.take(integer_type(piece.source, width), Operand(width, nonzero))


def _native(piece: Piece, nonzero: bool = False) -> str:
    name = piece.source.choice(tuple(NATIVE))
    return piece.take(name, Operand(NATIVE[name][0], nonzero))


def _fixed(piece: Piece, nonzero: bool = False, modes: bool = False) -> str:
    kind, width = fixed_type(piece.source, modes)
    return piece.take(kind, Operand(width, nonzero))


def _fixed_with_integer(piece: Piece) -> str:
    width = piece.source.randint(1, 66)
    kind = f"ap_{piece.source.choice(('', 'u'))}fixed<{width}, {piece.source.randint(0, width + 4)}>"
    return piece.take(kind, Operand(width))


def _bounds(piece: Piece, width: int) -> str:
    source = piece.source
    if source.random() < 0.35:
        high, low = piece.index(width), piece.index(width)
        span = source.randrange(min(width, 9))
        return source.choice((f"{high}, {low}", f"{high} % {width - span} + {span}, {high} % {width - span}"))
    return f"{source.randrange(width)}, {source.randrange(width)}"


def _range(piece: Piece, wide: bool = False) -> str:
    width = width_of(piece.source, wide)
    name = piece.take(integer_type(piece.source, width), Operand(width))
    return f"{name}{piece.source.choice(('.range', ''))}({_bounds(piece, width)})"


def _bit(piece: Piece) -> str:
    width = width_of(piece.source)
    name = piece.take(integer_type(piece.source, width), Operand(width))
    return f"{name}[{piece.index(width) if piece.source.random() < 0.4 else piece.source.randrange(width)}]"


def _part(piece: Piece) -> str:
    """An operand of a concatenation."""
    width = min(width_of(piece.source), 100)
    name = piece.take(integer_type(piece.source, width), Operand(width))
    which = piece.source.random()
    if which < 0.5:
        return name
    return f"{name}[{piece.source.randrange(width)}]" if which < 0.7 else f"{name}.range({_bounds(piece, width)})"


def _concat(piece: Piece) -> str:
    parts = [_part(piece) for _ in range(piece.source.choice((2, 2, 3)))]
    return "(" + ", ".join(parts) + ")"


def binary(piece: Piece) -> None:
    """Two operands, of which one is an ap_int."""
    source = piece.source
    operator = source.choice((*ARITHMETIC, *RELATIONS))
    division = operator in "/%"
    wide = not division or source.random() < 0.3
    other = source.choice((_integer, _integer, _native, _range, _bit))
    first = _integer(piece, division, wide)
    second = other(piece, nonzero=division) if other in (_integer, _native) else other(piece)
    turned = source.random() < 0.5 and other is not _integer
    if division and other in (_range, _bit):
        turned = True
    piece.give(f"{second} {operator} {first}" if turned else f"{first} {operator} {second}")


def reference_binary(piece: Piece) -> None:
    """References and concatenations without an ap_int; what has no operator of its own converts to native integers."""
    source = piece.source
    plain = ("+", "-", "*", "&", "|", "^")
    left, right, operators = source.choice(
        (
            (_range, _range, (*plain, *RELATIONS)),
            (_range, _native, (*plain, *RELATIONS)),
            (_native, _range, (*plain, *RELATIONS)),
            (_bit, _bit, (*plain, "==", "!=")),
            (_bit, _native, (*plain, *RELATIONS)),
            (_native, _bit, (*plain, *RELATIONS)),
            (_range, _bit, plain),
            (_concat, _concat, plain),
            (_concat, _integer, ("&", "|", "^", *RELATIONS)),
        )
    )
    one, two = left(piece), right(piece)
    piece.give(f"{one} {source.choice(operators)} {two}")


def shift(piece: Piece) -> None:
    """Distances of both signs, beyond the width too."""
    source = piece.source
    operator = source.choice(("<<", ">>"))
    value = source.choice((_integer, _integer, _range, _concat))(piece)
    width = source.randint(1, 9) if source.random() < 0.7 else width_of(source)
    kind = source.random()
    if kind < 0.45 and not value.startswith("("):
        distance = piece.take(integer_type(source, width), Operand(width))
    elif kind < 0.85 or value.startswith("("):
        name = source.choice(("int", "unsigned", "long", "unsigned long", "long long", "unsigned long long"))
        distance = piece.take(name, Operand(source.randint(1, 9)))
        if NATIVE[name][1] and source.random() < 0.4 and not value.startswith("("):
            distance = f"(-{distance})"
    else:
        distance = str(source.randint(0, 140))
    piece.give(f"{value} {operator} {distance}")


def unary(piece: Piece) -> None:
    """Signs, complements, reductions, conversions, steps."""
    source = piece.source
    which = source.random()
    if which < 0.25:
        piece.give(f"{source.choice('~-+!')}{_integer(piece, wide=True)}")
    elif which < 0.3:
        piece.give(f"{source.choice('~-!')}{_bit(piece)}")
    elif which < 0.35:
        piece.give(f"{source.choice('~-!')}{_range(piece)}")
    elif which < 0.5:
        width = width_of(source, wide=True)
        kind = integer_type(source, width)
        # The reference is wrong in two cases: and_reduce and nand_reduce beyond 64 bits compare with the type's
        # extremes, xor_reduce and xnor_reduce of a negative value count copies of its sign.
        names = ["or", "nor"] + ["and", "nand"] * (width <= 64) + ["xor", "xnor"] * ("uint" in kind)
        piece.give(f"{piece.take(kind, Operand(width))}.{source.choice(names)}_reduce()")
    elif which < 0.6:
        piece.give(f"{_range(piece)}.{source.choice(('and', 'or', 'xor'))}_reduce()")
    elif which < 0.8:
        names = ("bool", "char", "schar", "uchar", "short", "ushort", "int", "uint", "long", "ulong", "int64", "uint64")
        piece.give(f"{_integer(piece)}.to_{source.choice(names)}()")
    elif which < 0.85:
        piece.give(f"{_range(piece)}.to_{source.choice(('int', 'uint', 'long', 'ulong', 'int64', 'uint64'))}()")
    elif which < 0.95:
        value = _integer(piece)
        piece.give(source.choice((f"{value}++", f"++{value}", f"{value}--", f"--{value}")))
        piece.give(value)
    else:
        value = _integer(piece, wide=True)
        piece.give(f"{value}.countLeadingZeros()")
        piece.give(f"{value}.length()")
        piece.give(f"{value}.sign()")
        piece.give(f"{value}.iszero()")


def compound(piece: Piece) -> None:
    """`a op= b`."""
    source = piece.source
    value = _integer(piece, wide=True)
    if source.random() < 0.3:
        operator = source.choice(("<<", ">>"))
        width = source.randint(1, 9)
        piece.lines.append(f"{value} {operator}= {piece.take(integer_type(source, width), Operand(width))};")
    else:
        operator = source.choice(ARITHMETIC)
        division = operator in "/%"
        other = source.choice((_integer, _native) if division else (_integer, _native, _range, _bit, _concat))
        right = other(piece, nonzero=True) if other in (_integer, _native) else other(piece)
        piece.lines.append(f"{value} {operator}= {right};")
    piece.give(value)


def targets(piece: Piece) -> None:
    """Bits, ranges and concatenations as targets, and methods that change a value."""
    source = piece.source
    width = width_of(source, wide=True)
    value = piece.take(integer_type(source, width), Operand(width))
    which = source.random()
    if which < 0.4:
        right = source.choice((_integer, _native, _range, _bit, _concat))(piece)
        piece.lines.append(f"{value}.range({_bounds(piece, width)}) = {right};")
    elif which < 0.55:
        right = source.choice((_integer, _native, _bit, _range))(piece)
        at = piece.index(width) if source.random() < 0.5 else source.randrange(width)
        piece.lines.append(f"{value}[{at}] = {right};")
    elif which < 0.8:
        other = _part(piece)
        right = source.choice((_integer, _concat))(piece)
        piece.lines.append(f"({value}, {other}) = {right};")
        piece.give(other.partition(".")[0].partition("[")[0])
    else:
        at = piece.index(width)
        calls = ("set(@)", "clear(@)", "invert(@)", "set(@, false)", "set_bit(@, true)", "reverse()", "b_not()")
        calls = calls if width > 64 else (*calls, "lrotate(@)", "rrotate(@)")
        piece.lines.append(f"{value}.{source.choice(calls).replace('@', at)};")
        piece.give(f"{value}.test({at})")
        piece.give(f"{value}.bit({at}) & true")
    piece.give(value)


def concatenation(piece: Piece) -> None:
    """As a value, with native integers too."""
    source = piece.source
    if source.random() < 0.6:
        text = _concat(piece)
        piece.give(f"ap_{source.choice(('int', 'uint'))}<{width_of(source)}>({text})")
        return
    parts = [_part(piece), _native(piece)]
    if source.random() < 0.4:
        parts.reverse()
    elif source.random() < 0.3:
        parts.insert(0, _part(piece))
    piece.give(f"({', '.join(parts)})")


def conversion(piece: Piece) -> None:
    """Between integers, by construction and assignment."""
    source = piece.source
    value = source.choice((_integer, _native, _range, _bit, _concat, _fixed_with_integer))(piece)
    kinds = (integer_type(source, width_of(source, wide=True)), integer_type(source, width_of(source)))
    kind = source.choice((*kinds, source.choice(tuple(NATIVE))))
    if kind.startswith("ap_") or not value.endswith(")"):
        piece.give(f"({kind})({value})")
    else:
        piece.give(f"({kind})(unsigned long long)({value})")


def nested(piece: Piece) -> None:
    """Results as operands: their types show."""
    source = piece.source
    left, right = (
        f"({_integer(piece)} {source.choice('+-*&|^')} {source.choice((_integer, _native))(piece)})" for _ in "ab"
    )
    piece.give(f"{left} {source.choice((*'+-*&|^', *RELATIONS))} {right}")
    piece.give(f"({left} >> {source.randint(0, 70)}) + ({right} << {source.randint(0, 20)})")


def literals(piece: Piece) -> None:
    """Strings, and floating-point constants as integers."""
    source = piece.source
    width = width_of(source, wide=True)
    radix = source.choice((2, 8, 10, 16))
    word = source.getrandbits(source.randint(1, min(width, 60)))
    digits = {2: f"{word:b}", 8: f"{word:o}", 10: str(word), 16: f"{word:x}"}[radix]
    sign = source.choice(("", "-"))
    kind = integer_type(source, width)
    if source.random() < 0.5:
        piece.give(f'{kind}("{sign}{digits}", {radix})')
    else:
        prefix = {2: "0b", 8: "0o", 10: "", 16: "0x"}[radix]
        piece.give(f'{kind}("{sign}{prefix}{digits}")')
    piece.give(f"{integer_type(source, source.randint(4, 40))}({source.uniform(-7, 7):.5f})")


def fixed_conversion(piece: Piece) -> None:
    """From one format to another: every mode."""
    source = piece.source
    value = source.choice((_fixed, _fixed, _fixed, _integer, _native, _range, _bit))(piece)
    piece.give(f"{fixed_type(source)[0]}({value})")


def fixed_binary(piece: Piece) -> None:
    """Two operands, of which one is fixed-point."""
    source = piece.source
    operator = source.choice(("+", "-", "*", "/", "&", "|", "^", *RELATIONS))
    other = source.choice((_fixed, _fixed, _integer, _native))
    division = operator == "/"
    first = _fixed(piece, division)
    second = other(piece, nonzero=division)
    turned = source.random() < 0.4
    piece.give(f"{second} {operator} {first}" if turned else f"{first} {operator} {second}")


def fixed_unary(piece: Piece) -> None:
    """Signs, steps, shifts, conversions to integers."""
    source = piece.source
    which = source.random()
    kind, width = fixed_type(source)
    value = piece.take(kind, Operand(width))
    if which < 0.25:
        piece.give(f"{source.choice('~-+!')}{value}")
    elif which < 0.5:
        distance = piece.take(source.choice(("int", "unsigned")), Operand(source.randint(1, 7)))
        piece.give(f"{value} {source.choice(('<<', '>>'))} {distance}")
    elif which < 0.6:
        bits = source.randint(1, 7)
        piece.give(f"{value} {source.choice(('<<', '>>'))} {piece.take(integer_type(source, bits), Operand(bits))}")
    elif which < 0.8:
        # Without integer bits the reference leaves the integer part unset: undefined there.
        if int(kind.split(",")[1].rstrip("> ")) >= 0:
            piece.give(f"{value}.to_{source.choice(('int', 'uint', 'int64', 'uint64'))}()")
            piece.give(f"{value}.to_ap_int_base()")
            piece.give(f"{integer_type(source, width_of(source))}({value})")
    else:
        before = int(kind.split(",")[1].rstrip("> "))
        if 0 < before < width:
            piece.give(source.choice((f"{value}++", f"++{value}", f"{value}--", f"--{value}")))
        piece.give(f"{value}.is_neg()")
        piece.give(f"{value}.length()")
        piece.give(value)


def fixed_compound(piece: Piece) -> None:
    """`a op= b` with the target's modes, and bits and ranges as targets."""
    source = piece.source
    kind, width = fixed_type(source)
    value = piece.take(kind, Operand(width))
    which = source.random()
    if which < 0.5:
        operator = source.choice("+-*/&|^")
        other = source.choice((_fixed, _integer, _native))(piece, nonzero=True)
        piece.lines.append(f"{value} {operator}= {other};")
    elif which < 0.6:
        piece.lines.append(f"{value} {source.choice(('<<', '>>'))}= {source.randint(0, width + 2)};")
    elif which < 0.8:
        right = source.choice((_integer, _native, _fixed))(piece)
        piece.lines.append(f"{value}.range({_bounds(piece, width)}) = {right};")
    else:
        right = source.choice((_bit, _native))(piece)
        piece.lines.append(f"{value}[{source.randrange(width)}] = {right};")
        piece.give(f"ap_uint<{width}>({value}.range({_bounds(piece, width)}))")
        piece.give(f"(bool){value}[{source.randrange(width)}]")
    piece.give(value)


def fixed_constant(piece: Piece) -> None:
    """Floating-point constants: folded when compiled."""
    source = piece.source
    for _ in range(3):
        number = source.choice(
            (source.uniform(-2, 2), source.uniform(-300, 300), source.randint(-64, 64) / 32, 0.0, 1e-9, -1e-9, 3e7)
        )
        piece.give(f"{fixed_type(source)[0]}({number!r})")
    kind, width = fixed_type(source, width=source.randint(2, 50))
    value = piece.take(kind, Operand(width))
    piece.give(f"{value} {source.choice(RELATIONS)} {source.choice((0.0, 0.5, -1.0, 1.75, 0.3, -2.7, 1e6))!r}")


TOPICS: tuple[Callable[[Piece], None], ...] = (
    binary,
    binary,
    binary,
    reference_binary,
    shift,
    unary,
    compound,
    targets,
    concatenation,
    conversion,
    nested,
    literals,
    fixed_conversion,
    fixed_conversion,
    fixed_conversion,
    fixed_binary,
    fixed_binary,
    fixed_unary,
    fixed_compound,
    fixed_constant,
)


def pieces(seed: int, count: int) -> list[Piece]:
    """`count` pieces, the topics in turn."""
    made = []
    for number in range(count):
        topic = TOPICS[number % len(TOPICS)]
        piece = Piece(random.Random(seed * 1_000_003 + number), topic=topic.__name__)
        topic(piece)
        made.append(piece)
    return made
