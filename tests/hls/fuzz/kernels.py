"""Random kernels: functions of streams, networks of stages, tops with arguments. All end; what they compute is defined.

A function of streams reads one word of `go` first, so that the compiled kernel, which starts again by itself, runs as
often as the native one is called. Loops have a bounded number of trips; what is read beyond the given words is no fault
of anyone.
"""

import random
from dataclasses import dataclass
from enum import Enum, auto

from hypothesis import strategies as st

from tests.hls.batch.build import Source
from tests.hls.batch.called import RESULT, SUFFIX, Called
from tests.hls.fuzz.lookups import Lookups
from tests.hls.fuzz.regions import Regions
from tests.hls.fuzz.scope import Array, Scope
from tests.hls.fuzz.statements import Place, Port
from tests.hls.fuzz.types import Fixed, Pool, Record, Type

HEAD = '#include "ap_int.h"\n#include "ap_fixed.h"\n#include "hls_stream.h"\n'
WORDS = 600
CALLS = 3


class Kind(Enum):
    """What is drawn: anything, DATAFLOW regions that are called in loops, or loops that look words up in memories."""

    ANY = auto()
    REGIONS = auto()
    LOOKUPS = auto()


@dataclass(frozen=True)
class Kernel:
    """A top named `name` where its text has `@`. `inputs`: widths of its streams by port; `given`: bits of a call."""

    text: str
    inputs: tuple[tuple[str, int], ...]
    seed: int
    called: Called | None = None
    given: int = 0

    def source(self, name: str) -> Source:
        """The C++ of a top of that name."""
        return Source(name, self.text.replace("@", name), self.called)

    def stimulus(self) -> dict[str, list[int]]:
        """Words of all inputs, extremes among them."""
        source = random.Random(self.seed)
        words = {"go": [0] * CALLS} if self.called is None else {}
        counts = {name: WORDS for name, _ in self.inputs} | {"given": CALLS}
        for name, width in (*self.inputs, *([("given", self.given)] if self.called is not None else [])):
            extremes = [0, 1, (1 << width) - 1, 1 << (width - 1), (1 << (width - 1)) - 1]
            words[name] = [
                source.choice(extremes) & ((1 << width) - 1) if source.random() < 0.3 else source.getrandbits(width)
                for _ in range(counts[name])
            ]
        return words


class _Maker(Regions, Lookups):
    """Draws one kernel."""

    def kernel(self, wanted: Kind) -> Kernel:
        """Where any is wanted the simplest first."""
        kind = self.number(0, 9)
        if wanted is Kind.REGIONS:
            return self._network(True)
        if wanted is Kind.LOOKUPS:
            return self._kernel([HEAD, *self.lookups()])
        if kind >= 8:
            return self._top()
        return self._network(self.chance(50)) if kind == 7 else self._streams()

    def _kernel(self, lines: list[str]) -> Kernel:
        inputs = tuple((one.name, one.type.width) for one in self._inputs)
        return Kernel("\n".join([*lines, ""]), inputs, self.number(0, 3))

    def _streams(self) -> Kernel:
        """One function of streams."""
        scope = Scope()
        begin, record = self.begin(scope)
        self._inputs = [self.port(f"in{place}", record) for place in range(self.number(1, 2))]
        self._outputs = [self.port(f"out{place}", record) for place in range(self.number(1, 2))]
        ports = ", ".join(one.declared for one in (*self._inputs, *self._outputs))
        lines = [HEAD, *begin, f"void @(hls::stream<bool>& go, {ports}) {{"]
        whole = self.chance(15)
        if whole:
            lines.append("#pragma HLS PIPELINE II=1")
        return self._kernel([*lines, *self._body(scope, record, whole), "}"])

    def _body(self, scope: Scope, record: Record | None, whole: bool, go: bool = True) -> list[str]:
        lines = [self.static(scope) for _ in range(self.number(0, 2))]
        lines += [line for _ in range(self.number(0, 2)) for line in self.array(scope)]
        lines += ["    go.read();"] if go else []
        lines += [self._local(scope) for _ in range(self.number(0 if go else 1, 2))]
        lines += [self.fixed_local(scope)] if self._fixed_point else []
        if record is not None:
            lines += self.record_locals(scope, record)
        for port in self._inputs:
            scope.add(f"first_{port.name}", port.type)
            lines.append(f"    {port.type.name} first_{port.name} = {port.name}.read();")
        if not any(not one.fixed for one in scope.scalars):
            lines.append(self._local(scope))
        lines += self.block(scope, Place(trips=8, pipelined=True) if whole else Place(), self.number(1, 5))
        lines += [f"    {port.name}.write({self.word(scope, port)});" for port in self._outputs]
        return lines

    def _network(self, called: bool) -> Kernel:
        """Stages of a DATAFLOW region with arrays between them; `called`: from code around it."""
        scope = Scope()
        begin, _ = self.begin(scope)
        return self._kernel([HEAD, *begin, *(self.region(scope) if called else self.network(scope))])

    def _top(self) -> Kernel:
        """A top with scalars, arrays and a return value, called as often as there are words of arguments."""
        scope = Scope()
        begin, record = self.begin(scope)
        self._inputs = [self.port(f"in{place}", record) for place in range(self.number(0, 1))]
        self._outputs = [self.port(f"out{place}", record) for place in range(self.number(0, 1))]
        arguments: list[_Argument] = []
        for number in range(self.number(1, 3)):
            arguments.append(_Argument(f"s{number}", self._scalar(record)))
        for number in range(self.number(0, 1)):
            arguments.append(_Argument(f"y{number}", self.type(40), pointer=True))
        for number in range(self.number(0, 2)):
            arguments.append(_Argument(f"c{number}", self.type(40), self.number(1, 4), constant=self.chance(40)))
        for one in arguments:
            if one.bits and isinstance(one.type, Type):
                scope.arrays.append(Array(one.name, one.type, one.bits, one.constant))
            else:
                scope.add(f"(*{one.name})" if one.pointer else one.name, one.type)
        result = self.type(64) if not one.pointer or self.chance(50) else None
        streams = [one.declared for one in (*self._inputs, *self._outputs)]
        formals = ", ".join([*(one.declared for one in arguments), *streams])
        lines = [HEAD, *begin, f"{result.name if result else 'void'} @{SUFFIX}({formals}) {{"]
        for one in arguments:
            if one.bits > 1 and self.chance(20):
                lines.append(f"#pragma HLS ARRAY_PARTITION variable={one.name} cyclic factor=2")
        lines += self._body(scope, record, False, go=False)
        lines += [f"    return {self.value(scope, result, 2)};"] if result else []
        kernel = self._kernel([*lines, "}"])
        called = _called(arguments, result, self._inputs, self._outputs)
        return Kernel(kernel.text, kernel.inputs, kernel.seed, called, sum(one.width for one in arguments))

    def _scalar(self, record: Record | None) -> Type | Fixed | Record:
        if record is not None and not record.table and self.chance(25):
            return record
        return self.fixed_type() if self._fixed_point and self.chance(40) else self.type(64)


@dataclass(frozen=True)
class _Argument:
    """By value, `pointer`: by its address, `bits`: an array of 2^bits elements."""

    name: str
    type: Type | Fixed | Record
    bits: int = 0
    constant: bool = False
    pointer: bool = False

    @property
    def width(self) -> int:
        return self.type.width << self.bits

    @property
    def declared(self) -> str:
        text = f"{self.type.name}{'*' if self.pointer else ''} {self.member}"
        return f"const {text}" if self.constant else text

    @property
    def member(self) -> str:
        return f"{self.name}[{1 << self.bits}]" if self.bits else self.name


def _called(arguments: list[_Argument], result: Type | None, inputs: list[Port], outputs: list[Port]) -> Called:
    """The words of a call, and the C++ function that takes them apart."""
    changed = [one for one in arguments if one.pointer or (one.bits and not one.constant)]
    made = [RESULT] * (result is not None) + [one.name for one in changed]
    members = [f"{one.type.name} {one.member};" for one in arguments]
    results = [f"{result.name} {RESULT};"] if result else []
    results += [f"{one.type.name} {one.member};" for one in changed]
    streams = [one.declared for one in (*inputs, *outputs)]
    values = [*(f"{'&' if one.pointer else ''}g.{one.name}" for one in arguments)]
    values += [one.name for one in (*inputs, *outputs)]
    formals = ", ".join(["hls::stream<Given>& given", *streams, "hls::stream<Made>& made"])
    lines = [
        f"struct Given {{ {' '.join(members)} }};",
        f"struct Made {{ {' '.join(results)} }};",
        f"void @({formals}) {{",
        "    Given g = given.read();",
        "    Made m;",
        f"    {f'm.{RESULT} = ' if result else ''}@{SUFFIX}({', '.join(values)});",
    ]
    for one in changed:
        copy = f"m.{one.name} = g.{one.name};"
        if one.bits:
            copy = f"for (int i = 0; i < {1 << one.bits}; i++) m.{one.name}[i] = g.{one.name}[i];"
        lines.append(f"    {copy}")
    return Called(tuple(one.name for one in arguments), tuple(made), "\n".join([*lines, "    made.write(m);", "}"]))


@st.composite
def kernels(draw: st.DrawFn, pool: Pool, kind: Kind = Kind.ANY) -> Kernel:
    """A kernel of some types."""
    return _Maker(draw, pool).kernel(kind)
