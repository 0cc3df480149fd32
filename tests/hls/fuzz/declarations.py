"""Random declarations: tables, functions, statics, arrays, ports."""

from tests.hls.fuzz.scope import Array, Function, Scalar, Scope
from tests.hls.fuzz.statements import Port, Statements
from tests.hls.fuzz.types import Expression, Record, native


class Declarations(Statements):
    """Draws them."""

    def begin(self, scope: Scope) -> tuple[list[str], Record | None]:
        """What stands before the first function: a table, functions, a structure; what else the kernel may use."""
        self._fixed_point = self.chance(35)
        lines = [self.table(scope) for _ in range(self.number(0, 1))]
        lines += [self.function(scope) for _ in range(self.number(0, 2))]
        if not self.chance(35):
            return lines, None
        record = self.record(self._fixed_point)
        lines.append(record.declared)
        if self.chance(50):
            lines.append(self.record_function(scope, record))
        return lines, record

    def port(self, name: str, record: Record | None = None) -> Port:
        """A stream of integers, or maybe of records."""
        return Port(name, record if record is not None and self.chance(40) else self.type(70))

    def table(self, scope: Scope) -> str:
        kind, bits = self.type(32), self.number(1, 5)
        limit = (1 << min(kind.width, 31) - kind.signed) - 1
        values = ", ".join(str(self.number(0, limit)) for _ in range(1 << bits))
        name = self.fresh("table")
        scope.arrays.append(Array(name, kind, bits, fixed=True))
        return f"static const {kind.name} {name}[{1 << bits}] = {{{values}}};"

    def function(self, scope: Scope) -> str:
        inner = Scope(arrays=[one for one in scope.arrays if one.fixed], functions=list(scope.functions))
        parameters = tuple(self.type(40) for _ in range(self.number(1, 2)))
        for kind in parameters:
            inner.scalars.append(Scalar(self.fresh("p"), kind))
        result = self.type(40)
        formals = ", ".join(f"{one.type.name} {one.text}" for one in inner.scalars)
        body: list[str] = []
        if self.chance(30):
            body.append(f"    if ({self.condition(inner, 1)}) return {self.value(inner, result, 1)};")
        body.append(f"    return {self.value(inner, result, 2)};")
        one = Function(self.fresh("f"), result, parameters)
        scope.functions.append(one)
        return "\n".join([f"static {result.name} {one.name}({formals}) {{", *body, "}"])

    def static(self, scope: Scope) -> str:
        if self.chance(40):
            kind, bits, name = self.type(40), self.number(1, 5), self.fresh("kept")
            scope.arrays.append(Array(name, kind, bits))
            return f"    static {kind.name} {name}[{1 << bits}];{self._storage(name)}"
        kind, name = self.type(), self.fresh("state")
        scope.scalars.append(Scalar(name, kind))
        return f"    static {kind.name} {name} = {self.number(0, 1)};"

    def array(self, scope: Scope) -> list[str]:
        kind, bits, name = self.type(40), self.number(1, 5), self.fresh("a")
        scope.arrays.append(Array(name, kind, bits))
        count = 1 << bits
        fill = str(self.number(0, 1)) if self.chance(50) else "i"
        body = f"{name}[i] = {Expression(fill, native('int')).to(kind)};"
        declared = f"    {kind.name} {name}[{count}];{self._storage(name)}"
        return [declared, f"    for (int i = 0; i < {count}; i++) {body}"]

    def _storage(self, name: str) -> str:
        partition = f"#pragma HLS ARRAY_PARTITION variable={name} complete"
        ram, lut = (f"#pragma HLS BIND_STORAGE variable={name} type=ram_2p impl={how}" for how in ("bram", "lutram"))
        chosen = self.pick(("", "", partition, ram, lut))
        return f"\n{chosen}" if chosen else ""
