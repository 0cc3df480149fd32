"""Store order: the order in which the weights of a slice are loaded, kept and dumped (docs/architecture.md, section 3).

For a slice that order is a six-dimensional array [og, ig, tg, po, pi, pt] of weights with padding: word
(og*IG + ig)*TG + tg, element (po*p_in + pi)*p_tap + pt. A fully connected layer's ig counts the words of its input
tensor in stream order: (row, channel group, column).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.errors import ComparisonError
from fpdeep_gen.network.model import Layer, LayerKind
from fpdeep_gen.plan.model import Plan, SlicePlan

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class SliceShape:
    """What fixes the store order of one slice: its output channels and the parallelism of its engines."""

    layer: Layer
    layer_index: int
    board: int
    out_begin: int
    out_end: int
    p_in: int
    p_out: int
    p_tap: int

    @property
    def out_groups(self) -> int:
        """Output channel groups of the slice."""
        return -(-(self.out_end - self.out_begin) // self.p_out)

    @property
    def in_channel_groups(self) -> int:
        """Channel groups of the input tensor."""
        return -(-self.layer.in_channels // self.p_in)

    @property
    def words(self) -> int:
        """Weight words of the slice."""
        return self.elements // (self.p_out * self.p_in * self.p_tap)

    @property
    def elements(self) -> int:
        """Weights of the slice with its padding: what LOAD and DUMP move."""
        taps = self.layer.kernel_rows * self.layer.kernel_columns
        return self.out_groups * self.p_out * self.in_channel_groups * self.p_in * taps


def slice_shapes(plan: Plan) -> tuple[SliceShape, ...]:
    """Shapes of all slices in chain order, which is the order of `plan.slices`."""
    return tuple(_slice_shape(plan, piece) for piece in plan.slices)


def _slice_shape(plan: Plan, piece: SlicePlan) -> SliceShape:
    return SliceShape(
        layer=plan.network.layers[piece.layer],
        layer_index=piece.layer,
        board=piece.board,
        out_begin=piece.out_begin,
        out_end=piece.out_end,
        p_in=plan.lanes[piece.layer],
        p_out=plan.lanes[piece.layer + 1],
        p_tap=plan.taps[piece.layer],
    )


def to_store_order(shape: SliceShape, weights: Integers) -> Integers:
    """Weights of the whole layer [o][i][kr][kc] -> the slice's in store order, zeros as padding: [elements]."""
    layer = shape.layer
    padded_out = shape.out_groups * shape.p_out
    padded_in = shape.in_channel_groups * shape.p_in
    padded = np.zeros((padded_out, padded_in, layer.kernel_rows, layer.kernel_columns), dtype=np.int64)
    used_out = shape.out_end - shape.out_begin
    padded[:used_out, : layer.in_channels] = weights[shape.out_begin : shape.out_end]
    split = padded.reshape(_split_axes(shape))
    return np.ascontiguousarray(split.transpose(_to_store_axes(layer))).reshape(-1)


def from_store_order(shape: SliceShape, stored: Integers) -> Integers:
    """The inverse of `to_store_order`: [elements] -> the slice's own weights [out_end - out_begin][i][kr][kc].

    `ComparisonError` if a padding weight is not 0.
    """
    layer = shape.layer
    axes = _to_store_axes(layer)
    split_shape = _split_axes(shape)
    ordered = stored.reshape(tuple(split_shape[axis] for axis in axes))
    padded = ordered.transpose(tuple(np.argsort(axes))).reshape(
        shape.out_groups * shape.p_out, shape.in_channel_groups * shape.p_in, layer.kernel_rows, layer.kernel_columns
    )
    used_out = shape.out_end - shape.out_begin
    _check_padding(shape, padded)
    return np.ascontiguousarray(padded[:used_out, : layer.in_channels])


def _split_axes(shape: SliceShape) -> tuple[int, ...]:
    """Shape of the padded weights with each axis cut in (groups, lanes)."""
    layer = shape.layer
    outputs = (shape.out_groups, shape.p_out)
    inputs = (shape.in_channel_groups, shape.p_in)
    if layer.kind is LayerKind.FULLY_CONNECTED:
        return (*outputs, *inputs, layer.kernel_rows, layer.kernel_columns)
    taps = layer.kernel_rows * layer.kernel_columns
    return (*outputs, *inputs, taps // shape.p_tap, shape.p_tap)


def _to_store_axes(layer: Layer) -> tuple[int, ...]:
    """Permutation from (og, po, ig, pi, ...) to store order."""
    if layer.kind is LayerKind.FULLY_CONNECTED:
        return (0, 4, 2, 5, 1, 3)  # og, map row, channel group, map column, po, pi
    return (0, 2, 4, 1, 3, 5)  # og, ig, tg, po, pi, pt


def _check_padding(shape: SliceShape, padded: Integers) -> None:
    used_out = shape.out_end - shape.out_begin
    padding = padded.copy()
    padding[:used_out, : shape.layer.in_channels] = 0
    wrong = np.argwhere(padding)
    if wrong.size:
        first = tuple(int(index) for index in wrong[0])
        raise ComparisonError(
            f"layer {shape.layer.name}, outputs {shape.out_begin}..{shape.out_end - 1} on board {shape.board}: "
            f"expected 0 in all padding weights, found {int(padded[first])} at [o][i][kr][kc] = {list(first)} "
            f"({len(wrong)} in all)"
        )


def collect_layers(plan: Plan, stored: Integers) -> tuple[Integers, ...]:
    """All slices' weights in store order, one after the other -> whole weights [o][i][kr][kc] of each layer."""
    shapes = slice_shapes(plan)
    expected = sum(shape.elements for shape in shapes)
    if len(stored) != expected:
        raise ComparisonError(f"host_dump: expected {expected} words for a dump, found {len(stored)}")
    layers = tuple(np.zeros(layer.weight_shape, dtype=np.int64) for layer in plan.network.layers)
    offset = 0
    for shape in shapes:
        own = from_store_order(shape, stored[offset : offset + shape.elements])
        layers[shape.layer_index][shape.out_begin : shape.out_end] = own
        offset += shape.elements
    return layers


def store_all(plan: Plan, weights: tuple[Integers, ...]) -> Integers:
    """Weights of all layers -> all slices in chain order, each in store order: what LOAD sends."""
    return np.concatenate([to_store_order(shape, weights[shape.layer_index]) for shape in slice_shapes(plan)])
