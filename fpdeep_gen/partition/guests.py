"""Parts of layers as guests of groups whose boards have room for their weights.

Groups are groups of whole layers, so that boards of one may take more than they have while those of another have room.
Memory is shared out like water: what the last layers (small maps with many weights, which cost links and line buffers
little) of groups above a common level have too much goes to all groups below it.
"""

from collections.abc import Iterator, Sequence
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
    `boards`: how many these are; `held`: taken by its guests; `given`: what parts of its layers take elsewhere."""

    boards: float
    limit: float
    taken: float
    held: float
    given: float

    def beyond(self, level: float) -> float:
        """What it takes more than up to a level, without guests and with all of its layers."""
        return max(0.0, self.taken - self.held + self.given - level * self.limit)

    def room(self, level: float, lines: float) -> float:
        """What guests may take up to a level, where their line buffers take `lines` of each board."""
        beside = self.taken - self.held + (0.0 if self.held else lines * self.boards)
        return max(0.0, level * self.limit - beside)


def hosted(plan: BalancedPlan, geometry: Sequence[Geometry], scheme: Scheme) -> Scheme | None:
    """The scheme with guests so that no group's boards are much fuller than others', by what they take in its plan.
    None where all boards together have too little, or no layers in question can be cut like that."""
    groups = _groups(plan, geometry, scheme)
    movable = [[layer for layer in group[:0:-1] if _may_move(geometry[layer], scheme)] for group in scheme.groups]
    most = [line_bits(plan.network, geometry, layers[0]) for layers in movable if layers]
    for step in range(FINE if most else 0):
        level = FULLEST * (step + 1) / FINE
        wanted = [group.beyond(level) if layers else 0.0 for group, layers in zip(groups, movable, strict=True)]
        rooms = [
            group.room(level, max(most) / RAMB18_BITS) if not much and _may_host(scheme, number) else 0.0
            for number, (group, much) in enumerate(zip(groups, wanted, strict=True))
        ]
        if sum(rooms) >= sum(wanted):
            part = sum(wanted) / max(sum(rooms), 1.0)
            guests = _guests(plan, movable, wanted, [room * part for room in rooms])
            return replace(scheme, lean=True, guests=guests) if guests else None
    return None


def _guests(
    plan: BalancedPlan, movable: Sequence[Sequence[int]], wanted: Sequence[float], rooms: Sequence[float]
) -> tuple[Guest, ...]:
    """Parts of what each group may give away, as much as is `wanted`, on hosts one after the other that take as much as
    each has room for."""
    given = iter(part for layers, much in zip(movable, wanted, strict=True) for part in _parts(plan, layers, much))
    part = next(given, None)
    guests: list[Guest] = []
    for host, room in enumerate(rooms):
        rest = room
        while part is not None:
            layer, begin, end = part
            each = _stores(plan, layer) / WHOLE
            count = min(end - begin, round(rest / each))
            if count <= 0:
                break
            guests.append(Guest(layer, host, Range(begin, begin + count)))
            rest -= count * each
            part = (layer, begin + count, end) if begin + count < end else next(given, None)
    return tuple(guests)


def _parts(plan: BalancedPlan, layers: Sequence[int], wanted: float) -> Iterator[tuple[int, int, int]]:
    """Layers and how many parts of `WHOLE` of them, from 0 on, that take as much."""
    for layer in layers:
        whole = _stores(plan, layer)
        count = min(WHOLE, round(wanted * WHOLE / whole))
        if count > 0:
            yield layer, 0, count
        wanted -= count * whole / WHOLE


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
    held, given = [0.0] * len(scheme.groups), [0.0] * len(scheme.groups)
    for guest in scheme.guests:
        stores = guest.parts.size * _stores(plan, guest.layer) / WHOLE
        held[guest.group] += stores
        given[home[guest.layer]] += stores
    return [
        _Group(
            sum(own[number] for own in parts),
            sum(own[number] * limit for own, limit in zip(parts, limits, strict=True)),
            sum(own[number] * count for own, count in zip(parts, taken, strict=True)),
            held[number],
            given[number],
        )
        for number in numbers
    ]
