"""A pipeline of stages that may be replicated, after D. Narayanan et al., "PipeDream: generalized pipeline parallelism
for DNN training" (SOSP 2019), on a chain of boards instead of servers behind a switch.

Their recurrence: A(j, m), the time of the best pipeline of the first j layers on the first m machines, is the least
over the last stage (layers i + 1..j on r machines) of max(A(i, m - r), communication between the stages, time of the
stage), and a replicated stage takes 1/r of its work's time, or as long as its weights take to be made equal.

On a chain a stage's r boards are neighbours. Each takes whole images of every mini-batch, as many as suits its rate.
Of images that boards above take, the stage's inputs pass a link inside it, and of those that boards below have done,
its outputs; errors likewise down. Once a
mini-batch the gradient sums go down and the new weights up, through every link inside the stage (which is less than a
ring would need, and takes no turns with features: links run both ways at once).

As in PipeDream a stage with s stages above it keeps s + 1 mini-batches in flight with as many versions of its weights,
and weights are updated with gradients of older ones: no gap at the end of a mini-batch, but another training than
SGD. Weights in DDR are read once for the images of a mini-batch that a board gets.
"""

from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.baseline.cost import (
    Held,
    board_rate,
    ddr_seconds,
    down_bits,
    layer_work,
    link_rate,
    storage,
    sum_bits,
    up_bits,
    weight_bits,
    whole_images,
)
from fpdeep_gen.baseline.model import Baseline, Limit
from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network


@dataclass(frozen=True)
class Stage:
    """Layers begin..end - 1 on boards first..first + count - 1."""

    begin: int
    end: int
    first: int
    count: int


@dataclass(frozen=True)
class Shares:
    """A mini-batch shared out. `images`: of each board; `seconds`: an image and multiply-accumulate of the slowest;
    `below[k]`: share of the images on the first k + 1 boards."""

    images: tuple[int, ...]
    seconds: float
    below: NDArray[np.float64]


class Costs:
    """Times of stages and of the links between them, in seconds an image."""

    def __init__(self, network: Network, cluster: Cluster) -> None:
        layers = network.layers
        self.network, self.cluster = network, cluster
        self.work = [0, *accumulate(layer_work(network, layer) for layer in range(len(layers)))]
        self.sums = [0, *accumulate(sum_bits(layer) for layer in layers)]
        self.weights = [0, *accumulate(weight_bits(layer) for layer in layers)]
        self.up = [up_bits(network, cut) for cut in range(len(layers) + 1)]
        self.down = [down_bits(network, cut) for cut in range(len(layers) + 1)]
        self.rates = [board_rate(board, cluster) for board in cluster.boards]
        self.known_shares: dict[tuple[int, int], Shares] = {}
        self.links = np.array([link_rate(link, cluster) for link in cluster.links])

    def shares(self, first: int, count: int) -> Shares:
        """How boards first..first + count - 1 share a mini-batch."""
        if (first, count) not in self.known_shares:
            rates, batch = self.rates[first : first + count], self.network.training.batch
            images = whole_images(rates, batch)
            slowest = max(own / rate for own, rate in zip(images, rates, strict=True))
            below = np.cumsum(images[:-1]) / batch
            self.known_shares[first, count] = Shares(images, slowest / batch, below)
        return self.known_shares[first, count]

    def work_seconds(self, stage: Stage) -> float:
        """Of the stage's boards together."""
        return (self.work[stage.end] - self.work[stage.begin]) * self.shares(stage.first, stage.count).seconds

    def link_seconds(self, stage: Stage) -> float:
        """Of the slowest link below or inside the stage."""
        below = 0.0
        if stage.first > 0:
            below = max(self.up[stage.begin], self.down[stage.begin]) / self.links[stage.first - 1]
        if stage.count == 1:
            return float(below)
        batch = self.network.training.batch
        share = self.shares(stage.first, stage.count).below
        up = self.up[stage.begin] * (1 - share) + self.up[stage.end] * share
        down = self.down[stage.begin] * (1 - share) + self.down[stage.end] * share
        up += (self.weights[stage.end] - self.weights[stage.begin]) / batch
        down += (self.sums[stage.end] - self.sums[stage.begin]) / batch
        inside = np.maximum(up, down) / self.links[stage.first : stage.first + stage.count - 1]
        return float(max(below, inside.max()))

    def seconds(self, stage: Stage) -> float:
        """Of the slowest of both."""
        return max(self.work_seconds(stage), self.link_seconds(stage))


def best_stages(network: Network, cluster: Cluster) -> tuple[Stage, ...]:
    """The pipeline with the shortest time an image, memory left aside; of equals, one on fewer boards."""
    costs = Costs(network, cluster)
    layers, boards = len(network.layers), len(cluster.boards)
    known: dict[tuple[int, int], tuple[float, tuple[Stage, ...]]] = {(0, 0): (0.0, ())}
    for used in range(1, boards + 1):
        for end in range(1, layers + 1):
            best: tuple[float, tuple[Stage, ...]] | None = None
            for count in range(1, used + 1):
                for begin in range(end):
                    before = known.get((begin, used - count))
                    if before is None or (best is not None and before[0] >= best[0]):
                        continue
                    stage = Stage(begin, end, used - count, count)
                    if best is not None and costs.work_seconds(stage) >= best[0]:
                        continue
                    seconds = max(before[0], costs.seconds(stage))
                    if best is None or seconds < best[0]:
                        best = (seconds, (*before[1], stage))
            if best is not None:
                known[end, used] = best
    found = [known[layers, used] for used in range(1, boards + 1) if (layers, used) in known]
    return min(found, key=lambda one: one[0])[1]


def pipedream(network: Network, cluster: Cluster) -> Baseline:
    """The best pipeline of stages with replication, and what it needs."""
    stages = best_stages(network, cluster)
    costs = Costs(network, cluster)
    batch = network.training.batch
    work = max(costs.work_seconds(stage) for stage in stages)
    links = max(costs.link_seconds(stage) for stage in stages)
    ddr, bits, in_flight, on_chip = 0.0, 0.0, 0.0, True
    for place, stage in enumerate(stages):
        versions = len(stages) - place
        images = costs.shares(stage.first, stage.count).images
        for board, own in zip(cluster.boards[stage.first : stage.first + stage.count], images, strict=True):
            if own == 0:
                continue
            layers = tuple(range(stage.begin, stage.end))
            needed = storage(network, board, Held(layers, versions * own, versions, reuse=own, full_reuse=own))
            in_flight = max(in_flight, versions * own)
            bits = max(bits, needed.bits)
            on_chip = on_chip and needed.on_chip
            ddr = max(ddr, ddr_seconds(board, needed) * own / batch)
    interval = max(work, links, ddr)
    endless = interval == float("inf")
    causes = ((work, Limit.WORK), (links, Limit.LINK), (ddr, Limit.MEMORY if endless else Limit.DDR))
    limit = next(cause for seconds, cause in causes if seconds == interval)
    rate = 0.0 if endless else 1.0 / interval
    return Baseline(
        name="PipeDream with replication",
        boards_used=stages[-1].first + stages[-1].count,
        batch=batch,
        steady_images_per_second=rate,
        images_per_second=rate,
        images_in_flight=in_flight,
        memory_bits=bits,
        on_chip=on_chip,
        ddr_load=0.0 if endless else ddr / interval,
        link_load=0.0 if endless else links / interval,
        limit=limit,
        note=f"{len(stages)} stages; weights up to {len(stages) - 1} mini-batches old" if len(stages) > 1 else "",
    )
