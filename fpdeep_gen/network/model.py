"""The typed layer graph: a chain of convolution and fully connected layers, each with what follows it.

Tensors are numbered: tensor 0 is the input image, tensor l + 1 the output of layer l (after all that follows it).
What follows a layer's sums, always in this order: ReLU, local response normalisation, max-pool, dropout.
A fully connected layer is kept with the map it reads (`in_rows` x `in_columns`), so that its weights have the
same four axes as a convolution's: [out_channel][in_channel][kernel_row][kernel_column]. Of a convolution in groups,
in_channel counts inside the group of the output channel.
"""

import math
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Format:
    """Signed two's-complement fixed point: `width` bits, `fraction` of them behind the binary point (may exceed it)."""

    width: int
    fraction: int

    @property
    def minimum(self) -> int:
        """Least raw value."""
        return -(1 << (self.width - 1))

    @property
    def maximum(self) -> int:
        """Greatest raw value."""
        return (1 << (self.width - 1)) - 1


class LayerKind(Enum):
    """What a layer multiplies."""

    CONVOLUTION = "convolution"
    FULLY_CONNECTED = "fully_connected"


@dataclass(frozen=True)
class LayerFormats:
    """Number formats of one layer.

    `output`: the rounded sum, which is also the format of the layer's output tensor. `error`: the derivative of the
    loss by that output tensor, as it comes back. `gradient_width`: bits of the exact sum over the mini-batch, whose
    fraction is the input's plus the error's.
    """

    weight: Format
    output: Format
    error: Format
    gradient_width: int


@dataclass(frozen=True)
class LocalResponse:
    """Local response normalisation across channels: y[c] = x[c] / (k + alpha / size * sum of x[j]^2)^beta, where j runs
    over the `size` channels c - floor((size-1)/2) .. c + ceil((size-1)/2) that exist.

    Krizhevsky et al. (2012) write alpha without the division by `size`: their 1e-4 with 5 channels is 5e-4 here.
    """

    size: int
    alpha: float
    beta: float
    k: float


@dataclass(frozen=True)
class Layer:
    """One layer: multiply, then ReLU (if `relu`), then local response normalisation (if `normalisation`), then max-pool
    over `pool` x `pool` windows (1: none) at steps of `pool_stride` (0: becomes `pool`), then dropout of a share
    `dropout` of the outputs (if given). The last windows may reach `pool_overhang` rows and columns beyond the map;
    what is not there never wins.

    A convolution's windows move by `stride`; `groups` cuts its input and output channels into as many equal parts,
    each output part reading the input part of the same number. Both are 1 for a fully connected layer.
    """

    name: str
    kind: LayerKind
    in_channels: int
    in_rows: int
    in_columns: int
    out_channels: int
    kernel_rows: int
    kernel_columns: int
    padding: int
    relu: bool
    pool: int
    formats: LayerFormats
    stride: int = 1
    groups: int = 1
    pool_stride: int = 0
    pool_overhang: int = 0
    normalisation: LocalResponse | None = None
    dropout: float | None = None

    def __post_init__(self) -> None:
        if self.pool_stride == 0:
            object.__setattr__(self, "pool_stride", self.pool)

    @property
    def conv_rows(self) -> int:
        """Rows of the sum, before the pool."""
        return (self.in_rows + 2 * self.padding - self.kernel_rows) // self.stride + 1

    @property
    def conv_columns(self) -> int:
        """Columns of the sum, before the pool."""
        return (self.in_columns + 2 * self.padding - self.kernel_columns) // self.stride + 1

    @property
    def out_rows(self) -> int:
        """Rows of the output tensor."""
        return (self.conv_rows + self.pool_overhang - self.pool) // self.pool_stride + 1

    @property
    def out_columns(self) -> int:
        """Columns of the output tensor."""
        return (self.conv_columns + self.pool_overhang - self.pool) // self.pool_stride + 1

    @property
    def weight_shape(self) -> tuple[int, int, int, int]:
        """[out_channel, in_channel of its group, kernel_row, kernel_column]."""
        return (self.out_channels, self.in_channels // self.groups, self.kernel_rows, self.kernel_columns)

    @property
    def weight_count(self) -> int:
        """Number of weights."""
        return math.prod(self.weight_shape)

    @property
    def forward_macs(self) -> int:
        """Multiply-accumulates of the forward phase of one image, those with padding's zeros included; the other two
        phases have as many (a first layer has no backward phase)."""
        return self.conv_rows * self.conv_columns * self.weight_count


@dataclass(frozen=True)
class Training:
    """How the network is trained. `learning_rate` is applied to the mean gradient of the `batch` images, or with
    momentum to the velocity v = momentum * v + mean gradient. `images`: of an epoch, of a network without a data set
    (None where its file says nothing of them)."""

    batch: int
    learning_rate: float
    epochs: int
    seed: int
    momentum: float = 0.0
    images: int | None = None


@dataclass(frozen=True)
class Network:
    """A whole network; the last layer's outputs are the logits of a softmax cross-entropy loss.

    `dataset`: name of a built-in data set (`digits`, `mnist5k`), path of an .npz file, or None: a network that can be
    planned but not trained.
    """

    name: str
    input_channels: int
    input_rows: int
    input_columns: int
    input_format: Format
    layers: tuple[Layer, ...]
    training: Training
    dataset: str | None
    accumulator_width: int = 48

    def phase_macs(self, layer: int) -> tuple[int, int, int]:
        """Multiply-accumulates of one image in the forward, backward and gradient phases of layer `layer`."""
        macs = self.layers[layer].forward_macs
        return (macs, macs if layer > 0 else 0, macs)

    def tensor_bits(self, tensor: int) -> int:
        """Memory of one image's tensor `tensor`, in bits."""
        return math.prod(self.tensor_shape(tensor)) * self.tensor_format(tensor).width

    def tensor_format(self, tensor: int) -> Format:
        """Format of tensor `tensor` (0: the image)."""
        return self.input_format if tensor == 0 else self.layers[tensor - 1].formats.output

    def tensor_shape(self, tensor: int) -> tuple[int, int, int]:
        """(channels, rows, columns) of tensor `tensor`."""
        if tensor == 0:
            return (self.input_channels, self.input_rows, self.input_columns)
        layer = self.layers[tensor - 1]
        return (layer.out_channels, layer.out_rows, layer.out_columns)
