"""The random words of stochastic rounding, for those who compare hardware with the golden model."""

from fpdeep_gen.golden.update import rounding_offset, rounding_words
from fpdeep_gen.network.threefry import threefry2x32

__all__ = ["rounding_offset", "rounding_words", "threefry2x32"]
