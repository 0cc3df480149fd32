"""Everything that follows from where the work is: stores, caches, links, times and what each board uses."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.batch_end import update_cycles, update_lanes, with_batch_bits
from fpdeep_gen.partition.bounds import bounds_for
from fpdeep_gen.partition.bounds_model import Bounds
from fpdeep_gen.partition.buffers import UPDATE_LANE_LUT, engine_lut, least_room, line_use, sums_use
from fpdeep_gen.partition.crews import Crew, crews_of
from fpdeep_gen.partition.exchange import exchange_of
from fpdeep_gen.partition.fifos import fifo_uses, fifos_of
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.link_rate import framed_rate
from fpdeep_gen.partition.link_shares import bursts_of, shared_rates, tensors_of
from fpdeep_gen.partition.loss import loss_cycles, loss_dsp, loss_lut
from fpdeep_gen.partition.model import (
    BalancedPlan,
    BoardUse,
    Cache,
    Carried,
    Delays,
    Fifo,
    Kept,
    LinkLoad,
    LinkPlan,
    Phase,
    Place,
    Prediction,
    Share,
    Store,
    Winners,
)
from fpdeep_gen.partition.residence import cache_rows
from fpdeep_gen.partition.steps import moved_rows
from fpdeep_gen.partition.stores import caches_of, stores_of
from fpdeep_gen.partition.timing import Timeline, Timing
from fpdeep_gen.partition.tracks import NORMALISATION_MULTIPLICATIONS
from fpdeep_gen.partition.traffic import LABEL_BITS, RESULT_BITS, Flow, flows
from fpdeep_gen.partition.ways import ways
from fpdeep_gen.partition.winners import kept_winners, winners_of

HOP_CYCLES = 8
"""Cycles from a board's input to its output, for what passes through."""

STEP_CYCLES = 32
"""From the last operand to the sum: depths of the pipelines of window, engine and rounding."""

DDR_BITS = 8
"""Words in DDR take whole bytes."""


@dataclass(frozen=True)
class Decided:
    """What the search decides: all engines, where fully connected weights and gradients are kept, and how many images
    share one read of each in DDR. `intake`: cycles in which an image's pixels come in (None: an interval)."""

    interval: int
    shares: tuple[Share, ...]
    flat_weights: Place
    flat_gradients: Place
    shared_weights: int
    shared_gradients: int
    intake: int | None = None

    @property
    def pace(self) -> int:
        """Cycles of an image that engines and streams keep up with."""
        return self.interval if self.intake is None else self.intake


@dataclass(frozen=True)
class Timed:
    """When all of that runs. `kept`: tensors whose windows' winners stay; `links`: without what crosses them once a
    batch."""

    kept: frozenset[int]
    links: tuple[LinkPlan, ...]
    delays: Delays
    timing: Timing


def timed(network: Network, cluster: Cluster, geometry: Sequence[Geometry], decided: Decided) -> Timed:
    """Loads of links and times of what was decided."""
    boards = len(cluster.boards)
    kept = kept_winners(network, cluster, geometry, decided.shares)
    streams = flows(network, geometry, decided.shares, boards, kept)
    delays = Delays(STEP_CYCLES, loss_cycles(network, cluster))
    crews = crews_of(geometry, decided.shares, moved_rows(network, geometry))
    links = link_plans(network, cluster, geometry, crews, streams, decided.pace)
    timeline = Timeline(
        network,
        geometry,
        crews,
        ways(network, geometry, decided.shares, streams),
        links,
        [least_room(link) for link in cluster.links],
        decided.interval,
        decided.pace,
        decided.shared_weights,
        decided.shared_gradients,
        delays,
    )
    return Timed(kept, links, delays, timeline.timing())


def assemble(
    network: Network,
    cluster: Cluster,
    geometry: Sequence[Geometry],
    decided: Decided,
    times: Timed | None = None,
    bounds: Bounds | None = None,
) -> BalancedPlan:
    """The whole plan of what was decided (`times`: what `timed` says of it; `bounds`: what it is held against, if not
    what `bounds_for` says); budgets are not checked here."""
    times = times or timed(network, cluster, geometry, decided)
    kept, links, timing = times.kept, times.links, times.timing
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
            rows = cache_rows(geometry[layer], timing, board, decided.interval)
            caches += caches_of(network, geometry[layer], updated, rows, gradients, kept)
    exchange = exchange_of(geometry, stores, links)
    links = with_batch_bits(links, exchange)
    fifos = fifos_of(network, cluster, geometry, decided.shares, links, timing.waiting, decided.shared_weights, kept)
    winners = winners_of(network, geometry, decided.shares, timing, decided.interval, kept)
    uses = board_uses(network, cluster, geometry, decided, stores, caches, winners, links, fifos)
    prediction = Prediction(
        decided.interval,
        decided.pace,
        timing.latency,
        timing.drain,
        update_cycles(cluster, stores, links, timing, exchange.round_trip),
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
        fifos,
        links,
        uses,
        times.delays,
        prediction,
        bounds or bounds_for(network, cluster, geometry, decided.shares, decided.pace),
        winners,
    )


def link_plans(
    network: Network,
    cluster: Cluster,
    geometry: Sequence[Geometry],
    crews: dict[tuple[int, Phase], Crew],
    streams: Sequence[Flow],
    interval: int,
) -> tuple[LinkPlan, ...]:
    """Loads of all links, but for what crosses them once a batch."""
    links = len(cluster.links)
    if not links:
        return ()
    rates = np.array([framed_rate(link, cluster.clock_mhz) for link in cluster.links])
    sums = {(Carried.CONTROL, 0): np.repeat((LABEL_BITS, RESULT_BITS), links)}
    for flow in streams:
        key = flow.carried, flow.tensor
        sums[key] = sums.get(key, 0) + np.concatenate((flow.up, flow.down))
    keys, bits = tuple(sums), np.array(list(sums.values()))
    bursts = bursts_of(network, geometry, crews, keys, interval)
    given = shared_rates(bits, bursts, tensors_of(keys), np.tile(rates, 2), interval)
    plans = []
    for index, link in enumerate(cluster.links):
        both = [
            tuple(
                LinkLoad(*keys[one], int(bits[one, column]), float(given[one, column]))
                for one in np.flatnonzero(bits[:, column]).tolist()
            )
            for column in (index, index + links)
        ]
        cycles = [ceil(sum(load.bits for load in loads) / rates[index]) for loads in both]
        latency = link.latency_cycles + HOP_CYCLES
        plans.append(LinkPlan(index, both[0], both[1], cycles[0], cycles[1], 0, 0, latency, float(rates[index])))
    return tuple(plans)


def board_uses(
    network: Network,
    cluster: Cluster,
    geometry: Sequence[Geometry],
    decided: Decided,
    stores: Sequence[Store],
    caches: Sequence[Cache],
    winners: Sequence[Winners],
    links: Sequence[LinkPlan],
    fifos: Sequence[Fifo],
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
        engine[board] += share.multipliers if share.counted else 0
        window, running = line_use(network, layer, share), sums_use(network, share)
        line[board] += window.bram18
        sums[board] += running.bram18
        lut[board] += engine_lut(share) + window.lut + running.lut
        if layer.layer.normalisation is not None and share.phase is Phase.FORWARD:
            elements = share.outputs.size * share.columns.size * share.rows.size
            auxiliary[board] += NORMALISATION_MULTIPLICATIONS * elements / decided.pace
    last = len(network.layers) - 1
    at = max(share.board for share in decided.shares if (share.layer, share.phase) == (last, Phase.FORWARD))
    auxiliary[at] += loss_dsp(network, cluster)
    lut[at] += loss_lut(network, cluster)
    for cache in caches:
        cached[cache.board] += cache.bram18
        if cache.place is Place.DDR:
            ddr[cache.board] += 2 * cache.inputs.size * cache.columns.size * geometry[cache.layer].layer.in_rows * 16
    for one in winners:
        cached[one.board] += one.bram18
    for store in stores:
        kept[store.kept][store.board] += store.bram18
        if store.place is Place.DDR:
            wide = -(-store.width // DDR_BITS) * DDR_BITS
            images = decided.shared_weights if store.kept is Kept.WEIGHTS else decided.shared_gradients
            ddr[store.board] += 2 * store.words * wide // images
    for board, use in enumerate(fifo_uses(cluster, links, fifos, lut)):
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
            cached[board],
            line[board],
            sums[board],
            fifo[board],
            lut[board],
            ddr[board],
        )
        for board in range(boards)
    )
