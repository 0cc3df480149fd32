"""Stream orders and weight words for the tests, written from the contract as plain loops that share no package code.

Maps are int64 [image, channel, row, column]; word lists are int64 [word, element].
"""

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


def random_integers(rng: np.random.Generator, bits: int, shape: tuple[int, ...]) -> Integers:
    """Any value that `bits` signed bits hold, the extremes often."""
    values = rng.integers(-(1 << (bits - 1)), 1 << (bits - 1), size=shape, dtype=np.int64)
    extreme = rng.random(shape) < 0.05
    values[extreme] = rng.choice([-(1 << (bits - 1)), (1 << (bits - 1)) - 1], size=int(extreme.sum()))
    return values


def map_words(maps: Integers, lanes: int) -> Integers:
    """Words of the maps: row, then channel group, then column; channels that are missing in the last group are 0."""
    images, channels, rows, columns = maps.shape
    words = []
    for image in range(images):
        for row in range(rows):
            for group in range(-(-channels // lanes)):
                for column in range(columns):
                    word = [0] * lanes
                    for lane in range(lanes):
                        channel = group * lanes + lane
                        if channel < channels:
                            word[lane] = int(maps[image, channel, row, column])
                    words.append(word)
    return np.array(words, dtype=np.int64).reshape(-1, lanes)


def patches(maps: Integers, lanes: int, kernel: int, padding: int, p_tap: int, repeat: int, subs: int = 1) -> Integers:
    """What `window` emits: output row, repeat, channel group, tap group, part of the group, column; element
    tap * (lanes / subs) + channel."""
    share = lanes // subs
    images, channels, rows, columns = maps.shape
    words = []
    for image in range(images):
        for row in range(rows + 2 * padding - kernel + 1):
            for _ in range(repeat):
                for group in range(-(-channels // lanes)):
                    for step in range(kernel * kernel // p_tap * subs):
                        first = (step // subs) * p_tap
                        for column in range(columns + 2 * padding - kernel + 1):
                            word = []
                            for tap in range(first, first + p_tap):
                                r, c = row + tap // kernel - padding, column + tap % kernel - padding
                                inside = 0 <= r < rows and 0 <= c < columns
                                for lane in range(share):
                                    channel = group * lanes + step % subs * share + lane
                                    word.append(int(maps[image, channel, r, c]) if inside and channel < channels else 0)
                            words.append(word)
    return np.array(words, dtype=np.int64)


def store_words(weights: Integers, p_in: int, p_out: int, p_tap: int) -> Integers:
    """Store order of a convolution's weights [o, i, kr, kc], padding 0."""
    outs, ins, kernel, _ = weights.shape
    words = []
    for out_group in range(-(-outs // p_out)):
        for in_group in range(-(-ins // p_in)):
            for tap_group in range(kernel * kernel // p_tap):
                word = []
                for o in range(out_group * p_out, (out_group + 1) * p_out):
                    for i in range(in_group * p_in, (in_group + 1) * p_in):
                        for tap in range(tap_group * p_tap, (tap_group + 1) * p_tap):
                            known = o < outs and i < ins
                            word.append(int(weights[o, i, tap // kernel, tap % kernel]) if known else 0)
                words.append(word)
    return np.array(words, dtype=np.int64)


def store_words_flattened(weights: Integers, p_in: int, p_out: int) -> Integers:
    """Store order of a fully connected layer's weights [o, i, row, column of the map]: input words in stream order."""
    outs, ins, rows, columns = weights.shape
    words = []
    for out_group in range(-(-outs // p_out)):
        for row in range(rows):
            for group in range(-(-ins // p_in)):
                for column in range(columns):
                    word = []
                    for o in range(out_group * p_out, (out_group + 1) * p_out):
                        for i in range(group * p_in, (group + 1) * p_in):
                            word.append(int(weights[o, i, row, column]) if o < outs and i < ins else 0)
                    words.append(word)
    return np.array(words, dtype=np.int64)


def backward_words(store: Integers, og: int, ig: int, tg: int, p_in: int, p_out: int, p_tap: int) -> Integers:
    """One pass of the words that a weight store sends to the backward engine."""
    words = []
    for i in range(ig):
        for o in range(og):
            for t in range(tg):
                stored = store[(o * ig + i) * tg + (tg - 1 - t)]
                word = []
                for out in range(p_in):
                    for inside in range(p_out):
                        for tap in range(p_tap):
                            word.append(int(stored[(inside * p_in + out) * p_tap + (p_tap - 1 - tap)]))
                words.append(word)
    return np.array(words, dtype=np.int64)


def rounded(sums: Integers, shift: int, bits: int) -> Integers:
    """saturate(round(sum, shift))."""
    values = (sums + (1 << (shift - 1)) >> shift) if shift else sums
    return np.clip(values, -(1 << (bits - 1)), (1 << (bits - 1)) - 1)
