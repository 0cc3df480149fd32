"""Elements of arrays behind streams: of `axis` and `ap_fifo` the next one, of `m_axi` the one that is asked for.

An element that is a structure crosses as whole words (see `packing`). So what one iteration reads of an element is one
read, and its writes to the members of one word are one write, made when the word is full or something else comes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from fpdeep_gen.hls.frontend.objects import DataObject, External, Leaf
from fpdeep_gen.hls.interface import AXI_READ, AXI_REQUEST, AXI_WRITE, Protocol
from fpdeep_gen.hls.ir import BinaryKind, Location, Operation, StreamRead, StreamWrite
from fpdeep_gen.hls.layout import Integer, Layout
from fpdeep_gen.hls.packing import Packing, memory_packing, stream_packing
from fpdeep_gen.hls.passes.builder import Builder, is_true

Refuse = Callable[[Location | None, str, str, str, str], None]


@dataclass
class _Word:
    """A word that is being put together: the values of its members by their numbers."""

    external: External
    packing: Packing
    word: int
    address: Operation
    predicate: Operation
    location: Location | None
    parts: dict[int, Operation] = field(default_factory=dict)

    @property
    def members(self) -> list[int]:
        """Numbers of all members of the word."""
        return [number for number, (word, _) in enumerate(self.packing.places) if word == self.word]


class RemoteAccesses:
    """Of one iteration of a region."""

    def __init__(self, builder: Builder, refuse: Refuse) -> None:
        self._builder = builder
        self._refuse = refuse
        self._read: dict[tuple[str, str, int, Operation], tuple[Operation, Operation]] = {}
        self._open: dict[str, _Word] = {}

    def load(
        self, owner: DataObject, leaf: Leaf, chosen: tuple[int, ...], element: Operation, predicate: Operation
    ) -> Operation:
        """One integer of an element; `element` is its number in the array."""
        external, packing, number = self._of(owner, leaf, chosen)
        self._close(external.name)
        word, bit = packing.places[number]
        kind = packing.kinds[number]
        if len(packing.kinds) == 1:
            return self._word(external, packing, element, predicate)
        key = (external.memory or external.name, external.name, word, element)
        found = self._read.get(key)
        if found is None or not (is_true(found[1]) or found[1] is predicate):
            address = self._address(packing, word, element)
            found = self._read[key] = (self._word(external, packing, address, predicate), predicate)
        return self._builder.extract(found[0], bit, kind.width)

    def store(
        self,
        owner: DataObject,
        leaf: Leaf,
        chosen: tuple[int, ...],
        element: Operation,
        value: Operation,
        predicate: Operation,
    ) -> None:
        """Writes one integer of an element."""
        external, packing, number = self._of(owner, leaf, chosen)
        word, _ = packing.places[number]
        if external.protocol is Protocol.AXI:  # what was read may be another value now
            self._read = {key: one for key, one in self._read.items() if key[0] != (external.memory or external.name)}
        address = self._address(packing, word, element)
        found = self._open.get(external.name)
        if found is not None:
            same = found.word == word and found.address is address and found.predicate is predicate
            if not same or number in found.parts:
                self._close(external.name)
                found = None
        if found is None:
            place = self._builder.location
            found = self._open[external.name] = _Word(external, packing, word, address, predicate, place)
        found.parts[number] = value
        if len(found.parts) == len(found.members):
            self._close(external.name)

    def close(self) -> None:
        """Sends what is left; at the end of each block."""
        for name in list(self._open):
            self._close(name)

    def fence(self) -> None:
        """What follows is sent and read behind all before it."""
        self.close()
        self._read.clear()

    def _of(self, owner: DataObject, leaf: Leaf, chosen: tuple[int, ...]) -> tuple[External, Packing, int]:
        external = owner.external
        assert external is not None
        if external.layout is None:  # a FIFO between stages
            return external, Packing(leaf.width, 1, ((0, 0),), (Integer(leaf.width, False),)), 0
        packing = _packing(external.layout, external.protocol)
        number = owner.number_in_element(leaf, chosen) if len(packing.kinds) > 1 else 0
        return external, packing, number

    def _address(self, packing: Packing, word: int, element: Operation) -> Operation:
        """A word's number in the array."""
        if packing.words == 1:
            return element
        builder = self._builder
        wide = builder.zext(element, element.width + packing.words.bit_length())
        scaled = builder.binary(BinaryKind.MUL, wide, builder.constant(packing.words, wide.width))
        return builder.add(scaled, builder.constant(word, wide.width))

    def _word(self, external: External, packing: Packing, address: Operation, predicate: Operation) -> Operation:
        builder, where = self._builder, None if is_true(predicate) else predicate
        if external.protocol is not Protocol.AXI:
            return builder.append(StreamRead(packing.width, external.port("", packing.width, True), where))
        request = external.port(AXI_REQUEST, address.width, False)
        answer = external.port(AXI_READ, packing.width, True)
        answer.answers, answer.latency = request, external.latency
        builder.append(StreamWrite(0, request, address, where))
        return builder.append(StreamRead(packing.width, answer, where))

    def _close(self, name: str) -> None:
        found = self._open.pop(name, None)
        if found is None:
            return
        external, packing = found.external, found.packing
        builder, where = self._builder, None if is_true(found.predicate) else found.predicate
        if len(found.parts) < len(found.members) and external.protocol is not Protocol.AXI:
            what, expected = f"argument {name}", "all members of an element written one behind the other"
            hint = "put the element together in a local variable and assign it as a whole"
            self._refuse(found.location, what, expected, f"{len(found.parts)} of {len(found.members)}", hint)
        pieces: list[Operation] = []
        at, strobes = 0, 0
        for number, value in sorted(found.parts.items(), key=lambda one: packing.places[one[0]][1]):
            start = packing.places[number][1]
            pieces += [builder.constant(0, start - at)] if start > at else []
            pieces.append(builder.resize(value, packing.kinds[number].width))
            at = start + packing.kinds[number].width
            strobes |= packing.strobe(number)
        pieces += [builder.constant(0, packing.width - at)] if at < packing.width else []
        word = builder.concat(pieces)
        if external.protocol is not Protocol.AXI:
            builder.append(StreamWrite(0, external.port("", word.width, False), word, where, location=found.location))
            return
        parts = [word, *([builder.constant(strobes, packing.strobes)] if packing.strobes else []), found.address]
        both = builder.concat(parts)
        port = external.port(AXI_WRITE, both.width, False)
        builder.append(StreamWrite(0, port, both, where, location=found.location))


def _packing(layout: Layout, protocol: Protocol) -> Packing:
    found = memory_packing(layout) if protocol is Protocol.AXI else stream_packing(layout)
    assert found is not None  # the interface was built with one
    return found
