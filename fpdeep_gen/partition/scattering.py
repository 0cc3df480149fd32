"""Layers with more weights than their boards have room for, each taken in step with a layer far below that has room."""

from collections.abc import Iterator

from fpdeep_gen.partition.grouping import Grouping, Groups

FULLEST = (0.95, 0.85, 0.75)
"""Parts of a board's memory that a group may be estimated to take before its layer is moved."""

ALONE = 1e9
"""Times a board's memory that no group takes, so that none are merged for its sake."""


def scattered(grouping: Grouping) -> Iterator[Groups]:
    """Every layer by itself, but those that are cut by columns and too wide for links; then the layer that takes most
    joins the lower one with which it takes least, again and again. Links carry features and errors of the layer that
    is moved, twice at most, where layers merged with their neighbours' ask for all tensors between them."""
    for level in FULLEST:
        groups = list(grouping.merged(ALONE))
        while True:
            worst = max(range(len(groups)), key=lambda number: grouping.taken(groups[number]))
            *rest, moved = groups[worst]
            if rest or grouping.taken(groups[worst]) <= level * grouping.memory:
                break
            other = min(range(worst), key=lambda number: grouping.taken((*groups[number], moved)), default=None)
            if other is None or grouping.taken((*groups[other], moved)) >= grouping.taken(groups[worst]):
                break
            groups[other] = (*groups[other], moved)
            del groups[worst]
        yield tuple(groups)
