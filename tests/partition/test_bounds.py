"""The bound of the links: by hand, against a plan's traffic (`test_planner` takes more of them), and where it rules."""

from dataclasses import replace

import numpy as np
import pytest

from fpdeep_gen.board.model import Board, Cluster, Ddr, Link
from fpdeep_gen.network.known import known_networks
from fpdeep_gen.network.load import load_network
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.bounds import bounds_of, knee, least_traffic
from fpdeep_gen.partition.cuts import runs
from fpdeep_gen.partition.geometry import geometries
from fpdeep_gen.partition.link_rate import framed_rate
from fpdeep_gen.partition.model import BalancedPlan
from fpdeep_gen.partition.planner import make_balanced_plan
from tests.partition.crossing import check_traffic
from tests.partition.networks import chain, conv, flat, network, output

ROOM = 400
"""Block RAMs of a board that has room for all weights of a small network."""


def two(channels: int) -> Network:
    """Maps of 8 x 8 with `channels` channels, kernels of 3 x 3: image 8 bits, features and errors 16."""
    first = conv("conv0", (channels, 8, 8), channels, 3)
    return network((first, conv("conv1", output(first), channels, 3)))


def test_a_layer_alone_by_hand() -> None:
    """16 channels: image 16 * 64 * 8 bits, the tensor between the layers 16 * 64 * 16, features and errors alike."""
    alone = runs(two(16), geometries(two(16)), ROOM, longest=1)
    image, tensor = 8192, 16384
    macs = 64 * 9 * 16 * 16
    assert [(run.begin, run.end) for run in alone] == [(0, 2 * macs), (2 * macs, 5 * macs)]
    quarter = np.array(0.25)
    assert alone[0].up(quarter, quarter) == 0.75 * image + 0.25 * tensor
    assert alone[0].down(quarter, quarter) == 0.25 * tensor
    assert alone[1].up(quarter, quarter) == alone[1].down(quarter, quarter) == 0.75 * tensor
    assert alone[1].up(np.array(0.2), np.array(0.3)) == pytest.approx(0.7 * tensor)


def test_layers_in_step_by_hand() -> None:
    """Cut by columns only the image crosses. Where no board has room for 2 x 16 * 16 * 9 weights of 52 bits, what
    is made on one side and read on the other crosses too: half of a half of the tensor, both kinds, less the channel
    that a link may lie in."""
    half, image, tensor = np.array(0.5), 8192, 16384
    roomy = runs(two(16), geometries(two(16)), ROOM)[1]
    assert (roomy.first, roomy.last) == (0, 1)
    assert (float(roomy.up(half, half)), float(roomy.down(half, half))) == (image / 2, 0)
    cramped = runs(two(16), geometries(two(16)), 6)[1]
    assert 2 * 16 * 16 * 9 * 52 > 6 * 36 * 1024 > 16 * 16 * 9 * 52
    crossing = (1 / 2 - 1 / 16) ** 2 * 2 * tensor
    assert cramped.up(half, half) == image / 2 + crossing
    assert cramped.down(half, half) == crossing


def test_a_chain_by_hand() -> None:
    """50 boards of 200 multipliers: 20 have the first layer's work. Above the 20th all of the tensor crosses, but for
    what the phases may be ahead or behind: a board's part of the 20, for which some of the image crosses, or of the
    30, which asks for less. Whichever phase of the first layer is behind needs the image."""
    alone = runs(two(16), geometries(two(16)), ROOM, longest=1)
    work = 5 * 64 * 9 * 16 * 16 / (50 * 200)
    traffic = least_traffic(alone, np.full(50, 200.0), work)
    tensor, image = 16384, 8192
    assert traffic[19] == pytest.approx(min(image / 20 + 19 / 20 * tensor, 29 / 30 * tensor))
    assert traffic[9] == pytest.approx((1 - 9 / 20) * image + 9 / 20 * tensor)
    assert traffic[0] == pytest.approx(image)


def test_where_links_rule_the_interval_is_that_of_the_least_traffic() -> None:
    slow = chain(50, lanes=1)
    bounds = bounds_of(two(16), slow, longest=1)
    assert bounds.cut is not None and bounds.link > bounds.work
    alone = runs(two(16), geometries(two(16)), ROOM, longest=1)
    cycles = least_traffic(alone, np.full(50, 200.0), bounds.link) / framed_rate(slow.links[0], slow.clock_mhz)
    assert cycles.max() == pytest.approx(bounds.link, rel=1e-3)
    assert int(cycles.argmax()) == bounds.cut
    faster = bounds_of(two(16), chain(50, dsp=50, lanes=40), longest=1)
    assert faster.link < faster.work


def test_the_knee_is_where_links_begin_to_rule() -> None:
    slow = chain(4, lanes=1)
    found = knee(two(16), slow, 60, longest=1)
    assert found is not None

    def ruled(count: int) -> bool:
        bounds = bounds_of(two(16), chain(count, lanes=1), longest=1)
        return bounds.link > bounds.work

    assert not ruled(found - 1) and ruled(found)
    assert knee(two(16), slow, found - 1, longest=1) is None
    assert knee(two(16), chain(1), 60) is None


def load(name: str) -> Network:
    return load_network(known_networks()[name])


def vc709(lanes: int) -> Cluster:
    """The boards of `vc709-chain.yaml`, with `lanes` lanes of 13.1 Gb/s and flits of a clock cycle."""
    bits = {6: 392, 3: 200}[lanes]
    cluster = chain(2, dsp=3600, bram36=1470)
    link = replace(cluster.links[0], lanes=lanes, gbps_per_lane=13.1, flit_bits=bits, latency_cycles=60)
    return replace(cluster, links=(link,), clock_mhz=200)


@pytest.mark.parametrize(("name", "lanes", "expected"), [("alexnet", 3, 91), ("alexnet-grouped", 3, 84)])
def test_knee_of_alexnet(name: str, lanes: int, expected: int) -> None:
    """What docs/planner.md says. By hand, roughly: 224 * 224 * 3 * 8 bits in 177 bits a cycle are 6,800 cycles. The
    first board has 0.16 of conv1, for which 0.16 * 64 * 27 * 27 * 16 bits cross instead: 6,400. So many cycles of 3600
    multipliers have 90 boards for 2.07 G."""
    assert knee(load(name), vc709(lanes), 128) == expected


def test_a_stream_left_out_is_seen() -> None:
    plan = make_balanced_plan(two(16), chain(6))
    assert check_traffic(plan) > 0
    without = tuple(replace(link, up=link.up[:1], down=link.down[:1]) for link in plan.links)
    with pytest.raises(AssertionError):
        check_traffic(BalancedPlan(**{**vars(plan), "links": without}))


def test_no_interval_is_shorter_than_the_loss() -> None:
    """Ten classes three times, and 64 cycles of pipelines; links alone would allow fewer."""
    first = conv("conv1", (3, 12, 12), 8, 3)
    given = network((first, flat("fc2", output(first), 10)))
    board = Board("large", "part", 3600, 1470, 433_200, 866_400, 200, 14, 13.1, Ddr(8, 29.8))
    long = Cluster("chain", (board,) * 20, (Link(6, 13.1, 0.97, 392, 60),) * 19, 200)
    for cluster in (long, replace(long, boards=(board,), links=())):
        plan = make_balanced_plan(given, cluster)
        assert plan.prediction.interval >= plan.bounds.interval == 3 * 10 + 64
