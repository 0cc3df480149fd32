"""What differs between the C++ and the RTL, as texts: the first places of each argument in full."""

from collections.abc import Sequence

from fpdeep_gen.hls.layout import Layout, integers, positions
from fpdeep_gen.hls.values import unpack

SHOWN = 10


def _place(at: int, size: int, layout: Layout) -> str:
    """`[3][1].0 (call 2)`: which integer of which call."""
    call, rest = divmod(at, size)
    leaf, indices = next(found for place, found in enumerate(positions(layout)) if place == rest)
    several = len({number for number, _ in positions(layout)}) > 1
    text = "".join(f"[{index}]" for index in indices) + (f".{leaf}" if several else "")
    return f"{text} (call {call + 1})"


def compare_integers(name: str, layout: Layout, wanted: Sequence[int], got: Sequence[int]) -> list[str]:
    """Differences of a scalar's or an array's integers, of all calls."""
    lines, size = [], sum(1 for _ in integers(layout))
    if len(wanted) != len(got):
        lines.append(f"{name}: C++ gives {len(wanted)} integers, RTL {len(got)}")
    wrong = [at for at, (one, other) in enumerate(zip(wanted, got, strict=False)) if one != other]
    lines += [f"{name}{_place(at, size, layout)}: C++ gives {wanted[at]}, RTL {got[at]}" for at in wrong[:SHOWN]]
    if len(wrong) > SHOWN:
        lines.append(f"{name}: {len(wrong)} of {len(wanted)} integers differ")
    return lines


def compare_words(name: str, layout: Layout, wanted: Sequence[int], got: Sequence[int]) -> list[str]:
    """Differences of a stream's words."""
    lines = []
    if len(wanted) != len(got):
        lines.append(f"{name}: C++ gives {len(wanted)} words, RTL {len(got)}")
    wrong = [at for at, (one, other) in enumerate(zip(wanted, got, strict=False)) if one != other]
    for at in wrong[:SHOWN]:
        one, other = (unpack(layout, [word]) for word in (wanted[at], got[at]))
        text = (one[0], other[0]) if len(one) == 1 else (one, other)
        lines.append(f"{name}[{at}]: C++ gives {text[0]}, RTL {text[1]}")
    if len(wrong) > SHOWN:
        lines.append(f"{name}: {len(wrong)} of {len(wanted)} words differ")
    return lines
