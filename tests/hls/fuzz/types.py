"""Types and typed expressions of generated kernels, with the vendor's rules for the widths of results."""

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
