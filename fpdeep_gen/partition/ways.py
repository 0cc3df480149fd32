"""The way of each tensor along the chain: over which links its stream goes, what of it comes from the sending board
itself, and what each board that needs it waits for."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import Carried, Phase, Range, Share
from fpdeep_gen.partition.traffic import Flow, home, outputs_made, partial_target

Key: TypeAlias = tuple[Carried, int]

Box: TypeAlias = tuple[int, int, int, int, int]
"""Board, channels and columns (begin and end) of a part of a tensor."""


class Hop(NamedTuple):
    """A tensor's stream over one link: `bits` of an image; whether the sending board makes a part of it (`own`), and
    whether another part comes over the link before (`passing`)."""

    link: int
    bits: int
    own: bool
    passing: bool


@dataclass(frozen=True)
class Take:
    """Where what a board needs of a tensor comes from."""

    board: int
    own: bool
    below: bool
    above: bool


@dataclass(frozen=True)
class Way:
    """Hops upwards in rising, downwards in falling order of links, and who needs the tensor."""

    up: tuple[Hop, ...]
    down: tuple[Hop, ...]
    takes: tuple[Take, ...]


def ways(
    network: Network, geometry: Sequence[Geometry], shares: Iterable[Share], found: Iterable[Flow]
) -> dict[Key, Way]:
    """Of every tensor's features and errors, and of the partial sums of either."""
    bits: dict[Key, list[NDArray[np.int64]]] = {}
    for flow in found:
        sums = bits.setdefault((flow.carried, flow.tensor), [np.zeros_like(flow.up), np.zeros_like(flow.down)])
        sums[0] += flow.up
        sums[1] += flow.down
    by_phase: dict[tuple[int, Phase], list[Share]] = defaultdict(list)
    for share in shares:
        by_phase[share.layer, share.phase].append(share)
    result: dict[Key, Way] = {}
    layers = len(network.layers)
    for tensor in range(layers + 1):
        makers, takers = _features(network, geometry, by_phase, tensor)
        made = by_phase.get((tensor - 1, Phase.FORWARD), [])
        makers = _summed(result, (Carried.SUM, tensor), made, makers, takers, _whole(network, tensor), bits)
        result[Carried.FEATURE, tensor] = _way(makers, takers, bits.get((Carried.FEATURE, tensor)))
    for tensor in range(1, layers + 1):
        makers, takers = _errors(network, geometry, by_phase, tensor)
        made = by_phase.get((tensor, Phase.BACKWARD), [])
        makers = _summed(result, (Carried.PARTIAL, tensor), made, makers, takers, _whole(network, tensor), bits)
        result[Carried.ERROR, tensor] = _way(makers, takers, bits.get((Carried.ERROR, tensor)))
    return result


def _summed(
    result: dict[Key, Way],
    key: Key,
    shares: Sequence[Share],
    makers: list[Box],
    takers: Iterable[Box],
    whole: tuple[int, int, int, int],
    bits: dict[Key, list[NDArray[np.int64]]],
) -> list[Box]:
    """Who makes a tensor of the `whole` elements: `makers`, or where sums are spread the board where they meet; then
    their way is added."""
    boards = sorted({share.board for share in shares if share.partial})
    if not boards:
        return makers
    target = partial_target(boards, max(box[0] for box in takers))
    parts: list[Box] = [(board, 0, 1, 0, 1) for board in boards]
    result[key] = _way(parts, [(target, 0, 1, 0, 1)], bits.get(key))
    return [(target, *whole)]


Shares: TypeAlias = dict[tuple[int, Phase], list[Share]]


def _whole(network: Network, tensor: int) -> tuple[int, int, int, int]:
    channels, _, columns = network.tensor_shape(tensor)
    return 0, channels, 0, columns


def _box(board: int, channels: Range, columns: Range) -> Box:
    return board, channels.begin, channels.end, columns.begin, columns.end


def _features(
    network: Network, geometry: Sequence[Geometry], shares: Shares, tensor: int
) -> tuple[list[Box], list[Box]]:
    whole = _whole(network, tensor)
    makers: list[Box] = [(0, *whole)]
    if tensor > 0:
        maker = geometry[tensor - 1]
        made = shares[tensor - 1, Phase.FORWARD]
        makers = [_box(share.board, share.outputs, outputs_made(maker, share.columns)) for share in made]
    if tensor == len(network.layers):
        return makers, [(home(shares, tensor), *whole)]
    reader, columns = geometry[tensor], Range(0, network.tensor_shape(tensor)[2])
    takers = [
        _box(share.board, share.inputs, columns if reader.flat else reader.inputs_of_sums(share.columns))
        for phase in (Phase.FORWARD, Phase.GRADIENT)
        for share in shares[tensor, phase]
    ]
    return makers, takers


def _errors(network: Network, geometry: Sequence[Geometry], shares: Shares, tensor: int) -> tuple[list[Box], list[Box]]:
    whole, reader = _whole(network, tensor), geometry[tensor - 1]
    takers = []
    for phase in (Phase.BACKWARD, Phase.GRADIENT):
        for share in shares.get((tensor - 1, phase), []):
            if reader.flat:
                columns = Range(0, 1)
            else:
                sums = reader.sums_of_inputs(share.columns) if phase is Phase.BACKWARD else share.columns
                columns = reader.outputs_of_sums(sums)
            takers.append(_box(share.board, share.outputs, columns))
    if tensor == len(network.layers):
        return [(home(shares, tensor), *whole)], takers
    columns = Range(0, whole[3])
    makers = [
        _box(share.board, share.inputs, columns if geometry[tensor].flat else share.columns)
        for share in shares[tensor, Phase.BACKWARD]
    ]
    return makers, takers


def _way(makers: Iterable[Box], takers: Iterable[Box], bits: list[NDArray[np.int64]] | None) -> Way:
    made, taken = np.array(sorted(set(makers))), np.array(sorted(set(takers)))
    met = (np.maximum(made[:, None, 1], taken[None, :, 1]) < np.minimum(made[:, None, 2], taken[None, :, 2])) & (
        np.maximum(made[:, None, 3], taken[None, :, 3]) < np.minimum(made[:, None, 4], taken[None, :, 4])
    )
    source, target = (
        np.broadcast_to(made[:, None, 0], met.shape)[met],
        np.broadcast_to(taken[None, :, 0], met.shape)[met],
    )
    takes = []
    own, below, above = (set(target[goes].tolist()) for goes in (source == target, source < target, source > target))
    for board in sorted(own | below | above):
        takes.append(Take(board, board in own, board in below, board in above))
    if bits is None:
        return Way((), (), tuple(takes))
    who = set(made[:, 0].tolist())
    return Way(_hops(bits[0], who, source, target, 1), _hops(bits[1], who, source, target, -1), tuple(takes))


def _hops(
    bits: NDArray[np.int64], makers: set[int], source: NDArray[np.int64], target: NDArray[np.int64], step: int
) -> tuple[Hop, ...]:
    """The hops of one direction. Where a link carries only halos, they go with the rows that the sender makes."""
    goes = source < target if step > 0 else source > target
    source, target = source[goes], target[goes]
    size = bits.size + 2
    first, begin, end = (source, source + 1, target) if step > 0 else (source - 1, target, source - 1)
    own = np.bincount(first, minlength=size) > 0
    passing = np.cumsum(np.bincount(begin, minlength=size) - np.bincount(end, minlength=size)) > 0
    hops = []
    for link in np.flatnonzero(bits)[::step].tolist():
        mine, others = bool(own[link]), bool(passing[link])
        if mine or others or (link if step > 0 else link + 1) in makers:
            hops.append(Hop(link, int(bits[link]), mine or not others, others))
    return tuple(hops)
