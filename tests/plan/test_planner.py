"""Plans: sound for any network and cluster, the shortest interval for small ones, the same bytes each time."""

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpdeep_gen.board.load import load_cluster
from fpdeep_gen.board.model import Cluster
from fpdeep_gen.errors import InputError
from fpdeep_gen.network.load import load_network
from fpdeep_gen.network.model import LayerKind, Network
from fpdeep_gen.plan.assemble import assemble
from fpdeep_gen.plan.ceiling import ceilings
from fpdeep_gen.plan.check import budget_problems, plan_problems
from fpdeep_gen.plan.cost import Fold, slice_cycles, tap_choices
from fpdeep_gen.plan.document import plan_to_json
from fpdeep_gen.plan.fold import divisors, lane_choices
from fpdeep_gen.plan.model import Carried, EnginePlan, Plan
from fpdeep_gen.plan.options import even_cut
from fpdeep_gen.plan.pieces import Forced, Piece, folds_of
from fpdeep_gen.plan.place import Found
from fpdeep_gen.plan.planner import make_plan
from tests.plan.networks import BOARD, LINK, cluster, convolution, digits, fully_connected, lenet5, network, shape_after

REPOSITORY = Path(__file__).resolve().parents[2]

ROOMY = replace(BOARD, lut=100_000, ff=200_000)
"""Takes any fold of digits."""


def assert_sound(plan: Plan) -> None:
    """Channels tiled once, boards in a row, budgets kept, streams between neighbours only."""
    net = plan.network
    done = {
        (layer, channel): 0 for layer in range(len(net.layers)) for channel in range(net.layers[layer].out_channels)
    }
    for piece in plan.slices:
        for channel in range(piece.out_begin, piece.out_end):
            done[piece.layer, channel] += 1
    assert set(done.values()) == {1}
    boards = [piece.board for piece in plan.slices]
    assert boards == sorted(boards)
    assert set(boards) == set(range(len(plan.cluster.boards)))
    for board, use in zip(plan.cluster.boards, plan.uses, strict=True):
        assert use.dsp <= board.dsp
        assert use.bram36 <= board.bram36
        assert use.lut <= board.lut
        assert use.ff <= board.ff
    assert [link.index for link in plan.links] == list(range(len(plan.cluster.boards) - 1))
    for engine in plan.engines:
        assert engine.cycles_per_image <= plan.prediction.interval
        assert engine.useful_macs_per_image <= engine.multipliers * engine.cycles_per_image
    for phase in ("forward", "gradient"):
        macs = sum(engine.useful_macs_per_image for engine in plan.engines if engine.phase == phase)
        assert macs == sum(layer.forward_macs for layer in net.layers)


def assert_streams_join_neighbours(plan: Plan) -> None:
    """A tensor crosses a boundary exactly when it is made below it and used above it."""
    for link in plan.links:
        below = {piece.layer for piece in plan.slices if piece.board <= link.index}
        above = {piece.layer for piece in plan.slices if piece.board > link.index}
        wanted = {layer for layer in above if layer - 1 in below or (layer == 0 and layer in below)}
        wanted |= {layer + 1 for layer in above if layer in below}
        features = {stream.tensor for stream in link.up if stream.carried is Carried.FEATURE}
        if min(above) in below:
            assert features == {min(above), min(above) + 1}
        else:
            assert features == {min(above)}
        assert features <= wanted


@pytest.mark.parametrize("boards", [1, 2, 3, 4])
@pytest.mark.parametrize("net", [digits(), lenet5()], ids=lambda net: net.name)
def test_examples_are_sound(net: Network, boards: int) -> None:
    plan = make_plan(net, cluster(boards))
    assert_sound(plan)
    assert_streams_join_neighbours(plan)
    assert plan_problems(plan) == []


def test_what_holds_the_interval_up_is_what_shortens_it() -> None:
    """Few DSP slices and much of all else: more DSP slices give a shorter interval, more of anything else does not."""
    plan = make_plan(tiny(), cluster(1, replace(ROOMY, dsp=20)))
    assert ceilings(plan) == ("DSP",)
    assert make_plan(tiny(), cluster(1, replace(ROOMY, dsp=200))).prediction.interval < plan.prediction.interval
    richer = replace(ROOMY, dsp=20, lut=1_000_000, ff=1_000_000, bram36=1000)
    assert make_plan(tiny(), cluster(1, richer)).prediction.interval == plan.prediction.interval


def test_more_boards_are_not_slower() -> None:
    intervals = [make_plan(lenet5(), cluster(boards)).prediction.interval for boards in (1, 2, 4)]
    assert intervals == sorted(intervals, reverse=True)
    assert intervals[-1] < intervals[0] / 2


def test_same_input_gives_the_same_bytes() -> None:
    assert plan_to_json(make_plan(digits(), cluster(3))) == plan_to_json(make_plan(digits(), cluster(3)))


def test_even_cut_keeps_whole_words() -> None:
    assert even_cut(16, 2, 3) == (6, 6, 4)
    assert even_cut(10, 4, 2) == (8, 2)
    assert even_cut(10, 1, 1) == (10,)


@st.composite
def small_networks(draw: st.DrawFn) -> Network:
    """Chains of up to three convolutions and one or two fully connected layers."""
    shape = (draw(st.integers(1, 3)), draw(st.integers(4, 9)), draw(st.integers(4, 9)))
    image = shape
    layers = []
    for index in range(draw(st.integers(0, 3))):
        kernel = draw(st.integers(1, min(3, shape[1], shape[2])))
        padding = draw(st.integers(0, kernel - 1))
        rows, columns = (side + 2 * padding - kernel + 1 for side in shape[1:])
        pool = draw(st.integers(1, max(1, min(2, rows, columns))))
        relu = draw(st.booleans())
        layers.append(convolution(f"conv{index}", shape, draw(st.integers(1, 9)), kernel, padding, pool, relu))
        shape = shape_after(layers[-1])
    if draw(st.booleans()):
        layers.append(fully_connected("hidden", shape, draw(st.integers(1, 12))))
        shape = shape_after(layers[-1])
    layers.append(fully_connected("last", shape, draw(st.integers(2, 10)), relu=False))
    return network("random", image, tuple(layers), draw(st.sampled_from([1, 4, 32])))


@settings(max_examples=60, deadline=None)
@given(net=small_networks(), boards=st.integers(1, 4), dsp=st.sampled_from([12, 24, 60, 220]))
def test_any_network_on_any_cluster_is_sound_or_refused(net: Network, boards: int, dsp: int) -> None:
    size = cluster(boards, replace(BOARD, dsp=dsp))
    try:
        plan = make_plan(net, size)
    except InputError as error:
        assert all(problem.expected and problem.found for problem in error.problems)
        return
    assert_sound(plan)
    assert_streams_join_neighbours(plan)


def brute_force_interval(net: Network, size: Cluster) -> int:
    """Shortest interval of all plans within budget: all lanes, all taps, all parts of words that engines may take a
    cycle, and all ways to put layers, whole or cut evenly, on the boards."""
    best = 1 << 60
    channels = [net.tensor_shape(tensor)[0] for tensor in range(len(net.layers) + 1)]
    for lanes in itertools.product(*(lane_choices(count) for count in channels)):
        for placement in placements(net, size, lanes):
            for taps, p_in, p_error, p_back in itertools.product(
                itertools.product(*(tap_choices(layer) for layer in net.layers)),
                itertools.product(*(divisors(words) for words in lanes[:-1])),
                itertools.product((lanes[1],), *(divisors(words) for words in lanes[2:])),
                itertools.product((lanes[0],), *(divisors(words) for words in lanes[1:-1])),
            ):
                found = Found(lanes, taps, p_in, p_error, p_back, (1,) * len(net.layers), placement, 0)
                folds = folds_of(net, found, placement)
                if max(slice_cycles(fold) for fold in folds) >= best or too_many_multipliers(folds, placement, size):
                    continue
                plan = assemble(net, size, found)
                if plan.prediction.interval < best and not budget_problems(plan):
                    best = plan.prediction.interval
    return best


def too_many_multipliers(folds: Sequence[Fold], pieces: Sequence[Piece], size: Cluster) -> bool:
    """More multipliers on a board than it has DSP slices, which spares the brute force most plans."""
    sums = [0] * len(size.boards)
    for fold, piece in zip(folds, pieces, strict=True):
        sums[piece.board] += fold.multipliers
    return any(total > board.dsp for total, board in zip(sums, size.boards, strict=True))


def placements(net: Network, size: Cluster, lanes: tuple[int, ...]) -> list[tuple[Piece, ...]]:
    """All ways to place the layers on all boards."""
    partial: list[tuple[Piece, ...]] = [()]
    for layer, shape in enumerate(net.layers):
        longer = []
        for before in partial:
            starts = (before[-1].board, before[-1].board + 1) if before else (0,)
            for start in starts:
                for slices in range(1, len(size.boards) - start + 1):
                    if (slices - 1) * lanes[layer + 1] >= shape.out_channels:
                        continue
                    parts = even_cut(shape.out_channels, lanes[layer + 1], slices)
                    ends = list(itertools.accumulate(parts))
                    cut = (
                        Piece(layer, start + i, end - part, end)
                        for i, (part, end) in enumerate(zip(parts, ends, strict=True))
                    )
                    longer.append((*before, *cut))
        partial = longer
    return [pieces for pieces in partial if pieces[-1].board == len(size.boards) - 1]


def tiny() -> Network:
    """Two convolutions and a fully connected layer with few ways to fold them."""
    first = convolution("first", (1, 6, 6), 4, 3, 1, 2)
    second = convolution("second", shape_after(first), 3, 1, 0)
    return network("tiny", (1, 6, 6), (first, second, fully_connected("last", shape_after(second), 2, relu=False)))


@pytest.mark.parametrize(("boards", "dsp"), [(1, 24), (1, 70), (2, 14), (2, 60)])
def test_search_finds_the_shortest_interval(boards: int, dsp: int) -> None:
    size = cluster(boards, replace(BOARD, dsp=dsp))
    plan = make_plan(tiny(), size, Forced(update_lanes=(1, 1, 1)))
    assert plan.prediction.interval == brute_force_interval(tiny(), size)


def engine_choices(plan: Plan, engine: EnginePlan) -> Iterator[tuple[int, int]]:
    """(multipliers, cycles) of all ways to build an engine on the plan's words: taps, and parts of the words that it
    takes and (backward) makes."""
    layer = plan.network.layers[engine.layer]
    words_in, words_out = plan.lanes[engine.layer : engine.layer + 2]
    channels = next(
        piece.out_end - piece.out_begin
        for piece in plan.slices
        if (piece.layer, piece.board) == (engine.layer, engine.board)
    )
    backward = engine.phase == "backward"
    flat = layer.kind is LayerKind.FULLY_CONNECTED
    taps_of_kernel = (1,) if flat else (1, layer.kernel_rows, layer.kernel_rows**2)
    positions = layer.in_rows * layer.in_columns
    pixels = positions if backward and not flat else layer.conv_rows * layer.conv_columns
    groups = math.ceil(layer.in_channels / words_in) * math.ceil(channels / words_out)
    for taps in taps_of_kernel:
        steps = groups * (positions if flat else layer.kernel_rows**2 // taps)
        split, kept = (words_out, words_in) if backward else (words_in, words_out)
        for part, made in itertools.product(divisors(split), divisors(kept) if backward else (kept,)):
            yield part * made * taps, pixels * steps * (split // part) * (kept // made)


@pytest.mark.parametrize("name", ["digits", "lenet5"])
def test_engines_are_busy_or_could_not_be_smaller(name: str) -> None:
    """Each engine works at least 90 % of the interval, or its words offer no smaller one that keeps it."""
    folder = REPOSITORY / "examples" / name
    plan = make_plan(load_network(folder / "network.yaml"), load_cluster(folder / "cluster.yaml"))
    interval = plan.prediction.interval
    assert interval <= {"digits": 194, "lenet5": 2400}[name]
    for engine in plan.engines:
        choices = list(engine_choices(plan, engine))
        assert (engine.multipliers, engine.cycles_per_image) in choices
        assert engine.fewest_multipliers(interval) <= engine.multipliers
        if engine.cycles_per_image < 0.9 * interval:
            assert engine.multipliers == min(multipliers for multipliers, cycles in choices if cycles <= interval)
        if name == "digits" or engine.layer <= 2:
            assert engine.cycles_per_image >= 0.9 * interval
        if name == "lenet5" and engine.layer == 3:
            assert engine.multipliers == engine.fewest_multipliers(interval) == 5


FORCED_SLICES = {
    1: (Piece(0, 0, 0, 8), Piece(1, 0, 0, 16), Piece(2, 0, 0, 10)),
    2: (Piece(0, 0, 0, 4), Piece(0, 1, 4, 8), Piece(1, 1, 0, 16), Piece(2, 1, 0, 10)),
    3: (Piece(0, 0, 0, 8), Piece(1, 0, 0, 4), Piece(1, 1, 4, 12), Piece(1, 2, 12, 16), Piece(2, 2, 0, 10)),
}


@pytest.mark.parametrize("boards", [1, 2, 3])
def test_forced_decisions_are_kept(boards: int) -> None:
    forced = Forced((1, 4, 2, 5), (9, 1, 1), (6, 2, 10), FORCED_SLICES[boards], (1, 2, 1), (4, 2, 1), (1, 2, 2))
    plan = make_plan(digits(), cluster(boards, ROOMY), forced)
    assert (plan.lanes, plan.taps, plan.update_lanes) == (forced.lanes, forced.taps, forced.update_lanes)
    assert (plan.p_in, plan.p_error, plan.p_back) == (forced.p_in, forced.p_error, forced.p_back)
    kept = tuple(Piece(piece.layer, piece.board, piece.out_begin, piece.out_end) for piece in plan.slices)
    assert kept == FORCED_SLICES[boards]
    assert_sound(plan)
    assert_streams_join_neighbours(plan)


@pytest.mark.parametrize(
    ("forced", "field", "expected"),
    [
        (Forced(lanes=(1, 8, 2)), "lanes", "4 values, one for each tensor"),
        (Forced(lanes=(1, 9, 2, 2)), "lanes[1]", "1 to 8, the channels of tensor 1"),
        (Forced(taps=(2, 3, 1)), "taps[0]", "one of 1, 3, 9"),
        (Forced(taps=(1, 1, 3)), "taps[2]", "one of 1"),
        (
            Forced((1, 8, 2, 2), (3, 3, 1), (5, 1, 1)),
            "update_lanes[0]",
            "a divisor of 24, the weights in a word",
        ),
        (Forced((1, 8, 2, 2), p_in=(1, 3, 2)), "p_in[1]", "a divisor of 8, the lanes of a word"),
        (Forced((1, 8, 2, 2), p_error=(8, 2, 4)), "p_error[2]", "a divisor of 2, the lanes of a word"),
        (Forced((1, 8, 2, 2), p_back=(1, 3, 2)), "p_back[1]", "a divisor of 8, the lanes of a word"),
        (Forced(p_in=(1, 8)), "p_in", "3 values, one for each layer"),
        (Forced(slices=FORCED_SLICES[2][:3]), "slices", "all 10 output channels of fc"),
        (Forced(slices=(Piece(0, 1, 0, 8), *FORCED_SLICES[2][2:])), "slices[0].board", "board 0: slices follow"),
        (Forced(slices=(Piece(0, 0, 0, 3), *FORCED_SLICES[2][1:])), "slices", "channels from 3 on"),
        (Forced(slices=FORCED_SLICES[1]), "slices", "a slice on each of 2 boards"),
        (Forced(lanes=(1, 8, 2, 2), slices=FORCED_SLICES[2]), "slices[1].out_begin", "a multiple of 8"),
    ],
)
def test_forced_decisions_that_make_no_sense(forced: Forced, field: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        make_plan(digits(), cluster(2), forced)
    found = {problem.field: problem.expected for problem in caught.value.problems}
    assert found[field].startswith(expected)


def test_over_budget_names_board_resource_and_number_of_boards() -> None:
    """The hint is the least number of boards: one less is refused."""
    poor = replace(BOARD, lut=10_500)
    with pytest.raises(InputError) as caught:
        make_plan(digits(), cluster(2, poor))
    problem = caught.value.problems[0]
    assert re.fullmatch(r"at most 10500 LUT on board [01] \(zedboard\)", problem.expected)
    assert float(problem.found.removesuffix(" needed")) > 10_500
    count = int(problem.hint.removeprefix("it fits on ").split()[0])
    assert problem.hint == f"it fits on {count} boards, with {count - 2} more zedboard"
    make_plan(digits(), cluster(count, poor))
    with pytest.raises(InputError):
        make_plan(digits(), cluster(count - 1, poor))


def test_over_budget_names_a_larger_board() -> None:
    with pytest.raises(InputError) as caught:
        make_plan(digits(), cluster(1, replace(BOARD, dsp=10)))
    (problem,) = caught.value.problems
    assert problem.field == "uses[0]"
    assert problem.expected == "at most 10 DSP on board 0 (zedboard)"
    assert problem.hint == "it fits on 1 x zedboard"


def test_more_boards_than_slices() -> None:
    net = network("two", (1, 4, 4), (fully_connected("last", (1, 4, 4), 2, relu=False),))
    with pytest.raises(InputError) as caught:
        make_plan(net, cluster(3))
    (problem,) = caught.value.problems
    assert problem.expected == "at most 2 boards, as a slice has at least one output channel"
    assert problem.found == "3, some of which would stay empty"


def test_narrow_link_slows_the_chain_down() -> None:
    """A link of a quarter of the rate: either its interval grows, or less crosses it."""
    wide = make_plan(digits(), cluster(2))
    narrow = make_plan(digits(), cluster(2, link=replace(LINK, lanes=1)))
    assert narrow.prediction.interval > wide.prediction.interval
    assert budget_problems(narrow) == []
    assert_sound(narrow)
