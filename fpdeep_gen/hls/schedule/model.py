"""What scheduling produces: a stage for every operation of every region, a port for every memory access."""

import re
from dataclasses import dataclass, field

from fpdeep_gen.hls.ir import Load, Memory, Operation, Process, Region, Storage, Store, Variable
from fpdeep_gen.hls.parts import Family


@dataclass(frozen=True)
class Placement:
    """`stage`: the stage in which an operation starts; its result exists from stage `ready` on, `time` ns into it."""

    stage: int
    ready: int
    time: float


_CONTROL = re.compile(r"variable starts_\d+_\w+")  # as `frontend.context` names them


@dataclass(frozen=True)
class RegionSchedule:
    """Stages of one region, all counted from 0.

    `ii`: stages between two iterations of a loop (for a region that is no pipelined loop: its depth);
    `limit`: what made `ii` larger than asked, empty when nothing did; `set_stage` is keyed by id(variable);
    `sequential`: why a loop that might have been pipelined by itself is not.
    """

    region: Region
    pipelined: bool
    ii: int
    depth: int
    placements: dict[int, Placement]
    set_stage: dict[int, int]
    limit: str = ""
    longest_path: float = 0.0
    sequential: str = ""

    @property
    def reason(self) -> str:
        """`limit` for reports: without the names of variables that say which of several loops goes on."""
        parts = (_CONTROL.sub("where the next iteration begins", part) for part in self.limit.split(", "))
        return ", ".join(dict.fromkeys(parts))

    def stage(self, operation: Operation) -> int:
        """The stage in which the operation starts and has its side effect."""
        return self.placements[id(operation)].stage

    def ready(self, operation: Operation) -> int:
        """The first stage in which the result exists."""
        return self.placements[id(operation)].ready


BLOCK_PORTS = 2
"""Ports of a block RAM, each for a read or a write in a cycle."""


@dataclass(frozen=True)
class ReadPort:
    """The loads that share one read port, each with its schedule."""

    loads: tuple[tuple[RegionSchedule, Load], ...]


@dataclass(frozen=True)
class WritePort:
    """The stores that share one write port, each with its schedule."""

    stores: tuple[tuple[RegionSchedule, Store], ...]


@dataclass(frozen=True)
class MemoryPlan:
    """How a memory is built. `common`: `reads[n]` and `writes[n]` (either may be empty) are one port, with one
    address."""

    memory: Memory
    storage: Storage
    reads: tuple[ReadPort, ...]
    writes: tuple[WritePort, ...]
    common: bool = False

    def is_uram(self, family: Family) -> bool:
        """UltraRAM: asked for, there, and without a first content, which it cannot have."""
        wanted = self.memory.wants_uram and family.has_uram and self.storage is Storage.BLOCK
        return wanted and bool(self.writes) and not any(self.memory.initial)

    @property
    def copies(self) -> int:
        """How many times the content is kept to give that many ports."""
        if self.storage is Storage.BLOCK and (self.common or len(self.reads) + len(self.writes) <= BLOCK_PORTS):
            return 1
        return max(1, len(self.reads))


@dataclass(frozen=True)
class ProcessSchedule:
    """A process ready to be emitted."""

    process: Process
    regions: tuple[RegionSchedule, ...]
    memories: tuple[MemoryPlan, ...]
    variables: tuple[Variable, ...] = field(default=())
