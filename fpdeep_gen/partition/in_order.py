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
    and nothing of the others; and none of these parts is further than a board's work from that of them together."""
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
    for link in range(parts.shape[1]):
        last = layers[begun[:, link]].max(initial=-1)
        first = layers[~done[:, link]].min(initial=len(geometry))
        run = (layers >= first) & (layers <= last)
        if not run.any():
            continue
        both = {layer for layer in layers[run] if _straddles(parts[layers == layer, link])}
        if len(both) < last - first + 1:
            return False
        work = whole[run]
        reached = float((parts[run, link] * work).sum() / work.sum())
        if np.abs(parts[run, link] - reached).max() > board / float(work.sum()) + ROUNDING:
            return False
    return True


def _straddles(parts: Floats) -> bool:
    """Whether a layer of whose phases these parts are below a link is on both sides of it."""
    return bool(parts.max() > ROUNDING and parts.min() < 1 - ROUNDING)


def _phases(conv: Sequence[Geometry]) -> list[tuple[Geometry, Phase]]:
    return [(layer, phase) for layer in conv for phase in layer.phases]
