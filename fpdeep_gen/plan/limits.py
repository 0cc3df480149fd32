"""What bounds the interval: every process and link with the cycles that it needs for an image."""

from collections.abc import Sequence
from dataclasses import dataclass

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.plan.cost import (
    Fold,
    backward_cycles,
    backward_window_cycles,
    forward_cycles,
    relu_pool_cycles,
    softmax_cycles,
    tensor_words,
    window_cycles,
)
from fpdeep_gen.plan.links import link_cycles
from fpdeep_gen.plan.model import LinkPlan
from fpdeep_gen.plan.pieces import Piece


@dataclass(frozen=True)
class Limit:
    """`cycles` an image that `what` takes."""

    what: str
    cycles: int


def slice_name(network: Network, piece: Piece) -> str:
    """`conv1` for a whole layer, `conv1[0:8]` for a part."""
    layer = network.layers[piece.layer]
    whole = piece.channels == layer.out_channels
    return layer.name if whole else f"{layer.name}[{piece.out_begin}:{piece.out_end}]"


def slice_limits(network: Network, piece: Piece, fold: Fold) -> tuple[Limit, ...]:
    """The processes of one slice."""
    name = slice_name(network, piece)
    limits = [
        Limit(f"{name} forward engine", forward_cycles(fold)),
        Limit(f"{name} gradient engine", forward_cycles(fold)),
        Limit(f"{name} forward window", window_cycles(fold)),
        Limit(f"{name} relu and pool", relu_pool_cycles(fold)),
        Limit(f"{name} output", _output_words(network, piece, fold)),
    ]
    if not fold.is_first:
        limits.append(Limit(f"{name} backward engine", backward_cycles(fold)))
        limits.append(Limit(f"{name} backward window", backward_window_cycles(fold)))
    return tuple(limits)


def _output_words(network: Network, piece: Piece, fold: Fold) -> int:
    """Words of the output tensor that `concat` and `split` move."""
    return tensor_words(network, piece.layer + 1, fold.lanes_out, piece.out_end)


def all_limits(
    network: Network, cluster: Cluster, pieces: Sequence[Piece], folds: Sequence[Fold], links: Sequence[LinkPlan]
) -> tuple[Limit, ...]:
    """Everything that works on each image, slowest first."""
    limits = [Limit("pixels from the host", folds[0].in_words)]
    limits.append(Limit("softmax", softmax_cycles(network.layers[-1].out_channels)))
    for piece, fold in zip(pieces, folds, strict=True):
        limits.extend(slice_limits(network, piece, fold))
    for link in links:
        cycles = link_cycles(link, cluster.links[link.index], cluster.clock_mhz)
        limits.append(Limit(f"link {link.index} to {link.index + 1}", cycles))
    return tuple(sorted(limits, key=lambda limit: -limit.cycles))
