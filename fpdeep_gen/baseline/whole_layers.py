"""Pipelines of whole layers: each board trains some neighbouring layers, and no layer is on two boards.

Two ways to choose which: shares in proportion to operations, and the dynamic programming of C. Zhang, D. Wu, J. Sun,
G. Sun, G. Luo, J. Cong, "Energy-efficient CNN implementation on a deeply pipelined FPGA cluster" (ISLPED 2016), which
they did for inference; here a layer takes its backward and gradient phases along, and the errors come back on the
same links.

Each board works on one image at a time, so stage s of S keeps the features of 2 (S - 1 - s) + 1 images: as many pass
until the error returns. At the end of a mini-batch the pipeline runs empty: 2 S - 1 images' time is lost.
Weights of fully connected layers in DDR are read once for r images, which adds r - 1 images in flight to every board;
r is the power of two, up to the mini-batch, that trains fastest (the smallest of those).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from fpdeep_gen.baseline.cost import (
    Held,
    board_rate,
    ddr_seconds,
    down_bits,
    layer_work,
    link_rate,
    storage,
    up_bits,
)
from fpdeep_gen.baseline.model import Baseline, Limit
from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network

NEVER = float("inf")


def proportional(network: Network, cluster: Cluster) -> Baseline:
    """Each board is due a share of all operations in proportion to its DSPs; a layer goes to the board in whose share
    its middle lies."""
    return evaluated("shares of whole layers", network, cluster, proportional_cuts(network, cluster))


def dynamic_programming(network: Network, cluster: Cluster) -> Baseline:
    """Of all pipelines of whole layers the one with the shortest interval, by work and links alone."""
    return evaluated("DP of whole layers", network, cluster, best_cuts(network, cluster))


def proportional_cuts(network: Network, cluster: Cluster) -> tuple[int, ...]:
    """cuts[b] .. cuts[b + 1] - 1: the layers of board b."""
    count = len(network.layers)
    work = [layer_work(network, layer) for layer in range(count)]
    total, dsps = sum(work), sum(board.dsp for board in cluster.boards)
    cuts, layer, due = [0], 0, 0
    for board in cluster.boards[:-1]:
        due += board.dsp
        while layer < count and (sum(work[:layer]) + work[layer] / 2) * dsps < due * total:
            layer += 1
        cuts.append(layer)
    return (*cuts, count)


def best_cuts(network: Network, cluster: Cluster) -> tuple[int, ...]:
    """The cuts whose slowest board or link is fastest; of equals, those that leave the last boards idle."""
    count = len(network.layers)
    work = [0]
    for layer in range(count):
        work.append(work[-1] + layer_work(network, layer))
    # best[l]: shortest interval of the first l layers on the boards so far.
    best = [0.0] + [NEVER] * count
    choices: list[list[int]] = []
    for index, board in enumerate(cluster.boards):
        rate = board_rate(board, cluster)
        crossing = [cut_seconds(network, cluster, index - 1, cut) if index else 0.0 for cut in range(count + 1)]
        found, chosen = [NEVER] * (count + 1), [0] * (count + 1)
        for end in range(count + 1):
            for begin in range(end, -1, -1):
                interval = max(best[begin], crossing[begin], (work[end] - work[begin]) / rate)
                if interval < found[end]:
                    found[end], chosen[end] = interval, begin
        best = found
        choices.append(chosen)
    cuts = [count]
    for chosen in reversed(choices):
        cuts.append(chosen[cuts[-1]])
    return tuple(reversed(cuts))


def cut_seconds(network: Network, cluster: Cluster, link: int, cut: int) -> float:
    """Time of one image on a link with the layers below `cut` under it."""
    return max(up_bits(network, cut), down_bits(network, cut)) / link_rate(cluster.links[link], cluster)


def interval_of(network: Network, cluster: Cluster, cuts: Sequence[int]) -> float:
    """Seconds an image of the slowest board or link, memory left aside."""
    return max(*_work_seconds(network, cluster, cuts), *_link_seconds(network, cluster, cuts), 0.0)


def _work_seconds(network: Network, cluster: Cluster, cuts: Sequence[int]) -> list[float]:
    return [
        sum(layer_work(network, layer) for layer in range(begin, end)) / board_rate(board, cluster)
        for board, (begin, end) in zip(cluster.boards, pairwise(cuts), strict=True)
    ]


def _link_seconds(network: Network, cluster: Cluster, cuts: Sequence[int]) -> list[float]:
    return [cut_seconds(network, cluster, link, cuts[link + 1]) for link in range(len(cluster.links))]


@dataclass(frozen=True)
class _Memory:
    """Memory of a pipeline whose fully connected layers share reads among so many images."""

    images: float
    bits: float
    on_chip: bool
    ddr_seconds: float


def evaluated(name: str, network: Network, cluster: Cluster, cuts: Sequence[int]) -> Baseline:
    """The figures of a pipeline with these cuts."""
    work = max(_work_seconds(network, cluster, cuts))
    links = max(_link_seconds(network, cluster, cuts), default=0.0)
    stages = [board for board, (begin, end) in enumerate(pairwise(cuts)) if end > begin]
    batch = network.training.batch
    reuses = [1 << power for power in range(batch.bit_length())]
    memories = [_memory(network, cluster, cuts, stages, reuse) for reuse in reuses]
    memory = min(memories, key=lambda one: max(work, links, one.ddr_seconds))
    interval = max(work, links, memory.ddr_seconds)
    if interval == NEVER:
        return Baseline(
            name, len(stages), batch, 0.0, 0.0, memory.images, memory.bits, False, 0.0, 0.0, Limit.MEMORY
        )  # fmt: skip
    causes = ((work, Limit.WORK), (links, Limit.LINK), (memory.ddr_seconds, Limit.DDR))
    limit = next(cause for seconds, cause in causes if seconds == interval)
    fill = 2 * len(stages) - 2
    return Baseline(
        name=name,
        boards_used=len(stages),
        batch=batch,
        steady_images_per_second=1.0 / interval,
        images_per_second=batch / ((batch + fill) * interval),
        images_in_flight=memory.images,
        memory_bits=memory.bits,
        on_chip=memory.on_chip,
        ddr_load=memory.ddr_seconds / interval,
        link_load=links / interval,
        limit=limit,
    )


def _memory(network: Network, cluster: Cluster, cuts: Sequence[int], stages: Sequence[int], reuse: int) -> _Memory:
    images, bits, seconds, on_chip = 0.0, 0.0, 0.0, True
    for place, index in enumerate(stages):
        board = cluster.boards[index]
        in_flight = 2 * (len(stages) - 1 - place) + reuse
        held = Held(tuple(range(cuts[index], cuts[index + 1])), in_flight, full_reuse=reuse)
        needed = storage(network, board, held)
        images = max(images, in_flight)
        bits = max(bits, needed.bits)
        seconds = max(seconds, ddr_seconds(board, needed))
        on_chip = on_chip and needed.on_chip
    return _Memory(images, bits, on_chip, seconds)
