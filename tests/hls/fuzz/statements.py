"""Random statements: assignments, stores, reads and writes of streams, conditions, loops."""

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.hls.fuzz.scope import Scalar, Scope
from tests.hls.fuzz.structures import Structures
from tests.hls.fuzz.types import Expression, Pool, Record, Type, native

MOST_TRIPS = 60
MOST_UNROLLED = 8


@dataclass(frozen=True)
class Place:
    """Where a statement stands: how many trips remain to loops inside, and what may be there."""

    trips: int = MOST_TRIPS
    depth: int = 0
    pipelined: bool = False
    in_loop: bool = False


@dataclass(frozen=True)
class Port:
    """A stream argument of integers or of records."""

    name: str
    type: Type | Record

    @property
    def declared(self) -> str:
        """As an argument."""
        return f"hls::stream<{self.type.name}>& {self.name}"


class Statements(Structures):
    """Draws statements."""

    def __init__(self, draw: Callable[[st.SearchStrategy[object]], object], pool: Pool) -> None:
        super().__init__(draw, pool)
        self._inputs: list[Port] = []
        self._outputs: list[Port] = []
        self._fixed_point = False

    def block(self, scope: Scope, place: Place, count: int) -> list[str]:
        """Statements; what they declare is added to the scope."""
        return [line for _ in range(count) for line in self._statement(scope, place)]

    def _statement(self, scope: Scope, place: Place) -> list[str]:
        makers = [self._assign] * 4 + [self._declare, self._write, self._write, self._read, self._store, self._store]
        if place.depth < 3:
            makers += [self._if, self._if, self._switch]
            if place.trips >= 2:
                makers += [self._for] * 3
            if place.trips >= 2 and not place.pipelined:
                makers += [self._while, self._walk, self._walk, self._poll_loop]
        makers += [self._fixed_statement] * 2 if self._fixed_point else []
        makers += [self._record_statement] * 2 if scope.structures else []
        makers += [] if place.pipelined else [self._poll]
        return self.pick(makers)(scope, place)

    def _declare(self, scope: Scope, place: Place) -> list[str]:
        return [self._local(scope)]

    def _assign(self, scope: Scope, place: Place) -> list[str]:
        targets = [one for one in scope.scalars if not one.fixed]
        one = self.pick(targets)
        how = self.number(0, 5)
        if how == 3 and one.type.native != "bool":
            return [f"    {one.text}{self.pick(('++', '--'))};"]
        if how == 4 and one.type.ap:
            sign = self.pick(("+", "-", "^", "|", "&", "*"))
            return [f"    {one.text} {sign}= {self.value(scope, self.type(40), 2)};"]
        if how == 5 and one.type.ap:
            high, low = self.slice(one.type.width)
            value = self.value(scope, Type(high - low + 1, False), 2)
            return [f"    {one.text}.range({high}, {low}) = {value};"]
        return [f"    {one.text} = {self.value(scope, one.type, 3)};"]

    def _store(self, scope: Scope, place: Place) -> list[str]:
        arrays = [one for one in scope.arrays if not one.fixed]
        if not arrays:
            return self._assign(scope, place)
        array = self.pick(arrays)
        sign = self.pick(("", "", "+", "^")) if array.type.native != "bool" else ""
        index = self.index(scope, array, 2)
        return [f"    {array.name}[{index}] {sign}= {self.value(scope, array.type, 2)};"]

    def _local(self, scope: Scope) -> str:
        kind, name = self.type(), self.fresh("v")
        line = f"    {kind.name} {name} = {self.value(scope, kind, 2)};"
        scope.scalars.append(Scalar(name, kind))
        return line

    def _fixed_statement(self, scope: Scope, place: Place) -> list[str]:
        return [self.fixed_assignment(scope)]

    def _record_statement(self, scope: Scope, place: Place) -> list[str]:
        return [self.record_assignment(scope)]

    def word(self, scope: Scope, port: Port) -> str:
        """Something to write."""
        if isinstance(port.type, Record):
            return self.record_value(scope, port.type)
        return self.value(scope, port.type, 2)

    def _write(self, scope: Scope, place: Place) -> list[str]:
        if not self._outputs:
            return self._assign(scope, place)
        port = self.pick(self._outputs)
        value = self.word(scope, port)
        if place.pipelined or not self.chance(15):
            return [f"    {port.name}.write({value});"]
        name = self.fresh("w")
        wait = f"while (!{port.name}.write_nb({name})) {{}}"
        if self.chance(30):
            wait = f"while ({port.name}.full()) {{}}\n    {port.name}.write({name});"
        return [f"    {port.type.name} {name} = {value};", f"    {wait}"]

    def _read(self, scope: Scope, place: Place) -> list[str]:
        if not self._inputs:
            return self._assign(scope, place)
        port = self.pick(self._inputs)
        name = self.fresh("r")
        scope.add(name, port.type)
        return [f"    {port.type.name} {name} = {port.name}.read();"]

    def _poll(self, scope: Scope, place: Place) -> list[str]:
        """Waits for a word with read_nb or empty; what comes is the same whenever it comes."""
        if not self._inputs:
            return self._assign(scope, place)
        port, name = self.pick(self._inputs), self.fresh("r")
        scope.add(name, port.type)
        if self.chance(40):
            return [f"    while ({port.name}.empty()) {{}}", f"    {port.type.name} {name} = {port.name}.read();"]
        return [f"    {port.type.name} {name};", f"    while (!{port.name}.read_nb({name})) {{}}"]

    def _poll_loop(self, scope: Scope, place: Place) -> list[str]:
        """As many iterations that do something as there are trips, those without a word between them do nothing."""
        ports = [*self._inputs, *self._outputs]
        if not ports:
            return self._assign(scope, place)
        port, count, trips = self.pick(ports), self.fresh("n"), self.number(2, min(9, place.trips))
        inner = scope.inner()
        inner.scalars.append(Scalar(count, native("int"), fixed=True))
        pipelined = self.chance(60)
        lines = ["#pragma HLS PIPELINE II=1"] if pipelined else []
        if port in self._outputs:
            word, way = self.word(inner, port), self.chance(50)
            test = f"!{port.name}.full()" if way else f"{port.name}.write_nb({word})"
            first = [f"            {port.name}.write({word});"] if way else []
        else:
            name, way = self.fresh("r"), self.chance(50)
            inner.add(name, port.type)
            if way:
                test, first = f"!{port.name}.empty()", [f"            {port.type.name} {name} = {port.name}.read();"]
            else:
                lines += [f"        {port.type.name} {name};"]
                test, first = f"{port.name}.read_nb({name})", []
        body = self._inner(inner, place, trips, pipelined=pipelined, in_loop=True)
        inside = [f"        if ({test}) {{", *first, *("    " + line for line in body), f"            {count}++;"]
        return [f"    int {count} = 0;", f"    while ({count} < {trips}) {{", *lines, *inside, "        }", "    }"]

    def _walk(self, scope: Scope, place: Place) -> list[str]:
        """A loop whose indices are linear in its counter: what it writes it reads again some iterations later."""
        arrays = [one for one in scope.arrays if not one.fixed and one.bits >= 2]
        if not arrays:
            return self._assign(scope, place)
        array, name = self.pick(arrays), self.fresh("i")
        size, far = 1 << array.bits, self.number(1, 3)
        inner = scope.inner()
        inner.scalars.append(Scalar(name, native("int"), fixed=True))
        last = min(size - far, far + place.trips - 1)
        bound = f"{last}"
        if self.chance(30):
            bound = Type(array.bits, False).cast(self.value(scope, Type(8, False), 1))
            bound = f"(+int({bound}) % {last + 1})"  # without + g++ may take (int(T(U(a[i]))) ...) for a type
        down = self.chance(25)
        head = f"for (int {name} = {far}; {name} < {bound}; {name}++)"
        if down:
            head = f"for (int {name} = {bound} - 1; {name} >= {far}; {name}--)"
        places = [name, f"{name} - {self.number(1, far)}", f"{name} + {self.number(1, far)}"]
        places += [f"{size - 1} - {name}", f"(2 * {name}) % {size}", f"{name} / 2", f"{name} ^ 1"]
        others = [one for one in scope.arrays if not one.fixed and one.bits == array.bits]
        for one in [array, self.pick(others)]:
            inner.scalars += [Scalar(f"{one.name}[{self.pick(places)}]", one.type, fixed=True) for _ in range(2)]
        lines = self.pick((["#pragma HLS PIPELINE II=1"],) * 3 + (["#pragma HLS UNROLL factor=2"], []))
        for _ in range(self.number(1, 2)):
            where = self.pick([name, *places])
            seen = self.pick(inner.scalars[-4:])
            sign = self.pick(("^", "+", "-")) if seen.type.native != "bool" else "^"
            value = f"{seen.text} {sign} {self.value(inner, seen.type, 1)}"
            made = Expression(f"({value})", Type(seen.type.width + 1, True) if seen.type.ap else native("int"))
            if not seen.type.ap:
                made = Expression(seen.type.cast(f"({value})"), seen.type)
            lines.append(f"        {array.name}[{where}] = {made.to(array.type)};")
        if self._outputs and self.chance(30):
            port = self.pick(self._outputs)
            lines.append(f"        {port.name}.write({self.word(inner, port)});")
        return [f"    {head} {{", *lines, "    }"]

    def _inner(self, scope: Scope, place: Place, trips: int, **changes: bool) -> list[str]:
        pipelined = changes.get("pipelined", place.pipelined)
        in_loop = changes.get("in_loop", place.in_loop)
        left = place.trips // trips
        inner = Place(min(left, MOST_UNROLLED) if pipelined else left, place.depth + 1, pipelined, in_loop)
        return ["    " + line for line in self.block(scope.inner(), inner, self.number(1, 3))]

    def _if(self, scope: Scope, place: Place) -> list[str]:
        lines = [f"    if ({self.condition(scope, 2)}) {{", *self._inner(scope, place, 1)]
        if self.chance(40):
            lines += ["    } else {", *self._inner(scope, place, 1)]
        return [*lines, "    }"]

    def _switch(self, scope: Scope, place: Place) -> list[str]:
        lines = [f"    switch ({self.value(scope, native('unsigned'), 2)} & 3) {{"]
        for case in range(self.number(1, 3)):
            lines += [f"    case {case}: {{", *self._inner(scope, place, 1), "    }"]
            if not self.chance(15):
                lines.append("        break;")
        if self.chance(50):
            lines += ["    default: {", *self._inner(scope, place, 1), "    }"]
        return [*lines, "    }"]

    def _for(self, scope: Scope, place: Place) -> list[str]:
        most = min(4, place.trips) if place.pipelined else min(9, place.trips)
        trips = self.number(2, most)
        name = self.fresh("i")
        inner = scope.inner()
        inner.scalars.append(Scalar(name, native("int"), fixed=True))
        kind = self.number(0, 5)
        pipelined = place.pipelined or kind in (1, 2)
        pragma = {1: ["#pragma HLS PIPELINE II=1"], 2: ["#pragma HLS PIPELINE"], 3: ["#pragma HLS UNROLL"]}
        chosen = [] if place.pipelined else pragma.get(kind, [])
        bound = str(trips)
        if kind == 4 and not place.pipelined:
            bound = Type(max(1, trips.bit_length() - 1), False).cast(self.value(scope, Type(4, False), 1))
        unrolled = place.pipelined or kind == 3
        body = self._inner(inner, place, trips, pipelined=pipelined or kind == 3, in_loop=True)
        if not unrolled and self.chance(20):
            word = self.pick(("continue", "break"))
            body.insert(self.pick((0, len(body))), f"        if ({self.condition(inner, 1)}) {word};")
        return [f"    for (int {name} = 0; {name} < {bound}; {name}++) {{", *chosen, *body, "    }"]

    def _while(self, scope: Scope, place: Place) -> list[str]:
        trips = self.number(2, min(9, place.trips))
        name = self.fresh("n")
        inner = scope.inner()
        inner.scalars.append(Scalar(name, native("int"), fixed=True))
        pipelined = self.chance(40)
        chosen = ["#pragma HLS PIPELINE II=1"] if pipelined else []
        test = f"{self.condition(scope, 1)} && {name} < {trips}"
        body = [*self._inner(inner, place, trips, pipelined=pipelined, in_loop=True), f"        {name}++;"]
        if self.chance(25):
            return [f"    int {name} = 0;", "    do {", *chosen, *body, f"    }} while ({test});"]
        return [f"    int {name} = 0;", f"    while ({test}) {{", *chosen, *body, "    }"]
