"""Cycles and words of the processes, as docs/architecture.md section 4 states them. All times are cycles an image.

Everything here is a pure function of a `Fold`: one slice of a layer as its engines see it.
"""

from dataclasses import dataclass

from fpdeep_gen.network.model import Layer, LayerKind, Network

SOFTMAX_DIVISION_CYCLES = 17
"""A bit of the probability each."""

SOFTMAX_CYCLES_A_CLASS = 2 + SOFTMAX_DIVISION_CYCLES
"""Greatest logit, exponential, and its division by their sum."""

SOFTMAX_PIPELINE_CYCLES = 4
"""Ends of the loops, which follow each other (measured on RTL: 194 cycles for 10 classes)."""


def groups(channels: int, lanes: int) -> int:
    """Words that hold `channels` channels, `lanes` to a word."""
    return -(-channels // lanes)


@dataclass(frozen=True)
class Fold:
    """Loop counts of the engines of one slice. A weight word holds `lanes_in` x `lanes_out` x `p_tap` weights, and the
    slice has `in_groups` x `out_groups` x `tap_groups` of them.

    The forward and the gradient engine take `p_in` of a word's input channels a cycle, the backward engine `p_error` of
    its output channels, and it works out the errors of `p_back` of its input channels a cycle; each uses the whole word
    in `lanes_in` / `p_in` or (`lanes_out` / `p_error`) * (`lanes_in` / `p_back`) sub-steps for each pixel.

    A fully connected layer is a 1 x 1 convolution on a 1 x 1 map whose input groups are the words of its input tensor;
    its `tensor_rows` and `tensor_row_words` still tell how that tensor comes in.
    """

    lanes_in: int
    lanes_out: int
    p_tap: int
    p_in: int
    p_error: int
    p_back: int
    in_groups: int
    out_groups: int
    tap_groups: int
    kernel: int
    padding: int
    in_rows: int
    in_columns: int
    out_rows: int
    out_columns: int
    tensor_rows: int
    tensor_row_words: int
    pool: int
    has_relu_pool: bool
    is_first: bool

    @property
    def word_weights(self) -> int:
        """Weights of a word of the weight store."""
        return self.lanes_in * self.lanes_out * self.p_tap

    @property
    def forward_subs(self) -> int:
        """Sub-steps in which the forward and the gradient engine use a weight word."""
        return self.lanes_in // self.p_in

    @property
    def backward_subs(self) -> int:
        """Parts in which the backward engine takes a word of errors."""
        return self.lanes_out // self.p_error

    @property
    def backward_out_subs(self) -> int:
        """Parts in which the backward engine works out a word of the input's errors."""
        return self.lanes_in // self.p_back

    @property
    def forward_multipliers(self) -> int:
        """Multipliers of the forward engine; the gradient engine has as many."""
        return self.p_in * self.lanes_out * self.p_tap

    @property
    def backward_multipliers(self) -> int:
        """Multipliers of the backward engine; none for the first layer."""
        return 0 if self.is_first else self.p_back * self.p_error * self.p_tap

    @property
    def multipliers(self) -> int:
        """Multipliers of all engines."""
        return 2 * self.forward_multipliers + self.backward_multipliers

    @property
    def engine_count(self) -> int:
        """Forward and gradient, and backward but for the first layer."""
        return 2 if self.is_first else 3

    @property
    def weight_words(self) -> int:
        """Words of the weight store, `word_weights` weights each."""
        return self.out_groups * self.in_groups * self.tap_groups

    @property
    def in_words(self) -> int:
        """Words of the input tensor."""
        return self.tensor_rows * self.tensor_row_words

    @property
    def out_words(self) -> int:
        """Words of the slice's part of the output tensor, after the pool."""
        return (self.out_rows // self.pool) * self.out_groups * (self.out_columns // self.pool)

    @property
    def sum_words(self) -> int:
        """Words of the slice's sums, before the pool."""
        return self.out_rows * self.out_groups * self.out_columns

    @property
    def row_cycles(self) -> int:
        """Cycles of one row of sums in the forward and the gradient engine."""
        return self.weight_words * self.forward_subs * self.out_columns

    @property
    def backward_row_cycles(self) -> int:
        """Cycles of one row of the backward engine."""
        return self.weight_words * self.backward_subs * self.backward_out_subs * self.in_columns


def slice_fold(
    network: Network,
    layer_index: int,
    lanes_in: int,
    lanes_out: int,
    p_tap: int,
    channels: int,
    p_in: int | None = None,
    p_error: int | None = None,
    p_back: int | None = None,
) -> Fold:
    """The fold of a slice of `channels` output channels of layer `layer_index`. Without `p_in`, `p_error` or `p_back`:
    engines that take or make whole words."""
    layer = network.layers[layer_index]
    flat = layer.kind is LayerKind.FULLY_CONNECTED
    row_words = groups(layer.in_channels, lanes_in) * layer.in_columns
    kernel = 1 if flat else layer.kernel_rows
    return Fold(
        lanes_in=lanes_in,
        lanes_out=lanes_out,
        p_tap=p_tap,
        p_in=p_in or lanes_in,
        p_error=p_error or lanes_out,
        p_back=p_back or lanes_in,
        in_groups=layer.in_rows * row_words if flat else groups(layer.in_channels, lanes_in),
        out_groups=groups(channels, lanes_out),
        tap_groups=groups(kernel * kernel, p_tap),
        kernel=kernel,
        padding=0 if flat else layer.padding,
        in_rows=1 if flat else layer.in_rows,
        in_columns=1 if flat else layer.in_columns,
        out_rows=1 if flat else layer.conv_rows,
        out_columns=1 if flat else layer.conv_columns,
        tensor_rows=layer.in_rows,
        tensor_row_words=row_words,
        pool=layer.pool,
        has_relu_pool=layer.relu or layer.pool > 1,
        is_first=layer_index == 0,
    )


def tap_choices(layer: Layer) -> tuple[int, ...]:
    """Values that p_tap may have: 1, K or K * K; 1 for a fully connected layer."""
    if layer.kind is LayerKind.FULLY_CONNECTED:
        return (1,)
    return tuple(sorted({1, layer.kernel_rows, layer.kernel_rows * layer.kernel_rows}))


def forward_cycles(fold: Fold) -> int:
    """Forward engine; the gradient engine takes as long."""
    return fold.out_rows * fold.row_cycles


def backward_cycles(fold: Fold) -> int:
    """Backward engine; none for the first layer."""
    return 0 if fold.is_first else fold.in_rows * fold.backward_row_cycles


def window_slots(kernel: int, padding: int) -> int:
    """Rows that a window keeps: those of a patch and one that fills, and at least twice what an image's first patch
    needs, so that the next image is at hand when this one ends and no row has to wait."""
    return max(kernel + 1, 2 * (kernel - padding))


def window_cycles(fold: Fold) -> int:
    """Windows of the forward and the gradient engine: a patch a cycle, a word in a cycle."""
    return max(forward_cycles(fold), fold.in_words)


def backward_window_cycles(fold: Fold) -> int:
    """Window of the backward engine, which reads the errors of the sums: a word in with each patch, of which the engine
    takes one every `backward_out_subs` cycles, and a cycle for each word beyond."""
    if fold.is_first:
        return 0
    cycles = backward_cycles(fold)
    return cycles + max(0, fold.sum_words - cycles // fold.backward_out_subs)


def relu_pool_cycles(fold: Fold) -> int:
    """`relu_pool` and `relu_pool_backward`: a cycle for each word of the sums."""
    return fold.sum_words if fold.has_relu_pool else 0


def softmax_cycles(classes: int) -> int:
    """`softmax_loss`."""
    return classes * SOFTMAX_CYCLES_A_CLASS + SOFTMAX_PIPELINE_CYCLES


def loss_cycles(classes: int, lanes: int) -> int:
    """`softmax_loss`, from the last word of logits to the last error: the logits before are taken as they come."""
    return lanes + classes * (SOFTMAX_CYCLES_A_CLASS - 1)


def update_cycles(fold: Fold, update_lanes: int) -> int:
    """A mini-batch's update: all weights of the store, `update_lanes` a cycle."""
    return fold.weight_words * fold.word_weights // update_lanes


def slice_cycles(fold: Fold) -> int:
    """Slowest process of a slice: the interval that it allows."""
    return max(window_cycles(fold), backward_window_cycles(fold), fold.in_words, relu_pool_cycles(fold))


def tensor_words(network: Network, tensor: int, lanes: int, channels: int | None = None) -> int:
    """Words of tensor `tensor`, or of its first `channels` channels."""
    all_channels, rows, columns = network.tensor_shape(tensor)
    return rows * groups(all_channels if channels is None else channels, lanes) * columns


def row_words(network: Network, tensor: int, lanes: int, channels: int | None = None) -> int:
    """Words of a row of tensor `tensor`, or of its first `channels` channels."""
    all_channels, _, columns = network.tensor_shape(tensor)
    return groups(all_channels if channels is None else channels, lanes) * columns


def dsp_of_product(first_width: int, second_width: int) -> int:
    """DSP48E1 slices of an exact signed product: limbs of 24 by 17 bits below a signed top limb of 25 by 18 (UG479)."""

    def limbs(width: int, limb: int) -> int:
        return max(1, -(-(width - 1) // limb))

    return min(
        limbs(first_width, 24) * limbs(second_width, 17),
        limbs(first_width, 17) * limbs(second_width, 24),
    )
