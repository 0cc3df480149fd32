"""Hand-made plans of a digits-like network on 1, 2 and 3 boards, layers whole and cut."""

from fpdeep_gen.board.model import Board, Cluster, Link
from fpdeep_gen.network.model import Format, Layer, LayerFormats, LayerKind, Network, Training
from fpdeep_gen.plan.model import Carried, LinkPlan, LinkStream, Plan, Prediction, SlicePlan

PAYLOAD = 56
COMMAND = (Carried.COMMAND, 0, 128)
LABEL = (Carried.LABEL, 0, 16)
LOAD = (Carried.LOAD, 0, 16)
RESULT = (Carried.RESULT, 0, 32)
DUMP = (Carried.DUMP, 0, 16)

LANES = (1, 2, 4, 2)
TAPS = (9, 3, 1)
WHOLE = ((1, 2, 4), (2, 4, 2), (1, 2, 4))
"""(p_in, p_error, p_back) of engines that take whole words."""
PARTS = ((1, 1, 2), (2, 2, 1), (1, 1, 4))
"""The same of engines that take and make words in parts."""


def formats(output: int, error: int) -> LayerFormats:
    """16-bit formats with the given fractions."""
    return LayerFormats(Format(16, 12), Format(16, output), Format(16, error), 40)


def digits_network() -> Network:
    """8 x 8 images: conv1 1 -> 6 (pool), conv2 6 -> 8, fc 128 -> 10."""
    conv1 = Layer("conv1", LayerKind.CONVOLUTION, 1, 8, 8, 6, 3, 3, 1, True, 2, formats(11, 15))
    conv2 = Layer("conv2", LayerKind.CONVOLUTION, 6, 4, 4, 8, 3, 3, 1, True, 1, formats(10, 14))
    fc = Layer("fc", LayerKind.FULLY_CONNECTED, 8, 4, 4, 10, 4, 4, 0, False, 1, formats(9, 14))
    return Network("digits_like", 1, 8, 8, Format(8, 6), (conv1, conv2, fc), Training(4, 0.05, 1, 7), "digits")


def stream(carried: Carried, tensor: int, bits: int, words: int = 0, credits: int = 12) -> LinkStream:
    """A stream cut into flits of 64 bits."""
    return LinkStream(carried, tensor, bits, -(-bits // PAYLOAD), words, credits)


def feature(tensor: int, words: int) -> LinkStream:
    """Features of a tensor; room for two rows."""
    bits = LANES[tensor] * (8 if tensor == 0 else 16)
    return stream(Carried.FEATURE, tensor, bits, words, 64)


def error(tensor: int, words: int) -> LinkStream:
    """Errors of a tensor; room for two rows."""
    return stream(Carried.ERROR, tensor, LANES[tensor] * 16, words, 64)


def partial(tensor: int, words: int) -> LinkStream:
    """Partial sums of a tensor's errors; room for two rows."""
    return stream(Carried.PARTIAL, tensor, LANES[tensor] * 48, words, 96)


def link(index: int, up: tuple[LinkStream, ...], down: tuple[LinkStream, ...]) -> LinkPlan:
    """A link with the control streams before the given ones."""
    control_up = tuple(stream(*entry) for entry in (COMMAND, LABEL, LOAD))
    control_down = tuple(stream(*entry) for entry in (RESULT, DUMP))
    return LinkPlan(index, control_up + up, control_down + down, 0.0, 0.0)


def cluster(boards: int) -> Cluster:
    """A row of equal boards."""
    board = Board("test", "xc7z020clg400-1", 220, 140, 53200, 106400, 200.0, 2, 10.0)
    cable = Link(1, 10.0, 0.97, PAYLOAD + 8, 20)
    return Cluster("row", (board,) * boards, (cable,) * (boards - 1), 200.0)


def plan(
    boards: int,
    slices: tuple[tuple[int, int, int, int], ...],
    links: tuple[LinkPlan, ...],
    parts: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]] = WHOLE,
) -> Plan:
    """A plan of slices (layer, board, begin, end). `parts`: (p_in, p_error, p_back) of the layers."""
    network = digits_network()
    cache_words = (64, 48, 32)
    placed = tuple(
        SlicePlan(layer, board, begin, end, 2 * cache_words[layer] + 40, 200 if layer < 2 else 0)
        for layer, board, begin, end in slices
    )
    return Plan(
        network=network,
        cluster=cluster(boards),
        lanes=LANES,
        taps=TAPS,
        p_in=parts[0],
        p_error=parts[1],
        p_back=parts[2],
        update_lanes=(2, 4, 8),
        learning_rate_raw=820,
        learning_rate_fraction=16,
        slices=placed,
        links=links,
        engines=(),
        uses=(),
        prediction=Prediction(1000, 5000, 100, 4, 1.0),
    )


def one_board() -> Plan:
    """Everything on one board."""
    return plan(1, ((0, 0, 0, 6), (1, 0, 0, 8), (2, 0, 0, 10)), ())


def two_boards() -> Plan:
    """conv1 below, conv2 and fc above."""
    return plan(2, ((0, 0, 0, 6), (1, 1, 0, 8), (2, 1, 0, 10)), (link(0, (feature(1, 48),), (error(1, 48),)),))


def cut_on_two() -> Plan:
    """conv2 cut over two boards."""
    return plan(
        2,
        ((0, 0, 0, 6), (1, 0, 0, 4), (1, 1, 4, 8), (2, 1, 0, 10)),
        (link(0, (feature(1, 48), feature(2, 16)), (error(2, 16), partial(1, 48))),),
    )


def three_boards() -> Plan:
    """A layer a board."""
    return plan(
        3,
        ((0, 0, 0, 6), (1, 1, 0, 8), (2, 2, 0, 10)),
        (link(0, (feature(1, 48),), (error(1, 48),)), link(1, (feature(2, 32),), (error(2, 32),))),
    )


def cut_on_three() -> Plan:
    """conv1 cut over boards 0 and 1, fc over all three of 0..2 impossible, so over 1 and 2; conv2 whole on 1. Engines
    take words in parts."""
    return plan(
        3,
        ((0, 0, 0, 4), (0, 1, 4, 6), (1, 1, 0, 8), (2, 1, 0, 6), (2, 2, 6, 10)),
        (
            link(0, (feature(0, 64), feature(1, 32)), (error(1, 32),)),
            link(1, (feature(2, 32), feature(3, 3)), (error(3, 3), partial(2, 32))),
        ),
        PARTS,
    )


def fc_on_three() -> Plan:
    """The last layer cut over all of three boards: partial sums start, go through, and are rounded. Engines take words
    in parts."""
    up = (feature(2, 32), feature(3, 2)), (feature(2, 32), feature(3, 3))
    down = (error(3, 2), partial(2, 32)), (error(3, 3), partial(2, 32))
    return plan(
        3,
        ((0, 0, 0, 6), (1, 0, 0, 8), (2, 0, 0, 4), (2, 1, 4, 6), (2, 2, 6, 10)),
        (link(0, up[0], down[0]), link(1, up[1], down[1])),
        PARTS,
    )


def idle_between() -> Plan:
    """Board 1 only forwards; conv2 is cut over boards 0 and 2."""
    up = (feature(1, 48), feature(2, 16))
    down = (error(2, 16), partial(1, 48))
    return plan(
        3,
        ((0, 0, 0, 6), (1, 0, 0, 4), (1, 2, 4, 8), (2, 2, 0, 10)),
        (link(0, up, down), link(1, up, down)),
    )


def idle_below() -> Plan:
    """Board 0 only forwards the images."""
    return plan(2, ((0, 1, 0, 6), (1, 1, 0, 8), (2, 1, 0, 10)), (link(0, (feature(0, 64),), ()),))


ALL_PLANS = {
    "one_board": one_board,
    "two_boards": two_boards,
    "cut_on_two": cut_on_two,
    "three_boards": three_boards,
    "cut_on_three": cut_on_three,
    "fc_on_three": fc_on_three,
    "idle_between": idle_between,
    "idle_below": idle_below,
}
