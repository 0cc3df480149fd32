"""Resources of each part of a board: primitives are counted (DSP, block RAM), LUT and FF estimated
(`logic`).
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
from fpdeep_gen.plan.logic import (
    Engine,
    gradient_logic,
    pack_logic,
    pool_logic,
    process,
    returner_logic,
    sender_logic,
    store_logic,
    unpack_logic,
    window_logic,
)
from fpdeep_gen.plan.model import LinkPlan, LinkStream

SHIFTED_DIGITS = 3
"""Nonzero signed digits of a constant up to which the compiler multiplies by shifts and additions."""

FORK_LUT = 90
"""Of a process that copies, joins or splits words."""

COMMANDED_PROCESSES = 5
"""Processes of a slice that take commands."""

SOFTMAX_LUT = 500
CREDITS_GAINED_BITS = 24
LEARNING_RATE_BITS = 17
"""Unsigned 16 bits as a signed number."""


def total(uses: Iterable[Use]) -> Use:
    """Sum of uses."""
    return sum(uses, Use())


def board_room(board: Board) -> Use:
    """What a board offers."""
    return Use(board.dsp, 2 * board.bram36, board.lut, board.ff)


def _window(fold: Fold, padding: int, width: int, lanes: int, subs: int, row_groups: int, columns: int) -> Use:
    """Line buffer: a bank for each column of a patch, and for each row kept where a patch takes all its rows; patches
    take `lanes` / `subs` channels."""
    slots = window_slots(fold.kernel, padding)
    column_banks = 1 if fold.p_tap == 1 else fold.kernel
    row_banks = slots if fold.p_tap > fold.kernel else 1
    bank_row = row_groups * groups(columns, column_banks)
    bank = memory_use(lanes * width, bank_row * (slots // row_banks))
    logic = window_logic(width, lanes // subs, fold.p_tap, column_banks, row_banks, subs, lanes * width)
    return total((logic, *([Use(bram18=bank.bram18, lut=bank.lut)] * (row_banks * column_banks))))


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
    steps = fold.in_groups * fold.tap_groups
    engine = Engine(multipliers, width, weight, fold.lanes_out, fold.out_columns, fold.forward_subs, steps)
    return total(
        (
            process(FORK_LUT),
            fifo_use(fold.lanes_in * width, STAGE_DEPTH),
            _window(fold, fold.padding, width, fold.lanes_in, fold.forward_subs, fold.in_groups, fold.in_columns),
            fifo_use(patch, PATCH_DEPTH),
            fifo_use(fold.word_weights * weight, WEIGHT_CREDITS),
            Use(dsp=multipliers * dsp_of_product(width, weight)),
            engine.use(network.accumulator_width),
        )
    )


def _gradient_use(network: Network, layer: int, fold: Fold, update_lanes: int) -> Use:
    width, _, _, error, gradient = _formats(network, layer)
    multipliers = fold.forward_multipliers
    bank = memory_use(multipliers * gradient, fold.weight_words)
    kept = memory_use(fold.lanes_out * error, fold.out_columns)
    patch, errors = fold.p_tap * fold.p_in * width, fold.lanes_out * error
    elements, subs = fold.word_weights, fold.forward_subs
    return total(
        (
            _window(fold, fold.padding, width, fold.lanes_in, fold.forward_subs, fold.in_groups, fold.in_columns),
            fifo_use(fold.p_tap * fold.p_in * width, PATCH_DEPTH),
            fifo_use(fold.lanes_out * error, STAGE_DEPTH if fold.is_first else gradient_error_depth(fold)),
            Use(lut=kept.lut, bram18=kept.bram18) if fold.out_columns > 1 else Use(),
            Use(dsp=multipliers * dsp_of_product(width, error)),
            gradient_logic(multipliers, gradient, fold.out_columns, subs, elements, update_lanes, patch, errors),
            *([Use(lut=bank.lut, bram18=bank.bram18)] * subs),
        )
    )


def _backward_use(network: Network, layer: int, fold: Fold) -> Use:
    if fold.is_first:
        return Use()
    _, weight, _, error, _ = _formats(network, layer)
    padding = fold.kernel - 1 - fold.padding
    multipliers = fold.backward_multipliers
    steps = fold.out_groups * fold.tap_groups
    target = network.layers[layer - 1].formats.error.width
    made = fold.lanes_in * target if fold.backward_out_subs > 1 else 0
    subs, out_subs = fold.backward_subs, fold.backward_out_subs
    engine = Engine(multipliers, error, weight, fold.p_back, fold.in_columns, subs, steps, out_subs, made)
    return total(
        (
            fifo_use(fold.lanes_out * error, STAGE_DEPTH),
            fifo_use(fold.lanes_in * target, burst_depth(fold.tensor_row_words)),
            _window(fold, padding, error, fold.lanes_out, fold.backward_subs, fold.out_groups, fold.out_columns),
            fifo_use(fold.p_tap * fold.p_error * error, PATCH_DEPTH),
            fifo_use(fold.word_weights * weight, WEIGHT_CREDITS),
            Use(dsp=multipliers * dsp_of_product(error, weight)),
            engine.use(network.accumulator_width),
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
    reads = 1 if fold.is_first else 2
    bank = memory_use(update_lanes * weight, fold.weight_words, reads)
    return total(
        (
            _count_use(fold),
            store_logic(fold.word_weights, weight, update_lanes, reads),
            *([Use(lut=bank.lut, bram18=bank.bram18)] * (fold.word_weights // update_lanes)),
            fifo_use(update_lanes * gradient, STAGE_DEPTH),
            Use(dsp=update_lanes * product),
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
    return (
        pool_logic(fold.lanes_out)
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
    return process(2 * FORK_LUT) + total(fifos)


def engines_use(network: Network, layer: int, fold: Fold) -> Use:
    """What the fold alone decides of a slice: forward and backward windows and engines with their FIFOs, commands; the
    loss with the last layer."""
    loss = Use(bram18=1, lut=SOFTMAX_LUT, ff=SOFTMAX_LUT) if layer + 1 == len(network.layers) else Use()
    return total(
        (
            _forward_use(network, layer, fold),
            _backward_use(network, layer, fold),
            *([fifo_use(COMMAND_BITS, COMMAND_DEPTH)] * COMMANDED_PROCESSES),
            Use(ff=COMMANDED_PROCESSES * COMMAND_BITS),
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
            _gradient_use(network, layer, fold, update_lanes),
            _store_use(network, layer, fold, update_lanes),
            _pool_use(network, layer, fold, mask_depth),
            _merge_use(network, layer, fold, is_lowest),
            fifo_use(fold.lanes_in * width, cache_depth),
        )
    )


def _end_use(streams: Sequence[LinkStream], sent: bool, payload: int) -> Use:
    """One board's end of one direction: `pack` or `unpack` of each stream, and the FIFO of gained credits (sender) or
    the credited FIFOs (receiver), which are an array of streams and so all as deep as the deepest."""
    logic = pack_logic if sent else unpack_logic
    ends = total(logic(stream.word_bits, payload) + fifo_use(stream.word_bits, STAGE_DEPTH) for stream in streams)
    credits = [stream.credits for stream in streams]
    if sent:
        return ends + sender_logic(len(streams)) + fifo_use(CREDITS_GAINED_BITS, sum(credits))
    return ends + returner_logic(len(streams)) + total(fifo_use(payload, max(credits)) for _ in streams)


def link_use(plan: LinkPlan, link: Link) -> tuple[Use, Use]:
    """What a boundary needs on the board below and on the board above it."""
    payload = payload_bits(link)
    below = _end_use(plan.up, True, payload) + _end_use(plan.down, False, payload)
    above = _end_use(plan.up, False, payload) + _end_use(plan.down, True, payload)
    return below, above
