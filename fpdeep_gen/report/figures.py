"""A plan as rows of figures; tables, HTML and JSON all show these."""

from dataclasses import dataclass

from fpdeep_gen.plan.limits import all_limits
from fpdeep_gen.plan.model import Carried, LinkStream, Plan, SlicePlan
from fpdeep_gen.plan.pieces import Piece, folds_of

UP = "up"
DOWN = "down"


@dataclass(frozen=True)
class Used:
    """So much of a resource, of so much that there is."""

    amount: float
    available: float

    @property
    def share(self) -> float:
        """0..1 (more where the plan is over budget, which a planner must not allow)."""
        return self.amount / self.available if self.available else 0.0


@dataclass(frozen=True)
class BoardRow:
    """One board: its slices, its resources and the cycles that its slowest engine needs for an image."""

    board: int
    name: str
    slices: tuple[str, ...]
    dsp: Used
    bram36: Used
    lut: Used
    ff: Used
    slowest_cycles: int


@dataclass(frozen=True)
class StreamRow:
    """One stream of a link: what it carries, and flits for a trained image."""

    stream_id: int
    carries: str
    words_per_image: int
    flits_per_image: int
    credits: int


@dataclass(frozen=True)
class LinkRow:
    """One direction of a link between boards `link` and `link` + 1. `load`: flits sent of flits that could be sent
    in an interval, 0..1."""

    link: int
    direction: str
    streams: tuple[StreamRow, ...]
    flits_per_image: float
    load: float

    @property
    def name(self) -> str:
        """`0 -> 1` or `1 -> 0`."""
        ends = (self.link, self.link + 1)
        return (
            f"{ends[0]} \N{RIGHTWARDS ARROW} {ends[1]}"
            if self.direction == UP
            else (f"{ends[1]} \N{RIGHTWARDS ARROW} {ends[0]}")
        )

    @property
    def words_per_image(self) -> int:
        """Words of all streams for a trained image."""
        return sum(stream.words_per_image for stream in self.streams)


@dataclass(frozen=True)
class EngineRow:
    """One engine: multipliers, the fewest that could do its work in the interval, cycles that it works for an image,
    its share of the interval, and how much of what its multipliers could do in those cycles is work of the network (the
    rest is padding)."""

    name: str
    phase: str
    board: int
    multipliers: int
    fewest_multipliers: int
    cycles_per_image: int
    busy: float
    useful: float


def board_rows(plan: Plan) -> tuple[BoardRow, ...]:
    """All boards in chain order."""
    rows: list[BoardRow] = []
    for use in plan.uses:
        board = plan.cluster.boards[use.board]
        cycles = [engine.cycles_per_image for engine in plan.engines if engine.board == use.board]
        rows.append(
            BoardRow(
                board=use.board,
                name=board.name,
                slices=tuple(slice_text(plan, one) for one in plan.slices if one.board == use.board),
                dsp=Used(use.dsp, board.dsp),
                bram36=Used(use.bram36, board.bram36),
                lut=Used(use.lut, board.lut),
                ff=Used(use.ff, board.ff),
                slowest_cycles=max(cycles, default=0),
            )
        )
    return tuple(rows)


def link_rows(plan: Plan) -> tuple[LinkRow, ...]:
    """Both directions of every link, upward first."""
    rows: list[LinkRow] = []
    for link in plan.links:
        rate = plan.cluster.links[link.index].flits_per_cycle(plan.cluster.clock_mhz)
        capacity = rate * plan.prediction.interval
        for direction, streams, flits in (
            (UP, link.up, link.up_flits_per_image),
            (DOWN, link.down, link.down_flits_per_image),
        ):
            load = flits / capacity if capacity else 0.0
            rows.append(LinkRow(link.index, direction, _stream_rows(plan, streams), flits, load))
    return tuple(rows)


def engine_rows(plan: Plan) -> tuple[EngineRow, ...]:
    """All engines in the plan's order."""
    return tuple(
        EngineRow(
            name=engine.name,
            phase=engine.phase,
            board=engine.board,
            multipliers=engine.multipliers,
            fewest_multipliers=engine.fewest_multipliers(max(1, plan.prediction.interval)),
            cycles_per_image=engine.cycles_per_image,
            busy=_ratio(engine.cycles_per_image, plan.prediction.interval),
            useful=_ratio(engine.useful_macs_per_image, engine.multipliers * engine.cycles_per_image),
        )
        for engine in plan.engines
    )


def limit_text(plan: Plan) -> str:
    """What sets the interval: the slowest process or link, `conv1 forward engine`."""
    pieces = tuple(Piece(one.layer, one.board, one.out_begin, one.out_end) for one in plan.slices)
    folds = folds_of(plan.network, plan, pieces)
    return all_limits(plan.network, plan.cluster, pieces, folds, plan.links)[0].what


def slice_text(plan: Plan, one: SlicePlan) -> str:
    """`conv1`, or `conv2[0:16]` where other boards hold the rest of the layer."""
    layer = plan.network.layers[one.layer]
    whole = one.out_begin == 0 and one.out_end == layer.out_channels
    return layer.name if whole else f"{layer.name}[{one.out_begin}:{one.out_end}]"


def stream_text(plan: Plan, stream: LinkStream) -> str:
    """`features of conv1`: what a stream carries in the network's own names."""
    source = "input" if stream.tensor == 0 else plan.network.layers[stream.tensor - 1].name
    match stream.carried:
        case Carried.FEATURE:
            return f"features of {source}"
        case Carried.ERROR:
            return f"errors of {source}"
        case Carried.PARTIAL:
            return f"partial sums for {source}"
        case other:
            return str(other.value)


def _stream_rows(plan: Plan, streams: tuple[LinkStream, ...]) -> tuple[StreamRow, ...]:
    return tuple(
        StreamRow(
            stream_id=stream_id,
            carries=stream_text(plan, stream),
            words_per_image=stream.words_per_image,
            flits_per_image=stream.words_per_image * stream.flits_per_word,
            credits=stream.credits,
        )
        for stream_id, stream in enumerate(streams)
    )


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
