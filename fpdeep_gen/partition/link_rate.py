"""Bits that a link moves in a cycle, framing and credits taken off."""

from fpdeep_gen.board.model import Link

STREAM_ID_BITS = 8
"""Of each flit (docs/architecture.md section 5)."""

FLITS_A_CREDIT = 32
"""Flits that a credit flit in the other direction reports: streams of large networks have deep FIFOs, so that credits
can be gathered."""


def framed_rate(link: Link, clock_mhz: float) -> float:
    """Payload bits a clock cycle in one direction, while the other one is as busy."""
    payload = link.flit_bits - STREAM_ID_BITS
    return link.flits_per_cycle(clock_mhz) * payload * FLITS_A_CREDIT / (FLITS_A_CREDIT + 1)
