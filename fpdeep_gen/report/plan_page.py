"""OUT/plan.html: a balanced plan in one self-contained file."""

from dataclasses import dataclass

from fpdeep_gen.energy.estimate import Energy
from fpdeep_gen.partition.model import BalancedPlan
from fpdeep_gen.report.balanced import BOARD_COLUMNS, apart_text, board_texts, energy_text, flat_text
from fpdeep_gen.report.epoch import Epoch, epoch_of
from fpdeep_gen.report.page import Tile
from fpdeep_gen.report.plan_drawing import ChainDrawing, draw_plan
from fpdeep_gen.report.plan_timeline import TimelineDrawing, draw_timeline
from fpdeep_gen.report.points import Figures, busiest_link, figures_of_energy, link_load
from fpdeep_gen.report.templates import render
from fpdeep_gen.texts import counted, duration

TEMPLATE = "report/plan.html.j2"


@dataclass(frozen=True)
class PlanPage:
    """Everything that the template shows."""

    title: str
    cluster: str
    verdict: str
    tiles: tuple[Tile, ...]
    chain: ChainDrawing
    timeline: TimelineDrawing
    energy: str
    columns: tuple[str, ...]
    boards: tuple[tuple[str, ...], ...]
    trace: str


def plan_html(plan: BalancedPlan, energy: Energy, trace: str) -> str:
    """The page's text; `trace`: name of the file with the timeline."""
    figures = figures_of_energy(plan, energy)
    boards = counted(len(plan.cluster.boards), "board")
    page = PlanPage(
        title=plan.network.name,
        cluster=f"{boards} of {plan.cluster.name} at {plan.cluster.clock_mhz:g} MHz",
        verdict=_verdict(plan, figures),
        tiles=_tiles(plan, figures, energy),
        chain=draw_plan(plan),
        timeline=draw_timeline(plan),
        energy=energy_text(energy),
        columns=BOARD_COLUMNS,
        boards=board_texts(plan),
        trace=trace,
    )
    return render(TEMPLATE, page)


def _verdict(plan: BalancedPlan, figures: Figures) -> str:
    parts = [f"Limited by {figures.limit}", f"Fullest memory: board {figures.fullest}, {figures.memory:.1%}"]
    if plan.prediction.intake < plan.prediction.interval:
        parts.append(apart_text(plan).capitalize())
    busiest = busiest_link(plan)
    if busiest is not None:
        parts.append(f"Busiest link: {busiest.index} to {busiest.index + 1}, {link_load(plan, busiest):.1%}")
    return ". ".join([*parts, f"Fully connected weights {flat_text(plan)}."])


def _tiles(plan: BalancedPlan, figures: Figures, energy: Energy) -> tuple[Tile, ...]:
    predicted, epoch = plan.prediction, epoch_of(plan)
    gap = f"{predicted.update:,} cycles from a batch to the next"
    return (
        Tile(f"{figures.images_per_second:,.0f}", "images/s", f"{figures.steady:,.0f} within a batch"),
        Tile(f"{figures.of_bound:.1%}", "of the work bound", "all multipliers busy in every cycle"),
        Tile(f"{predicted.interval:,}", "cycles an image", f"bound {plan.bounds.interval:,.0f}"),
        Tile(f"{figures.fill:.2f}", "images of pipeline fill", f"latency {predicted.latency:,} cycles"),
        Tile(f"{figures.balance:.3f}", "busiest board over mean", "multiply-accumulates a multiplier"),
        Tile(
            f"{figures.estimated_gops_per_joule:.1f}",
            "GOP/J, estimate",
            f"{energy.watts:,.0f} W, {energy.joules:.3g} J an image",
        ),
        Tile(f"{predicted.batch:,}", "images a batch", f"whatever the number of boards; {gap}"),
        *([] if epoch is None else [_epoch_tile(epoch)]),
    )


def _epoch_tile(epoch: Epoch) -> Tile:
    return Tile(
        duration(epoch.seconds), "an epoch", f"{counted(epoch.images, 'image')}, {epoch.batches:,} mini-batches"
    )
