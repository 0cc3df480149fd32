"""Streams on a boundary: which, in which order, how wide, and how many flits an image."""

import pytest

from fpdeep_gen.plan.links import (
    Crossing,
    crossing,
    flits_per_image,
    full_rate_credits,
    link_cycles,
    link_plan,
    link_plans,
    payload_bits,
)
from fpdeep_gen.plan.model import Carried
from fpdeep_gen.plan.pieces import Piece
from tests.plan.networks import LINK, cluster, digits

LANES = (1, 8, 2, 2)
CUT = (Piece(0, 0, 0, 8), Piece(1, 0, 0, 10), Piece(1, 1, 10, 16), Piece(2, 1, 0, 10))
WHOLE = (Piece(0, 0, 0, 8), Piece(1, 1, 0, 16), Piece(2, 2, 0, 10))

UP = [Carried.COMMAND, Carried.LABEL, Carried.LOAD]
DOWN = [Carried.RESULT, Carried.DUMP]


def test_crossings() -> None:
    assert crossing(CUT, 0) == Crossing(2, 10, True)
    assert crossing(WHOLE, 0) == Crossing(1, 8, False)
    assert crossing(WHOLE, 1) == Crossing(2, 16, False)


def test_boundary_between_layers() -> None:
    plan = link_plan(digits(), cluster(3), LANES, 1, crossing(WHOLE, 1))
    assert [stream.carried for stream in plan.up] == [*UP, Carried.FEATURE]
    assert [stream.carried for stream in plan.down] == [*DOWN, Carried.ERROR]
    feature, error = plan.up[-1], plan.down[-1]
    assert (feature.tensor, feature.word_bits, feature.words_per_image) == (2, 2 * 16, 2 * 8 * 2)
    assert (error.tensor, error.word_bits, error.words_per_image) == (2, 2 * 16, 2 * 8 * 2)
    assert plan.up_flits_per_image == 1 + 32 + 2 / 16
    assert plan.down_flits_per_image == 1 + 32


def test_boundary_inside_a_layer() -> None:
    """Tensor 1 passes whole, tensor 2 with its channels so far; the errors so far and partial sums of tensor 1 back."""
    plan = link_plan(digits(), cluster(2), LANES, 0, crossing(CUT, 0))
    assert [stream.carried for stream in plan.up] == [*UP, Carried.FEATURE, Carried.FEATURE]
    assert [stream.carried for stream in plan.down] == [*DOWN, Carried.ERROR, Carried.PARTIAL]
    passed, made = plan.up[-2:]
    assert (passed.tensor, passed.word_bits, passed.words_per_image, passed.flits_per_word) == (1, 128, 16, 2)
    assert (made.tensor, made.word_bits, made.words_per_image) == (2, 32, 2 * 5 * 2)
    errors, partial = plan.down[-2:]
    assert (errors.tensor, errors.word_bits, errors.words_per_image) == (2, 32, 2 * 5 * 2)
    assert (partial.tensor, partial.word_bits, partial.words_per_image) == (1, 8 * 48, 16)
    assert partial.flits_per_word == 6


def test_first_layer_sends_no_partial_sums() -> None:
    pieces = (Piece(0, 0, 0, 4), Piece(0, 1, 4, 8), Piece(1, 1, 0, 16), Piece(2, 1, 0, 10))
    plan = link_plan(digits(), cluster(2), (1, 4, 2, 2), 0, crossing(pieces, 0))
    assert [stream.carried for stream in plan.down] == [*DOWN, Carried.ERROR]
    assert plan.up[-2].tensor == 0
    assert plan.up[-2].word_bits == 8


def test_each_boundary_has_a_plan() -> None:
    plans = link_plans(digits(), cluster(3), LANES, WHOLE)
    assert [plan.index for plan in plans] == [0, 1]


def test_streams_have_room_for_two_rows_and_a_round_trip() -> None:
    plan = link_plan(digits(), cluster(2), LANES, 0, crossing(CUT, 0))
    rows = {Carried.FEATURE: 4 * 2, Carried.PARTIAL: 4 * 6}
    for stream in (*plan.up, *plan.down):
        if stream.carried in rows:
            assert stream.credits >= 2 * rows[stream.carried]
            assert stream.credits >= 2 * LINK.latency_cycles * LINK.flits_per_cycle(100.0)
        assert stream.credits >= stream.flits_per_word


def test_full_rate_credits_by_hand() -> None:
    """Rate 8 * 950 * 0.8 / 100 / 72 = 0.844 flits a cycle over 2 * 40 cycles and the ends."""
    assert full_rate_credits(LINK, 100.0) > 0.844 * 80
    assert payload_bits(LINK) == 64


def test_credits_ride_on_the_other_direction() -> None:
    """A direction's flits are its data and at most an eighth of the other's, in credits."""
    plan = link_plan(digits(), cluster(2), LANES, 0, crossing(CUT, 0))
    up, down = flits_per_image(plan.up, 16), flits_per_image(plan.down, 16)
    assert down > up
    rate = LINK.flits_per_cycle(100.0)
    assert link_cycles(plan, LINK, 100.0) >= (down + up / 8) / rate
    assert link_cycles(plan, LINK, 100.0) == pytest.approx((down + up / 8) / rate, rel=0.06, abs=1)
