"""Fractions of weights, outputs and errors from a short training in float64.

The largest magnitude of each tensor is watched over the steps, multiplied by a headroom, and the fraction is the
largest that still holds it. Only the power of two counts, so the last bits of BLAS sums do not matter.
"""

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.network.blas import one_thread
from fpdeep_gen.network.dataset import Dataset, epoch_batches
from fpdeep_gen.network.float_model import FloatGradients, FloatPass, Weights, initial_weights, train_steps
from fpdeep_gen.network.model import Format, Layer, Network
from fpdeep_gen.network.schema import FRACTION_MAXIMUM, FRACTION_MINIMUM

WEIGHT_HEADROOM = 4.0
OUTPUT_HEADROOM = 4.0
ERROR_HEADROOM = 4.0
DIVERGED = 1e6


@dataclass
class _Peaks:
    """Largest magnitudes so far, one for each layer."""

    weights: list[float] = field(default_factory=list)
    outputs: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)

    def observe(self, weights: Weights, done: FloatPass, gradients: FloatGradients) -> None:
        """Takes in one step."""
        self.weights = _larger(self.weights, weights)
        self.outputs = _larger(self.outputs, done.sums)
        self.errors = _larger(self.errors, gradients.errors)


def _larger(peaks: list[float], arrays: tuple[NDArray[np.float64], ...]) -> list[float]:
    """The peaks raised to what the arrays hold."""
    found = [float(np.nan_to_num(np.abs(array), nan=np.inf).max()) for array in arrays]
    return [max(pair) for pair in zip(peaks, found, strict=True)] if peaks else found


def largest_fraction(width: int, magnitude: float) -> int:
    """The largest fraction with which `width` signed bits hold +-magnitude (within what a file may give)."""
    if magnitude <= 0.0:
        return width - 1
    integer_bits = math.ceil(math.log2(magnitude))
    return min(max(width - 1 - integer_bits, FRACTION_MINIMUM), FRACTION_MAXIMUM)


def calibrate(network: Network, dataset: Dataset, images: int) -> Network | None:
    """The network with fractions chosen from one float64 pass over `images` training images (at least one
    mini-batch, at most all). None where the training diverges."""
    training = network.training
    batch = min(training.batch, len(dataset.train_labels))
    batches = epoch_batches(training.seed, 0, len(dataset.train_labels), batch)[: max(1, images // batch)]
    peaks = _Peaks()
    with one_thread(), np.errstate(all="ignore"):
        train_steps(
            network, initial_weights(network), dataset.train_images, dataset.train_labels, batches, peaks.observe
        )
    if max(peaks.weights + peaks.outputs + peaks.errors) > DIVERGED:
        return None
    layers: list[Layer] = []
    for index, layer in enumerate(network.layers):
        fx = network.input_format.fraction if index == 0 else layers[-1].formats.output.fraction
        last = index == len(network.layers) - 1
        layers.append(_with_peaks(layer, fx, peaks, index, last))
    return replace(network, layers=_with_error_limits(layers))


def _with_peaks(layer: Layer, fx: int, peaks: _Peaks, index: int, last: bool) -> Layer:
    """The layer with fractions for its peaks. The error of the last layer is within +-1 whatever was seen."""
    formats = layer.formats
    weight = largest_fraction(formats.weight.width, WEIGHT_HEADROOM * peaks.weights[index])
    output = largest_fraction(formats.output.width, OUTPUT_HEADROOM * peaks.outputs[index])
    error = largest_fraction(formats.error.width, 1.0 if last else ERROR_HEADROOM * peaks.errors[index])
    chosen = replace(
        formats,
        weight=Format(formats.weight.width, weight),
        output=Format(formats.output.width, min(output, fx + weight)),
        error=Format(formats.error.width, error),
    )
    return replace(layer, formats=chosen)


def _with_error_limits(layers: list[Layer]) -> tuple[Layer, ...]:
    """Errors no finer than the sum they come from."""
    limited = [layers[-1]]
    for layer in reversed(layers[:-1]):
        above = limited[-1].formats
        limit = above.error.fraction + above.weight.fraction
        error = Format(layer.formats.error.width, min(layer.formats.error.fraction, limit))
        limited.append(replace(layer, formats=replace(layer.formats, error=error)))
    return tuple(reversed(limited))
