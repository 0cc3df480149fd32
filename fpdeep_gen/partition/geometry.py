"""What the partition needs to know of a layer: the extents of its three phases, and which columns need which."""

from dataclasses import dataclass
from functools import cached_property

from fpdeep_gen.network.model import Layer, LayerKind, Network
from fpdeep_gen.partition.model import Phase, Range


@dataclass(frozen=True)
class Geometry:
    """A layer as the partition sees it; a fully connected one has one row and one column of sums."""

    index: int
    layer: Layer
    flat: bool

    def __hash__(self) -> int:
        return hash((self.index, self.flat))

    @property
    def is_first(self) -> bool:
        """Whether there is no backward phase."""
        return self.index == 0

    @cached_property
    def phases(self) -> tuple[Phase, ...]:
        """Phases that multiply."""
        return (Phase.FORWARD, Phase.GRADIENT) if self.is_first else (Phase.FORWARD, Phase.BACKWARD, Phase.GRADIENT)

    @cached_property
    def taps(self) -> int:
        """Weights of a channel pair."""
        return self.layer.kernel_rows * self.layer.kernel_columns

    def rows(self, phase: Phase) -> int:
        """Rows that the phase's engine works through: of sums, or of steps of `stride` rows of the input map."""
        if self.flat:
            return 1
        return self.layer.conv_rows if phase is not Phase.BACKWARD else -(-self.layer.in_rows // self.layer.stride)

    def columns(self, phase: Phase) -> int:
        """Columns, as `rows`."""
        if self.flat:
            return 1
        if phase is not Phase.BACKWARD:
            return self.layer.conv_columns
        return -(-self.layer.in_columns // self.layer.stride)

    def inputs_of_steps(self, columns: Range) -> Range:
        """Columns of the input map that the backward phase's steps `columns` make errors of."""
        stride = self.layer.stride
        return Range(columns.begin * stride, min(self.layer.in_columns, columns.end * stride))

    def outputs_of_sums(self, columns: Range) -> Range:
        """Columns of the output tensor whose windows hold any of the sums `columns` (empty where dropped)."""
        layer = self.layer
        begin = max(0, -(-(columns.begin - layer.pool + 1) // layer.pool_stride))
        end = min(layer.out_columns, (columns.end - 1) // layer.pool_stride + 1)
        return Range(begin, max(begin, end))

    def inputs_of_sums(self, columns: Range) -> Range:
        """Columns of the input map under the windows of the sums `columns`, without the padding."""
        layer = self.layer
        begin = max(0, columns.begin * layer.stride - layer.padding)
        end = min(layer.in_columns, (columns.end - 1) * layer.stride - layer.padding + layer.kernel_columns)
        return Range(begin, max(begin, end))

    def sums_of_inputs(self, columns: Range) -> Range:
        """Columns of sums whose windows hold any of the input columns `columns`."""
        layer = self.layer
        begin = max(0, -(-(columns.begin + layer.padding - layer.kernel_columns + 1) // layer.stride))
        end = min(layer.conv_columns, (columns.end - 1 + layer.padding) // layer.stride + 1)
        return Range(begin, max(begin, end))

    def group_parts(self, channels: Range, whole: int) -> tuple[int, ...]:
        """Sizes of the parts of `channels` (of `whole`) in each group of the convolution that they touch."""
        each = whole // self.layer.groups
        first, last = channels.begin // each, (channels.end - 1) // each
        return tuple(
            min(channels.end, (group + 1) * each) - max(channels.begin, group * each)
            for group in range(first, last + 1)
        )


def geometries(network: Network) -> tuple[Geometry, ...]:
    """All layers."""
    return tuple(
        Geometry(index, layer, layer.kind is LayerKind.FULLY_CONNECTED) for index, layer in enumerate(network.layers)
    )


def training_macs(network: Network) -> int:
    """Multiply-accumulates of the three phases of an image (two for the first layer)."""
    return sum(layer.forward_macs * (2 if index == 0 else 3) for index, layer in enumerate(network.layers))
