"""Configurations of the processes that multiply: windows, engines and weight stores."""

from dataclasses import dataclass
from typing import ClassVar

from fpdeep_gen.emit.configs import Config, Member, PortSpec, reads, writes
from fpdeep_gen.emit.words import COMMAND, CREDIT, Word, signed_vector


@dataclass(frozen=True)
class WindowConfig(Config):
    """Line buffer that cuts rows into patches."""

    kernel: ClassVar[str] = "window"
    width: int
    lanes: int
    p_in: int
    groups: int
    rows: int
    columns: int
    kernel_size: int
    padding: int
    p_tap: int
    out_rows: int
    out_columns: int
    repeat: int

    def ports(self) -> tuple[PortSpec, ...]:
        """in: tensor words; out: patches."""
        return (
            reads(signed_vector(self.width, self.lanes)),
            writes(signed_vector(self.width, self.p_tap * self.p_in)),
        )

    @property
    def cycles(self) -> int:
        """Whichever is more: emitting or loading."""
        tap_groups = -(-self.kernel_size * self.kernel_size // self.p_tap)
        steps = tap_groups * (self.lanes // self.p_in)
        emit = self.out_rows * self.repeat * self.groups * steps * self.out_columns
        return max(emit, self.rows * self.groups * self.columns)

    def members(self) -> tuple[Member, ...]:
        """As the base's, the kernel's size under its short name."""
        return tuple(("KERNEL" if name == "KERNEL_SIZE" else name, value) for name, value in super().members())


@dataclass(frozen=True)
class ConvEngineConfig(Config):
    """Multiplies patches by weights and rounds the sums."""

    kernel: ClassVar[str] = "conv_engine"
    in_width: int
    weight_width: int
    out_width: int
    acc_width: int
    shift: int
    in_groups: int
    out_groups: int
    tap_groups: int
    out_rows: int
    out_columns: int
    lanes: int
    out_lanes: int
    p_in: int
    p_out: int
    p_tap: int

    def _operands(self) -> tuple[PortSpec, ...]:
        return (
            reads(signed_vector(self.in_width, self.p_tap * self.p_in)),
            reads(signed_vector(self.weight_width, self.out_lanes * self.lanes * self.p_tap)),
            writes(CREDIT),
        )

    def _rounded(self) -> Word:
        return signed_vector(self.out_width, self.out_lanes)

    def _partial(self) -> Word:
        return signed_vector(self.acc_width, self.out_lanes)

    def ports(self) -> tuple[PortSpec, ...]:
        """patches, weights, credits, out."""
        return (*self._operands(), writes(self._rounded()))

    @property
    def fold(self) -> int:
        """How often the multipliers are used for each pixel."""
        subs = (self.lanes // self.p_in) * self.out_subs
        return self.out_groups * self.in_groups * self.tap_groups * subs

    @property
    def out_subs(self) -> int:
        """Parts in which an output word is made, from one patch."""
        return self.out_lanes // self.p_out

    @property
    def patches(self) -> int:
        """Patches an image."""
        return self.cycles // self.out_subs

    @property
    def cycles(self) -> int:
        """One product group a cycle."""
        return self.out_rows * self.out_columns * self.fold


@dataclass(frozen=True)
class ConvEngineToPartialConfig(ConvEngineConfig):
    """The same, sums leave unrounded."""

    kernel: ClassVar[str] = "conv_engine_to_partial"

    def ports(self) -> tuple[PortSpec, ...]:
        """patches, weights, credits, partial out."""
        return (*self._operands(), writes(self._partial()))


@dataclass(frozen=True)
class ConvEngineFromPartialConfig(ConvEngineConfig):
    """The same, starting from sums of another slice."""

    kernel: ClassVar[str] = "conv_engine_from_partial"

    def ports(self) -> tuple[PortSpec, ...]:
        """patches, weights, credits, partial in, out."""
        return (*self._operands(), reads(self._partial()), writes(self._rounded()))


@dataclass(frozen=True)
class ConvEngineThroughPartialConfig(ConvEngineConfig):
    """The same, starting from sums of another slice and leaving unrounded."""

    kernel: ClassVar[str] = "conv_engine_through_partial"

    def ports(self) -> tuple[PortSpec, ...]:
        """patches, weights, credits, partial in, partial out."""
        return (*self._operands(), reads(self._partial()), writes(self._partial()))


@dataclass(frozen=True)
class GradientEngineConfig(Config):
    """Sums products of errors and features over a mini-batch."""

    kernel: ClassVar[str] = "gradient_engine"
    in_width: int
    error_width: int
    gradient_width: int
    in_groups: int
    out_groups: int
    tap_groups: int
    out_rows: int
    out_columns: int
    lanes: int
    p_in: int
    p_out: int
    p_tap: int
    update_lanes: int

    def ports(self) -> tuple[PortSpec, ...]:
        """command, patches, errors, gradients out."""
        return (
            reads(COMMAND),
            reads(signed_vector(self.in_width, self.p_tap * self.p_in)),
            reads(signed_vector(self.error_width, self.p_out)),
            writes(signed_vector(self.gradient_width, self.update_lanes)),
        )

    @property
    def fold(self) -> int:
        """How often the multipliers are used for each pixel."""
        return self.out_groups * self.in_groups * self.tap_groups * (self.lanes // self.p_in)

    @property
    def cycles(self) -> int:
        """One product group a cycle."""
        return self.out_rows * self.out_columns * self.fold

    @property
    def patches(self) -> int:
        """Patches an image."""
        return self.cycles


@dataclass(frozen=True)
class WeightStoreFirstConfig(Config):
    """Holds and updates the weights of a slice of the first layer, which has no backward phase."""

    kernel: ClassVar[str] = "weight_store_first"
    weight_width: int
    gradient_width: int
    in_groups: int
    out_groups: int
    tap_groups: int
    p_in: int
    p_out: int
    p_tap: int
    update_lanes: int
    forward_passes: int
    backward_passes: int
    credits: int
    layer: int
    shift: int
    flattened: int
    in_channels: int
    out_channels: int
    out_base: int
    kernel_rows: int
    kernel_columns: int
    map_groups: int

    @property
    def words(self) -> int:
        """Weight words of the store."""
        return self.out_groups * self.in_groups * self.tap_groups

    @property
    def weights(self) -> int:
        """Weights of the store, padding included."""
        return self.words * self.p_out * self.p_in * self.p_tap

    def _forward(self) -> tuple[PortSpec, ...]:
        weight = signed_vector(self.weight_width, 1)
        return (
            reads(COMMAND),
            reads(Word(weight.width, True)),
            writes(Word(weight.width, True)),
            reads(signed_vector(self.gradient_width, self.update_lanes)),
            *self._engine(),
        )

    def _engine(self) -> tuple[PortSpec, ...]:
        return (writes(signed_vector(self.weight_width, self.p_out * self.p_in * self.p_tap)), reads(CREDIT))

    def ports(self) -> tuple[PortSpec, ...]:
        """command, load in, dump out, gradients in, forward weights, forward credits."""
        return self._forward()


@dataclass(frozen=True)
class WeightStoreConfig(WeightStoreFirstConfig):
    """Holds and updates the weights of a slice, and serves its forward and its backward engine."""

    kernel: ClassVar[str] = "weight_store"

    def ports(self) -> tuple[PortSpec, ...]:
        """As the first layer's, then backward weights, backward credits."""
        return (*self._forward(), *self._engine())
