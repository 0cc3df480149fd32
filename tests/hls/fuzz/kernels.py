"""Random kernels: declarations, statements, loops, streams. Every kernel ends, and what it computes is defined.

Each call reads one word of `go` first, so that the compiled kernel, which starts again by itself, runs as often as the
native one is called. Loops have a bounded number of trips; what is read beyond the given words is no fault of anyone.
"""

import random
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.hls.fuzz.expressions import Array, Expressions, Function, Scalar, Scope
from tests.hls.fuzz.types import Expression, Type, native

HEAD = '#include "ap_int.h"\n#include "hls_stream.h"\n'
MOST_TRIPS = 60
MOST_UNROLLED = 8
WORDS = 600
CALLS = 3


@dataclass(frozen=True)
class Kernel:
    """A top named `kernel_name` where its text has `@`. `inputs`: widths by port; `words`: of the stimulus."""

    text: str
    inputs: tuple[tuple[str, int], ...]
    seed: int

    def source(self, name: str) -> str:
        """The C++ of a top of that name."""
        return self.text.replace("@", name)

    def stimulus(self) -> dict[str, list[int]]:
        """Words of all inputs, extremes among them."""
        source = random.Random(self.seed)
        words = {"go": [0] * CALLS}
        for name, width in self.inputs:
            extremes = [0, 1, (1 << width) - 1, 1 << (width - 1), (1 << (width - 1)) - 1]
            words[name] = [
                source.choice(extremes) & ((1 << width) - 1) if source.random() < 0.3 else source.getrandbits(width)
                for _ in range(WORDS)
            ]
        return words


@dataclass(frozen=True)
class Place:
    """Where a statement stands: how many trips remain to loops inside, and what may be there."""

    trips: int = MOST_TRIPS
    depth: int = 0
    pipelined: bool = False
    in_loop: bool = False


@dataclass(frozen=True)
class Port:
    """A stream argument."""

    name: str
    type: Type


class _Maker(Expressions):
    """Draws one kernel."""

    def __init__(self, draw: st.DrawFn) -> None:
        super().__init__(draw)
        self._names = 0
        self._inputs: list[Port] = []
        self._outputs: list[Port] = []

    def fresh(self, stem: str) -> str:
        self._names += 1
        return f"{stem}{self._names}"

    def kernel(self) -> Kernel:
        scope = Scope()
        lines = [HEAD]
        lines += [self._table(scope) for _ in range(self.number(0, 1))]
        lines += [self._function(scope) for _ in range(self.number(0, 2))]
        record = [self.type(40) for _ in range(self.number(0, 3))]
        if record:
            lines.append("struct Record { " + " ".join(f"{one.name} f{n};" for n, one in enumerate(record)) + " };")
        self._inputs = [Port(f"in{place}", self._word()) for place in range(self.number(1, 2))]
        self._outputs = [Port(f"out{place}", self._word()) for place in range(self.number(1, 2))]
        ports = ", ".join(f"hls::stream<{one.type.name}>& {one.name}" for one in [*self._inputs, *self._outputs])
        lines.append(f"void @(hls::stream<bool>& go, {ports}) {{")
        whole = self.chance(15)
        if whole:
            lines.append("#pragma HLS PIPELINE II=1")
        lines += [self._static(scope) for _ in range(self.number(0, 2))]
        lines += [line for _ in range(self.number(0, 2)) for line in self._array(scope)]
        lines.append("    go.read();")
        lines += [self._local(scope) for _ in range(self.number(0, 2))]
        if record:
            lines += self._records(scope, record)
        place = Place(trips=8, pipelined=True) if whole else Place()
        for port in self._inputs:
            scope.scalars.append(Scalar(f"first_{port.name}", port.type))
            lines.append(f"    {port.type.name} first_{port.name} = {port.name}.read();")
        lines += self.block(scope, place, self.number(1, 5))
        for port in self._outputs:
            lines.append(f"    {port.name}.write({self.value(scope, port.type, 2)});")
        lines.append("}")
        inputs = tuple((one.name, one.type.width) for one in self._inputs)
        return Kernel("\n".join([*lines, ""]), inputs, self.number(0, 3))

    # declarations

    def _word(self) -> Type:
        return self.type(70)

    def _table(self, scope: Scope) -> str:
        kind, bits = self.type(32), self.number(1, 5)
        limit = (1 << min(kind.width, 31) - kind.signed) - 1
        values = ", ".join(str(self.number(0, limit)) for _ in range(1 << bits))
        name = self.fresh("table")
        scope.arrays.append(Array(name, kind, bits, fixed=True))
        return f"static const {kind.name} {name}[{1 << bits}] = {{{values}}};"

    def _function(self, scope: Scope) -> str:
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

    def _static(self, scope: Scope) -> str:
        if self.chance(40):
            kind, bits, name = self.type(40), self.number(1, 5), self.fresh("kept")
            scope.arrays.append(Array(name, kind, bits))
            return f"    static {kind.name} {name}[{1 << bits}];{self._storage(name)}"
        kind, name = self.type(), self.fresh("state")
        scope.scalars.append(Scalar(name, kind))
        return f"    static {kind.name} {name} = {self.number(0, 1)};"

    def _array(self, scope: Scope) -> list[str]:
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

    def _local(self, scope: Scope) -> str:
        kind, name = self.type(), self.fresh("v")
        line = f"    {kind.name} {name} = {self.value(scope, kind, 2)};"
        scope.scalars.append(Scalar(name, kind))
        return line

    def _records(self, scope: Scope, fields: list[Type]) -> list[str]:
        """A structure made field by field, and a copy of it."""
        lines = ["    Record one;"]
        lines += [f"    one.f{n} = {self.value(scope, kind, 1)};" for n, kind in enumerate(fields)]
        for name in ("one", "two"):
            scope.scalars += [Scalar(f"{name}.f{n}", kind) for n, kind in enumerate(fields)]
        return [*lines, "    Record two = one;"]

    # statements

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
                makers += [self._while]
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
            low = self.number(0, one.type.width - 1)
            high = self.number(low, one.type.width - 1)
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

    def _write(self, scope: Scope, place: Place) -> list[str]:
        port = self.pick(self._outputs)
        value = self.value(scope, port.type, 2)
        if place.pipelined or not self.chance(15):
            return [f"    {port.name}.write({value});"]
        name = self.fresh("w")
        return [f"    {port.type.name} {name} = {value};", f"    while (!{port.name}.write_nb({name})) {{}}"]

    def _read(self, scope: Scope, place: Place) -> list[str]:
        port = self.pick(self._inputs)
        name = self.fresh("r")
        scope.scalars.append(Scalar(name, port.type))
        return [f"    {port.type.name} {name} = {port.name}.read();"]

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


@st.composite
def kernels(draw: st.DrawFn) -> Kernel:
    """Any kernel."""
    return _Maker(draw).kernel()
