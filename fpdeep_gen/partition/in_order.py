"""Whether a plan takes layers in order and in step, as the bound of the links of such plans asks (docs/planner.md)."""

from collections.abc import Sequence

import numpy as np

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.partition.cuts import Floats
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import Phase, Share

ROUNDING = 1e-9


def is_in_order(cluster: Cluster, geometry: Sequence[Geometry], shares: Sequence[Share], interval: int) -> bool:
    """Whether below each link there are all phases of some convolutions, parts of those of consecutive ones after them
    and nothing of the others; none of these parts is further than a board's work from that of them together; and where
    these are several layers, each is cut by columns or by channels on all boards, not in blocks of both."""
    conv = [layer for layer in geometry if not layer.flat]
    if not conv:
        return True
    rows = {(layer.index, phase): number for number, (layer, phase) in enumerate(_phases(conv))}
    macs = np.zeros((len(rows), len(cluster.boards)))
    for share in shares:
        if (share.layer, share.phase) in rows:
            macs[rows[share.layer, share.phase], share.board] += share.macs
    whole = macs.sum(axis=1)
    parts = (macs.cumsum(axis=1) / whole[:, None])[:, :-1]
    begun, done = parts > ROUNDING, parts > 1 - ROUNDING
    layers = np.array([layer for layer, _ in rows])
    board = max(one.dsp for one in cluster.boards) * interval
    together: set[int] = set()
    for link in range(parts.shape[1]):
        last = layers[begun[:, link]].max(initial=-1)
        first = layers[~done[:, link]].min(initial=len(geometry))
        run = (layers >= first) & (layers <= last)
        if not run.any():
            continue
        both = {int(layer) for layer in layers[run] if _straddles(parts[layers == layer, link])}
        if len(both) < last - first + 1:
            return False
        work = whole[run]
        reached = float((parts[run, link] * work).sum() / work.sum())
        if np.abs(parts[run, link] - reached).max() > board / float(work.sum()) + ROUNDING:
            return False
        together |= both if len(both) > 1 else set()
    return all(_cut_one_way(layer, shares, len(cluster.boards)) for layer in conv if layer.index in together)


def _straddles(parts: Floats) -> bool:
    """Whether a layer of whose phases these parts are below a link is on both sides of it."""
    return bool(parts.max() > ROUNDING and parts.min() < 1 - ROUNDING)


def _cut_one_way(layer: Geometry, shares: Sequence[Share], boards: int) -> bool:
    """Whether each board has of each phase as many channels of all columns, or all channels of a column at least; but
    for a unit at either end."""
    shape, own = layer.layer, [share for share in shares if share.layer == layer.index]
    step = max(shape.pool_stride, shape.stride)
    for phase in layer.phases:
        taken = np.zeros((boards, shape.in_columns if phase is Phase.BACKWARD else shape.conv_columns))
        by_outputs = phase is Phase.FORWARD or layer.is_first or any(share.partial for share in own)
        for share in own:
            if share.phase is phase:
                taken[share.board, share.columns.begin : share.columns.end] += share.macs / share.columns.size
        taken = taken[taken.any(axis=1)]
        whole = taken.sum(axis=0).max() * (1 - ROUNDING)
        unit = whole / (shape.out_channels if by_outputs else shape.in_channels)
        by_channels = taken.max(axis=1) - taken.min(axis=1) < 3 * unit
        full = taken >= whole
        by_columns = full.any(axis=1) & (((taken > 0) & ~full).sum(axis=1) <= 2 * step)
        if not (by_channels | by_columns).all():
            return False
    return True


def _phases(conv: Sequence[Geometry]) -> list[tuple[Geometry, Phase]]:
    return [(layer, phase) for layer in conv for phase in layer.phases]
