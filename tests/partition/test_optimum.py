"""Plans of tiny networks on two boards against the shortest interval of all assignments."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Layer, Network
from fpdeep_gen.partition.patience import patient
from fpdeep_gen.partition.planner import make_balanced_plan
from tests.partition.brute_force import engine, engines, phases, shortest
from tests.partition.networks import chain, conv, network, output
from tests.partition.test_planner import check

NEAR = 1.02


@st.composite
def tiny(draw: st.DrawFn) -> Network:
    """Two or three convolutions on maps of 5 x 5 to 8 x 8."""
    size = draw(st.integers(5, 8))
    shape, layers = (3, size, size), list[Layer]()
    for index in range(draw(st.integers(2, 3))):
        layers.append(conv(f"conv{index}", shape, draw(st.integers(4, 9)), draw(st.sampled_from([1, 3]))))
        shape = output(layers[-1])
    return network(tuple(layers))


def pair(dsp: int) -> Cluster:
    """Two boards with a link that is never in the way."""
    cluster = chain(2, dsp)
    return replace(cluster, links=(replace(cluster.links[0], lanes=32, flit_bits=1024),))


def loss(given_network: Network) -> int:
    """Cycles of an image's softmax: its classes three times (greatest, sum, quotients) and the depth of the pipelines.
    Up to 64 classes go one after the other, and images do too."""
    return 3 * given_network.layers[-1].out_channels + 64


@given(tiny(), st.integers(12, 50))
@settings(max_examples=10, deadline=None, derandomize=True)
def test_tiny_networks_are_within_two_percent_of_the_optimum(given_network: Network, dsp: int) -> None:
    plan = make_balanced_plan(given_network, pair(dsp))
    check(plan)
    optimum = max(shortest(given_network, (dsp, dsp)), loss(given_network))
    assert optimum <= plan.prediction.interval <= NEAR * optimum


def test_boards_filled_in_order_alone_are_seen_to_fall_short() -> None:
    first = conv("conv0", (3, 7, 7), 8, 3)
    layers = network((first, conv("conv1", output(first), 4, 3)))
    optimum = shortest(layers, (22, 22))
    assert make_balanced_plan(layers, pair(22)).prediction.interval <= NEAR * optimum
    alone = patient(layers, pair(22))
    assert alone is not None and alone.plan.prediction.interval > NEAR * optimum


def test_the_brute_force_by_hand() -> None:
    """One input and output channel, 4 x 4, one tap, two layers: 5 phases of 16; with a multiplier for each 16 cycles.
    With 3 on each of two boards one phase is cut in halves of 8 cycles; all five are then still 16 each."""
    first = conv("conv0", (1, 4, 4), 1, 1)
    layers = network((first, conv("conv1", output(first), 1, 1)))
    parts = phases(layers)
    assert len(parts) == 5
    assert engine(parts[0], 4, 1, 16) == 1 and engine(parts[0], 4, 1, 15) > 10**6
    assert engines(parts[0], 4, 1, 8) == 2
    assert engines(parts[0], 4, 1, 12) == 2
    assert shortest(layers, (3, 3)) == 16
    assert shortest(layers, (5, 5)) == 8
