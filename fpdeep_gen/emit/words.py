"""Words of streams: their C++ types and widths."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """`lanes` elements of `width` bits side by side (element 0 lowest), or one bare integer where `lanes` is None."""

    width: int
    signed: bool
    lanes: int | None = None

    @property
    def bits(self) -> int:
        """Bits of the whole word on a FIFO, port or link."""
        return self.width * (1 if self.lanes is None else self.lanes)

    @property
    def cpp(self) -> str:
        """The C++ type."""
        element = f"ap_int<{self.width}>" if self.signed else f"ap_uint<{self.width}>"
        return element if self.lanes is None else f"hls::vector<{element}, {self.lanes}>"


def signed_vector(width: int, lanes: int) -> Word:
    """A word of `lanes` signed elements."""
    return Word(width, True, lanes)


def unsigned_vector(width: int, lanes: int) -> Word:
    """A word of `lanes` unsigned elements."""
    return Word(width, False, lanes)


COMMAND = Word(128, False)
LABEL = Word(16, False)
WEIGHT = Word(16, True)
RESULT = Word(32, False)
CREDIT = Word(1, False)
CREDITS_GAINED = Word(24, False)

STREAM_ID_BITS = 8


def payload(bits: int) -> Word:
    """What a flit carries beside its stream id."""
    return Word(bits, False)


def flit(payload_bits: int) -> Word:
    """A flit as it goes over the link: the stream id above its payload."""
    return Word(payload_bits + STREAM_ID_BITS, False)
