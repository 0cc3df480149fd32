"""How streams share links: everybody gets what it needs, no link gives more than it has."""

import numpy as np
import pytest

from fpdeep_gen.partition.link_shares import Burst, shared_rates

INTERVAL = 10_000.0


@pytest.mark.parametrize("seed", range(6))
def test_needs_are_met_within_the_links_rates(seed: int) -> None:
    random = np.random.default_rng(seed)
    links, streams = 7, 9
    rates = random.uniform(50, 100, links)
    bits = random.integers(0, 1000, (streams, links)) * (random.random((streams, links)) < 0.7)
    bits = (bits * (0.8 * rates * INTERVAL / bits.sum(axis=0))).astype(np.int64)
    bursts = [Burst(1 / random.integers(1, 60), random.uniform(0, 200)) for _ in range(streams)]
    given = shared_rates(bits, bursts, rates, INTERVAL)
    assert (given.sum(axis=0) <= rates * (1 + 1e-9)).all()
    assert (given >= bits / INTERVAL).all()
    assert ((given > 0) == (bits > 0)).all()


def test_what_is_left_goes_with_the_square_root_of_the_bursts() -> None:
    """One link of 100 bits a cycle, bursts of 400 and 100 bits: 2 to 1, which makes 400 / 66.7 + 100 / 33.3 = 9 cycles;
    3 to 1 would make 400 / 75 + 100 / 25 = 9.33."""
    bits = np.array([[4000], [1000]])
    (first,), (second,) = shared_rates(bits, [Burst(0.1, 0.0)] * 2, np.array([100.0]), INTERVAL)
    assert first == pytest.approx(200 / 3, rel=0.01)
    assert second == pytest.approx(100 / 3, rel=0.01)


def test_no_more_is_given_than_a_row_takes_to_be_made() -> None:
    """A row of 400 bits made over 40 cycles asks for 10 bits a cycle; the other one gets as much more as there is, in
    proportion to what it asked."""
    bits = np.array([[4000], [1000]])
    (first,), (second,) = shared_rates(bits, [Burst(0.1, 40.0), Burst(0.1, 0.0)], np.array([100.0]), INTERVAL)
    assert second > 3 * first
    assert 400 / first == pytest.approx(40)
