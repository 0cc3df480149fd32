"""After how many iterations of a pipelined loop two accesses of an array meet in one word, from their indices.

Where all loops of the nest run from a constant to a constant, the indices are worked out for every iteration. Where the
bounds are not known but the index is linear in the loop's counter, the distance follows from the counter's step, modulo
the least width on the way: so it holds for counters that wrap as well.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import gcd, prod

import numpy as np
import numpy.typing as npt

from fpdeep_gen.hls.frontend.accesses import single_place, touched_size
from fpdeep_gen.hls.frontend.cfg import Loop, find_loops
from fpdeep_gen.hls.frontend.index_values import Inductions, Linear, evaluate, linear
from fpdeep_gen.hls.frontend.liveness import definitions
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction
from fpdeep_gen.hls.frontend.llvm_types import IntegerType, size_of
from fpdeep_gen.hls.frontend.objects import DataObject, UnsupportedAccess
from fpdeep_gen.hls.frontend.regions import FunctionPlan, RegionPlan
from fpdeep_gen.hls.ir import Meeting

_MOST_ITERATIONS = 1 << 16
_MOST_WORK = 1 << 22  # pairs times iterations

Pairs = dict[tuple[int, int], Meeting]
Values = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Access:
    """`number`: of the instruction; its address is `constant` + sum of term * stride."""

    number: int
    is_store: bool
    constant: int
    terms: tuple[tuple[str, int], ...]


def find_meetings(
    function: Function, plan: FunctionPlan, objects: Mapping[str, DataObject]
) -> tuple[dict[int, int], Pairs]:
    """A number for each access in a pipelined loop, by id(instruction), and what is known of pairs of them."""
    defined = definitions(function)
    forest = find_loops(function)
    numbers: dict[int, int] = {}
    pairs: Pairs = {}
    for region in plan.regions:
        chain = [forest.loops[one] for one in region.entries if one in forest.loops]
        if region.ii is None or not chain:
            continue
        inner = min(chain, key=lambda loop: len(loop.blocks))
        groups = _groups(function, region, inner, objects, defined, numbers)
        outer = max(chain, key=lambda loop: len(loop.blocks))
        inductions = Inductions.of(function, sorted(chain, key=lambda loop: -len(loop.blocks)), defined)
        for handed_over, accesses in groups:
            if not any(one.is_store for one in accesses) or not any(one.terms for one in accesses):
                continue  # constant addresses are compared where the scheduler asks
            restarts = len(plan.regions) == 1 and not handed_over
            group = accesses if restarts else _without_fixed(accesses, outer, defined)
            pairs |= _all_known(group, inductions, defined, restarts) or (
                {} if restarts or len(chain) > 1 else _by_step(group, inductions, inner, defined)
            )
    return numbers, pairs


def _without_fixed(group: list[_Access], outer: Loop, defined: Mapping[str, tuple[str, Instruction]]) -> list[_Access]:
    """Without the terms that all have in common and that stay as they are while the nest runs."""

    def fixed(one: _Access) -> tuple[tuple[str, int], ...]:
        return tuple(
            sorted(term for term in one.terms if term[0] in defined and defined[term[0]][0] not in outer.blocks)
        )

    if len({fixed(one) for one in group}) > 1:
        return group
    return [replace(one, terms=tuple(term for term in one.terms if term not in fixed(one))) for one in group]


def _groups(
    function: Function,
    region: RegionPlan,
    inner: Loop,
    objects: Mapping[str, DataObject],
    defined: Mapping[str, tuple[str, Instruction]],
    numbers: dict[int, int],
) -> list[tuple[bool, list[_Access]]]:
    """Accesses of the innermost loop by the elements that they may touch; those outside of it stay without a number.

    And whether the array is handed over to other processes: then no word is kept from one run of the loops to the next,
    and none of a run is touched before the run before it has ended there.
    """
    found: dict[tuple[int, tuple[int, ...]], tuple[bool, list[_Access]]] = {}
    for name in region.blocks:
        for one in function.blocks[name].instructions if name in inner.blocks else ():
            if one.opcode not in ("load", "store"):
                continue
            place = single_place(one.operands[one.opcode == "store"], defined)
            target = objects.get(place.owner) if place is not None else None
            if place is None or target is None:
                continue
            try:
                access = target.access(place.constant, place.terms)
            except UnsupportedAccess:
                continue
            if touched_size(one) > size_of(IntegerType(access.leaf.width)):
                continue
            numbers[id(one)] = len(numbers) + 1
            terms = tuple((str(index), stride) for index, stride in place.terms)
            made = _Access(numbers[id(one)], one.opcode == "store", place.constant, terms)
            handed_over = target.external is not None and target.external.banks > 0
            found.setdefault((id(target), access.leaf.path), (handed_over, []))[1].append(made)
    return list(found.values())


# all bounds known


def _all_known(
    group: Iterable[_Access],
    inductions: Inductions,
    defined: Mapping[str, tuple[str, Instruction]],
    restarts: bool,
) -> Pairs:
    """Every pair's distance; empty where an index or a bound is not known."""
    group = list(group)
    names = {name for one in group for name, _ in one.terms}
    counts = inductions.trip_counts(names, defined)
    if counts is None:
        return {}
    counts = [2, *counts] if restarts else counts
    total = prod(counts)
    stores = sum(one.is_store for one in group)
    if total > _MOST_ITERATIONS or total * stores * len(group) > _MOST_WORK:
        return {}
    grids = np.unravel_index(np.arange(total), counts)[1 if restarts else 0 :]
    levels = [np.asarray(grid, dtype=np.int64) for grid in grids]
    known: dict[str, Values] = {}
    addresses: list[Values] = []
    for one in group:
        address = np.full(total, one.constant, dtype=np.int64)
        for name, stride in one.terms:
            value = evaluate(name, inductions, levels, defined, known)
            if value is None:
                return {}
            address = address + value * stride
        addresses.append(address)
    found: Pairs = {}
    for one, first in zip(group, addresses, strict=True):
        for other, second in zip(group, addresses, strict=True):
            if one is not other and (one.is_store or other.is_store):
                found[one.number, other.number] = Meeting(bool((first == second).any()), _least_gap(first, second))
    return found


def _least_gap(first: Values, second: Values) -> int | None:
    """The least n > 0 for which second[t + n] is first[t] for some t."""
    size = len(first)
    times = np.concatenate([np.arange(size) * 2 + 1, np.arange(size) * 2])
    words = np.concatenate([first, second])
    order = np.lexsort((times, words))
    words, times = words[order], times[order]
    close = (words[1:] == words[:-1]) & (times[:-1] % 2 == 1) & (times[1:] % 2 == 0)
    gaps = (times[1:][close] + 1 - times[:-1][close]) // 2
    return int(gaps.min()) if len(gaps) else None


# bounds not known


def _by_step(
    group: Iterable[_Access], inductions: Inductions, inner: Loop, defined: Mapping[str, tuple[str, Instruction]]
) -> Pairs:
    """Distances of the accesses whose indices are linear in the counter of a single loop."""
    forms = [(one, _form(one, inductions, inner, defined)) for one in group]
    found: Pairs = {}
    for one, first in forms:
        for other, second in forms:
            if one is other or first is None or second is None or not (one.is_store or other.is_store):
                continue
            if first.factors == second.factors:
                found[one.number, other.number] = _meeting(first, second, inductions)
    return found


def _form(
    one: _Access, inductions: Inductions, inner: Loop, defined: Mapping[str, tuple[str, Instruction]]
) -> Linear | None:
    total = Linear(one.constant, {}, 64)
    for name, stride in one.terms:
        part = linear(name, inductions, inner, defined)
        if part is None:
            return None
        total = total.plus(part.times(stride))
    return total


def _meeting(first: Linear, second: Linear, inductions: Inductions) -> Meeting:
    modulus = 1 << min(first.bits, second.bits)
    difference = (first.constant - second.constant) % modulus
    step = sum(factor * inductions.steps.get(name, 0) for name, factor in first.factors.items()) % modulus
    same = difference == 0
    if step == 0:
        return Meeting(same, 1 if same else None)
    common = gcd(step, modulus)
    if difference % common:
        return Meeting(False, None)
    period = modulus // common
    later = difference // common * pow(step // common, -1, period) % period
    return Meeting(same, later or period)
