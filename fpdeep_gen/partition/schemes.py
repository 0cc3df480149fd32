"""Schemes to try: which layers are cut by columns, and which are taken in step so that memory and links suffice."""

from collections.abc import Iterator, Sequence

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.family import Scheme, weight_bits
from fpdeep_gen.partition.geometry import Geometry, training_macs
from fpdeep_gen.partition.link_rate import framed_rate
from fpdeep_gen.partition.traffic import feature_bits, sum_bits

REPLICATED = 0.3
"""Part of a board's memory that all weights of a layer may take, so that it may be cut by columns."""

LIFETIME = 3.0
"""Intervals that the first layer's features wait for their errors, for an estimate; the last wait none."""

LEVELS = (0.85, 0.75, 0.65, 0.55, 0.45, 0.35)
"""Parts of a board's memory that a group's share may be estimated at."""

PRESSED = ((0.85, 0.6), (0.95, 0.6), (0.85, 1.5), (1.1, 0.6), (0.5, 0.6), (0.2, 1.5))
"""Parts of `link_room` that a layer cut by channels may take (more than all: what overlaps is an estimate), and boards
for each column of layers cut by columns."""

SPREAD = 0.7
"""Part of a link's rate that partial sums of a group may take."""

BLOCKS = (2, 3, 4, 6)
"""Numbers of column blocks that are tried."""

FEWEST_COLUMNS = 20
"""Maps narrower than this are not cut by columns."""

WIDE = 0.8
"""Part of a link's rate that a tensor between two layers cut by columns may take; beyond it they are fused."""

RAMB36_BITS = 36 * 1024


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


def tensor_bits(network: Network, tensor: int) -> int:
    """Bits of a tensor of an image."""
    return elements(network, tensor) * feature_bits(network, tensor)


def elements(network: Network, tensor: int) -> int:
    """Elements of a tensor of an image."""
    channels, rows, columns = network.tensor_shape(tensor)
    return channels * rows * columns


def schemes(network: Network, cluster: Cluster, geometry: Sequence[Geometry], interval: float) -> Iterator[Scheme]:
    """Schemes with ever more layers taken in step, until all are."""
    seen = set()
    for level in LEVELS:
        for pressed, crowded in PRESSED:
            columns, blocks = cuts(network, cluster, geometry, interval, pressed, crowded)
            groups = merged(network, cluster, geometry, columns, interval, level)
            sums = spread_sums(network, cluster, geometry, columns, groups, interval)
            for partial, frugal in (((False,) * len(geometry), False), (sums, False), (sums, any(sums))):
                scheme = Scheme(columns, groups, partial, blocks, frugal)
                if scheme not in seen:
                    seen.add(scheme)
                    yield scheme


def spread_sums(
    network: Network,
    cluster: Cluster,
    geometry: Sequence[Geometry],
    columns: Sequence[bool],
    groups: Sequence[Sequence[int]],
    interval: float,
) -> tuple[bool, ...]:
    """Layers of joined groups whose partial sums links have room for, the last ones first: they then need no copies of
    weights."""
    chosen = [False] * len(geometry)
    for group in groups:
        room = SPREAD * link_room(network, cluster, geometry, interval)
        for layer in reversed(group):
            bits = elements(network, layer) * sum_bits(network, layer)
            if len(group) > 1 and layer > 0 and not columns[layer] and bits <= room:
                chosen[layer] = True
                room -= bits
    return tuple(chosen)


def merged(
    network: Network,
    cluster: Cluster,
    geometry: Sequence[Geometry],
    columns: Sequence[bool],
    interval: float,
    level: float,
) -> tuple[tuple[int, ...], ...]:
    """Layers joined with neighbours until every group's boards can hold it, and no tensor is too wide for a link."""
    conv = [layer.index for layer in geometry if not layer.flat]
    room = link_room(network, cluster, geometry, interval)
    memory = min(board.bram36 for board in cluster.boards) * RAMB36_BITS * level
    groups = [[conv[0]]]
    for layer in conv[1:]:
        wide = tensor_bits(network, layer) > WIDE * room and columns[layer] and columns[layer - 1]
        if wide:
            groups[-1].append(layer)
        else:
            groups.append([layer])
    average = sum(board.dsp for board in cluster.boards) / len(cluster.boards)
    total = training_macs(network)

    def boards(group: Sequence[int]) -> float:
        macs = sum(geometry[layer].layer.forward_macs * len(geometry[layer].phases) for layer in group)
        return macs / (interval * average)

    def needed(group: Sequence[int]) -> float:
        bits, number = 0.0, boards(group)
        for layer in group:
            place = sum(geometry[other].layer.forward_macs for other in conv[: conv.index(layer)]) * 3 / total
            weights = geometry[layer].layer.weight_count * weight_bits(network, layer)
            copies = geometry[layer].layer.weight_count * network.layers[layer].formats.weight.width
            single = weights + (copies if len(group) == 1 else 0)
            bits += weights * max(1.0, number) if columns[layer] else single
            bits += tensor_bits(network, layer) * LIFETIME * (1 - 0.6 * place)
        return bits / max(number, 1.0)

    while len(groups) > 1:
        worst = max(range(len(groups)), key=lambda index: needed(groups[index]))
        if needed(groups[worst]) <= memory:
            break
        sides = [index for index in (worst - 1, worst + 1) if 0 <= index < len(groups)]
        other = min(sides, key=lambda index: needed(groups[index]))
        low, high = sorted((worst, other))
        groups[low : high + 1] = [groups[low] + groups[high]]
    return tuple(tuple(group) for group in groups)
