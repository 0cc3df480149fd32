"""Synchronous data-parallel SGD: one mini-batch by hand, the least batch for a rate, and what it costs."""

from dataclasses import replace
from itertools import product

import pytest

from fpdeep_gen.baseline.compare import baselines
from fpdeep_gen.baseline.cost import layer_work, link_rate, sum_bits, whole_images, work_bound
from fpdeep_gen.baseline.data_parallel import data_parallel, least_batch, step
from fpdeep_gen.baseline.gpus import FILE, gpu_rows
from fpdeep_gen.baseline.model import Limit
from fpdeep_gen.network.known import known_networks
from fpdeep_gen.network.load import load_network
from tests.baseline.cases import equal_cluster, random_cluster, random_network
from tests.plan.networks import convolution, fully_connected, network, shape_after

CONV = convolution("conv", (2, 8, 8), 4, 3, 1, pool=2)
FULL = fully_connected("fc", shape_after(CONV), 10, relu=False)
NET = network("two", (2, 8, 8), (CONV, FULL), batch=4)


@pytest.mark.parametrize("gbps", [0.001, 0.05, 50.0])
def test_a_mini_batch_by_hand(gbps: float) -> None:
    cluster = equal_cluster(3, dsp=5, gbps=gbps)
    batch, rate = 12, 3 * 5 * 100e6
    forward = batch * (CONV.forward_macs + FULL.forward_macs) / rate
    full_done = forward + batch * 2 * FULL.forward_macs / rate
    conv_done = full_done + batch * CONV.forward_macs / rate
    bits = link_rate(cluster.links[0], cluster)
    full_back = full_done + sum_bits(FULL) / bits
    conv_back = max(full_back, conv_done) + sum_bits(CONV) / bits
    found = step(NET, cluster, batch)
    assert found.compute == pytest.approx(conv_done)
    assert found.total == pytest.approx(conv_back + 2 * 2 * 10 / 100e6)
    assert found.links == pytest.approx((sum_bits(FULL) + sum_bits(CONV)) / bits)


@pytest.mark.parametrize(("rates", "batch"), [((1.0, 1.0, 1.0), 7), ((3.0, 1.0, 2.0), 5), ((1.0, 1.5), 1), ((2.0,), 9)])
def test_whole_images_are_done_as_early_as_may_be(rates: tuple[float, ...], batch: int) -> None:
    ways = [way for way in product(range(batch + 1), repeat=len(rates)) if sum(way) == batch]
    best = min(max(count / rate for count, rate in zip(way, rates, strict=True)) for way in ways)
    found = whole_images(rates, batch)
    assert sum(found) == batch
    assert max(count / rate for count, rate in zip(found, rates, strict=True)) == pytest.approx(best)


def test_a_batch_that_is_no_multiple_of_the_boards_leaves_some_idle() -> None:
    cluster = equal_cluster(4, gbps=1e6)
    even, uneven = step(NET, cluster, 8), step(NET, cluster, 9)
    assert uneven.compute == pytest.approx(even.compute * 3 / 2)


def test_alone_a_board_reaches_the_work_bound() -> None:
    own, sought = data_parallel(NET, equal_cluster(1))
    assert own.images_per_second == pytest.approx(work_bound(NET, equal_cluster(1)))
    assert (sought.batch, sought.link_load) == (1, 0.0)


@pytest.mark.parametrize("gbps", [0.001, 0.05, 50.0])
def test_the_batch_for_a_rate_is_the_least(gbps: float) -> None:
    cluster = equal_cluster(4, gbps=gbps)
    wanted = 0.9 * work_bound(NET, cluster)
    batch = least_batch(NET, cluster, wanted)
    assert batch is not None and batch % 4 == 0
    assert batch / step(NET, cluster, batch).total >= wanted
    for images in range(1, min(batch // 4, 300)):
        assert 4 * images / step(NET, cluster, 4 * images).total < wanted
    slower = least_batch(NET, equal_cluster(4, gbps=gbps / 4), wanted)
    assert slower is not None and slower >= batch


def test_no_batch_passes_the_work_bound() -> None:
    cluster = equal_cluster(4)
    assert least_batch(NET, cluster, 1.01 * work_bound(NET, cluster)) is None
    _, sought = data_parallel(NET, cluster, 1.01 * work_bound(NET, cluster))
    assert sought.note.startswith("no mini-batch trains")
    for seed in range(20):
        net, chain = random_network(seed, 3), random_cluster(seed, 4)
        for row in data_parallel(net, chain):
            assert 0 < row.images_per_second <= work_bound(net, chain) * (1 + 1e-12)
            assert max(row.link_load, row.ddr_load) <= 1 + 1e-12


def test_more_boards_need_larger_batches() -> None:
    """What a batch that never grows with the boards is compared with."""
    batches = [data_parallel(NET, equal_cluster(count, gbps=0.05))[1].batch for count in (2, 4, 8)]
    assert batches == sorted(batches) and batches[-1] > 2 * batches[0]


def test_without_room_there_is_no_rate() -> None:
    own, sought = data_parallel(NET, equal_cluster(2, bram36=1))
    assert (own.limit, own.images_per_second) == (Limit.MEMORY, 0.0)
    assert sought.images_per_second == 0.0


def test_all_rows_of_a_comparison() -> None:
    rows = baselines(NET, equal_cluster(3), goal=1.0)
    assert len({row.name for row in rows}) == 5
    assert rows[-1].note == "the least batch for 1 images/s"


def test_rows_of_gpus() -> None:
    for name in known_networks():
        net = load_network(known_networks()[name])
        rows = gpu_rows(net)
        assert len(rows) == 3 and {row.batch for row in rows} == {16}
        operations = 2e-9 * sum(layer_work(net, layer) for layer in range(len(net.layers)))
        for row in rows:
            assert row.gops_per_joule == pytest.approx(operations * row.images_per_second / row.watts)
    rates = {row.gpu.split(" (")[0]: row.images_per_second for row in gpu_rows(load_network(known_networks()["vgg19"]))}
    # Total milliseconds of a mini-batch of 16, as published.
    published = {"GeForce GTX TITAN X": 323.40, "GeForce GTX 1080": 281.69, "Tesla K40c": 1129.65}
    assert rates == {gpu: float(f"{16000 / total:.3g}") for gpu, total in published.items()}
    assert gpu_rows(replace(NET, name="vgg")) == ()
    assert "cnn-benchmarks" in FILE.read_text()
