"""Which lanes, taps and update lanes there are to choose from."""

from collections.abc import Sequence
from functools import cache

from fpdeep_gen.network.model import Network
from fpdeep_gen.plan.cost import Fold, groups, update_cycles
from fpdeep_gen.plan.pieces import Forced


@cache
def lane_choices(channels: int) -> tuple[int, ...]:
    """Numbers of lanes worth trying: for each number of words a pixel may take, the fewest lanes that do."""
    return tuple(sorted({groups(channels, words) for words in range(1, channels + 1)}))


def divisors(number: int) -> tuple[int, ...]:
    """Divisors in rising order."""
    return tuple(value for value in range(1, number + 1) if number % value == 0)


def update_lane_choice(folds: Sequence[Fold], goal_cycles: int) -> int:
    """Fewest weights a cycle with which the largest store of a layer updates within `goal_cycles`, or all there are."""
    largest = max(folds, key=lambda fold: fold.weight_words)
    for lanes in divisors(largest.word_weights):
        if update_cycles(largest, lanes) <= goal_cycles:
            return lanes
    return largest.word_weights


def tensor_lane_choices(network: Network, tensor: int, forced: Forced) -> tuple[int, ...]:
    """Lanes to try for tensor `tensor`."""
    if forced.lanes is not None:
        return (forced.lanes[tensor],)
    return lane_choices(network.tensor_shape(tensor)[0])
