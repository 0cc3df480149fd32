"""Boards with too many fully connected weights are relieved of some; boards with room take them."""

from dataclasses import replace

import pytest

from fpdeep_gen.errors import Problem
from fpdeep_gen.partition.candidate import Candidate
from fpdeep_gen.partition.flat_memory import ORDER
from fpdeep_gen.partition.geometry import geometries
from fpdeep_gen.partition.model import BalancedPlan, Kept
from fpdeep_gen.partition.settle import Settling, Wish
from tests.sim.rows.test_planned import planned

SHORT = 9
"""RAMB18s that the crowded board is made short of."""


@pytest.fixture(name="settling", scope="module")
def settling_fixture() -> Settling:
    return Settling(planned().network, planned().cluster)


def words(plan: BalancedPlan) -> list[int]:
    """Fully connected weights on each board."""
    flat = {layer.index for layer in geometries(plan.network) if layer.flat}
    found = [0] * len(plan.uses)
    for store in plan.stores:
        if store.layer in flat and store.kept is Kept.WEIGHTS:
            found[store.board] += store.words
    return found


def crowded(board: int, more: int = 0) -> Candidate:
    """The small plan with a board that is short of memory, and `more` problems."""
    plan = planned()
    use, limit = plan.uses[board], 2 * plan.cluster.boards[board].bram36
    uses = list(plan.uses)
    uses[board] = replace(use, fifo_bram18=use.fifo_bram18 + limit - use.bram18 + SHORT)
    problem = Problem(None, None, "boards", "at most", "more")
    return Candidate(replace(plan, uses=tuple(uses)), ORDER[0], (problem,) * (1 + more), 0)


def test_weights_go_from_a_crowded_board_to_those_with_room(settling: Settling) -> None:
    """As many as its shortage and a channel's, packed as its own are; none to the board that was left out."""
    before = words(planned())
    board = max(range(5), key=before.__getitem__)
    left_out = next(other for other in range(5) if other != board)
    room = tuple(0.0 if other == left_out else 1.0 for other in range(5))
    relieved = settling.relieved(Wish(settling.equal, room, 0), crowded(board))
    assert relieved is not None
    kept = sum(store.bram18 for store in planned().stores if store.board == board and store.layer in (4, 5))
    part = (1.2 * SHORT + settling.flat.unit_bram18(ORDER[0])) / kept
    assert 0 < part < 1
    assert relieved.room[board] == pytest.approx(before[board] * (1 - part))
    assert relieved.room[left_out] == before[left_out]
    assert all(relieved.room[other] > before[other] for other in range(5) if other not in (board, left_out))
    assert sum(relieved.room) == pytest.approx(sum(before))


def test_nothing_is_relieved_where_something_else_is_too_much(settling: Settling) -> None:
    wish = Wish(settling.equal, settling.equal, 0)
    assert settling.relieved(wish, crowded(2, more=1)) is None
