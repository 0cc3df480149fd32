"""Plans of random small networks, executed row by row: what is predicted comes about."""

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fpdeep_gen.errors import InputError
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.sim.rows.compare import compare
from tests.partition.networks import chain, conv, network, output
from tests.partition.strategies import networks


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(networks(), st.integers(1, 5))
def test_no_fault(drawn: Network, boards: int) -> None:
    try:
        plan = make_balanced_plan(drawn, chain(boards))
    except InputError:
        return
    assert compare(plan, 12).faults == ()


def test_no_interval_is_shorter_than_the_loss() -> None:
    """Multipliers alone would have an image every 50 cycles; the loss, which takes one after the other, keeps the whole
    chain waiting."""
    first = conv("first", (3, 12, 12), 8, 3, stride=2)
    tiny = network((first, conv("second", output(first), 8, 1, groups=2)))
    plan = make_balanced_plan(tiny, chain(2))
    assert plan.bounds.work < 54 < 3 * 8 + 64 == plan.bounds.loss == plan.prediction.interval
    assert plan.bounds.limit == "loss"
    assert compare(plan, 12).faults == ()
