"""One step of training, and inference, on raw integers."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.golden.phases import (
    conv_backward,
    conv_forward,
    conv_gradient,
    max_pool,
    max_pool_backward,
    relu,
    relu_backward,
)
from fpdeep_gen.golden.rounding import Integers, saturated, stored
from fpdeep_gen.golden.softmax import Softmax, label_probability, losses, softmax, softmax_error
from fpdeep_gen.golden.update import rounding_words, updated
from fpdeep_gen.network import float_model
from fpdeep_gen.network.formats import backward_shift, forward_shift, update_shift
from fpdeep_gen.network.model import Format, Network
from fpdeep_gen.network.trainable import require_trainable

Weights: TypeAlias = tuple[Integers, ...]

INFER_CHUNK = 200  # images that are inferred together: bounds the memory of im2col


@dataclass(frozen=True)
class Forward:
    """What the forward phases compute for some images, raw.

    `tensors[t]`: tensor t [image, channel, row, column]; `sums[l]`: stored output of layer l before ReLU and pool;
    `winners[l]`: index of each pool's winner in its window; `wraps[l]`: accumulators of layer l that overflowed.
    """

    tensors: tuple[Integers, ...]
    sums: tuple[Integers, ...]
    winners: tuple[Integers, ...]
    softmax: Softmax
    wraps: tuple[int, ...]


@dataclass(frozen=True)
class Backward:
    """What the backward and gradient phases compute, raw.

    `errors[l]`: error of the output tensor of layer l; `sum_errors[l]`: the same before its ReLU and pool (of the
    stored sum); `gradients[l]` like the weights of layer l; `wraps[l]`: overflows in the sums that give `errors[l]`
    and `gradients[l]`.
    """

    errors: tuple[Integers, ...]
    sum_errors: tuple[Integers, ...]
    gradients: Weights
    wraps: tuple[int, ...]


@dataclass(frozen=True)
class StepResult:
    """A mini-batch and its update. `weights`: after it; `probability_raw` [image]: of the label, 65536 is 1;
    `predicted` [image]; `loss`: mean over the images; `wraps`: sums that overflowed (0 for sound formats)."""

    weights: Weights
    probability_raw: Integers
    predicted: Integers
    loss: float
    wraps: int


@dataclass(frozen=True)
class InferResult:
    """Inference. `logits` [image, class] raw; `accuracy`: share of right predictions; the rest as in StepResult."""

    logits: Integers
    probability_raw: Integers
    predicted: Integers
    loss: float
    accuracy: float
    wraps: int


def initial_weights(network: Network) -> Weights:
    """He-uniform weights, rounded to the weight formats: one [out][in][kernel_row][kernel_column] a layer."""
    return tuple(
        quantised(w, layer.formats.weight)
        for layer, w in zip(network.layers, float_model.initial_weights(network), strict=True)
    )


def quantised(values: NDArray[np.float64], target: Format) -> Integers:
    """Numbers as raw values: nearest (halves up), saturated."""
    return saturated(np.floor(values * 2.0**target.fraction + 0.5).astype(np.int64), target)


def forward(network: Network, weights: Weights, images: Integers) -> Forward:
    """Forward phases of raw images [n, channel, row, column]. Raises `InputError` for layers that it cannot compute."""
    require_trainable(network)
    tensors, sums, winners, wraps = [images], [], [], []
    for index, (layer, w) in enumerate(zip(network.layers, weights, strict=True)):
        total = conv_forward(tensors[-1], w, layer.padding, network.accumulator_width)
        y = stored(total.values, forward_shift(network, index), layer.formats.output)
        output, winner = max_pool(relu(y) if layer.relu else y, layer.pool)
        sums.append(y)
        winners.append(winner)
        wraps.append(total.wraps)
        tensors.append(output)
    logits = tensors[-1].reshape(len(images), -1)
    result = softmax(logits, network.layers[-1].formats.output.fraction)
    return Forward(tuple(tensors), tuple(sums), tuple(winners), result, tuple(wraps))


def backward(network: Network, weights: Weights, done: Forward, labels: Integers) -> Backward:
    """Backward and gradient phases after `forward`."""
    error = softmax_error(done.softmax.probabilities, labels, network.layers[-1].formats.error)
    error = error.reshape(done.tensors[-1].shape)
    wraps = [0] * len(network.layers)
    errors, sum_errors, gradients = [], [], []
    for index in reversed(range(len(network.layers))):
        layer = network.layers[index]
        passed = relu_backward(error, done.tensors[index + 1]) if layer.relu else error
        dy = max_pool_backward(passed, done.winners[index], layer.pool, layer.conv_rows, layer.conv_columns)
        gradient = conv_gradient(
            done.tensors[index],
            dy,
            layer.kernel_rows,
            layer.kernel_columns,
            layer.padding,
            layer.formats.gradient_width,
        )
        errors.append(error)
        sum_errors.append(dy)
        gradients.append(gradient.values)
        wraps[index] += gradient.wraps
        if index > 0:
            total = conv_backward(dy, weights[index], layer.padding, network.accumulator_width)
            error = stored(total.values, backward_shift(network, index), network.layers[index - 1].formats.error)
            wraps[index - 1] += total.wraps
    return Backward(tuple(errors[::-1]), tuple(sum_errors[::-1]), tuple(gradients[::-1]), tuple(wraps))


def update(
    network: Network,
    weights: Weights,
    gradients: Weights,
    step: int,
    learning_rate_raw: int,
    learning_rate_fraction: int,
) -> Weights:
    """Weights after the update of step `step`."""
    new = []
    for index, layer in enumerate(network.layers):
        words = rounding_words(network.training.seed, step, index, layer.weight_shape)
        shift = update_shift(network, index, learning_rate_fraction)
        new.append(updated(weights[index], gradients[index], learning_rate_raw, shift, words, layer.formats.weight))
    return tuple(new)


def train_step(
    network: Network,
    weights: Weights,
    images: Integers,
    labels: Integers,
    step: int,
    learning_rate_raw: int,
    learning_rate_fraction: int,
) -> StepResult:
    """Trains one mini-batch: raw images [n, channel, row, column], labels [n]."""
    done = forward(network, weights, images)
    back = backward(network, weights, done, labels)
    new = update(network, weights, back.gradients, step, learning_rate_raw, learning_rate_fraction)
    probability = label_probability(done.softmax.probabilities, labels)
    loss = float(losses(probability).mean())
    return StepResult(new, probability, done.softmax.predicted, loss, sum(done.wraps) + sum(back.wraps))


def infer(network: Network, weights: Weights, images: Integers, labels: Integers) -> InferResult:
    """Infers raw images [n, channel, row, column] with their labels [n]."""
    parts = [
        forward(network, weights, images[begin : begin + INFER_CHUNK]) for begin in range(0, len(labels), INFER_CHUNK)
    ]
    probability = label_probability(np.concatenate([part.softmax.probabilities for part in parts]), labels)
    predicted = np.concatenate([part.softmax.predicted for part in parts])
    return InferResult(
        logits=np.concatenate([part.tensors[-1].reshape(len(part.tensors[-1]), -1) for part in parts]),
        probability_raw=probability,
        predicted=predicted,
        loss=float(losses(probability).mean()),
        accuracy=float((predicted == labels).mean()),
        wraps=sum(sum(part.wraps) for part in parts),
    )
