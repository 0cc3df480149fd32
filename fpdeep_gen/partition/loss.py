"""What the loss takes: softmax and cross-entropy of one image after the other."""

from math import ceil

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.geometry import training_macs

CYCLES_A_CLASS = 3
PIPELINE_CYCLES = 64
"""Greatest logit, exponential and sum, pipelined division: a cycle a class each, in each of the loss's lanes."""

LANE_CLASSES, LANE_DSP, LANE_LUT = 128, 3, 600
"""Classes that a lane of the loss takes, and what each of several lanes needs: two multipliers for the exponential,
one for the product with the sum's inverse, tables and comparators (an estimate)."""

LONG, LONG_CLASSES = 0.05, 64
"""Part of the work bound from which on a loss is long, as each image waits for it, and classes that a lane takes
then."""


def loss_lanes(network: Network, cluster: Cluster) -> int:
    """Lanes of the loss, which share the classes."""
    classes, work = network.layers[-1].out_channels, training_macs(network) / sum(board.dsp for board in cluster.boards)
    lanes = ceil(classes / LANE_CLASSES)
    return lanes if _cycles(classes, lanes) <= LONG * work else ceil(classes / LONG_CLASSES)


def loss_cycles(network: Network, cluster: Cluster) -> int:
    """From an image's last output to its first error. The next image's loss begins then, so that no interval is
    shorter."""
    return _cycles(network.layers[-1].out_channels, loss_lanes(network, cluster))


def _cycles(classes: int, lanes: int) -> int:
    return CYCLES_A_CLASS * ceil(classes / lanes) + PIPELINE_CYCLES


def loss_dsp(network: Network, cluster: Cluster) -> int:
    """Multipliers of the loss; a single lane does with LUTs."""
    lanes = loss_lanes(network, cluster)
    return LANE_DSP * lanes if lanes > 1 else 0


def loss_lut(network: Network, cluster: Cluster) -> int:
    """LUTs of the loss."""
    return LANE_LUT * loss_lanes(network, cluster)
