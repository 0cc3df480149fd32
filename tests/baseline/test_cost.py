"""Work, memory and traffic by hand."""

import pytest

from fpdeep_gen.baseline.cost import Held, ddr_seconds, down_bits, layer_work, link_rate, storage, up_bits, work_bound
from fpdeep_gen.board.model import Cluster, Ddr
from fpdeep_gen.network.model import Network, Training
from tests.baseline.cases import board, equal_cluster, link
from tests.plan.networks import convolution, fully_connected, network, shape_after

# Formats of these layers: 16-bit weights, outputs and errors, gradient sums of 40 bits; pixels of 8.
CONV = convolution("conv", (2, 8, 8), 4, 3, 1, pool=2)
FULL = fully_connected("fc", shape_after(CONV), 10, relu=False)
NET = network("two", (2, 8, 8), (CONV, FULL), batch=4)
CONV_WEIGHTS, FULL_WEIGHTS = 4 * 2 * 9, 10 * 4 * 4 * 4


def test_work() -> None:
    assert layer_work(NET, 0) == 2 * 64 * CONV_WEIGHTS  # no backward phase
    assert layer_work(NET, 1) == 3 * FULL_WEIGHTS
    total = 2 * 64 * CONV_WEIGHTS + 3 * FULL_WEIGHTS
    assert work_bound(NET, equal_cluster(3, dsp=7)) == pytest.approx(3 * 7 * 100e6 / total)


def test_streams() -> None:
    assert [up_bits(NET, cut) for cut in range(3)] == [2 * 64 * 8, 4 * 16 * 16, 0]
    assert [down_bits(NET, cut) for cut in range(3)] == [0, 4 * 16 * 16, 0]
    # A lane of 2 Gb/s fills flits of 1024 bits, 8 of them the stream's number.
    assert link_rate(link(2.0), equal_cluster(2)) == pytest.approx(2e9 * 1016 / 1024)
    # Never more than a flit a cycle.
    assert link_rate(link(1e6), equal_cluster(2)) == pytest.approx(100e6 * 1016)


def bits_of(net: Network, images: float, versions: int) -> float:
    """All memory of `net` by hand."""
    momentum = 16 if net.training.momentum else 0
    weights = (CONV_WEIGHTS + FULL_WEIGHTS) * (16 * versions + 40 + momentum)
    return weights + images * (2 * 64 * 8 + 4 * 16 * 16)


@pytest.mark.parametrize(("momentum", "images", "versions"), [(0.0, 1, 1), (0.9, 3, 1), (0.9, 2.5, 4)])
def test_memory(momentum: float, images: float, versions: int) -> None:
    training = Training(4, 0.1, 1, 1, momentum)
    net = Network("two", 2, 8, 8, NET.input_format, NET.layers, training, None)
    found = storage(net, board(1, bram36=10**6), Held((0, 1), images, versions))
    assert found.bits == bits_of(net, images, versions)
    assert (found.on_chip, found.ddr_bits_per_image) == (True, 0.0)


def test_weights_of_full_layers_go_to_ddr_first() -> None:
    # One block RAM of 36 Kib holds the convolution and the features, and some of the 640 weights of 56 bits.
    found = storage(NET, board(1, bram36=1), Held((0, 1), 1, full_reuse=4))
    inside = 36 * 1024 - CONV_WEIGHTS * 56 - (2 * 64 * 8 + 4 * 16 * 16)
    outside = FULL_WEIGHTS * 56 - inside
    assert inside > 0 and found.outside == outside
    # Weights read twice, sums read and written once, for four images.
    assert found.ddr_bits_per_image == pytest.approx(
        outside / (FULL_WEIGHTS * 56) * FULL_WEIGHTS * (2 * 16 + 2 * 40) / 4
    )


def test_features_go_to_ddr_next_and_move_twice() -> None:
    found = storage(NET, board(1, bram36=1), Held((0,), 100))
    kept = 2 * 64 * 8
    outside = 100 * kept - (36 * 1024 - CONV_WEIGHTS * 56)
    assert found.outside == outside
    assert found.ddr_bits_per_image == pytest.approx(2 * kept * outside / (100 * kept))


def test_time_of_ddr() -> None:
    held = Held((0, 1), 100)
    small = board(1, 1, Ddr(1.0, 2.0))
    needed = storage(NET, small, held)
    assert ddr_seconds(small, needed) == pytest.approx(needed.ddr_bits_per_image / 16e9)
    assert ddr_seconds(board(1, 1), needed) == float("inf")
    assert ddr_seconds(board(1, 1, Ddr(1e-9, 2.0)), needed) == float("inf")
    roomy = board(1, 1000)
    assert ddr_seconds(roomy, storage(NET, roomy, held)) == 0.0


def test_a_cluster_of_one_has_no_links() -> None:
    assert isinstance(equal_cluster(1), Cluster) and equal_cluster(1).links == ()
