"""Random DATAFLOW regions: stages with arrays, scalars and streams between them."""

from tests.hls.fuzz.declarations import Declarations
from tests.hls.fuzz.scope import Array, Scalar, Scope
from tests.hls.fuzz.statements import Place, Port
from tests.hls.fuzz.types import Record, native

STAGE_TRIPS = 16


class Stages(Declarations):
    """Draws them. Each stage writes every element of the array that it gives to the stages behind it."""

    def network(self, scope: Scope) -> list[str]:
        """The stages and the top `@`: a network that starts again by itself, or a controller that starts each stage."""
        controlled, count = self.chance(50), self.number(2, 3)
        ports_in = [Port(f"in{place}", self.type(70)) for place in range(self.number(1, 2))]
        port_out = Port("out0", self.type(70))
        buffers = [Array(f"b{place}", self.type(40), self.number(1, 4)) for place in range(count - 1)]
        scalar = self.type(40) if self.chance(40) else None
        queue = self.type(40) if self.chance(30) else None
        local = [f"    {one.type.name} {one.name}[{1 << one.bits}];" for one in buffers]
        local += [f"    {scalar.name} m;"] if scalar else []
        local += [f"    hls::stream<{queue.name}> q;", "#pragma HLS STREAM variable=q depth=16"] if queue else []
        lines: list[str] = []
        calls: list[str] = []
        for place in range(count):
            first, last = place == 0, place == count - 1
            inputs = ports_in[:1] if first else ports_in[1:] if last else []
            outputs = [port_out] if last else []
            inner = Scope(arrays=list(scope.arrays), functions=list(scope.functions))
            formals: list[str] = []
            tokens: list[str] = []
            if not controlled:  # no stage runs before the call that it belongs to
                tokens += ["    go.read();"] if first else [f"    t{place}.read();"]
                tokens += [] if last else [f"    t{place + 1}.write(true);"]
                formals += ["hls::stream<bool>& go"] if first else [f"hls::stream<bool>& t{place}"]
                formals += [] if last else [f"hls::stream<bool>& t{place + 1}"]
                if not last:
                    local.append(f"    hls::stream<bool> t{place + 1};")
            formals += [one.declared for one in (*inputs, *outputs)]
            readers = [one for at, one in enumerate(buffers) if at == place - 1 or (at < place and self.chance(40))]
            formals += [f"const {one.type.name} {one.name}[{1 << one.bits}]" for one in readers]
            inner.arrays += [Array(one.name, one.type, one.bits, fixed=True) for one in readers]
            writes = None if last else buffers[place]
            formals += [f"{writes.type.name} {writes.name}[{1 << writes.bits}]"] if writes else []
            if scalar and place < 2:
                formals.append(f"{scalar.name}& m" if first else f"{scalar.name} m")
            if queue and place < 2:
                formals.append(f"hls::stream<{queue.name}>& q")
            lines.append(f"static void stage{place}({', '.join(formals)}) {{")
            self._inputs, self._outputs = inputs, outputs
            lines += [self.static(inner) for _ in range(self.number(0, 1))]
            lines += [*tokens, self._local(inner)]
            for one in inputs if last else []:
                lines.append(f"    {one.type.name} first_{one.name} = {one.name}.read();")
                inner.add(f"first_{one.name}", one.type)
            if scalar and place == 1:
                inner.scalars.append(Scalar("m", scalar, fixed=True))
            if queue and place == 1:
                name = self.fresh("e")
                lines.append(f"    {queue.name} {name} = q.read();")
                inner.scalars.append(Scalar(name, queue))
            lines += self._fill(inner, writes) if writes else []
            lines += self.block(inner, Place(trips=STAGE_TRIPS, depth=1), self.number(1, 3))
            if scalar and first:
                lines.append(f"    m = {self.value(inner, scalar, 2)};")
            if queue and first:
                lines.append(f"    q.write({self.value(inner, queue, 2)});")
            lines += [f"    {one.name}.write({self.word(inner, one)});" for one in outputs]
            lines.append("}")
            names = [one.split("[")[0].split(" ")[-1].lstrip("&") for one in formals]
            calls.append(f"    stage{place}({', '.join(names)});")
        self._inputs, self._outputs = ports_in, [port_out]
        ports = ", ".join(["hls::stream<bool>& go", *(one.declared for one in (*ports_in, port_out))])
        region = ["#pragma HLS DATAFLOW", *local, *calls, "}"]
        if not controlled:
            return [*lines, f"void @({ports}) {{", *region]
        names = ", ".join(one.name for one in (*ports_in, port_out))
        own = ports.partition(", ")[2]
        call = f"    region({names});"
        again = [f"    for (int n = 0; n < 2; n++) {call.strip()}"] if self.chance(30) else [call]
        top = [f"void @({ports}) {{", "    go.read();", *again, "}"]
        return [*lines, f"static void region({own}) {{", *region, *top]

    def _fill(self, scope: Scope, array: Array) -> list[str]:
        """Every element once; afterwards the array may be used like any other."""
        name, inner = self.fresh("i"), scope.inner()
        inner.scalars.append(Scalar(name, native("int"), fixed=True))
        lines = self.pick((["#pragma HLS PIPELINE II=1"], []))
        if self._inputs:
            port, word = self._inputs[0], self.fresh("r")
            assert not isinstance(port.type, Record)
            lines.append(f"        {port.type.name} {word} = {port.name}.read();")
            inner.scalars.append(Scalar(word, port.type))
        value = self.value(inner, array.type, 2)
        where = self.pick((name, f"{(1 << array.bits) - 1} - {name}"))
        lines.append(f"        {array.name}[{where}] = {value};")
        scope.arrays.append(array)
        return [f"    for (int {name} = 0; {name} < {1 << array.bits}; {name}++) {{", *lines, "    }"]
