"""Random fixed-point types, values and statements; every quantisation and overflow mode."""

from tests.hls.fuzz.expressions import COMPARISONS, Expressions
from tests.hls.fuzz.scope import FixedScalar, Scope
from tests.hls.fuzz.types import Expression, Fixed, Type, native


class FixedPoint(Expressions):
    """Draws them. Fixed-point variables are apart from the integers of a scope: the rules of their widths differ."""

    def fixed_type(self) -> Fixed:
        """One of the pool."""
        return self.pick(self._pool.fixed)

    def fixed_value(self, scope: Scope, kind: Fixed, depth: int) -> str:
        """Converted to a type."""
        return f"{kind.name}({self._fixed(scope, depth)})"

    def _fixed(self, scope: Scope, depth: int) -> str:
        if depth <= 0 or self.chance(20):
            if scope.fixeds and self.chance(70):
                return self.pick(scope.fixeds).text
            kind = Type(self.width(40), self.chance(50))
            return self.value(scope, kind, max(0, depth - 1))
        kind = self.fixed_type()
        one = self.fixed_value(scope, kind, depth - 1)
        how = self.number(0, 6)
        if how == 0:
            return f"({one} >> {self.number(0, kind.width - 1)})"
        if how == 1:
            return f"({one} << {self.number(0, kind.width - 1)})"
        if how == 2:
            return f"(-{one})"
        if how == 3:
            divisor = Fixed(6, 6, self.chance(50))
            return f"({one} / {divisor.name}({self.number(1, 31)}))"
        other = self.fixed_value(scope, self.fixed_type(), depth - 1)
        return f"({one} {self.pick(('+', '-', '*'))} {other})"

    def fixed_local(self, scope: Scope) -> str:
        """A variable."""
        kind, name = self.fixed_type(), self.fresh("x")
        line = f"    {kind.name} {name} = {self.fixed_value(scope, kind, 2)};"
        scope.fixeds.append(FixedScalar(name, kind))
        return line

    def fixed_assignment(self, scope: Scope) -> str:
        """Of a whole variable or of some of its bits."""
        targets = [one for one in scope.fixeds if not one.fixed]
        if not targets or self.chance(25):
            return self.fixed_local(scope)
        one = self.pick(targets)
        how = self.number(0, 4)
        if how == 3:
            return f"    {one.text} {self.pick(('+', '-', '*'))}= {self._fixed(scope, 1)};"
        if how == 4:
            high, low = self.slice(one.type.width)
            return f"    {one.text}.range({high}, {low}) = {self.value(scope, Type(high - low + 1, False), 1)};"
        return f"    {one.text} = {self._fixed(scope, 2)};"

    def _of_fixed(self, scope: Scope, depth: int) -> Expression:
        """An integer from a fixed-point variable: its integer part, its bits, or a comparison."""
        if not scope.fixeds:
            return self._leaf(scope, depth)
        one = self.pick(scope.fixeds)
        kind = one.type
        how = self.number(0, 3)
        if how == 0:
            return Expression(f"({one.text}).to_int()", native("int"))
        if how == 1:
            whole = Type(kind.width, kind.signed)
            return Expression(f"{whole.name}({one.text})", whole)
        if how == 2:
            other = self.fixed_value(scope, self.fixed_type(), depth)
            return Expression(f"({one.text} {self.pick(COMPARISONS)} {other})", native("bool"))
        high, low = self.slice(kind.width)
        bits = Type(high - low + 1, False)
        return Expression(bits.cast(f"{one.text}.range({high}, {low})"), bits)
