"""The bound of the links that holds for every plan: against all ways to share out the work of tiny networks over both
sides of a link, each counted element by element from the definition of a convolution."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fpdeep_gen.network.model import Layer, Network
from fpdeep_gen.partition.bounds import bounds_of_every
from fpdeep_gen.partition.features_bound import features_of
from fpdeep_gen.partition.geometry import geometries
from fpdeep_gen.partition.link_rate import framed_rate
from tests.partition.crossing import check_features
from tests.partition.networks import conv, network, output, pooled, slow_chain, tight

MOST_UNITS = 15
"""Pieces of work, each of which may be below the link or above it."""


@dataclass(frozen=True)
class Unit:
    """Sums of one column: of an output channel forward, or of the gradients of an input channel."""

    layer: int
    forward: bool
    channel: int
    column: int
    work: int


def units(given_network: Network) -> Iterator[Unit]:
    for index, layer in enumerate(given_network.layers):
        one = layer.conv_rows * layer.kernel_rows * layer.kernel_columns
        for column in range(layer.conv_columns):
            for channel in range(layer.out_channels):
                yield Unit(index, True, channel, column, one * layer.in_channels // layer.groups)
            for channel in range(layer.in_channels):
                yield Unit(index, False, channel, column, one * layer.out_channels // layer.groups)


def window(layer: Layer, column: int) -> range:
    """Columns of the input under a column of sums."""
    begin = column * layer.stride - layer.padding
    return range(max(0, begin), min(layer.in_columns, begin + layer.kernel_columns))


def readers(layer: Layer, parts: list[Unit], channel: int, column: int) -> list[int]:
    """Units that read an element of the layer's input and of which something comes: sums that no pooling window looks
    at have no errors and are read by nobody."""
    looked = {at for place in range(layer.out_columns) for at in pooling(layer, place)}
    each, others = layer.in_channels // layer.groups, layer.out_channels // layer.groups
    return [
        number
        for number, unit in enumerate(parts)
        if column in window(layer, unit.column)
        and unit.column in looked
        and (channel == unit.channel if not unit.forward else channel // each == unit.channel // others)
    ]


def pooling(layer: Layer, place: int) -> range:
    """Columns of sums that a pooling window looks at."""
    begin = place * layer.pool_stride
    return range(begin, min(layer.conv_columns, begin + layer.pool))


def least_by_work(given_network: Network) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Work below a link, rising, and the fewest bits that go up over it with no more work than that below."""
    every = list(units(given_network))
    below = (np.arange(1 << len(every))[:, None] >> np.arange(len(every)) & 1).astype(bool)
    work = below @ np.array([unit.work for unit in every])
    bits = np.zeros(len(work), np.int64)
    for tensor, reader in enumerate(given_network.layers):
        channels, rows, columns = given_network.tensor_shape(tensor)
        offset = next(number for number, unit in enumerate(every) if unit.layer == tensor)
        mine = [unit for unit in every if unit.layer == tensor]
        for channel in range(channels):
            for column in range(columns):
                taken = [offset + number for number in readers(reader, mine, channel, column)]
                above = ~below[:, taken].all(axis=1)
                made = np.ones(len(work), bool)
                if tensor:
                    seen = pooling(given_network.layers[tensor - 1], column)
                    makers = [
                        number
                        for number, unit in enumerate(every)
                        if unit.layer == tensor - 1 and unit.forward and unit.channel == channel and unit.column in seen
                    ]
                    made = below[:, makers].any(axis=1)
                bits += (above & made) * rows * given_network.tensor_format(tensor).width
    order = np.argsort(work, kind="stable")
    return work[order], np.minimum.accumulate(bits[order])


def check_bound(given_network: Network) -> float:
    """The bound is never above the least of all. Returns the greatest part of that which it says, of some work."""
    work, bits = least_by_work(given_network)
    features = features_of(given_network, geometries(given_network))
    bound = np.max([each.least(work.astype(float)) for each in features], axis=0)
    assert (bound <= bits + 1e-6).all()
    some = (work > 0) & (bits > 0)
    return float((bound[some] / bits[some]).max(initial=0.0))


@st.composite
def tiny(draw: st.DrawFn) -> Network:
    """One to three convolutions of few columns, with strides, paddings, groups and pools that overlap, leave sums out
    or hang over."""
    shape, layers = (draw(st.integers(1, 2)), 6, draw(st.integers(2, 6))), list[Layer]()
    for index in range(draw(st.integers(1, 3))):
        kernel, stride, groups = draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.integers(1, shape[0]))
        pool = draw(st.integers(1, 3))
        more = {"stride": stride, "groups": groups, "padding": draw(st.integers(0, kernel // 2)), "pool": pool}
        more["pool_stride"] = draw(st.integers(1, 3)) if pool > 1 else 1
        layer = conv(f"conv{index}", shape, groups * draw(st.integers(1, 2)), kernel, **more)
        layer = replace(layer, pool_overhang=draw(st.integers(0, pool - 1)))
        assume(min(layer.conv_rows, layer.conv_columns) >= pool and min(output(layer)) > 0)
        layers.append(layer)
        shape = output(layer)
    found = network(tuple(layers))
    assume(sum(1 for _ in units(found)) <= MOST_UNITS)
    return found


@given(tiny())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_no_way_to_share_out_the_work_has_less_on_a_link(given_network: Network) -> None:
    check_bound(given_network)


def layered(columns: int, kernel: int = 3, **more: int) -> Network:
    """Two convolutions of one channel, maps of `columns` columns."""
    first = conv("conv0", (1, columns, columns), 1, kernel, **more)
    return network((first, conv("conv1", output(first), 1, kernel)))


@pytest.mark.parametrize(
    ("given_network", "part"),
    [(layered(3, 1), 1), (layered(4, 1), 1), (layered(4), 0.9), (layered(5, 3, pool=3, pool_stride=2), 0.9)],
)
def test_the_bound_is_reached(given_network: Network, part: float) -> None:
    """Where kernels have one tap; with three, columns are read on both sides."""
    assert check_bound(given_network) >= part - 1e-9


def test_a_bound_that_asks_for_more_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fpdeep_gen.partition.features_bound.read_of", lambda layer, whole, *_: whole + 1)
    with pytest.raises(AssertionError):
        check_bound(layered(4))


def test_the_bound_by_hand() -> None:
    """8 x 8, one channel, 9 taps: image 512 bits, the tensor between the layers 1,024, of which a part goes up if the
    first layer is below but not the second; two phases of both are 2,304 multiply-accumulates. Nothing goes up if all
    of these are below."""
    for each in features_of(layered(8), geometries(layered(8))):
        assert each.work.tolist() == [0, 2304] and each.bits.tolist() == [512, 0]
        assert each.least(np.array(576.0)) == 384


def test_an_interval_in_which_the_image_does_not_cross_is_refused() -> None:
    """At the bound the first link carries just what is left of the image."""
    cluster = slow_chain(0.1)
    bounds = bounds_of_every(pooled(), cluster)
    assert bounds.cut == 0 and bounds.link > bounds.work
    (each, _) = features_of(pooled(), geometries(pooled()))
    bits = float(each.least(np.array(60 * bounds.link)))
    assert bits == pytest.approx(bounds.link * framed_rate(cluster.links[0], cluster.clock_mhz))


def test_plans_of_slow_links_carry_what_the_bound_asks_for() -> None:
    plan = tight()
    assert check_features(plan) > 0
    without = tuple(replace(link, up=link.up[:1]) for link in plan.links)
    with pytest.raises(AssertionError):
        check_features(replace(plan, links=without))
