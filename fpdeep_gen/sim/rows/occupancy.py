"""What FIFOs held in a simulation, at most."""

from collections import defaultdict
from collections.abc import Sequence
from math import floor

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.network.model import Layer
from fpdeep_gen.partition.model import VECTOR_PARTS, Carried, Phase, Share, Waits
from fpdeep_gen.sim.rows.fifos import TIE, Numbers, Place, curve
from fpdeep_gen.sim.rows.geometry import error_columns, error_width, feature_columns, feature_width, moved_rows
from fpdeep_gen.sim.rows.machine import Machine, Taking
from fpdeep_gen.sim.rows.model import FifoOccupancy

NOISE = 0.5
"""Bits: times are in floating point."""


def occupancies(machine: Machine) -> tuple[FifoOccupancy, ...]:
    """Of all FIFOs that the plan or the simulation has."""
    planned = {(one.board, one.carried, one.tensor, one.waits): one.bits for one in machine.plan.fifos}
    greatest = {place: fifo.greatest() for place, fifo in machine.fifos.items()}
    waiting: dict[Place, float] = defaultdict(float)
    by_place: dict[Place, list[Taking]] = defaultdict(list)
    for taking in machine.taking:
        by_place[_place(machine, taking)].append(taking)
    for place, takings in by_place.items():
        rows = max(_rows_waiting(machine, place, taking) for taking in takings)
        waiting[place] = rows * _row_bits(machine, place, [machine.plan.shares[one.index] for one in takings])
    greatest.update(waiting)
    return tuple(
        FifoOccupancy(
            *place,
            planned.get(place, 0),
            float(floor(most + NOISE)),
            machine.fifos[place].waited if place in machine.fifos else 0.0,
        )
        for place, most in greatest.items()
    )


def _place(machine: Machine, taking: Taking) -> Place:
    share = machine.plan.shares[taking.index]
    if share.phase is Phase.FORWARD:
        return share.board, Carried.FEATURE, share.layer, Waits.ENGINES
    return share.board, Carried.ERROR, share.layer + 1, Waits.ENGINES


def _rows_waiting(machine: Machine, place: Place, taking: Taking) -> float:
    """Rows of single images that wait for an engine, at most."""
    share = machine.plan.shares[taking.index]
    flat = share.layer >= machine.first_flat
    if flat and share.phase is not Phase.GRADIENT:
        return 0.0
    _, carried, tensor, _ = place
    sizes = np.repeat(machine.together(carried, tensor).sizes, moved_rows(machine.network, tensor)).astype(float)
    landed = np.array(taking.landing.times)
    sizes = sizes[: landed.size]
    if not landed.size:
        return 0.0
    before = np.concatenate(([0.0], np.cumsum(sizes)))
    if flat:
        images, times = zip((0, -1.0), *machine.through[taking.index], strict=True)
        gone = np.array(images)[np.searchsorted(times, landed + TIE, side="right") - 1] * VECTOR_PARTS
        return float((before[1:] - gone).max())
    first = _firsts(machine, place, landed)
    enters = _enters(machine, taking, moved_rows(machine.network, tensor))
    enters = np.maximum(enters, landed[np.minimum(_group_rows(machine, place, enters.size), landed.size - 1)])
    if not enters.size:
        return 0.0
    come = np.interp(enters, *curve(first, landed[: first.size], before))
    return float((come - np.arange(enters.size)).max()) - _line_room(machine.network.layers[share.layer], share.phase)


def _group_rows(machine: Machine, place: Place, count: int) -> NDArray[np.int64]:
    """For each of the first `count` rows of single images, the number of its row of those that move together."""
    _, carried, tensor, _ = place
    rows, of = moved_rows(machine.network, tensor), machine.together(carried, tensor).of
    number = np.arange(count)
    return np.array(of)[number // rows] * rows + number % rows


def _firsts(machine: Machine, place: Place, landed: Numbers) -> Numbers:
    """When the first bits of rows are there, from anywhere."""
    board, carried, tensor, _ = place
    found = []
    for waits in (Waits.MADE, Waits.FROM_BELOW, Waits.FROM_ABOVE):
        fifo = machine.fifos.get((board, carried, tensor, waits))
        if fifo is not None and fifo.landing is not None:
            found.append(fifo.come_times()[0])
    count = min(landed.size, *(times.size for times in found))
    first: Numbers = np.minimum.reduce([times[:count] for times in found])
    return first


def _enters(machine: Machine, taking: Taking, rows: int) -> Numbers:
    """When the engine is at the first step that needs each row, over all images."""
    steps = len(taking.needed)
    first = np.minimum(np.searchsorted(taking.needed, np.arange(1, rows + 1)), steps - 1)
    entered = np.array(machine.entered[taking.index])
    images = entered.size // steps
    return entered[(np.arange(images)[:, None] * steps + first).ravel()]


def _line_room(layer: Layer, phase: Phase) -> int:
    """Rows beside those of a step that line buffers hold: one; of pooled errors as many as there is room for."""
    if phase is Phase.FORWARD or layer.pool_stride == 1:
        return 1
    looked_at = layer.kernel_rows if phase is Phase.BACKWARD else 1
    rows_of_step = 1 + -(-(looked_at - 1) // layer.pool_stride)
    return (looked_at + 1) * layer.pool_stride - rows_of_step


def _row_bits(machine: Machine, place: Place, shares: Sequence[Share]) -> float:
    """Bits of a row that engines of a board need."""
    _, carried, tensor, _ = place
    channels, rows, columns = machine.network.tensor_shape(tensor)
    needed = np.zeros((channels, columns), bool)
    for share in shares:
        if carried is Carried.FEATURE:
            part, across = share.inputs, feature_columns(machine.network, share)
        else:
            part, across = share.outputs, error_columns(machine.network, share)
        needed[part.begin : part.end, across.begin : across.end] = True
    width = (feature_width if carried is Carried.FEATURE else error_width)(machine.plan, tensor)
    return float(needed.sum()) * width * rows / moved_rows(machine.network, tensor)
