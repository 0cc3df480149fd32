"""Cycles that more urgent phases of an engine leave, counted by hand and by painting; engines that count once."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.fill import COLUMNS, fill
from fpdeep_gen.partition.crews import Crew, Squad
from fpdeep_gen.partition.fully_connected import FlatPiece, Speed, flat_multipliers, flat_shares
from fpdeep_gen.partition.geometry import geometries
from fpdeep_gen.partition.model import Order, Phase, Range
from fpdeep_gen.partition.steps import Work
from fpdeep_gen.partition.turns import Idle, always, behind_a_turn, gradients_in_turn, run_in_turn
from fpdeep_gen.sim.rows.compare import compare
from tests.partition.networks import conv, flat, network, output
from tests.sim.rows.test_planned import IMAGES, planned

INTERVAL = 80
ROWS = 20.0 + 10 * np.arange(8)


def test_what_is_left_by_hand() -> None:
    """Forward: a row every 10 cycles from 20 on, 3 cycles each. The backward phase's 24 cycles from 93 on are broken
    off at 100, 110 and 120; the gradient's, ready at 93 too, come after them, broken off at 130, 140 and 150."""
    forward = always(INTERVAL).without(ROWS, 3.0)
    assert forward.period == 56
    ready = forward.until(np.array([93.0]))
    steps = forward.when(ready + 3 * np.arange(1, 9))
    assert steps == pytest.approx([96, 99, 105, 108, 114, 117, 120, 126])
    backward = forward.without(ready + 3 * np.arange(8), 3.0)
    assert backward.period == pytest.approx(32)
    assert gradients_in_turn(1, 1, 24.0, np.full(32, 93.0), backward, 126.0) == pytest.approx((159, 126 + 24))


def test_first_bits_of_what_is_made_in_turn_by_hand() -> None:
    """The backward phase's steps as above; of each 3 cycles the first makes the first bits, which come at once unless
    the forward phase is at work."""
    idle = {0: always(INTERVAL).without(ROWS, 3.0)}
    whole = np.full(8, 32)
    work = Work(whole, whole, np.arange(1, 9), 1.0)
    crew = SimpleNamespace(squads=[Squad(work, (0,), np.array([[3.0]]), np.array([[2.0]]))])
    ran, *_ = run_in_turn(crew, {0: np.full(32, 93.0)}, idle)
    assert ran.ends[0] == pytest.approx([96, 99, 105, 108, 114, 117, 120, 126])
    assert ran.firsts[0] == pytest.approx([94, 97, 100, 106, 109, 115, 118, 124])


def test_only_a_turn_that_is_under_way_is_waited_for() -> None:
    """Rows of 3 cycles: at 101.5 one that began at 100, in the next interval too; at its begin that one, at its end
    none. Of rows of 10 cycles, one right behind the other, the first alone."""
    times = [101.5, 100.0, 103.0, 108.0, 181.5]
    assert [behind_a_turn(time, ROWS, 3.0, INTERVAL) for time in times] == pytest.approx([103, 103, 103, 108, 183])
    assert behind_a_turn(105.0, ROWS, 10.0, INTERVAL) == pytest.approx(110)


def test_engines_of_fully_connected_layers_make_group_after_group() -> None:
    """Errors of 8 x 12 x 12 inputs by 5 x 6 multipliers, a group of 5 in ceil(20 / 6) = 4 cycles: 231 of them for 12
    rows. Outputs first of the second layer: 3 cycles for 5 of 20 inputs each, 2 groups in 32 parts, each whole at once;
    what takes inputs first has everything with the last."""
    first = conv("a", (3, 12, 12), 8, 3)
    geometry = geometries(network((first, flat("b", output(first), 20), flat("c", (20, 1, 1), 10))))
    share = flat_shares(geometry, [FlatPiece(1, 0, Range(0, 20))], 900, Speed(1, 1, in_turn=True))[1]
    back = replace(share, p_in=5, p_out=6, cycles=231 * 4)
    assert (back.phase, back.order) == (Phase.BACKWARD, Order.OUTPUTS_FIRST)
    assert Crew(geometry[1], Phase.BACKWARD, [back], 12).ahead == pytest.approx(231 * 4 / 12 - 4)
    sooner = replace(back, order=Order.INPUTS_FIRST)
    assert Crew(geometry[1], Phase.BACKWARD, [sooner], 12).ahead == 0
    few = replace(flat_shares(geometry, [FlatPiece(2, 0, Range(0, 10))], 900, Speed(1, 1))[0], p_in=7, p_out=5)
    assert (few.phase, few.order) == (Phase.FORWARD, Order.OUTPUTS_FIRST)
    assert Crew(geometry[2], Phase.FORWARD, [replace(few, cycles=6)], 32).ahead == 0


def test_images_that_share_gradients_are_added_one_pass_after_the_other() -> None:
    """The first half of each interval is taken. Errors of two images come at 50 and 130, their gradients take 20 cycles
    each: 30 until 160, the rest from 200 on. Behind the batch it goes on at once."""
    idle = always(80).without(np.array([0.0]), 40.0)
    latest, drain = gradients_in_turn(4, 2, 20.0, np.full(32, 50.0), idle, 40.0)
    assert (latest, drain) == pytest.approx((210, 170 - 80))


def test_images_before_the_last_are_added_sooner_behind_the_batch() -> None:
    """The first half of each interval is taken. The last of four images has its errors at 290, and from then on the
    engine is free. All four in one pass of 160 cycles: until 450 (in idle cycles alone 610). Two at a time, 140 cycles:
    of those of the first two 30 from 130 on, 40 from 200 and 10 from 280, the other 60 until 350 (alone 390), and the
    others' until 490, 330 behind the third image's first pixel."""
    idle = always(80).without(np.array([0.0]), 40.0)
    errors = np.full(32, 50.0)
    assert gradients_in_turn(4, 4, 40.0, errors, idle, 40.0) == pytest.approx((450, 450 - 240))
    assert gradients_in_turn(4, 2, 70.0, errors, idle, 40.0) == pytest.approx((350, 490 - 240))


def painted(begins: np.ndarray, cycles: int, taken: np.ndarray) -> np.ndarray:
    """Cycles of two intervals that are taken, with those of steps that begin after so many free ones."""
    found = taken.copy()
    free = np.flatnonzero(~taken)
    for begin in begins.tolist():
        for cycle in range(begin, begin + cycles):
            found[free[cycle % free.size]] = True
    return found


@given(st.integers(20, 60), st.lists(st.integers(0, 12), min_size=2, max_size=5), st.integers(1, 4), st.data())
@settings(max_examples=25, deadline=None, derandomize=True)
def test_what_is_left_is_what_painting_leaves(interval: int, gaps: list[int], cycles: int, data: st.DataObject) -> None:
    taken, idle = np.zeros(interval, bool), always(interval)
    for _ in range(2):
        free = int((~taken).sum())
        begins = np.cumsum(gaps) + cycles * np.arange(len(gaps)) + data.draw(st.integers(0, 200))
        if begins[-1] + cycles - begins[0] > free:
            break
        idle, taken = idle.without(begins.astype(float), float(cycles)), painted(begins, cycles, taken)
        for time in range(-interval, 2 * interval, 3):
            expected = np.sign(time) * sum(not taken[cycle % interval] for cycle in range(min(0, time), max(0, time)))
            assert idle.until(np.array([float(time)])) == pytest.approx(expected, abs=1e-3)
        reached = idle.when(np.arange(1.0, idle.period))
        assert reached == pytest.approx(np.flatnonzero(~taken)[: reached.size] + 1, abs=1e-3)


def test_an_engine_that_takes_phases_in_turn_counts_once_and_is_through_with_all_of_them_in_the_interval() -> None:
    first = conv("a", (3, 12, 12), 8, 3)
    geometry = geometries(network((first, flat("b", output(first), 60), flat("c", (60, 1, 1), 10))))
    piece = FlatPiece(1, 0, Range(5, 25))
    shares = flat_shares(geometry, [piece], 9000, Speed(1, 1, in_turn=True))
    assert [share.phase for share in shares] == list(Phase)
    assert len({(share.p_in, share.p_out, share.cycles) for share in shares}) == 1
    assert sum(share.cycles for share in shares) <= 9000
    counted = [share.multipliers for share in shares if share.counted]
    assert counted == [flat_multipliers(geometry, piece, 9000, Speed(1, 1, in_turn=True))]
    assert counted[0] * 9000 >= 3 * 8 * 12 * 12 * 20
    apart = flat_shares(geometry, [piece], 9000, Speed(1, 1))
    assert sum(share.multipliers for share in apart if share.counted) == flat_multipliers(
        geometry, piece, 9000, Speed(1, 1)
    )


def test_an_engine_that_works_on_phases_at_once_is_seen() -> None:
    """The same plan with an engine for each phase, as fast as the one for all of them."""
    plan = planned()
    assert any(share.in_turn for share in plan.shares)
    at_once = replace(plan, shares=tuple(replace(share, in_turn=False) for share in plan.shares))
    exact, sooner = compare(plan, IMAGES), compare(at_once, IMAGES)
    assert exact.faults == () and abs(exact.latency[1] - exact.latency[0]) <= 1
    assert sooner.latency[1] < exact.latency[1] - 500
    assert any("errors (engines)" in fault for fault in sooner.faults)


def test_what_latency_is_made_of_begins_with_the_plans_own() -> None:
    plan = planned()
    whole, engines, all_four = (fill(plan, COLUMNS[name]) for name in ("as planned", "engines", "all four"))
    assert whole == pytest.approx(plan.prediction.fill, abs=1e-4)
    assert 1 < all_four < engines < whole


def test_nothing_is_left_of_an_engine_that_is_always_busy() -> None:
    idle: Idle = always(10).without(np.array([3.0]), 10.0)
    assert idle.period == 0
