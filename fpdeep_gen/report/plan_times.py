"""When the slices of a balanced plan work in one mini-batch: each phase of each image, and the update at its end.

All boards of a layer work in step, so the phases' times are those of the layer. Updates follow the rule of
`partition.batch_end`. Where images share reads of DDR the last one may be through earlier than the one whose times a
plan has; its gradients are then taken to be complete with the batch's last.
"""

from collections.abc import Iterator

from fpdeep_gen.partition import batch_end
from fpdeep_gen.partition.batch_end import Update
from fpdeep_gen.partition.model import BalancedPlan, Phase, PhaseTimes
from fpdeep_gen.report.timeline import Span, Track, trace_json

FIRST_IMAGES, LAST_IMAGES = 6, 2
"""Images of a batch that the trace has: those that fill the pipeline, and the last."""

NAMES = {Phase.FORWARD: "forward", Phase.BACKWARD: "backward", Phase.GRADIENT: "gradient"}


def updates(plan: BalancedPlan) -> tuple[Update, ...]:
    """Updates at the end of the batch, by board and time, in cycles from the batch's first pixel."""
    predicted = plan.prediction
    last = (predicted.batch - 1) * predicted.interval
    ends = {
        times.layer: min(last + times.end, predicted.last_gradient)
        for times in predicted.times
        if times.phase is Phase.GRADIENT
    }
    return tuple(batch_end.updates(plan.cluster, plan.stores, ends))


def span(plan: BalancedPlan, times: PhaseTimes, image: int) -> tuple[int, int]:
    """When the engines of a phase work on an image, in cycles from its batch's first pixel: not beyond the batch's last
    gradient, as the last images that share reads of DDR wait less than the one whose times a plan has."""
    predicted = plan.prediction
    begin, end = (image * predicted.interval + time for time in (times.begin, times.end))
    within = min(end, predicted.last_gradient)
    return min(begin, within - min(end - begin, predicted.interval)), within


def plan_trace(plan: BalancedPlan) -> str:
    """One mini-batch as Chrome-trace JSON: a process a board, a track a slice and phase, a microsecond a cycle.

    Of a long batch the first and the last images; what lies between looks like these.
    """
    return trace_json([board.name for board in plan.cluster.boards], tuple(_tracks(plan)))


def _tracks(plan: BalancedPlan) -> Iterator[Track]:
    batch, layers = plan.prediction.batch, plan.network.layers
    head = range(min(FIRST_IMAGES, batch))
    images = [*head, *range(max(len(head), batch - LAST_IMAGES), batch)]
    times = {(one.layer, one.phase): one for one in plan.prediction.times}
    slices = sorted({(share.board, share.layer, list(Phase).index(share.phase)) for share in plan.shares})
    ends = {(one.board, one.layer): one for one in updates(plan)}
    phases = list(Phase)
    for board, layer, number in slices:
        one = times[layer, phases[number]]
        spans = tuple(Span(image, *span(plan, one, image)) for image in images)
        yield Track(board, f"{layers[layer].name} {NAMES[phases[number]]}", spans)
        if phases[number] is Phase.GRADIENT and (board, layer) in ends:
            update = ends[board, layer]
            yield Track(board, f"{layers[layer].name} update", (Span(0, update.begin, update.end, "update"),))
