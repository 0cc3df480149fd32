"""FIFOs inside a board: block RAM, or LUT RAM while LUTs are free."""

from fpdeep_gen.board.memory import Use
from fpdeep_gen.board.model import Board, Cluster
from fpdeep_gen.partition.fifos import fifo_uses
from fpdeep_gen.partition.model import Carried, Fifo, Waits

LARGE, LARGE_LUT = 65536, 1892
"""4096 words of 16 bits: 4 RAMB18s of 4 x 4096; 64 blocks of 24 LUTs, 21 a bit to choose between them, 20 control."""

MEDIUM, MEDIUM_LUT = 5008, 172
"""313 words: a RAMB18; 5 blocks of 24 LUTs, 2 a bit to choose, 20 control."""


def use(lut: int, taken: int, *sizes: int) -> Use:
    board = Board("test", "xc7", 100, 100, lut, 2 * lut, 100, 4, 6.6)
    fifos = [Fifo(0, Carried.ERROR, tensor, Waits.ENGINES, bits) for tensor, bits in enumerate(sizes, 1)]
    (found,) = fifo_uses(Cluster("test", (board,), (), 100), (), fifos, [taken])
    return found


def test_block_ram_where_no_luts_are_free() -> None:
    assert use(20000, 20000, LARGE) == Use(bram18=4, lut=20)
    assert use(20000, 25000, LARGE, MEDIUM) == Use(bram18=5, lut=40)


def test_lut_ram_up_to_a_part_of_the_luts_those_first_that_save_most() -> None:
    assert use(20000, 0, LARGE) == Use(lut=LARGE_LUT)
    assert use(20000, 0, LARGE, LARGE) == Use(bram18=4, lut=LARGE_LUT + 20)  # 3000 LUTs at most
    assert use(1200, 0, LARGE, MEDIUM) == Use(bram18=4, lut=MEDIUM_LUT + 20)


def test_lut_ram_leaves_the_luts_that_are_not_to_be_used() -> None:
    assert use(20000, 17000 - LARGE_LUT, LARGE) == Use(lut=LARGE_LUT)
    assert use(20000, 17001 - LARGE_LUT, LARGE) == Use(bram18=4, lut=20)


def test_small_fifos_are_lut_ram_anyway() -> None:
    assert use(20000, 20000, 4096) == Use(lut=4 * 6 * 4 + 20)
