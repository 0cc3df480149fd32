"""Configurations of the processes that work word by word on maps: forks, pools, the loss, and joins."""

from dataclasses import dataclass
from typing import ClassVar

from fpdeep_gen.emit.configs import Config, Member, PortSpec, reads, with_word_type, writes
from fpdeep_gen.emit.words import COMMAND, LABEL, RESULT, Word, signed_vector, unsigned_vector


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

    def members(self) -> tuple[Member, ...]:
        """The type."""
        return with_word_type(super().members())


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

    def members(self) -> tuple[Member, ...]:
        """The type and the counts."""
        return with_word_type(super().members())


@dataclass(frozen=True)
class SplitConfig(ConcatConfig):
    """Parts a stream row by row."""

    kernel: ClassVar[str] = "split"

    def ports(self) -> tuple[PortSpec, ...]:
        """in, low, high."""
        return (reads(self.word), writes(self.word), writes(self.word))
