"""One self-contained HTML file: what was planned, what was measured, and how to get it again."""

from collections.abc import Sequence
from dataclasses import dataclass

from fpdeep_gen.hls.emit.report import Resources
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.report.chain_drawing import draw_chain
from fpdeep_gen.report.evidence import Evidence
from fpdeep_gen.report.figures import board_rows, engine_rows, link_rows
from fpdeep_gen.report.loss_chart import LossChart, draw_losses
from fpdeep_gen.report.network import describe_layer, format_text, shape_text
from fpdeep_gen.report.page import (
    BoardView,
    EngineView,
    FifoGroup,
    LayerView,
    LinkView,
    StepView,
    Tile,
    board_view,
    engine_view,
    fifo_groups,
    link_view,
    step_view,
    tiles,
)
from fpdeep_gen.report.rtl_estimates import estimate_of
from fpdeep_gen.report.shapes import Drawing
from fpdeep_gen.report.templates import render
from fpdeep_gen.texts import counted

TEMPLATE = "report/report.html.j2"
MOST_DIFFERENCES = 20


@dataclass(frozen=True)
class Origin:
    """How the run came about: commands that repeat it and (name, version) of the tools."""

    commands: tuple[str, ...]
    versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Page:
    """Everything that the template shows; it computes nothing."""

    title: str
    cluster: str
    simulated: bool
    equal: bool | None
    verdict: str
    tiles: tuple[Tile, ...]
    chain: Drawing
    layers: tuple[LayerView, ...]
    boards: tuple[BoardView, ...]
    engines: tuple[EngineView, ...]
    links: tuple[LinkView, ...]
    losses: LossChart | None
    steps: tuple[StepView, ...]
    differences: tuple[str, ...]
    fifos: tuple[FifoGroup, ...]
    origin: Origin


def report_html(plan: Plan, evidence: Evidence | None, origin: Origin, rtl: Sequence[Resources] = ()) -> str:
    """The page's text. Without evidence it shows the plan alone, and says so. `rtl`: estimates of each board's RTL."""
    return render(TEMPLATE, _page(plan, evidence, origin, rtl))


def _page(plan: Plan, evidence: Evidence | None, origin: Origin, rtl: Sequence[Resources]) -> Page:
    boards, links = board_rows(plan), link_rows(plan)
    steps = evidence.steps if evidence else ()
    return Page(
        title=plan.network.name,
        cluster=f"{plan.cluster.name}: {counted(len(boards), 'board')}",
        simulated=evidence is not None,
        equal=None if evidence is None else evidence.equal,
        verdict=_verdict(evidence),
        tiles=tiles(plan, evidence),
        chain=draw_chain(boards, links),
        layers=_layers(plan),
        boards=tuple(board_view(row, evidence, estimate_of(rtl, row.board)) for row in boards),
        engines=tuple(engine_view(row, evidence, plan.prediction.interval) for row in engine_rows(plan)),
        links=tuple(link_view(row, evidence) for row in links),
        losses=draw_losses([step.step for step in steps], [step.loss for step in steps]),
        steps=tuple(step_view(step) for step in steps),
        differences=evidence.differences[:MOST_DIFFERENCES] if evidence else (),
        fifos=fifo_groups(evidence),
        origin=origin,
    )


def _verdict(evidence: Evidence | None) -> str:
    if evidence is None:
        return "Planned only: nothing has been simulated yet."
    if evidence.failure:
        return f"The simulation gave nothing to compare. {evidence.failure}"
    if not evidence.equal:
        return "The simulated chain and the golden model disagree."
    steps = counted(len(evidence.steps), "SGD step")
    return f"{evidence.compared_weights:,} weights compared over {steps}: equal, bit for bit."


def _layers(plan: Plan) -> tuple[LayerView, ...]:
    network = plan.network
    return tuple(
        LayerView(
            name=layer.name,
            computes=describe_layer(layer),
            input=shape_text(network.tensor_shape(index)),
            output=shape_text(network.tensor_shape(index + 1)),
            weights=f"{layer.weight_count:,}",
            macs=f"{layer.forward_macs:,}",
            formats=", ".join(
                format_text(one) for one in (layer.formats.weight, layer.formats.output, layer.formats.error)
            ),
            fold=f"{plan.lanes[index]} x {plan.lanes[index + 1]} x {plan.taps[index]}",
        )
        for index, layer in enumerate(network.layers)
    )
