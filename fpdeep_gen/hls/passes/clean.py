"""The standard sequence of passes after the front end."""

from fpdeep_gen.hls.ir import Process
from fpdeep_gen.hls.passes.dead import remove_dead
from fpdeep_gen.hls.passes.merge_memories import merge_memories
from fpdeep_gen.hls.passes.merge_writes import merge_writes
from fpdeep_gen.hls.passes.narrow import narrow
from fpdeep_gen.hls.passes.skip_empty import skip_empty


def clean(process: Process) -> None:
    """In place: the same behaviour in fewer operations and bits."""
    remove_dead(process)
    narrow(process)
    remove_dead(process)
    merge_memories(process)
    merge_writes(process)
    narrow(process)  # again: finds what the first one's narrower registers, and joined memories, allow
    remove_dead(process)
    skip_empty(process)
