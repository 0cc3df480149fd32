"""Where LOOP_FLATTEN stands: loops are joined by their cost, so it is only told where it is not done."""

from fpdeep_gen.hls.frontend.latency_pragmas import around
from fpdeep_gen.hls.frontend.placed_pragmas import placed_pragmas
from fpdeep_gen.hls.ir import Location


def flattened_loops(preprocessed: str) -> tuple[tuple[Location, Location], ...]:
    """Each LOOP_FLATTEN without `off` behind the brace of a loop, and where that loop begins (in a resolved file)."""
    placed = placed_pragmas(preprocessed, "loop_flatten")
    owners = ((one, around(placed.text, one.at)) for one in placed.found if "off" not in one.pragma.flags)
    return tuple(
        (one.location, placed.location(held.begin)) for one, held in owners if held is not None and held.is_loop
    )
