"""Results that C++ leaves undefined: those that change with what variables without a value start with.

RTL may give anything there, as a register that is never set before it is read keeps what it had. Two native runs tell
which results these are: one starts such variables at 0, the other with a pattern of ones and zeros.
"""

from collections.abc import Collection, Mapping, Sequence

Results = Mapping[str, Sequence[int]]
Undefined = Mapping[str, frozenset[int]]


def undefined_results(made: Results, other: Results) -> Undefined:
    """The places, by argument, at which two runs of the same calls differ; none where they gave other amounts."""
    if {name: len(values) for name, values in made.items()} != {name: len(values) for name, values in other.items()}:
        return {}
    found = {
        name: frozenset(at for at, (one, two) in enumerate(zip(values, other[name], strict=True)) if one != two)
        for name, values in made.items()
    }
    return {name: places for name, places in found.items() if places}


def by_words(places: Collection[int], whole: int) -> frozenset[int]:
    """The words of `whole` integers each in which the places lie."""
    return frozenset(at // whole for at in places)


def settled(wanted: Sequence[int], got: Sequence[int], places: Collection[int]) -> list[int]:
    """What is wanted, with what came out at the places where anything may."""
    return [got[at] if at in places and at < len(got) else value for at, value in enumerate(wanted)]
