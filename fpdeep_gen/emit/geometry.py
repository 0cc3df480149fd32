"""Sizes of a slice's engines: how its tensors, weights and maps are cut into words."""

from dataclasses import dataclass

from fpdeep_gen.network.model import Format, Layer, LayerKind, Network
from fpdeep_gen.plan.model import Plan, SlicePlan


def groups(channels: int, lanes: int) -> int:
    """Words that hold `channels` channels."""
    return -(-channels // lanes)


def error_format(network: Network, tensor: int) -> Format:
    """Format of the errors of tensor `tensor` > 0."""
    return network.layers[tensor - 1].formats.error


@dataclass(frozen=True)
class SliceGeometry:
    """One slice as its engines see it: a convolution of `in_groups` x `out_groups` x `tap_groups` weight words.

    A fully connected layer is a 1 x 1 convolution on a 1 x 1 map whose input groups are the words of its input tensor.
    `kernel`, `padding`, `in_*` and `out_*` (the unpooled sums) describe that convolution.
    """

    index: int
    plan: SlicePlan
    layer: Layer
    flattened: bool
    map_groups: int
    in_groups: int
    out_groups: int
    tap_groups: int
    p_in: int
    p_out: int
    p_tap: int
    kernel: int
    padding: int
    in_rows: int
    in_columns: int
    out_rows: int
    out_columns: int
    is_lowest: bool
    is_topmost: bool

    @property
    def weight_words(self) -> int:
        """Words of the weight store."""
        return self.out_groups * self.in_groups * self.tap_groups

    @property
    def stored_weights(self) -> int:
        """Weights of the store, padding included: as many as LOAD and DUMP move."""
        return self.weight_words * self.p_out * self.p_in * self.p_tap

    @property
    def out_channels(self) -> int:
        """Output channels of the slice."""
        return self.plan.out_end - self.plan.out_begin

    @property
    def has_relu_pool(self) -> bool:
        """Whether a ReLU or a pool follows the sum."""
        return self.layer.relu or self.layer.pool > 1

    @property
    def low_groups(self) -> int:
        """Channel groups of the output tensor that the slices below compute."""
        return self.plan.out_begin // self.p_out


def slice_geometry(plan: Plan, index: int) -> SliceGeometry:
    """Geometry of slice `index` of the plan."""
    piece = plan.slices[index]
    layer = plan.network.layers[piece.layer]
    flattened = layer.kind is LayerKind.FULLY_CONNECTED
    p_in, p_out, p_tap = plan.lanes[piece.layer], plan.lanes[piece.layer + 1], plan.taps[piece.layer]
    map_groups = groups(layer.in_channels, p_in)
    map_words = map_groups * layer.in_rows * layer.in_columns
    kernel = 1 if flattened else layer.kernel_rows
    return SliceGeometry(
        index=index,
        plan=piece,
        layer=layer,
        flattened=flattened,
        map_groups=map_groups,
        in_groups=map_words if flattened else map_groups,
        out_groups=groups(piece.out_end - piece.out_begin, p_out),
        tap_groups=groups(kernel * kernel, p_tap),
        p_in=p_in,
        p_out=p_out,
        p_tap=p_tap,
        kernel=kernel,
        padding=0 if flattened else layer.padding,
        in_rows=1 if flattened else layer.in_rows,
        in_columns=1 if flattened else layer.in_columns,
        out_rows=1 if flattened else layer.conv_rows,
        out_columns=1 if flattened else layer.conv_columns,
        is_lowest=piece.out_begin == 0,
        is_topmost=piece.out_end == layer.out_channels,
    )
