"""Types and typed expressions of generated kernels, with the vendor's rules for the widths of results."""

import random
from dataclasses import dataclass

NATIVE = {
    "bool": (1, False),
    "unsigned char": (8, False),
    "signed char": (8, True),
    "unsigned short": (16, False),
    "short": (16, True),
    "unsigned": (32, False),
    "int": (32, True),
    "unsigned long long": (64, False),
    "long long": (64, True),
}
ARITHMETIC = ("int", "unsigned", "long long", "unsigned long long")
"""Native types that arithmetic is done in: what is narrower is converted first, so that the result's type is known."""


@dataclass(frozen=True)
class Type:
    """`ap`: an ap_int or ap_uint, else a native type of the name."""

    width: int
    signed: bool
    ap: bool = True
    native: str = ""

    @property
    def name(self) -> str:
        return f"ap_{'' if self.signed else 'u'}int<{self.width}>" if self.ap else self.native

    def cast(self, text: str) -> str:
        """The value converted to this type."""
        return f"{self.name}({text})" if self.ap else f"(({self.native})({text}))"


@dataclass(frozen=True)
class Fixed:
    """An ap_fixed or ap_ufixed."""

    width: int
    integer: int
    signed: bool
    quantisation: str = "AP_TRN"
    overflow: str = "AP_WRAP"

    @property
    def name(self) -> str:
        sign = "" if self.signed else "u"
        return f"ap_{sign}fixed<{self.width}, {self.integer}, {self.quantisation}, {self.overflow}>"


QUANTISATION = ("AP_TRN", "AP_RND", "AP_RND_ZERO", "AP_RND_MIN_INF", "AP_RND_INF", "AP_RND_CONV", "AP_TRN_ZERO")
OVERFLOW = ("AP_WRAP", "AP_SAT", "AP_SAT_ZERO", "AP_SAT_SYM", "AP_WRAP_SM")
WIDTHS = (2, 3, 5, 7, 9, 12, 13, 16, 17, 24, 31, 32, 33, 40, 48, 63, 64, 65, 70, 100, 128)
FIXED_WIDTHS = (2, 3, 5, 7, 8, 12, 16, 18, 24, 31, 33, 40)


@dataclass(frozen=True)
class Pool:
    """Widths and fixed-point types of some kernels that are built together.

    Most of a native build goes into the reference headers' templates, one instance for each pair of types.
    """

    widths: tuple[int, ...]
    fixed: tuple[Fixed, ...]


def pool(number: int) -> Pool:
    """One of endlessly many: the widths differ at random, the modes go round so that 35 types have every pair."""
    source = random.Random(number)
    fixed = []
    for place in range(5 * number, 5 * number + 5):
        overflow = OVERFLOW[place % 5]
        width = source.choice(FIXED_WIDTHS)
        integer = source.randint(0, width)  # with the point outside of the bits the reference asserts
        signed = overflow == "AP_WRAP_SM" or source.random() < 0.6
        fixed.append(Fixed(width, integer, signed, QUANTISATION[place % 7], overflow))
    return Pool((8, 1, *sorted(source.sample(WIDTHS, 5))), tuple(fixed))


@dataclass(frozen=True)
class Record:
    """A structure of a kernel; `table`: elements of an array behind the fields, 0 for none."""

    name: str
    fields: tuple[Type | Fixed, ...]
    table: int = 0

    @property
    def width(self) -> int:
        """Bits of the whole; the elements of the array have the first field's type."""
        return sum(one.width for one in self.fields) + self.table * self.fields[0].width

    @property
    def declared(self) -> str:
        """The definition."""
        members = [f"{one.name} f{n};" for n, one in enumerate(self.fields)]
        members += [f"{self.fields[0].name} t[{self.table}];"] if self.table else []
        return f"struct {self.name} {{ {' '.join(members)} }};"


def native(name: str) -> Type:
    """A native type."""
    width, signed = NATIVE[name]
    return Type(width, signed, False, name)


@dataclass(frozen=True)
class Expression:
    """Text in parentheses where it needs them, and its type (of `ap` results: width and sign)."""

    text: str
    type: Type

    def to(self, kind: Type) -> str:
        """Converted."""
        if not kind.ap and self.type.ap and kind.native != "bool":
            how = {"int": "to_int", "unsigned": "to_uint", "long long": "to_int64", "unsigned long long": "to_uint64"}
            if kind.native in how:
                return f"({self.text}).{how[kind.native]}()"
            return kind.cast(f"({self.text}).to_int()")
        if not kind.ap and self.type.ap:
            return f"({self.text} != 0)"
        return kind.cast(self.text)


def sum_type(a: Type, b: Type) -> Type:
    """Of a + b."""
    return Type(_both(a, b) + 1, a.signed or b.signed)


def difference_type(a: Type, b: Type) -> Type:
    """Of a - b."""
    return Type(_both(a, b) + 1, True)


def product_type(a: Type, b: Type) -> Type:
    """Of a * b."""
    return Type(a.width + b.width, a.signed or b.signed)


def quotient_type(a: Type, b: Type) -> Type:
    """Of a / b."""
    return Type(a.width + b.signed, a.signed or b.signed)


def remainder_type(a: Type, b: Type) -> Type:
    """Of a % b."""
    return Type(min(a.width, b.width + (not b.signed and a.signed)), a.signed)


def logic_type(a: Type, b: Type) -> Type:
    """Of a & b, a | b, a ^ b."""
    return Type(_both(a, b), a.signed or b.signed)


def _both(a: Type, b: Type) -> int:
    return max(a.width + (b.signed and not a.signed), b.width + (a.signed and not b.signed))
