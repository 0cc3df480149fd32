"""A balanced plan in a few figures: one point of a scaling curve, and where the curve has its knee."""

from collections.abc import Sequence
from dataclasses import dataclass

from fpdeep_gen.energy.estimate import Energy, plan_energy
from fpdeep_gen.energy.model import EnergyModel
from fpdeep_gen.errors import Problem
from fpdeep_gen.partition.budget import ddr_rate
from fpdeep_gen.partition.candidate import balance
from fpdeep_gen.partition.model import BalancedPlan, LinkPlan

NEAR = 0.95
"""Part of a bound or a budget from which on it counts as reached."""


@dataclass(frozen=True)
class Figures:
    """Figures of one plan. Rates in images a second (`steady`: within a batch; `images_per_second`: with the gap
    between batches). `of_bound`: part of the work bound that the steady rate reaches. `balance`: multiply-accumulates
    for each multiplier of the busiest board, over the mean. `memory`: part of its block RAM that board `fullest` takes.
    `link_load`: part of the interval that link `link` is busy in its busier direction (None on a single board). Energy,
    of all boards, is estimated by the energy model."""

    steady: float
    images_per_second: float
    of_bound: float
    balance: float
    memory: float
    fullest: int
    fill: float
    link_load: float | None
    link: int | None
    limit: str
    estimated_watts: float
    estimated_gops_per_joule: float


@dataclass(frozen=True)
class Point:
    """One number of boards: `linear`, images a second with all multipliers busy in every cycle (the work bound);
    `bound`, what neither multipliers nor links let a plan pass; a plan's figures, or the `reason` why there is none."""

    boards: int
    linear: float
    bound: float
    figures: Figures | None
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.figures is None) == (not self.reason):
            raise ValueError("a point has either figures or a reason")


def figures_of(plan: BalancedPlan, model: EnergyModel) -> Figures:
    """The figures of a plan; energy by `model`."""
    return figures_of_energy(plan, plan_energy(plan, model))


def figures_of_energy(plan: BalancedPlan, energy: Energy) -> Figures:
    """The figures of a plan whose energy is known."""
    predicted = plan.prediction
    clock = plan.cluster.clock_mhz * 1e6
    fullest, memory = fullest_board(plan)
    busiest = busiest_link(plan)
    return Figures(
        steady=clock / predicted.interval,
        images_per_second=predicted.batch * clock / predicted.batch_cycles,
        of_bound=plan.bounds.work / predicted.interval,
        balance=balance(plan),
        memory=memory,
        fullest=fullest,
        fill=predicted.fill,
        link_load=None if busiest is None else link_load(plan, busiest),
        link=None if busiest is None else busiest.index,
        limit=limit_of(plan),
        estimated_watts=energy.watts,
        estimated_gops_per_joule=energy.gops_per_joule,
    )


def fullest_board(plan: BalancedPlan) -> tuple[int, float]:
    """The board with the greatest part of its block RAM in use, and that part."""
    parts = [use.bram18 / (2 * board.bram36) for use, board in zip(plan.uses, plan.cluster.boards, strict=True)]
    fullest = max(range(len(parts)), key=lambda index: parts[index])
    return fullest, parts[fullest]


def busiest_link(plan: BalancedPlan) -> LinkPlan | None:
    """The link with the busiest direction, if there is any."""
    return max(plan.links, key=lambda link: max(link.up_cycles, link.down_cycles), default=None)


def link_load(plan: BalancedPlan, link: LinkPlan) -> float:
    """Part of the interval that the busier direction of a link takes."""
    return max(link.up_cycles, link.down_cycles) / plan.prediction.interval


def limit_of(plan: BalancedPlan) -> str:
    """What keeps the interval from being shorter: the fill that was asked for; else, judged by what is used up, links
    first, then multipliers that work, the loss, multipliers that are taken but wait on ceilings of their folds, block
    RAM, DDR; else that shares are uneven."""
    if plan.prediction.intake < plan.prediction.interval:
        return "the pipeline's fill"
    busiest = busiest_link(plan)
    if busiest is not None and link_load(plan, busiest) >= NEAR:
        return f"link {busiest.index}"
    if plan.bounds.work / plan.prediction.interval >= NEAR:
        return "multipliers"
    if plan.bounds.loss / plan.prediction.interval >= NEAR:
        return "loss"
    if sum(use.dsp for use in plan.uses) / sum(board.dsp for board in plan.cluster.boards) >= NEAR:
        return "folds"
    fullest, memory = fullest_board(plan)
    if memory >= NEAR:
        return f"memory of board {fullest}"
    for board, use in zip(plan.cluster.boards, plan.uses, strict=True):
        room = ddr_rate(board, plan.cluster.clock_mhz) * plan.prediction.interval
        if room and use.ddr_bits / room >= NEAR:
            return f"DDR of board {use.board}"
    return "uneven shares"


def reason_of(problems: Sequence[Problem]) -> str:
    """Why there is no plan, in one line: the first problem, and how many more there are."""
    first = problems[0]
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{first.field} takes {first.found}, expected {first.expected}{more}"


def bound_knee(points: Sequence[Point]) -> int | None:
    """The fewest of these numbers of boards at which links keep every plan of the family below linear scaling; None
    where they never do."""
    return min((point.boards for point in points if point.bound < point.linear), default=None)


def knee(points: Sequence[Point]) -> int | None:
    """The fewest boards where the steady rate drops below `NEAR` of linear scaling (the work bound) after having
    reached it with fewer boards; None where it never does."""
    reached = False
    for point in sorted(points, key=lambda point: point.boards):
        if point.figures is None:
            continue
        if point.figures.of_bound >= NEAR:
            reached = True
        elif reached:
            return point.boards
    return None
