"""What the processes are configured with: one frozen dataclass for each kind of process.

The fields, upper-cased, are the members of the emitted struct (docs/architecture.md, section 4). `ports` gives what the
process reads and writes, in the order of its arguments; `cycles` the cycles it works for an image in steady state.
"""

from dataclasses import dataclass, fields
from enum import Enum
from typing import ClassVar

from fpdeep_gen.emit.words import (
    COMMAND,
    CREDIT,
    CREDITS_GAINED,
    LABEL,
    RESULT,
    Word,
    flit,
    payload,
    signed_vector,
    unsigned_vector,
)


class Access(Enum):
    """What a process does with one of its streams."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True)
class PortSpec:
    """One argument of a process: a stream of `word`, or an array of `count` streams."""

    access: Access
    word: Word
    count: int | None = None


def reads(word: Word, count: int | None = None) -> PortSpec:
    """An argument that the process reads."""
    return PortSpec(Access.READ, word, count)


def writes(word: Word, count: int | None = None) -> PortSpec:
    """An argument that the process writes."""
    return PortSpec(Access.WRITE, word, count)


@dataclass(frozen=True)
class Config:
    """Base of all configurations. `kernel` is the name of the function template."""

    kernel: ClassVar[str]

    def ports(self) -> tuple[PortSpec, ...]:
        """Arguments of the process, in order."""
        raise NotImplementedError

    @property
    def cycles(self) -> int | None:
        """Cycles an image in steady state; None where it depends on more than the configuration."""
        return None

    def members(self) -> tuple[tuple[str, int | tuple[int, ...] | Word], ...]:
        """(name, value) of each member of the emitted struct."""
        return tuple((field.name.upper(), getattr(self, field.name)) for field in fields(self))


@dataclass(frozen=True)
class WindowConfig(Config):
    """Line buffer that cuts rows into patches."""

    kernel: ClassVar[str] = "window"
    width: int
    lanes: int
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
            writes(signed_vector(self.width, self.p_tap * self.lanes)),
        )

    @property
    def cycles(self) -> int:
        """Whichever is more: emitting or loading."""
        tap_groups = -(-self.kernel_size * self.kernel_size // self.p_tap)
        emit = self.out_rows * self.repeat * self.groups * tap_groups * self.out_columns
        return max(emit, self.rows * self.groups * self.columns)

    def members(self) -> tuple[tuple[str, int | tuple[int, ...] | Word], ...]:
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
    p_in: int
    p_out: int
    p_tap: int

    def _operands(self) -> tuple[PortSpec, ...]:
        return (
            reads(signed_vector(self.in_width, self.p_tap * self.p_in)),
            reads(signed_vector(self.weight_width, self.p_out * self.p_in * self.p_tap)),
            writes(CREDIT),
        )

    def _rounded(self) -> Word:
        return signed_vector(self.out_width, self.p_out)

    def _partial(self) -> Word:
        return signed_vector(self.acc_width, self.p_out)

    def ports(self) -> tuple[PortSpec, ...]:
        """patches, weights, credits, out."""
        return (*self._operands(), writes(self._rounded()))

    @property
    def cycles(self) -> int:
        """One product group a cycle."""
        return self.out_rows * self.out_groups * self.in_groups * self.tap_groups * self.out_columns


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
    def cycles(self) -> int:
        """One product group a cycle."""
        return self.out_rows * self.out_groups * self.in_groups * self.tap_groups * self.out_columns


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


@dataclass(frozen=True)
class ForkFeaturesConfig(Config):
    """Copies features to the engine and, in training, to the cache."""

    kernel: ClassVar[str] = "fork_features"
    width: int
    lanes: int
    words: int

    def _word(self) -> Word:
        return signed_vector(self.width, self.lanes)

    def ports(self) -> tuple[PortSpec, ...]:
        """command, in, engine out, cache out."""
        return (reads(COMMAND), reads(self._word()), writes(self._word()), writes(self._word()))

    @property
    def cycles(self) -> int:
        """One word a cycle."""
        return self.words


@dataclass(frozen=True)
class ForkFeaturesPassConfig(ForkFeaturesConfig):
    """The same and on to the next slice."""

    kernel: ClassVar[str] = "fork_features_pass"

    def ports(self) -> tuple[PortSpec, ...]:
        """command, in, engine out, cache out, pass out."""
        return (*super().ports(), writes(self._word()))


@dataclass(frozen=True)
class DuplicateConfig(Config):
    """Copies each word to two readers."""

    kernel: ClassVar[str] = "duplicate"
    word: Word

    def ports(self) -> tuple[PortSpec, ...]:
        """in, a, b."""
        return (reads(self.word), writes(self.word), writes(self.word))

    def members(self) -> tuple[tuple[str, int | tuple[int, ...] | Word], ...]:
        """The type."""
        return _with_word_type(super().members())


@dataclass(frozen=True)
class ReluPoolConfig(Config):
    """ReLU and max-pool."""

    kernel: ClassVar[str] = "relu_pool"
    width: int
    lanes: int
    groups: int
    rows: int
    columns: int
    pool: int
    relu: int
    mask_bits: int

    def _word(self) -> Word:
        return signed_vector(self.width, self.lanes)

    def _mask(self) -> Word:
        return unsigned_vector(self.mask_bits, self.lanes)

    def ports(self) -> tuple[PortSpec, ...]:
        """command, in, out, mask out."""
        return (reads(COMMAND), reads(self._word()), writes(self._word()), writes(self._mask()))

    @property
    def cycles(self) -> int:
        """One word of the unpooled map a cycle."""
        return self.rows * self.groups * self.columns


@dataclass(frozen=True)
class ReluPoolBackwardConfig(ReluPoolConfig):
    """Sends errors back through pool and ReLU. `width` is the errors'."""

    kernel: ClassVar[str] = "relu_pool_backward"

    def ports(self) -> tuple[PortSpec, ...]:
        """in, mask, out."""
        return (reads(self._word()), reads(self._mask()), writes(self._word()))


@dataclass(frozen=True)
class SoftmaxLossConfig(Config):
    """Softmax cross-entropy: the error of the logits and a result word an image."""

    kernel: ClassVar[str] = "softmax_loss"
    classes: int
    lanes: int
    logit_width: int
    logit_fraction: int
    error_width: int
    error_fraction: int

    def ports(self) -> tuple[PortSpec, ...]:
        """command, logits, label, errors out, result out."""
        return (
            reads(COMMAND),
            reads(signed_vector(self.logit_width, self.lanes)),
            reads(LABEL),
            writes(signed_vector(self.error_width, self.lanes)),
            writes(RESULT),
        )


@dataclass(frozen=True)
class ConcatConfig(Config):
    """Joins two streams row by row."""

    kernel: ClassVar[str] = "concat"
    word: Word
    low_words: int
    high_words: int

    def ports(self) -> tuple[PortSpec, ...]:
        """low, high, out."""
        return (reads(self.word), reads(self.word), writes(self.word))

    def members(self) -> tuple[tuple[str, int | tuple[int, ...] | Word], ...]:
        """The type and the counts."""
        return _with_word_type(super().members())


@dataclass(frozen=True)
class SplitConfig(ConcatConfig):
    """Parts a stream row by row."""

    kernel: ClassVar[str] = "split"

    def ports(self) -> tuple[PortSpec, ...]:
        """in, low, high."""
        return (reads(self.word), writes(self.word), writes(self.word))


@dataclass(frozen=True)
class BroadcastCommandConfig(Config):
    """Copies commands to all processes that take them."""

    kernel: ClassVar[str] = "broadcast_command"
    outputs: int

    def ports(self) -> tuple[PortSpec, ...]:
        """in, out[OUTPUTS]."""
        return (reads(COMMAND), writes(COMMAND, self.outputs))


@dataclass(frozen=True)
class DistributeLoadConfig(Config):
    """Deals loaded weights out to the stores."""

    kernel: ClassVar[str] = "distribute_load"
    outputs: int
    counts: tuple[int, ...]
    weight_width: int

    def ports(self) -> tuple[PortSpec, ...]:
        """in, out[OUTPUTS]."""
        return (reads(Word(self.weight_width, True)), writes(Word(self.weight_width, True), self.outputs))


@dataclass(frozen=True)
class CollectDumpConfig(Config):
    """Gathers dumped weights from the stores."""

    kernel: ClassVar[str] = "collect_dump"
    inputs: int
    counts: tuple[int, ...]
    weight_width: int

    def ports(self) -> tuple[PortSpec, ...]:
        """in[INPUTS], out."""
        return (reads(Word(self.weight_width, True), self.inputs), writes(Word(self.weight_width, True)))


@dataclass(frozen=True)
class PackConfig(Config):
    """Cuts words into flits."""

    kernel: ClassVar[str] = "pack"
    word: Word
    bits: int
    flits: int
    payload: int

    def ports(self) -> tuple[PortSpec, ...]:
        """in, out payload."""
        return (reads(self.word), writes(payload(self.payload)))

    def members(self) -> tuple[tuple[str, int | tuple[int, ...] | Word], ...]:
        """The type and the sizes."""
        return _with_word_type(super().members())


@dataclass(frozen=True)
class UnpackConfig(PackConfig):
    """Joins flits to words."""

    kernel: ClassVar[str] = "unpack"

    def ports(self) -> tuple[PortSpec, ...]:
        """in payload, freed out, out."""
        return (reads(payload(self.payload)), writes(CREDIT), writes(self.word))


@dataclass(frozen=True)
class LinkTxConfig(Config):
    """Sends the flits of all streams over one link."""

    kernel: ClassVar[str] = "link_tx"
    streams: int
    reverse: int
    payload: int
    credits: tuple[int, ...]

    def ports(self) -> tuple[PortSpec, ...]:
        """in[STREAMS], credits gained, freed[REVERSE], link out."""
        return (
            reads(payload(self.payload), self.streams),
            reads(CREDITS_GAINED),
            reads(CREDIT, self.reverse),
            writes(flit(self.payload)),
        )


@dataclass(frozen=True)
class LinkRxConfig(Config):
    """Sorts the flits of one link by stream."""

    kernel: ClassVar[str] = "link_rx"
    streams: int
    payload: int

    def ports(self) -> tuple[PortSpec, ...]:
        """link in, out[STREAMS], credits gained."""
        return (
            reads(flit(self.payload)),
            writes(payload(self.payload), self.streams),
            writes(CREDITS_GAINED),
        )


def _with_word_type(
    members: tuple[tuple[str, int | tuple[int, ...] | Word], ...],
) -> tuple[tuple[str, int | tuple[int, ...] | Word], ...]:
    return tuple(("Word" if name == "WORD" else name, value) for name, value in members)
