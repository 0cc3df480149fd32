"""What crosses links once a mini-batch: sums of gradients that several boards keep, and new weights.

Gradients of a weight that several boards keep are added up along the chain: of half of the words from the lowest of
these boards (g0) to the highest (g1), of the other half from g1 to g0. Where a sum is complete the weight is updated,
and goes back the way that the sum came, so that either direction of each link between carries half of the sums and half
of the weights: (gradient's + weight's bits) / 2 a word. No exchange along a row of boards carries less on a link whose
sides both have the gradient: its sum crosses once, and so does the new weight, whichever board updates it. Boards below
g0 or above g1 that keep the weight (w0 the lowest, w1 the highest) take it as it passes, and every link up to them
carries it once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import Kept, LinkPlan, Range, Store


@dataclass(frozen=True)
class Exchange:
    """Bits that cross each link once a batch, up and down, and the cycles that a sum and its weight are under way, at
    most."""

    up: NDArray[np.float64]
    down: NDArray[np.float64]
    round_trip: int


def exchange_of(geometry: Sequence[Geometry], stores: Sequence[Store], links: Sequence[LinkPlan]) -> Exchange:
    """The exchange of all layers."""
    up, down = np.zeros(len(links)), np.zeros(len(links))
    latencies = np.array([link.latency_cycles for link in links])
    by_layer: dict[int, list[Store]] = {}
    for store in stores:
        by_layer.setdefault(store.layer, []).append(store)
    longest = 0
    for layer, kept in by_layer.items():
        if _is_kept_once(geometry[layer], kept):
            continue
        higher, lower = _crossing(geometry[layer], kept, len(links))
        up, down = up + higher, down + lower
        longest = max(longest, 2 * int(latencies[(higher + lower) > 0].sum()))
    return Exchange(up, down, longest)


def _is_kept_once(geometry: Geometry, stores: Sequence[Store]) -> bool:
    """Whether each weight is on the board that has its gradient, and nowhere else."""
    whole = geometry.layer.weight_count
    once = all(sum(store.words for store in stores if store.kept is kept) == whole for kept in Kept)
    return once and not any(store.is_copy for store in stores)


def _crossing(
    geometry: Geometry, stores: Sequence[Store], links: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bits of a layer on each link, up and down: those of each rectangle of channel pairs whose weights are on the same
    boards throughout."""
    outputs, inputs = _bounds(store.outputs for store in stores), _bounds(store.inputs for store in stores)
    words = _words(geometry, outputs, inputs)
    lowest = {kept: np.full(words.shape, links + 1) for kept in Kept}
    highest = {kept: np.full(words.shape, -1) for kept in Kept}
    for store in stores:
        cells = _cells(outputs, store.outputs), _cells(inputs, store.inputs)
        for ends, further in ((lowest, np.minimum), (highest, np.maximum)):
            ends[store.kept][cells] = further(ends[store.kept][cells], store.board)
    widths = {store.kept: store.width for store in stores}
    g0, g1 = lowest[Kept.GRADIENTS], highest[Kept.GRADIENTS]
    words = np.where(g1 < 0, 0, words)
    w0, w1 = np.minimum(lowest[Kept.WEIGHTS], g0), np.maximum(highest[Kept.WEIGHTS], g1)
    both = _on_links(words * (widths[Kept.GRADIENTS] + widths[Kept.WEIGHTS]) / 2, g0, g1, links)
    weights = words * widths[Kept.WEIGHTS]
    return both + _on_links(weights, g1, w1, links), both + _on_links(weights, w0, g0, links)


def _bounds(ranges: Iterable[Range]) -> list[int]:
    """Where ranges of channels begin or end."""
    return sorted({end for one in ranges for end in (one.begin, one.end)})


def _cells(bounds: Sequence[int], part: Range) -> slice:
    return slice(bounds.index(part.begin), bounds.index(part.end))


def _words(geometry: Geometry, outputs: Sequence[int], inputs: Sequence[int]) -> NDArray[np.float64]:
    """Weights of each rectangle of outputs and inputs between neighbouring bounds: of pairs within a group."""
    groups = geometry.layer.groups
    words = np.zeros((len(outputs) - 1, len(inputs) - 1))
    for group in range(groups):
        sizes = [
            np.diff(np.clip(bounds, group * channels // groups, (group + 1) * channels // groups))
            for bounds, channels in ((outputs, geometry.layer.out_channels), (inputs, geometry.layer.in_channels))
        ]
        words += np.outer(*sizes)
    return words * geometry.taps


def _on_links(
    bits: NDArray[np.float64], begin: NDArray[np.int64], end: NDArray[np.int64], links: int
) -> NDArray[np.float64]:
    """Bits on each link where those of each cell cross links `begin` to `end` - 1, if any."""
    crossed = (bits > 0) & (begin < end)
    first, last = (np.bincount(at[crossed], bits[crossed], links + 1) for at in (begin, end))
    return np.cumsum(first - last)[:links]
