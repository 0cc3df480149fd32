"""The learning rate as the hardware applies it: an unsigned 16-bit factor and a binary point."""

from dataclasses import dataclass
from fractions import Fraction

from fpdeep_gen.network.model import Training

RAW_MAXIMUM = (1 << 16) - 1


@dataclass(frozen=True)
class StepSize:
    """`raw / 2^fraction` multiplies the gradient that is summed (not averaged) over the mini-batch."""

    raw: int
    fraction: int

    @property
    def value(self) -> float:
        """The step size as a number."""
        return float(Fraction(self.raw) / Fraction(2) ** self.fraction)


def step_size(training: Training) -> StepSize:
    """`learning_rate / batch` with the largest fraction whose rounded raw value is at most 65535.

    `learning_rate` is more than 0, so raw is at least 32768 and the relative error at most 2^-16.
    """
    exact = Fraction(training.learning_rate) / training.batch
    fraction = 16 - (exact.numerator.bit_length() - exact.denominator.bit_length())
    while _rounded(exact, fraction) > RAW_MAXIMUM:
        fraction -= 1
    while _rounded(exact, fraction + 1) <= RAW_MAXIMUM:
        fraction += 1
    return StepSize(_rounded(exact, fraction), fraction)


def _rounded(value: Fraction, fraction: int) -> int:
    """value * 2^fraction to the nearest integer, halves up."""
    scaled = value * Fraction(2) ** fraction
    return (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
