"""What every baseline answers, in one form."""

from dataclasses import dataclass
from enum import Enum


class Limit(Enum):
    """What the busiest board or link is short of."""

    WORK = "work"
    LINK = "link"
    DDR = "DDR"
    MEMORY = "memory"


@dataclass(frozen=True)
class Baseline:
    """One way to train on a chain of boards; every figure is an estimate.

    `steady_images_per_second`: without the gap at the end of a mini-batch; `images_per_second`: with it, for
    mini-batches of `batch` images. `images_in_flight`: images whose features are kept at the same time, on the board
    that keeps most. `memory_bits`: of the board that needs most, block RAM and DDR together (weights, gradients,
    momentum, kept features); `on_chip`: whether every board's fit its block RAM. `ddr_load`, `link_load`: share of its
    rate that the busiest DDR and the busiest link (in its busier direction) carry at that rate of images. Rates are 0
    and `limit` is MEMORY where a board has too little memory altogether.
    """

    name: str
    boards_used: int
    batch: int
    steady_images_per_second: float
    images_per_second: float
    images_in_flight: float
    memory_bits: float
    on_chip: bool
    ddr_load: float
    link_load: float
    limit: Limit
    note: str = ""
