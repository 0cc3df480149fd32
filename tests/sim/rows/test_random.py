"""Plans of random small networks, executed row by row: what is predicted comes about."""

from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from fpdeep_gen.errors import InputError
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.sim.rows.compare import compare
from tests.partition.networks import chain, conv, flat, network, output
from tests.partition.strategies import networks


def first_sooner() -> Network:
    """A network of which a batch's first images find a fully connected layer's engines idle: its errors are made sooner
    than those of others, and more of them wait for those of the board below."""
    first = conv("a", (3, 21, 24), 20, 1)
    second = conv("b", output(first), 28, 3, stride=2, pool=2)
    third = conv("c", output(second), 36, 5)
    fourth = flat("d", output(third), 62)
    return network((first, second, third, fourth, flat("e", output(fourth), 61)))


@settings(max_examples=11, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(networks(), st.integers(1, 5))
@example(first_sooner(), 5)
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
