"""Parts of layers as guests of groups whose boards have room for their weights.

Groups are groups of whole layers, so that boards of one may take more than they have while those of another have room.
Memory is shared out like water: what the fullest group's last layers (small maps with many weights, which cost links
and line buffers little) have too much goes to all groups below a common level.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fpdeep_gen.partition.budget import memory_left
from fpdeep_gen.partition.family import Guest, Scheme, weight_bits
from fpdeep_gen.partition.flat_memory import RAMB18_BITS
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.grouping import line_bits
from fpdeep_gen.partition.model import BalancedPlan, Range
from fpdeep_gen.partition.tracks import WHOLE

FULLEST = 1.0
"""Common level, in parts of the memory, up to which it is worth trying."""

FINE = 256
"""Steps of the level."""


@dataclass(frozen=True)
class _Group:
    """What a group's boards have and take, RAMB18s: of boards with several groups the part that works for it.
    `boards`: how many these are; `held`: taken by its guests."""

    boards: float
    limit: float
    taken: float
    held: float

    def room(self, level: float, lines: float) -> float:
        """What guests may take up to a level, where their line buffers take `lines` of each board."""
        beside = self.taken - self.held + (0.0 if self.held else lines * self.boards)
        return max(0.0, level * self.limit - beside)


def hosted(plan: BalancedPlan, geometry: Sequence[Geometry], scheme: Scheme) -> Scheme | None:
    """The scheme with guests so that no group's boards are much fuller than others', by what they take in its plan.
    None where all boards together have too little, or the layers in question cannot be cut like that."""
    groups = _groups(plan, geometry, scheme)
    donor = max(range(len(groups)), key=lambda number: groups[number].taken / max(groups[number].limit, 1.0))
    if scheme.guests:
        donor = next(number for number, group in enumerate(scheme.groups) if scheme.guests[0].layer in group)
    layers = [layer for layer in scheme.groups[donor][:0:-1] if _may_move(geometry[layer], scheme)]
    hosts = [number for number in range(len(groups)) if number != donor and _may_host(scheme, number)]
    if not layers or not hosts:
        return None
    lines = line_bits(plan.network, geometry, layers[0]) / RAMB18_BITS
    given = sum(group.held for group in groups)
    for step in range(FINE):
        level = FULLEST * (step + 1) / FINE
        rooms = [groups[number].room(level, lines) for number in hosts]
        wanted = given + groups[donor].taken - level * groups[donor].limit
        if sum(rooms) >= wanted:
            parts = [room * wanted / max(sum(rooms), 1.0) for room in rooms]
            return _with_guests(plan, replace(scheme, lean=True), layers, hosts, parts)
    return None


def _with_guests(
    plan: BalancedPlan, scheme: Scheme, layers: Sequence[int], hosts: Sequence[int], rooms: Sequence[float]
) -> Scheme | None:
    """Layers' parts on hosts one after the other, as much as each has room for."""
    guests: list[Guest] = []
    rest = list(layers)
    begin = 0
    for host, room in zip(hosts, rooms, strict=True):
        while rest and room > 0:
            whole = _stores(plan, rest[0])
            parts = min(WHOLE - begin, round(room * WHOLE / whole))
            if not parts:
                break
            guests.append(Guest(rest[0], host, Range(begin, begin + parts)))
            begin, room = begin + parts, room - parts * whole / WHOLE
            if begin == WHOLE:
                rest, begin = rest[1:], 0
    return replace(scheme, guests=tuple(guests)) if guests and rest else None


def _stores(plan: BalancedPlan, layer: int) -> float:
    """RAMB18s of a layer's weights and gradients."""
    return plan.network.layers[layer].weight_count * weight_bits(plan.network, layer) / RAMB18_BITS


def _may_move(layer: Geometry, scheme: Scheme) -> bool:
    """Whether parts of its channels may be anywhere: sums are spread, so that no weight is kept twice."""
    return scheme.partial[layer.index] and scheme.blocks[layer.index] == 1 and layer.layer.groups == 1


def _may_host(scheme: Scheme, number: int) -> bool:
    """Whether all of the group is taken at once, not block by block."""
    return all(scheme.blocks[layer] == 1 for layer in scheme.groups[number])


def _groups(plan: BalancedPlan, geometry: Sequence[Geometry], scheme: Scheme) -> list[_Group]:
    """All groups, boards shared out by the work of layers that are in one group alone."""
    home = {layer: number for number, group in enumerate(scheme.groups) for layer in group}
    moved = {guest.layer for guest in scheme.guests}
    boards, numbers = len(plan.cluster.boards), range(len(scheme.groups))
    macs = [[0] * len(scheme.groups) for _ in range(boards)]
    for share in plan.shares:
        if share.layer in home and share.layer not in moved:
            macs[share.board][home[share.layer]] += share.macs
    limits = [2 * board.bram36 for board in plan.cluster.boards]
    taken = [limit - left for limit, left in zip(limits, memory_left(plan, geometry), strict=True)]
    parts = [[count / max(1, sum(own)) for count in own] for own in macs]
    held = [0.0] * len(scheme.groups)
    for guest in scheme.guests:
        held[guest.group] += guest.parts.size * _stores(plan, guest.layer) / WHOLE
    return [
        _Group(
            sum(own[number] for own in parts),
            sum(own[number] * limit for own, limit in zip(parts, limits, strict=True)),
            sum(own[number] * count for own, count in zip(parts, taken, strict=True)),
            held[number],
        )
        for number in numbers
    ]
