"""Random networks that are cheap to plan."""

from hypothesis import strategies as st

from fpdeep_gen.network.model import Layer, Network
from tests.partition.networks import conv, flat, network, output


@st.composite
def networks(draw: st.DrawFn, least: int = 2, most: int = 4) -> Network:
    """Some convolutions, with groups, strides and pools, and up to two fully connected layers."""
    shape = (3, draw(st.integers(12, 30)), draw(st.integers(12, 30)))
    layers: list[Layer] = []
    for index in range(draw(st.integers(least, most))):
        kernel = draw(st.sampled_from([1, 3, 5]))
        groups = draw(st.sampled_from([1, 1, 2])) if index else 1
        stride = draw(st.sampled_from([1, 1, 2])) if shape[1] > 9 and shape[2] > 9 else 1
        pool = draw(st.sampled_from([1, 2])) if shape[1] > 9 * stride and shape[2] > 9 * stride else 1
        outputs = 4 * draw(st.integers(2, 10))
        layers.append(conv(f"conv{index}", shape, outputs, kernel, groups=groups, stride=stride, pool=pool))
        shape = output(layers[-1])
    for index in range(draw(st.integers(0, 2))):
        layers.append(flat(f"fc{index}", shape, draw(st.integers(10, 90))))
        shape = output(layers[-1])
    return network(tuple(layers))
