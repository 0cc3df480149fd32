"""Every stream has one writer and one reader of its own word, on every plan; the checks see it when one hasn't."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fpdeep_gen.emit.check import check_network
from fpdeep_gen.emit.control_configs import CollectDumpConfig, DistributeLoadConfig
from fpdeep_gen.emit.engine_configs import ConvEngineConfig, GradientEngineConfig, WeightStoreFirstConfig
from fpdeep_gen.emit.lower import lower, slice_prefix
from fpdeep_gen.emit.network import Argument, BoardNetwork, Port, PortDirection, Stream, Task
from fpdeep_gen.emit.words import signed_vector
from fpdeep_gen.errors import InputError
from fpdeep_gen.plan.model import Carried, Plan, SlicePlan
from fpdeep_gen.sim.store_order import slice_shapes
from tests.emit import plans

PLANS = pytest.mark.parametrize("make", plans.ALL_PLANS.values(), ids=plans.ALL_PLANS.keys())


def tasks(network: BoardNetwork) -> dict[str, Task]:
    """Tasks by name."""
    return {task.name: task for task in network.tasks()}


def streams(network: BoardNetwork) -> dict[str, Stream]:
    """Streams by name."""
    return {stream.name: stream for stream in network.streams()}


def change_task(network: BoardNetwork, which: str, **changes: Any) -> BoardNetwork:  # noqa: ANN401 - fields of a dataclass
    """The network with one task changed."""
    sections = tuple(
        replace(
            section,
            tasks=tuple(replace(task, **changes) if task.name == which else task for task in section.tasks),
        )
        for section in network.sections
    )
    return replace(network, sections=sections)


def change_stream(network: BoardNetwork, which: str, **changes: Any) -> BoardNetwork:  # noqa: ANN401 - fields of a dataclass
    """The network with one stream changed."""
    sections = tuple(
        replace(
            section,
            streams=tuple(replace(one, **changes) if one.name == which else one for one in section.streams),
        )
        for section in network.sections
    )
    return replace(network, sections=sections)


@PLANS
def test_every_plan_lowers_to_networks_that_hold_their_rules(make: Callable[[], Plan]) -> None:
    plan = make()
    networks = lower(plan)
    assert [network.top for network in networks] == [f"board_{board}" for board in range(len(plan.cluster.boards))]
    for network in networks:
        check_network(network)
    stores = [
        task.name for network in networks for task in network.tasks() if isinstance(task.config, WeightStoreFirstConfig)
    ]
    assert stores == [f"{slice_prefix(plan, index)}_weight_store" for index in range(len(plan.slices))]


@PLANS
def test_loads_and_dumps_reach_the_stores_in_plan_order(make: Callable[[], Plan]) -> None:
    plan = make()
    elements = [shape.elements for shape in slice_shapes(plan)]
    loaded: list[int] = []
    for network in lower(plan):
        found = tasks(network)
        stores = {
            str(task.arguments[index]): task.config
            for task in found.values()
            if isinstance(task.config, WeightStoreFirstConfig)
            for index in (1, 2)
        }
        own = [piece for piece in plan.slices if piece.board == network.board]
        above = sum(size for piece, size in zip(plan.slices, elements, strict=True) if piece.board > network.board)
        for name, kind, array in (
            ("load_distributor", DistributeLoadConfig, "loads"),
            ("dump_collector", CollectDumpConfig, "dumps"),
        ):
            if name not in found:
                assert len(own) + bool(above) <= 1 or name == "dump_collector"
                continue
            config = found[name].config
            assert isinstance(config, kind)
            for position, piece in enumerate(own):
                store = stores[f"{array}[{position}]"]
                assert (store.layer, store.out_base) == (piece.layer, piece.out_begin)
                assert config.counts[position] == elements[plan.slices.index(piece)] == store.weights
            assert config.counts[len(own) :] == ((above,) if above else ())
        loaded += [elements[plan.slices.index(piece)] for piece in own]
    assert loaded == elements


def test_one_board_talks_to_the_host_alone() -> None:
    (network,) = lower(plans.one_board())
    assert [port.name for port in network.ports] == [
        "host_command",
        "host_load",
        "host_pixels",
        "host_label",
        "host_result",
        "host_dump",
    ]
    assert tasks(network)["conv1_fork"].arguments[1] == Argument("host_pixels")
    assert tasks(network)["loss"].arguments[2] == Argument("host_label")
    assert tasks(network)["loss"].arguments[4] == Argument("host_result")
    assert tasks(network)["dump_collector"].arguments[1] == Argument("host_dump")


def test_backward_sums_of_a_cut_layer_start_go_through_and_are_rounded() -> None:
    networks = lower(plans.fc_on_three())
    kernels = [tasks(network)[f"fc_slice{b}_backward_engine"].config.kernel for b, network in enumerate(networks)]
    assert kernels == ["conv_engine_from_partial", "conv_engine_through_partial", "conv_engine_to_partial"]
    merges = [sorted(name for name in tasks(network) if name.endswith(("concat", "split"))) for network in networks]
    assert merges == [[], ["fc_slice1_concat", "fc_slice1_split"], ["fc_slice2_concat", "fc_slice2_split"]]
    forks = [tasks(network)[f"fc_slice{b}_fork"].config.kernel for b, network in enumerate(networks)]
    assert forks == ["fork_features_pass", "fork_features_pass", "fork_features"]


def test_a_board_without_slices_only_forwards() -> None:
    network = lower(plans.idle_between())[1]
    kernels = {task.config.kernel for task in network.tasks()}
    assert kernels == {"link_rx", "link_tx", "pack", "unpack"}
    up = tasks(network)["up_pack_feature_2"]
    down = tasks(network)["down_unpack_feature_2"]
    assert up.arguments[0] == down.arguments[2] == Argument("down_feature_2")


def test_an_idle_board_0_hands_the_images_on() -> None:
    network = lower(plans.idle_below())[0]
    assert tasks(network)["up_pack_feature_0"].arguments[0] == Argument("host_pixels")
    assert tasks(network)["up_unpack_dump"].arguments[2] == Argument("host_dump")


def test_the_first_layer_has_no_backward_phase() -> None:
    (network,) = lower(plans.one_board())
    assert tasks(network)["conv1_weight_store"].config.kernel == "weight_store_first"
    assert "conv1_backward_engine" not in tasks(network)
    assert "conv1_duplicate" not in tasks(network)


def test_engines_of_a_convolution() -> None:
    (network,) = lower(plans.one_board())
    forward = tasks(network)["conv2_forward_engine"].config
    assert forward == ConvEngineConfig(
        in_width=16,
        weight_width=16,
        out_width=16,
        acc_width=48,
        shift=11 + 12 - 10,
        in_groups=3,
        out_groups=2,
        tap_groups=3,
        out_rows=4,
        out_columns=4,
        lanes=2,
        out_lanes=4,
        p_in=2,
        p_out=4,
        p_tap=3,
    )
    assert forward.cycles == 4 * 4 * 2 * 3 * 3
    backward = tasks(network)["conv2_backward_engine"].config
    assert isinstance(backward, ConvEngineConfig)
    assert (backward.p_in, backward.p_out, backward.in_groups, backward.out_groups) == (4, 2, 2, 3)
    assert backward.shift == 14 + 12 - 15
    gradient = tasks(network)["conv2_gradient_engine"].config
    assert isinstance(gradient, GradientEngineConfig)
    assert (gradient.gradient_width, gradient.update_lanes) == (40, 4)


def test_engines_that_take_and_make_words_in_parts() -> None:
    """conv2 of 6 -> 8 channels on words of 2 and 4: forward and gradient take 1 of 2 channels a cycle, backward takes 2
    of 4 errors and makes 1 of 2; words between processes are whole."""
    board = lower(plans.cut_on_three())[1]
    forward = tasks(board)["conv2_forward_engine"].config
    backward = tasks(board)["conv2_backward_engine"].config
    gradient = tasks(board)["conv2_gradient_engine"].config
    store = tasks(board)["conv2_weight_store"].config
    assert isinstance(forward, ConvEngineConfig) and isinstance(backward, ConvEngineConfig)
    assert isinstance(gradient, GradientEngineConfig) and isinstance(store, WeightStoreFirstConfig)
    assert (forward.lanes, forward.p_in, forward.p_out, forward.in_groups) == (2, 1, 4, 3)
    assert (gradient.lanes, gradient.p_in, gradient.p_out) == (2, 1, 4)
    assert (backward.lanes, backward.p_in, backward.out_lanes, backward.p_out) == (4, 2, 2, 1)
    assert (backward.in_groups, backward.out_groups) == (2, 3)
    assert (store.p_in, store.p_out) == (2, 4)
    assert forward.cycles == gradient.cycles == 4 * 4 * 2 * 3 * 3 * 2
    assert backward.cycles == 4 * 4 * 3 * 2 * 3 * 2 * 2
    patches = streams(board)["conv2_forward_patches"], streams(board)["conv2_backward_patches"]
    assert [stream.word for stream in patches] == [signed_vector(16, 3), signed_vector(16, 6)]
    weights = streams(board)["conv2_forward_weights"], streams(board)["conv2_backward_weights"]
    assert [stream.word for stream in weights] == [signed_vector(16, 24)] * 2


def test_a_fully_connected_layer_is_a_convolution_of_its_words() -> None:
    (network,) = lower(plans.one_board())
    store = tasks(network)["fc_weight_store"].config
    assert isinstance(store, WeightStoreFirstConfig)
    assert (store.in_groups, store.out_groups, store.tap_groups) == (2 * 16, 5, 1)
    assert (store.flattened, store.map_groups, store.kernel_rows, store.kernel_columns) == (1, 2, 4, 4)
    assert (store.forward_passes, store.backward_passes) == (1, 1)
    assert store.shift == 10 + 14 + 16 - 12


def test_depths_follow_the_plan() -> None:
    plan = plans.cut_on_two()
    below, above = lower(plan)
    assert streams(below)["conv2_slice0_cached_features"].depth == plan.slices[1].cache_depth
    assert streams(below)["conv2_slice0_mask"].depth == plan.slices[1].mask_depth
    assert streams(above)["down_rx_payloads"].depth == max(one.credits for one in plan.links[0].up)
    assert streams(above)["down_credits_gained"].depth == sum(one.credits for one in plan.links[0].down)


# What breaks a network, and the problem that it must give.
BROKEN: dict[str, tuple[Callable[[BoardNetwork], BoardNetwork], str]] = {
    "a reader too many": (
        lambda n: change_task(
            n, "conv2_forward_window", arguments=(Argument("conv2_cached_features"), Argument("conv2_forward_patches"))
        ),
        "board_0.conv2_engine_features: expected 1 reader, found 0",
    ),
    "a writer too many": (
        lambda n: change_task(n, "conv1_forward_window", arguments=(Argument("host_pixels"), Argument("conv1_sums"))),
        "board_0.host_pixels: expected 1 reader, found 2",
    ),
    "another word": (
        lambda n: change_stream(n, "conv2_sums", word=replace(streams(n)["conv2_sums"].word, lanes=2)),
        "board_0.conv2_forward_engine(conv2_sums): expected a stream of hls::vector<ap_int<16>, 4>, "
        "found a stream of hls::vector<ap_int<16>, 2>",
    ),
    "no such stream": (
        lambda n: change_task(n, "conv2_forward_window", arguments=(Argument("nothing"), Argument("x"))),
        "board_0.conv2_forward_window(nothing): expected a stream of hls::vector<ap_int<16>, 2>, found no such stream",
    ),
    "a member too far": (
        lambda n: change_stream(n, "loads", count=2),
        "board_0.fc_weight_store(loads[2]): expected a stream of ap_int<16>, found no such stream",
    ),
    "too few streams": (
        lambda n: change_task(n, "conv2_duplicate", arguments=()),
        "board_0.conv2_duplicate: expected 3 streams, found 0",
    ),
    "two of a name": (
        lambda n: change_task(n, "conv2_duplicate", name="conv2_fork"),
        "board_0.conv2_fork: expected a name of its own, found 2 of it",
    ),
    "the name of a kernel": (
        lambda n: change_task(n, "conv2_duplicate", name="duplicate"),
        "board_0.duplicate: expected a name of its own, found the name of a kernel",
    ),
    "a port unused": (
        lambda n: replace(n, ports=(*n.ports, Port("spare", n.ports[0].word, PortDirection.OUT, n.ports[0].side))),
        "board_0.spare: expected 1 writer, found 0",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_network_is_seen(name: str) -> None:
    (network,) = lower(plans.one_board())
    break_it, expected = BROKEN[name]
    with pytest.raises(InputError) as caught:
        check_network(break_it(network))
    assert expected in [str(problem).split("\n")[0] for problem in caught.value.problems]


def with_slices(plan: Plan, *slices: tuple[int, int, int, int]) -> Plan:
    """The plan with other slices."""
    return replace(plan, slices=tuple(SlicePlan(*entry, 200, 200) for entry in slices))


def without_up(plan: Plan, carried: Carried) -> Plan:
    """The plan whose link 0 lacks a stream upwards."""
    link = plan.links[0]
    up = tuple(one for one in link.up if one.carried is not carried)
    return replace(plan, links=(replace(link, up=up), *plan.links[1:]))


BAD_PLANS: dict[str, tuple[Callable[[], Plan], str]] = {
    "hole": (lambda: with_slices(plans.one_board(), (0, 0, 0, 6), (1, 0, 0, 4), (2, 0, 0, 10)), "slices that cover"),
    "off the lanes": (
        lambda: with_slices(plans.two_boards(), (0, 0, 0, 6), (1, 0, 0, 2), (1, 1, 2, 8), (2, 1, 0, 10)),
        "begin on a multiple of 4 channels",
    ),
    "twice on a board": (
        lambda: with_slices(plans.one_board(), (0, 0, 0, 6), (1, 0, 0, 4), (1, 0, 4, 8), (2, 0, 0, 10)),
        "one slice of layer 1 on board 0",
    ),
    "boards out of order": (
        lambda: with_slices(plans.two_boards(), (0, 1, 0, 6), (1, 0, 0, 8), (2, 1, 0, 10)),
        "slices in chain order",
    ),
    "no labels": (lambda: without_up(plans.two_boards(), Carried.LABEL), "links[0].up"),
    "no features": (lambda: without_up(plans.cut_on_two(), Carried.FEATURE), "links[0].up"),
}


@pytest.mark.parametrize("name", BAD_PLANS)
def test_a_plan_that_cannot_be_lowered_is_said_so(name: str) -> None:
    make, expected = BAD_PLANS[name]
    with pytest.raises(InputError, match=expected.replace("[", r"\[")):
        lower(make())


def test_a_negative_shift_is_an_input_error() -> None:
    plan = plans.one_board()
    layer = plan.network.layers[0]
    coarse = replace(layer, formats=replace(layer.formats, output=replace(layer.formats.output, fraction=19)))
    network = replace(plan.network, layers=(coarse, *plan.network.layers[1:]))
    with pytest.raises(InputError, match="at most 18 fraction bits, the product's, found 19"):
        lower(replace(plan, network=network))
