"""Words of streams as arrays: bit packing, and the word files that native and RTL simulation read and write.

A word of `elements` fields of `bits` bits each (field 0 lowest, nothing between) is a row of ceil(elements*bits/32)
little-endian uint32; the bits above it are 0. A word file is those rows, raw.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.errors import ComparisonError

Words = NDArray[np.uint32]
Integers = NDArray[np.int64]


def chunks(bits: int) -> int:
    """Number of uint32 that a word of `bits` bits takes in a word file."""
    return -(-bits // 32)


def pack_words(values: Integers, bits: int) -> Words:
    """Pack `values` [n, elements] into words [n, ceil(elements*bits/32)]; each value is cut to its low `bits` bits."""
    count, elements = values.shape
    if bits in (8, 16, 32):
        raw = values.astype(f"<i{bits // 8}").view(np.uint8).reshape(count, elements * bits // 8)
    else:
        fields = (values[:, :, np.newaxis] >> np.arange(bits)) & 1
        flat = fields.astype(np.uint8).reshape(count, elements * bits)
        raw = np.packbits(flat, axis=1, bitorder="little")
    padded = np.zeros((count, 4 * chunks(elements * bits)), dtype=np.uint8)
    padded[:, : raw.shape[1]] = raw
    return padded.view("<u4").astype(np.uint32, copy=False)


def unpack_words(words: Words, elements: int, bits: int, signed: bool = True) -> Integers:
    """The inverse of `pack_words`: words [n, chunks] -> values [n, elements]."""
    count = words.shape[0]
    raw = np.ascontiguousarray(words, dtype="<u4").view(np.uint8).reshape(count, -1)
    flat = np.unpackbits(raw, axis=1, count=elements * bits, bitorder="little")
    fields = flat.reshape(count, elements, bits).astype(np.int64)
    weights = np.int64(1) << np.arange(bits, dtype=np.int64)
    if signed:
        weights[-1] = -weights[-1]
    unpacked: Integers = fields @ weights
    return unpacked


def write_words(path: Path, words: Words) -> None:
    """Write `words` [n, chunks] as a word file."""
    path.write_bytes(np.ascontiguousarray(words, dtype="<u4").tobytes())


def read_words(path: Path, bits: int) -> Words:
    """Read a word file of a stream of `bits` bits: [n, chunks]. `ComparisonError` if it is missing or cut short."""
    if not path.exists():
        raise ComparisonError(f"{path.name}: expected a word file, found none")
    raw = path.read_bytes()
    size = 4 * chunks(bits)
    if len(raw) % size:
        raise ComparisonError(f"{path.name}: expected whole words of {size} bytes, found {len(raw)} bytes")
    return np.frombuffer(raw, dtype="<u4").astype(np.uint32, copy=False).reshape(-1, chunks(bits))
