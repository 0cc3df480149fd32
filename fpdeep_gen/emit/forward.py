"""Lowers the forward half of a slice: features in, features out."""

from fpdeep_gen.emit.builder import BoardState, SectionBuilder
from fpdeep_gen.emit.depths import row_depth
from fpdeep_gen.emit.engine_configs import ConvEngineConfig, WindowConfig
from fpdeep_gen.emit.geometry import SliceGeometry
from fpdeep_gen.emit.map_configs import ConcatConfig, ForkFeaturesConfig, ForkFeaturesPassConfig, ReluPoolConfig
from fpdeep_gen.emit.network import Argument
from fpdeep_gen.emit.words import CREDIT, signed_vector, unsigned_vector
from fpdeep_gen.plan.depths import PATCH_DEPTH, STAGE_DEPTH, WEIGHT_CREDITS, merge_depth
from fpdeep_gen.plan.model import Carried
from fpdeep_gen.texts import counted


def forward_window(state: BoardState, piece: SliceGeometry) -> WindowConfig:
    """The window over the slice's input; forward and gradient phase each have one."""
    return WindowConfig(
        width=state.plan.network.tensor_format(piece.plan.layer).width,
        lanes=piece.fold.lanes_in,
        p_in=piece.fold.p_in,
        groups=piece.fold.in_groups,
        rows=piece.fold.in_rows,
        columns=piece.fold.in_columns,
        kernel_size=piece.fold.kernel,
        padding=piece.fold.padding,
        p_tap=piece.fold.p_tap,
        out_rows=piece.fold.out_rows,
        out_columns=piece.fold.out_columns,
        repeat=piece.fold.out_groups,
    )


def forward_engine(state: BoardState, piece: SliceGeometry) -> ConvEngineConfig:
    """The engine of y = conv(x, w)."""
    source = state.plan.network.tensor_format(piece.plan.layer)
    formats = piece.layer.formats
    return ConvEngineConfig(
        in_width=source.width,
        weight_width=formats.weight.width,
        out_width=formats.output.width,
        acc_width=state.plan.network.accumulator_width,
        shift=source.fraction + formats.weight.fraction - formats.output.fraction,
        in_groups=piece.fold.in_groups,
        out_groups=piece.fold.out_groups,
        tap_groups=piece.fold.tap_groups,
        out_rows=piece.fold.out_rows,
        out_columns=piece.fold.out_columns,
        lanes=piece.fold.lanes_in,
        out_lanes=piece.fold.lanes_out,
        p_in=piece.fold.p_in,
        p_out=piece.fold.lanes_out,
        p_tap=piece.fold.p_tap,
    )


def relu_pool(kind: type[ReluPoolConfig], piece: SliceGeometry, width: int) -> ReluPoolConfig:
    """ReLU and pool of the slice's sums, forward or backward; words of `width` bits an element."""
    return kind(
        width=width,
        lanes=piece.fold.lanes_out,
        groups=piece.fold.out_groups,
        rows=piece.fold.out_rows,
        columns=piece.fold.out_columns,
        pool=piece.layer.pool,
        relu=int(piece.layer.relu),
        mask_bits=1 + (piece.layer.pool**2 - 1).bit_length(),
    )


def output_depth(piece: SliceGeometry) -> int:
    """Depth of the FIFO of the slice's own channels: they wait while those of the slices below go by."""
    return row_depth(piece.own_row_words) if piece.is_lowest else merge_depth(piece.own_row_words)


def lower_forward(state: BoardState, section: SectionBuilder, prefix: str, piece: SliceGeometry) -> None:
    """Add the forward half of `piece`; its features go from `state.from_below[l]` to `state.from_below[l + 1]`."""
    engine_features = _fork(state, section, prefix, piece)
    sums = _engine(state, section, prefix, piece, engine_features)
    outputs = _relu_pool(state, section, prefix, piece, sums) if piece.fold.has_relu_pool else sums
    tensor = (Carried.FEATURE, piece.plan.layer + 1)
    if piece.is_lowest:
        state.from_below[tensor] = outputs
    else:
        state.from_below[tensor] = _concat(section, prefix, piece, state.from_below.pop(tensor), outputs)


def _fork(state: BoardState, section: SectionBuilder, prefix: str, piece: SliceGeometry) -> Argument:
    tensor = piece.plan.layer
    width = state.plan.network.tensor_format(tensor).width
    word = signed_vector(width, piece.fold.lanes_in)
    words = piece.fold.in_words
    source = state.from_below.pop((Carried.FEATURE, tensor))
    engine = section.stream(f"{prefix}_engine_features", word, STAGE_DEPTH, f"tensor {tensor} to the forward window")
    cache = section.stream(
        f"{prefix}_cached_features",
        word,
        piece.plan.cache_depth,
        f"feature cache: tensor {tensor}, from forward until the gradient phase reads it",
    )
    arguments = [next(state.commands), source, engine, cache]
    if piece.is_topmost:
        section.task(
            f"{prefix}_fork",
            ForkFeaturesConfig(width, piece.fold.lanes_in, words),
            arguments,
            f"tensor {tensor} to the engine and into the feature cache",
        )
        return engine
    depth = row_depth(piece.fold.in_groups * piece.fold.in_columns)
    passed = section.stream(f"{prefix}_passed_features", word, depth, f"tensor {tensor} on to the next slice")
    section.task(
        f"{prefix}_fork",
        ForkFeaturesPassConfig(width, piece.fold.lanes_in, words),
        [*arguments, passed],
        f"tensor {tensor} to the engine, into the feature cache, and on to the next slice",
    )
    state.from_below[Carried.FEATURE, tensor] = passed
    return engine


def _engine(
    state: BoardState, section: SectionBuilder, prefix: str, piece: SliceGeometry, features: Argument
) -> Argument:
    window, engine = forward_window(state, piece), forward_engine(state, piece)
    patches = section.stream(
        f"{prefix}_forward_patches",
        signed_vector(engine.in_width, piece.fold.p_tap * piece.fold.p_in),
        PATCH_DEPTH,
        f"{counted(piece.fold.p_tap, 'tap')} x {counted(piece.fold.p_in, 'lane')}",
    )
    weights = section.stream(
        f"{prefix}_forward_weights",
        signed_vector(engine.weight_width, piece.fold.lanes_out * piece.fold.lanes_in * piece.fold.p_tap),
        WEIGHT_CREDITS,
        f"weight words, {piece.fold.lanes_out} out x {piece.fold.lanes_in} in x {counted(piece.fold.p_tap, 'tap')}",
    )
    credits = section.stream(f"{prefix}_forward_credits", CREDIT, WEIGHT_CREDITS, "one for each weight word taken")
    sums = section.stream(
        f"{prefix}_sums",
        signed_vector(engine.out_width, piece.fold.lanes_out),
        row_depth(piece.fold.out_groups * piece.fold.out_columns) if piece.fold.has_relu_pool else output_depth(piece),
        "rounded sums, before ReLU and pool"
        if piece.fold.has_relu_pool
        else f"own channels of tensor {piece.plan.layer + 1}",
    )
    section.task(f"{prefix}_forward_window", window, [features, patches], "forward: patches of the input")
    section.task(f"{prefix}_forward_engine", engine, [patches, weights, credits, sums], "forward: y = conv(x, w)")
    return sums


def _relu_pool(
    state: BoardState, section: SectionBuilder, prefix: str, piece: SliceGeometry, sums: Argument
) -> Argument:
    config = relu_pool(ReluPoolConfig, piece, piece.layer.formats.output.width)
    outputs = section.stream(
        f"{prefix}_outputs",
        signed_vector(config.width, piece.fold.lanes_out),
        output_depth(piece),
        f"own channels of tensor {piece.plan.layer + 1}",
    )
    mask = section.stream(
        f"{prefix}_mask",
        unsigned_vector(config.mask_bits, piece.fold.lanes_out),
        piece.plan.mask_depth,
        "mask cache: which errors pass, and to which place of the pool's window",
    )
    pool = f"max-pool {piece.layer.pool} x {piece.layer.pool}" if piece.layer.pool > 1 else "no pool"
    section.task(
        f"{prefix}_relu_pool",
        config,
        [next(state.commands), sums, outputs, mask],
        f"forward: {'ReLU' if piece.layer.relu else 'no ReLU'}, {pool}",
    )
    return outputs


def _concat(section: SectionBuilder, prefix: str, piece: SliceGeometry, low: Argument, high: Argument) -> Argument:
    word = signed_vector(piece.layer.formats.output.width, piece.fold.lanes_out)
    joined = section.stream(
        f"{prefix}_joined_outputs",
        word,
        STAGE_DEPTH,
        f"tensor {piece.plan.layer + 1}, channels [0, {piece.plan.out_end})",
    )
    section.task(
        f"{prefix}_concat",
        ConcatConfig(word, piece.low_row_words, piece.own_row_words),
        [low, high, joined],
        "each row: the channels from below, then the slice's own",
    )
    return joined
