"""Loads from words that were read from a stream, stores into words that are being put together for one."""

from fpdeep_gen.hls.frontend.memory import multiplex
from fpdeep_gen.hls.frontend.values import Address, ReadWord, WrittenWord
from fpdeep_gen.hls.ir import BinaryKind, Operation
from fpdeep_gen.hls.passes.builder import Builder


def load_word(builder: Builder, token: ReadWord, address: Address, bits: int) -> Operation:
    """`bits` bits at an address in the word."""
    if address.terms:
        return _load_dynamic(builder, token, address, bits)
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


def _load_dynamic(builder: Builder, token: ReadWord, address: Address, bits: int) -> Operation:
    width = max(1, (token.count - 1).bit_length())
    index = builder.constant(address.constant // token.stride, width)
    for value, stride in address.terms:
        factor = builder.constant(stride // token.stride, width)
        index = builder.add(index, builder.binary(BinaryKind.MUL, builder.resize(value, width, True), factor))
    plain = Address(token)
    rest = address.constant % token.stride
    return multiplex(
        builder,
        index,
        [load_word(builder, token, plain.moved(k * token.stride + rest), bits) for k in range(token.count)],
    )


def store_word(builder: Builder, token: WrittenWord, address: Address, value: Operation) -> bool:
    """Puts a value at an address in the word; False where that is not a whole element known at compile time."""
    if address.terms or address.constant % token.stride:
        return False
    index = address.constant // token.stride
    at = 0
    while at < value.width:
        unit = builder.extract(value, at, min(8 * token.stride, value.width - at))
        token.elements[index] = builder.resize(unit, token.width)
        at += 8 * token.stride
        index += 1
    return True
