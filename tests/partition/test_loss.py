"""Lanes of the loss: three passes over the classes, which lanes share, then the depth of the pipelines."""

import pytest

from fpdeep_gen.partition.loss import loss_cycles, loss_dsp, loss_lut
from tests.partition.networks import chain, flat, network


@pytest.mark.parametrize(
    ("classes", "inputs", "lanes", "cycles"),
    [
        (10, 4, 1, 3 * 10 + 64),
        (64, 4, 1, 3 * 64 + 64),
        (65, 4, 2, 3 * 33 + 64),
        (1000, 4, 16, 3 * 63 + 64),
        (1000, 438, 16, 3 * 63 + 64),
        (1000, 439, 8, 3 * 125 + 64),
        (128, 4480, 1, 3 * 128 + 64),
        (129, 4480, 2, 3 * 65 + 64),
    ],
)
def test_a_lane_takes_128_classes_or_64_where_each_image_would_wait_long(
    classes: int, inputs: int, lanes: int, cycles: int
) -> None:
    """Two phases of `inputs` x `classes` on 100 multipliers: 3 x 125 + 64 = 439 cycles are a twentieth of 2 x 439 x
    1000 / 100, and 3 x 128 + 64 = 448 less than that of 2 x 4480 x 128 / 100."""
    one = network((flat("a", (inputs, 1, 1), classes),))
    boards = chain(2, dsp=50)
    assert loss_cycles(one, boards) == cycles
    assert loss_lut(one, boards) == 600 * lanes
    assert loss_dsp(one, boards) == (3 * lanes if lanes > 1 else 0)
