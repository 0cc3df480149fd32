"""Which rows and columns of a layer need which, as lists that the simulation looks things up in.

A vector (the output of a fully connected layer) has a single row and moves in `VECTOR_PARTS` parts.
"""

from dataclasses import dataclass

from fpdeep_gen.network.model import Layer, LayerKind, Network
from fpdeep_gen.partition.model import VECTOR_PARTS, BalancedPlan, Order, Phase, Range, Share


@dataclass(frozen=True)
class Step:
    """Work of an engine: `early` input rows of the image must be there to begin, `needed` rows after `before` cycles of
    work; then `after` cycles more."""

    early: int
    before: float
    needed: int
    after: float


def is_flat(layer: Layer) -> bool:
    """Whether it is fully connected."""
    return layer.kind is LayerKind.FULLY_CONNECTED


def is_vector(network: Network, tensor: int) -> bool:
    """Whether a tensor moves in parts."""
    return tensor > 0 and is_flat(network.layers[tensor - 1])


def moved_rows(network: Network, tensor: int) -> int:
    """Rows (or parts) in which a tensor moves."""
    return VECTOR_PARTS if is_vector(network, tensor) else network.tensor_shape(tensor)[1]


def feature_steps(network: Network, share: Share) -> list[Step]:
    """What a forward engine does for an image, with the rows of the layer's input that it needs."""
    layer = network.layers[share.layer]
    rows = moved_rows(network, share.layer)
    if is_flat(layer):
        return _flat_steps(share, rows, VECTOR_PARTS)
    steps = []
    for row in range(layer.conv_rows):
        top = row * layer.stride - layer.padding
        last = min(layer.in_rows - 1, top + layer.kernel_rows - 1)
        steps.append(_step(share, layer, max(0, top), last))
    return steps


def backward_steps(network: Network, share: Share) -> list[Step]:
    """What a backward engine does for an image, with the rows of the error that it needs. A step makes `stride` rows
    of the input map."""
    layer = network.layers[share.layer]
    if is_flat(layer):
        return _flat_steps(share, VECTOR_PARTS, moved_rows(network, share.layer))
    steps = []
    for top in range(0, layer.in_rows, layer.stride):
        bottom = min(layer.in_rows, top + layer.stride) - 1
        first = max(0, -(-(top + layer.padding - layer.kernel_rows + 1) // layer.stride))
        last = min(layer.conv_rows - 1, (bottom + layer.padding) // layer.stride)
        rows = _step(share, layer, first, last)
        steps.append(Step(error_rows(layer, rows.early), rows.before, error_rows(layer, rows.needed), rows.after))
    return steps


def gradient_steps(network: Network, share: Share) -> list[Step]:
    """What a gradient engine does for an image, with the rows of the error that it needs."""
    layer = network.layers[share.layer]
    if is_flat(layer):
        return [Step(part + 1, 0.0, part + 1, share.cycles / VECTOR_PARTS) for part in range(VECTOR_PARTS)]
    rows = (error_rows(layer, row + 1) for row in range(layer.conv_rows))
    return [Step(needed, 0.0, needed, float(share.row_cycles)) for needed in rows]


def _step(share: Share, layer: Layer, first: int, last: int) -> Step:
    """A row that needs input rows first..last."""
    if not share.newest_last:
        return Step(last + 1, 0.0, last + 1, float(share.row_cycles))
    newest = share.row_cycles / layer.kernel_rows
    return Step(last if last > first else 0, share.row_cycles - newest, last + 1, newest)


def _flat_steps(share: Share, taken: int, made: int) -> list[Step]:
    """Inputs first: a step for each row taken, or for each part, worked on while its words arrive. Outputs first: a
    step for each part made, when all inputs are there."""
    if share.order is Order.INPUTS_FIRST:
        if taken == VECTOR_PARTS:
            return [Step(max(part, 1), share.cycles / taken, part + 1, 0.0) for part in range(taken)]
        return [Step(part + 1, 0.0, part + 1, share.cycles / taken) for part in range(taken)]
    return [Step(taken, 0.0, taken, share.cycles / made) for part in range(made)]


def error_rows(layer: Layer, sums: int) -> int:
    """Rows of the output's error that must be there for the errors of the first `sums` rows of sums. Rows that no
    pooling window holds have no error."""
    if sums == 0:
        return 0
    return min(layer.out_rows, (sums - 1) // layer.pool_stride + 1)


def first_part(network: Network, share: Share) -> float:
    """The part of a step's last work (`Step.after`) of a forward or backward engine with which the first bits of what
    it makes are there: a group of channels."""
    made, lanes = (share.inputs, share.p_in) if share.phase is Phase.BACKWARD else (share.outputs, share.p_out)
    layer = network.layers[share.layer]
    if not is_flat(layer):
        return 1 / -(-made.size // lanes)
    if share.order is Order.INPUTS_FIRST:
        return 1.0
    taken = share.inputs.size * layer.in_rows * layer.in_columns
    group = -(-share.outputs.size // share.p_out) if share.phase is Phase.BACKWARD else -(-taken // share.p_in)
    steps = moved_rows(network, share.layer) if share.phase is Phase.BACKWARD else VECTOR_PARTS
    return min(1.0, group * steps / share.cycles)


def steps_for_features(network: Network, share: Share) -> list[int]:
    """For each row of the output: the steps of a forward engine after which its part of the row is made."""
    layer = network.layers[share.layer]
    if is_flat(layer):
        taken = moved_rows(network, share.layer)
        return [taken] * VECTOR_PARTS if share.order is Order.INPUTS_FIRST else list(range(1, VECTOR_PARTS + 1))
    return [min(layer.conv_rows, row * layer.pool_stride + layer.pool) for row in range(layer.out_rows)]


def steps_for_errors(network: Network, share: Share) -> list[int]:
    """For each row of the input's error: the steps of a backward engine after which its part of the row is made."""
    layer = network.layers[share.layer]
    rows = moved_rows(network, share.layer)
    if is_flat(layer):
        return [VECTOR_PARTS] * rows if share.order is Order.INPUTS_FIRST else list(range(1, rows + 1))
    return [row // layer.stride + 1 for row in range(rows)]


def steps_to_free(network: Network, layer_index: int) -> list[int]:
    """For each row of the layer's input: the steps of a gradient engine after which the row is no longer needed."""
    layer = network.layers[layer_index]
    rows = moved_rows(network, layer_index)
    if is_flat(layer):
        return [VECTOR_PARTS] * rows
    last = (min(layer.conv_rows - 1, (row + layer.padding) // layer.stride) for row in range(rows))
    return [steps + 1 for steps in last]


def steps_to_use(network: Network, share: Share) -> list[int]:
    """For each row of the error that a backward or gradient engine of a convolution takes: the steps after which it
    needs it no longer."""
    layer = network.layers[share.layer]
    if share.phase is Phase.GRADIENT:
        sums = [range(row, row + 1) for row in range(layer.conv_rows)]
    else:
        sums = []
        for top in range(0, layer.in_rows, layer.stride):
            reach = range(top + layer.padding - layer.kernel_rows + 1, top + layer.stride + layer.padding)
            sums.append(range(-(-reach.start // layer.stride), (reach.stop - 1) // layer.stride + 1))
    windows = (range(row * layer.pool_stride, row * layer.pool_stride + layer.pool) for row in range(layer.out_rows))
    return [
        max(step + 1 for step, needed in enumerate(sums) if needed.start < window.stop and window.start < needed.stop)
        for window in windows
    ]


def made_columns(network: Network, share: Share) -> Range:
    """Columns of the tensor that a forward or backward share makes."""
    layer = network.layers[share.layer]
    if share.phase is Phase.BACKWARD:
        return Range(0, layer.in_columns) if is_flat(layer) else share.columns
    if is_flat(layer):
        return Range(0, 1)
    step = layer.pool_stride
    begin, end = (min(layer.out_columns, -(-one // step)) for one in (share.columns.begin, share.columns.end))
    return Range(begin, end)


def feature_columns(network: Network, share: Share) -> Range:
    """Columns of the layer's input under the windows of a forward or gradient share."""
    layer = network.layers[share.layer]
    if is_flat(layer):
        return Range(0, layer.in_columns)
    first = share.columns.begin * layer.stride - layer.padding
    last = (share.columns.end - 1) * layer.stride - layer.padding + layer.kernel_columns - 1
    return Range(max(0, first), min(layer.in_columns, last + 1))


def error_columns(network: Network, share: Share) -> Range:
    """Columns of the output's error that a backward or gradient share needs."""
    layer = network.layers[share.layer]
    if is_flat(layer):
        return Range(0, 1)
    sums = share.columns
    if share.phase is Phase.BACKWARD:
        first = -(-(sums.begin + layer.padding - layer.kernel_columns + 1) // layer.stride)
        last = (sums.end - 1 + layer.padding) // layer.stride
        sums = Range(max(0, first), min(layer.conv_columns, last + 1))
    first = max(0, -(-(sums.begin - layer.pool + 1) // layer.pool_stride))
    return Range(first, min(layer.out_columns, (sums.end - 1) // layer.pool_stride + 1))


def feature_width(plan: BalancedPlan, tensor: int) -> int:
    """Bits of an element on its way; a pooled one carries its place in the window, unless boards keep that."""
    return plan.network.tensor_format(tensor).width + _window_bits(plan, tensor)


def error_width(plan: BalancedPlan, tensor: int) -> int:
    """Bits of an element's error, with the place that it belongs to, likewise."""
    return plan.network.layers[tensor - 1].formats.error.width + _window_bits(plan, tensor)


def _window_bits(plan: BalancedPlan, tensor: int) -> int:
    if tensor == 0 or any(one.tensor == tensor for one in plan.winners):
        return 0
    return (plan.network.layers[tensor - 1].pool ** 2 - 1).bit_length()


def meet(one: Range, other: Range) -> bool:
    """Whether two ranges have anything in common."""
    return max(one.begin, other.begin) < min(one.end, other.end)
