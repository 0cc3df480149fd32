"""Pipelines of whole layers and of replicated stages: their optima equal brute force's."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations_with_replacement

import pytest

from fpdeep_gen.baseline.cost import (
    down_bits,
    layer_work,
    link_rate,
    sum_bits,
    up_bits,
    weight_bits,
    whole_images,
    work_bound,
)
from fpdeep_gen.baseline.model import Limit
from fpdeep_gen.baseline.pipedream import Stage, best_stages, pipedream
from fpdeep_gen.baseline.whole_layers import (
    best_cuts,
    dynamic_programming,
    evaluated,
    interval_of,
    proportional,
    proportional_cuts,
)
from fpdeep_gen.board.model import Cluster, Ddr
from fpdeep_gen.network.model import Network
from tests.baseline.cases import equal_cluster, random_cluster, random_network
from tests.plan.networks import convolution, fully_connected, network, shape_after

SEEDS = range(40)


def slow_interval(net: Network, cluster: Cluster, cuts: tuple[int, ...]) -> float:
    """Longest time of an image on a board or a link, written out."""
    times = []
    for index, board in enumerate(cluster.boards):
        work = sum(layer_work(net, layer) for layer in range(cuts[index], cuts[index + 1]))
        times.append(work / (board.dsp * 100e6))
    for index, cable in enumerate(cluster.links):
        cut = cuts[index + 1]
        times.append(max(up_bits(net, cut), down_bits(net, cut)) / link_rate(cable, cluster))
    return max(times)


def all_cuts(layers: int, boards: int) -> Iterator[tuple[int, ...]]:
    for inner in combinations_with_replacement(range(layers + 1), boards - 1):
        yield (0, *inner, layers)


def test_dynamic_programming_equals_brute_force() -> None:
    different = 0
    for seed in SEEDS:
        net, cluster = random_network(seed, 2 + seed % 4), random_cluster(seed, 1 + seed % 5)
        times = [slow_interval(net, cluster, cuts) for cuts in all_cuts(len(net.layers), len(cluster.boards))]
        cuts = best_cuts(net, cluster)
        assert interval_of(net, cluster, cuts) == pytest.approx(slow_interval(net, cluster, cuts))
        assert interval_of(net, cluster, cuts) == pytest.approx(min(times))
        different += max(times) > 1.1 * min(times)
    assert different > len(SEEDS) // 2  # other cuts would have been seen


def test_shares_go_by_operations_and_dsps() -> None:
    a = convolution("a", (4, 8, 8), 4, 3, 1)
    b = replace(a, name="b")
    c = replace(a, name="c")
    d = fully_connected("d", shape_after(c), 2, relu=False)
    net = network("even", (4, 8, 8), (a, b, c, d))
    work = [layer_work(net, layer) for layer in range(4)]
    assert work[0] * 3 == work[1] * 2 == work[2] * 2 and work[3] < work[0] / 10
    # Middles of the layers at about 0.12, 0.43, 0.80 and 0.99 of all work.
    assert proportional_cuts(net, equal_cluster(2)) == (0, 2, 4)
    assert proportional_cuts(net, equal_cluster(3)) == (0, 1, 2, 4)
    boards = equal_cluster(2).boards
    uneven = replace(equal_cluster(2), boards=(replace(boards[0], dsp=90), boards[1]))
    assert proportional_cuts(net, uneven) == (0, 3, 4)
    assert proportional_cuts(net, equal_cluster(1)) == (0, 4)


def test_figures_of_a_pipeline() -> None:
    net, cluster = random_network(3, 4), equal_cluster(4)
    found = evaluated("any", net, cluster, (0, 1, 2, 2, 4))
    interval = slow_interval(net, cluster, (0, 1, 2, 2, 4))
    assert found.boards_used == 3
    assert found.steady_images_per_second == pytest.approx(1 / interval)
    assert found.images_in_flight == 5  # two stages above the first: the image itself, and two for each of them
    batch = net.training.batch
    assert found.images_per_second == pytest.approx(batch / (batch + 4) / interval)
    assert found.on_chip and found.ddr_load == 0.0


def test_a_pipeline_without_room_has_no_rate_and_with_ddr_its_rate() -> None:
    net = random_network(3, 4)
    none = dynamic_programming(net, equal_cluster(2, bram36=1))
    assert (none.images_per_second, none.limit, none.on_chip) == (0.0, Limit.MEMORY, False)
    slow = dynamic_programming(net, equal_cluster(2, bram36=1, ddr=Ddr(1.0, 1e-4)))
    assert slow.limit is Limit.DDR and slow.ddr_load == pytest.approx(1.0)
    fast = dynamic_programming(net, equal_cluster(2, bram36=1, ddr=Ddr(1.0, 1e3)))
    assert fast.images_per_second > slow.images_per_second > 0.0


def slow_stages_interval(net: Network, cluster: Cluster, stages: tuple[Stage, ...]) -> float:
    """Longest time of an image on a stage's boards or a link, written out link by link."""
    times = []
    batch = net.training.batch
    for stage in stages:
        boards = cluster.boards[stage.first : stage.first + stage.count]
        images = whole_images([board.dsp for board in boards], batch)
        layers = range(stage.begin, stage.end)
        slowest = max(own / (board.dsp * 100e6) for own, board in zip(images, boards, strict=True))
        times.append(sum(layer_work(net, layer) for layer in layers) * slowest / batch)
        if stage.first:
            bits = max(up_bits(net, stage.begin), down_bits(net, stage.begin))
            times.append(bits / link_rate(cluster.links[stage.first - 1], cluster))
        for below in range(1, stage.count):
            part = sum(images[:below]) / batch
            up = up_bits(net, stage.begin) * (1 - part) + up_bits(net, stage.end) * part
            down = down_bits(net, stage.begin) * (1 - part) + down_bits(net, stage.end) * part
            up += sum(weight_bits(net.layers[layer]) for layer in layers) / batch
            down += sum(sum_bits(net.layers[layer]) for layer in layers) / batch
            times.append(max(up, down) / link_rate(cluster.links[stage.first + below - 1], cluster))
    return max(times)


def all_stages(net: Network, boards: int, begin: int = 0, first: int = 0) -> Iterator[tuple[Stage, ...]]:
    if begin == len(net.layers):
        yield ()
        return
    for end in range(begin + 1, len(net.layers) + 1):
        for count in range(1, boards - first + 1):
            for others in all_stages(net, boards, end, first + count):
                yield (Stage(begin, end, first, count), *others)


def test_replicated_stages_equal_brute_force() -> None:
    different = 0
    for seed in SEEDS:
        net, cluster = random_network(seed, 2 + seed % 3), random_cluster(seed, 1 + seed % 5)
        times = [slow_stages_interval(net, cluster, stages) for stages in all_stages(net, len(cluster.boards))]
        stages = best_stages(net, cluster)
        assert slow_stages_interval(net, cluster, stages) == pytest.approx(min(times))
        assert pipedream(net, cluster).steady_images_per_second == pytest.approx(1 / min(times))
        different += max(times) > 1.1 * min(times)
    assert different > len(SEEDS) // 2


def test_replication_reaches_the_work_bound_on_fast_links_and_stops_on_slow_ones() -> None:
    net = random_network(5, 3)
    net = replace(net, training=replace(net.training, batch=60))
    fast = pipedream(net, equal_cluster(6, dsp=1, gbps=1e6))
    assert fast.steady_images_per_second == pytest.approx(work_bound(net, equal_cluster(6, dsp=1)))
    slow = pipedream(net, equal_cluster(6, gbps=1e-6))
    assert slow.boards_used == 1
    single = pipedream(replace(net, training=replace(net.training, batch=1)), equal_cluster(6, gbps=1e6))
    assert single.boards_used <= len(net.layers)  # one image cannot be shared out


def test_no_pipeline_passes_the_work_bound() -> None:
    for seed in SEEDS:
        net, cluster = random_network(seed, 3), random_cluster(seed, 4)
        rows = [way(net, cluster) for way in (proportional, dynamic_programming, pipedream)]
        assert all(0 < row.steady_images_per_second <= work_bound(net, cluster) * (1 + 1e-12) for row in rows)
        assert all(row.images_per_second <= row.steady_images_per_second for row in rows)
        assert max(row.link_load for row in rows) <= 1 + 1e-12
        assert rows[0].steady_images_per_second <= rows[1].steady_images_per_second * (1 + 1e-12)


def test_replication_never_harms_on_equal_boards() -> None:
    """(On different ones it can: stages begin at the first board, whole layers may begin at a later one.)"""
    for seed in SEEDS:
        net, cluster = random_network(seed, 3), equal_cluster(4, gbps=(0.01, 0.1, 10.0)[seed % 3])
        whole, replicated = dynamic_programming(net, cluster), pipedream(net, cluster)
        assert whole.steady_images_per_second <= replicated.steady_images_per_second * (1 + 1e-12)
