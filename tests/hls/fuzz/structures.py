"""Random structures as values: copies, choices, arguments and results of functions, elements of arrays."""

from tests.hls.fuzz.fixed import FixedPoint
from tests.hls.fuzz.scope import Scope, Structure
from tests.hls.fuzz.types import Fixed, Record, Type


class Structures(FixedPoint):
    """Draws them. All variables are of one structure, that of the kernel."""

    _record_function = ""

    def record(self, fixed_point: bool) -> Record:
        """A structure with one to four fields and maybe an array."""
        fields: list[Type | Fixed] = [self.type(40)]
        for _ in range(self.number(0, 3)):
            fields.append(self.fixed_type() if fixed_point and self.chance(40) else self.type(40))
        return Record("Record", tuple(fields), 4 if self.chance(25) else 0)

    def record_locals(self, scope: Scope, kind: Record) -> list[str]:
        """A variable made member by member, a copy of it, and maybe an array of them."""
        lines = [f"    {kind.name} one;"]
        for number, field in enumerate(kind.fields):
            lines.append(f"    one.f{number} = {self.member(scope, field)};")
        lines += [f"    one.t[{place}] = {self.member(scope, kind.fields[0])};" for place in range(kind.table)]
        scope.add("one", kind)
        scope.add("two", kind)
        lines.append(f"    {kind.name} two = one;")
        if self.chance(40):
            lines += [f"    {kind.name} box[4];", "    for (int i = 0; i < 4; i++) box[i] = one;"]
            scope.structures.append(Structure("box", kind, 2))
        return lines

    def member(self, scope: Scope, kind: Type | Fixed) -> str:
        """A value of a member's type."""
        return self.fixed_value(scope, kind, 1) if isinstance(kind, Fixed) else self.value(scope, kind, 1)

    def record_function(self, scope: Scope, kind: Record) -> str:
        """Takes a structure by value, changes it and gives it back."""
        inner = Scope(arrays=[one for one in scope.arrays if one.fixed], functions=list(scope.functions))
        inner.add("given", kind)
        number = self.number(0, len(kind.fields) - 1)
        lines = [f"    given.f{number} = {self.member(inner, kind.fields[number])};"]
        if self.chance(30):
            lines.insert(0, f"    if ({self.condition(inner, 1)}) return given;")
        self._record_function = "changed"
        head = f"static {kind.name} {self._record_function}({kind.name} given) {{"
        return "\n".join([head, *lines, "    return given;", "}"])

    def record_value(self, scope: Scope, kind: Record, depth: int = 2) -> str:
        """A structure's value."""
        found = [one for one in scope.structures if one.type == kind]
        one = self.pick(found)
        how = self.number(0, 5)
        if how == 4 and self._record_function and depth:
            return f"{self._record_function}({self.record_value(scope, kind, depth - 1)})"
        if how == 5 and depth:
            first, second = (self.record_value(scope, kind, depth - 1) for _ in range(2))
            return f"({self.condition(scope, 1)} ? {first} : {second})"
        return self._named(scope, one)

    def record_assignment(self, scope: Scope) -> str:
        """Of a whole structure."""
        one = self.pick([one for one in scope.structures if not one.fixed])
        return f"    {self._named(scope, one)} = {self.record_value(scope, one.type)};"

    def _named(self, scope: Scope, one: Structure) -> str:
        if not one.bits:
            return one.text
        return f"{one.text}[{Type(one.bits, False).cast(self.value(scope, Type(8, False), 1))}]"
