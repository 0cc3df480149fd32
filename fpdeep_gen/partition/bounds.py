"""The interval that no plan goes below."""

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.geometry import training_macs
from fpdeep_gen.partition.model import Bounds


def bounds_of(network: Network, cluster: Cluster) -> Bounds:
    """All multipliers of all boards busy in every cycle. No bound from the links is known yet."""
    return Bounds(training_macs(network) / sum(board.dsp for board in cluster.boards), 0.0, None)
