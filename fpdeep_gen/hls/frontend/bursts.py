"""Ports to memory whose bursts the kernel asks for (`hls::burst_maxi`): requests, elements and responses are streams.

A request is the number of elements above the number of the first, `ADDRESS` bits each. An element that is written has
a bit for each of its bytes above its value. A response is one bit that says nothing. Where a port asks for elements of
another type, at any byte, the first byte takes the place of the first element, and the bytes of an element stand above
it all; elements are in the low bytes of words as wide as the bus.
"""

from collections.abc import Iterable

from fpdeep_gen.hls.frontend.context import ProcessContext
from fpdeep_gen.hls.frontend.liveness import definitions
from fpdeep_gen.hls.frontend.llvm_ir import Function
from fpdeep_gen.hls.frontend.objects import DataObject, External
from fpdeep_gen.hls.frontend.rewriting import base_of
from fpdeep_gen.hls.frontend.values import Address, Pointer, ReadWord, Value, WrittenWord
from fpdeep_gen.hls.interface import (
    BURST_BITS,
    BURST_READ,
    BURST_READ_REQUEST,
    BURST_RESPONSE,
    BURST_WRITE,
    BURST_WRITE_REQUEST,
    UNALIGNED_BITS,
    Protocol,
)
from fpdeep_gen.hls.ir import BinaryKind, Fence, Operation, StreamRead, StreamWrite
from fpdeep_gen.hls.packing import Packing, bus_bytes, memory_packing
from fpdeep_gen.hls.passes.builder import Builder, is_true

BURST, AT = "@__hls_burst_", "_at"
ADDRESS, SIZE = 32, 8


def unaligned_arrays(functions: Iterable[Function]) -> frozenset[str]:
    """The globals behind ports that are asked for elements of other types, at any byte."""
    found: set[str] = set()
    for function in functions:
        defined = definitions(function)
        for block in function.blocks.values():
            for one in block.instructions:
                if one.detail.startswith(BURST) and one.detail.endswith(AT):
                    owner = base_of(one.operands[0], defined)
                    made = defined[owner][1] if owner in defined else None  # an element to write
                    found.add(base_of(made.operands[0], defined) if made is not None and made.operands else owner)
    return frozenset(found)


def _word_bits(external: External, packing: Packing) -> int:
    """Of an element between the kernel and a port."""
    return 8 * bus_bytes(packing) if external.unaligned else packing.width


class BurstTransfers:
    """Works at the builder's place; `context` gets the problems."""

    def __init__(self, context: ProcessContext, builder: Builder) -> None:
        self._context = context
        self._builder = builder

    def lower(self, callee: str, pointer: Pointer, numbers: list[Operation], predicate: Operation) -> Value | None:
        """One of the calls of `hls_burst_maxi.h`; `numbers` are its arguments behind the first."""
        where = None if is_true(predicate) else predicate
        is_at = callee.endswith(AT)
        match callee.removeprefix(BURST):
            case "read_request":
                self._request(pointer, BURST_READ_REQUEST, numbers, where)
            case "write_request":
                self._request(pointer, BURST_WRITE_REQUEST, numbers, where)
            case "read_request_at":
                self._request_at(pointer, BURST_READ_REQUEST, numbers, where)
            case "write_request_at":
                self._request_at(pointer, BURST_WRITE_REQUEST, numbers, where)
            case "read" | "read_at":
                return self._read(pointer, numbers, where, is_at)
            case "write" | "write_at":
                self._write(pointer, numbers, where, is_at)
            case _:
                self._response(pointer, where)
        return None

    def _of(self, pointer: Pointer) -> tuple[External, Packing] | None:
        if isinstance(pointer, Address) and isinstance(pointer.root, DataObject):
            external = pointer.root.external
            if external is not None and external.protocol is Protocol.AXI and external.layout is not None:
                packing = memory_packing(external.layout)
                assert packing is not None  # the interface was built with one
                if external.unaligned and packing.width != 8 * bus_bytes(packing):
                    expected, found = "elements of the port of whole bytes", f"{packing.width} bits"
                    self._context.problem(self._builder.location, "a burst at any byte", expected, found, "")
                return external, packing
        hint = "use each port under an if of its own"
        expected = "one argument of the top of this type"
        self._context.problem(self._builder.location, "a burst", expected, "a choice of several, or another", hint)
        return None

    def _request(self, pointer: Pointer, suffix: str, numbers: list[Operation], where: Operation | None) -> None:
        found = self._of(pointer)
        if found is None:
            return
        first, count = (self._builder.resize(one, ADDRESS) for one in numbers)
        if found[0].unaligned:
            size = bus_bytes(found[1])
            shift = self._builder.constant((size - 1).bit_length(), ADDRESS)
            byte = self._builder.binary(BinaryKind.SHL, first, shift)
            self._ask(found[0], suffix, [byte, count, self._builder.constant(size, SIZE)], where)
        else:
            self._ask(found[0], suffix, [first, count], where)

    def _request_at(self, pointer: Pointer, suffix: str, numbers: list[Operation], where: Operation | None) -> None:
        found = self._of(pointer)
        if found is not None:
            byte, count, size = numbers
            address = [self._builder.resize(one, ADDRESS) for one in (byte, count)]
            self._ask(found[0], suffix, [*address, self._builder.resize(size, SIZE)], where)

    def _ask(self, external: External, suffix: str, parts: list[Operation], where: Operation | None) -> None:
        word = self._builder.concat(parts)
        self._builder.append(StreamWrite(0, external.port(suffix, word.width, False), word, where))

    def _read(self, pointer: Pointer, numbers: list[Operation], where: Operation | None, is_at: bool) -> Value:
        width, count, stride, signed = (getattr(one, "value", 0) for one in numbers)
        builder, found = self._builder, self._of(pointer)
        if found is None:
            return Address(ReadWord(builder.constant(0, width * count), None, width, count, stride, bool(signed)))
        external, packing = found
        whole = _word_bits(external, packing)
        port = external.port(BURST_READ, whole, True)
        port.answers = external.port(BURST_READ_REQUEST, UNALIGNED_BITS if external.unaligned else BURST_BITS, False)
        port.latency = external.latency
        word = builder.append(StreamRead(whole, port, where))
        if is_at:
            element = builder.extract(word, 0, width)
        else:
            members = zip(packing.places, packing.kinds, strict=True)
            element = builder.concat([builder.extract(word, bit, kind.width) for (_, bit), kind in members])
        return Address(ReadWord(element, None, width, count, stride, bool(signed)))

    def _write(self, pointer: Pointer, numbers: list[Operation], where: Operation | None, is_at: bool) -> None:
        token = pointer.root if isinstance(pointer, Address) else None
        found = self._of(token.target) if isinstance(token, WrittenWord) else None
        if found is None or not isinstance(token, WrittenWord):
            return
        builder, (external, packing) = self._builder, found
        zero = builder.constant(0, token.width)
        whole = builder.concat([token.elements.get(index, zero) for index in range(token.count)])
        pieces = [whole] if is_at else self._in_memory(whole, packing)
        width, size = _word_bits(external, packing), bus_bytes(packing)
        filled = sum(one.width for one in pieces)
        pieces += [builder.constant(0, width - filled)] if filled < width else []
        enabled = builder.extract(builder.concat(numbers), 0, size)
        word = builder.concat([*pieces, enabled])
        builder.append(StreamWrite(0, external.port(BURST_WRITE, word.width, False), word, where))

    def _in_memory(self, whole: Operation, packing: Packing) -> list[Operation]:
        """The members of an element of the port's type, at their places."""
        builder, at, taken = self._builder, 0, 0
        pieces: list[Operation] = []
        for (_, bit), kind in zip(packing.places, packing.kinds, strict=True):
            pieces += [builder.constant(0, bit - at)] if bit > at else []
            pieces.append(builder.extract(whole, taken, kind.width))
            at, taken = bit + kind.width, taken + kind.width
        return pieces

    def _response(self, pointer: Pointer, where: Operation | None) -> None:
        found = self._of(pointer)
        if found is None:
            return
        external, packing = found
        port = external.port(BURST_RESPONSE, 1, True)
        port.fence = Fence.ALL
        port.answers = external.port(BURST_WRITE, _word_bits(external, packing) + bus_bytes(packing), False)
        port.latency = external.latency
        self._builder.append(StreamRead(1, port, where))
