"""Whole steps: against the scalar model bit for bit, and against PyTorch's gradients within the formats' error."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
import torch.nn.functional as functional

from fpdeep_gen.golden import model
from fpdeep_gen.golden.rounding import Integers
from fpdeep_gen.network import float_model
from fpdeep_gen.network.learning_rate import step_size
from fpdeep_gen.network.model import Format, Network
from tests.golden_model import networks, slow

Build = Callable[[int, tuple[int, int, int], Format], Network]
BUILDS = [networks.mixed, networks.plain, networks.unpadded]


def batch_of(network: Network, count: int, seed: int) -> tuple[Integers, Integers]:
    random = np.random.default_rng(seed)
    shape = (count, *network.tensor_shape(0))
    images = random.integers(network.input_format.minimum, network.input_format.maximum + 1, shape)
    return images, random.integers(0, network.layers[-1].out_channels, count)


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("learning_rate", [0.05, 8.0])
def test_step_equals_the_scalar_model(build: Build, learning_rate: float) -> None:
    network = build(16, (12, 10, 14), Format(8, 6))
    network = replace(network, training=replace(network.training, learning_rate=learning_rate))
    rate = step_size(network.training)
    weights = model.initial_weights(network)
    for step in range(2):
        images, labels = batch_of(network, 4, step)
        expected = slow.train_step(network, weights, images, labels, step, rate.raw, rate.fraction)
        result = model.train_step(network, weights, images, labels, step, rate.raw, rate.fraction)
        for old, new, wanted in zip(weights, result.weights, expected, strict=True):
            np.testing.assert_array_equal(new, wanted)
            assert not np.array_equal(new, old)
        assert result.wraps == 0
        weights = result.weights


def test_narrow_accumulators_wrap_alike_and_are_counted() -> None:
    network = networks.mixed(16, (12, 10, 14), Format(8, 6), accumulator_width=20)
    rate = step_size(network.training)
    weights = tuple(4 * w for w in model.initial_weights(network))
    images, labels = batch_of(network, 4, 3)
    result = model.train_step(network, weights, images, labels, 0, rate.raw, rate.fraction)
    expected = slow.train_step(network, weights, images, labels, 0, rate.raw, rate.fraction)
    for new, wanted in zip(result.weights, expected, strict=True):
        np.testing.assert_array_equal(new, wanted)
    assert result.wraps > 0
    assert model.infer(network, weights, images, labels).wraps > 0


def test_batch_of_a_step_may_be_of_any_size() -> None:
    network = networks.unpadded(16, (12, 10, 14), Format(8, 6))
    weights = model.initial_weights(network)
    images, labels = batch_of(network, 3, 1)
    parts = [model.forward(network, weights, images[n : n + 1]) for n in range(3)]
    whole = model.backward(network, weights, model.forward(network, weights, images), labels).gradients
    single = [model.backward(network, weights, part, labels[n : n + 1]).gradients for n, part in enumerate(parts)]
    for layer, gradient in enumerate(whole):
        np.testing.assert_array_equal(gradient, sum(gradients[layer] for gradients in single))


def test_infer_agrees_with_the_step_before_its_update() -> None:
    network = networks.mixed(16, (12, 10, 14), Format(8, 6))
    weights = model.initial_weights(network)
    images, labels = batch_of(network, 450, 2)
    inferred = model.infer(network, weights, images, labels)  # in several chunks
    trained = model.train_step(network, weights, images, labels, 0, 40000, 20)
    np.testing.assert_array_equal(inferred.probability_raw, trained.probability_raw)
    np.testing.assert_array_equal(inferred.predicted, trained.predicted)
    assert inferred.loss == trained.loss
    assert inferred.accuracy == np.mean(trained.predicted == labels)
    assert inferred.logits.shape == (450, 4)


def test_initial_weights_are_he_uniform_in_their_format() -> None:
    network = networks.network(
        (networks.full("only", (4, 10, 10), 200, False, networks.formats(17, 10, 15)),), Format(8, 6)
    )
    (weights,) = model.initial_weights(network)
    bound = (6 / 400) ** 0.5
    assert weights.shape == (200, 4, 10, 10)
    assert weights.dtype == np.int64
    assert np.abs(weights).max() <= bound * 2**17 + 0.5
    assert abs((weights / 2**17).std() / (bound / 3**0.5) - 1) < 0.01
    np.testing.assert_array_equal(weights, model.initial_weights(network)[0])
    other = replace(network, training=replace(network.training, seed=8))
    assert not np.array_equal(weights, model.initial_weights(other)[0])


@dataclass(frozen=True)
class Reference:
    """What PyTorch computes in float64 from the same weights, images and errors of the logits."""

    inputs: list[torch.Tensor]
    sums: list[torch.Tensor]
    weights: list[torch.Tensor]


def torch_forward(network: Network, weights: model.Weights, images: Integers) -> Reference:
    x = torch.tensor(images / 2.0**network.input_format.fraction)
    inputs, sums, tensors = [x], [], []
    for layer, w in zip(network.layers, weights, strict=True):
        weight = torch.tensor(w / 2.0**layer.formats.weight.fraction, requires_grad=True)
        total = functional.conv2d(inputs[-1], weight, padding=layer.padding)
        total.retain_grad()
        out = functional.relu(total) if layer.relu else total
        inputs.append(functional.max_pool2d(out, layer.pool) if layer.pool > 1 else out)
        inputs[-1].retain_grad()
        sums.append(total)
        tensors.append(weight)
    return Reference(inputs, sums, tensors)


def gap(raw: Integers, fraction: int, exact: torch.Tensor | None) -> float:
    assert exact is not None
    return float(np.abs(raw / 2.0**fraction - exact.detach().numpy()).max())


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_gradients_equal_pytorch_s_within_the_formats(build: Build, seed: int) -> None:
    """Formats of 20 fraction bits. The bound of each tensor's error follows from half a unit at each rounding and
    the sizes of weights, features and errors. A ReLU or pool that chose another value than PyTorch's would show as an
    error in the wrong place, far beyond the bound."""
    network = build(26, (20, 20, 20), Format(8, 6))
    weights = model.initial_weights(network)
    images, labels = batch_of(network, 4, seed)
    done = model.forward(network, weights, images)
    back = model.backward(network, weights, done, labels)
    reference = torch_forward(network, weights, images)
    logits_error = torch.tensor(back.errors[-1] / 2.0**20)
    reference.inputs[-1].backward(logits_error)
    half = 2.0**-21
    count = len(network.layers)
    sizes = [np.abs(w) / 2.0**20 for w in weights]

    feature_errors = [0.0]
    for index in range(count):
        bound = feature_errors[-1] * float(sizes[index].sum(axis=(1, 2, 3)).max()) + half + 1e-12
        assert gap(done.sums[index], 20, reference.sums[index]) <= bound
        assert gap(done.tensors[index + 1], 20, reference.inputs[index + 1]) <= bound
        feature_errors.append(bound)

    error_bound = 0.0
    for index in reversed(range(count)):
        grad = reference.sums[index].grad
        assert grad is not None
        assert gap(back.sum_errors[index], 20, grad) <= error_bound
        x, dy = np.abs(reference.inputs[index].detach().numpy()), np.abs(grad.numpy())
        terms = int(((dy > 0) | (back.sum_errors[index] != 0)).sum(axis=(0, 2, 3)).max())
        bound = terms * error_bound * (float(x.max()) + feature_errors[index])
        bound += float(dy.sum(axis=(0, 2, 3)).max()) * feature_errors[index] + 1e-12
        fraction = network.tensor_format(index).fraction + 20
        exact = reference.weights[index].grad
        assert exact is not None
        assert bound < 2e-3 * float(exact.abs().max())  # the check is sharp
        assert gap(back.gradients[index], fraction, exact) <= bound
        if index > 0:
            error_bound = error_bound * float(sizes[index].sum(axis=(0, 2, 3)).max()) + half + 1e-12
            assert gap(back.errors[index - 1], 20, reference.inputs[index].grad) <= error_bound
    assert sum(done.wraps) + sum(back.wraps) == 0


@pytest.mark.parametrize("build", BUILDS)
def test_float_model_equals_pytorch(build: Build) -> None:
    """The float64 reference: loss and gradients of the true cross-entropy, to the last few bits."""
    network = build(26, (20, 20, 20), Format(8, 6))
    weights = model.initial_weights(network)
    images, labels = batch_of(network, 5, 9)
    reference = torch_forward(network, weights, images)
    logits = reference.inputs[-1].reshape(len(images), -1)
    loss = functional.cross_entropy(logits, torch.tensor(labels), reduction="sum")
    loss.backward()
    values = tuple(w / 2.0**20 for w in weights)
    done = float_model.forward_pass(network, values, float_model.pixels(network, images))
    gradients = float_model.backward_pass(network, values, done, labels)
    assert float_model.mean_loss(done.probabilities, labels) == pytest.approx(loss.item() / 5, rel=1e-12)
    for got, wanted in zip(gradients.weights, reference.weights, strict=True):
        assert wanted.grad is not None
        np.testing.assert_allclose(got, wanted.grad.numpy(), rtol=1e-9, atol=1e-11)


def test_golden_loss_error_is_near_pytorch_s() -> None:
    """Exponentials up to g = e^(1/64) too large move a probability by at most p (1 - p) (g - 1); table entries and
    quotient are off by less than 2^-16, the logits by 2^-21."""
    network = networks.plain(26, (20, 20, 20), Format(8, 6))
    weights = model.initial_weights(network)
    images, labels = batch_of(network, 50, 4)
    back = model.backward(network, weights, model.forward(network, weights, images), labels)
    reference = torch_forward(network, weights, images)
    logits = reference.inputs[-1]
    functional.cross_entropy(logits.reshape(50, -1), torch.tensor(labels), reduction="sum").backward()
    bound = (np.exp(1 / 64) - 1) / 4 + (5 + 3) * 2.0**-16
    assert gap(back.errors[-1], 20, logits.grad) <= bound
