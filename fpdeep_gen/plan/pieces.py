"""Slices before their depths are known, and what a user may decide in place of the search."""

from dataclasses import dataclass


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
    """Decisions taken from the search. `lanes`: one for each tensor; `taps` and `update_lanes`: one for each layer;
    `slices`: all of them in chain order. None: the search decides."""

    lanes: tuple[int, ...] | None = None
    taps: tuple[int, ...] | None = None
    update_lanes: tuple[int, ...] | None = None
    slices: tuple[Piece, ...] | None = None


def pieces_of_layer(pieces: tuple[Piece, ...], layer: int) -> tuple[Piece, ...]:
    """The slices of one layer, lowest channels first."""
    return tuple(piece for piece in pieces if piece.layer == layer)
