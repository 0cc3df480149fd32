"""What waits of many streams at once, against each stream's own count over time."""

import numpy as np
import pytest

from fpdeep_gen.partition.steps import Times
from fpdeep_gen.partition.waiting import JUST, TIE, Crossing, Pace, most_ahead, most_early, most_waiting

IMAGES = range(-6, 7)
"""More than are ever under way in these streams."""


def passed(pace: Pace, period: float, time: float) -> float:
    """Rows that have passed by then since image 0 began, counted row by row; less than none before."""
    rows = pace.first.size
    whole = float(IMAGES[0] * rows)
    for image in IMAGES:
        for first, last in zip(pace.first + image * period, pace.whole + image * period, strict=True):
            whole += min(1.0, max(0.0, (time - first) / (last - first)))
    return whole


def streams(seed: int, count: int) -> list[Crossing]:
    """Streams of several numbers of rows, with rows after each other; what goes does so up to three periods later."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        rows, period = int(random.integers(1, 6)), float(random.integers(40, 60))
        come = spaced(random, rows, period)
        late = float(random.choice([0.0, 1.5, 20.0, 130.0]))
        gone = Pace(come.first + late, come.whole + late + random.uniform(0, 1.0, rows).cumsum() / rows * (late > 2))
        found.append(Crossing(come, gone, period, float(random.choice([0.0, 2.0]))))
    return found


def spaced(random: np.random.Generator, rows: int, period: float) -> Pace:
    """Rows one after the other within a period."""
    edges = np.sort(random.uniform(0, period - 5, 2 * rows)) + np.arange(2 * rows) * 0.1
    return Pace(edges[0::2], edges[1::2])


def around(*times: Times) -> list[float]:
    return np.concatenate(times).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_most_waits_where_one_of_the_two_paces_changes(seed: int) -> None:
    crossings = streams(seed, 12)
    for one, most in zip(crossings, most_waiting(crossings), strict=True):
        late = max((one.gone.first - one.come.first).max(), (one.gone.whole - one.come.whole).max())
        edges = around(one.come.whole, one.gone.first)
        waits = [passed(one.come, one.period, at) - passed(one.gone, one.period, at) for at in edges]
        assert most == pytest.approx(max(0.0, *waits) if late > one.few else 0.0, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_most_comes_early_just_before_a_row_is_complete(seed: int) -> None:
    crossings = streams(seed, 12)
    for one, most in zip(crossings, most_early(crossings), strict=True):
        there = one.gone.whole
        early = [passed(one.come, one.period, at - JUST) - number - 1 for number, at in enumerate(there)]
        few = (there - one.come.whole).max() <= one.few
        assert most == pytest.approx(0.0 if few else max(0.0, *early), abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_most_is_ahead_as_a_row_goes(seed: int) -> None:
    crossings = streams(seed, 12)
    for one, most in zip(crossings, most_ahead(crossings), strict=True):
        ahead = [passed(one.come, one.period, at + TIE) - number for number, at in enumerate(one.gone.whole)]
        assert most == pytest.approx(max(ahead), abs=1e-6)


def test_no_streams_have_nothing_that_waits() -> None:
    assert most_waiting([]).size == most_early([]).size == most_ahead([]).size == 0
