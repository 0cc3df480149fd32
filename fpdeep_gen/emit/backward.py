"""Lowers the backward half of a slice: errors in, errors or partial sums out, gradients into the weight store."""

from fpdeep_gen.emit.builder import BoardState, SectionBuilder
from fpdeep_gen.emit.depths import GRADIENT_DEPTH, row_depth
from fpdeep_gen.emit.engine_configs import (
    ConvEngineConfig,
    ConvEngineFromPartialConfig,
    ConvEngineThroughPartialConfig,
    ConvEngineToPartialConfig,
    GradientEngineConfig,
    WeightStoreConfig,
    WeightStoreFirstConfig,
    WindowConfig,
)
from fpdeep_gen.emit.forward import forward_window, relu_pool
from fpdeep_gen.emit.geometry import SliceGeometry, error_format
from fpdeep_gen.emit.map_configs import DuplicateConfig, ReluPoolBackwardConfig, SplitConfig
from fpdeep_gen.emit.network import Argument
from fpdeep_gen.emit.words import CREDIT, Word, signed_vector
from fpdeep_gen.plan.depths import (
    PATCH_DEPTH,
    STAGE_DEPTH,
    WEIGHT_CREDITS,
    burst_depth,
    gradient_error_depth,
    merge_depth,
)
from fpdeep_gen.plan.model import Carried
from fpdeep_gen.texts import counted


def lower_backward(state: BoardState, section: SectionBuilder, prefix: str, piece: SliceGeometry) -> None:
    """Add the backward half of `piece`; errors go from `state.from_above[l + 1]` to `state.from_above[l]`."""
    errors = state.from_above.pop((Carried.ERROR, piece.plan.layer + 1))
    if not piece.is_lowest:
        errors = _split(state, section, prefix, piece, errors)
    if piece.fold.has_relu_pool:
        errors = _relu_pool_backward(section, prefix, piece, errors)
    backward: tuple[Argument, ...] = ()
    store = WeightStoreFirstConfig
    if piece.plan.layer > 0:
        errors, backward_errors = _duplicate(section, prefix, piece, errors)
        backward = _backward(state, section, prefix, piece, backward_errors)
        store = WeightStoreConfig
    gradients = _gradient(state, section, prefix, piece, errors)
    section.task(
        f"{prefix}_weight_store",
        weight_store(state, piece, store),
        [
            next(state.commands),
            state.loads[piece.index],
            state.dumps[piece.index],
            gradients,
            Argument(f"{prefix}_forward_weights"),
            Argument(f"{prefix}_forward_credits"),
            *backward,
        ],
        "holds the weights, serves the engines, updates: w -= lr * dw",
    )


def gradient_engine(state: BoardState, piece: SliceGeometry) -> GradientEngineConfig:
    """The engine of dw from x and dy."""
    return GradientEngineConfig(
        in_width=state.plan.network.tensor_format(piece.plan.layer).width,
        error_width=piece.layer.formats.error.width,
        gradient_width=piece.layer.formats.gradient_width,
        in_groups=piece.fold.in_groups,
        out_groups=piece.fold.out_groups,
        tap_groups=piece.fold.tap_groups,
        out_rows=piece.fold.out_rows,
        out_columns=piece.fold.out_columns,
        lanes=piece.fold.lanes_in,
        p_in=piece.fold.p_in,
        p_out=piece.fold.lanes_out,
        p_tap=piece.fold.p_tap,
        update_lanes=state.plan.update_lanes[piece.plan.layer],
    )


def weight_store(
    state: BoardState, piece: SliceGeometry, store: type[WeightStoreFirstConfig]
) -> WeightStoreFirstConfig:
    """The slice's weight store, with what its rounding needs to know of the whole layer."""
    layer, formats = piece.layer, piece.layer.formats
    source = state.plan.network.tensor_format(piece.plan.layer)
    return store(
        weight_width=formats.weight.width,
        gradient_width=formats.gradient_width,
        in_groups=piece.fold.in_groups,
        out_groups=piece.fold.out_groups,
        tap_groups=piece.fold.tap_groups,
        p_in=piece.fold.lanes_in,
        p_out=piece.fold.lanes_out,
        p_tap=piece.fold.p_tap,
        update_lanes=state.plan.update_lanes[piece.plan.layer],
        forward_passes=piece.fold.out_rows,
        backward_passes=0 if piece.plan.layer == 0 else piece.fold.in_rows,
        credits=WEIGHT_CREDITS,
        layer=piece.plan.layer,
        shift=source.fraction + formats.error.fraction + state.plan.learning_rate_fraction - formats.weight.fraction,
        flattened=int(piece.is_flattened),
        in_channels=layer.in_channels,
        out_channels=piece.out_channels,
        out_base=piece.plan.out_begin,
        kernel_rows=layer.kernel_rows,
        kernel_columns=layer.kernel_columns,
        map_groups=piece.map_groups,
    )


def backward_window(piece: SliceGeometry) -> WindowConfig:
    """The window over the errors of the slice's sums: forward's with the roles of input and output swapped."""
    return WindowConfig(
        width=piece.layer.formats.error.width,
        lanes=piece.fold.lanes_out,
        p_in=piece.fold.p_error,
        groups=piece.fold.out_groups,
        rows=piece.fold.out_rows,
        columns=piece.fold.out_columns,
        kernel_size=piece.fold.kernel,
        padding=piece.fold.kernel - 1 - piece.fold.padding,
        p_tap=piece.fold.p_tap,
        out_rows=piece.fold.in_rows,
        out_columns=piece.fold.in_columns,
        repeat=piece.fold.in_groups,
    )


def backward_engine(state: BoardState, piece: SliceGeometry) -> ConvEngineConfig:
    """The engine of dx from dy and w. Of a cut layer the topmost slice starts the sums and the lowest rounds them."""
    formats = piece.layer.formats
    target = error_format(state.plan.network, piece.plan.layer)
    return _backward_type(piece)(
        in_width=formats.error.width,
        weight_width=formats.weight.width,
        out_width=target.width,
        acc_width=state.plan.network.accumulator_width,
        shift=formats.error.fraction + formats.weight.fraction - target.fraction,
        in_groups=piece.fold.out_groups,
        out_groups=piece.fold.in_groups,
        tap_groups=piece.fold.tap_groups,
        out_rows=piece.fold.in_rows,
        out_columns=piece.fold.in_columns,
        lanes=piece.fold.lanes_out,
        out_lanes=piece.fold.lanes_in,
        p_in=piece.fold.p_error,
        p_out=piece.fold.p_back,
        p_tap=piece.fold.p_tap,
    )


def _backward_type(piece: SliceGeometry) -> type[ConvEngineConfig]:
    if piece.is_lowest:
        return ConvEngineConfig if piece.is_topmost else ConvEngineFromPartialConfig
    return ConvEngineToPartialConfig if piece.is_topmost else ConvEngineThroughPartialConfig


def _split(state: BoardState, section: SectionBuilder, prefix: str, piece: SliceGeometry, errors: Argument) -> Argument:
    tensor = piece.plan.layer + 1
    word = signed_vector(piece.layer.formats.error.width, piece.fold.lanes_out)
    low_words, high_words = piece.low_row_words, piece.own_row_words
    low = section.stream(
        f"{prefix}_low_errors",
        word,
        merge_depth(low_words),
        f"errors of tensor {tensor}, channels [0, {piece.plan.out_begin}), to the slices below",
    )
    high = section.stream(
        f"{prefix}_high_errors", word, merge_depth(high_words), f"errors of the slice's own channels of tensor {tensor}"
    )
    section.task(
        f"{prefix}_split",
        SplitConfig(word, low_words, high_words),
        [errors, low, high],
        "each row: the channels for below, then the slice's own",
    )
    state.from_above[Carried.ERROR, tensor] = low
    return high


def _relu_pool_backward(section: SectionBuilder, prefix: str, piece: SliceGeometry, errors: Argument) -> Argument:
    config = relu_pool(ReluPoolBackwardConfig, piece, piece.layer.formats.error.width)
    sum_errors = section.stream(
        f"{prefix}_sum_errors",
        signed_vector(config.width, piece.fold.lanes_out),
        STAGE_DEPTH,
        "errors of the unpooled sums",
    )
    section.task(
        f"{prefix}_relu_pool_backward",
        config,
        [errors, Argument(f"{prefix}_mask"), sum_errors],
        "backward: errors back to the winners of the pool and through the ReLU",
    )
    return sum_errors


def _duplicate(
    section: SectionBuilder, prefix: str, piece: SliceGeometry, errors: Argument
) -> tuple[Argument, Argument]:
    word = signed_vector(piece.layer.formats.error.width, piece.fold.lanes_out)
    depth = row_depth(piece.fold.out_groups * piece.fold.out_columns)
    gradient_depth = gradient_error_depth(piece.fold)
    gradient = section.stream(f"{prefix}_gradient_errors", word, gradient_depth, "errors of the sums, for the gradient")
    backward = section.stream(f"{prefix}_backward_errors", word, depth, "errors of the sums, for the backward phase")
    section.task(
        f"{prefix}_duplicate",
        DuplicateConfig(word),
        [errors, gradient, backward],
        "errors of the sums, to the gradient and the backward phase",
    )
    return gradient, backward


def _gradient(
    state: BoardState, section: SectionBuilder, prefix: str, piece: SliceGeometry, errors: Argument
) -> Argument:
    engine = gradient_engine(state, piece)
    patches = section.stream(
        f"{prefix}_gradient_patches",
        signed_vector(engine.in_width, piece.fold.p_tap * piece.fold.p_in),
        PATCH_DEPTH,
        f"{counted(piece.fold.p_tap, 'tap')} x {counted(piece.fold.p_in, 'lane')}",
    )
    gradients = section.stream(
        f"{prefix}_gradients",
        signed_vector(engine.gradient_width, engine.update_lanes),
        GRADIENT_DEPTH,
        "sums over the mini-batch, in store order",
    )
    section.task(
        f"{prefix}_gradient_window",
        forward_window(state, piece),
        [Argument(f"{prefix}_cached_features"), patches],
        "gradient: patches of the cached input",
    )
    section.task(
        f"{prefix}_gradient_engine",
        engine,
        [next(state.commands), patches, errors, gradients],
        "gradient: dw from x and dy",
    )
    return gradients


def _backward(
    state: BoardState, section: SectionBuilder, prefix: str, piece: SliceGeometry, errors: Argument
) -> tuple[Argument, Argument]:
    """Returns the streams of backward weights and credits."""
    tensor = piece.plan.layer
    engine = backward_engine(state, piece)
    patches = section.stream(
        f"{prefix}_backward_patches",
        signed_vector(engine.in_width, piece.fold.p_tap * piece.fold.p_error),
        PATCH_DEPTH,
        f"{counted(piece.fold.p_tap, 'tap')} x {counted(piece.fold.p_error, 'lane')}",
    )
    weights = section.stream(
        f"{prefix}_backward_weights",
        signed_vector(engine.weight_width, piece.fold.lanes_out * piece.fold.lanes_in * piece.fold.p_tap),
        WEIGHT_CREDITS,
        f"weight words, {piece.fold.lanes_in} in x {piece.fold.lanes_out} out x {counted(piece.fold.p_tap, 'tap')}, "
        "kernel turned around",
    )
    credits = section.stream(f"{prefix}_backward_credits", CREDIT, WEIGHT_CREDITS, "one for each weight word taken")
    section.task(f"{prefix}_backward_window", backward_window(piece), [errors, patches], "backward: patches of errors")
    arguments = [patches, weights, credits]
    if not piece.is_topmost:
        arguments.append(state.from_above.pop((Carried.PARTIAL, tensor)))
    if piece.is_lowest:
        arguments.append(_out(state, section, f"{prefix}_input_errors", piece, Carried.ERROR))
        comment = "backward: dx from dy and w, rounded"
    else:
        arguments.append(_out(state, section, f"{prefix}_partial_sums", piece, Carried.PARTIAL))
        comment = "backward: dx from dy and w, unrounded sums on to the slice below"
    section.task(f"{prefix}_backward_engine", engine, arguments, comment)
    return weights, credits


def _out(state: BoardState, section: SectionBuilder, name: str, piece: SliceGeometry, carried: Carried) -> Argument:
    tensor = piece.plan.layer
    network = state.plan.network
    rounded = carried is Carried.ERROR
    width = error_format(network, tensor).width if rounded else network.accumulator_width
    word: Word = signed_vector(width, piece.fold.lanes_in)
    row_words = piece.fold.tensor_row_words
    depth = burst_depth(row_words) if rounded else row_depth(row_words)
    what = "errors" if rounded else "partial sums of the errors"
    stream = section.stream(name, word, depth, f"{what} of tensor {tensor}")
    state.from_above[carried, tensor] = stream
    return stream
