"""Rows of the report as the template shows them: texts, and shares for the bars."""

from dataclasses import dataclass, replace

from fpdeep_gen.hls.emit.report import Resources
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.report.chain_drawing import level
from fpdeep_gen.report.evidence import Evidence, FifoEvidence, StepEvidence
from fpdeep_gen.report.figures import BoardRow, EngineRow, LinkRow, Used, limit_text
from fpdeep_gen.texts import counted

MISSING = "\N{EN DASH}"


@dataclass(frozen=True)
class Meter:
    """A bar: `percent` of it is filled (0..100), `level` names its colour (ok, tight, full); `note` stands below."""

    text: str
    percent: float
    level: str
    note: str = ""


@dataclass(frozen=True)
class Tile:
    """One key figure."""

    value: str
    label: str
    note: str


@dataclass(frozen=True)
class LayerView:
    """A row of the network's table."""

    name: str
    computes: str
    input: str
    output: str
    weights: str
    macs: str
    formats: str
    fold: str


@dataclass(frozen=True)
class BoardView:
    """A row of the boards' table."""

    board: int
    name: str
    slices: str
    dsp: Meter
    bram36: Meter
    lut: Meter
    ff: Meter
    slowest: str
    simulated: str


@dataclass(frozen=True)
class EngineView:
    """A row of the engines' table."""

    name: str
    phase: str
    board: int
    multipliers: str
    fewest: str
    planned: str
    simulated: str
    busy: Meter
    busy_simulated: Meter | None
    useful: str
    limits: bool


@dataclass(frozen=True)
class StreamView:
    """A stream of a link."""

    carries: str
    words: str


@dataclass(frozen=True)
class LinkView:
    """One direction of a link."""

    name: str
    flits: str
    simulated: str
    load: Meter
    load_simulated: Meter | None
    streams: tuple[StreamView, ...]


@dataclass(frozen=True)
class StepView:
    """A training step."""

    step: int
    images: int
    loss: str
    golden_loss: str
    weights: str
    equal: bool


@dataclass(frozen=True)
class FifoView:
    """A stream inside a board."""

    name: str
    width: int
    depth: str
    peak: Meter
    pushed: str
    full_cycles: str
    empty_cycles: str


@dataclass(frozen=True)
class FifoGroup:
    """The streams of a board, those first whose writers waited longest."""

    board: int
    fifos: tuple[FifoView, ...]


def tiles(plan: Plan, evidence: Evidence | None) -> tuple[Tile, ...]:
    """The key figures on top of the page."""
    planned = plan.prediction
    found = [
        Tile(
            f"{planned.interval:,}",
            "cycles an image, planned",
            f"set by {limit_text(plan)}",
        ),
        Tile(
            f"{planned.images_per_second:,.0f}",
            "images/s, planned",
            f"at {plan.cluster.clock_mhz:g} MHz, mini-batches of {plan.network.training.batch}",
        ),
    ]
    if evidence is None:
        found.append(Tile(f"{planned.latency:,}", "cycles of latency, planned", "of an image alone"))
    else:
        if evidence.interval is not None:
            note = _against(evidence.interval, planned.interval)
            found.insert(1, Tile(f"{evidence.interval:,.0f}", "cycles an image, simulated", note))
        if evidence.latency is not None:
            note = f"planned: {planned.latency:,}; {_against(evidence.latency, planned.latency)}"
            found.append(Tile(f"{evidence.latency:,.0f}", "cycles of latency, simulated", note))
        steps = counted(len(evidence.steps), "SGD step")
        found.append(Tile(f"{evidence.compared_weights:,}", "weights compared", f"over {steps}"))
        speed = evidence.cycles / evidence.simulation_seconds if evidence.simulation_seconds else 0.0
        note = f"{speed / 1e3:,.0f} thousand a second" if speed else ""
        found.append(Tile(f"{evidence.cycles:,}", "clock cycles simulated", note))
    return tuple(found)


def _against(simulated: float, planned: int) -> str:
    return f"{simulated / planned - 1 if planned else 0.0:+.1%} against the plan"


def board_view(row: BoardRow, evidence: Evidence | None, rtl: Resources | None) -> BoardView:
    """One board's row; `rtl`: what the back end estimates for its RTL."""
    return BoardView(
        board=row.board,
        name=row.name,
        slices=", ".join(row.slices),
        dsp=_use(row.dsp, None if rtl is None else rtl.dsp),
        bram36=_use(row.bram36, None if rtl is None else rtl.bram36),
        lut=_use(row.lut, None if rtl is None else rtl.lut),
        ff=_use(row.ff, None if rtl is None else rtl.ff),
        slowest=f"{row.slowest_cycles:,}",
        simulated=_number(None if evidence is None else evidence.board_interval(row.board)),
    )


def engine_view(row: EngineRow, evidence: Evidence | None, interval: int) -> EngineView:
    """One engine's row; `interval` is the planned one."""
    found = None if evidence is None else evidence.engine(row.name)
    busy = None if found is None else found.busy
    return EngineView(
        name=row.name,
        phase=row.phase,
        board=row.board,
        multipliers=f"{row.multipliers:,}",
        fewest=f"{row.fewest_multipliers:,}",
        planned=f"{row.cycles_per_image:,}",
        simulated=_number(None if found is None else found.interval),
        busy=Meter(f"{row.busy:.1%}", _percent(row.busy), "ok"),
        busy_simulated=None if busy is None else Meter(f"{busy:.1%}", _percent(busy), "ok"),
        useful=f"{row.useful:.0%}",
        limits=row.cycles_per_image == interval,
    )


def link_view(row: LinkRow, evidence: Evidence | None) -> LinkView:
    """One direction's row."""
    found = None if evidence is None else evidence.link(row.link, row.direction)
    used = None if found is None else found.utilisation
    return LinkView(
        name=row.name,
        flits=f"{row.flits_per_image:,.0f}",
        simulated=_number(None if found is None else found.data_flits_per_image),
        load=_meter(f"{row.load:.1%}", row.load),
        load_simulated=None if used is None else _meter(f"{used:.1%}", used),
        streams=tuple(StreamView(stream.carries, f"{stream.words_per_image:,}") for stream in row.streams),
    )


def step_view(step: StepEvidence) -> StepView:
    """One step's row."""
    differing = f"{step.differing_weights:,} weights, {step.differing_results:,} results differ"
    return StepView(
        step=step.step,
        images=step.images,
        loss=f"{step.loss:.6f}",
        golden_loss=f"{step.golden_loss:.6f}",
        weights="equal" if step.equal else differing,
        equal=step.equal,
    )


def fifo_groups(evidence: Evidence | None) -> tuple[FifoGroup, ...]:
    """All measured streams by board; those first that held their writers up longest, then the fullest."""
    fifos = evidence.fifos if evidence else ()
    boards = sorted({fifo.board for fifo in fifos})
    return tuple(
        FifoGroup(board, tuple(_fifo(one) for one in sorted(fifos, key=_tightest_first) if one.board == board))
        for board in boards
    )


def _tightest_first(fifo: FifoEvidence) -> tuple[int, float, str]:
    return (-fifo.full_cycles, -fifo.peak / max(1, fifo.depth), fifo.name)


def _fifo(fifo: FifoEvidence) -> FifoView:
    share = fifo.peak / max(1, fifo.depth)
    return FifoView(
        name=fifo.name,
        width=fifo.width,
        depth=f"{fifo.depth:,}",
        peak=Meter(f"{fifo.peak:,}", _percent(share), "ok"),
        pushed=f"{fifo.pushed:,}",
        full_cycles=f"{fifo.full_cycles:,}",
        empty_cycles=f"{fifo.empty_cycles:,}",
    )


def _use(used: Used, rtl: float | None) -> Meter:
    note = "" if rtl is None else f"RTL: {_amount(rtl)}"
    meter = _meter(f"{_amount(used.amount)} of {used.available:,.0f}", used.share)
    return replace(meter, note=note)


def _amount(amount: float) -> str:
    return f"{amount:,.1f}".removesuffix(".0")


def _meter(text: str, share: float) -> Meter:
    return Meter(text, _percent(share), level(share))


def _percent(share: float) -> float:
    return round(100 * max(0.0, min(1.0, share)), 2)


def _number(value: float | None) -> str:
    return MISSING if value is None else f"{value:,.0f}"
