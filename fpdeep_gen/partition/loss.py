"""What the loss takes: softmax and cross-entropy of one image after the other."""

from math import ceil

from fpdeep_gen.network.model import Network

CYCLES_A_CLASS = 3
PIPELINE_CYCLES = 64
"""Greatest logit, exponential and sum, pipelined division: a cycle a class each, in each of the loss's lanes."""

LANE_CLASSES, LANE_DSP, LANE_LUT = 128, 3, 600
"""Classes that a lane of the loss takes, and what each of several lanes needs: two multipliers for the exponential,
one for the product with the sum's inverse, tables and comparators (an estimate)."""


def loss_lanes(network: Network) -> int:
    """Lanes of the loss, which share the classes."""
    return ceil(network.layers[-1].out_channels / LANE_CLASSES)


def loss_cycles(network: Network) -> int:
    """From an image's last output to its first error. The next image's loss begins then, so that no interval is
    shorter."""
    return CYCLES_A_CLASS * ceil(network.layers[-1].out_channels / loss_lanes(network)) + PIPELINE_CYCLES


def loss_dsp(network: Network) -> int:
    """Multipliers of the loss; a single lane does with LUTs."""
    lanes = loss_lanes(network)
    return LANE_DSP * lanes if lanes > 1 else 0


def loss_lut(network: Network) -> int:
    """LUTs of the loss."""
    return LANE_LUT * loss_lanes(network)
