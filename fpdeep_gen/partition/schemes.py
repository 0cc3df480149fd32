"""Schemes to try: which layers are cut by columns, and which are taken in step so that memory and links suffice."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.bounds import bounds_of, bounds_of_every
from fpdeep_gen.partition.family import Scheme, weight_bits
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.grouping import RAMB36_BITS, Grouping, elements, tensor_bits
from fpdeep_gen.partition.link_rate import framed_rate
from fpdeep_gen.partition.scattering import scattered
from fpdeep_gen.partition.traffic import sum_bits

REPLICATED = 0.3
"""Part of a board's memory that all weights of a layer may take, so that it may be cut by columns."""

LEVELS = (0.85, 0.75, 0.65, 0.55, 0.45, 0.35)
"""Parts of a board's memory that a group's share may be estimated at."""

PRESSED = ((0.85, 0.6), (0.95, 0.6), (0.85, 1.5), (1.1, 0.6), (0.5, 0.6), (0.2, 1.5))
"""Parts of `link_room` that a layer cut by channels may take (more than all: what overlaps is an estimate), and boards
for each column of layers cut by columns."""

SPREAD = 0.7
"""Part of a link's rate that partial sums of a group may take."""

COPIES = 0.1
"""Part of each of its boards' memory that a layer's second copy of weights takes at least where its sums are spread
instead, though no other layer is taken in step with it."""

BLOCKS = (2, 3, 4, 6)
"""Numbers of column blocks that are tried."""

FEWEST_COLUMNS = 20
"""Maps narrower than this are not cut by columns."""


def cuts(
    network: Network, cluster: Cluster, geometry: Sequence[Geometry], interval: float, pressed: float, crowded: float
) -> tuple[tuple[bool, ...], tuple[int, ...]]:
    """Which layers are cut by columns, and in how many column blocks those are that are cut by channels.

    Where channels are cut all of a block's input and output pass; that may take the part `pressed` of what a link
    carries. A layer is cut by columns instead whose weights are few enough to be on each board and whose boards are at
    most `crowded` for each of its columns.
    """
    memory = min(board.bram36 for board in cluster.boards) * RAMB36_BITS
    room = pressed * link_room(network, cluster, geometry, interval)
    average = sum(board.dsp for board in cluster.boards) / len(cluster.boards)
    by_columns, blocks = [], []
    for layer in geometry:
        shape = layer.layer
        weights = shape.weight_count * weight_bits(network, layer.index)
        below, above = tensor_bits(network, layer.index), tensor_bits(network, layer.index + 1)
        low, high = min(below, above), max(below, above)
        wide = not layer.flat and low + high > room
        boards = shape.forward_macs * len(layer.phases) / (interval * average)
        few = shape.in_columns >= FEWEST_COLUMNS and boards <= crowded * shape.conv_columns
        by_columns.append(wide and few and weights <= REPLICATED * memory)
        able = [number for number in BLOCKS if 2 * number <= shape.out_columns]
        halo = (shape.kernel_columns - 1) / shape.in_columns
        fitting = [number for number in able if high + low * (1 / number + halo) <= room]
        blocks.append((fitting or able[-1:] or [1])[0] if wide and not by_columns[-1] else 1)
    return tuple(by_columns), tuple(blocks)


def link_room(network: Network, cluster: Cluster, geometry: Sequence[Geometry], interval: float) -> float:
    """Bits that the slowest link carries in an interval beside the partial sums of a fully connected layer, which may
    be spread over all boards."""
    rate = min((framed_rate(link, cluster.clock_mhz) for link in cluster.links), default=1e12)
    flat = [layer.index for layer in geometry if layer.flat]
    sums = max((elements(network, layer) * sum_bits(network, layer) for layer in flat), default=0)
    return max(rate * interval / 4, rate * interval - sums)


def schemes(network: Network, cluster: Cluster, geometry: Sequence[Geometry], interval: float) -> Iterator[Scheme]:
    """Schemes with ever more layers taken in step, until all are. Where the bound that rules is one of all
    plans, also such in which layers are displaced, which the bound of the links of plans in order is not made for; at
    last such in which no layer has large copies of weights."""
    seen = set()
    room = link_room(network, cluster, geometry, interval)
    free = bounds_of_every(network, cluster).interval >= bounds_of(network, cluster).interval
    cut = [cuts(network, cluster, geometry, interval, pressed, crowded) for pressed, crowded in PRESSED]
    groupings = {columns: Grouping(network, cluster, geometry, columns, interval, room) for columns, _ in cut}
    spread = {columns: tuple(scattered(grouping)) if free else () for columns, grouping in groupings.items()}
    for level in LEVELS:
        for columns, blocks in cut:
            grouping = groupings[columns]
            groups = grouping.merged(level)
            sums = spread_sums(network, columns, groups, SPREAD * room)
            found = [
                Scheme(columns, groups, (False,) * len(geometry), blocks),
                Scheme(columns, groups, sums, blocks),
                Scheme(columns, groups, sums, blocks, frugal=any(sums)),
            ]
            if free:
                for others in (*grouping.displaced(groups), *spread[columns]):
                    sums = spread_sums(network, columns, others, SPREAD * room)
                    found.append(Scheme(columns, others, sums, blocks, frugal=any(sums)))
                found += woven(geometry, found[0])
            for scheme in found:
                if scheme not in seen:
                    seen.add(scheme)
                    yield scheme
    for columns, blocks in cut if free else ():
        heavy = with_heavy_copies(groupings[columns], blocks, SPREAD * room)
        grouping = Grouping(network, cluster, geometry, columns, interval, room, heavy)
        for others in scattered(grouping) if heavy else ():
            sums = spread_sums(network, columns, others, SPREAD * room)
            alone = {group[0] for group in others if len(group) == 1}
            sums = tuple(own or layer in heavy & alone for layer, own in enumerate(sums))
            scheme = Scheme(columns, others, sums, blocks, frugal=any(sums))
            if scheme not in seen:
                seen.add(scheme)
                yield scheme


def with_heavy_copies(grouping: Grouping, blocks: Sequence[int], room: float) -> frozenset[int]:
    """Layers whose second copies of weights would take much of their boards' memory, were they groups by themselves,
    and whose sums links have room for."""
    network, found = grouping.network, set()
    for layer in grouping.conv[1:]:
        copies = network.layers[layer].weight_count * network.layers[layer].formats.weight.width
        heavy = copies >= COPIES * grouping.memory * max(1.0, grouping.boards((layer,)))
        light = elements(network, layer) * sum_bits(network, layer) <= room
        if heavy and light and not grouping.columns[layer] and blocks[layer] == 1:
            found.add(layer)
    return frozenset(found)


def woven(geometry: Sequence[Geometry], scheme: Scheme) -> Iterator[Scheme]:
    """The scheme with the blocks of layers with maps of one width that follow each other woven, the most that follow
    each other, if there are at least two; in as many blocks as the layer has that is cut into most."""
    able = [group[0] for group in scheme.groups if len(group) == 1 and scheme.blocks[group[0]] > 1]
    runs: list[list[int]] = []
    for layer in able:
        columns = geometry[layer].layer.conv_columns
        if runs and layer == runs[-1][-1] + 1 and columns == geometry[layer - 1].layer.conv_columns:
            runs[-1].append(layer)
        else:
            runs.append([layer])
    layers = max(runs, key=len, default=[])
    if len(layers) > 1:
        most = min(geometry[layer].layer.out_columns for layer in layers)
        number = min(most, max(scheme.blocks[layer] for layer in layers))
        blocks = tuple(number if layer in layers else of for layer, of in enumerate(scheme.blocks))
        yield replace(scheme, blocks=blocks, woven=tuple(layers))


def fullest(network: Network, cluster: Cluster, geometry: Sequence[Geometry], interval: float) -> float:
    """Part of a board's memory that a group of layers takes at most, in the scheme that takes least: an estimate."""
    room = link_room(network, cluster, geometry, interval)
    parts = []
    for scheme in schemes(network, cluster, geometry, interval):
        spread = frozenset(layer for layer, sums in enumerate(scheme.partial) if sums)
        grouping = Grouping(network, cluster, geometry, scheme.by_columns, interval, room, spread)
        parts.append(max(map(grouping.taken, scheme.groups)) / grouping.memory)
    return min(parts)


def spread_sums(
    network: Network, columns: Sequence[bool], groups: Sequence[Sequence[int]], most: float
) -> tuple[bool, ...]:
    """Layers of joined groups whose partial sums links have room for, the last ones first: they then need no copies of
    weights. `most`: bits that a link carries of the sums of a group."""
    chosen = [False] * len(network.layers)
    for group in groups:
        room = most
        for layer in reversed(group):
            if len(group) > 1 and layer > 0 and not columns[layer]:
                bits = elements(network, layer) * sum_bits(network, layer)
                if bits <= room:
                    chosen[layer] = True
                    room -= bits
    return tuple(chosen)
