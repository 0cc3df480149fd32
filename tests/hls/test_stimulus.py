"""Arrays of a stimulus: whole numbers of any type, and nothing else."""

import numpy as np
import pytest
from numpy.typing import NDArray

from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.interface import Argument, Control, Direction, Interface, Kind, Protocol
from fpdeep_gen.hls.layout import Integer
from fpdeep_gen.hls.stimulus import flat

WORD = Argument("a", 0, Kind.STREAM, Direction.IN, Protocol.AXIS, Integer(80, True))
INTERFACE = Interface(Control.FREE, (WORD,))


@pytest.mark.parametrize(
    "given", [np.array([3, -1]), np.array([3.0, -1.0]), np.array([3, -1], dtype=object), np.array([3, -1], np.int8)]
)
def test_whole_numbers_of_any_type(given: NDArray[np.int64]) -> None:
    assert flat(INTERFACE, {"a": given})["a"][1] == [3, -1]


def test_integers_wider_than_numpy_has() -> None:
    assert flat(INTERFACE, {"a": np.array([1 << 70], dtype=object)})["a"][1] == [1 << 70]


@pytest.mark.parametrize(
    ("given", "found"), [([1, 0.5], "0.5"), ([float("nan")], "nan"), (["x"], "x"), ([np.inf], "inf"), ([1j], "1j")]
)
def test_what_is_no_whole_number_is_refused(given: list[object], found: str) -> None:
    with pytest.raises(InputError) as caught:
        flat(INTERFACE, {"a": np.array(given)})
    expected = "integers (of fixed point: raw values)"
    assert str(caught.value) == f"stimulus a: expected {expected}, found {found}"
