"""Trainings of the examples: the accuracy that the documentation promises, and determinism."""

from pathlib import Path

import numpy as np

from fpdeep_gen.golden.data import load_dataset
from fpdeep_gen.golden.train import EpochResult, train, train_float
from fpdeep_gen.network.load import load_network

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_digits_learns_as_well_as_in_float64() -> None:
    network = load_network(EXAMPLES / "digits" / "network.yaml")
    dataset = load_dataset(network)
    seen: list[EpochResult] = []
    result = train(network, dataset, on_epoch=seen.append)
    assert tuple(seen) == result.epochs
    assert len(seen) == network.training.epochs
    assert seen[-1].steps == network.training.epochs * (len(dataset.train_labels) // network.training.batch)
    assert seen[-1].test_accuracy >= 0.97
    assert abs(seen[-1].test_accuracy - train_float(network, dataset)[-1]) <= 0.005 + 1 / len(dataset.test_labels)
    assert seen[-1].train_loss < seen[0].train_loss / 10
    assert all(epoch.wraps == 0 for epoch in seen)


def test_training_is_deterministic_and_can_be_continued() -> None:
    network = load_network(EXAMPLES / "digits" / "network.yaml")
    dataset = load_dataset(network)
    first, again, both = (train(network, dataset, epochs=epochs) for epochs in (1, 1, 2))
    assert first.epochs == again.epochs == both.epochs[:1]
    continued = train(network, dataset, epochs=2, weights=first.weights, first_epoch=1)
    assert continued.epochs == both.epochs[1:]
    for a, b, c, d in zip(first.weights, again.weights, continued.weights, both.weights, strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(c, d)
        assert not np.array_equal(a, c)


def test_lenet5_learns_as_well_as_in_float64() -> None:
    epochs = 8
    network = load_network(EXAMPLES / "lenet5" / "network.yaml")
    dataset = load_dataset(network)
    result = train(network, dataset, epochs=epochs)
    assert result.epochs[-1].test_accuracy >= train_float(network, dataset, epochs=epochs)[-1] - 0.005
    assert sum(epoch.wraps for epoch in result.epochs) == 0
