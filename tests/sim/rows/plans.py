"""Hand-made balanced plans, small enough to follow with pencil and paper: 8 x 8 maps of one channel, 3 x 3 kernels,
every engine 10 cycles a row, a pixel row every 10 cycles."""

from dataclasses import replace

from fpdeep_gen.board.model import Board, Cluster, Link
from fpdeep_gen.network.model import Format, Layer, LayerFormats, LayerKind, Network, Training
from fpdeep_gen.partition.bounds_model import Bounds
from fpdeep_gen.partition.model import (
    BalancedPlan,
    Cache,
    Carried,
    Delays,
    Fifo,
    LinkLoad,
    LinkPlan,
    Phase,
    Place,
    Prediction,
    Range,
    Share,
    Waits,
)

FORMATS = LayerFormats(Format(16, 12), Format(16, 8), Format(16, 14), 40)
SIZE = 8
INTERVAL = 80
ROW_BITS = SIZE * 16
RATE = 32.0
"""Bits a cycle of each stream: a row takes 4 cycles."""

LATENCY = 5
ONE = Range(0, 1)


def layer(name: str, outputs: int = 1, pool: int = 1) -> Layer:
    """A 3 x 3 convolution that keeps the map's size."""
    return Layer(name, LayerKind.CONVOLUTION, 1, SIZE, SIZE, outputs, 3, 3, 1, False, pool, FORMATS)


def share(index: int, board: int, phase: Phase, outputs: Range = ONE, partial: bool = False) -> Share:
    """An engine for all rows and columns, 10 cycles a row."""
    whole = Range(0, SIZE)
    return Share(index, board, phase, outputs, Range(0, 1), whole, whole, 1, 1, 1, 10, 10 * SIZE, 0, partial=partial)


def load(carried: Carried, tensor: int = 1, rows: int = SIZE) -> LinkLoad:
    """All rows of a tensor."""
    return LinkLoad(carried, tensor, rows * ROW_BITS, RATE)


def plan(
    layers: tuple[Layer, ...],
    shares: tuple[Share, ...],
    caches: tuple[tuple[int, int, int], ...] = (),
    up: tuple[LinkLoad, ...] = (),
    down: tuple[LinkLoad, ...] = (),
    latency: int = 0,
    waiting: tuple[Fifo, ...] = (),
) -> BalancedPlan:
    """A plan on one board or two; `caches`: (layer, board, rows). Streams have FIFOs of two rows behind the link,
    others are `waiting`."""
    network = Network("test", 1, SIZE, SIZE, Format(8, 7), layers, Training(4, 0.1, 1, 1), None)
    board = Board("b", "p", 10, 10, 1000, 1000, 200.0, 1, 10.0)
    boards = max(one.board for one in shares) + 1
    cluster = Cluster("test", (board,) * boards, (Link(1, 10.0, 1.0, 64, LATENCY),) * (boards - 1), 200.0)
    rate = RATE * max(1, len(up), len(down))
    fifos = tuple(
        Fifo(board, one.carried, one.tensor, waits, 2 * one.bits // SIZE)
        for board, waits, loads in ((1, Waits.FROM_BELOW, up), (0, Waits.FROM_ABOVE, down))
        for one in loads
    )
    fifos += waiting
    links = (LinkPlan(0, up, down, 0, 0, 0, 0, LATENCY, rate),) if boards == 2 else ()
    return BalancedPlan(
        network,
        cluster,
        shares,
        (),
        tuple(Cache(index, on, Range(0, 1), Range(0, SIZE), rows, 16, Place.CHIP, 0) for index, on, rows in caches),
        fifos,
        links,
        (),
        Delays(0, 0),
        Prediction(INTERVAL, INTERVAL, latency, latency, 0, 4, 1, 1, ()),
        Bounds(0.0, 0.0, None, 0.0),
    )


def two_layers(upper: int, first_cache: int = 17) -> BalancedPlan:
    """Layer 0 on board 0, layer 1 on board `upper`."""
    shares = (
        share(0, 0, Phase.FORWARD),
        share(0, 0, Phase.GRADIENT),
        share(1, upper, Phase.FORWARD),
        share(1, upper, Phase.BACKWARD),
        share(1, upper, Phase.GRADIENT),
    )
    up, down = ((load(Carried.FEATURE),), (load(Carried.ERROR),)) if upper else ((), ())
    latency = 218 if upper else 200
    waiting = (
        Fifo(0, Carried.FEATURE, 1, Waits.MADE, ROW_BITS),
        Fifo(upper, Carried.ERROR, 1, Waits.MADE, ROW_BITS),
        Fifo(0, Carried.FEATURE, 0, Waits.ENGINES, ROW_BITS // 2),
        Fifo(upper, Carried.FEATURE, 1, Waits.ENGINES, ROW_BITS),
        Fifo(upper, Carried.ERROR, 2, Waits.ENGINES, 7 * ROW_BITS),
    )
    caches = ((0, 0, first_cache), (1, upper, 17))
    return plan((layer("a"), layer("b")), shares, caches, up, down, latency, waiting)


def split_layer() -> BalancedPlan:
    """Layer 1 cut by output channels over both boards; partial sums of its errors meet on board 0.
    These take 12 cycles a row on the link, other streams of layer 1 next to nothing."""
    halves = (Range(0, 1), Range(1, 2))
    shares = [share(0, 0, Phase.FORWARD), share(0, 0, Phase.GRADIENT)]
    for board, half in enumerate(halves):
        shares += [
            share(1, board, Phase.FORWARD, half),
            share(1, board, Phase.BACKWARD, half, partial=True),
            share(1, board, Phase.GRADIENT, half),
        ]
    up = (load(Carried.FEATURE), LinkLoad(Carried.FEATURE, 2, SIZE, RATE))
    down = (LinkLoad(Carried.ERROR, 2, SIZE, RATE), load(Carried.PARTIAL, 1, 3 * SIZE))
    return plan((layer("a"), layer("b", 2)), tuple(shares), up=up, down=down)


def with_cache(one: BalancedPlan, index: int, rows: int) -> BalancedPlan:
    """The plan with a cache of another size."""
    caches = list(one.caches)
    caches[index] = replace(caches[index], rows=rows)
    return replace(one, caches=tuple(caches))
