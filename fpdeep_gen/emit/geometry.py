"""A slice as its engines see it, and what it needs to know of the whole layer."""

from dataclasses import dataclass

from fpdeep_gen.network.model import Format, Layer, LayerKind, Network
from fpdeep_gen.plan.cost import Fold, groups
from fpdeep_gen.plan.model import Plan, SlicePlan
from fpdeep_gen.plan.pieces import Piece, piece_fold


def error_format(network: Network, tensor: int) -> Format:
    """Format of the errors of tensor `tensor` > 0."""
    return network.layers[tensor - 1].formats.error


@dataclass(frozen=True)
class SliceGeometry:
    """Slice `index` of a plan. `fold`: loop counts of its engines; `map_groups`: channel groups of its input tensor."""

    index: int
    plan: SlicePlan
    layer: Layer
    fold: Fold
    map_groups: int

    @property
    def is_flattened(self) -> bool:
        """Whether the layer is fully connected."""
        return self.layer.kind is LayerKind.FULLY_CONNECTED

    @property
    def is_lowest(self) -> bool:
        """Whether no slice below has channels of the layer."""
        return self.plan.out_begin == 0

    @property
    def is_topmost(self) -> bool:
        """Whether no slice above has channels of the layer."""
        return self.plan.out_end == self.layer.out_channels

    @property
    def stored_weights(self) -> int:
        """Weights of the store, padding included: as many as LOAD and DUMP move."""
        return self.fold.weight_words * self.fold.word_weights

    @property
    def out_channels(self) -> int:
        """Output channels of the slice."""
        return self.plan.out_end - self.plan.out_begin

    @property
    def low_row_words(self) -> int:
        """Words of a row of the output tensor that the slices below compute."""
        return self.plan.out_begin // self.fold.lanes_out * self.layer.out_columns

    @property
    def own_row_words(self) -> int:
        """Words of a row of the output tensor that this slice computes."""
        return self.fold.out_groups * self.layer.out_columns


def slice_geometry(plan: Plan, index: int) -> SliceGeometry:
    """Geometry of slice `index` of the plan."""
    piece = plan.slices[index]
    layer = plan.network.layers[piece.layer]
    fold = piece_fold(plan.network, plan, Piece(piece.layer, piece.board, piece.out_begin, piece.out_end))
    return SliceGeometry(index, piece, layer, fold, groups(layer.in_channels, fold.lanes_in))
