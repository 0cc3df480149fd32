"""The host's words against the store and stream order as the architecture document states them, element by element."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fpdeep_gen.errors import ComparisonError
from fpdeep_gen.network.model import LayerKind
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.sim.host import Dump, Infer, Load, Program, Train, decode, encode, pixel_words
from fpdeep_gen.sim.store_order import SliceShape, collect_layers, slice_shapes, store_all
from fpdeep_gen.sim.words import pack_words, unpack_words
from tests.sim.plans import convolution, fully_connected, make_plan

Integers = NDArray[np.int64]


def stored_element(shape: SliceShape, weights: Integers, position: int) -> int:
    """The weight at `position` of a slice in store order, computed as section 3 says it."""
    layer = shape.layer
    kernel = layer.kernel_rows * layer.kernel_columns
    if layer.kind is LayerKind.FULLY_CONNECTED:
        groups = -(-layer.in_channels // shape.p_in)
        in_groups, tap_groups, p_tap = layer.kernel_rows * groups * layer.kernel_columns, 1, 1
    else:
        groups = 0
        in_groups, tap_groups, p_tap = -(-layer.in_channels // shape.p_in), kernel // shape.p_tap, shape.p_tap
    word, element = divmod(position, shape.p_out * shape.p_in * p_tap)
    po, rest = divmod(element, shape.p_in * p_tap)
    pi, pt = divmod(rest, p_tap)
    og, rest = divmod(word, in_groups * tap_groups)
    ig, tg = divmod(rest, tap_groups)
    output = shape.out_begin + og * shape.p_out + po
    if layer.kind is LayerKind.FULLY_CONNECTED:
        row, rest = divmod(ig, groups * layer.kernel_columns)
        group, column = divmod(rest, layer.kernel_columns)
        channel = group * shape.p_in + pi
    else:
        channel = ig * shape.p_in + pi
        row, column = divmod(tg * p_tap + pt, layer.kernel_columns)
    if output >= shape.out_end or channel >= layer.in_channels:
        return 0
    return int(weights[output, channel, row, column])


def random_weights(plan: Plan, seed: int) -> tuple[Integers, ...]:
    generator = np.random.default_rng(seed)
    return tuple(generator.integers(-32768, 32768, layer.weight_shape) for layer in plan.network.layers)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A conv and a fully connected layer with any lanes and taps, each cut over boards on a multiple of its lanes."""
    rows, columns = draw(st.integers(3, 5)), draw(st.integers(3, 5))
    channels, middle, outputs = draw(st.integers(1, 5)), draw(st.integers(1, 9)), draw(st.integers(1, 9))
    kernel = draw(st.sampled_from([1, 3]))
    pool = draw(st.sampled_from([1, 2]))
    first = convolution("conv", channels, (rows, columns), middle, kernel, pool)
    second = fully_connected("fc", middle, (first.out_rows, first.out_columns), outputs)
    lanes = (draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(st.integers(1, 4)))
    taps = (draw(st.sampled_from(sorted({1, kernel, kernel * kernel}))), 1)
    cuts: list[tuple[int, int, int, int]] = []
    for layer, size in enumerate((middle, outputs)):
        steps = list(range(lanes[layer + 1], size, lanes[layer + 1]))
        inner = draw(st.lists(st.sampled_from(steps), unique=True, max_size=2)) if steps else []
        edges = [0, *sorted(inner), size]
        cuts += [(layer, board, begin, end) for board, (begin, end) in enumerate(itertools.pairwise(edges))]
    return make_plan((first, second), lanes, taps, tuple(cuts))


@given(plans(), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=60)
def test_store_order_is_the_documents(plan: Plan, seed: int) -> None:
    weights = random_weights(plan, seed)
    stored = store_all(plan, weights)
    expected = [
        stored_element(shape, weights[shape.layer_index], position)
        for shape in slice_shapes(plan)
        for position in range(shape.elements)
    ]
    assert stored.tolist() == expected


@given(plans(), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=60)
def test_collect_undoes_store(plan: Plan, seed: int) -> None:
    weights = random_weights(plan, seed)
    collected = collect_layers(plan, store_all(plan, weights))
    assert all(np.array_equal(a, b) for a, b in zip(weights, collected, strict=True))


@given(plans(), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=40)
def test_pixels_are_in_stream_order(plan: Plan, seed: int) -> None:
    channels, rows, columns = plan.network.tensor_shape(0)
    lanes = plan.lanes[0]
    images = np.random.default_rng(seed).integers(-128, 128, (2, channels, rows, columns))
    values = unpack_words(pixel_words(plan, images), lanes, 8)
    expected = [
        [int(image[c, row, column]) if c < channels else 0 for c in range(group * lanes, (group + 1) * lanes)]
        for image in images
        for row in range(rows)
        for group in range(-(-channels // lanes))
        for column in range(columns)
    ]
    assert values.tolist() == expected


def small_plan() -> Plan:
    layers = (convolution("conv", 1, (4, 4), 3, 3), fully_connected("fc", 3, (4, 4), 5))
    return make_plan(layers, (1, 2, 2), (3, 1), ((0, 0, 0, 3), (1, 0, 0, 4), (1, 1, 4, 5)))


def test_program_to_words() -> None:
    plan = small_plan()
    weights = random_weights(plan, 3)
    images = np.zeros((2, 1, 4, 4), dtype=np.int64)
    program = Program(
        (
            Load(weights),
            Train(images, np.array([3, 4]), step=7, seed=0xDEADBEEF, learning_rate_raw=77),
            Infer(images[:1], np.array([1])),
            Dump(),
        )
    )
    words = encode(plan, program)
    assert words.command.tolist() == [
        [1, 0, 0, 0],
        [2 | 2 << 16, 0xDEADBEEF, 7, 77],
        [3 | 1 << 16, 0, 0, 0],
        [4, 0, 0, 0],
    ]
    assert words.label.tolist() == [[3], [4], [1]]
    assert words.pixels.shape == (3 * 16, 1)
    # conv: 2 groups of 2 outputs x 1 input x 9 taps; fc: (2 + 1) groups of 2 outputs x 2 groups of 2 inputs x 16
    assert words.expected_dump == len(words.load) == 2 * 2 * 9 + 3 * 2 * 4 * 16
    assert words.expected_results == 3


def test_decode_gives_weights_and_results() -> None:
    plan = small_plan()
    weights = random_weights(plan, 4)
    images = np.zeros((2, 1, 4, 4), dtype=np.int64)
    program = Program((Train(images, np.array([0, 1]), 0, 1, 1), Dump()))
    results = np.array([[65536 | 3 << 20], [17 | 9 << 20]], dtype=np.uint32)
    output = decode(plan, program, results, pack_words(store_all(plan, weights).reshape(-1, 1), 16))
    assert output.results[0].probability_raw.tolist() == [65536, 17]
    assert output.results[0].predicted.tolist() == [3, 9]
    assert all(np.array_equal(a, b) for a, b in zip(output.dumps[0], weights, strict=True))


def test_padding_that_is_not_zero_is_named() -> None:
    plan = small_plan()
    stored = store_all(plan, random_weights(plan, 5))
    stored[2 * 9 + 9 + 2] = 5  # conv: second output group, second output (padding), tap 2 of group 0
    words = pack_words(stored.reshape(-1, 1), 16)
    with pytest.raises(ComparisonError, match=r"layer conv, outputs 0\.\.2 on board 0: expected 0 .* found 5"):
        decode(plan, Program((Dump(),)), np.zeros((0, 1), dtype=np.uint32), words)


def test_missing_words_are_counted() -> None:
    plan = small_plan()
    program = Program((Infer(np.zeros((2, 1, 4, 4), dtype=np.int64), np.array([0, 1])),))
    with pytest.raises(ComparisonError, match="host_result: expected 2 words, found 1"):
        decode(plan, program, np.zeros((1, 1), dtype=np.uint32), np.zeros((0, 1), dtype=np.uint32))
