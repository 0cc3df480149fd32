"""Sorting, searching, streams that meet and part, state machines."""

import heapq
import random

import numpy as np
import pytest

from tests.hls.kernels.cases import Case, faults, pack, signed


def _prefix_sum() -> Case:
    values = np.random.default_rng(1).integers(0, 256, (3, 32))
    words = [pack(word, 8) for word in values.reshape(-1, 4).tolist()]
    out = [pack(word, 16) for word in values.cumsum(1).reshape(-1, 4).tolist()]
    return Case("prefix_sum", {"in": words}, {"out": out}, [1], 24, calls=3)


def _bitonic_sort() -> Case:
    keys = np.random.default_rng(2).integers(0, 1024, (20, 8))
    keys[0] = 7
    words = [pack(word, 10) for word in keys.tolist()]
    out = [pack(word, 10) for word in np.sort(keys).tolist()]
    return Case("bitonic_sort", {"in": words}, {"out": out}, [1], 20, calls=20)


def _merge_sort() -> Case:
    keys = np.random.default_rng(3).integers(-(2**31), 2**31, (2, 32))
    keys[1, :10] = 5
    steps = 2 * (32 + 5 * 64 + 32)
    out = np.sort(keys).ravel().tolist()
    return Case("merge_sort", {"in": keys.ravel().tolist()}, {"out": out}, [1, 2, 1], steps, fills=24, calls=2)


def _insertion_sort() -> Case:
    keys = np.random.default_rng(4).integers(-256, 256, (3, 12))
    out = np.sort(keys)[:, ::-1].ravel().tolist()
    return Case("insertion_sort", {"in": keys.ravel().tolist()}, {"out": out}, [1, 1], 72, fills=12, calls=3)


def _odd_even_sort() -> Case:
    """Loops without a pragma: an iteration after the other, each at most its region's stages and one."""
    keys = np.random.default_rng(5).integers(0, 256, (2, 10))
    keys[1] = np.arange(10)[::-1]
    inner = 10 * 5 - 5
    fills = 2 * (10 + inner + 3 * 10 + 10 + 3)
    return Case(
        "odd_even_sort", {"in": keys.ravel().tolist()}, {"out": np.sort(keys).ravel().tolist()}, [], 130, fills, 2
    )


TABLE = [3, 8, 15, 22, 41, 57, 60, 77, 101, 150, 180, 212, 290, 333, 512, 700, 1024, 2000, 4095, 9999]


def _binary_search() -> Case:
    keys = [*TABLE, 0, 4, 58, 9998, 65535]
    out = [TABLE.index(key) if key in TABLE else -1 for key in keys]
    steps = 0
    for key in keys:
        low, high = 0, 19
        while low <= high:
            steps, middle = steps + 1, (low + high) // 2
            if TABLE[middle] == key:
                break
            low, high = (middle + 1, high) if TABLE[middle] < key else (low, middle - 1)
    return Case("binary_search", {"key_in": keys}, {"out": out}, [1], steps, fills=50, calls=25)


def _top_k() -> Case:
    values = np.random.default_rng(6).integers(-20, 20, (2, 40))
    order = [np.argsort(-one, kind="stable")[:4] for one in values]
    out = {
        "values": [int(one[place]) for one, places in zip(values, order, strict=True) for place in places],
        "positions": [int(place) for places in order for place in places],
    }
    return Case("top_k", {"in": values.ravel().tolist()}, out, [1, 1], 88, fills=8, calls=2)


def _packets(words: list[int]) -> list[int]:
    """Packets of three words in the order of their inputs; words that mix inputs stay where they are."""
    packets = [words[at : at + 3] for at in range(0, len(words), 3)]
    if any(len({word >> 12 for word in packet}) > 1 for packet in packets):
        return words
    return [word for packet in sorted(packets, key=lambda packet: packet[0] >> 12) for word in packet]


def _arbiter() -> Case:
    """Who comes first depends on when words arrive; whole packets, and the packets of an input in order, do not."""
    inputs = {f"in_{i}": [i << 12 | word for word in range(6)] for i in range(4)}
    out = [i << 12 | word for i in range(4) for word in range(6)]
    return Case("arbiter", inputs, {"out": out}, [1], 24, calls=40, canonical=_packets)


def _stream_merge() -> Case:
    source = random.Random(8)
    pairs = [([1, 5, 9], [2, 3, 10, 11]), ([], [4]), (sorted(source.sample(range(99), 12)), []), ([], [])]
    a = [word for one, _ in pairs for word in (len(one), *one)]
    b = [word for _, one in pairs for word in (len(one), *one)]
    out = [word for pair in pairs for word in heapq.merge(*pair)]
    # The counts in front are read in the iteration that reads the first words too, hence two reads an iteration.
    # Count and first word of a stream come in one iteration: two words, two cycles. Else one cycle would have to hold
    # a read (0.9 ns), the choice of a head (0.4), two comparisons of 32 bits (1.9), and seven gates and choices
    # (1.8) up to the loop's end: 5.0 ns of the 4.25 that a stage has at 200 MHz.
    return Case("stream_merge", {"a": a, "b": b}, {"out": out}, [2], 2 * len(out), fills=9, calls=4)


def _stream_split() -> Case:
    words = [random.Random(9 + place).getrandbits(10) for place in range(60)]
    out = {f"out_{i}": [word >> 2 for word in words if word % 4 in (i, 3)] for i in range(3)}
    return Case("stream_split", {"in": words}, out, [1], 58, fills=2, calls=60)


def _deduplicate() -> Case:
    words = [5, 5, 5, 6, 7, 7, 0, 9, 9, 0, 0]
    return Case("deduplicate", {"in": words}, {"out": [5, 6, 7, 0, 9, 0, 0]}, [1], 11, fills=3, calls=3)


def _uart() -> Case:
    data = [0x00, 0xFF, 0x55, 0xA3]
    bits = [bit for byte in data for bit in (0, *(byte >> place & 1 for place in range(8)), 1)]
    return Case("uart", {"data": data}, {"line": [bit for bit in bits for _ in range(4)]}, [1], 160, fills=2, calls=4)


def _stack_machine() -> Case:
    """(3 - 10) * 7 twice over, a swap, a wrap of 16 bits."""
    push, add, sub, mul, dup, swap, out = range(7)
    program = [(push, 3), (push, 10), sub, (push, 7), mul, dup, out, dup, add, out]
    program += [(push, 5), (push, 9), swap, sub, out, (push, 30000), dup, mul, out]
    words = [one[1] << 3 | one[0] if isinstance(one, tuple) else one for one in program]
    expected = [-49, -98, 4, signed(30000 * 30000, 16)]
    return Case("stack_machine", {"program": words}, {"out": expected}, [], 19, fills=19, calls=19)


def _associative_cache() -> Case:
    keys = [random.Random(3).choice([1]) for _ in range(1)]
    source = random.Random(10)
    keys += [source.choice([0, 1, 2, 3, 4, 5, 0xFFFFF]) for _ in range(60)]
    slots: dict[int, int] = {}
    oldest, out = 0, []
    for key in keys:
        if key in slots:
            out.append(4 | slots[key])
            continue
        out.append(oldest)
        slots = {old: slot for old, slot in slots.items() if slot != oldest} | {key: oldest}
        oldest = (oldest + 1) % 4
    return Case("associative_cache", {"key_in": keys}, {"out": out}, [1], 61, calls=61)


def _game_of_life() -> Case:
    cells = np.random.default_rng(11).integers(0, 2, (2, 16, 16))
    shifts = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if (y, x) != (0, 0)]
    around = sum(np.roll(cells, shift, (1, 2)) for shift in shifts)
    after = (around == 3) | ((around == 2) & (cells == 1))
    words = [pack(row, 1) for row in cells.reshape(-1, 16).tolist()]
    out = [pack(row, 1) for row in after.reshape(-1, 16).tolist()]
    return Case("game_of_life", {"in": words}, {"out": out}, [1, 2], 2 * 48, fills=6, calls=2)


CASES = [
    _prefix_sum(), _bitonic_sort(), _merge_sort(), _insertion_sort(), _odd_even_sort(), _binary_search(), _top_k(),
    _arbiter(), _stream_merge(), _stream_split(), _deduplicate(), _uart(), _stack_machine(),
    _associative_cache(), _game_of_life(),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_kernel(case: Case) -> None:
    assert faults(case, CASES) == []
