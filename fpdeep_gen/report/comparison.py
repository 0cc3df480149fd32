"""A plan beside the baselines and published rates of GPUs: one row each, for tables, JSON and the page."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil

from rich.box import SIMPLE_HEAD
from rich.table import Table

from fpdeep_gen.baseline.compare import baselines
from fpdeep_gen.baseline.cost import work_bound
from fpdeep_gen.baseline.gpus import gpu_rows
from fpdeep_gen.baseline.model import Baseline
from fpdeep_gen.energy.estimate import baseline_energy, chip_bits_per_operation, plan_energy
from fpdeep_gen.energy.model import EnergyModel
from fpdeep_gen.partition.budget import ddr_rate
from fpdeep_gen.partition.model import BalancedPlan, Place
from fpdeep_gen.report.page import MISSING
from fpdeep_gen.report.points import busiest_link, limit_of, link_load

BRAM18_BITS = 18 * 1024
MEBIBYTE = 8 << 20
PLAN_NAME = "this plan"


@dataclass(frozen=True)
class ComparisonRow:
    """One way to train. `images_per_second` with the gaps between mini-batches of `batch` images; `of_bound`: part of
    what all multipliers of the boards could do. `in_flight`: images whose features one board keeps at most;
    `memory_bits` of the board that needs most, block RAM and DDR together; `link_load`, `ddr_load` of the busiest.
    None: not known, or no such thing. Watts of GPUs are the board power of their data sheets."""

    name: str
    kind: str
    boards: int
    batch: int
    images_per_second: float
    of_bound: float | None
    in_flight: int | None
    memory_bits: float | None
    ddr_load: float | None
    link_load: float | None
    estimated_watts: float | None
    estimated_gops_per_joule: float | None
    limit: str
    note: str


def comparison_rows(plan: BalancedPlan, model: EnergyModel) -> tuple[ComparisonRow, ...]:
    """The plan, the baselines on the same network and boards, and GPUs that were measured on this network.

    Data-parallel SGD is asked for the plan's rate.
    """
    bound = work_bound(plan.network, plan.cluster)
    own = _plan_row(plan, model, bound)
    chip_bits = chip_bits_per_operation(plan)
    others = [
        _baseline_row(row, plan, model, bound, chip_bits)
        for row in baselines(plan.network, plan.cluster, own.images_per_second)
    ]
    gpus = [
        ComparisonRow(
            gpu.gpu, "gpu", 1, gpu.batch, gpu.images_per_second, *(None,) * 5, gpu.watts, gpu.gops_per_joule,
            "", f"{gpu.year}, published rate",
        )
        for gpu in gpu_rows(plan.network)
    ]  # fmt: skip
    return (own, *others, *gpus)


def _plan_row(plan: BalancedPlan, model: EnergyModel, bound: float) -> ComparisonRow:
    predicted, clock = plan.prediction, plan.cluster.clock_mhz
    rate = predicted.batch * clock * 1e6 / predicted.batch_cycles
    energy = plan_energy(plan, model)
    busiest = busiest_link(plan)
    ddr = [
        use.ddr_bits / (ddr_rate(board, clock) * predicted.interval)
        for board, use in zip(plan.cluster.boards, plan.uses, strict=True)
        if board.ddr is not None
    ]
    return ComparisonRow(
        PLAN_NAME,
        "plan",
        len(plan.cluster.boards),
        predicted.batch,
        rate,
        rate / bound,
        ceil(predicted.fill),
        max(_memory_bits(plan)),
        max(ddr, default=0.0),
        None if busiest is None else link_load(plan, busiest),
        energy.watts,
        energy.gops_per_joule,
        limit_of(plan),
        "",
    )


def _memory_bits(plan: BalancedPlan) -> list[float]:
    """Of each board: block RAM as it is taken, and what lies in DDR."""
    bits = [float(use.bram18 * BRAM18_BITS) for use in plan.uses]
    for store in plan.stores:
        if store.place is Place.DDR:
            bits[store.board] += store.words * store.width
    for cache in plan.caches:
        if cache.place is Place.DDR:
            bits[cache.board] += cache.rows * cache.inputs.size * cache.columns.size * cache.width
    return bits


def _baseline_row(
    row: Baseline, plan: BalancedPlan, model: EnergyModel, bound: float, chip_bits: float
) -> ComparisonRow:
    energy = baseline_energy(row, plan.network, plan.cluster, model, chip_bits)
    return ComparisonRow(
        row.name,
        "baseline",
        row.boards_used,
        row.batch,
        row.images_per_second,
        row.images_per_second / bound,
        ceil(row.images_in_flight),
        row.memory_bits,
        row.ddr_load,
        row.link_load,
        None if energy is None else energy.watts,
        None if energy is None else energy.gops_per_joule,
        row.limit.value,
        row.note,
    )


HEADINGS = ("boards", "batch", "images/s", "of bound", "in flight", "MiB", "DDR", "link", "W", "GOP/J")


def row_texts(row: ComparisonRow) -> tuple[str, ...]:
    """The figures of a row in the order of `HEADINGS`."""
    return (
        str(row.boards),
        f"{row.batch:,}",
        f"{row.images_per_second:,.1f}",
        _text(row.of_bound, ".3f"),
        _text(row.in_flight, ",d"),
        _text(None if row.memory_bits is None else row.memory_bits / MEBIBYTE, ",.1f"),
        _text(row.ddr_load, ".2f"),
        _text(row.link_load, ".2f"),
        _text(row.estimated_watts, ",.0f"),
        _text(row.estimated_gops_per_joule, ".1f"),
    )


def comparison_table(title: str, rows: Sequence[ComparisonRow]) -> Table:
    """One row a way to train, with what limits it; `comparison_notes` has what else is to be said of some."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column("")
    for heading in HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("limit", no_wrap=True)
    for row in rows:
        table.add_row(row.name, *row_texts(row), row.limit)
    return table


def comparison_notes(rows: Sequence[ComparisonRow]) -> tuple[str, ...]:
    """A line for each row with a note."""
    return tuple(f"{row.name}: {row.note}" for row in rows if row.note)


def comparison_document(plan: BalancedPlan, rows: Sequence[ComparisonRow]) -> dict[str, object]:
    """OUT/compare.json. Plan and baselines are predictions, energy is an estimate."""
    return {
        "network": plan.network.name,
        "cluster": plan.cluster.name,
        "boards": len(plan.cluster.boards),
        "work_bound": work_bound(plan.network, plan.cluster),
        "rows": [asdict(row) for row in rows],
    }


def _text(value: float | None, form: str) -> str:
    return MISSING if value is None else f"{value:{form}}"
