"""Random DATAFLOW regions that are called in loops: three to five stages, functions or loops, with arrays between them.

Stages call functions of arrays in their loops, some of which write a part of an array. Nothing waits for what comes
only later: a stream between two stages has room for all the words of a call.
"""

from dataclasses import dataclass, field

from tests.hls.fuzz.scope import Array, Function, Scalar, Scope
from tests.hls.fuzz.stages import Stages
from tests.hls.fuzz.statements import Place, Port
from tests.hls.fuzz.types import Expression, Type, native

TRIPS = 6  # of loops in a stage beside those that fill arrays
PIPELINE = "#pragma HLS PIPELINE II=1"


@dataclass
class _Plan:
    """Of a region. By stage: what it makes (`scalars`: a value), and what comes to it from outside."""

    buffers: list[Array]
    scalars: list[Type | None]
    inputs: list[list[Port]]
    outputs: list[list[Port]]
    queue: tuple[int, int, int, Type] | None = None  # from, to, words
    result: Type | None = None  # of the last stage, for the caller
    given: Type | None = None  # from the caller, for all stages
    helpers: list[str] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)
    local: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.inputs)


class Regions(Stages):
    """Draws them."""

    def region(self, scope: Scope) -> list[str]:
        """The functions, the region and the top `@`, which calls it."""
        plan = self._plan()
        for place in range(plan.count):
            self._stage(scope, plan, place)
        ports = [one for some in (*plan.inputs, *plan.outputs) for one in some]
        formals = [one.declared for one in ports]
        names = [one.name for one in ports]
        formals += [f"{plan.given.name} g"] if plan.given else []
        formals += [f"{plan.result.name}& r"] if plan.result else []
        lines = [*plan.helpers, *plan.stages, f"static void region({', '.join(formals)}) {{", "#pragma HLS DATAFLOW"]
        lines += [*plan.local, *plan.body, "}"]
        own_in, own_out = Port("in2", self.type(40)), Port("out2", self.type(40))
        heads = ["hls::stream<bool>& go", *(one.declared for one in ports), own_in.declared, own_out.declared]
        lines += [f"void @({', '.join(heads)}) {{", "    go.read();", *self._caller(plan, names, own_in, own_out), "}"]
        self._inputs = [*(one for some in plan.inputs for one in some), own_in]
        return lines

    def _plan(self) -> _Plan:
        count = self.number(3, 5)
        inputs: list[list[Port]] = [[] for _ in range(count)]
        inputs[0].append(Port("in0", self.type(70)))
        if self.chance(50):
            inputs[self.number(1, count - 1)].append(Port("in1", self.type(70)))
        outputs: list[list[Port]] = [[] for _ in range(count)]
        outputs[-1].append(Port("out0", self.type(70)))
        if self.chance(40):
            outputs[self.number(0, count - 2)].append(Port("out1", self.type(70)))
        plan = _Plan(
            [Array(f"b{place}", self.type(40), self.number(1, 3)) for place in range(count - 1)],
            [self.type(40) if self.chance(25) else None for _ in range(count - 1)],
            inputs,
            outputs,
        )
        if self.chance(30):
            start = self.number(0, count - 2)
            plan.queue = start, self.number(start + 1, count - 1), self.number(1, 8), self.type(40)
        plan.result = self.type(40) if self.chance(40) else None
        plan.given = self.type(40) if self.chance(60) else None
        for one in plan.buffers:
            plan.local.append(f"    {one.type.name} {one.name}[{1 << one.bits}];")
            if self.chance(25):
                plan.local.append(f"#pragma HLS STREAM variable={one.name} type=pipo depth={self.number(2, 4)}")
        for place, kind in enumerate(plan.scalars):
            plan.local += [f"    {kind.name} m{place};"] if kind else []
        if plan.queue:
            plan.local.append(f"    hls::stream<{plan.queue[3].name}> q;")
            plan.local.append(f"#pragma HLS STREAM variable=q depth={plan.queue[2]}")
        return plan

    def _stage(self, scope: Scope, plan: _Plan, place: int) -> None:
        """A function that the region calls, or a loop in its body."""
        last = place == plan.count - 1
        queue = plan.queue if plan.queue and place in plan.queue[:2] else None
        scalar = None if last else plan.scalars[place]
        inner = Scope(arrays=list(scope.arrays), functions=list(scope.functions))
        near = [place - 1] if place else []
        near += [at for at in range(place - 1) if self.chance(35)]
        readers = [plan.buffers[at] for at in sorted(near)]
        inner.arrays += [Array(one.name, one.type, one.bits, fixed=True) for one in readers]
        for one in readers:
            inner.functions += [self._look(plan, scope, one)] if self.chance(50) else []
        values = [(f"m{at}", kind) for at, kind in enumerate(plan.scalars[:place]) if kind and self.chance(50)]
        values += [("g", plan.given)] if plan.given and self.chance(60) else []
        inner.scalars += [Scalar(name, kind, fixed=True) for name, kind in values]
        self._inputs, self._outputs = plan.inputs[place], plan.outputs[place]
        writes = None if last else plan.buffers[place]
        if not (queue or scalar or (last and plan.result)) and self.chance(35):
            plan.body += self._loop(inner, plan, writes)
            return
        formals = [one.declared for one in (*self._inputs, *self._outputs)]
        formals += [f"const {one.type.name} {one.name}[{1 << one.bits}]" for one in readers]
        formals += [f"{writes.type.name} {writes.name}[{1 << writes.bits}]"] if writes else []
        formals += [f"{kind.name} {name}" for name, kind in values]
        formals += [f"{scalar.name}& m{place}"] if scalar else []
        formals += [f"{plan.result.name}& r"] if last and plan.result else []
        formals += [f"hls::stream<{queue[3].name}>& q"] if queue else []
        lines = [f"static void stage{place}({', '.join(formals)}) {{"]
        lines += [self.static(inner) for _ in range(self.number(0, 1))]
        lines += [line for _ in self._inputs for line in self._read(inner, Place())]
        lines.append(self._local(inner))
        if queue and place == queue[1]:
            lines += self._take(inner, queue[2], queue[3])
        lines += self._filled(inner, plan, scope, writes) if writes else []
        lines += self.block(inner, Place(trips=TRIPS, depth=1), self.number(1, 3))
        if queue and place == queue[0]:
            count = self.fresh("i")
            value = self.value(inner, queue[3], 2)
            lines.append(f"    for (int {count} = 0; {count} < {queue[2]}; {count}++) q.write({value});")
        lines += [f"    m{place} = {self.value(inner, scalar, 2)};"] if scalar else []
        lines += [f"    r = {self.value(inner, plan.result, 2)};"] if last and plan.result else []
        lines += [f"    {one.name}.write({self.word(inner, one)});" for one in self._outputs]
        plan.stages += [*lines, "}"]
        names = [one.split("[")[0].split(" ")[-1].lstrip("&") for one in formals]
        plan.body.append(f"    stage{place}({', '.join(names)});")

    def _loop(self, inner: Scope, plan: _Plan, writes: Array | None) -> list[str]:
        """A loop in the region's body that fills an array, or gives words; of the variables it has only its own."""
        name = self.fresh("i")
        count = 1 << writes.bits if writes else self.number(1, 6)
        own = inner.inner()
        own.scalars.append(Scalar(name, native("int"), fixed=True))
        pipelined = self.chance(50)
        lines = [f"    for (int {name} = 0; {name} < {count}; {name}++) {{", *([PIPELINE] if pipelined else [])]
        lines += [line for _ in self._inputs for line in self._read(own, Place())]
        lines.append(self._local(own))
        place = Place(trips=TRIPS // 2, depth=1, pipelined=pipelined, in_loop=True)
        lines += self.block(own, place, self.number(1, 2))
        lines += [f"        {writes.name}[{name}] = {self.value(own, writes.type, 2)};"] if writes else []
        lines += [f"        {one.name}.write({self.word(own, one)});" for one in self._outputs]
        return [*lines, "    }"]

    def _filled(self, inner: Scope, plan: _Plan, scope: Scope, array: Array) -> list[str]:
        """Every element once: in a loop, or by a function that is called for each part."""
        if not self.chance(40):
            return self._fill(inner, array)
        bits = self.number(0, array.bits)
        parts, size = 1 << bits, 1 << (array.bits - bits)
        kind, name, row, at = self.type(40), self.fresh("make"), self.fresh("n"), self.fresh("i")
        body = Scope(arrays=[one for one in scope.arrays if one.fixed], functions=list(scope.functions))
        body.scalars += [Scalar("p", kind), Scalar("row", native("int"), fixed=True)]
        body.scalars.append(Scalar(at, native("int"), fixed=True))
        kept = self._inputs, self._outputs
        self._inputs, self._outputs = [], []
        lines = [f"static void {name}({array.type.name} a[{1 << array.bits}], int row, {kind.name} p) {{"]
        lines.append(f"    for (int {at} = 0; {at} < {size}; {at}++) {{")
        lines += self.pick(([], [PIPELINE], ["#pragma HLS UNROLL"]))
        lines.append(f"        a[{size} * row + {at}] = {self.value(body, array.type, 2)};")
        lines += self._assign(body, Place()) if self.chance(40) else []
        plan.helpers += [*lines, "    }", "}"]
        self._inputs, self._outputs = kept
        around = inner.inner()
        around.scalars.append(Scalar(row, native("int"), fixed=True))
        made = [f"    for (int {row} = 0; {row} < {parts}; {row}++) {{", *self.pick(([], [], [PIPELINE]))]
        if self._inputs and self.chance(60):
            made += self._read(around, Place())
        made.append(f"        {name}({array.name}, {row}, {self.value(around, kind, 2)});")
        inner.arrays.append(array)
        return [*made, "    }"]

    def _look(self, plan: _Plan, scope: Scope, array: Array) -> Function:
        """A function that reads an array in a loop of its own."""
        kind, result, name = self.type(40), self.type(40), self.fresh("look")
        body = Scope(arrays=[one for one in scope.arrays if one.fixed], functions=list(scope.functions))
        body.arrays.append(Array("a", array.type, array.bits, fixed=True))
        body.scalars += [Scalar("p", kind, fixed=True), Scalar("s", result)]
        self._inputs, self._outputs = [], []
        lines = [f"static {result.name} {name}(const {array.type.name} a[{1 << array.bits}], {kind.name} p) {{"]
        lines.append(f"    {result.name} s = {self.number(0, 1)};")
        inside = body.inner()
        at = self.fresh("i")
        inside.scalars.append(Scalar(at, native("int"), fixed=True))
        lines.append(f"    for (int {at} = 0; {at} < {self.number(1, 4)}; {at}++) {{")
        lines += self.pick(([], [PIPELINE], ["#pragma HLS UNROLL"]))
        lines += self._assign(inside, Place())
        if self.chance(50):
            lines.append(f"        s = {self.value(inside, result, 2)};")
        plan.helpers += [*lines, "    }", f"    return {self.value(body, result, 1)};", "}"]
        return Function(name, result, (kind,), (array.name,))

    def _caller(self, plan: _Plan, names: list[str], own_in: Port, own_out: Port) -> list[str]:
        """Code with a stream and variables of its own around calls of the region, in a loop or two or none."""
        assert isinstance(own_in.type, Type)
        self._inputs, self._outputs = [own_in], [own_out]
        scope = Scope()
        lines = [f"    {own_in.type.name} word = in2.read();", self._local(scope)]
        scope.scalars.append(Scalar("word", own_in.type))
        lines += [f"    {plan.result.name} r = 0;"] if plan.result else []
        scope.scalars += [Scalar("r", plan.result, fixed=True)] if plan.result else []
        known = Expression("word", own_in.type).to(native("unsigned"))
        trips = self.pick(("2", "3", f"({known} & 3)"))  # no constant 0: nothing would be left of the region
        depth = self.pick((1, 1, 1, 2, 0))
        inside = scope.inner()
        for level in range(depth):
            lines.append(f"    for (int n{level} = 0; n{level} < {trips if depth == 1 else 2}; n{level}++) {{")
            inside.scalars.append(Scalar(f"n{level}", native("int"), fixed=True))
        lines += self.block(inside, Place(trips=2, depth=2, in_loop=True), 1) if self.chance(40) else []
        given = [self.value(inside, plan.given, 2)] if plan.given else []
        lines.append(f"    region({', '.join([*names, *given, *(['r'] if plan.result else [])])});")
        if self.chance(50):
            lines += self._assign(inside, Place())
        lines += ["    }"] * depth
        return [*lines, f"    out2.write({self.word(scope, own_out)});"]

    def _take(self, inner: Scope, count: int, kind: Type) -> list[str]:
        """All words of the stream from an earlier stage, folded into one variable."""
        name, at = self.fresh("e"), self.fresh("i")
        inner.scalars.append(Scalar(name, kind))
        lines = [f"    {kind.name} {name} = q.read();"]
        if count > 1:
            lines.append(f"    for (int {at} = 1; {at} < {count}; {at}++) {name} = {name} ^ q.read();")
        return lines
