"""Synchronous data-parallel SGD: every board trains the whole network on its part of the mini-batch, then all add their
gradients and go on with the same weights.

Each board takes whole images, so many that all are done as early as may be, and computes layer by layer for all of
them. Gradient sums go down the chain, each board adding its own, and new weights come up, both pipelined over all links
at once, so that a layer costs the slowest link its sums or its weights once (a ring would cost a chain as much). A
layer's exchange begins when its gradient is done, last layer first, while the layers below are still at work; the next
mini-batch begins when all weights are back. The exchange's own traffic to DDR is not counted.
"""

from dataclasses import dataclass

from fpdeep_gen.baseline.cost import (
    Held,
    Storage,
    board_rate,
    ddr_seconds,
    layer_work,
    link_rate,
    storage,
    sum_bits,
    weight_bits,
    whole_images,
    work_bound,
)
from fpdeep_gen.baseline.model import Baseline, Limit
from fpdeep_gen.board.model import Board, Cluster
from fpdeep_gen.network.model import Network

MOST_BATCH = 1 << 24
GOAL = 0.95
"""Share of the work bound that the batch is sought for where no rate is given."""


@dataclass(frozen=True)
class Step:
    """Times of one mini-batch, in seconds: computing, DDR traffic of the busiest board, links at work, altogether."""

    compute: float
    ddr: float
    links: float
    total: float


def data_parallel(network: Network, cluster: Cluster, goal: float | None = None) -> tuple[Baseline, Baseline]:
    """With the network's own mini-batch, and with the least that trains `goal` images a second (0.95 of the work bound
    where none is given); where no mini-batch does, with the largest that was tried, and a note."""
    wanted = goal if goal is not None else GOAL * work_bound(network, cluster)
    own = _evaluated("data parallel, own batch", network, cluster, network.training.batch, "")
    batch = least_batch(network, cluster, wanted)
    text = f"{wanted:,.1f}".removesuffix(".0")
    if batch is None:
        note = f"no mini-batch trains {text} images/s"
        return own, _evaluated("data parallel, any batch", network, cluster, MOST_BATCH, note)
    note = f"the least batch for {text} images/s"
    return own, _evaluated("data parallel, batch for the rate", network, cluster, batch, note)


def least_batch(network: Network, cluster: Cluster, wanted: float) -> int | None:
    """The least mini-batch, a whole number of images a board, that trains `wanted` images a second; None where none
    does up to `MOST_BATCH`."""
    boards = len(cluster.boards)

    def fast(images: int) -> bool:
        return images * boards / step(network, cluster, images * boards).total >= wanted

    high = 1
    while not fast(high):
        high *= 2
        if high * boards > MOST_BATCH:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fast(middle) else (middle, high)
    return high * boards


def step(network: Network, cluster: Cluster, batch: int) -> Step:
    """One mini-batch."""
    images = _images(cluster, batch)
    rates = [board_rate(board, cluster) for board in cluster.boards]
    slowest_board = max(count / rate for count, rate in zip(images, rates, strict=True))
    compute = slowest_board * sum(layer_work(network, layer) for layer in range(len(network.layers)))
    ddr = max(
        ddr_seconds(board, _stored(network, board, count)) * count
        for board, count in zip(cluster.boards, images, strict=True)
    )
    if not cluster.links:
        return Step(compute, ddr, 0.0, max(compute, ddr))
    slowest = min(link_rate(link, cluster) for link in cluster.links)
    # Gradients come in the order of the backward phase; DDR traffic slows all phases alike.
    slowing = max(1.0, ddr / compute)
    now = slowest_board * sum(network.phase_macs(layer)[0] for layer in range(len(network.layers))) * slowing
    free = links = 0.0
    for index in reversed(range(len(network.layers))):
        layer = network.layers[index]
        now += slowest_board * sum(network.phase_macs(index)[1:]) * slowing
        seconds = max(sum_bits(layer), weight_bits(layer)) / slowest
        free = max(free, now) + seconds
        links += seconds
    latency = 2 * sum(link.latency_cycles for link in cluster.links) / (cluster.clock_mhz * 1e6)
    return Step(compute, ddr, links, max(compute, ddr, free + latency))


def _images(cluster: Cluster, batch: int) -> tuple[int, ...]:
    """Images of each board."""
    return whole_images([board_rate(board, cluster) for board in cluster.boards], batch)


def _stored(network: Network, board: Board, images: int) -> Storage:
    """Memory of a board with so many images, which share the reading of weights."""
    shared = max(1, images)
    return storage(network, board, Held(tuple(range(len(network.layers))), images, reuse=shared, full_reuse=shared))


def _evaluated(name: str, network: Network, cluster: Cluster, batch: int, note: str) -> Baseline:
    times = step(network, cluster, batch)
    images = _images(cluster, batch)
    needs = [_stored(network, board, count) for board, count in zip(cluster.boards, images, strict=True)]
    endless = times.total == float("inf")
    causes = ((times.compute, Limit.WORK), (times.links, Limit.LINK), (times.ddr, Limit.DDR))
    limit = max(causes, key=lambda cause: cause[0])[1]
    return Baseline(
        name=name,
        boards_used=len(cluster.boards),
        batch=batch,
        steady_images_per_second=0.0 if endless else batch / times.total,
        images_per_second=0.0 if endless else batch / times.total,
        images_in_flight=max(images),
        memory_bits=max(need.bits for need in needs),
        on_chip=all(need.on_chip for need in needs),
        ddr_load=0.0 if endless else times.ddr / times.total,
        link_load=0.0 if endless else times.links / times.total,
        limit=Limit.MEMORY if endless else limit,
        note=note,
    )
