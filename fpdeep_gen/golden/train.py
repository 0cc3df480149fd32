"""Whole trainings: bit-exact, and the same schedule in float64 for comparison."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fpdeep_gen.golden.model import Weights, infer, initial_weights, train_step
from fpdeep_gen.network import float_model
from fpdeep_gen.network.blas import one_thread
from fpdeep_gen.network.dataset import Dataset, epoch_batches
from fpdeep_gen.network.learning_rate import step_size
from fpdeep_gen.network.model import Network


@dataclass(frozen=True)
class EpochResult:
    """One epoch. Training loss and accuracy are means over its mini-batches as they were seen; the test's are after
    it. `steps`: updates since the beginning; `wraps`: sums that overflowed."""

    epoch: int
    steps: int
    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    wraps: int


@dataclass(frozen=True)
class Training:
    """A finished training: its epochs and the weights after the last."""

    epochs: tuple[EpochResult, ...]
    weights: Weights


@one_thread()
def train(
    network: Network,
    dataset: Dataset,
    epochs: int | None = None,
    weights: Weights | None = None,
    first_epoch: int = 0,
    on_epoch: Callable[[EpochResult], None] | None = None,
) -> Training:
    """Trains bit-exactly epochs `first_epoch` .. `epochs` - 1 (default: 0 to the network's) from `weights` (default:
    initial). Continued at epoch n from the weights after epoch n - 1, it gives what an unbroken training gives."""
    settings = network.training
    rate = step_size(settings)
    current = initial_weights(network) if weights is None else weights
    results: list[EpochResult] = []
    step = first_epoch * (len(dataset.train_labels) // settings.batch)
    for epoch in range(first_epoch, settings.epochs if epochs is None else epochs):
        losses, right, wraps = [], [], 0
        for chosen in epoch_batches(settings.seed, epoch, len(dataset.train_labels), settings.batch):
            labels = dataset.train_labels[chosen]
            done = train_step(network, current, dataset.train_images[chosen], labels, step, rate.raw, rate.fraction)
            current = done.weights
            losses.append(done.loss)
            right.append(float((done.predicted == labels).mean()))
            wraps += done.wraps
            step += 1
        test = infer(network, current, dataset.test_images, dataset.test_labels)
        train_loss, train_accuracy = float(np.mean(losses)), float(np.mean(right))
        wraps += test.wraps
        results.append(EpochResult(epoch, step, train_loss, train_accuracy, test.loss, test.accuracy, wraps))
        if on_epoch is not None:
            on_epoch(results[-1])
    return Training(tuple(results), current)


@one_thread()
def train_float(network: Network, dataset: Dataset, epochs: int | None = None) -> tuple[float, ...]:
    """Test accuracy after each epoch of the same schedule in float64 (same initial weights, same mini-batches)."""
    settings = network.training
    weights = float_model.initial_weights(network)
    accuracies = []
    for epoch in range(settings.epochs if epochs is None else epochs):
        batches = epoch_batches(settings.seed, epoch, len(dataset.train_labels), settings.batch)
        weights = float_model.train_steps(network, weights, dataset.train_images, dataset.train_labels, batches)
        accuracies.append(float_model.accuracy(network, weights, dataset.test_images, dataset.test_labels))
    return tuple(accuracies)
