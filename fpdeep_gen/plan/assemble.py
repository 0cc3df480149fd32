"""From decisions (lanes, taps, slices) to the whole plan: depths, links, engines, uses and the prediction."""

from collections.abc import Sequence

from fpdeep_gen.board.memory import Use
from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.learning_rate import step_size
from fpdeep_gen.network.model import Layer, LayerKind, Network
from fpdeep_gen.plan.cost import Fold, backward_cycles, forward_cycles, update_cycles
from fpdeep_gen.plan.depths import cache_depth, mask_depth
from fpdeep_gen.plan.limits import all_limits, slice_name
from fpdeep_gen.plan.links import link_plans
from fpdeep_gen.plan.model import BoardUse, EnginePlan, LinkPlan, Plan, Prediction, SlicePlan
from fpdeep_gen.plan.pieces import Piece, folds_of
from fpdeep_gen.plan.place import Found
from fpdeep_gen.plan.resources import link_use, slice_use, total
from fpdeep_gen.plan.schedule import GENEROUS, SliceTimes, schedule

SETTLED_IMAGES = 8
"""Images after which the schedule repeats itself."""


def useful_macs(layer: Layer, phase: str, channels: int) -> int:
    """Multiply-accumulates of a phase for `channels` output channels, those with padding included: a sum's are as many
    as weights in each phase; the backward phase has an input pixel where the others have a sum, if those are fewer."""
    pixels = layer.conv_rows * layer.conv_columns
    if phase == "backward":
        pixels = min(pixels, layer.in_rows * layer.in_columns) if layer.kind is LayerKind.CONVOLUTION else pixels
    return pixels * layer.weight_count // layer.out_channels * channels


def engines_of(network: Network, pieces: Sequence[Piece], folds: Sequence[Fold]) -> tuple[EnginePlan, ...]:
    """All engines, slice by slice."""
    engines = []
    for piece, fold in zip(pieces, folds, strict=True):
        layer = network.layers[piece.layer]
        for phase in ("forward", "gradient", "backward")[: fold.engine_count]:
            backward = phase == "backward"
            cycles = backward_cycles(fold) if backward else forward_cycles(fold)
            multipliers = fold.backward_multipliers if backward else fold.forward_multipliers
            name = f"{slice_name(network, piece)} {phase}"
            useful = useful_macs(layer, phase, piece.channels)
            engines.append(EnginePlan(name, phase, piece.layer, piece.board, multipliers, cycles, useful))
    return tuple(engines)


def uses_of(
    network: Network,
    cluster: Cluster,
    slices: Sequence[SlicePlan],
    folds: Sequence[Fold],
    update_lanes: Sequence[int],
    links: Sequence[LinkPlan],
) -> tuple[BoardUse, ...]:
    """Resources of each board."""
    parts: list[list[Use]] = [[] for _ in cluster.boards]
    for piece, fold in zip(slices, folds, strict=True):
        use = slice_use(
            network,
            piece.layer,
            fold,
            update_lanes[piece.layer],
            piece.cache_depth,
            piece.mask_depth,
            piece.out_begin == 0,
        )
        parts[piece.board].append(use)
    for link in links:
        below, above = link_use(link, cluster.links[link.index])
        parts[link.index].append(below)
        parts[link.index + 1].append(above)
    sums = [total(uses) for uses in parts]
    return tuple(BoardUse(board, use.dsp, use.bram18 / 2, use.lut, use.ff) for board, use in enumerate(sums))


def prediction_of(
    network: Network,
    cluster: Cluster,
    interval: int,
    alone: Sequence[SliceTimes],
    updates: Sequence[int],
) -> Prediction:
    """Times of an image and of a mini-batch. `alone`: schedule of one image; `updates`: cycles of each slice's update.

    The next mini-batch begins as soon as every slice will have its new weights when the first row reaches it.
    """
    latency = max(times.gradient_end for times in alone)
    ready = max(
        times.gradient_end + update - times.features_in[0] for times, update in zip(alone, updates, strict=True)
    )
    update = max(0, round(ready - latency))
    batch = round(latency) + (network.training.batch - 1) * interval + update
    rate = network.training.batch * cluster.clock_mhz * 1e6 / batch
    return Prediction(interval, round(latency), update, batch, rate)


def slices_of(
    pieces: Sequence[Piece], folds: Sequence[Fold], times: Sequence[SliceTimes], interval: int
) -> tuple[SlicePlan, ...]:
    """Slices with the depths that their times ask for."""
    return tuple(
        SlicePlan(
            piece.layer,
            piece.board,
            piece.out_begin,
            piece.out_end,
            cache_depth(fold, entry, interval),
            mask_depth(fold, entry, interval),
        )
        for piece, fold, entry in zip(pieces, folds, times, strict=True)
    )


def assemble(
    network: Network,
    cluster: Cluster,
    found: Found,
    slices: tuple[SlicePlan, ...] | None = None,
    links: tuple[LinkPlan, ...] | None = None,
) -> Plan:
    """The plan of a placement. `slices`, `links`: with depths and credits that are given, not computed."""
    lanes, pieces = found.lanes, found.pieces
    folds = folds_of(network, found, pieces)
    links = links or link_plans(network, cluster, lanes, pieces)
    interval = all_limits(network, cluster, pieces, folds, links)[0].cycles
    alone = schedule(network, cluster, lanes, pieces, folds, 1, interval)[0]
    if slices is None:
        settled = schedule(network, cluster, lanes, pieces, folds, SETTLED_IMAGES, interval, GENEROUS)[-1]
        slices = slices_of(pieces, folds, settled, interval)
    updates = [update_cycles(fold, found.update_lanes[piece.layer]) for piece, fold in zip(pieces, folds, strict=True)]
    step = step_size(network.training)
    return Plan(
        network=network,
        cluster=cluster,
        lanes=lanes,
        taps=found.taps,
        p_in=found.p_in,
        p_error=found.p_error,
        p_back=found.p_back,
        update_lanes=found.update_lanes,
        learning_rate_raw=step.raw,
        learning_rate_fraction=step.fraction,
        slices=slices,
        links=links,
        engines=engines_of(network, pieces, folds),
        uses=uses_of(network, cluster, slices, folds, found.update_lanes, links),
        prediction=prediction_of(network, cluster, interval, alone, updates),
    )
