"""Tables of a balanced plan for the terminal."""

from collections.abc import Iterable
from dataclasses import asdict

from rich.table import Table

from fpdeep_gen.energy.estimate import Energy
from fpdeep_gen.partition.model import BalancedPlan, LinkPlan, Phase, Place, Share
from fpdeep_gen.report.epoch import epoch_of, epoch_text
from fpdeep_gen.report.points import busiest_link, figures_of_energy, fullest_board, link_load
from fpdeep_gen.texts import counted

PHASES = {Phase.FORWARD: "F", Phase.BACKWARD: "B", Phase.GRADIENT: "G"}


BOARD_COLUMNS = (
    "board",
    "parts (forward, backward, gradient in %)",
    "DSP",
    "BRAM36",
    "LUT",
    "weights",
    "gradients",
    "caches",
    "buffers",
    "link up",
    "down",
)


def balanced_table(plan: BalancedPlan) -> Table:
    """One row a board: parts of layers in percent of each phase, multipliers, block RAM and LUTs, block RAMs by use,
    link to the next board."""
    table = Table(title="Boards", title_justify="left")
    for name in BOARD_COLUMNS[:2]:
        table.add_column(name)
    for name in BOARD_COLUMNS[2:]:
        table.add_column(name, justify="right")
    for texts in board_texts(plan):
        table.add_row(*texts)
    return table


def board_texts(plan: BalancedPlan) -> tuple[tuple[str, ...], ...]:
    """For each board the texts of `BOARD_COLUMNS`."""
    rows = []
    shares: dict[int, list[Share]] = {}
    for share in plan.shares:
        shares.setdefault(share.board, []).append(share)
    whole = _whole(plan)
    for board, use in zip(plan.cluster.boards, plan.uses, strict=True):
        link = plan.links[use.board] if use.board < len(plan.links) else None
        buffers = use.line_bram18 + use.partial_bram18 + use.fifo_bram18
        parts = (use.weight_bram18, use.gradient_bram18, use.cache_bram18, buffers)
        rows.append(
            (
                str(use.board),
                _parts(plan, shares.get(use.board, []), whole),
                f"{use.dsp / board.dsp:.1%}",
                f"{use.bram18 / 2 / board.bram36:.1%}",
                f"{use.lut / board.lut:.0%}",
                *(f"{count / 2:.0f}" for count in parts),
                *_loads(plan, link),
            )
        )
    return tuple(rows)


def balanced_text(plan: BalancedPlan, energy: Energy) -> str:
    """Interval against the bound, latency, batch, epoch, what limits, and energy."""
    predicted, bounds = plan.prediction, plan.bounds
    figures, epoch = figures_of_energy(plan, energy), epoch_of(plan)
    lines = [
        f"interval {predicted.interval:,} cycles, {figures.steady:,.1f} images/s within a batch; "
        f"bound {bounds.interval:,.0f} ({bounds.limit}): {bounds.interval / predicted.interval:.1%} of it",
        f"latency {predicted.latency:,} cycles, {predicted.fill:.2f} intervals; "
        f"after a batch {predicted.update:,} cycles; "
        f"{figures.images_per_second:,.1f} images/s with batches of {predicted.batch}",
        *([epoch_text(epoch, plan.network.training.epochs)] if epoch is not None else []),
        *([apart_text(plan)] if predicted.intake < predicted.interval else []),
        f"work: busiest board {figures.balance:.3f} of the mean; fully connected weights {flat_text(plan)}",
        f"limited by {figures.limit}; {_fullest(plan)}",
        energy_text(energy),
    ]
    return "\n".join(lines)


def apart_text(plan: BalancedPlan) -> str:
    """How far apart images come where that is further than engines need."""
    predicted = plan.prediction
    return (
        f"images come {predicted.interval:,} cycles apart for so short a pipeline; engines could take one every "
        f"{predicted.intake:,}"
    )


def energy_text(energy: Energy) -> str:
    """Joules, watts and operations for a joule, and what takes most; an estimate, and called one."""
    parts = {
        "boards at rest": energy.static,
        "operations": energy.compute,
        "on-chip memory": energy.chip,
        "links": energy.links,
        "DDR": energy.ddr,
    }
    shares = ", ".join(f"{name} {part / energy.joules:.0%}" for name, part in parts.items() if part)
    return (
        f"energy (estimate): {energy.gops_per_joule:.1f} GOP/J, {energy.joules:.3g} J an image, "
        f"{energy.watts:,.0f} W altogether: {shares}"
    )


def balanced_document(plan: BalancedPlan, energy: Energy) -> dict[str, object]:
    """Figures for --json; rates in images a second. `epoch`: None where nothing says how many images it has."""
    predicted, epoch = plan.prediction, epoch_of(plan)
    figures = figures_of_energy(plan, energy)
    return {
        "kind": plan.kind,
        "boards": len(plan.cluster.boards),
        "interval": predicted.interval,
        "intake": predicted.intake,
        "bound": plan.bounds.interval,
        "limit": figures.limit,
        "steady": figures.steady,
        "images_per_second": figures.images_per_second,
        "of_bound": figures.of_bound,
        "balance": figures.balance,
        "memory": figures.memory,
        "fullest": figures.fullest,
        "link_load": figures.link_load,
        "link": figures.link,
        "latency": predicted.latency,
        "fill": predicted.fill,
        "update": predicted.update,
        "batch": predicted.batch,
        "epoch": None if epoch is None else asdict(epoch),
        "energy_estimate": energy_document(energy),
    }


def energy_document(energy: Energy) -> dict[str, float]:
    """Figures for --json: joules of an image by what takes them."""
    return asdict(energy) | {
        "joules": energy.joules,
        "watts": energy.watts,
        "gops_per_joule": energy.gops_per_joule,
    }


def _whole(plan: BalancedPlan) -> dict[tuple[int, Phase], int]:
    whole: dict[tuple[int, Phase], int] = {}
    for share in plan.shares:
        whole[share.layer, share.phase] = whole.get((share.layer, share.phase), 0) + share.macs
    return whole


def _parts(plan: BalancedPlan, shares: Iterable[Share], whole: dict[tuple[int, Phase], int]) -> str:
    found: dict[int, dict[Phase, float]] = {}
    for share in shares:
        parts = found.setdefault(share.layer, dict.fromkeys(PHASES, 0.0))
        parts[share.phase] += 100 * share.macs / whole[share.layer, share.phase]
    texts = []
    for layer, parts in sorted(found.items()):
        numbers = "/".join(f"{part:.3g}" for part in parts.values())
        texts.append(f"{plan.network.layers[layer].name} {numbers}")
    return ", ".join(texts)


def _loads(plan: BalancedPlan, link: LinkPlan | None) -> tuple[str, str]:
    if link is None:
        return "", ""
    return f"{link.up_cycles / plan.prediction.interval:.0%}", f"{link.down_cycles / plan.prediction.interval:.0%}"


def flat_text(plan: BalancedPlan) -> str:
    """Where fully connected weights are kept."""
    if any(store.place is Place.DDR and store.width == 16 for store in plan.stores):
        return f"in DDR, {_images(plan.prediction.shared_weights)} a read"
    if any(store.place is Place.DDR for store in plan.stores):
        return f"on chip, their gradients in DDR ({_images(plan.prediction.shared_gradients)} a read)"
    return "on chip"


def _images(count: int) -> str:
    return counted(count, "image")


def _fullest(plan: BalancedPlan) -> str:
    fullest, memory = fullest_board(plan)
    text = f"fullest memory: board {fullest} with {memory:.1%}"
    link = busiest_link(plan)
    return text if link is None else f"{text}; busiest link: {link.index} with {link_load(plan, link):.0%}"
