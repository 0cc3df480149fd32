"""Random typed expressions over what is in scope; never undefined."""

from collections.abc import Callable
from typing import TypeVar

from hypothesis import strategies as st

from tests.hls.fuzz.scope import Array, Scalar, Scope
from tests.hls.fuzz.types import (
    ARITHMETIC,
    NATIVE,
    Expression,
    Pool,
    Type,
    difference_type,
    logic_type,
    native,
    product_type,
    quotient_type,
    remainder_type,
    sum_type,
)

T = TypeVar("T")
WIDEST = 140
DIVIDE_WIDEST = 40
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")


class Expressions:
    """Draws expressions; the simplest choice comes first everywhere, for shrinking."""

    def __init__(self, draw: Callable[[st.SearchStrategy[object]], object], pool: Pool) -> None:
        self._draw = draw
        self._pool = pool
        self._names = 0

    def fresh(self, stem: str) -> str:
        """A name of its own."""
        self._names += 1
        return f"{stem}{self._names}"

    def pick(self, choices: list[T] | tuple[T, ...]) -> T:
        """One of them."""
        return choices[self.number(0, len(choices) - 1)]

    def number(self, low: int, high: int) -> int:
        """Within bounds."""
        found = self._draw(st.integers(low, high))
        assert isinstance(found, int)
        return found

    def chance(self, percent: int) -> bool:
        """True that often; shrinks to false."""
        return self.number(0, 99) >= 100 - percent

    def type(self, widest: int = 70) -> Type:
        """Any type of a variable."""
        kind = self.number(0, 5)
        if kind == 0:
            return native("int")
        if kind == 1:
            return native(self.pick(list(NATIVE)))
        return Type(self.width(widest), kind % 2 == 1)

    def width(self, most: int) -> int:
        """Of an ap_int or a slice."""
        return self.pick([width for width in self._pool.widths if width <= most])

    def slice(self, width: int) -> tuple[int, int]:
        """Highest and lowest bit of a part of some bits."""
        size = self.width(width)
        low = self.number(0, width - size)
        return low + size - 1, low

    def expression(self, scope: Scope, depth: int) -> Expression:
        """Of any type."""
        made = self._expression(scope, depth)
        if made.type.ap and made.type.width > WIDEST:
            kind = Type(self.width(64), made.type.signed)
            return Expression(kind.cast(made.text), kind)
        return made

    def condition(self, scope: Scope, depth: int) -> str:
        """A bool."""
        return self.expression(scope, depth).to(native("bool"))

    def value(self, scope: Scope, kind: Type, depth: int) -> str:
        """Converted to a type."""
        return self.expression(scope, depth).to(kind)

    def index(self, scope: Scope, array: Array, depth: int) -> str:
        """Below the array's size."""
        if self.chance(40):
            return str(self.number(0, (1 << array.bits) - 1))
        made = self.expression(scope, depth)
        if made.type.ap and self.chance(60):
            return Type(array.bits, False).cast(made.text)
        return f"({made.to(native('unsigned'))} & {(1 << array.bits) - 1})"

    def _expression(self, scope: Scope, depth: int) -> Expression:
        makers = [self._leaf] * (3 if depth > 0 else 1)
        if depth > 0:
            makers += [self._arithmetic] * 5 + [self._logic] * 2 + [self._compare, self._shift, self._unary]
            makers += [self._select, self._cast, self._bits, self._divide, self._element, self._call, self._reduce]
            makers += [self._concatenation]
            makers += [self._of_fixed] * 2 if scope.fixeds else []
        return self.pick(makers)(scope, depth - 1)

    def _leaf(self, scope: Scope, depth: int) -> Expression:
        if scope.scalars and not self.chance(25):
            one = self.pick(scope.scalars)
            return Expression(one.text, one.type)
        return self._constant()

    def _constant(self) -> Expression:
        if self.chance(50):
            kind = self.type()
            if kind.ap and kind.width > 32:
                kind = Type(32, kind.signed)
            low = -(1 << min(kind.width, 31) - 1) if kind.signed else 0
            high = (1 << min(kind.width, 31) - kind.signed) - 1
            value = self.pick([0, low, high, self.number(low, high)])
            text = f"({value})" if value >= 0 else f"(-{-value - 1} - 1)"
            return Expression(kind.cast(text), kind)
        return Expression(str(self.number(0, 300)), native("int"))

    def _two(self, scope: Scope, depth: int) -> tuple[Expression, Expression]:
        return self.expression(scope, depth), self.expression(scope, depth)

    def _common(self, a: Expression, b: Expression) -> tuple[str, str, Type]:
        kind = native(self.pick(ARITHMETIC))
        return a.to(kind), b.to(kind), kind

    def _arithmetic(self, scope: Scope, depth: int) -> Expression:
        sign = self.pick(("+", "-", "*"))
        a, b = self._two(scope, depth)
        if not (a.type.ap or b.type.ap):
            left, right, kind = self._common(a, b)
            return Expression(f"({left} {sign} {right})", kind)
        rule = {"+": sum_type, "-": difference_type, "*": product_type}[sign]
        return Expression(f"({a.text} {sign} {b.text})", rule(a.type, b.type))

    def _logic(self, scope: Scope, depth: int) -> Expression:
        sign = self.pick(("&", "|", "^"))
        a, b = self._two(scope, depth)
        if not (a.type.ap or b.type.ap):
            left, right, kind = self._common(a, b)
            return Expression(f"({left} {sign} {right})", kind)
        return Expression(f"({a.text} {sign} {b.text})", logic_type(a.type, b.type))

    def _compare(self, scope: Scope, depth: int) -> Expression:
        sign = self.pick(COMPARISONS)
        a, b = self._two(scope, depth)
        left, right = (a.text, b.text) if a.type.ap or b.type.ap else self._common(a, b)[:2]
        return Expression(f"({left} {sign} {right})", native("bool"))

    def _divide(self, scope: Scope, depth: int) -> Expression:
        a, b = self._two(scope, depth)
        sign = self.pick(("/", "%"))
        if not (a.type.ap or b.type.ap):
            kind = native(self.pick(("unsigned", "unsigned long long")))
            return Expression(f"({a.to(kind)} {sign} ({b.to(kind)} | 1))", kind)
        top = Type(min(a.type.width, DIVIDE_WIDEST), a.type.signed)
        below = Type(max(2, min(b.type.width, DIVIDE_WIDEST)), b.type.signed)
        if self.chance(50):
            below = Type(6, below.signed)
            divisor = below.cast(str(self.number(1, 31)))
        else:
            divisor = below.cast(f"{below.cast(b.text)} | {below.cast('1')}")
        rule = quotient_type if sign == "/" else remainder_type
        return Expression(f"({top.cast(a.text)} {sign} {divisor})", rule(top, below))

    def _shift(self, scope: Scope, depth: int) -> Expression:
        a = self.expression(scope, depth)
        sign = self.pick(("<<", ">>"))
        kind = a.type if a.type.ap else native(self.pick(ARITHMETIC))
        value = a.text if a.type.ap else a.to(kind)
        if kind.width < 2 or self.chance(50):
            return Expression(f"({value} {sign} {self.number(0, kind.width - 1)})", kind)
        amount = Type(min(self.number(1, 6), (kind.width).bit_length() - 1), False)
        by = amount.cast(self.value(scope, Type(8, False), depth))
        return Expression(f"({value} {sign} {by if kind.ap else f'({by}).to_int()'})", kind)

    def _unary(self, scope: Scope, depth: int) -> Expression:
        a = self.expression(scope, depth)
        sign = self.pick(("-", "~", "!"))
        if sign == "!":
            return Expression(f"(!{a.to(native('bool'))})", native("bool"))
        if a.type.ap:
            kind = Type(a.type.width + 1, True) if sign == "-" else a.type
            return Expression(f"({sign}{a.text})", kind)
        kind = native(self.pick(ARITHMETIC))
        return Expression(f"({sign}{a.to(kind)})", kind)

    def _select(self, scope: Scope, depth: int) -> Expression:
        kind = self.type()
        test = self.condition(scope, depth)
        return Expression(f"({test} ? {self.value(scope, kind, depth)} : {self.value(scope, kind, depth)})", kind)

    def _cast(self, scope: Scope, depth: int) -> Expression:
        kind = self.type(128)
        return Expression(self.value(scope, kind, depth), kind)

    def _of_ap(self, scope: Scope) -> Scalar | None:
        found = [one for one in scope.scalars if one.type.ap]
        return self.pick(found) if found else None

    def _bits(self, scope: Scope, depth: int) -> Expression:
        one = self._of_ap(scope)
        if one is None:
            return self._leaf(scope, depth)
        width = one.type.width
        if self.chance(40):
            if width > 1 and self.chance(40):
                amount = Type(width.bit_length() - 1, False)
                place = amount.cast(self.value(scope, Type(8, False), depth))
            else:
                place = str(self.number(0, width - 1))
            return Expression(f"bool({one.text}[{place}])", native("bool"))
        high, low = self.slice(width)
        kind = Type(high - low + 1, False)
        how = self.pick((f"{one.text}.range({high}, {low})", f"{one.text}({high}, {low})"))
        return Expression(kind.cast(how), kind)

    def _reduce(self, scope: Scope, depth: int) -> Expression:
        one = self._of_ap(scope)
        if one is None:
            return self._leaf(scope, depth)
        kinds = ["or"]  # the reference's and_reduce is wrong beyond 64 bits, its xor_reduce for negative values
        kinds += ["and"] if one.type.width <= 64 else []
        kinds += [] if one.type.signed else ["xor"]
        return Expression(f"{one.text}.{self.pick(kinds)}_reduce()", native("bool"))

    def _concatenation(self, scope: Scope, depth: int) -> Expression:
        high, low = Type(self.width(33), False), Type(self.width(33), False)
        kind = Type(high.width + low.width, False)
        first, second = (f"({self.value(scope, kind, depth)})" for kind in (high, low))
        text = f"({first}, {second})"  # without the inner parentheses g++ may take (T(a), U(a)) for parameters
        return Expression(kind.cast(text), kind)

    def _of_fixed(self, scope: Scope, depth: int) -> Expression:
        raise NotImplementedError

    def _element(self, scope: Scope, depth: int) -> Expression:
        if not scope.arrays:
            return self._leaf(scope, depth)
        array = self.pick(scope.arrays)
        return Expression(f"{array.name}[{self.index(scope, array, min(depth, 1))}]", array.type)

    def _call(self, scope: Scope, depth: int) -> Expression:
        if not scope.functions:
            return self._leaf(scope, depth)
        one = self.pick(scope.functions)
        values = [*one.given, *(self.value(scope, kind, min(depth, 1)) for kind in one.parameters)]
        return Expression(f"{one.name}({', '.join(values)})", one.result)
