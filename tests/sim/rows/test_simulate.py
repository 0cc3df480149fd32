"""Simulated plans against times worked out by hand (tests/sim/rows/plans.py has the plans)."""

from dataclasses import replace

import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.network.model import Layer, LayerKind
from fpdeep_gen.partition.model import BalancedPlan, Carried, Kept, Order, Phase, Place, Range, Store, Waits
from fpdeep_gen.sim.rows.compare import compare
from fpdeep_gen.sim.rows.geometry import (
    backward_steps,
    feature_steps,
    gradient_steps,
    steps_for_features,
    steps_to_free,
)
from fpdeep_gen.sim.rows.model import UpdateWait
from fpdeep_gen.sim.rows.simulate import simulate
from tests.sim.rows.plans import FORMATS, INTERVAL, SIZE, layer, plan, share, split_layer, two_layers, with_cache


def test_one_image_on_one_board() -> None:
    """Pixel row r comes at 10 r. Layer a makes row r by 20 + 10 r (it waits for row r + 1), the last by 90; layer b by
    40 + 10 r, the last by 110; then errors come: layer b's backward row r by 120 + 10 r, layer a's gradient 10 on."""
    found = simulate(two_layers(0), 1)
    spans = {(span.layer, span.phase): (span.begin, span.end) for span in found.spans}
    assert spans == {
        (0, Phase.FORWARD): (10, 90),
        (1, Phase.FORWARD): (30, 110),
        (1, Phase.BACKWARD): (110, 190),
        (1, Phase.GRADIENT): (110, 190),
        (0, Phase.GRADIENT): (120, 200),
    }
    assert found.latency == 200


def test_a_link_adds_its_rate_and_its_latency_to_every_row_each_way() -> None:
    """4 + 5 cycles there, and 4 + 5 cycles back."""
    found = simulate(two_layers(1), 6)
    assert [done - begin for begin, done in zip(found.started, found.done, strict=True)] == [218] * 6
    assert found.interval == INTERVAL
    assert [(link.up, link.down) for link in found.links] == [(6 * 32 / found.done[-1],) * 2]


def test_the_newest_row_is_waited_for_last() -> None:
    """9 cycles a row, 6 of them before the newest row must be there: row r of layer a ends 3 after pixel row r + 1, the
    last one, which needs no newer row, 9 after the one before it."""
    one = two_layers(0)
    newest_last = replace(one.shares[0], row_cycles=9, cycles=9 * SIZE, newest_last=True)
    found = simulate(replace(one, shares=(newest_last, *one.shares[1:])), 1)
    assert (found.spans[0].begin, found.spans[0].end) == (0, 73 + 9)


def test_partial_sums_hold_the_interval_up_where_their_link_is_slow() -> None:
    """The halves of layer b end at 110 and 119, errors begin on board 1 then. Partial row r has left board 1 at
    141 + 12 r, and 5 + 10 cycles later layer a's gradient row is done. The stream takes 96 cycles for an image."""
    found = simulate(split_layer(), 8)
    assert found.done[0] == pytest.approx(141 + 12 * 7 + 5 + 10, abs=0.5)
    assert found.interval == pytest.approx(96)


def test_a_fully_connected_layer_takes_rows_as_they_come() -> None:
    """10 cycles a row: done 10 after layer a's last row; its errors come row by row, and layer a's gradient ends 10
    after the last."""
    classes = replace(layer("c", 4), kind=LayerKind.FULLY_CONNECTED, kernel_rows=SIZE, kernel_columns=SIZE, padding=0)
    flat = Range(0, 1)
    shares = [share(0, 0, Phase.FORWARD), share(0, 0, Phase.GRADIENT)]
    for phase in Phase:
        order = Order.INPUTS_FIRST if phase is Phase.FORWARD else Order.OUTPUTS_FIRST
        one = replace(share(1, 0, phase, Range(0, 4)), rows=flat, columns=flat, row_cycles=80, order=order)
        shares.append(one)
    found = simulate(plan((layer("a"), classes), tuple(shares)), 1)
    ends = {(span.layer, span.phase): span.end for span in found.spans}
    assert (ends[1, Phase.FORWARD], ends[1, Phase.BACKWARD], ends[1, Phase.GRADIENT]) == (100, 180, 180)
    assert found.latency == 190


def test_a_fully_connected_engine_takes_phases_in_turn() -> None:
    """3 cycles a row, forward first: broken off are the backward phase at 100, 110 and 120, the gradient, which comes
    last, at 130, 140 and 150 (`tests/partition/test_turns.py`), by the image behind, or its turns where none is, but
    those only until the backward phase is through. Layer a's gradient takes 10 cycles a row from 96 on."""
    classes = replace(layer("c", 4), kind=LayerKind.FULLY_CONNECTED, kernel_rows=SIZE, kernel_columns=SIZE, padding=0)
    flat = Range(0, 1)
    shares = [share(0, 0, Phase.FORWARD), share(0, 0, Phase.GRADIENT)]
    for phase in Phase:
        order = Order.INPUTS_FIRST if phase is Phase.FORWARD else Order.OUTPUTS_FIRST
        one = share(1, 0, phase, Range(0, 4))
        shares.append(replace(one, rows=flat, columns=flat, row_cycles=24, cycles=24, order=order, in_turn=True))
    found = simulate(plan((layer("a"), classes), tuple(shares), latency=176), 3)
    for image in range(3):
        ends = {(span.layer, span.phase): span.end - image * INTERVAL for span in found.spans if span.image == image}
        assert (ends[1, Phase.FORWARD], ends[1, Phase.BACKWARD]) == (93, 126)
        assert ends[1, Phase.GRADIENT] == (150 if image == 2 else 159)
        assert ends[0, Phase.GRADIENT] == 176


def test_caches_hold_what_was_worked_out() -> None:
    """Pixel row g comes at 10 g and is no longer needed from 158 + 10 g on (two boards): 16 rows at most. Layer b's
    rows come at 29 + 10 g and go at 139 + 10 g: row 0 makes room for row 11 just as that comes. One more comes in."""
    found = simulate(with_cache(two_layers(1), 1, 12), 6)
    assert [(cache.greatest, cache.waited) for cache in found.caches] == [(17, 0), (12, 0)]


def test_fifos_hold_what_was_worked_out() -> None:
    """Engines make a row at once, which goes over the link in 4 cycles: a row (128 bits). An image's last step needs no
    newer row and ends as the next image's second pixel row comes, while the first is in the line buffers as that which
    comes in: one row (64 bits) waits; so with layer b. The loss makes 8 rows at once, the first comes in, 7 wait."""
    found = simulate(two_layers(1), 6)
    assert {(one.carried, one.tensor, one.waits): one.greatest for one in found.fifos if one.greatest} == {
        (Carried.FEATURE, 1, Waits.MADE): 128,
        (Carried.ERROR, 1, Waits.MADE): 128,
        (Carried.FEATURE, 0, Waits.ENGINES): 64,
        (Carried.FEATURE, 1, Waits.ENGINES): 128,
        (Carried.ERROR, 2, Waits.ENGINES): 7 * 128,
    }


def with_partial_room(bits: int) -> BalancedPlan:
    """`split_layer` with 16 cycles a row for board 0's part of the partial sums, so that board 1's wait behind the
    link, where there is room for so many bits."""
    one = split_layer()
    slow = replace(one.shares[3], row_cycles=16, cycles=16 * SIZE)
    fifos = tuple(replace(fifo, bits=bits) if fifo.carried is Carried.PARTIAL else fifo for fifo in one.fifos)
    return replace(one, shares=(*one.shares[:3], slow, *one.shares[4:]), fifos=fifos)


def test_a_fifo_behind_a_link_that_is_too_small_stalls_the_sender() -> None:
    """834 bits wait for board 0's last rows; where there is room for a row (384 bits) and no more, rows stay on board
    1 for longer."""
    held, stalled = (
        next(
            fifo
            for fifo in simulate(with_partial_room(bits), 1).fifos
            if fifo.waits is Waits.FROM_ABOVE and fifo.carried is Carried.PARTIAL
        )
        for bits in (834, 384)
    )
    assert (held.greatest, held.waited) == (834, 0)
    assert stalled.greatest < held.greatest
    assert stalled.waited > 6
    assert any(
        fault.startswith("FIFO of tensor 1's partials (from_above) on board 0: rows waited")
        for fault in compare(with_partial_room(384), 4).faults
    )


def test_a_cache_of_just_enough_rows_costs_nothing_and_one_row_less_slows_down() -> None:
    whole, small = with_cache(two_layers(1), 0, 17), with_cache(two_layers(1), 0, 16)
    assert compare(whole, 8).faults == ()
    slow = compare(small, 8)
    assert slow.deadlock is None
    assert [cache.layer for cache in slow.delaying] == [0]
    assert slow.interval[1] > 1.02 * INTERVAL
    assert any("interval" in fault for fault in slow.faults)
    assert any(fault.startswith("cache of layer 0 on board 0: rows waited") for fault in slow.faults)


def test_a_cache_that_cannot_hold_what_must_wait_is_a_deadlock_that_names_it() -> None:
    """The loss waits for all 8 rows of layer b's outputs; 6 rows of its inputs make 5 of them. Then layer a's cache
    fills up too."""
    found = compare(with_cache(two_layers(1), 1, 6), 4)
    assert found.deadlock is not None
    assert [one.process for one in found.deadlock.full] == ["features of a for board 0", "features of b for board 1"]
    assert [one.counter for one in found.deadlock.full] == [
        "rows of gradient of a on board 0",
        "rows of gradient of b on board 1",
    ]
    waiting = {one.process for one in found.deadlock.others}
    assert {"the loss", "forward of b on board 1", "gradient of a on board 0"} <= waiting
    assert str(found.deadlock) in found.faults[0]


def test_a_wrong_prediction_is_told_of() -> None:
    one = two_layers(1)
    assert compare(one, 6).faults == ()
    wrong = replace(one, prediction=replace(one.prediction, latency=200, interval=84))
    faults = compare(wrong, 6).faults
    assert [fault for fault in faults if fault.startswith("latency: 200 cycles predicted")] != []


def test_a_slow_engine_sets_the_interval() -> None:
    """11 cycles a row: 88 an image, however fast pixels come."""
    one = two_layers(1)
    slow = replace(one.shares[3], row_cycles=11, cycles=88)
    found = compare(replace(one, shares=(*one.shares[:3], slow, *one.shares[4:])), 8)
    assert found.interval[1] == 88
    assert found.faults[0] == "interval: 80 cycles predicted, 88 simulated"


def test_the_next_batch_waits_for_new_weights() -> None:
    """Two images a batch: the second one's last gradient at 80 + 200. The next batch begins 30 later; layer a's
    3200 weights are up to date 100 after the batch, its first row would begin at 310 + 10."""
    one = replace(
        two_layers(0), stores=(Store(0, 0, Kept.GRADIENTS, Range(0, 1), Range(0, 1), 3200, 40, Place.CHIP, 0),)
    )
    found = simulate(one, 4, batch=2, pause=30)
    assert found.started == (0, 80, 310, 390)
    assert found.update_waits == (UpdateWait(0, Phase.FORWARD, 10, 380 - 310),)
    rested = simulate(one, 4, batch=2, pause=100)
    assert rested.update_waits == ()
    assert rested.done == (200, 280, 380 + 200, 380 + 280)


def test_what_no_link_brings_is_told_of() -> None:
    one = two_layers(1)
    without = replace(one, links=(replace(one.links[0], down=()),))
    with pytest.raises(InputError) as raised:
        simulate(without, 1)
    (problem,) = raised.value.problems
    assert (problem.field, problem.expected) == ("errors of tensor 1", "a stream down link 0 from board 1 to board 0")


def test_rows_cut_over_shares_are_told_of() -> None:
    one = two_layers(0)
    cut = replace(one.shares[0], rows=Range(0, 4))
    with pytest.raises(InputError) as raised:
        simulate(replace(one, shares=(cut, *one.shares[1:])), 1)
    assert [problem.found for problem in raised.value.problems] == ["0..3 on board 0"]


def test_images_that_share_a_read_of_ddr_go_through_fully_connected_layers_together() -> None:
    """Two images: the second one's row r of layer a's output is there at 100 + 10 r. 20 cycles for each row of both:
    outputs at 260, errors of row r at 280 + 20 r; layer a's gradient of the first image ends 10 after the last, that of
    the second one 80 later. A third image, alone in its batch's last pair, comes at 160: its rows are there from 180
    on, the engine is free at 260, outputs at 340; the other engine has made the errors of the pair at 420, so that its
    last ones come at 500 and layer a's gradient, 80 after the second image's, at 590."""
    classes = replace(layer("c", 4), kind=LayerKind.FULLY_CONNECTED, kernel_rows=SIZE, kernel_columns=SIZE, padding=0)
    flat = Range(0, 1)
    shares = [share(0, 0, Phase.FORWARD), share(0, 0, Phase.GRADIENT)]
    for phase in Phase:
        order = Order.INPUTS_FIRST if phase is Phase.FORWARD else Order.OUTPUTS_FIRST
        shares.append(replace(share(1, 0, phase, Range(0, 4)), rows=flat, columns=flat, row_cycles=80, order=order))
    one = plan((layer("a"), classes), tuple(shares))
    one = replace(one, prediction=replace(one.prediction, shared_weights=2, shared_gradients=2))
    assert simulate(one, 2).done == (430, 510)
    assert simulate(one, 3).done == (430, 510, 590)


def test_pooling_windows_strides_and_padding() -> None:
    """The first layer of AlexNet: windows of 11 rows every 4, without padding, then pooling of 3 rows every 2."""
    first = Layer("c", LayerKind.CONVOLUTION, 3, 227, 227, 96, 11, 11, 0, True, 3, FORMATS, stride=4, pool_stride=2)
    network = replace(two_layers(0).network, input_channels=3, input_rows=227, input_columns=227, layers=(first,))
    one = replace(share(0, 0, Phase.FORWARD), rows=Range(0, 55), columns=Range(0, 55))
    assert [step.needed for step in feature_steps(network, one)] == [4 * row + 11 for row in range(55)]
    assert steps_for_features(network, one) == [2 * row + 3 for row in range(27)]
    gradient = gradient_steps(network, replace(one, phase=Phase.GRADIENT))
    assert [step.needed for step in gradient[:5]] == [1, 1, 2, 2, 3]
    assert gradient[-1].needed == 27
    freed = steps_to_free(network, 0)
    assert (freed[0], freed[3], freed[4], freed[226]) == (1, 1, 2, 55)
    back = backward_steps(network, replace(one, phase=Phase.BACKWARD, rows=Range(0, 227), columns=Range(0, 227)))
    assert len(back) == 57
    assert [step.needed for step in back[:4]] == [1, 1, 2, 2]
