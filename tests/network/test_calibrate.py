"""Calibrated fractions hold what a training makes of weights, outputs and errors."""

from pathlib import Path

import numpy as np
import pytest

from fpdeep_gen.network.calibrate import largest_fraction
from fpdeep_gen.network.dataset import epoch_batches, load_dataset
from fpdeep_gen.network.float_model import FloatGradients, FloatPass, Weights, initial_weights, train_steps
from fpdeep_gen.network.formats import backward_shift, forward_shift, update_shift
from fpdeep_gen.network.learning_rate import step_size
from fpdeep_gen.network.load import load_network

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize(
    ("magnitude", "fraction"),
    [(1.0, 15), (1.01, 14), (0.5, 16), (0.4, 16), (100.0, 8), (0.0, 15), (1e-30, 48), (1e30, -16)],
)
def test_largest_fraction(magnitude: float, fraction: int) -> None:
    assert largest_fraction(16, magnitude) == fraction


def test_three_epochs_of_digits_stay_in_range() -> None:
    """Calibration sees 320 images once; the formats also hold what three whole epochs do."""
    network = load_network(EXAMPLES / "digits" / "network.yaml")
    data = load_dataset(network)

    def observe(weights: Weights, done: FloatPass, gradients: FloatGradients) -> None:
        for index, layer in enumerate(network.layers):
            formats = layer.formats
            for values, found in (
                (weights[index], formats.weight),
                (done.sums[index], formats.output),
                (gradients.errors[index], formats.error),
            ):
                assert np.abs(values).max() <= found.maximum / 2.0**found.fraction + 2.0**-found.fraction

    weights = initial_weights(network)
    for epoch in range(3):
        batches = epoch_batches(network.training.seed, epoch, len(data.train_labels), network.training.batch)
        weights = train_steps(network, weights, data.train_images, data.train_labels, batches, observe)


@pytest.mark.parametrize("example", ["digits", "lenet5"])
def test_calibrated_shifts_are_possible(example: str) -> None:
    network = load_network(EXAMPLES / example / "network.yaml")
    rate = step_size(network.training)
    for index in range(len(network.layers)):
        assert forward_shift(network, index) >= 0
        assert index == 0 or backward_shift(network, index) >= 0
        assert update_shift(network, index, rate.fraction) >= 1
