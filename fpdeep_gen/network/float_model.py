"""The network in float64: forward, backward and SGD, for calibration and as the reference of the accuracy."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.network import convolution
from fpdeep_gen.network.model import Network
from fpdeep_gen.network.pooling import max_pool, max_pool_backward
from fpdeep_gen.network.threefry import INITIAL_WEIGHTS_STEP, random_words
from fpdeep_gen.network.trainable import require_trainable

Floats: TypeAlias = NDArray[np.float64]
Weights: TypeAlias = tuple[Floats, ...]

CHUNK = 200  # images that are inferred together: bounds the memory of im2col


@dataclass(frozen=True)
class FloatPass:
    """What a pass computes. `features[t]`: tensor t; `sums[l]`: output of layer l before ReLU and pool; `winners[l]`:
    of its pool; `probabilities` [image, class]."""

    features: tuple[Floats, ...]
    sums: tuple[Floats, ...]
    winners: tuple[NDArray[np.int64], ...]
    probabilities: Floats


@dataclass(frozen=True)
class FloatGradients:
    """`errors[l]`: derivative of the summed loss by the output tensor of layer l; `weights[l]`: by its weights."""

    errors: tuple[Floats, ...]
    weights: Weights


def initial_weights(network: Network) -> Weights:
    """He-uniform weights: uniform within sqrt(6 / fan_in), from the counter-based generator keyed by the seed."""
    weights = []
    for index, layer in enumerate(network.layers):
        words = random_words(network.training.seed, INITIAL_WEIGHTS_STEP, index, layer.weight_count)
        uniform: Floats = (2.0 * words.astype(np.float64) + 1.0) / 2.0**32 - 1.0
        fan_in = layer.weight_count // layer.out_channels
        weights.append((uniform * math.sqrt(6.0 / fan_in)).reshape(layer.weight_shape))
    return tuple(weights)


def pixels(network: Network, images: NDArray[np.int64]) -> Floats:
    """Raw pixels as numbers."""
    return images.astype(np.float64) * 2.0**-network.input_format.fraction


def forward_pass(network: Network, weights: Weights, x: Floats) -> FloatPass:
    """Forward phase of images x [n, channel, row, column]. Raises `InputError` for layers that it cannot compute."""
    require_trainable(network)
    features, sums, winners = [x], [], []
    for layer, w in zip(network.layers, weights, strict=True):
        total = convolution.forward(features[-1], w, layer.padding)
        output, winner = max_pool(np.maximum(total, 0.0) if layer.relu else total, layer.pool)
        sums.append(total)
        winners.append(winner)
        features.append(output)
    logits = features[-1].reshape(len(x), -1)
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    return FloatPass(tuple(features), tuple(sums), tuple(winners), probabilities)


def backward_pass(network: Network, weights: Weights, done: FloatPass, labels: NDArray[np.int64]) -> FloatGradients:
    """Backward and gradient phases; gradients are summed over the images."""
    error = done.probabilities.copy()
    error[np.arange(len(labels)), labels] -= 1.0
    error = error.reshape(done.features[-1].shape)
    errors: list[Floats] = []
    gradients: list[Floats] = []
    for index in reversed(range(len(network.layers))):
        layer, w = network.layers[index], weights[index]
        errors.append(error)
        passed = error * (done.features[index + 1] > 0) if layer.relu else error
        dy = max_pool_backward(passed, done.winners[index], layer.pool, layer.conv_rows, layer.conv_columns)
        gradients.append(
            convolution.gradient(done.features[index], dy, layer.kernel_rows, layer.kernel_columns, layer.padding)
        )
        if index > 0:
            error = convolution.backward(dy, w, layer.padding)
    return FloatGradients(tuple(reversed(errors)), tuple(reversed(gradients)))


def mean_loss(probabilities: Floats, labels: NDArray[np.int64]) -> float:
    """Cross-entropy, mean over the images (probabilities below 1e-30 count as that)."""
    return float(-np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-30)).mean())


def train_steps(
    network: Network,
    weights: Weights,
    images: NDArray[np.int64],
    labels: NDArray[np.int64],
    batches: NDArray[np.int64],
    observe: Callable[[Weights, FloatPass, FloatGradients], None] | None = None,
) -> Weights:
    """Plain SGD over mini-batches of image indexes [steps, batch]; `observe` sees every step before its update."""
    rate = network.training.learning_rate
    for chosen in batches:
        done = forward_pass(network, weights, pixels(network, images[chosen]))
        gradients = backward_pass(network, weights, done, labels[chosen])
        if observe is not None:
            observe(weights, done, gradients)
        scale = rate / len(chosen)
        weights = tuple(w - scale * g for w, g in zip(weights, gradients.weights, strict=True))
    return weights


def accuracy(network: Network, weights: Weights, images: NDArray[np.int64], labels: NDArray[np.int64]) -> float:
    """Share of images whose first greatest logit is the label's."""
    right = 0
    for begin in range(0, len(labels), CHUNK):
        part = slice(begin, begin + CHUNK)
        done = forward_pass(network, weights, pixels(network, images[part]))
        right += int((done.probabilities.argmax(axis=1) == labels[part]).sum())
    return right / len(labels)
