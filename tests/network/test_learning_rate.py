"""The step size in 16 bits."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from fpdeep_gen.network.learning_rate import StepSize, step_size
from fpdeep_gen.network.model import Training


@given(st.floats(1e-9, 1024), st.integers(1, 65535))
def test_raw_is_as_large_as_16_bits_allow(learning_rate: float, batch: int) -> None:
    found = step_size(Training(batch, learning_rate, 1, 0))
    exact = Fraction(learning_rate) / batch
    assert 1 << 15 <= found.raw <= 65535
    assert abs(found.raw - exact * Fraction(2) ** found.fraction) <= Fraction(1, 2)
    assert exact * Fraction(2) ** (found.fraction + 1) >= Fraction(131071, 2)


def test_examples() -> None:
    assert step_size(Training(1, 1.0, 1, 0)) == StepSize(32768, 15)
    assert step_size(Training(16, 0.1, 1, 0)) == StepSize(52429, 23)
    assert step_size(Training(1, 512.0, 1, 0)) == StepSize(32768, 6)
    assert StepSize(32768, 15).value == 1.0
