"""How streams share links: everybody gets what it needs, no link gives more than it has."""

import numpy as np
import pytest

from fpdeep_gen.partition.crews import crews_of
from fpdeep_gen.partition.fully_connected import FlatPiece, Speed, flat_shares
from fpdeep_gen.partition.geometry import geometries
from fpdeep_gen.partition.link_shares import Burst, bursts_of, shared_rates
from fpdeep_gen.partition.model import Carried, Range
from fpdeep_gen.partition.steps import moved_rows
from tests.partition.networks import conv, flat, network, output

INTERVAL = 10_000.0


@pytest.mark.parametrize("seed", range(6))
def test_needs_are_met_within_the_links_rates(seed: int) -> None:
    random = np.random.default_rng(seed)
    links, streams = 7, 9
    rates = random.uniform(50, 100, links)
    bits = random.integers(0, 1000, (streams, links)) * (random.random((streams, links)) < 0.7)
    bits = (bits * (0.8 * rates * INTERVAL / bits.sum(axis=0))).astype(np.int64)
    bursts = [Burst(1 / random.integers(1, 60), random.uniform(0, 200)) for _ in range(streams)]
    given = shared_rates(bits, bursts, range(streams), rates, INTERVAL)
    assert (given.sum(axis=0) <= rates * (1 + 1e-9)).all()
    assert (given >= bits / INTERVAL).all()
    assert ((given > 0) == (bits > 0)).all()


def test_what_is_left_goes_with_the_square_root_of_the_bursts() -> None:
    """One link of 100 bits a cycle, bursts of 400 and 100 bits: 2 to 1, which makes 400 / 66.7 + 100 / 33.3 = 9 cycles;
    3 to 1 would make 400 / 75 + 100 / 25 = 9.33."""
    bits = np.array([[4000], [1000]])
    (first,), (second,) = shared_rates(bits, [Burst(0.1, 0.0)] * 2, (0, 1), np.array([100.0]), INTERVAL)
    assert first == pytest.approx(200 / 3, rel=0.01)
    assert second == pytest.approx(100 / 3, rel=0.01)


def test_no_more_is_given_than_a_row_takes_to_be_made() -> None:
    """A row of 400 bits made over 40 cycles asks for 10 bits a cycle; the other one gets as much more as there is, in
    proportion to what it asked."""
    bits = np.array([[4000], [1000]])
    (first,), (second,) = shared_rates(bits, [Burst(0.1, 40.0), Burst(0.1, 0.0)], (0, 1), np.array([100.0]), INTERVAL)
    assert second > 3 * first
    assert 400 / first == pytest.approx(40)


def test_errors_take_no_longer_than_the_sums_that_they_follow() -> None:
    """One link of 100 bits a cycle: sums of 300 bits with errors of 100 that follow them bit by bit, and another
    tensor's burst of 100. Both of the pair in T cycles and the other one in U, 400 / T + 100 / U = 100 and T + U least:
    T = 6 and U = 3. Each for itself the errors would be slower than their sums' third."""
    bits = np.array([[3000], [1000], [1000]])
    given = shared_rates(bits, [Burst(0.1, 0.0)] * 3, (0, 0, 1), np.array([100.0]), INTERVAL)
    assert (300 / given[0, 0], 100 / given[1, 0], 100 / given[2, 0]) == pytest.approx((6, 6, 3), rel=0.01)


def test_both_directions_of_a_tensor_are_waited_for() -> None:
    """A tensor's burst of 100 bits each way over a link of 100 bits a cycle: upwards alone, downwards beside another
    tensor's burst of 100. What is upwards goes no faster than it may to be there with what is downwards, and the rest
    of that direction is left to whoever is there."""
    bits = np.array([[1000, 1000], [0, 1000]])
    given = shared_rates(bits, [Burst(0.1, 0.0)] * 2, (0, 1), np.array([100.0, 100.0]), INTERVAL)
    assert 100 / given[0, 1] == pytest.approx(100 / given[1, 1], rel=0.05)
    assert given[0, 0] == pytest.approx(100)


def test_a_vector_is_waited_for_until_its_last_part_is_there() -> None:
    """Of three fully connected layers the second makes its outputs, and the third the errors of its inputs, part after
    part of 32: they leave while 31 of these are made. Engines that take less than a third of 963 cycles: 20 x 16
    weights of the second layer's larger piece by one multiplier, and 10 x 20 of the third by one. All other vectors are
    made at once."""
    first = conv("a", (3, 12, 12), 8, 3)
    layers = network((first, flat("b", output(first), 20), flat("c", (20, 1, 1), 20), flat("d", (20, 1, 1), 10)))
    geometry = geometries(layers)
    pieces = [
        FlatPiece(3, 0, Range(0, 10)),
        FlatPiece(2, 0, Range(0, 4)),
        FlatPiece(2, 1, Range(4, 20)),
        FlatPiece(1, 1, Range(0, 20)),
    ]
    crews = crews_of(geometry, flat_shares(geometry, pieces, 963, Speed(1, 1, True)), moved_rows(layers, geometry))
    made_by_parts = [(Carried.FEATURE, 3), (Carried.ERROR, 3), (Carried.PARTIAL, 3)]
    assert bursts_of(layers, geometry, crews, made_by_parts, 963) == [
        Burst(1, 31 / 32 * 320),
        Burst(1, 31 / 32 * 200),
        Burst(1, 31 / 32 * 200),
    ]
    at_once = [(Carried.FEATURE, 2), (Carried.FEATURE, 4), (Carried.ERROR, 2), (Carried.PARTIAL, 2), (Carried.ERROR, 4)]
    assert bursts_of(layers, geometry, crews, at_once, 963) == [Burst(1, 0)] * 5
