"""Loops beside a function that asks for PIPELINE and was put into its caller: they are not its own."""

from fpdeep_gen.hls.frontend.cfg import Loop, LoopForest, find_loops
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, LlvmModule
from fpdeep_gen.hls.frontend.trip_counts import unbounded_loops
from fpdeep_gen.hls.frontend.unrolling import PIPELINE, calls_of


def spared_loops(module: LlvmModule) -> dict[Instruction, frozenset[str]]:
    """For each PIPELINE of such a function the headers of its caller's loops that are not unrolled for it.

    Where all of them can be unrolled they are, so that the caller is pipelined as a whole.
    """
    found: dict[Instruction, frozenset[str]] = {}
    for function in module.functions.values():
        calls = calls_of(function, (PIPELINE,))
        forest = find_loops(function) if calls else LoopForest({}, [])
        for block, call in calls:
            loop = forest.innermost(block)
            inner = forest.top if loop is None else loop.children
            others = [one for child in inner for one in child.tree() if not is_own(function, call, one, module)]
            headers = frozenset(one.header for one in others)
            if headers and not headers.isdisjoint(unbounded_loops(function, forest)):
                found[call] = headers
    return found


def is_own(function: Function, call: Instruction, loop: Loop, module: LlvmModule) -> bool:
    """Whether a loop is in the same call of the function, or in the loop, that a PIPELINE was written in."""
    numbers = [function.blocks[latch].instructions[-1].loop for latch in loop.latches]
    return any(module.locations.in_same_call(call.debug, number) for number in numbers)
