"""Softmax cross-entropy by table, on raw logits."""

import math
from dataclasses import dataclass

import numpy as np

from fpdeep_gen.golden.rounding import Integers, rounded, saturated
from fpdeep_gen.network.model import Format

TABLE_SIZE = 1024
STEPS_PER_UNIT_LOG2 = 6  # the table advances in steps of 1/64
TABLE_ONE_LOG2 = 15
PROBABILITY_LOG2 = 16

EXP = np.array([math.floor((1 << TABLE_ONE_LOG2) * math.exp(-t / 64) + 0.5) for t in range(TABLE_SIZE)], dtype=np.int64)


@dataclass(frozen=True)
class Softmax:
    """`probabilities` [image, class]: raw, 65536 is 1. `predicted` [image]: the first greatest logit."""

    probabilities: Integers
    predicted: Integers


def softmax(logits: Integers, fraction: int) -> Softmax:
    """Probabilities of logits [image, class] with `fraction` fraction bits."""
    below = logits.max(axis=1, keepdims=True) - logits
    shift = fraction - STEPS_PER_UNIT_LOG2
    index = np.minimum(TABLE_SIZE - 1, below >> min(shift, 62) if shift >= 0 else below << -shift)
    exponentials = EXP[index]
    total = exponentials.sum(axis=1, keepdims=True)
    return Softmax((exponentials << PROBABILITY_LOG2) // total, logits.argmax(axis=1))


def softmax_error(probabilities: Integers, labels: Integers, target: Format) -> Integers:
    """Derivative of the loss by the logits, [image, class], in the format `target`: p - [class is the label]."""
    error = probabilities.copy()
    error[np.arange(len(labels)), labels] -= 1 << PROBABILITY_LOG2
    shift = PROBABILITY_LOG2 - target.fraction
    return saturated(rounded(error, shift) if shift >= 0 else error << -shift, target)


def label_probability(probabilities: Integers, labels: Integers) -> Integers:
    """Raw probability of each image's label, [image]."""
    return probabilities[np.arange(len(labels)), labels]


def losses(label_probabilities: Integers) -> np.typing.NDArray[np.float64]:
    """-ln(max(p, 1) / 65536) of each image."""
    return -np.log(np.maximum(label_probabilities, 1) / (1 << PROBABILITY_LOG2))
