"""Slices before their depths are known, and what a user may decide in place of the search."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from fpdeep_gen.network.model import Network
from fpdeep_gen.plan.cost import Fold, slice_fold


@dataclass(frozen=True)
class Piece:
    """Output channels [out_begin, out_end) of layer `layer` on board `board`."""

    layer: int
    board: int
    out_begin: int
    out_end: int

    @property
    def channels(self) -> int:
        """Output channels of the slice."""
        return self.out_end - self.out_begin


@dataclass(frozen=True)
class Forced:
    """Decisions taken from the search. `lanes`: one for each tensor; `taps`, `update_lanes`, `p_in`, `p_error` and
    `p_back`: one for each layer; `slices`: all of them in chain order. None: the search decides."""

    lanes: tuple[int, ...] | None = None
    taps: tuple[int, ...] | None = None
    update_lanes: tuple[int, ...] | None = None
    slices: tuple[Piece, ...] | None = None
    p_in: tuple[int, ...] | None = None
    p_error: tuple[int, ...] | None = None
    p_back: tuple[int, ...] | None = None


class Folding(Protocol):
    """What decides the folds of all slices: the fields of these names of a plan."""

    @property
    def lanes(self) -> tuple[int, ...]:
        """Channels in a word of each tensor."""

    @property
    def taps(self) -> tuple[int, ...]:
        """Taps a cycle of each layer."""

    @property
    def p_in(self) -> tuple[int, ...]:
        """Input channels a cycle in the forward and the gradient engine of each layer."""

    @property
    def p_error(self) -> tuple[int, ...]:
        """Output channels a cycle in the backward engine of each layer."""

    @property
    def p_back(self) -> tuple[int, ...]:
        """Input channels whose errors the backward engine of each layer works out a cycle."""


def piece_fold(network: Network, folding: Folding, piece: Piece) -> Fold:
    """The fold of one slice."""
    index, lanes = piece.layer, folding.lanes
    return slice_fold(
        network,
        index,
        lanes[index],
        lanes[index + 1],
        folding.taps[index],
        piece.channels,
        folding.p_in[index],
        folding.p_error[index],
        folding.p_back[index],
    )


def folds_of(network: Network, folding: Folding, pieces: Sequence[Piece]) -> tuple[Fold, ...]:
    """The fold of each slice."""
    return tuple(piece_fold(network, folding, piece) for piece in pieces)


def pieces_of_layer(pieces: tuple[Piece, ...], layer: int) -> tuple[Piece, ...]:
    """The slices of one layer, lowest channels first."""
    return tuple(piece for piece in pieces if piece.layer == layer)
