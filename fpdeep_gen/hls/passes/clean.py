"""The standard sequence of passes after the front end."""

from fpdeep_gen.hls.ir import Process
from fpdeep_gen.hls.passes.dead import remove_dead
from fpdeep_gen.hls.passes.narrow import narrow

ROUNDS = 2  # the second finds what the first one's narrower registers allow


def clean(process: Process) -> None:
    """In place: the same behaviour in fewer operations and bits."""
    remove_dead(process)
    for _ in range(ROUNDS):
        narrow(process)
        remove_dead(process)
