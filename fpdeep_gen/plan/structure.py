"""Whether decisions make sense at all: lanes and taps that the kernels know, slices that tile the layers in order."""

from collections.abc import Iterator, Sequence

from fpdeep_gen.document_problems import listed
from fpdeep_gen.errors import Problem
from fpdeep_gen.network.model import Network
from fpdeep_gen.plan.cost import tap_choices
from fpdeep_gen.plan.fold import divisors
from fpdeep_gen.plan.pieces import Forced, Piece, pieces_of_layer


def _problem(field: str, expected: str, found: object, hint: str = "") -> Problem:
    return Problem(None, None, field, expected, str(found), hint)


def _count_problem(field: str, expected: int, found: Sequence[object], what: str) -> Iterator[Problem]:
    if len(found) != expected:
        yield _problem(field, f"{expected} values, one for each {what}", len(found))


def lane_problems(network: Network, lanes: Sequence[int]) -> Iterator[Problem]:
    """Each tensor's lanes: 1 to its channels."""
    yield from _count_problem("lanes", len(network.layers) + 1, lanes, "tensor")
    for tensor, value in enumerate(lanes[: len(network.layers) + 1]):
        channels = network.tensor_shape(tensor)[0]
        if not 1 <= value <= channels:
            yield _problem(f"lanes[{tensor}]", f"1 to {channels}, the channels of tensor {tensor}", value)


def tap_problems(network: Network, taps: Sequence[int]) -> Iterator[Problem]:
    """Each layer's taps: 1, a row of the kernel, or all of it."""
    yield from _count_problem("taps", len(network.layers), taps, "layer")
    for index, (layer, value) in enumerate(zip(network.layers, taps, strict=False)):
        choices = tap_choices(layer)
        if value not in choices:
            yield _problem(f"taps[{index}]", listed(str(choice) for choice in choices), value, f"layer {layer.name}")


def part_problems(field: str, lanes: Sequence[int], parts: Sequence[int]) -> Iterator[Problem]:
    """Channels of a word that each layer's engines take a cycle: a divisor of the word's lanes."""
    yield from _count_problem(field, len(lanes), parts, "layer")
    for index, (word, value) in enumerate(zip(lanes, parts, strict=False)):
        if value not in divisors(word):
            yield _problem(f"{field}[{index}]", f"a divisor of {word}, the lanes of a word", value)


def update_problems(
    network: Network, lanes: Sequence[int], taps: Sequence[int], update_lanes: Sequence[int]
) -> Iterator[Problem]:
    """Each layer's update lanes: a divisor of the weights in a word."""
    yield from _count_problem("update_lanes", len(network.layers), update_lanes, "layer")
    for index, value in enumerate(update_lanes[: len(network.layers)]):
        weights = lanes[index] * lanes[index + 1] * taps[index]
        if value not in divisors(weights):
            yield _problem(f"update_lanes[{index}]", f"a divisor of {weights}, the weights in a word", value)


def slice_problems(
    network: Network, boards: int, lanes: Sequence[int] | None, slices: Sequence[Piece]
) -> Iterator[Problem]:
    """Slices in chain order, each layer's channels tiled, no board left out, cuts at whole words."""
    yield from _tile_problems(network, slices)
    place = 0
    for index, (piece, before) in enumerate(zip(slices, (None, *slices), strict=False)):
        field = f"slices[{index}]"
        if before is None:
            expected = {0}
        elif before.layer == piece.layer:
            expected = {before.board + 1}
        else:
            expected = {before.board, before.board + 1}
        if piece.board not in expected:
            text = " or ".join(str(board) for board in sorted(expected))
            yield _problem(f"{field}.board", f"board {text}: slices follow the chain", piece.board)
        if lanes is not None and 0 <= piece.layer < len(network.layers):
            words = lanes[piece.layer + 1]
            if piece.out_begin % words:
                yield _problem(f"{field}.out_begin", f"a multiple of {words}, the lanes of the output", piece.out_begin)
        place = piece.board
    if slices and place != boards - 1:
        hint = f"give the cluster {place + 1} boards, or cut a layer by output channels"
        yield _problem("slices", f"a slice on each of {boards} boards", f"none above board {place}", hint)


def _tile_problems(network: Network, slices: Sequence[Piece]) -> Iterator[Problem]:
    order = [(piece.layer, piece.out_begin) for piece in slices]
    if order != sorted(order):
        yield _problem("slices", "slices in the order of layers and channels", order)
    for index, layer in enumerate(network.layers):
        end = 0
        for piece in pieces_of_layer(tuple(slices), index):
            if piece.out_begin != end or piece.out_end <= piece.out_begin:
                found = f"{piece.out_begin} to {piece.out_end}"
                yield _problem("slices", f"channels from {end} on in the next slice of {layer.name}", found)
            end = max(end, piece.out_end)
        if end != layer.out_channels:
            yield _problem("slices", f"all {layer.out_channels} output channels of {layer.name}", end)
    for piece in slices:
        if not 0 <= piece.layer < len(network.layers):
            yield _problem("slices", f"layers 0 to {len(network.layers) - 1}", piece.layer)


def forced_problems(network: Network, boards: int, forced: Forced) -> list[Problem]:
    """Everything wrong with decisions that a user takes from the search."""
    problems: list[Problem] = []
    if forced.lanes is not None:
        problems.extend(lane_problems(network, forced.lanes))
    if forced.taps is not None:
        problems.extend(tap_problems(network, forced.taps))
    if problems:
        return problems
    if forced.update_lanes is not None:
        if forced.lanes is not None and forced.taps is not None:
            problems.extend(update_problems(network, forced.lanes, forced.taps, forced.update_lanes))
        else:
            problems.extend(_count_problem("update_lanes", len(network.layers), forced.update_lanes, "layer"))
    for field, forced_parts, words in (
        ("p_in", forced.p_in, None if forced.lanes is None else forced.lanes[:-1]),
        ("p_error", forced.p_error, None if forced.lanes is None else forced.lanes[1:]),
        ("p_back", forced.p_back, None if forced.lanes is None else forced.lanes[:-1]),
    ):
        if forced_parts is not None:
            if words is not None:
                problems.extend(part_problems(field, words, forced_parts))
            else:
                problems.extend(_count_problem(field, len(network.layers), forced_parts, "layer"))
    if forced.slices is not None:
        problems.extend(slice_problems(network, boards, forced.lanes, forced.slices))
    return problems
