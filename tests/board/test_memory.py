"""Block RAM and LUT memory against capacities and against shapes counted by hand."""

from hypothesis import given
from hypothesis import strategies as st

from fpdeep_gen.board.memory import (
    LUTRAM_DEPTH,
    Use,
    bram18_count,
    fifo_use,
    lutram_luts,
    memory_use,
)


def test_shapes_by_hand() -> None:
    assert bram18_count(36, 512) == 1
    assert bram18_count(37, 512) == 2
    assert bram18_count(36, 513) == 2
    assert bram18_count(18, 1024) == 1
    assert bram18_count(1, 16384) == 1
    assert bram18_count(72, 1024) == 4
    assert bram18_count(1200, 1600) == -(-1200 // 9)


def test_each_read_port_has_a_copy() -> None:
    assert memory_use(36, 512, reads=2).bram18 == 2
    assert memory_use(6, 32, reads=2).lut == 8


@given(width=st.integers(1, 2000), depth=st.integers(1, 20000))
def test_never_less_than_the_bits(width: int, depth: int) -> None:
    assert bram18_count(width, depth) * 18 * 1024 >= width * depth


@given(width=st.integers(1, 200), depth=st.integers(1, 4000))
def test_deeper_is_never_smaller(width: int, depth: int) -> None:
    assert bram18_count(width, depth + 1) >= bram18_count(width, depth)
    assert lutram_luts(width, depth + 1) >= lutram_luts(width, depth)


def test_lutram_by_hand() -> None:
    assert lutram_luts(6, 32) == 4
    assert lutram_luts(7, 32) == 8
    assert lutram_luts(3, 64) == 4
    assert lutram_luts(3, 65) == 8


@given(width=st.integers(1, 2000), depth=st.integers(1, 5000))
def test_fifo_takes_block_ram_only_when_deep(width: int, depth: int) -> None:
    assert (fifo_use(width, depth).bram18 > 0) == (depth > LUTRAM_DEPTH)


def test_small_memory_takes_no_block_ram() -> None:
    assert memory_use(32, 128).bram18 == 0
    assert memory_use(33, 128).bram18 == 1
    assert memory_use(4000, 64).bram18 == 0


def test_uses_add_up() -> None:
    assert Use(1, 2, 3, 4) + Use(10, 20, 30, 40) == Use(11, 22, 33, 44)
    assert Use(1, 2, 3, 4).fits(Use(1, 2, 3, 4))
    assert not Use(1, 3, 3, 4).fits(Use(1, 2, 3, 4))
