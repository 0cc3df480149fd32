"""Ports to memory whose bursts the kernel asks for (`hls::burst_maxi`): requests, elements and responses are streams.

A request is the number of elements above the number of the first, `ADDRESS` bits each. An element that is written has
a bit for each of its bytes above its value. A response is one bit that says nothing.
"""

from fpdeep_gen.hls.frontend.context import ProcessContext
from fpdeep_gen.hls.frontend.objects import DataObject, External
from fpdeep_gen.hls.frontend.values import Address, Pointer, ReadWord, Value, WrittenWord
from fpdeep_gen.hls.interface import (
    BURST_READ,
    BURST_READ_REQUEST,
    BURST_RESPONSE,
    BURST_WRITE,
    BURST_WRITE_REQUEST,
    Protocol,
)
from fpdeep_gen.hls.ir import Fence, Operation, StreamRead, StreamWrite
from fpdeep_gen.hls.packing import Packing, bus_bytes, memory_packing
from fpdeep_gen.hls.passes.builder import Builder, is_true

BURST = "@__hls_burst_"
ADDRESS = 32


class BurstTransfers:
    """Works at the builder's place; `context` gets the problems."""

    def __init__(self, context: ProcessContext, builder: Builder) -> None:
        self._context = context
        self._builder = builder

    def lower(self, callee: str, pointer: Pointer, numbers: list[Operation], predicate: Operation) -> Value | None:
        """One of the calls of `hls_burst_maxi.h`; `numbers` are its arguments behind the first."""
        where = None if is_true(predicate) else predicate
        match callee.removeprefix(BURST):
            case "read_request":
                self._request(pointer, BURST_READ_REQUEST, numbers, where)
            case "write_request":
                self._request(pointer, BURST_WRITE_REQUEST, numbers, where)
            case "read":
                return self._read(pointer, numbers, where)
            case "write":
                self._write(pointer, numbers, where)
            case _:
                self._response(pointer, where)
        return None

    def _of(self, pointer: Pointer) -> tuple[External, Packing] | None:
        if isinstance(pointer, Address) and isinstance(pointer.root, DataObject):
            external = pointer.root.external
            if external is not None and external.protocol is Protocol.AXI and external.layout is not None:
                packing = memory_packing(external.layout)
                assert packing is not None  # the interface was built with one
                return external, packing
        hint = "use each port under an if of its own"
        expected = "one argument of the top of this type"
        self._context.problem(self._builder.location, "a burst", expected, "a choice of several, or another", hint)
        return None

    def _request(self, pointer: Pointer, suffix: str, numbers: list[Operation], where: Operation | None) -> None:
        found = self._of(pointer)
        if found is not None:
            word = self._builder.concat([self._builder.resize(one, ADDRESS) for one in numbers])
            port = found[0].port(suffix, word.width, False)
            self._builder.append(StreamWrite(0, port, word, where))

    def _read(self, pointer: Pointer, numbers: list[Operation], where: Operation | None) -> Value:
        width, count, stride, signed = (getattr(one, "value", 0) for one in numbers)
        builder, found = self._builder, self._of(pointer)
        if found is None:
            return Address(ReadWord(builder.constant(0, width * count), None, width, count, stride, bool(signed)))
        external, packing = found
        port = external.port(BURST_READ, packing.width, True)
        port.answers = external.port(BURST_READ_REQUEST, 2 * ADDRESS, False)
        port.latency = external.latency
        word = builder.append(StreamRead(packing.width, port, where))
        members = zip(packing.places, packing.kinds, strict=True)
        whole = builder.concat([builder.extract(word, bit, kind.width) for (_, bit), kind in members])
        return Address(ReadWord(whole, None, width, count, stride, bool(signed)))

    def _write(self, pointer: Pointer, numbers: list[Operation], where: Operation | None) -> None:
        token = pointer.root if isinstance(pointer, Address) else None
        found = self._of(token.target) if isinstance(token, WrittenWord) else None
        if found is None or not isinstance(token, WrittenWord):
            return
        builder, (external, packing) = self._builder, found
        zero = builder.constant(0, token.width)
        whole = builder.concat([token.elements.get(index, zero) for index in range(token.count)])
        pieces: list[Operation] = []
        at, taken = 0, 0
        for (_, bit), kind in zip(packing.places, packing.kinds, strict=True):
            pieces += [builder.constant(0, bit - at)] if bit > at else []
            pieces.append(builder.extract(whole, taken, kind.width))
            at, taken = bit + kind.width, taken + kind.width
        pieces += [builder.constant(0, packing.width - at)] if at < packing.width else []
        size = bus_bytes(packing)
        enabled = builder.extract(builder.concat(numbers), 0, size)
        word = builder.concat([*pieces, enabled])
        builder.append(StreamWrite(0, external.port(BURST_WRITE, word.width, False), word, where))

    def _response(self, pointer: Pointer, where: Operation | None) -> None:
        found = self._of(pointer)
        if found is None:
            return
        external, packing = found
        port = external.port(BURST_RESPONSE, 1, True)
        port.fence = Fence.ALL
        port.answers = external.port(BURST_WRITE, packing.width + bus_bytes(packing), False)
        port.latency = external.latency
        self._builder.append(StreamRead(1, port, where))
