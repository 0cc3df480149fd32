"""Resources of each part of a board: primitives are counted (DSP, block RAM), LUT and FF estimated.

The estimates' factors are fitted to what the open HLS back end reports for the boards of examples/digits.
"""

from collections.abc import Iterable, Sequence

from fpdeep_gen.board.memory import Use, fifo_use, memory_use
from fpdeep_gen.board.model import Board, Link
from fpdeep_gen.network.model import Network
from fpdeep_gen.plan.cost import Fold, dsp_of_product, groups, window_slots
from fpdeep_gen.plan.depths import (
    COMMAND_DEPTH,
    PATCH_DEPTH,
    STAGE_DEPTH,
    WEIGHT_CREDITS,
    burst_depth,
    gradient_error_depth,
    merge_depth,
)
from fpdeep_gen.plan.links import COMMAND_BITS, payload_bits
from fpdeep_gen.plan.model import LinkPlan, LinkStream

PROCESS_LUT = 150
"""Counters, handshakes and addresses of a process."""

ADDER_MARGIN_LUT = 20
"""Beyond an addition for each product: wider sums further down the tree, and padding."""

UPDATE_LANE_LUT = 1150
UPDATE_LANE_FF = 700
"""Threefry (13 rounds of 32-bit additions), rounding and saturation of one weight a cycle."""

LINK_SENDER_LUT = 900
"""`link_tx`: credit counters, the choice among streams, the flits' multiplexer; and some for each stream."""

SHIFTED_DIGITS = 3
"""Nonzero signed digits of a constant up to which the compiler multiplies by shifts and additions."""

COMMANDED_PROCESSES = 5
"""Processes of a slice that take commands."""

SOFTMAX_LUT = 1200
CREDITS_GAINED_BITS = 24
LEARNING_RATE_BITS = 17
"""Unsigned 16 bits as a signed number."""


def total(uses: Iterable[Use]) -> Use:
    """Sum of uses."""
    return sum(uses, Use())


def board_room(board: Board) -> Use:
    """What a board offers."""
    return Use(board.dsp, 2 * board.bram36, board.lut, board.ff)


def _process(lut: int = PROCESS_LUT) -> Use:
    return Use(lut=lut, ff=lut)


def _parts(bits: int, subs: int) -> Use:
    """Choice of one of `subs` parts of `bits` bits."""
    return Use(lut=bits * (subs - 1) // 2)


def _engine(multipliers: int, first_width: int, second_width: int, accumulator: int, outputs: int, columns: int) -> Use:
    """Multipliers, the trees that add their products, and `outputs` running sums kept for `columns` columns."""
    width = first_width + second_width
    return total(
        (
            _process(),
            Use(dsp=multipliers * dsp_of_product(first_width, second_width)),
            Use(lut=multipliers * (width + ADDER_MARGIN_LUT), ff=multipliers * 5 * width),
            Use(lut=outputs * 4 * accumulator, ff=outputs * 3 * accumulator),
            memory_use(outputs * accumulator, columns),
        )
    )


def _shifts(fold: Fold, update_lanes: int) -> bool:
    """Whether words leave and enter the store in parts, through registers that shift."""
    return fold.word_weights > update_lanes


def _window(fold: Fold, padding: int, width: int, lanes: int, subs: int, row_groups: int, columns: int) -> Use:
    """Line buffer: a bank for each column of a patch, and for each row kept where a patch takes all its rows; patches
    take `lanes` / `subs` channels."""
    slots = window_slots(fold.kernel, padding)
    column_banks = 1 if fold.p_tap == 1 else fold.kernel
    row_banks = slots if fold.p_tap > fold.kernel else 1
    bank_row = row_groups * groups(columns, column_banks)
    bank = memory_use(lanes * width, bank_row * (slots // row_banks))
    part = column_banks * row_banks * lanes // subs * width
    return total(
        (_process(2 * PROCESS_LUT), Use(lut=2 * part), _parts(part, subs), *([bank] * (row_banks * column_banks)))
    )


def _formats(network: Network, layer: int) -> tuple[int, int, int, int, int]:
    """Widths of input, weight, output, error of the output, gradient."""
    formats = network.layers[layer].formats
    return (
        network.tensor_format(layer).width,
        formats.weight.width,
        formats.output.width,
        formats.error.width,
        formats.gradient_width,
    )


def _forward_use(network: Network, layer: int, fold: Fold) -> Use:
    width, weight, _, _, _ = _formats(network, layer)
    patch = fold.p_tap * fold.p_in * width
    multipliers = fold.forward_multipliers
    return total(
        (
            _process(),
            fifo_use(fold.lanes_in * width, STAGE_DEPTH),
            _window(fold, fold.padding, width, fold.lanes_in, fold.forward_subs, fold.in_groups, fold.in_columns),
            fifo_use(patch, PATCH_DEPTH),
            fifo_use(fold.word_weights * weight, WEIGHT_CREDITS),
            _parts(multipliers * weight, fold.forward_subs),
            _engine(multipliers, width, weight, network.accumulator_width, fold.lanes_out, fold.out_columns),
        )
    )


def _gradient_use(network: Network, layer: int, fold: Fold) -> Use:
    width, _, _, error, gradient = _formats(network, layer)
    multipliers = fold.forward_multipliers
    return total(
        (
            _window(fold, fold.padding, width, fold.lanes_in, fold.forward_subs, fold.in_groups, fold.in_columns),
            fifo_use(fold.p_tap * fold.p_in * width, PATCH_DEPTH),
            fifo_use(fold.lanes_out * error, STAGE_DEPTH if fold.is_first else gradient_error_depth(fold)),
            memory_use(fold.lanes_out * error, fold.out_columns),
            Use(dsp=multipliers * dsp_of_product(width, error)),
            Use(lut=multipliers * 3 * gradient, ff=multipliers * 6 * gradient),
            _parts(multipliers * gradient, fold.forward_subs),
            *([memory_use(multipliers * gradient, fold.weight_words)] * fold.forward_subs),
            _process(),
        )
    )


def _backward_use(network: Network, layer: int, fold: Fold) -> Use:
    if fold.is_first:
        return Use()
    _, weight, _, error, _ = _formats(network, layer)
    padding = fold.kernel - 1 - fold.padding
    multipliers = fold.backward_multipliers
    return total(
        (
            fifo_use(fold.lanes_out * error, STAGE_DEPTH),
            fifo_use(fold.lanes_in * network.layers[layer - 1].formats.error.width, burst_depth(fold.tensor_row_words)),
            _window(fold, padding, error, fold.lanes_out, fold.backward_subs, fold.out_groups, fold.out_columns),
            fifo_use(fold.p_tap * fold.p_error * error, PATCH_DEPTH),
            fifo_use(fold.word_weights * weight, WEIGHT_CREDITS),
            _parts(multipliers * weight, fold.backward_subs),
            _engine(multipliers, error, weight, network.accumulator_width, fold.lanes_in, fold.in_columns),
        )
    )


def _count_use(fold: Fold) -> Use:
    """A store works out how many words it serves: images times a constant, by additions where that has few digits."""
    rows = {fold.out_rows} if fold.is_first else {fold.out_rows, fold.in_rows}
    counts = {count * fold.weight_words for count in rows}
    return Use(dsp=sum((count ^ 3 * count).bit_count() > SHIFTED_DIGITS for count in counts))


def _store_use(network: Network, layer: int, fold: Fold, update_lanes: int) -> Use:
    _, weight, _, _, gradient = _formats(network, layer)
    product = dsp_of_product(gradient, LEARNING_RATE_BITS)
    word = fold.word_weights * weight
    shifts = Use()
    if _shifts(fold, update_lanes):
        lut = 6 * word + 3 * fold.word_weights * gradient
        shifts = Use(lut=lut, ff=8 * word + 4 * fold.word_weights * gradient)
    return total(
        (
            _process(2 * PROCESS_LUT),
            _count_use(fold),
            shifts,
            Use(lut=2 * word, ff=4 * word),
            memory_use(word, fold.weight_words, reads=1 if fold.is_first else 2),
            fifo_use(update_lanes * gradient, STAGE_DEPTH),
            Use(dsp=update_lanes * product, lut=update_lanes * UPDATE_LANE_LUT, ff=update_lanes * UPDATE_LANE_FF),
        )
    )


def _pool_use(network: Network, layer: int, fold: Fold, mask_depth: int) -> Use:
    if not fold.has_relu_pool:
        return Use()
    _, _, output, error, _ = _formats(network, layer)
    mask = fold.lanes_out * (1 + (fold.pool * fold.pool - 1).bit_length())
    row = fold.out_groups * max(1, fold.out_columns // fold.pool)
    buffers = Use()
    if fold.pool > 1:
        buffers = memory_use(fold.lanes_out * output + mask, row) + memory_use(fold.lanes_out * error + mask, row)
    lut = PROCESS_LUT + fold.lanes_out * (output + error)
    return (
        _process(lut)
        + _process()
        + buffers
        + fifo_use(mask, mask_depth)
        + fifo_use(fold.lanes_out * output, STAGE_DEPTH)
    )


def _merge_use(network: Network, layer: int, fold: Fold, is_lowest: bool) -> Use:
    """`concat` and `split` of a slice with slices below it."""
    if is_lowest:
        return Use()
    _, _, output, error, _ = _formats(network, layer)
    row = fold.out_groups * (fold.out_columns // fold.pool)
    fifos = (fifo_use(fold.lanes_out * width, merge_depth(row)) for width in (output, output, error, error))
    return _process() + _process() + total(fifos)


def engines_use(network: Network, layer: int, fold: Fold) -> Use:
    """What the fold alone decides of a slice: windows, engines, their FIFOs, commands; the loss with the last layer."""
    loss = Use(bram18=1, lut=SOFTMAX_LUT, ff=SOFTMAX_LUT) if layer + 1 == len(network.layers) else Use()
    return total(
        (
            _forward_use(network, layer, fold),
            _gradient_use(network, layer, fold),
            _backward_use(network, layer, fold),
            *([fifo_use(COMMAND_BITS, COMMAND_DEPTH)] * COMMANDED_PROCESSES),
            loss,
        )
    )


def slice_use(
    network: Network,
    layer: int,
    fold: Fold,
    update_lanes: int,
    cache_depth: int,
    mask_depth: int,
    is_lowest: bool,
    engines: Use | None = None,
) -> Use:
    """Everything of one slice on its board: engines, store, caches and FIFOs. `engines`: their use, where known."""
    width = network.tensor_format(layer).width
    return total(
        (
            engines_use(network, layer, fold) if engines is None else engines,
            _store_use(network, layer, fold, update_lanes),
            _pool_use(network, layer, fold, mask_depth),
            _merge_use(network, layer, fold, is_lowest),
            fifo_use(fold.lanes_in * width, cache_depth),
        )
    )


def _end_use(streams: Sequence[LinkStream], sent: bool, payload: int) -> Use:
    """One board's end of one direction: `pack` or `unpack` of each stream, and the FIFO of gained credits (sender) or
    the credited FIFOs (receiver), which are an array of streams and so all as deep as the deepest."""
    ends = total(_process(PROCESS_LUT // 2) + fifo_use(stream.word_bits, STAGE_DEPTH) for stream in streams)
    credits = [stream.credits for stream in streams]
    if sent:
        return ends + _process(2 * PROCESS_LUT) + fifo_use(CREDITS_GAINED_BITS, sum(credits))
    return ends + _process() + total(fifo_use(payload, max(credits)) for _ in streams)


def link_use(plan: LinkPlan, link: Link) -> tuple[Use, Use]:
    """What a boundary needs on the board below and on the board above it."""
    payload = payload_bits(link)
    below = _end_use(plan.up, True, payload) + _end_use(plan.down, False, payload)
    above = _end_use(plan.up, False, payload) + _end_use(plan.down, True, payload)
    return below, above
