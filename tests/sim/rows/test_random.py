"""Plans of random small networks, executed row by row: what is predicted comes about."""

from dataclasses import replace

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


def never_idle() -> Network:
    """A network whose shortest interval is just what one board's engine of `e` takes for its three phases."""
    layers = [conv("a", (3, 30, 12), 8, 1, stride=2)]
    for name, kernel, groups in (("b", 5, 2), ("c", 1, 1), ("d", 5, 2)):
        layers.append(conv(name, output(layers[-1]), 8, kernel, groups=groups))
    layers.append(flat("e", output(layers[-1]), 10))
    return network((*layers, flat("f", output(layers[-1]), 10)))


def on_one_of_two() -> Network:
    """A network so small that all of it is on the first board, and nothing crosses the link."""
    first = conv("a", (3, 30, 25), 24, 1, stride=2)
    return network((first, conv("b", output(first), 8, 1, stride=2, groups=2)))


def turns_elsewhere() -> Network:
    """A network whose first image comes to the fully connected layers some 50 cycles sooner than those behind it, whose
    convolutions are hardly ever idle: a forward turn then falls behind a row of errors that it falls before later, on
    one of the two boards that make sums of it."""
    layers = [conv("a", (3, 29, 22), 36, 1, stride=2, pool=2)]
    layers.append(conv("b", output(layers[-1]), 32, 1, groups=2))
    layers.append(flat("c", output(layers[-1]), 75))
    return network((*layers, flat("d", output(layers[-1]), 57)))


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(networks(), st.integers(1, 5))
@example(first_sooner(), 5)
@example(never_idle(), 1)
@example(on_one_of_two(), 2)
@example(turns_elsewhere(), 2)
def test_no_fault(drawn: Network, boards: int) -> None:
    try:
        plan = make_balanced_plan(drawn, chain(boards))
    except InputError:
        return
    assert compare(plan, 12).faults == ()


def test_engines_side_by_side_may_begin_apart() -> None:
    """Of the errors that two engines of the second board make of conv `b`'s inputs, the wide one's of a batch's first
    row come sooner than those of later images, behind which it is not through yet: the other's do not."""
    layers = [conv("a", (3, 13, 15), 36, 5)]
    layers.append(conv("b", output(layers[-1]), 8, 3, pool=2, pool_stride=2))
    net = network((*layers, conv("c", output(layers[-1]), 20, 1)))
    unlike = chain(2)
    boards = tuple(
        replace(board, dsp=dsp, bram36=bram36)
        for board, dsp, bram36 in zip(unlike.boards, (134, 315), (239, 427), strict=True)
    )
    links = tuple(replace(link, lanes=3, latency_cycles=62) for link in unlike.links)
    plan = make_balanced_plan(net, replace(unlike, boards=boards, links=links))
    assert compare(plan, 10).faults == ()


def test_no_interval_is_shorter_than_the_loss() -> None:
    """Multipliers alone would have an image every 50 cycles; the loss, which takes one after the other, keeps the whole
    chain waiting."""
    first = conv("first", (3, 12, 12), 8, 3, stride=2)
    tiny = network((first, conv("second", output(first), 8, 1, groups=2)))
    plan = make_balanced_plan(tiny, chain(2))
    assert plan.bounds.work < 54 < 3 * 8 + 64 == plan.bounds.loss == plan.prediction.interval
    assert plan.bounds.limit == "loss"
    assert compare(plan, 12).faults == ()
