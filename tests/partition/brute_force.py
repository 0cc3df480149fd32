"""The shortest interval of tiny networks of convolutions, by going through all assignments of units to two boards.

Each phase of each layer is cut by columns or by channels (outputs forward, inputs behind; the first layer's gradient by
outputs), at any unit, the lower ones on the first board. An engine is the best of all `p_in x p_out x p_tap`; a part
may be shared by up to four engines, each with some of its columns. Memory and links are not looked at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement
from math import ceil

from fpdeep_gen.network.model import Layer, Network

MOST_ENGINES = 4
NEVER = 10**9


@dataclass(frozen=True)
class Part:
    """Extents of a phase: rows, columns, channels that are cut, other channels, taps, and allowed p_tap."""

    rows: int
    columns: int
    cut: int
    other: int
    taps: int
    widths: tuple[int, ...]


def phases(network: Network) -> list[Part]:
    """All phases of all layers. Kernel rows are taken one after the other, but for the gradient."""
    found = []
    for index, layer in enumerate(network.layers):
        assert layer.groups == layer.stride == layer.pool == 1
        taps = layer.kernel_rows * layer.kernel_columns
        by_rows, any_width = (1, layer.kernel_columns), (1, layer.kernel_columns, taps)
        outputs, inputs = layer.out_channels, layer.in_channels
        sums = (layer.conv_rows, layer.conv_columns)
        found.append(Part(*sums, outputs, inputs, taps, by_rows))
        found.append(Part(*sums, *((outputs, inputs) if index == 0 else (inputs, outputs)), taps, any_width))
        if index:
            found.append(Part(layer.in_rows, layer.in_columns, inputs, outputs, taps, by_rows))
    return found


@cache
def engine(part: Part, columns: int, channels: int, interval: int) -> int:
    """Fewest multipliers of one engine."""
    best = NEVER
    for width in part.widths:
        for split in range(1, channels + 1):
            passes = part.rows * columns * ceil(channels / split) * (part.taps // width)
            for whole in range(1, part.other + 1):
                if passes * ceil(part.other / whole) <= interval:
                    best = min(best, split * whole * width)
                    break
    return best


@cache
def engines(part: Part, columns: int, channels: int, interval: int) -> int:
    """Fewest multipliers of a box, in up to four engines."""
    if not columns or not channels:
        return 0
    return min(
        sum(engine(part, size, channels, interval) for size in sizes)
        for count in range(1, min(MOST_ENGINES, columns) + 1)
        for sizes in splits(columns, count)
    )


def splits(whole: int, count: int) -> Iterator[tuple[int, ...]]:
    """All ways to write `whole` as a sum of `count` positive numbers, the order aside."""
    for ends in combinations_with_replacement(range(1, whole + 1), count):
        if sum(ends) == whole:
            yield ends


def choices(part: Part, interval: int) -> set[tuple[int, int]]:
    """Multipliers of both boards, for every way to cut the phase."""
    by_columns = (
        (engines(part, begin, part.cut, interval), engines(part, part.columns - begin, part.cut, interval))
        for begin in range(part.columns + 1)
    )
    by_channels = (
        (engines(part, part.columns, begin, interval), engines(part, part.columns, part.cut - begin, interval))
        for begin in range(part.cut + 1)
    )
    return {*by_columns, *by_channels}


def fits(parts: Sequence[Part], dsp: tuple[int, int], interval: int) -> bool:
    """Whether some assignment keeps both boards' multipliers: fewest on the second board for each number on the
    first."""
    reached = {0: 0}
    for part in parts:
        further: dict[int, int] = {}
        for low, high in choices(part, interval):
            for first, second in reached.items():
                if first + low <= dsp[0] and second + high <= dsp[1]:
                    further[first + low] = min(further.get(first + low, NEVER), second + high)
        reached = further
    return bool(reached)


def shortest(network: Network, dsp: tuple[int, int]) -> int:
    """The shortest interval; a longer one always fits too."""
    parts = phases(network)
    low, high = 0, sum(layer_macs(layer) * 3 for layer in network.layers)
    while high - low > 1:
        middle = (low + high) // 2
        if fits(parts, dsp, middle):
            high = middle
        else:
            low = middle
    return high


def layer_macs(layer: Layer) -> int:
    """Of one phase."""
    channels = layer.in_channels * layer.out_channels
    return layer.conv_rows * layer.conv_columns * channels * layer.kernel_rows * layer.kernel_columns
