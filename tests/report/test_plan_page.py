"""`plan.html`: bars are as high as what they stand for, the tightest board and link are framed and named, the timeline
keeps the plan's times, and the page stands on its own."""

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from fpdeep_gen.energy.estimate import plan_energy
from fpdeep_gen.energy.model import load_energy
from fpdeep_gen.partition.model import BalancedPlan, Kept, Phase, Share
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.report.chain_svg import chain_svg
from fpdeep_gen.report.plan_drawing import LINK, MEMORY, PART, SLICES, USES, columns_of, draw_plan
from fpdeep_gen.report.plan_page import plan_html
from fpdeep_gen.report.plan_timeline import FILLS, draw_timeline, windows_of
from fpdeep_gen.report.plan_times import plan_trace, updates
from fpdeep_gen.report.shapes import Group
from tests.partition.networks import chain, conv, flat, network, output, sharing
from tests.report.html_checker import check_page


@pytest.fixture(scope="module")
def plan() -> BalancedPlan:
    first = conv("conv0", (3, 24, 24), 16, 3, pool=2)
    second = conv("conv1", output(first), 32, 3, pool=2)
    return make_balanced_plan(network((first, second, flat("fc2", output(second), 10))), chain(3))


def page(plan: BalancedPlan) -> str:
    return plan_html(plan, plan_energy(plan, load_energy()), "trace.json")


def heights(groups: tuple[Group, ...], begin: str) -> list[float]:
    return [sum(bar.height for bar in group.bars) for group in groups if group.text.startswith(begin)]


def test_bars_are_as_high_as_what_they_stand_for(plan: BalancedPlan) -> None:
    groups = draw_plan(plan).groups
    for use in plan.uses:
        slices, _, memory, logic = heights(groups, f"board {use.board}:")
        assert slices == pytest.approx(SLICES * use.macs / (200 * plan.prediction.interval), abs=0.1)
        assert memory == pytest.approx(MEMORY * use.bram18 / 800, abs=0.1)
        assert logic == pytest.approx(PART * use.lut / 400_000, abs=0.1)
    for link in plan.links:
        (both,) = heights(groups, f"link {link.index} ")
        load = (link.up_cycles + link.down_cycles) / plan.prediction.interval
        assert both == pytest.approx(LINK * load, abs=0.1)


def test_the_tightest_board_and_link_are_framed_and_named(plan: BalancedPlan) -> None:
    links = (plan.links[0], replace(plan.links[1], down_cycles=plan.prediction.interval))
    uses = (plan.uses[0], plan.uses[1], replace(plan.uses[2], fifo_bram18=700))
    drawn = draw_plan(replace(plan, links=links, uses=uses))
    named = [label.text for label in drawn.drawing.labels if label.css == "named"]
    assert "busiest: link 1 to 2, 100.0% down" in named
    fullest = next(text for text in named if text.startswith("fullest"))
    assert fullest == f"fullest: board 2, {uses[2].bram18 / 800:.1%}"
    columns = columns_of(3)
    frames = [frame for frame in drawn.drawing.rectangles if frame.css == "most"]
    assert any(frame.x == pytest.approx(columns.left(2) - 1.5) for frame in frames)
    assert "Fullest memory: board 2" in page(replace(plan, links=links, uses=uses))
    assert "Limited by link 1" in page(replace(plan, links=links, uses=uses))


def test_of_boards_that_are_as_full_picture_and_text_name_the_same(plan: BalancedPlan) -> None:
    """In floating point 80 / 800 + 160 / 800 is more than 240 / 800."""
    none = {field: 0 for _, field, _ in USES}
    uses = tuple(
        replace(use, **{**none, "weight_bram18": first, "gradient_bram18": second})
        for use, (first, second) in zip(plan.uses, ((240, 0), (80, 160), (0, 0)), strict=True)
    )
    found = replace(plan, uses=uses)
    assert "fullest: board 0, 30.0%" in [label.text for label in draw_plan(found).drawing.labels]
    assert "Fullest memory: board 0" in page(found)


def test_memory_of_gradients_keeps_velocities_where_there_is_momentum(plan: BalancedPlan) -> None:
    pushed = replace(plan.network, training=replace(plan.network.training, momentum=0.9))
    names = [[key.text for key in draw_plan(found).uses] for found in (plan, replace(plan, network=pushed))]
    assert [[name for name in some if name.startswith("gradients")] for some in names] == [
        ["gradients"],
        ["gradients, momentum"],
    ]


def test_many_boards_fit_beside_each_other() -> None:
    columns = columns_of(128)
    assert columns.width > 6
    assert columns.left(127) + columns.width <= columns.right <= 1300
    assert columns.left(1) > columns.left(0) + columns.width


def test_the_timeline_keeps_the_plans_times(plan: BalancedPlan) -> None:
    predicted = plan.prediction
    drawn = draw_timeline(plan)
    window = windows_of(plan)[0]
    forward = next(group for group in drawn.first if group.text.startswith("conv1 forward"))
    times = next(one for one in predicted.times if (one.layer, one.phase) == (1, Phase.FORWARD))
    (bar,) = forward.bars
    assert bar.fill == FILLS[Phase.FORWARD]
    assert {group.text[:4] for group in drawn.first if group.text.endswith("other phases on one engine")} == {"fc2 "}
    assert bar.x == pytest.approx(window.x(times.begin), abs=0.01)
    assert bar.x + bar.width == pytest.approx(window.x(times.end), abs=0.02)
    shown = " ".join(label.text for label in drawn.drawing.labels)
    assert f"{predicted.fill:.2f} intervals" in shown
    assert "next batch" in shown


def test_a_long_batch_is_broken_and_a_short_one_is_not(plan: BalancedPlan) -> None:
    def batch(images: int) -> BalancedPlan:
        return replace(plan, prediction=replace(plan.prediction, batch=images))

    (whole,) = windows_of(batch(2))
    assert (whole.begin, whole.end > batch(2).prediction.batch_cycles) == (0, True)
    begin, end = windows_of(batch(500))
    assert begin.right < end.left
    assert end.begin < batch(500).prediction.batch_cycles < end.end
    assert sum(len(bars) for _, bars in draw_timeline(batch(500)).others) < 400


def test_the_trace_has_every_slice_at_its_times(plan: BalancedPlan) -> None:
    predicted = plan.prediction
    events = json.loads(plan_trace(plan))["traceEvents"]
    names = {(event["pid"], event["tid"]): event["args"]["name"] for event in events if event["name"] == "thread_name"}
    share: Share = next(one for one in plan.shares if (one.layer, one.phase) == (1, Phase.GRADIENT))
    times = next(one for one in predicted.times if (one.layer, one.phase) == (1, Phase.GRADIENT))
    spans = {
        event["name"]: event
        for event in events
        if event["ph"] == "X" and event["pid"] == share.board
        if names[event["pid"], event["tid"]].startswith("conv1 gradient")
    }
    assert spans["image 0"]["ts"] == times.begin
    assert spans["image 15"]["ts"] == 15 * predicted.interval + times.begin
    assert spans["image 15"]["dur"] == times.end - times.begin
    shown = {(event["pid"], names[event["pid"], event["tid"]].split(" (")[0]) for event in events if event["ph"] == "X"}
    phases = {(one.board, f"{plan.network.layers[one.layer].name} {one.phase.value}") for one in plan.shares}
    assert phases <= shown
    assert {name for _, name in shown - phases} == {"conv0 update", "conv1 update", "fc2 update"}


def test_nothing_goes_on_after_the_last_gradient_where_images_share_reads() -> None:
    """The first image waits for all that share its read, the last one is alone: it takes less time than a plan's times
    say."""
    plan = sharing(2.0, 17)
    predicted = plan.prediction
    assert predicted.drain < predicted.latency
    events = json.loads(plan_trace(plan))["traceEvents"]
    works = [(one["ts"], one["dur"]) for one in events if one["ph"] == "X" and one["name"].startswith("image")]
    assert min(duration for _, duration in works) > 0
    assert max(begin + duration for begin, duration in works) == predicted.last_gradient
    assert min(one.begin for one in updates(plan)) <= predicted.last_gradient
    assert max(one.end for one in updates(plan)) <= predicted.last_gradient + predicted.update + predicted.interval


def test_weights_are_updated_after_their_last_gradient_one_layer_at_a_time(plan: BalancedPlan) -> None:
    ends = {one.layer: one.end for one in plan.prediction.times if one.phase is Phase.GRADIENT}
    last = 15 * plan.prediction.interval
    found = updates(plan)
    assert {(one.board, one.layer) for one in found} == {
        (one.board, one.layer) for one in plan.stores if one.kept is Kept.GRADIENTS
    }
    for one in found:
        assert one.begin >= last + ends[one.layer]
        others = [other for other in found if other.board == one.board and other != one]
        assert all(other.end <= one.begin or one.end <= other.begin for other in others)


def test_the_page_is_well_formed_and_complete_in_itself(plan: BalancedPlan) -> None:
    text = page(replace(plan, network=replace(plan.network, name="<script>")))
    check_page(text)
    assert "<script>" not in text
    for shown in ("GOP/J, estimate", "energy (estimate)", "trace.json", "conv1", "board 2", "link 1 to 2"):
        assert shown in text, shown


def test_one_board_has_no_links(plan: BalancedPlan) -> None:
    alone = make_balanced_plan(plan.network, chain(1, dsp=600, bram36=1200))
    check_page(page(alone))
    assert "Busiest link" not in page(alone)


def test_the_picture_for_documents_has_every_bar(plan: BalancedPlan) -> None:
    text = chain_svg(plan, "a < b")
    picture = ElementTree.fromstring(text)
    assert "a &lt; b" in text
    drawn = sum(len(group.bars) for group in draw_plan(plan).groups)
    swatches = len(draw_plan(plan).layers) + len(draw_plan(plan).uses)
    paths = picture.iter("{http://www.w3.org/2000/svg}path")
    assert sum(path.attrib["d"].count("z") for path in paths) == drawn + swatches
    assert "href" not in text


def test_a_single_board_tells_its_limits_and_an_epochs_time() -> None:
    first = conv("conv0", (3, 24, 24), 16, 3, pool=2)
    small = network((first, flat("fc1", output(first), 10)))
    alone = page(make_balanced_plan(small, chain(1)))
    assert "Fully connected weights on chip." in alone
    assert "Busiest link" not in alone
    assert "an epoch" not in alone
    stated = page(make_balanced_plan(replace(small, training=replace(small.training, images=1000)), chain(1)))
    assert "1,000 images, 62 mini-batches" in stated
