"""Section 1 of docs/architecture.md in plain Python integers, one scalar at a time: what the fast model must equal."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from fpdeep_gen.golden.rounding import Integers
from fpdeep_gen.network.model import Network

MASK = 0xFFFFFFFF


@dataclass(frozen=True)
class SlowSums:
    """Wrapped sums, nested as lists would be but as an object array, and how many did not fit."""

    values: Integers
    wraps: int


def indexes(*sizes: int) -> Iterator[tuple[int, ...]]:
    return product(*(range(size) for size in sizes))


def wrap(value: int, width: int) -> int:
    value %= 1 << width
    return value - (1 << width) if value >> (width - 1) else value


def collect(shape: tuple[int, ...], exact: dict[tuple[int, ...], int], width: int) -> SlowSums:
    values = np.zeros(shape, dtype=np.int64)
    wraps = 0
    for place, total in exact.items():
        values[place] = wrap(total, width)
        wraps += not -(1 << (width - 1)) <= total < 1 << (width - 1)
    return SlowSums(values, wraps)


def at(x: Integers, n: int, c: int, row: int, column: int) -> int:
    """A value of the map, 0 outside of it."""
    inside = 0 <= row < x.shape[2] and 0 <= column < x.shape[3]
    return int(x[n, c, row, column]) if inside else 0


def forward(x: Integers, w: Integers, p: int, width: int) -> SlowSums:
    outputs, inputs, kr_size, kc_size = w.shape
    shape = (len(x), outputs, x.shape[2] + 2 * p - kr_size + 1, x.shape[3] + 2 * p - kc_size + 1)
    exact = {
        (n, o, r, c): sum(
            at(x, n, i, r + kr - p, c + kc - p) * int(w[o, i, kr, kc])
            for i, kr, kc in indexes(inputs, kr_size, kc_size)
        )
        for n, o, r, c in indexes(*shape)
    }
    return collect(shape, exact, width)


def backward(dy: Integers, w: Integers, p: int, rows: int, columns: int, width: int) -> SlowSums:
    outputs, inputs, kr_size, kc_size = w.shape
    shape = (len(dy), inputs, rows, columns)
    exact = {
        (n, i, r, c): sum(
            at(dy, n, o, r - kr + p, c - kc + p) * int(w[o, i, kr, kc])
            for o, kr, kc in indexes(outputs, kr_size, kc_size)
        )
        for n, i, r, c in indexes(*shape)
    }
    return collect(shape, exact, width)


def gradient(x: Integers, dy: Integers, kr_size: int, kc_size: int, p: int, width: int) -> SlowSums:
    images, outputs, rows, columns = dy.shape
    shape = (outputs, x.shape[1], kr_size, kc_size)
    exact = {
        (o, i, kr, kc): sum(
            int(dy[n, o, r, c]) * at(x, n, i, r + kr - p, c + kc - p) for n, r, c in indexes(images, rows, columns)
        )
        for o, i, kr, kc in indexes(*shape)
    }
    return collect(shape, exact, width)


def store(value: int, shift: int, width: int) -> int:
    """saturate(round(value, shift))."""
    if shift > 0:
        value = (value + (1 << (shift - 1))) >> shift
    return max(-(1 << (width - 1)), min((1 << (width - 1)) - 1, value))


def threefry(key: tuple[int, int], counter: tuple[int, int], rounds: int) -> tuple[int, int]:
    k = (key[0], key[1], 0x1BD11BDA ^ key[0] ^ key[1])
    x0, x1 = (counter[0] + k[0]) & MASK, (counter[1] + k[1]) & MASK
    for done in range(1, rounds + 1):
        turn = (13, 15, 26, 6, 17, 29, 16, 24)[(done - 1) % 8]
        x0 = (x0 + x1) & MASK
        x1 = ((x1 << turn | x1 >> (32 - turn)) & MASK) ^ x0
        if done % 4 == 0:
            n = done // 4
            x0, x1 = (x0 + k[n % 3]) & MASK, (x1 + k[(n + 1) % 3] + n) & MASK
    return x0, x1


def update(w: int, dw: int, lr_raw: int, shift: int, r32: int, width: int) -> int:
    offset = r32 << (shift - 32) if shift >= 32 else r32 >> (32 - shift)
    return store(w - ((dw * lr_raw + offset) >> shift), 0, width)


def probabilities(logits: Sequence[int], fraction: int) -> list[int]:
    top = max(logits)
    table = [
        math.floor((1 << 15) * math.exp(-min(1023, math.floor((top - z) * 64 / 2**fraction)) / 64) + 0.5)
        for z in logits
    ]
    return [(e << 16) // sum(table) for e in table]


def loss_error(p: int, is_label: bool, fraction: int, width: int) -> int:
    value = p - 65536 * is_label
    return store(value, 16 - fraction, width) if fraction <= 16 else store(value << (fraction - 16), 0, width)


def pool_winner(x: Integers, n: int, c: int, row: int, column: int, size: int) -> tuple[int, int]:
    """Place of the first greatest value of a window."""
    best = (row * size, column * size)
    for r, k in indexes(size, size):
        place = (row * size + r, column * size + k)
        if x[n, c, place[0], place[1]] > x[n, c, best[0], best[1]]:
            best = place
    return best


def train_step(
    network: Network,
    weights: Sequence[Integers],
    images: Integers,
    labels: Integers,
    step: int,
    lr_raw: int,
    lr_fraction: int,
) -> list[Integers]:
    """Weights after one mini-batch."""
    inputs, sums, x = [], [], images
    for index, layer in enumerate(network.layers):
        fx, formats = network.tensor_format(index).fraction, layer.formats
        total = forward(x, weights[index], layer.padding, network.accumulator_width).values
        shift = fx + formats.weight.fraction - formats.output.fraction
        y = np.vectorize(lambda v, s=shift, f=formats.output: store(int(v), s, f.width), otypes=[np.int64])(total)
        y = np.maximum(y, 0) if layer.relu else y
        inputs.append(x)
        sums.append(y)
        x = np.zeros((len(y), layer.out_channels, layer.out_rows, layer.out_columns), dtype=np.int64)
        for n, c, r, k in indexes(*x.shape):
            x[n, c, r, k] = y[(n, c, *pool_winner(y, n, c, r, k, layer.pool))]
    error = np.zeros_like(x)
    last = network.layers[-1].formats
    for n in range(len(images)):
        for o, p in enumerate(probabilities([int(z) for z in x[n, :, 0, 0]], last.output.fraction)):
            error[n, o, 0, 0] = loss_error(p, o == labels[n], last.error.fraction, last.error.width)
    new: list[Integers] = [np.empty(0)] * len(weights)
    for index in reversed(range(len(weights))):
        layer, y, w = network.layers[index], sums[index], weights[index]
        formats = layer.formats
        dy = np.zeros_like(y)
        for n, c, r, k in indexes(*error.shape):
            place = (n, c, *pool_winner(y, n, c, r, k, layer.pool))
            if not layer.relu or y[place] > 0:
                dy[place] = error[n, c, r, k]
        dw = gradient(inputs[index], dy, layer.kernel_rows, layer.kernel_columns, layer.padding, formats.gradient_width)
        shift = network.tensor_format(index).fraction + formats.error.fraction + lr_fraction - formats.weight.fraction
        new[index] = np.zeros_like(w)
        for number, place in enumerate(indexes(*w.shape)):
            r32 = threefry((network.training.seed, step), (number, index), 13)[0]
            new[index][place] = update(int(w[place]), int(dw.values[place]), lr_raw, shift, r32, formats.weight.width)
        if index > 0:
            below = network.layers[index - 1].formats.error
            total = backward(dy, w, layer.padding, layer.in_rows, layer.in_columns, network.accumulator_width).values
            shift = formats.error.fraction + formats.weight.fraction - below.fraction
            error = np.vectorize(lambda v, s=shift, b=below: store(int(v), s, b.width), otypes=[np.int64])(total)
    return new
