"""When the slices of a balanced plan work in one mini-batch: each phase of each image, and the update at its end.

All boards of a layer work in step, so the phases' times are those of the layer. The update follows the rule of
`partition.batch_end`: a board updates its layers in the order in which their gradients are complete, `update_lanes`
weights a cycle. Where images share reads of DDR the last one may be through earlier than the one whose times a plan
has; its gradients are then taken to be complete with the batch's last.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fpdeep_gen.partition.batch_end import update_lanes
from fpdeep_gen.partition.model import BalancedPlan, Kept, Phase
from fpdeep_gen.report.timeline import Span, Track, trace_json

FIRST_IMAGES, LAST_IMAGES = 6, 2
"""Images of a batch that the trace has: those that fill the pipeline, and the last."""

NAMES = {Phase.FORWARD: "forward", Phase.BACKWARD: "backward", Phase.GRADIENT: "gradient"}


@dataclass(frozen=True)
class Update:
    """The update of a board's weights of one layer, in cycles from the batch's first pixel."""

    board: int
    layer: int
    begin: float
    end: float


def updates(plan: BalancedPlan) -> tuple[Update, ...]:
    """Updates at the end of the batch, by board and time."""
    predicted = plan.prediction
    last = (predicted.batch - 1) * predicted.interval
    ends = {
        times.layer: last + min(times.end, predicted.drain)
        for times in predicted.times
        if times.phase is Phase.GRADIENT
    }
    words: dict[int, dict[int, int]] = {}
    for store in plan.stores:
        if store.kept is Kept.GRADIENTS:
            of_board = words.setdefault(store.board, {})
            of_board[store.layer] = of_board.get(store.layer, 0) + store.words
    found = []
    for board, of_board in sorted(words.items()):
        free, lanes = 0.0, update_lanes(plan.cluster.boards[board])
        for layer in sorted(of_board, key=lambda layer: ends[layer]):
            begin = max(free, ends[layer])
            free = begin + of_board[layer] / lanes
            found.append(Update(board, layer, begin, free))
    return tuple(found)


def plan_trace(plan: BalancedPlan) -> str:
    """One mini-batch as Chrome-trace JSON: a process a board, a track a slice and phase, a microsecond a cycle.

    Of a long batch the first and the last images; what lies between looks like these.
    """
    return trace_json([board.name for board in plan.cluster.boards], tuple(_tracks(plan)))


def _tracks(plan: BalancedPlan) -> Iterator[Track]:
    predicted, layers = plan.prediction, plan.network.layers
    head = range(min(FIRST_IMAGES, predicted.batch))
    images = [*head, *range(max(len(head), predicted.batch - LAST_IMAGES), predicted.batch)]
    times = {(one.layer, one.phase): one for one in predicted.times}
    slices = sorted({(share.board, share.layer, list(Phase).index(share.phase)) for share in plan.shares})
    ends = {(one.board, one.layer): one for one in updates(plan)}
    phases = list(Phase)
    for board, layer, number in slices:
        one = times[layer, phases[number]]
        begins = [image * predicted.interval for image in images]
        spans = tuple(
            Span(image, begin + one.begin, begin + one.end) for image, begin in zip(images, begins, strict=True)
        )
        yield Track(board, f"{layers[layer].name} {NAMES[phases[number]]}", spans)
        if phases[number] is Phase.GRADIENT and (board, layer) in ends:
            update = ends[board, layer]
            yield Track(board, f"{layers[layer].name} update", (Span(0, update.begin, update.end, "update"),))
