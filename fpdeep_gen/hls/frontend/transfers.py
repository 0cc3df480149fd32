"""Data on the move: loads, stores and copies between objects and the words of streams."""

from fpdeep_gen.hls.frontend.context import ProcessContext
from fpdeep_gen.hls.frontend.llvm_types import IntegerType, size_of
from fpdeep_gen.hls.frontend.memory import MemoryState
from fpdeep_gen.hls.frontend.objects import Access, DataObject, Leaf, PaddingAccess, UnsupportedAccess
from fpdeep_gen.hls.frontend.values import Address, Choice, Pointer, ReadWord, StreamArgument, WrittenWord
from fpdeep_gen.hls.frontend.words import load_word, store_word
from fpdeep_gen.hls.ir import Operation
from fpdeep_gen.hls.passes.builder import Builder

FILL_LIMIT_BYTES = 16384
PADDING = Access(Leaf((), 8, (), []), (), 0)  # a byte between the fields of a structure


class Transfers:
    """Works at the builder's place; `context` gets the problems and the ports."""

    def __init__(self, context: ProcessContext, builder: Builder, memory: MemoryState) -> None:
        self._context = context
        self._builder = builder
        self._memory = memory

    def _refuse(self, what: str, expected: str, found: str, hint: str = "") -> None:
        self._context.problem(self._builder.location, what, expected, found, hint)

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
            return load_word(builder, root, pointer, bits)
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
            if access is PADDING:
                parts.append(builder.constant(0, min(8, bits - have)))
                have += 8
                continue
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
            if not store_word(builder, root, pointer, value):
                self._refuse("a write", "a whole word", "a part of a word chosen at run time")
            return
        if not isinstance(root, DataObject) or root.is_constant:
            self._refuse("a store", "an array or a variable", "a stream, a word that was read, or a constant")
            return
        done = 0
        while done < value.width:
            access = self._access(root, pointer.moved(done // 8))
            if access is None:
                return
            if access is PADDING:
                done += 8
                continue
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
        except PaddingAccess:
            return PADDING
        except UnsupportedAccess as error:
            self._refuse("an access", "an element of the array", str(error))
            return None

    def copy(self, target: Pointer, source: Pointer, size: int, predicate: Operation, may_overlap: bool) -> None:
        """Copies bytes, element by element; where the two may overlap, all are loaded before the first is stored."""
        at = 0
        loaded: list[tuple[Pointer, Operation]] = []
        while at < size:
            moved_to, moved_from = self._shift(target, at), self._shift(source, at)
            unit = min(size - at, self._unit(moved_to) or self._unit(moved_from) or size - at)
            loaded.append((moved_to, self.load(moved_from, unit * 8, predicate)))
            at += unit
            if not may_overlap or at == size:
                for place, value in loaded:
                    self.store(place, value, predicate)
                loaded.clear()

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
        if access is PADDING:
            return 1
        return 0 if access is None else size_of(IntegerType(access.leaf.width)) - access.bit // 8
