"""An epoch's time: whole mini-batches, each with the gap behind it; times as texts say them."""

from dataclasses import replace

import pytest

from fpdeep_gen.partition.model import BalancedPlan
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.report.epoch import Epoch, epoch_of, epoch_text
from fpdeep_gen.texts import duration
from tests.partition.networks import chain, conv, network


def plan(images: int | None) -> BalancedPlan:
    """Mini-batches of 16; predicted times are set to round numbers, at 100 MHz."""
    found = make_balanced_plan(network((conv("conv0", (8, 24, 24), 16, 3),)), chain(2))
    prediction = replace(found.prediction, interval=1000, drain=4000, update=1000)
    training = replace(found.network.training, images=images)
    return replace(found, network=replace(found.network, training=training), prediction=prediction)


def test_an_epoch_is_whole_batches_each_with_its_gap() -> None:
    # a batch: 15 intervals of 1,000 cycles, 4,000 for the last image, 1,000 until the next: 0.2 ms
    assert epoch_of(plan(16 * 50)) == Epoch(800, 50, pytest.approx(0.01))
    assert epoch_of(plan(16 * 50 + 15)) == Epoch(815, 50, pytest.approx(0.01))
    assert epoch_of(plan(16 * 51)) == Epoch(816, 51, pytest.approx(0.0102))


def test_where_nothing_says_how_many_images_there_is_no_time() -> None:
    assert epoch_of(plan(None)) is None


def test_one_epoch_and_several_are_told() -> None:
    epoch = Epoch(1_281_167, 5004, 1037.04)
    assert epoch_text(epoch, 1) == "an epoch of 1,281,167 images, 5,004 mini-batches: 17:17 min"
    assert epoch_text(epoch, 74).endswith("17:17 min; 74 epochs: 21:19 h")  # 76,741 s


def test_times_are_in_units_that_fit() -> None:
    assert [duration(seconds) for seconds in (0.0, 0.012345, 59.94)] == ["0 s", "0.0123 s", "59.9 s"]
    assert [duration(seconds) for seconds in (59.96, 61.4, 3599.4)] == ["1:00 min", "1:01 min", "59:59 min"]
    assert [duration(seconds) for seconds in (3599.6, 3630.1, 360_000_000)] == ["1:00 h", "1:01 h", "100,000:00 h"]
