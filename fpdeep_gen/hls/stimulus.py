"""What a kernel is fed with: integers of each input in order, random ones or from arrays.

In an array of streams each stream is an input of its own, `name_<index>`. Arrays that are only written start as zeros.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.hls.interface import Argument, Interface, Kind
from fpdeep_gen.hls.layout import Integer, Layout, integers, positions
from fpdeep_gen.hls.values import named

Stimulus = Mapping[str, npt.NDArray[np.generic]]
Given = dict[str, tuple[list[Integer], list[int]]]  # by input: the kinds of its integers (which repeat), the integers


COUNT_BITS = 32


def random_stimulus(interface: Interface, words: int, calls: int, seed: int) -> Given:
    """Every integer uniform over its range, except scalars of `COUNT_BITS` and more beside streams or arrays.

    Those are mostly counts and indices, and C++ is undefined beyond its arrays, or waits for words that never come:
    they go from 0 to the words of a stream or the elements of the smallest array, and the first call has the most.
    """
    random = np.random.default_rng(seed)
    most = _most_elements(interface, words)
    found = {}
    for one, name in named(interface):
        kinds = list(integers(one.layout))
        count = words if one.kind is Kind.STREAM else calls
        if one.kind is not Kind.ARRAY and not one.direction.reads:
            continue
        if not one.direction.reads:
            found[name] = (kinds, [0] * (count * len(kinds)))
            continue
        if one.kind is Kind.SCALAR and most is not None and all(kind.width >= COUNT_BITS for kind in kinds):
            columns = [[most, *random.integers(0, most + 1, count - 1).tolist()] for _ in kinds]
        else:
            columns = [_random(random, kind, count) for kind in kinds]
        found[name] = (kinds, [value for row in zip(*columns, strict=True) for value in row])
    return found


def _most_elements(interface: Interface, words: int) -> int | None:
    """The most that a count may be; None where the top has neither streams nor arrays."""
    arrays = [len(list(integers(one.layout))) for one in interface.arguments if one.kind is Kind.ARRAY]
    streams = [words for one in interface.arguments if one.kind is Kind.STREAM]
    return min([*arrays, *streams], default=None)


def _random(random: np.random.Generator, kind: Integer, count: int) -> list[int]:
    raw = random.bytes(count * ((kind.width + 7) // 8))
    size = (kind.width + 7) // 8
    values = [int.from_bytes(raw[at : at + size], "little") % (1 << kind.width) for at in range(0, len(raw), size)]
    half = 1 << (kind.width - 1)
    return [(one ^ half) - half for one in values] if kind.signed else values


def flat(interface: Interface, stimulus: Stimulus) -> Given:
    """A stimulus as integers in order. Raises InputError naming every array that is missing, odd or does not fit."""
    problems: list[Problem] = []
    found: Given = {}
    known: set[str] = set()
    for one, name in named(interface):
        if one.kind is not Kind.ARRAY and not one.direction.reads:
            continue
        kinds = list(integers(one.layout))
        keys = member_keys(name, one.layout)
        known.update(keys)
        if not one.direction.reads and not any(key in stimulus for key in keys):
            continue
        missing = [key for key in keys if key not in stimulus]
        problems += [Problem(None, None, f"stimulus {key}", f"an array for {name}", "none") for key in missing]
        if not missing:
            found[name] = (kinds, _joined(name, one, keys, stimulus, problems))
    problems += [
        Problem(None, None, f"stimulus {key}", f"one of {', '.join(sorted(known))}", "no such input")
        for key in stimulus
        if key not in known
    ]
    if problems:
        raise InputError(problems)
    calls = calls_of(interface, found)
    for one, name in named(interface):
        if one.kind is Kind.ARRAY and name not in found:
            kinds = list(integers(one.layout))
            found[name] = (kinds, [0] * (calls * len(kinds)))
    return found


def member_keys(name: str, layout: Layout) -> dict[str, list[int]]:
    """Keys of a stimulus for one argument, each with the numbers of its integers in the layout."""
    groups: dict[int, list[int]] = {}
    for place, (leaf, _) in enumerate(positions(layout)):
        groups.setdefault(leaf, []).append(place)
    if len(groups) == 1:
        return {name: groups[0]}
    return {f"{name}.{leaf}": places for leaf, places in groups.items()}


def _joined(
    name: str, one: Argument, keys: Mapping[str, list[int]], stimulus: Stimulus, problems: list[Problem]
) -> list[int]:
    kinds = list(integers(one.layout))
    columns: dict[int, list[int]] = {}
    rows = 0
    for key, places in keys.items():
        given = np.asarray(stimulus[key]).reshape(-1).tolist()
        odd = [value for value in given if not _is_whole(value)]
        if odd:
            problems.append(
                Problem(None, None, f"stimulus {key}", "integers (of fixed point: raw values)", str(odd[0]))
            )
            return []
        values = [int(value) for value in given]
        if len(values) % len(places):
            text = f"a multiple of {len(places)} integers"
            problems.append(Problem(None, None, f"stimulus {key}", text, f"shape {stimulus[key].shape}"))
            return []
        kind = kinds[places[0]]
        low, high = (-(1 << (kind.width - 1)), 1 << (kind.width - 1)) if kind.signed else (0, 1 << kind.width)
        wrong = [value for value in values if not low <= value < high]
        if wrong:
            problems.append(Problem(None, None, f"stimulus {key}", f"values from {low} to {high - 1}", str(wrong[0])))
            return []
        rows = max(rows, len(values) // len(places))
        for number, place in enumerate(places):
            columns[place] = values[number :: len(places)]
    if any(len(column) != rows for column in columns.values()):
        problems.append(Problem(None, None, f"stimulus {name}", "members of one length", "several lengths"))
        return []
    return [columns[place][row] for row in range(rows) for place in range(len(kinds))]


def _is_whole(value: object) -> bool:
    """Whether an element of an array is an integer, a bool, or a floating-point number that is whole."""
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


def calls_of(interface: Interface, given: Given) -> int:
    """How often the inputs call the top: 1 where there are only streams. Raises `InputError` where arguments differ."""
    counts = {
        name: len(given[name][1]) // len(given[name][0])
        for one, name in named(interface)
        if one.kind is not Kind.STREAM and name in given
    }
    if len(set(counts.values())) > 1:
        text = ", ".join(f"{name}: {count}" for name, count in counts.items())
        raise InputError([Problem(None, None, "stimulus", "as many calls for every argument", text)])
    return next(iter(counts.values()), 1)
