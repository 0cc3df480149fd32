"""Values of arguments as integers, in files and in words."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fpdeep_gen.hls.interface import Argument, Interface, Kind
from fpdeep_gen.hls.layout import Integer, Layout, integers


def named(interface: Interface) -> list[tuple[Argument, str]]:
    """Arguments by the names of their files: each stream of an array of streams by itself."""
    found = []
    for one in interface.arguments:
        if one.kind is Kind.STREAM and one.count:
            found += [(one, f"{one.name}_{index}") for index in range(one.count)]
        else:
            found.append((one, one.name))
    return found


def read_integers(path: Path, layout: Layout) -> list[int]:
    """Values with their signs; the layout repeats."""
    cells = np.fromfile(path, dtype="<u4")
    kinds = list(integers(layout))
    sizes = [(kind.width + 31) // 32 for kind in kinds]
    rows = cells.reshape(-1, sum(sizes))
    columns: list[list[int]] = []
    at = 0
    for kind, size in zip(kinds, sizes, strict=True):
        part = rows[:, at : at + size]
        columns.append(_signed(part, kind))
        at += size
    return [value for row in zip(*columns, strict=True) for value in row]


def _signed(part: npt.NDArray[np.uint32], kind: Integer) -> list[int]:
    if kind.width <= 32:
        values = part[:, 0].astype(np.int64)
        return [int(one) for one in (values - ((values >> (kind.width - 1)) << kind.width) if kind.signed else values)]
    found = [int.from_bytes(row.astype("<u4").tobytes(), "little") for row in part]
    half = 1 << (kind.width - 1)
    return [(one ^ half) - half for one in found] if kind.signed else found


def write_integers(path: Path, kinds: Sequence[Integer], values: Sequence[int]) -> None:
    """The inverse; the kinds repeat."""
    parts = []
    for place, value in enumerate(values):
        width = kinds[place % len(kinds)].width
        parts.append((value & ((1 << width) - 1)).to_bytes(4 * ((width + 31) // 32), "little"))
    path.write_bytes(b"".join(parts))


def pack(layout: Layout, values: Sequence[int]) -> list[int]:
    """Words of the layout from its integers."""
    kinds = list(integers(layout))
    if len(kinds) == 1:
        mask = (1 << kinds[0].width) - 1
        return [value & mask for value in values]
    found = []
    for start in range(0, len(values), len(kinds)):
        word, at = 0, 0
        for kind, value in zip(kinds, values[start : start + len(kinds)], strict=True):
            word |= (value & ((1 << kind.width) - 1)) << at
            at += kind.width
        found.append(word)
    return found


def unpack(layout: Layout, words: Sequence[int]) -> list[int]:
    """Integers with their signs from words of the layout."""
    kinds = list(integers(layout))
    found = []
    for word in words:
        for kind in kinds:
            value = word & ((1 << kind.width) - 1)
            found.append(value - ((value >> (kind.width - 1)) << kind.width) if kind.signed else value)
            word >>= kind.width
    return found
