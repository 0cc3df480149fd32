"""Random loops that look words up in memories: chains of loads, products and stores at intervals above 1, with stream
accesses in the middle of the pipeline, so that iterations fall behind each other by any number of cycles."""

from tests.hls.fuzz.scope import Scope
from tests.hls.fuzz.statements import Port, Statements
from tests.hls.fuzz.types import Type

WORD = Type(32, False)
TRIPS = 40
READS = 3  # of a stream in an iteration, at most: it has words for as many in all calls


class Lookups(Statements):
    """Draws them."""

    def lookups(self) -> list[str]:
        """The top `@`."""
        inputs = [Port("in0", WORD), Port("in1", WORD)]
        outputs = [Port(f"out{place}", WORD) for place in range(self.number(1, 2))]
        lines = [f"void @({', '.join(['hls::stream<bool>& go', *(one.declared for one in (*inputs, *outputs))])}) {{"]
        tables = {f"t{place}": self.number(6, 9) for place in range(self.number(1, 2))}
        for name, bits in tables.items():
            lines += [
                f"    static {WORD.name} {name}[{1 << bits}];",
                f"#pragma HLS BIND_STORAGE {self._storage_of(name)}",
            ]
        lines.append("    go.read();")
        for name, bits in tables.items():
            fill = f"{name}[i] {self.pick(('=', '+=', '^='))} i * {(self.number(1, 1 << 20) << 10) + 2654435769}u + 9;"
            lines += [f"    for (int i = 0; i < {1 << bits}; i++) {fill}"]
        lines += [f"    for (int i = 0; i < {TRIPS}; i++) {{", f"#pragma HLS PIPELINE II={self.number(1, 4)}"]
        scope, self._inputs = Scope(), inputs
        scope.add("v0", WORD)
        lines += [f"        {WORD.name} v0 = {self.pick(('in0.read()', 'in0.read()', 'i * 0x9E3779B1u'))};"]
        stores = self.chance(30)
        reads = dict.fromkeys(("in0", "in1"), 1)
        for number in range(1, self.number(5, 12)):
            lines.append("        " + self._step(scope, f"v{number}", tables, reads, outputs, stores))
        lines += [f"        {one.name}.write({self._known(scope)} ^ {self._known(scope)});" for one in outputs]
        return [*lines, "    }", "}"]

    def _storage_of(self, name: str) -> str:
        return f"variable={name} type=ram_2p impl={self.pick(('bram', 'bram', 'lutram'))}"

    def _known(self, scope: Scope) -> str:
        """One of the last values, mostly."""
        return self.pick(scope.scalars[-2:] if self.chance(70) else scope.scalars).text

    def _step(
        self,
        scope: Scope,
        name: str,
        tables: dict[str, int],
        reads: dict[str, int],
        outputs: list[Port],
        stores: bool,
    ) -> str:
        """A statement; `stores`: it may change a table, so that iterations may have to wait for each other."""
        table, first, second = self.pick(list(tables)), self._known(scope), self._known(scope)
        place = f"{table}[ap_uint<{tables[table]}>({first} >> {self.number(0, 8)})]"
        test = f"{first}[{self.number(0, 12)}]"
        kind = self.number(0, 9)
        if kind == 0 and stores:
            return f"{f'if ({test}) ' if self.chance(50) else ''}{place} = {second};"
        if kind == 1:
            return f"if ({test}) {self.pick(outputs).name}.write({second});"
        declared = f"{WORD.name} {name} = "
        scope.add(name, WORD)
        source = self.pick(list(reads))
        if kind == 2 and reads[source] < READS:
            reads[source] += 1
            return f"{declared}{first}; if ({test}) {name} = {source}.read();"
        if kind in (3, 4):
            return f"{declared}ap_uint<16>({first} >> {self.number(0, 16)}) * ap_uint<16>({second});"
        if kind == 5:
            return f"{declared}{first} + ({second} >> {self.number(1, 20)});"
        return f"{declared}{place};"
