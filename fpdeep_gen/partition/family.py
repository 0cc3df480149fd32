"""How layers are cut: which axis, and which layers are taken in step. A `Scheme` spans the plans that fill searches."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import Phase, Range
from fpdeep_gen.partition.tracks import WHOLE, Axis, Track, channel_axis


@dataclass(frozen=True)
class Guest:
    """Parts of `WHOLE` of a layer's channels that are taken in step with another group than the layer's own, whose
    boards have room for their weights. The parts of a layer's guests follow each other from 0 on."""

    layer: int
    group: int
    parts: Range


@dataclass(frozen=True)
class Scheme:
    """`by_columns[l]`: layer l is cut by columns (each board has all its weights), else by channels, each of
    `blocks[l]` blocks of its columns for itself, one after the other. `groups`: convolution layers that are taken in
    step, in chain order. `partial[l]`: backward is cut by outputs like forward, so that no board needs weights twice,
    and partial sums cross links; `frugal`: engines of such sums do not take the newest row last, which needs running
    sums of all channels. `few`: engines side by side, which take memory for line buffers, must save more. `woven`:
    layers that follow each other, each a group by itself and with as many blocks: the first block of each, then the
    second of each, and so on, so that links carry a block's part of the tensors between them. `lean`: no part of a unit
    has an engine of its own, and engines are chosen whose line buffers suit block RAMs. `fine`: engines may take whole
    kernels at a time also where rows then come later, as their folds suit more intervals. `guests`: see there."""

    by_columns: tuple[bool, ...]
    groups: tuple[tuple[int, ...], ...]
    partial: tuple[bool, ...]
    blocks: tuple[int, ...]
    frugal: bool = False
    few: bool = False
    woven: tuple[int, ...] = ()
    lean: bool = False
    fine: bool = False
    guests: tuple[Guest, ...] = ()

    @property
    def displaced(self) -> bool:
        """Whether a group has layers that do not follow each other."""
        return bool(self.guests) or any(group[-1] - group[0] >= len(group) for group in self.groups)

    @property
    def uncopied(self) -> bool:
        """Whether sums of a layer by itself are spread, so that no board has its weights twice."""
        return any(len(group) == 1 and self.partial[group[0]] for group in self.groups)

    def with_fewer_sums(self) -> "Scheme":
        """The lowest layer whose backward sums are spread, if there is one, keeps copies of weights instead."""
        first = next((layer for layer, sums in enumerate(self.partial) if sums), None)
        return replace(self, partial=tuple(sums and layer != first for layer, sums in enumerate(self.partial)))

    def homes(self, layer: int) -> list[tuple[int, Range]]:
        """The groups that have a layer's channels, and which parts of `WHOLE` of them."""
        home = next(number for number, group in enumerate(self.groups) if layer in group)
        found = [(guest.group, guest.parts) for guest in self.guests if guest.layer == layer]
        begin = max((parts.end for _, parts in found), default=0)
        return [*found, (home, Range(begin, WHOLE))] if begin < WHOLE else found


def tracks_of(geometry: Sequence[Geometry], scheme: Scheme) -> tuple[Track, ...]:
    """Tracks of all convolution layers.

    Forward is cut by outputs, backward by inputs, so that no sum is spread over boards; the gradient by inputs, whose
    caches are cut with it, or by outputs in the first layer, which has few inputs.
    """
    tracks = []
    few = scheme.few or any(scheme.partial)
    for layer in geometry:
        if layer.flat:
            continue
        for phase in layer.phases:
            spread = phase is Phase.BACKWARD and scheme.partial[layer.index]
            channels = Axis.OUTPUTS if spread else channel_axis(layer, phase)
            axis = Axis.COLUMNS if scheme.by_columns[layer.index] else channels
            blocks = scheme.blocks[layer.index]
            kind = scheme.frugal, few, scheme.lean, scheme.fine
            tracks += [
                Track(layer, phase, axis, channels, block, blocks, *kind, parts, home)
                for home, parts in scheme.homes(layer.index)
                for block in range(blocks)
            ]
    return tuple(tracks)


def track_groups(tracks: Sequence[Track], scheme: Scheme) -> tuple[tuple[int, ...], ...]:
    """Numbers of the tracks of each group; blocks of a layer that is a group by itself follow each other, with those of
    layers that it is woven with between them."""
    found = []
    for home, group in enumerate(scheme.groups):
        layers = scheme.woven if group[0] in scheme.woven else group
        if group[0] != layers[0]:
            continue
        alone = len(group) == 1
        for block in range(scheme.blocks[group[0]] if alone else 1):
            for other in range(home, home + len(layers)) if alone else (home,):
                found.append(
                    tuple(
                        number
                        for number, track in enumerate(tracks)
                        if track.home == other and (not alone or track.block == block)
                    )
                )
    return tuple(found)


def weight_bits(network: Network, layer: int) -> int:
    """On-chip bits of a weight with its gradient (which also keeps the velocity)."""
    formats = network.layers[layer].formats
    return formats.weight.width + formats.gradient_width
