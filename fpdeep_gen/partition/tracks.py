"""The phases of a layer as tracks that boards take pieces of, one board after the other.

A track is cut along its axis into units (a column of a map, or a channel); a unit that no longer fits a board whole is
cut across (a column by channels, a channel by columns) and its rest goes to the next board.
"""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import accumulate, pairwise
from math import ceil
from typing import NamedTuple

from fpdeep_gen.partition.folds import Lines, tap_widths
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import Phase, Range
from fpdeep_gen.partition.side_by_side import side_by_side

FEW_ROWS = 56
"""Maps with at most so many rows: engines take the kernel rows one after the other, the newest last, as there a row's
time matters to the latency."""


NORMALISATION_MULTIPLICATIONS = 10
"""For each element of a normalised tensor, forward (4) and backward (6), as multiplications of one DSP."""


WORD, WORTH = 16, 0.3
"""Bits of a word of line buffers, an estimate, and multipliers that a RAMB18 of them is worth where memory lacks."""

WHOLE = 64
"""Parts that a layer's channels are counted in where several groups have some."""

ALL = Range(0, WHOLE)


class Axis(Enum):
    """What the units of a track are."""

    COLUMNS = "columns"
    OUTPUTS = "outputs"
    INPUTS = "inputs"


class Box(NamedTuple):
    """A piece of a track: `columns` x `channels` of the cut channel dimension, all of the other one."""

    columns: Range
    channels: Range


@dataclass(frozen=True)
class Track:
    """One phase of one layer, or of its column block `block` of `blocks`. `axis`: its units; `channel_axis`: the
    channel dimension that is cut. `frugal`: `Scheme.frugal`. `few`, `lean`, `fine`: those of `Scheme`. `part`: of the
    channels, in parts of `WHOLE`; `home`: the group that takes it."""

    geometry: Geometry
    phase: Phase
    axis: Axis
    channel_axis: Axis
    block: int = 0
    blocks: int = 1
    frugal: bool = False
    few: bool = False
    lean: bool = False
    fine: bool = False
    part: Range = ALL
    home: int = 0

    @cached_property
    def cut(self) -> Range:
        """The channels of the cut dimension that are the track's."""
        layer = self.geometry.layer
        whole = layer.out_channels if self.channel_axis is Axis.OUTPUTS else layer.in_channels
        return Range(self.part.begin * whole // WHOLE, self.part.end * whole // WHOLE)

    @cached_property
    def channels(self) -> int:
        """How many these are."""
        return self.cut.size

    @cached_property
    def window(self) -> Range:
        """Columns of the block."""
        whole = self.geometry.columns(self.phase)
        if self.geometry.flat:
            return Range(0, whole)
        begin, end = (self._outputs_before(place) for place in (self.block, self.block + 1))
        scale = self.geometry.layer.pool_stride
        if self.phase is Phase.BACKWARD:
            begin, end = (place * scale * whole // self.geometry.layer.conv_columns for place in (begin, end))
        else:
            begin, end = begin * scale, end * scale
        return Range(begin, whole if self.block + 1 == self.blocks else end)

    def _outputs_before(self, block: int) -> int:
        """Columns of the output of the blocks before one. Where blocks cannot be alike the first is a wide one, and the
        last a narrow one, if a layer makes more than it reads, else the other way round: links carry most next to the
        larger tensor, and the less the fewer columns of the smaller one a block looks at."""
        layer = self.geometry.layer
        makes = layer.out_channels * layer.out_rows * layer.out_columns
        reads = layer.in_channels * layer.in_rows * layer.in_columns
        outputs = block * layer.out_columns
        return -(-outputs // self.blocks) if makes > reads else outputs // self.blocks

    @cached_property
    def columns(self) -> int:
        """Columns of the block."""
        return self.window.size

    @cached_property
    def rows(self) -> int:
        """Rows of the phase."""
        return self.geometry.rows(self.phase)

    @cached_property
    def step(self) -> int:
        """Columns of a unit: those of a pooling window's step, so that a window's sums are made on one board."""
        return self.geometry.layer.pool_stride if self.phase is Phase.FORWARD and not self.geometry.flat else 1

    @cached_property
    def column_units(self) -> int:
        """Units along the columns."""
        return max(1, (self.columns - self.idle) // self.step)

    @cached_property
    def idle(self) -> int:
        """Last columns that get no errors as no pooling window looks at them. They go with the last unit: a board that
        had nothing else would have nothing to wait for."""
        if self.phase is Phase.FORWARD or self.geometry.flat:
            return 0
        for count in range(self.columns):
            columns = Range(self.window.end - 1 - count, self.window.end - count)
            sums = columns
            if self.phase is Phase.BACKWARD:
                sums = self.geometry.sums_of_inputs(self.geometry.inputs_of_steps(columns))
            if sums.size and self.geometry.outputs_of_sums(sums).size:
                return count
        return 0

    @cached_property
    def units(self) -> int:
        """Units along the axis."""
        return self.column_units if self.axis is Axis.COLUMNS else self.channels

    @cached_property
    def cross_units(self) -> int:
        """Units across the axis."""
        return self.channels if self.axis is Axis.COLUMNS else self.column_units

    @cached_property
    def other(self) -> int:
        """Extent of the channel dimension that is not cut, in one group. Positions of the map that a fully connected
        layer takes count as channels."""
        layer = self.geometry.layer
        by_outputs = self.channel_axis is Axis.OUTPUTS
        whole = layer.in_channels if by_outputs else layer.out_channels
        return whole // layer.groups * (self.geometry.taps if self.geometry.flat and by_outputs else 1)

    @cached_property
    def taps(self) -> int:
        """Taps that an engine goes through."""
        return 1 if self.geometry.flat else self.geometry.taps

    @cached_property
    def by_rows(self) -> bool:
        """Whether the engine is not to take several kernel rows at a time."""
        spread = self.phase is Phase.BACKWARD and self.channel_axis is Axis.OUTPUTS
        whole = self.geometry.layer.stride > 1 or (spread and self.frugal)
        return self.phase is not Phase.GRADIENT and self.rows <= FEW_ROWS and not whole

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """Values of p_tap."""
        if self.geometry.flat:
            return (1,)
        layer = self.geometry.layer
        return tap_widths(layer.kernel_rows, layer.kernel_columns, self.by_rows and not self.fine)

    @cached_property
    def lines(self) -> Lines | None:
        """Line buffers of engines where these are dear and hold the channels that are not cut: rows that a window looks
        at and one that comes in, or of errors for gradients two."""
        layer = self.geometry.layer
        outputs = self.channel_axis is Axis.OUTPUTS
        if not self.lean or self.geometry.flat or outputs is not (self.phase is Phase.FORWARD):
            return None
        rows = 2 if self.phase is Phase.GRADIENT else layer.kernel_rows + 1
        banks = 1 if self.phase is Phase.GRADIENT else rows
        return Lines(self.other, rows * self.columns, WORD, banks, layer.kernel_rows, WORTH)

    @cached_property
    def alike(self) -> bool:
        """Whether ranges of as many units, the last one not among them, are alike."""
        return self.axis is Axis.COLUMNS or self.geometry.layer.groups == 1

    @property
    def crossed_alike(self) -> bool:
        """Whether as many cross units of any unit are alike, the last ones of both not among them."""
        return self.axis is not Axis.COLUMNS or self.geometry.layer.groups == 1

    def column_range(self, begin: int, end: int) -> Range:
        """Columns of units begin..end - 1; the last unit takes the remainder."""
        first = self.window.begin
        return Range(
            first + begin * self.step, self.window.end if end == self.column_units else first + end * self.step
        )

    def box(self, begin: int, end: int) -> Box:
        """Units begin..end - 1, whole."""
        if self.axis is Axis.COLUMNS:
            return Box(self.column_range(begin, end), self.cut)
        first = self.cut.begin
        return Box(self.window, Range(first + begin, first + end))

    def cross_box(self, unit: int, begin: int, end: int) -> Box:
        """Cross units begin..end - 1 of one unit."""
        first = self.cut.begin
        if self.axis is Axis.COLUMNS:
            return Box(self.column_range(unit, unit + 1), Range(first + begin, first + end))
        return Box(self.column_range(begin, end), Range(first + unit, first + unit + 1))

    def parts(self, box: Box) -> tuple[int, ...]:
        """Channels of the box in each group."""
        if self.geometry.flat and self.channel_axis is Axis.INPUTS:
            return (box.channels.size * self.geometry.taps,)
        if self.geometry.layer.groups == 1:
            return (box.channels.size,)
        return self.geometry.group_parts(box.channels, self.channels)

    @cached_property
    def normalised(self) -> bool:
        """Whether what the phase makes is normalised, which takes multipliers beside the engines'."""
        return self.phase is Phase.FORWARD and self.geometry.layer.normalisation is not None

    def multipliers(self, box: Box, interval: int) -> int:
        """Fewest multipliers for a box, those for normalisation among them; a great number where none are enough."""
        found = self._best(box, interval)[0]
        if self.normalised:
            found += _normalising(box.columns.size * box.channels.size, interval // self.rows)
        return found

    def unit_multipliers(self, count: int, row: int) -> int:
        """`multipliers` of `count` units that are `alike`, where a row may take `row` cycles."""
        by_columns = self.axis is Axis.COLUMNS
        columns = count * self.step if by_columns else self.columns
        parts = self._whole_parts if by_columns else (count,)
        found = side_by_side(parts, self.other, self.taps, self.widths, columns, row, self.few, self.lines)[0]
        if self.normalised:
            found += _normalising(columns * (self.channels if by_columns else count), row)
        return found

    @cached_property
    def _whole_parts(self) -> tuple[int, ...]:
        """All channels, in each group."""
        return self.parts(self.box(0, 1))

    def engines(self, box: Box, interval: int) -> list[Box]:
        """The boxes of the engines that compute a box."""
        ends = accumulate(self._best(box, interval)[1], initial=box.columns.begin)
        return [Box(Range(begin, end), box.channels) for begin, end in pairwise(ends)]

    def _best(self, box: Box, interval: int) -> tuple[int, tuple[int, ...]]:
        """Fewest multipliers, and the columns of each of the engines side by side that need so few."""
        parts = self.parts(box)
        row = interval // self.rows
        return side_by_side(parts, self.other, self.taps, self.widths, box.columns.size, row, self.few, self.lines)

    def macs(self, box: Box) -> int:
        """Multiply-accumulates of a box."""
        positions = self.rows * box.columns.size
        return positions * sum(self.parts(box)) * self.other * self.taps


def _normalising(elements: int, row: int) -> int:
    """Multipliers that normalise so many elements in `row` cycles."""
    return ceil(NORMALISATION_MULTIPLICATIONS * elements / row) if row else 0


def channel_axis(layer: Geometry, phase: Phase) -> Axis:
    """How channels are cut so that no sum is spread over boards."""
    return Axis.OUTPUTS if phase is Phase.FORWARD or layer.is_first else Axis.INPUTS
