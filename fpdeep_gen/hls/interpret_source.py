"""Python source of a process, for the interpreter.

One generator, which yields at the end of each iteration (False) and while it waits for a stream (True).
"""

from fpdeep_gen.hls.ir import (
    Binary,
    BinaryKind,
    Cast,
    CastKind,
    Compare,
    CompareKind,
    Concat,
    Constant,
    Extract,
    Get,
    Load,
    Memory,
    Operation,
    Process,
    Region,
    Select,
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

_PLAIN = {
    BinaryKind.ADD: "+",
    BinaryKind.SUB: "-",
    BinaryKind.MUL: "*",
    BinaryKind.AND: "&",
    BinaryKind.OR: "|",
    BinaryKind.XOR: "^",
}
_RELATION = {"EQ": "==", "NE": "!=", "LT": "<", "LE": "<=", "GT": ">", "GE": ">="}


def process_source(process: Process) -> str:
    """Source that defines `run(channels, arrays)`: channels in port order, arrays in memory order."""
    return _Source(process).text()


class _Source:
    def __init__(self, process: Process) -> None:
        self._process = process
        self._names: dict[Operation, str] = {}
        self._variables: dict[Variable, str] = {one: f"x{place}" for place, one in enumerate(process.variables)}
        self._memories: dict[Memory, str] = {one: f"m{place}" for place, one in enumerate(process.memories)}
        self._ports: dict[StreamPort, str] = {one: f"s{place}" for place, one in enumerate(process.ports)}
        self._lines: list[str] = []

    def text(self) -> str:
        """All of it."""
        self._add(0, "def run(channels, arrays):")
        for number, port in enumerate(self._ports.values()):
            self._add(1, f"{port} = channels[{number}]")
        for number, memory in enumerate(self._memories.values()):
            self._add(1, f"{memory} = arrays[{number}]")
        for variable, name in self._variables.items():
            self._add(1, f"{name} = {variable.initial}")
        self._add(1, "state = 0")
        self._add(1, "while True:")
        for number, region in enumerate(self._process.regions):
            self._add(2, f"{'if' if number == 0 else 'elif'} state == {number}:")
            self._region(region)
        self._add(2, "yield False")
        return "\n".join(self._lines) + "\n"

    def _add(self, level: int, line: str) -> None:
        self._lines.append("    " * level + line)

    def _region(self, region: Region) -> None:
        for operation in region.operations:
            self._operation(operation)
        sets = [(self._variables[variable], self._name(value)) for variable, value in region.sets.values()]
        exits = region.exits
        numbers = {id(one): place for place, one in enumerate(self._process.regions)}
        if sets:
            self._add(3, f"{', '.join(one for one, _ in sets)} = {', '.join(value for _, value in sets)}")
        for place, one in enumerate(exits):
            word = "if" if place == 0 else "elif"
            condition = "True" if one.condition is None else self._name(one.condition)
            self._add(3, f"{word} {condition}:")
            self._add(4, f"state = {numbers[id(one.target)]}")
        if not exits and not sets:
            self._add(3, "pass")

    def _name(self, operation: Operation) -> str:
        if isinstance(operation, Constant):
            return str(operation.value)
        found = self._names.get(operation)
        if found is None:
            found = self._names[operation] = f"v{len(self._names)}"
        return found

    def _operation(self, operation: Operation) -> None:
        match operation:
            case Constant():
                return
            case Load(memory=memory, address=address, predicate=predicate):
                value = f"{self._memories[memory]}[{self._name(address)}]"
                if predicate is not None:
                    value = f"{value} if {self._name(predicate)} else 0"
                self._add(3, f"{self._name(operation)} = {value}")
            case Store(memory=memory, address=address, value=value_in, predicate=predicate):
                level = self._guard(predicate)
                self._add(level, f"{self._memories[memory]}[{self._name(address)}] = {self._name(value_in)}")
            case StreamRead() | StreamWrite() | StreamTryRead() | StreamTryWrite():
                self._stream(operation)
            case StreamEmpty(stream=stream):
                self._add(3, f"{self._name(operation)} = 0 if {self._ports[stream]}.words else 1")
            case StreamFull(stream=stream):
                self._add(3, f"{self._name(operation)} = int({self._ports[stream]}.full())")
            case _:
                self._add(3, f"{self._name(operation)} = {self._expression(operation)}")

    def _guard(self, predicate: Operation | None) -> int:
        if predicate is None:
            return 3
        self._add(3, f"if {self._name(predicate)}:")
        return 4

    def _stream(self, operation: StreamRead | StreamWrite | StreamTryRead | StreamTryWrite) -> None:
        if operation.stream.order is not None:
            return  # a fence; here everything is in order
        port = self._ports[operation.stream]
        if operation.width:
            self._add(3, f"{self._name(operation)} = 0")
        level = self._guard(operation.predicate)
        match operation:
            case StreamRead():
                self._add(level, f"while not {port}.words: yield True")
                self._add(level, f"{self._name(operation)} = {port}.words.popleft(); {port}.moved += 1")
            case StreamWrite(value=value):
                self._add(level, f"while {port}.full(): yield True")
                self._add(level, f"{port}.words.append({self._name(value)}); {port}.moved += 1")
            case StreamTryRead(width=width):
                self._add(level, f"if {port}.words:")
                word = f"{port}.words.popleft() | {1 << (width - 1)}"
                self._add(level + 1, f"{self._name(operation)} = {word}; {port}.moved += 1")
            case StreamTryWrite(value=value):
                self._add(level, f"if not {port}.full():")
                push = f"{port}.words.append({self._name(value)}); {port}.moved += 1"
                self._add(level + 1, f"{self._name(operation)} = 1; {push}")

    def _expression(self, operation: Operation) -> str:
        mask = (1 << operation.width) - 1
        match operation:
            case Get(variable=variable):
                return self._variables[variable]
            case Binary(kind=kind, left=left, right=right):
                a, b = self._name(left), self._name(right)
                if kind in _PLAIN:
                    return f"({a} {_PLAIN[kind]} {b}) & {mask}"
                index = list(BinaryKind).index(kind)
                return f"evaluate_binary(kinds[{index}], {a}, {b}, {operation.width})"
            case Compare(kind=compare, left=left, right=right):
                return self._compare(compare, left, right)
            case Select(condition=condition, if_true=one, if_false=other):
                return f"{self._name(one)} if {self._name(condition)} else {self._name(other)}"
            case Cast(kind=cast, value=value):
                if cast is CastKind.SEXT:
                    return f"{self._signed(value)} & {mask}"
                return f"{self._name(value)} & {mask}" if cast is CastKind.TRUNC else self._name(value)
            case Extract(value=value, low=low):
                return f"({self._name(value)} >> {low}) & {mask}"
            case Concat(parts=parts):
                terms, at = [], 0
                for part in parts:
                    terms.append(f"{self._name(part)} << {at}")
                    at += part.width
                return " | ".join(terms)
            case _:
                raise AssertionError(f"no rule for {type(operation).__name__}")

    def _signed(self, value: Operation) -> str:
        half = 1 << (value.width - 1)
        return f"(({self._name(value)} ^ {half}) - {half})"

    def _compare(self, kind: CompareKind, left: Operation, right: Operation) -> str:
        signed = kind.name.startswith("S")
        a = self._signed(left) if signed else self._name(left)
        b = self._signed(right) if signed else self._name(right)
        return f"int({a} {_RELATION[kind.name[-2:]]} {b})"
