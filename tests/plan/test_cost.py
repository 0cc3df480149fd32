"""Cycle formulas against loops that count, written after the kernels' loop nests."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpdeep_gen.network.model import Network
from fpdeep_gen.plan.cost import (
    backward_cycles,
    dsp_of_product,
    forward_cycles,
    relu_pool_cycles,
    slice_fold,
    tap_choices,
    tensor_words,
    update_cycles,
    window_cycles,
    window_slots,
)
from tests.plan.networks import convolution, digits, fully_connected, lenet5, network


def count_engine(net: Network, layer: int, lanes_in: int, lanes_out: int, taps: int, channels: int) -> int:
    """Forward cycles by counting: every output row, output word, input word, group of taps, column."""
    shape = net.layers[layer]
    cycles = 0
    for _ in range(shape.conv_rows):
        for _ in range(0, channels, lanes_out):
            if shape.kernel_rows == shape.in_rows and shape.conv_rows == 1 and shape.padding == 0:
                for _ in range(shape.in_rows):
                    for _ in range(0, shape.in_channels, lanes_in):
                        for _ in range(shape.in_columns):
                            cycles += 1
                continue
            for _ in range(0, shape.in_channels, lanes_in):
                for _ in range(0, shape.kernel_rows * shape.kernel_columns, taps):
                    for _ in range(shape.conv_columns):
                        cycles += 1
    return cycles


@pytest.mark.parametrize("net", [digits(), lenet5()], ids=lambda net: net.name)
@given(data=st.data())
def test_forward_cycles_are_the_loops(net: Network, data: st.DataObject) -> None:
    layer = data.draw(st.integers(0, len(net.layers) - 1))
    shape = net.layers[layer]
    lanes_in = data.draw(st.integers(1, shape.in_channels))
    lanes_out = data.draw(st.integers(1, shape.out_channels))
    taps = data.draw(st.sampled_from(tap_choices(shape)))
    channels = data.draw(st.integers(1, shape.out_channels))
    fold = slice_fold(net, layer, lanes_in, lanes_out, taps, channels)
    assert forward_cycles(fold) == count_engine(net, layer, lanes_in, lanes_out, taps, channels)


def count_backward(net: Network, layer: int, lanes_in: int, lanes_out: int, taps: int) -> int:
    """Backward cycles of a whole convolution by counting."""
    shape = net.layers[layer]
    cycles = 0
    for _ in range(shape.in_rows):
        for _ in range(0, shape.in_channels, lanes_in):
            for _ in range(0, shape.out_channels, lanes_out):
                for _ in range(0, shape.kernel_rows * shape.kernel_columns, taps):
                    for _ in range(shape.in_columns):
                        cycles += 1
    return cycles


@given(lanes_in=st.integers(1, 6), lanes_out=st.integers(1, 16), taps=st.sampled_from([1, 5, 25]))
def test_backward_cycles_are_the_loops(lanes_in: int, lanes_out: int, taps: int) -> None:
    fold = slice_fold(lenet5(), 1, lanes_in, lanes_out, taps, 16)
    assert backward_cycles(fold) == count_backward(lenet5(), 1, lanes_in, lanes_out, taps)


@given(data=st.data())
def test_words_taken_in_parts_cost_a_pass_each(data: st.DataObject) -> None:
    """Each weight word is used once for each part of its channels; multipliers shrink as cycles grow."""
    lanes_in, lanes_out = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 16))
    p_in = data.draw(st.sampled_from([part for part in range(1, lanes_in + 1) if lanes_in % part == 0]))
    p_error = data.draw(st.sampled_from([part for part in range(1, lanes_out + 1) if lanes_out % part == 0]))
    p_back = data.draw(st.sampled_from([part for part in range(1, lanes_in + 1) if lanes_in % part == 0]))
    taps = data.draw(st.sampled_from([1, 5, 25]))
    whole = slice_fold(lenet5(), 1, lanes_in, lanes_out, taps, 16)
    fold = slice_fold(lenet5(), 1, lanes_in, lanes_out, taps, 16, p_in, p_error, p_back)
    counted = 0
    for _ in range(0, lanes_in, p_in):
        counted += count_engine(lenet5(), 1, lanes_in, lanes_out, taps, 16)
    assert forward_cycles(fold) == counted
    passes = (lanes_out // p_error) * (lanes_in // p_back)
    assert backward_cycles(fold) == count_backward(lenet5(), 1, lanes_in, lanes_out, taps) * passes
    assert fold.forward_multipliers == p_in * lanes_out * taps
    assert fold.backward_multipliers == p_back * p_error * taps
    assert (fold.weight_words, fold.word_weights) == (whole.weight_words, lanes_in * lanes_out * taps)
    assert (fold.in_words, fold.sum_words) == (whole.in_words, whole.sum_words)


def test_first_layer_has_no_backward_phase() -> None:
    fold = slice_fold(digits(), 0, 1, 8, 3, 8)
    assert fold.engine_count == 2
    assert backward_cycles(fold) == 0


def test_digits_figures_by_hand() -> None:
    """conv2 of digits: 8 -> 16 channels, 3 x 3 on 4 x 4, with 8 x 2 x 3 multipliers and 8 of its channels."""
    fold = slice_fold(digits(), 1, 8, 2, 3, 8)
    assert (fold.forward_multipliers, fold.backward_multipliers, fold.multipliers) == (48, 48, 144)
    assert (fold.in_groups, fold.out_groups, fold.tap_groups) == (1, 4, 3)
    assert forward_cycles(fold) == 4 * 4 * 12
    assert fold.in_words == 16
    assert fold.sum_words == 4 * 4 * 4
    assert fold.out_words == 2 * 4 * 2
    assert relu_pool_cycles(fold) == 64
    assert update_cycles(fold, 4) == 12 * 48 // 4


def test_fully_connected_reads_words_of_its_map() -> None:
    """fc1 of LeNet-5: 16 x 5 x 5 -> 120; lanes 3 make 6 words of a pixel's 16 channels."""
    fold = slice_fold(lenet5(), 2, 3, 4, 1, 120)
    assert fold.in_groups == 5 * 6 * 5
    assert fold.out_groups == 30
    assert forward_cycles(fold) == backward_cycles(fold) == 150 * 30
    assert fold.tensor_row_words == 30


def test_window_takes_at_least_a_cycle_a_word() -> None:
    """A 1 x 1 convolution with all its multipliers is done with a pixel a cycle, but its words come in one by one."""
    net = network("narrow", (8, 4, 4), (convolution("point", (8, 4, 4), 1, 1, 0), fully_connected("fc", (1, 4, 4), 2)))
    fold = slice_fold(net, 0, 2, 1, 1, 1)
    assert window_cycles(fold) == 4 * 4 * 4


def image_steps(rows: int, kernel: int, padding: int, slots: int) -> int:
    """Steps between two images in steady state of a window that keeps `slots` rows, step by step. An output row takes
    `rows` steps and the stage below makes a row in `out_rows` steps, so both need rows * out_rows an image; a row that
    finds no slot holds the stage below up."""
    out_rows = rows + 2 * padding - kernel + 1
    held: list[int] = []
    made = step = place = progress = work = 0
    ends: list[int] = []
    while len(ends) < 8:
        work = min(work + 1, out_rows)
        if work == out_rows and len(held) < slots:
            held.append(made)
            made, work = made + 1, 0
        image, row = divmod(place, out_rows)
        if image * rows + min(row + kernel - 1 - padding, rows - 1) < made:
            progress += 1
        if progress == rows:
            first_used = (image + 1) * rows if row == out_rows - 1 else image * rows + row + 1 - padding
            held = [entry for entry in held if entry >= first_used]
            place, progress = place + 1, 0
            if row == out_rows - 1:
                ends.append(step)
        step += 1
    return ends[-1] - ends[-2]


@pytest.mark.parametrize(("rows", "kernel", "padding"), [(8, 3, 1), (14, 5, 0), (28, 5, 2), (6, 3, 0), (7, 5, 1)])
def test_window_never_holds_up_a_balanced_pipeline(rows: int, kernel: int, padding: int) -> None:
    out_rows = rows + 2 * padding - kernel + 1
    assert image_steps(rows, kernel, padding, window_slots(kernel, padding)) == rows * out_rows


def test_window_of_kernel_plus_one_rows_would() -> None:
    assert image_steps(14, 5, 0, 6) > 1.2 * 14 * 10


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [(16, 16, 1), (25, 18, 1), (18, 25, 1), (26, 18, 2), (40, 17, 2), (8, 16, 1), (26, 26, 4)],
)
def test_dsp_of_product(first: int, second: int, expected: int) -> None:
    assert dsp_of_product(first, second) == expected


@given(channels=st.integers(1, 16), lanes=st.integers(1, 16))
def test_tensor_words(channels: int, lanes: int) -> None:
    assert tensor_words(lenet5(), 2, lanes, channels) == 5 * math.ceil(channels / lanes) * 5
