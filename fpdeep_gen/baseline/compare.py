"""All baselines of one network on one cluster."""

from fpdeep_gen.baseline.data_parallel import data_parallel
from fpdeep_gen.baseline.model import Baseline
from fpdeep_gen.baseline.pipedream import pipedream
from fpdeep_gen.baseline.whole_layers import dynamic_programming, proportional
from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network


def baselines(network: Network, cluster: Cluster, goal: float | None = None) -> tuple[Baseline, ...]:
    """The rows of a comparison. `goal`: images a second that data-parallel SGD is to reach by a larger mini-batch, such
    as a plan's rate (0.95 of the work bound where none is given)."""
    return (
        proportional(network, cluster),
        dynamic_programming(network, cluster),
        pipedream(network, cluster),
        *data_parallel(network, cluster, goal),
    )
