"""Tables for the terminal."""

from rich.table import Table
from rich.text import Text

from fpdeep_gen.plan.ceiling import ceilings
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.report.evidence import Evidence, StepEvidence
from fpdeep_gen.report.figures import Used, board_rows, limit_text, link_rows
from fpdeep_gen.texts import counted

FULL = 0.9
TIGHT = 0.7


def boards_table(plan: Plan, evidence: Evidence | None) -> Table:
    """One row a board: slices, resources, its slowest engine, interval planned and (with evidence) simulated."""
    table = _table(
        "Boards", ["board", "type", "slices"], ["DSP", "BRAM36", "LUT", "slowest\nengine", "interval\nplanned"]
    )
    if evidence is not None:
        table.add_column("interval\nsimulated", justify="right")
    for row in board_rows(plan):
        cells: list[str | Text] = [
            str(row.board),
            row.name,
            ", ".join(row.slices),
            _used(row.dsp),
            _used(row.bram36),
            _share(row.lut.share, 0),
            f"{row.slowest_cycles:,}",
            f"{plan.prediction.interval:,}",
        ]
        if evidence is not None:
            cells.append(_cycles(evidence.board_interval(row.board)))
        table.add_row(*cells)
    return table


def links_table(plan: Plan, evidence: Evidence | None) -> Table:
    """Two rows a link: words and flits for a trained image, and how much of the link they take."""
    table = _table("Links", ["link", "carries"], ["words an\nimage", "flits an\nimage", "load\nplanned"])
    if evidence is not None:
        table.add_column("flits\nsimulated", justify="right")
        table.add_column("load with\ncredits", justify="right")
    for row in link_rows(plan):
        carries = ", ".join(stream.carries for stream in row.streams if stream.words_per_image)
        cells: list[str | Text] = [
            row.name,
            carries,
            f"{row.words_per_image:,}",
            f"{row.flits_per_image:,.0f}",
            _share(row.load),
        ]
        if evidence is not None:
            found = evidence.link(row.link, row.direction)
            cells.append(_cycles(None if found is None else found.data_flits_per_image))
            cells.append(Text("") if found is None or found.utilisation is None else _share(found.utilisation))
        table.add_row(*cells)
    return table


def steps_table(evidence: Evidence) -> Table:
    """One row an SGD step: loss as simulated and as the golden model has it, and the comparison of all weights."""
    table = _table("Training steps", [], ["step", "images", "loss simulated", "loss golden"])
    table.add_column("weights")
    for step in evidence.steps:
        loss = (f"{step.loss:.6f}", f"{step.golden_loss:.6f}")
        table.add_row(str(step.step), str(step.images), *loss, _verdict(step))
    return table


def prediction_text(plan: Plan) -> str:
    """One line: interval, throughput, latency and update as planned."""
    found = plan.prediction
    return (
        f"planned: {found.interval:,} cycles an image (limit: {limit_text(plan)}{_wanted(plan)}), "
        f"{found.images_per_second:,.0f} images/s at {plan.cluster.clock_mhz:g} MHz; "
        f"latency {found.latency:,} cycles; update {found.update:,} cycles "
        f"after each mini-batch of {plan.network.training.batch}"
    )


def _wanted(plan: Plan) -> str:
    """`; a shorter one needs more LUT`, where one resource by itself holds it up."""
    names = ceilings(plan)
    return f"; a shorter one needs more {' or '.join(names)}" if names else ""


def latency_text(plan: Plan, simulated: float) -> str:
    """One line: latency of an image alone as planned and as simulated."""
    planned = plan.prediction.latency
    return f"latency: {planned:,} cycles planned, {simulated:,.0f} simulated ({simulated / planned - 1:+.1%})"


def verdict_text(evidence: Evidence) -> Text:
    """The one sentence that matters."""
    if evidence.equal:
        steps = counted(len(evidence.steps), "step")
        text = f"equal: {evidence.compared_weights:,} weights compared over {steps}, bit for bit"
        return Text(text, style="bold green")
    if evidence.failure:
        return Text(f"STOPPED: {evidence.failure}", style="bold red")
    return Text("DIFFERENT: the simulated chain and the golden model disagree", style="bold red")


def _verdict(step: StepEvidence) -> Text:
    if step.equal:
        return Text("equal", style="green")
    return Text(f"{step.differing_weights:,} weights, {step.differing_results:,} results differ", style="red")


def _used(used: Used) -> Text:
    amount = f"{used.amount:,.1f}".removesuffix(".0")
    style = "red" if used.share > FULL else "yellow" if used.share > TIGHT else ""
    return Text(f"{amount} / {used.available:,.0f} {used.share:>4.0%}", style=style)


def _share(share: float, decimals: int = 1) -> Text:
    return Text(f"{share:.{decimals}%}", style="red" if share > FULL else "yellow" if share > TIGHT else "")


def _cycles(interval: float | None) -> str:
    return "" if interval is None else f"{interval:,.0f}"


def _table(title: str, left: list[str], right: list[str]) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in left:
        table.add_column(heading)
    for heading in right:
        table.add_column(heading, justify="right")
    return table
