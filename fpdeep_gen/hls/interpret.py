"""Executes an `ir.Module` on words: exact, without cycles. Processes take turns; FIFOs may be bounded by their depths.

Each process becomes one Python generator (its regions are turned into Python source once), so long runs stay quick.
"""

from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field

from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.hls.interpret_source import process_source
from fpdeep_gen.hls.ir import BinaryKind, Instance, Memory, Module, Network, Process, Stream, StreamPort
from fpdeep_gen.hls.passes.bits import evaluate_binary

_Turns = Generator[bool, None, None]
IDLE_ROUNDS = 20_000


@dataclass(eq=False, slots=True)
class Channel:
    """A FIFO during interpretation; `depth` None = unbounded."""

    depth: int | None = None
    words: deque[int] = field(default_factory=deque)
    moved: int = 0

    def full(self) -> bool:
        """No room."""
        return self.depth is not None and len(self.words) >= self.depth


@dataclass(frozen=True, slots=True)
class Interpretation:
    """`outputs`: words of each output port of the top; `left`: words that inputs and FIFOs still hold, where any.

    `blocked`: every process waits for a stream (else the run ended by count, or nothing moved for a long time).
    """

    outputs: dict[str, list[int]]
    left: dict[str, int]
    blocked: bool
    memories: dict[str, list[int]]


def interpret(
    module: Module,
    inputs: Mapping[str, Sequence[int]],
    *,
    bounded: bool = False,
    until: Mapping[str, int] | None = None,
    idle_rounds: int = IDLE_ROUNDS,
) -> Interpretation:
    """Feeds `inputs` (words as unsigned integers, by port) and runs until nothing moves.

    `bounded`: FIFOs hold no more than their depths. `until`: stop as soon as each named output has that many words.
    Raises InputError for inputs that are no input ports.
    """
    instances, channels, ports = _connect(module.top, bounded)
    unknown = sorted(set(inputs) - {port.name for port in ports if port.is_input})
    if unknown:
        known = ", ".join(port.name for port in ports if port.is_input)
        raise InputError([Problem(None, None, name, f"an input port ({known})", "no such port") for name in unknown])
    for name, words in inputs.items():
        channels[name].words.extend(words)
    runs: list[_Turns] = []
    memories: dict[str, list[int]] = {}
    for instance in instances:
        bound = [channels[one.name] for one in instance.bindings]
        arrays = {memory: _array(memory) for memory in instance.process.memories}
        memories.update({f"{instance.name}.{memory.name}": array for memory, array in arrays.items()})
        runs.append(_start(instance.process, bound, list(arrays.values())))
    outputs = {port.name: channels[port.name].words for port in ports if not port.is_input}
    blocked = _run(runs, channels, outputs, until, idle_rounds)
    left = {name: len(one.words) for name, one in channels.items() if one.words and name not in outputs}
    return Interpretation({name: list(words) for name, words in outputs.items()}, left, blocked, memories)


def _connect(top: Network | Process, bounded: bool) -> tuple[list[Instance], dict[str, Channel], list[StreamPort]]:
    if isinstance(top, Process):
        return [Instance(top.name, top, tuple(top.ports))], {port.name: Channel() for port in top.ports}, top.ports
    channels = {port.name: Channel() for port in top.ports}
    channels.update({one.name: Channel(_depth(one) if bounded else None) for one in top.streams})
    return top.instances, channels, top.ports


def _depth(stream: Stream) -> int:
    return max(1, stream.depth)


def _array(memory: Memory) -> list[int]:
    return list(memory.initial) + [0] * (memory.depth - len(memory.initial))


def _run(
    runs: list[_Turns],
    channels: dict[str, Channel],
    outputs: Mapping[str, deque[int]],
    until: Mapping[str, int] | None,
    idle_rounds: int,
) -> bool:
    """Takes turns; whether it ended with every process waiting."""
    idle, moved = 0, -1
    while idle < idle_rounds:
        waiting = True
        for run in runs:
            waiting &= next(run)
        now = sum(one.moved for one in channels.values())
        idle = idle + 1 if now == moved else 0
        if waiting and now == moved:
            return True
        moved = now
        if until is not None and all(len(outputs[name]) >= count for name, count in until.items()):
            return False
    return False


def _start(process: Process, channels: list[Channel], arrays: list[list[int]]) -> _Turns:
    scope: dict[str, object] = {"evaluate_binary": evaluate_binary, "kinds": tuple(BinaryKind)}
    exec(compile(process_source(process), f"<{process.name}>", "exec"), scope)  # our own text, from our own IR
    made = scope["run"]
    assert callable(made)
    start: Callable[[list[Channel], list[list[int]]], _Turns] = made
    return start(channels, arrays)
