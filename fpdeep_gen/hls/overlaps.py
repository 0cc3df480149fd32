"""Arrays of a test bench that lie in one memory: where a simulation puts them, so that they overlap as natively."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.hls.axi import Master, masters
from fpdeep_gen.hls.interface import Interface
from fpdeep_gen.hls.layout import integers, shape_of


@dataclass(frozen=True)
class NativePlaces:
    """Bytes of an element, and the address of the array in each call."""

    size: int
    addresses: tuple[int, ...]


def read_places(lines: Sequence[Sequence[str]]) -> dict[str, NativePlaces]:
    """From the words of a record's lines."""
    return {
        line[1]: NativePlaces(int(line[2]), tuple(map(int, line[3:])))
        for line in lines
        if line[0] == "place" and len(line) > 3
    }


def overlapping(interface: Interface, places: Mapping[str, NativePlaces]) -> dict[str, int]:
    """Addresses in the simulation of the arrays that overlap others of their memory.

    Raises InputError where their distance changes from call to call, or elements have other sizes there than in C++.
    """
    found: dict[str, int] = {}
    behind = {one.name: one for one in masters(interface)}
    layouts = {one.name: one.layout for one in interface.masters}
    last: Master | None = None
    end = -1
    for name in sorted(places, key=lambda name: places[name].addresses[0]):
        one, place = behind[name], places[name]
        first, size = place.addresses[0], one.bytes * one.count
        if last is not None and first < end:
            moved = [at - before for at, before in zip(place.addresses, places[last.name].addresses, strict=True)]
            if len(set(moved)) > 1:
                raise InputError([_problem(name, f"one distance from {last.name} in all calls", "several")])
            elements = sum(1 for _ in integers(layouts[name])) // sum(1 for _ in integers(shape_of(layouts[name])[1]))
            if elements * place.size != size:
                raise InputError([_problem(name, f"elements of {place.size} bytes, as in C++", f"{size // elements}")])
            found.setdefault(last.name, last.base)
            found[name] = found[last.name] + moved[0]
        if first + size > end:
            last, end = one, first + size
    return found


def _problem(name: str, expected: str, found: str) -> Problem:
    return Problem(None, None, f"argument {name}, which shares its memory", expected, found)
