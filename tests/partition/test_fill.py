"""Boards filled with pieces of tracks: what limits a board."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpdeep_gen.network.model import LocalResponse, Network
from fpdeep_gen.partition import fill as fill_module
from fpdeep_gen.partition.family import Scheme, track_groups, tracks_of
from fpdeep_gen.partition.fill import NO_LIMIT, Filled, Piece, Room, fill
from fpdeep_gen.partition.geometry import geometries, training_macs
from fpdeep_gen.partition.model import Phase
from fpdeep_gen.partition.tracks import Axis, Track
from tests.partition.networks import conv, network, output

INTERVAL = 9000


def layers() -> Network:
    first = conv("conv0", (3, 24, 22), 16, 3, pool=2)
    second = conv("conv1", output(first), 24, 3)
    return network((first, second, conv("conv2", output(second), 20, 1)))


def filled(boards: int, by_columns: bool, part: float | None) -> tuple[tuple[Piece, ...] | None, list[int]]:
    """The pieces on boards with more multipliers than it takes, each with no more than `part` times their mean of the
    work; and what each board has of it."""
    given_network = layers()
    scheme = Scheme((by_columns,) * 3, ((0,), (1, 2)), (False,) * 3, (1, 1, 1))
    tracks = tracks_of(geometries(given_network), scheme)
    mean = training_macs(given_network) / boards
    most = None if part is None else (int(part * mean),) * boards
    room = Room((int(1.5 * mean / INTERVAL),) * boards, most)
    pieces = fill(track_groups(tracks, scheme), tracks, INTERVAL, room).pieces
    macs = [0] * boards
    for piece in pieces or ():
        assert piece.macs == tracks[piece.track].macs(piece.box)
        macs[piece.board] += piece.macs
    return pieces, macs


@given(st.integers(2, 9), st.booleans(), st.floats(1.06, 1.3))
@settings(max_examples=25, deadline=None)
def test_no_board_takes_more_work_than_it_may(boards: int, by_columns: bool, part: float) -> None:
    pieces, macs = filled(boards, by_columns, part)
    assert pieces is not None and sum(macs) == training_macs(layers())
    assert max(macs) <= part * sum(macs) / boards


def test_without_a_limit_the_first_boards_take_all_that_they_can() -> None:
    _, macs = filled(4, False, None)
    assert max(macs) > 1.3 * sum(macs) / 4


def test_a_group_begins_with_a_fresh_board_where_little_is_left() -> None:
    """The second layer shares both of its outer boards, or with 0.6 of a board at least none of them."""
    given_network = layers()
    scheme = Scheme((False,) * 3, ((0,), (1,), (2,)), (False,) * 3, (1, 1, 1))
    tracks = tracks_of(geometries(given_network), scheme)
    for fresh, expected in ((0.0, [{0, 1}, {1}, {1}, {1, 2}, {2}]), (0.6, [{0}, {1}, {1}, {1}, {2}])):
        pieces = fill(track_groups(tracks, scheme), tracks, INTERVAL, Room((60,) * 5, fresh=fresh)).pieces or ()
        found = [{tracks[piece.track].geometry.index for piece in pieces if piece.board == board} for board in range(5)]
        assert found == expected


def test_less_than_the_mean_is_too_little() -> None:
    pieces, _ = filled(4, False, 0.99)
    assert pieces is None


def test_what_makes_a_normalised_tensor_takes_multipliers_for_it() -> None:
    """10 multiplications an element: of 6 channels of a row of 22, in 9000 cycles for 24 rows, 1320 in 375 cycles."""
    plain = layers()
    local = replace(plain.layers[0], normalisation=LocalResponse(5, 1e-4, 0.75, 1.0))
    normal = replace(plain, layers=(local, *plain.layers[1:]))
    for phase, more in ((Phase.FORWARD, 4), (Phase.GRADIENT, 0)):
        bare, full = (Track(geometries(one)[0], phase, Axis.OUTPUTS, Axis.OUTPUTS) for one in (plain, normal))
        box = full.box(2, 8)
        assert full.multipliers(box, INTERVAL) == bare.multipliers(box, INTERVAL) + more
        assert full.unit_multipliers(6, INTERVAL // 24) == full.multipliers(box, INTERVAL)


def test_filling_ends_where_the_boards_that_are_left_cannot_do_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ten boards with too few multipliers not all are looked at, but whatever fits is found all the same."""
    given_network = layers()
    scheme = Scheme((False,) * 3, ((0,), (1, 2)), (False,) * 3, (1, 1, 1))
    tracks = tracks_of(geometries(given_network), scheme)
    needed = training_macs(given_network) / INTERVAL

    def filled_with(part: float) -> Filled:
        return fill(track_groups(tracks, scheme), tracks, INTERVAL, Room((int(part * needed / 10),) * 10))

    parts = [0.3 + 0.05 * step for step in range(27)]
    found = [filled_with(part) for part in parts]
    assert found[0].pieces is None and found[0].last < 3
    monkeypatch.setattr(fill_module, "accumulate", lambda values: [NO_LIMIT] * len(list(values)))
    patient = [filled_with(part) for part in parts]
    assert [one.pieces for one in found] == [one.pieces for one in patient]
    assert patient[0].last == 9
    assert {one.pieces is None for one in found} == {False, True}
