"""Accesses to stream ports: blocking and not, in all the ports that an address may mean."""

from math import gcd

from fpdeep_gen.hls.frontend.context import ProcessContext
from fpdeep_gen.hls.frontend.values import NOWHERE, Address, Choice, Pointer, ReadWord, StreamArgument, WrittenWord
from fpdeep_gen.hls.ir import (
    BinaryKind,
    CompareKind,
    Operation,
    StreamEmpty,
    StreamFull,
    StreamPort,
    StreamRead,
    StreamTryRead,
    StreamTryWrite,
    StreamWrite,
)
from fpdeep_gen.hls.passes.builder import Builder, is_true


class StreamTransfers:
    """Works at the builder's place; `context` gets the problems and the ports."""

    def __init__(self, context: ProcessContext, builder: Builder) -> None:
        self._context = context
        self._builder = builder

    def _refuse(self, what: str, expected: str, found: str, hint: str = "") -> None:
        self._context.problem(self._builder.location, what, expected, found, hint)

    def _ports(self, pointer: Pointer, width: int, is_input: bool) -> list[tuple[Operation, StreamPort]]:
        """The streams that an address may mean, each with its condition."""
        builder = self._builder
        if isinstance(pointer, Choice):
            inverse = builder.invert(pointer.condition)
            first = self._ports(pointer.if_true, width, is_input)
            second = self._ports(pointer.if_false, width, is_input)
            return [
                *((builder.both(condition, pointer.condition), port) for condition, port in first),
                *((builder.both(condition, inverse), port) for condition, port in second),
            ]
        root = pointer.root
        if not isinstance(root, StreamArgument):
            self._refuse("a stream", "a stream argument of the process", "something else")
            return []
        table = self._context.ports
        if not pointer.terms:
            return [(builder.true(), table.port(root, pointer.constant, width, is_input))]
        step = gcd(*(stride for _, stride in pointer.terms))  # of rows, where the column is known
        least = pointer.constant % step
        bits = max(1, root.count.bit_length())
        index = builder.constant((pointer.constant - least) // step, bits)
        for value, stride in pointer.terms:
            steps = builder.resize(value, bits, True)
            if stride != step:
                steps = builder.binary(BinaryKind.MUL, steps, builder.constant(stride // step, bits))
            index = builder.add(index, steps)
        return [
            (
                builder.compare(CompareKind.EQ, index, builder.constant(place, bits)),
                table.port(root, k, width, is_input),
            )
            for place, k in enumerate(range(least, root.count, step))
        ]

    def _optional(self, predicate: Operation) -> Operation | None:
        return None if is_true(predicate) else predicate

    def read(self, pointer: Pointer, numbers: list[int], predicate: Operation) -> Address:
        """A blocking read."""
        width, count, stride, signed = numbers
        builder = self._builder
        result = builder.constant(0, width * count)
        for condition, port in self._ports(pointer, width * count, True):
            here = self._optional(builder.both(predicate, condition))
            word = builder.append(StreamRead(width * count, port, here))
            result = word if is_true(condition) else builder.select(condition, word, result)
        return Address(ReadWord(result, None, width, count, stride, bool(signed)))

    def try_read(self, pointer: Pointer, numbers: list[int], predicate: Operation) -> Address:
        """A non-blocking read."""
        width, count, stride, signed = numbers
        builder = self._builder
        total = width * count
        result = builder.constant(0, total + 1)
        for condition, port in self._ports(pointer, total, True):
            here = self._optional(builder.both(predicate, condition))
            word = builder.append(StreamTryRead(total + 1, port, here))
            result = word if is_true(condition) else builder.select(condition, word, result)
        word, ok = builder.extract(result, 0, total), builder.extract(result, total, 1)
        return Address(ReadWord(word, ok, width, count, stride, bool(signed)))

    def token_ok(self, pointer: Pointer) -> Operation:
        """Whether a non-blocking read found a word."""
        token = pointer.root if isinstance(pointer, Address) else None
        if isinstance(token, ReadWord) and token.ok is not None:
            return token.ok
        self._refuse("a read", "the word of one non-blocking read", "a mixture")
        return self._builder.constant(0, 1)

    def begin(self, pointer: Pointer, numbers: list[int]) -> Address:
        """The start of a write: an empty word."""
        width, count, stride = numbers
        if isinstance(pointer, Choice):
            self._refuse("a stream", "one stream", "a choice of streams", "write to each under an if")
            pointer = pointer.if_true if isinstance(pointer.if_true, Address) else NOWHERE
        return Address(WrittenWord(pointer, width, count, stride))

    def _word(self, pointer: Pointer) -> tuple[WrittenWord | None, Operation]:
        builder = self._builder
        token = pointer.root if isinstance(pointer, Address) else None
        if not isinstance(token, WrittenWord):
            self._refuse("a write", "one word", "a mixture of words")
            return None, builder.constant(0, 1)
        zero = builder.constant(0, token.width)
        return token, builder.concat([token.elements.get(index, zero) for index in range(token.count)])

    def write(self, pointer: Pointer, predicate: Operation) -> None:
        """A blocking write of a finished word."""
        token, word = self._word(pointer)
        if token is None:
            return
        for condition, port in self._ports(token.target, word.width, False):
            here = self._optional(self._builder.both(predicate, condition))
            self._builder.append(StreamWrite(0, port, word, here))

    def try_write(self, pointer: Pointer, predicate: Operation) -> Operation:
        """A non-blocking write: whether it was taken."""
        token, word = self._word(pointer)
        result = self._builder.constant(0, 1)
        if token is None:
            return result
        for condition, port in self._ports(token.target, word.width, False):
            here = self._optional(self._builder.both(predicate, condition))
            taken = self._builder.append(StreamTryWrite(1, port, word, here))
            result = taken if is_true(condition) else self._builder.select(condition, taken, result)
        return result

    def status(self, pointer: Pointer, is_empty: bool) -> Operation:
        """empty() or full()."""
        result = self._builder.constant(0, 1)
        for condition, port in self._ports(pointer, 0, is_empty):
            flag = self._builder.append(StreamEmpty(1, port) if is_empty else StreamFull(1, port))
            result = flag if is_true(condition) else self._builder.select(condition, flag, result)
        return result
