"""Short ways to build IR by hand."""

from dataclasses import dataclass, field

from fpdeep_gen.hls.ir import (
    Binary,
    BinaryKind,
    Cast,
    CastKind,
    Compare,
    CompareKind,
    Concat,
    Constant,
    Exit,
    Extract,
    Get,
    Load,
    Memory,
    Operation,
    Process,
    Region,
    Select,
    Storage,
    Store,
    StreamEmpty,
    StreamFull,
    StreamPort,
    StreamRead,
    StreamTryRead,
    StreamTryWrite,
    StreamWrite,
    Variable,
)


@dataclass
class Block:
    """A region under construction; every method appends one operation."""

    region: Region

    def _add(self, operation: Operation) -> Operation:
        self.region.operations.append(operation)
        return operation

    def const(self, value: int, width: int) -> Operation:
        return self._add(Constant(width, value & ((1 << width) - 1)))

    def get(self, variable: Variable) -> Operation:
        return self._add(Get(variable.width, variable))

    def binary(self, kind: BinaryKind, left: Operation, right: Operation) -> Operation:
        return self._add(Binary(left.width, kind, left, right))

    def add(self, left: Operation, right: Operation) -> Operation:
        return self.binary(BinaryKind.ADD, left, right)

    def compare(self, kind: CompareKind, left: Operation, right: Operation) -> Operation:
        return self._add(Compare(1, kind, left, right))

    def equal(self, left: Operation, value: int) -> Operation:
        return self.compare(CompareKind.EQ, left, self.const(value, left.width))

    def no(self, value: Operation) -> Operation:
        return self.binary(BinaryKind.XOR, value, self.const(1, 1))

    def select(self, condition: Operation, if_true: Operation, if_false: Operation) -> Operation:
        return self._add(Select(if_true.width, condition, if_true, if_false))

    def sext(self, value: Operation, width: int) -> Operation:
        return self._add(Cast(width, CastKind.SEXT, value))

    def zext(self, value: Operation, width: int) -> Operation:
        return self._add(Cast(width, CastKind.ZEXT, value))

    def trunc(self, value: Operation, width: int) -> Operation:
        return self._add(Cast(width, CastKind.TRUNC, value))

    def extract(self, value: Operation, low: int, width: int) -> Operation:
        return self._add(Extract(width, value, low))

    def concat(self, *parts: Operation) -> Operation:
        return self._add(Concat(sum(part.width for part in parts), parts))

    def load(self, memory: Memory, address: Operation, predicate: Operation | None = None) -> Operation:
        return self._add(Load(memory.width, memory, address, predicate))

    def store(self, memory: Memory, address: Operation, value: Operation, predicate: Operation | None = None) -> None:
        self._add(Store(0, memory, address, value, predicate))

    def read(self, port: StreamPort, predicate: Operation | None = None) -> Operation:
        return self._add(StreamRead(port.width, port, predicate))

    def write(self, port: StreamPort, value: Operation, predicate: Operation | None = None) -> None:
        self._add(StreamWrite(0, port, value, predicate))

    def try_read(self, port: StreamPort, predicate: Operation | None = None) -> Operation:
        return self._add(StreamTryRead(port.width + 1, port, predicate))

    def try_write(self, port: StreamPort, value: Operation, predicate: Operation | None = None) -> Operation:
        return self._add(StreamTryWrite(1, port, value, predicate))

    def empty(self, port: StreamPort) -> Operation:
        return self._add(StreamEmpty(1, port))

    def full(self, port: StreamPort) -> Operation:
        return self._add(StreamFull(1, port))

    def count(self, variable: Variable, limit: int) -> tuple[Operation, Operation]:
        """A counter 0 .. limit-1 that wraps: its value, and whether it is the last."""
        value = self.get(variable)
        last = self.equal(value, limit - 1)
        following = self.add(value, self.const(1, variable.width))
        self.region.set(variable, self.select(last, self.const(0, variable.width), following))
        return value, last

    def loop(self, last: Operation | None = None, then: Region | None = None) -> None:
        """Repeat; when `last` holds, go on with `then`."""
        if last is not None and then is not None:
            self.region.exits.append(Exit(last, then))
        self.region.exits.append(Exit(None, self.region))

    def then(self, target: Region) -> None:
        self.region.exits.append(Exit(None, target))


@dataclass
class ProcessBuilder:
    """A process under construction."""

    process: Process
    blocks: list[Block] = field(default_factory=list)

    @staticmethod
    def named(name: str) -> "ProcessBuilder":
        return ProcessBuilder(Process(name))

    def input(self, name: str, width: int) -> StreamPort:
        self.process.ports.append(StreamPort(name, width, True))
        return self.process.ports[-1]

    def output(self, name: str, width: int) -> StreamPort:
        self.process.ports.append(StreamPort(name, width, False))
        return self.process.ports[-1]

    def variable(self, name: str, width: int, initial: int = 0) -> Variable:
        self.process.variables.append(Variable(name, width, initial))
        return self.process.variables[-1]

    def memory(
        self,
        name: str,
        width: int,
        depth: int,
        initial: tuple[int, ...] = (),
        storage: Storage = Storage.AUTO,
        distance: int | None = 1,
    ) -> Memory:
        self.process.memories.append(Memory(name, width, depth, initial, storage, distance))
        return self.process.memories[-1]

    def region(self, name: str, ii: int | None = None) -> Block:
        self.process.regions.append(Region(name, ii=ii))
        self.blocks.append(Block(self.process.regions[-1]))
        return self.blocks[-1]
