"""Data on the move: loads, stores and copies between objects and the words of streams."""

from fpdeep_gen.hls.frontend.context import ProcessContext
from fpdeep_gen.hls.frontend.llvm_types import IntegerType, size_of
from fpdeep_gen.hls.frontend.memory import MemoryState, multiplex
from fpdeep_gen.hls.frontend.objects import Access, DataObject, UnsupportedAccess
from fpdeep_gen.hls.frontend.optimise import ObjectPragmas
from fpdeep_gen.hls.frontend.values import Address, Choice, Pointer, ReadWord, StreamArgument, WrittenWord
from fpdeep_gen.hls.ir import (
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

FILL_LIMIT_BYTES = 16384


class Transfers:
    """Works at the builder's place; `context` gets the problems and the ports."""

    def __init__(self, context: ProcessContext, builder: Builder, memory: MemoryState) -> None:
        self._context = context
        self._builder = builder
        self._memory = memory

    def nowhere(self) -> Address:
        """Stands for an address that was refused."""
        return Address(DataObject("nowhere", IntegerType(8), "", False, ObjectPragmas(), None))

    def _refuse(self, what: str, expected: str, found: str, hint: str = "") -> None:
        self._context.problem(self._builder.location, what, expected, found, hint)

    # objects

    def load(self, pointer: Pointer, bits: int, predicate: Operation) -> Operation:
        """`bits` bits at an address."""
        builder = self._builder
        if isinstance(pointer, Choice):
            yes = builder.both(predicate, pointer.condition)
            no = builder.both(predicate, builder.invert(pointer.condition))
            if_true, if_false = self.load(pointer.if_true, bits, yes), self.load(pointer.if_false, bits, no)
            return builder.select(pointer.condition, if_true, if_false)
        root = pointer.root
        if isinstance(root, ReadWord):
            return self._load_word(root, pointer, bits)
        if not isinstance(root, DataObject):
            self._refuse(
                "a load", "an array or a variable", "a stream" if isinstance(root, StreamArgument) else "a word"
            )
            return builder.constant(0, bits)
        parts: list[Operation] = []
        have = 0
        while have < bits:
            access = self._access(root, pointer.moved(have // 8))
            if access is None:
                return builder.constant(0, bits)
            element = self._memory.load(root, access, predicate)
            element = builder.zext(element, 8 * size_of(IntegerType(element.width)))
            take = min(bits - have, element.width - access.bit)
            parts.append(builder.extract(element, access.bit, take))
            have += take
        return builder.concat(parts)

    def store(self, pointer: Pointer, value: Operation, predicate: Operation) -> None:
        """Writes a value at an address."""
        builder = self._builder
        if isinstance(pointer, Choice):
            self.store(pointer.if_true, value, builder.both(predicate, pointer.condition))
            self.store(pointer.if_false, value, builder.both(predicate, builder.invert(pointer.condition)))
            return
        root = pointer.root
        if isinstance(root, WrittenWord):
            self._store_word(root, pointer, value)
            return
        if not isinstance(root, DataObject) or root.is_constant:
            self._refuse("a store", "an array or a variable", "a stream, a word that was read, or a constant")
            return
        done = 0
        while done < value.width:
            access = self._access(root, pointer.moved(done // 8))
            if access is None:
                return
            container = 8 * size_of(IntegerType(access.leaf.width))
            take = min(value.width - done, container - access.bit)
            part = builder.extract(value, done, take)
            self._memory.store(root, access, self._whole(root, access, part, predicate), predicate)
            done += take

    def _whole(self, root: DataObject, access: Access, part: Operation, predicate: Operation) -> Operation:
        """The element with `part` put in; what a narrower integer leaves at the top is padding."""
        width = access.leaf.width
        if access.bit == 0 and part.width * 2 > width:
            return self._builder.resize(part, width)
        old = self._memory.load(root, access, predicate)
        end = access.bit + part.width
        parts = [self._builder.extract(old, 0, access.bit)] if access.bit else []
        parts.append(part)
        if end < width:
            parts.append(self._builder.extract(old, end, width - end))
        return self._builder.concat(parts)

    def _access(self, root: DataObject, address: Address) -> Access | None:
        try:
            return root.access(address.constant, tuple((value, stride) for value, stride in address.terms))
        except UnsupportedAccess as error:
            self._refuse("an access", "an element of the array", str(error))
            return None

    def copy(self, target: Pointer, source: Pointer, size: int, predicate: Operation) -> None:
        """Copies bytes, element by element."""
        at = 0
        while at < size:
            moved_to, moved_from = self._shift(target, at), self._shift(source, at)
            unit = min(size - at, self._unit(moved_to) or self._unit(moved_from) or size - at)
            value = self.load(moved_from, unit * 8, predicate)
            self.store(moved_to, value, predicate)
            at += unit

    def fill(self, target: Pointer, byte: Operation, size: int, predicate: Operation) -> None:
        """Sets bytes, element by element."""
        if size > FILL_LIMIT_BYTES:
            self._refuse(
                "an array", "one that is not cleared at once", f"{size} bytes set at once", "clear it in a loop"
            )
            return
        at = 0
        while at < size:
            moved = self._shift(target, at)
            unit = min(size - at, self._unit(moved) or 1)
            self.store(moved, self._builder.concat([byte] * unit), predicate)
            at += unit

    def _shift(self, pointer: Pointer, size: int) -> Pointer:
        if isinstance(pointer, Choice):
            return Choice(pointer.condition, self._shift(pointer.if_true, size), self._shift(pointer.if_false, size))
        return pointer.moved(size)

    def _unit(self, pointer: Pointer) -> int:
        """Bytes of the element at an address; 0 when unknown."""
        while isinstance(pointer, Choice):
            pointer = pointer.if_true
        root = pointer.root
        if isinstance(root, (ReadWord, WrittenWord)):
            return root.stride
        if not isinstance(root, DataObject):
            return 0
        access = self._access(root, pointer)
        return 0 if access is None else size_of(IntegerType(access.leaf.width)) - access.bit // 8

    # words of streams

    def _load_word(self, token: ReadWord, address: Address, bits: int) -> Operation:
        builder = self._builder
        if address.terms:
            return self._load_dynamic(token, address, bits)
        parts: list[Operation] = []
        have, at = 0, address.constant
        while have < bits:
            index, skip = divmod(at, token.stride)
            element = builder.extract(token.word, index * token.width, token.width)
            element = builder.resize(element, max(8 * token.stride, token.width), token.is_signed)
            take = min(bits - have, element.width - 8 * skip)
            parts.append(builder.extract(element, 8 * skip, take))
            have += take
            at += take // 8
        return builder.concat(parts)

    def _load_dynamic(self, token: ReadWord, address: Address, bits: int) -> Operation:
        builder = self._builder
        width = max(1, (token.count - 1).bit_length())
        index = builder.constant(address.constant // token.stride, width)
        for value, stride in address.terms:
            factor = builder.constant(stride // token.stride, width)
            from fpdeep_gen.hls.ir import BinaryKind

            index = builder.add(index, builder.binary(BinaryKind.MUL, builder.resize(value, width, True), factor))
        plain = Address(token)
        rest = address.constant % token.stride
        return multiplex(
            builder,
            index,
            [self._load_word(token, plain.moved(k * token.stride + rest), bits) for k in range(token.count)],
        )

    def _store_word(self, token: WrittenWord, address: Address, value: Operation) -> None:
        builder = self._builder
        if address.terms or address.constant % token.stride:
            self._refuse("a write", "a whole word", "a part of a word chosen at run time")
            return
        index = address.constant // token.stride
        at = 0
        while at < value.width:
            unit = builder.extract(value, at, min(8 * token.stride, value.width - at))
            token.elements[index] = builder.resize(unit, token.width)
            at += 8 * token.stride
            index += 1

    # streams

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
        bits = max(1, root.count.bit_length())
        index = builder.constant(pointer.constant, bits)
        for value, _ in pointer.terms:
            index = builder.add(index, builder.resize(value, bits, True))
        return [
            (
                builder.compare(CompareKind.EQ, index, builder.constant(k, bits)),
                table.port(root, k, width, is_input),
            )
            for k in range(root.count)
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
            pointer = pointer.if_true if isinstance(pointer.if_true, Address) else self.nowhere()
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
