"""Configurations of the processes that carry commands, weights and flits."""

from dataclasses import dataclass
from typing import ClassVar

from fpdeep_gen.emit.configs import Config, Member, PortSpec, reads, with_word_type, writes
from fpdeep_gen.emit.words import COMMAND, CREDIT, CREDITS_GAINED, Word, flit, payload


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

    def members(self) -> tuple[Member, ...]:
        """The type and the sizes."""
        return with_word_type(super().members())


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
