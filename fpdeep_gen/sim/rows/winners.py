"""How many rows of pooling windows' winners boards kept at a time in a simulation."""

import numpy as np

from fpdeep_gen.partition.model import Phase, Winners
from fpdeep_gen.sim.rows.fifos import Numbers
from fpdeep_gen.sim.rows.geometry import error_columns, meet, steps_for_features, steps_to_use
from fpdeep_gen.sim.rows.machine import Machine
from fpdeep_gen.sim.rows.model import WinnersOccupancy


def winners_kept(machine: Machine) -> tuple[WinnersOccupancy, ...]:
    """Of all `Winners` of the plan."""
    return tuple(
        WinnersOccupancy(kept.tensor, kept.board, kept.rows, _greatest(machine, kept)) for kept in machine.plan.winners
    )


def _greatest(machine: Machine, kept: Winners) -> int:
    """The most rows that had begun to be made and whose errors had not been used, with the one that came in."""
    makers = machine.shares[kept.tensor - 1, Phase.FORWARD]
    come = np.minimum.reduce(_alike([_begins(machine, index) for index in makers]))
    users = [
        index
        for phase in (Phase.BACKWARD, Phase.GRADIENT)
        for index in machine.shares[kept.tensor - 1, phase]
        if machine.plan.shares[index].board == kept.board
        and meet(machine.plan.shares[index].outputs, kept.channels)
        and meet(error_columns(machine.network, machine.plan.shares[index]), kept.columns)
    ]
    used = np.sort(np.maximum.reduce(_alike([_uses(machine, index) for index in users])))
    if not come.size:
        return 0
    come = np.sort(come)
    held = np.arange(1, come.size + 1) - np.searchsorted(used, come, side="right")
    return int(held.max()) + 1


def _alike(times: list[Numbers]) -> list[Numbers]:
    """As many of each as there are of all."""
    count = min(one.size for one in times)
    return [one[:count] for one in times]


def _begins(machine: Machine, index: int) -> Numbers:
    """When the first bits of each row are there that a forward engine makes, over all images."""
    share = machine.plan.shares[index]
    steps = machine.network.layers[share.layer].conv_rows
    return _at(machine.outputs[index].begins, steps, steps_for_features(machine.network, share))


def _uses(machine: Machine, index: int) -> Numbers:
    """When a backward or gradient engine has used each row of errors, over all images."""
    share = machine.plan.shares[index]
    layer = machine.network.layers[share.layer]
    steps = -(-layer.in_rows // layer.stride) if share.phase is Phase.BACKWARD else layer.conv_rows
    return _at(machine.entered[index][1:], steps, steps_to_use(machine.network, share))


def _at(times: list[float], steps: int, after: list[int]) -> Numbers:
    """Of each row, the time of the step that it is there or used after; as far as steps have come."""
    at = (np.arange(-(-len(times) // steps))[:, None] * steps + np.array(after) - 1).ravel()
    found: Numbers = np.array(times)[at[at < len(times)]]
    return found
