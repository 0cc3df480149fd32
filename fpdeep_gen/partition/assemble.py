"""Everything that follows from where the work is: stores, caches, links, times and what each board uses."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.board.model import Board, Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.bounds import bounds_of
from fpdeep_gen.partition.buffers import UPDATE_LANE_LUT, engine_lut, line_use, receiver_use, sums_use
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.link_rate import framed_rate
from fpdeep_gen.partition.model import (
    BalancedPlan,
    BoardUse,
    Cache,
    Carried,
    Kept,
    LinkLoad,
    LinkPlan,
    Phase,
    Place,
    Prediction,
    Share,
    Store,
)
from fpdeep_gen.partition.stores import caches_of, stores_of
from fpdeep_gen.partition.timing import Timeline, Timing, delays, resident_rows, row_releases
from fpdeep_gen.partition.traffic import LABEL_BITS, RESULT_BITS, Flow, flows

UPDATE_LANES, UPDATE_PART = 32, 0.1
"""Weights that a board updates a cycle at a batch's end: at most so many, and in at most this part of its LUTs."""

NORMALISATION_MULTIPLICATIONS = 10
"""For each element of a normalised tensor, forward (4) and backward (6), as multiplications of one DSP."""

DDR_BITS = 8
"""Words in DDR take whole bytes."""


@dataclass(frozen=True)
class Decided:
    """What the search decides: all engines, where fully connected weights and gradients are kept, and how many images
    share one read of each in DDR."""

    interval: int
    shares: tuple[Share, ...]
    flat_weights: Place
    flat_gradients: Place
    shared_weights: int
    shared_gradients: int


def assemble(network: Network, cluster: Cluster, geometry: Sequence[Geometry], decided: Decided) -> BalancedPlan:
    """The whole plan of what was decided; budgets are not checked here."""
    boards = len(cluster.boards)
    streams = flows(network, geometry, decided.shares, boards)
    waits = delays(network, cluster, streams)
    shared = (decided.shared_weights, decided.shared_gradients)
    timing = Timeline(network, geometry, decided.shares, waits, decided.interval, *shared).timing()
    rows = [
        resident_rows(times.arrivals, row_releases(layer, times.gradients), decided.interval) + 1
        for layer, times in zip(geometry, timing.layers, strict=True)
    ]
    by_place: dict[tuple[int, int], list[Share]] = {}
    for share in decided.shares:
        by_place.setdefault((share.board, share.layer), []).append(share)
    stores: list[Store] = []
    caches: list[Cache] = []
    for (board, layer), shares in sorted(by_place.items()):
        flat = geometry[layer].flat
        weights = decided.flat_weights if flat else Place.CHIP
        gradients = decided.flat_gradients if flat else Place.CHIP
        stores += stores_of(network, geometry[layer], board, shares, weights, gradients)
        updated = [share for share in shares if share.phase is Phase.GRADIENT]
        if updated:
            caches += caches_of(network, geometry[layer], updated, rows[layer], gradients)
    links = link_plans(cluster, streams, stores, network, geometry)
    uses = board_uses(network, cluster, geometry, decided, stores, caches, links)
    prediction = Prediction(
        decided.interval,
        timing.latency,
        update_cycles(cluster, stores, links, timing),
        network.training.batch,
        decided.shared_weights,
        decided.shared_gradients,
        timing.phases,
    )
    return BalancedPlan(
        network,
        cluster,
        decided.shares,
        tuple(stores),
        tuple(caches),
        links,
        uses,
        prediction,
        bounds_of(network, cluster),
    )


def link_plans(
    cluster: Cluster, streams: Sequence[Flow], stores: Sequence[Store], network: Network, geometry: Sequence[Geometry]
) -> tuple[LinkPlan, ...]:
    """Loads of all links."""
    links = len(cluster.links)
    batch_up, batch_down = batch_bits(geometry, stores, links)
    up: list[list[LinkLoad]] = [[LinkLoad(Carried.CONTROL, 0, LABEL_BITS)] for _ in range(links)]
    down: list[list[LinkLoad]] = [[LinkLoad(Carried.CONTROL, 0, RESULT_BITS)] for _ in range(links)]
    for flow in streams:
        for loads, bits in ((up, flow.up), (down, flow.down)):
            for index in np.flatnonzero(bits).tolist():
                loads[index].append(LinkLoad(flow.carried, flow.tensor, int(bits[index])))
    plans = []
    for index, link in enumerate(cluster.links):
        rate = framed_rate(link, cluster.clock_mhz)
        plans.append(
            LinkPlan(
                index,
                tuple(up[index]),
                tuple(down[index]),
                ceil(sum(load.bits for load in up[index]) / rate),
                ceil(sum(load.bits for load in down[index]) / rate),
                int(batch_up[index]),
                int(batch_down[index]),
                link.latency_cycles,
                rate,
            )
        )
    return tuple(plans)


def batch_bits(
    geometry: Sequence[Geometry], stores: Sequence[Store], links: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bits that cross each link once a batch, up and down.

    Where several boards keep gradients of the same weights, these are added up along the chain (up) and the new
    weights come back (down). Weights that are updated on one board and kept on others too go there.
    """
    up, down = np.zeros(max(0, links)), np.zeros(max(0, links))
    by_layer: dict[int, tuple[list[Store], list[Store]]] = {}
    for store in stores:
        kept = by_layer.setdefault(store.layer, ([], []))
        kept[0 if store.kept is Kept.WEIGHTS else 1].append(store)
    for layer, (weights, gradients) in by_layer.items():
        whole = geometry[layer].layer.weight_count
        boards = sorted({store.board for store in (*weights, *gradients)})
        total = max(1, sum(store.words for store in gradients))
        for link in range(boards[0], boards[-1]):
            below = sum(store.words for store in gradients if store.board <= link)
            above = total - below
            copies_below = sum(store.words * store.width for store in weights if store.board <= link and store.is_copy)
            copies_above = sum(store.words * store.width for store in weights if store.board > link and store.is_copy)
            both = max(0, min(below, whole) + min(above, whole) - whole)
            up[link] += both * gradients[0].width + copies_above * below / total
            down[link] += both * weights[0].width + copies_below * above / total
    return up, down


def update_lanes(board: Board) -> int:
    """Weights that a board updates a cycle."""
    return max(1, min(UPDATE_LANES, int(board.lut * UPDATE_PART / UPDATE_LANE_LUT)))


def update_cycles(cluster: Cluster, stores: Sequence[Store], links: Sequence[LinkPlan], timing: Timing) -> int:
    """From a batch's last gradient to the next batch's first pixel.

    Every board updates its layers in the order in which their gradients are complete, `update_lanes` weights a cycle; a
    layer must be through when the next batch's first image reaches it. What crosses links once a batch is added whole.
    """
    begins = {times.layer: times.begin for times in timing.phases if times.phase is Phase.FORWARD}
    ends = {times.layer: times.end for times in timing.phases if times.phase is Phase.GRADIENT}
    words: dict[int, dict[int, int]] = {}
    for store in stores:
        if store.kept is Kept.GRADIENTS:
            of_board = words.setdefault(store.board, {})
            of_board[store.layer] = of_board.get(store.layer, 0) + store.words
    start = 0.0
    for board, of_board in words.items():
        free, lanes = 0.0, update_lanes(cluster.boards[board])
        for layer in sorted(of_board, key=lambda layer: ends[layer]):
            free = max(free, ends[layer]) + of_board[layer] / lanes
            start = max(start, free - begins[layer])
    busiest = (max(link.up_batch_bits, link.down_batch_bits) / link.payload_bits_per_cycle for link in links)
    latency = sum(link.latency_cycles for link in links)
    return ceil(max(0.0, start - timing.latency) + max(busiest, default=0.0) + latency)


def auxiliary_dsp(network: Network, geometry: Sequence[Geometry], interval: int, dsp: Sequence[int]) -> list[int]:
    """Multipliers that normalisation may need on a board, at most: as many as its part of the work brings."""
    need = 0.0
    for layer in geometry:
        if layer.layer.normalisation is not None:
            elements = layer.layer.out_channels * layer.layer.conv_rows * layer.layer.conv_columns
            share = layer.layer.forward_macs * len(layer.phases) / (interval * max(dsp))
            need = max(need, NORMALISATION_MULTIPLICATIONS * elements / interval / max(1.0, share))
    return [ceil(1.3 * need)] * len(dsp)


def board_uses(
    network: Network,
    cluster: Cluster,
    geometry: Sequence[Geometry],
    decided: Decided,
    stores: Sequence[Store],
    caches: Sequence[Cache],
    links: Sequence[LinkPlan],
) -> tuple[BoardUse, ...]:
    """What each board uses."""
    boards = len(cluster.boards)
    macs, engine, lut = [0] * boards, [0] * boards, [update_lanes(board) * UPDATE_LANE_LUT for board in cluster.boards]
    line, sums, fifo, cached = [0] * boards, [0] * boards, [0] * boards, [0] * boards
    kept = {kind: [0] * boards for kind in Kept}
    ddr = [0] * boards
    auxiliary = [0.0] * boards
    for share in decided.shares:
        board, layer = share.board, geometry[share.layer]
        macs[board] += share.macs
        engine[board] += share.multipliers
        window, running = line_use(network, layer, share), sums_use(network, share)
        line[board] += window.bram18
        sums[board] += running.bram18
        lut[board] += engine_lut(share) + window.lut + running.lut
        if layer.layer.normalisation is not None and share.phase is Phase.FORWARD:
            elements = share.outputs.size * share.columns.size * share.rows.size
            auxiliary[board] += NORMALISATION_MULTIPLICATIONS * elements / decided.interval
    for cache in caches:
        cached[cache.board] += cache.bram18
        if cache.place is Place.DDR:
            ddr[cache.board] += 2 * cache.inputs.size * cache.columns.size * geometry[cache.layer].layer.in_rows * 16
    for store in stores:
        kept[store.kept][store.board] += store.bram18
        if store.place is Place.DDR:
            wide = -(-store.width // DDR_BITS) * DDR_BITS
            images = decided.shared_weights if store.kept is Kept.WEIGHTS else decided.shared_gradients
            ddr[store.board] += 2 * store.words * wide // images
    for index, link in enumerate(links):
        for board, loads in ((index + 1, link.up), (index, link.down)):
            use = receiver_use(cluster.links[index], cluster.clock_mhz, len(loads))
            fifo[board] += use.bram18
            lut[board] += use.lut
    return tuple(
        BoardUse(
            board,
            macs[board],
            engine[board],
            ceil(auxiliary[board]),
            kept[Kept.WEIGHTS][board],
            kept[Kept.GRADIENTS][board],
            kept[Kept.MOMENTUM][board],
            cached[board],
            line[board],
            sums[board],
            fifo[board],
            lut[board],
            ddr[board],
        )
        for board in range(boards)
    )
