"""Pieces of tracks as shares: boxes of multiply-accumulates with their engines."""

from collections.abc import Iterable, Sequence

from fpdeep_gen.network.model import Layer
from fpdeep_gen.partition.fill import Piece
from fpdeep_gen.partition.folds import smallest
from fpdeep_gen.partition.model import Order, Phase, Range, Share
from fpdeep_gen.partition.tracks import Axis, Box, Track


def shares_of(pieces: Iterable[Piece], tracks: Sequence[Track], interval: int) -> tuple[Share, ...]:
    """An engine for each box, those that need several side by side cut up. In the order of layer, phase, board, box."""
    shares = [
        share_of(tracks[piece.track], piece.board, box, interval, partial=is_partial(tracks[piece.track]))
        for piece in pieces
        for box in tracks[piece.track].engines(piece.box, interval)
    ]
    order = list(Phase)
    return tuple(
        sorted(
            shares, key=lambda share: (share.layer, order.index(share.phase), share.board, share.columns, share.outputs)
        )
    )


def is_partial(track: Track) -> bool:
    """Whether sums of the track are spread over boards: backward cut by the channels that it sums over."""
    return track.phase is Phase.BACKWARD and track.channel_axis is Axis.OUTPUTS


def share_of(
    track: Track,
    board: int,
    box: Box,
    interval: int,
    order: Order = Order.OUTPUTS_FIRST,
    partial: bool = False,
    in_turn: bool = False,
) -> Share:
    """The share of one box, with the smallest engine that keeps the interval."""
    layer, geometry = track.geometry.layer, track.geometry
    limit = interval // track.rows // box.columns.size
    fold = smallest(track.parts(box), track.other, track.taps, track.widths, limit, track.lines)
    by_outputs = track.channel_axis is Axis.OUTPUTS
    outputs = box.channels if by_outputs else met(layer, box.channels, layer.in_channels, layer.out_channels)
    inputs = met(layer, box.channels, layer.out_channels, layer.in_channels) if by_outputs else box.channels
    columns, rows = box.columns, Range(0, track.rows)
    if track.phase is Phase.BACKWARD and not geometry.flat:
        columns = geometry.inputs_of_steps(columns)
        rows = Range(0, layer.in_rows)
    row_cycles = box.columns.size * fold.fold
    return Share(
        layer=geometry.index,
        board=board,
        phase=track.phase,
        outputs=outputs,
        inputs=inputs,
        rows=rows,
        columns=columns,
        p_in=fold.other_width if by_outputs else fold.split_width,
        p_out=fold.split_width if by_outputs else fold.other_width,
        p_tap=fold.p_tap,
        row_cycles=row_cycles,
        cycles=track.rows * row_cycles,
        macs=track.macs(box),
        newest_last=track.by_rows and fold.p_tap * layer.kernel_rows <= track.taps,
        order=order,
        partial=partial,
        in_turn=in_turn,
    )


def met(layer: Layer, channels: Range, of: int, others: int) -> Range:
    """Channels on the other side (of `others`) of the groups that `channels` (of `of`) fall into."""
    each, other = of // layer.groups, others // layer.groups
    return Range(channels.begin // each * other, ((channels.end - 1) // each + 1) * other)
