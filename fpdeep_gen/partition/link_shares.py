"""How the streams of a link share its rate.

A stream gets at least what keeps the interval. What is left shortens the time that rows are on their way. A tensor's
row takes as long as on the link where it is slowest, whichever its direction: both are waited for. Errors follow the
partial sums that they are made of bit by bit, so that both together take the longer one's time. Nothing is gained where
a row takes less than its making. A vector is waited for until its last part is there: one that is made part after part
takes as long as its engine at least, any other as long as all of it on the link. Of all rates that links can give,
those are looked for with which the sum of these times is least: each direction of a link has a price, a tensor takes
the time `sqrt(sum of price * bits)` (Lagrange), and prices follow from what that asks of each link.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.crews import Crew
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import VECTOR_PARTS, Carried, Order, Phase
from fpdeep_gen.partition.steps import Times
from fpdeep_gen.partition.ways import Key

LEAST_PART = 1 / 1024
"""Of a link's rate: a slot of the arbiter's table."""

FORWARD = (Carried.FEATURE, Carried.SUM)

ROUNDS = 60
STEP = 0.7
"""Power of what is asked of a link, in parts of its rate, by which its price grows in a round."""


@dataclass(frozen=True)
class Burst:
    """For which part of a tensor's bits of an image somebody waits at a time, and how long that takes to be made."""

    part: float
    making: float


def bursts_of(
    network: Network,
    geometry: Sequence[Geometry],
    crews: Mapping[tuple[int, Phase], Crew],
    keys: Sequence[Key],
    interval: float,
) -> list[Burst]:
    """A row, or a whole vector. One that is made part after part leaves as it is made, from its first part on."""
    found = []
    for carried, tensor in keys:
        forward = carried in FORWARD
        crew = crews.get((tensor - 1, Phase.FORWARD) if forward else (tensor, Phase.BACKWARD))
        if carried is Carried.CONTROL:
            found.append(Burst(1.0, interval))
        elif tensor > 0 and geometry[tensor - 1].flat:
            by_parts = crew is not None and crew.order is Order.OUTPUTS_FIRST
            making = max(crew.slowest.values()) if crew is not None and by_parts else 0.0
            found.append(Burst(1.0, making * (1 - 1 / VECTOR_PARTS)))
        else:
            found.append(Burst(1 / network.tensor_shape(tensor)[1], crew.ahead if crew is not None else 0.0))
    return found


def tensors_of(keys: Sequence[Key]) -> list[int]:
    """For each stream the number of the tensor that it is of: a tensor's features, or its errors, with their sums."""
    kinds = [(carried in FORWARD, carried is Carried.CONTROL, tensor) for carried, tensor in keys]
    numbers = {kind: number for number, kind in enumerate(dict.fromkeys(kinds))}
    return [numbers[kind] for kind in kinds]


def shared_rates(
    bits: NDArray[np.int64], bursts: Sequence[Burst], tensors: Sequence[int], rates: Times, interval: float
) -> Times:
    """Bits a cycle of each stream (row) on each direction of a link (column), in all no more than the link's rate
    unless more is needed, which the budgets tell of. `bits`: of an image; `tensors`: `tensors_of` the streams."""
    needed = np.where(bits > 0, np.maximum(bits / interval, LEAST_PART * rates), 0.0)
    part = np.array([burst.part for burst in bursts])[:, None]
    asked = bits * part / rates
    most = part * interval
    least = np.minimum(np.array([burst.making for burst in bursts])[:, None], most)
    prices = np.full(rates.size, 1.0)
    times = most
    of = np.array(tensors)
    together = (of[:, None] == np.arange(of.max() + 1)[None, :]).astype(float)
    for _ in range(ROUNDS):
        squares = together @ (together.T @ (asked @ prices))
        times = np.clip(np.sqrt(squares)[:, None], np.maximum(least, 1.0), most)
        prices *= np.maximum((asked / times).sum(axis=0), 1e-9) ** STEP
    wanted = np.maximum(asked / times * rates, needed)
    over = (wanted - needed).sum(axis=0)
    room = np.maximum(rates - needed.sum(axis=0), 0.0)
    factor = np.where(over > room, room / np.maximum(over, 1e-9), 1.0)
    given = needed + (wanted - needed) * factor
    left = np.maximum(rates / np.maximum(given.sum(axis=0), 1e-9), 1.0)
    result: Times = given * left
    return result
