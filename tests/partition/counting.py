"""Counts what a plan places by painting, with nothing of the planner's own."""

from collections import Counter

import numpy as np

from fpdeep_gen.network.model import Layer, LayerKind
from fpdeep_gen.partition.model import BalancedPlan, Phase


def times_placed(plan: BalancedPlan, layer: int, phase: Phase) -> set[int]:
    """How often each (output, input, column) of a phase is placed; only pairs within a group count."""
    shape = plan.network.layers[layer]
    rows, columns = extent(shape, phase)
    counts = np.zeros((shape.out_channels, shape.in_channels, columns), int)
    for share in plan.shares:
        if share.layer == layer and share.phase is phase:
            assert (share.rows.begin, share.rows.end) == (0, rows)
            counts[
                share.outputs.begin : share.outputs.end,
                share.inputs.begin : share.inputs.end,
                share.columns.begin : share.columns.end,
            ] += 1
    group = np.arange(shape.out_channels)[:, None] * shape.groups // shape.out_channels
    other = np.arange(shape.in_channels)[None, :] * shape.groups // shape.in_channels
    return set(np.unique(counts[group == other]).tolist())


def extent(layer: Layer, phase: Phase) -> tuple[int, int]:
    """Rows and columns that a phase goes through."""
    if layer.kind is LayerKind.FULLY_CONNECTED:
        return 1, 1
    if phase is Phase.BACKWARD:
        return layer.in_rows, layer.in_columns
    return layer.conv_rows, layer.conv_columns


def multipliers(plan: BalancedPlan) -> Counter[int]:
    """Multipliers of each board; those of an engine whose phases take turns once, and alike in all of them."""
    found: Counter[int] = Counter()
    shapes: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for share in plan.shares:
        if share.in_turn:
            shapes.setdefault((share.board, share.layer), set()).add((share.p_in, share.p_out))
        else:
            found[share.board] += share.p_in * share.p_out * share.p_tap
    for (board, _), shape in shapes.items():
        ((p_in, p_out),) = shape
        found[board] += p_in * p_out
    return found


def least_cycles(plan: BalancedPlan, index: int) -> int:
    """Cycles of a share, from its ranges and its engine alone."""
    share = plan.shares[index]
    layer = plan.network.layers[share.layer]
    flat = layer.kind is LayerKind.FULLY_CONNECTED
    positions = share.rows.size * share.columns.size
    if share.phase is Phase.BACKWARD and not flat:
        positions = -(-share.rows.size // layer.stride) * -(-share.columns.size // layer.stride)
    taps = layer.kernel_rows * layer.kernel_columns
    inputs = share.inputs.size // layer.groups if share.inputs.size == layer.in_channels else share.inputs.size
    outputs = share.outputs.size
    if share.phase is not Phase.FORWARD and share.inputs.size < layer.in_channels:
        inputs, outputs = share.inputs.size, min(outputs, layer.out_channels // layer.groups)
    inputs, taps = (inputs * taps, 1) if flat else (inputs, taps)
    return positions * -(-inputs // share.p_in) * -(-outputs // share.p_out) * (taps // share.p_tap)
