"""Scheduling of a whole process: storage of its memories, stages of its regions, ports."""

from typing import TypeVar

from fpdeep_gen.board.memory import is_small
from fpdeep_gen.hls.ir import Load, Memory, Process, Storage, Store
from fpdeep_gen.hls.schedule.delays import DelayModel
from fpdeep_gen.hls.schedule.exclusive import Exclusion
from fpdeep_gen.hls.schedule.model import (
    BLOCK_PORTS,
    MemoryPlan,
    ProcessSchedule,
    ReadPort,
    RegionSchedule,
    WritePort,
)
from fpdeep_gen.hls.schedule.region import schedule_region

_FALLBACK_DEPTH = 1024
Access = TypeVar("Access", Load, Store, Load | Store)


def schedule_process(process: Process, delays: DelayModel) -> ProcessSchedule:
    """Stages for every region and a build for every memory."""
    storages = {id(memory): choose_storage(memory) for memory in process.memories}
    exclusion = Exclusion()
    regions = tuple(schedule_region(region, delays, storages, exclusion) for region in process.regions)
    slower = _held_back_by_block(process, regions, storages)
    if slower:
        trial = storages | {id(memory): _read_at_once(memory) for memory in slower}
        again = tuple(schedule_region(region, delays, trial, exclusion) for region in process.regions)
        if _intervals(again) < _intervals(regions):
            regions, storages = again, trial
    memories = tuple(_plan_memory(memory, storages[id(memory)], regions, exclusion) for memory in process.memories)
    return ProcessSchedule(process, regions, memories, tuple(process.variables))


def _intervals(regions: tuple[RegionSchedule, ...]) -> int:
    """Of the loops that someone asked to pipeline."""
    return sum(one.ii for one in regions if one.pipelined and one.region.automatic is None)


def choose_storage(memory: Memory) -> Storage:
    """The hint, or by size: what fits into a few LUT RAMs is distributed."""
    if memory.storage is not Storage.AUTO:
        return memory.storage
    return Storage.DISTRIBUTED if is_small(memory.width, memory.depth) else Storage.BLOCK


def _held_back_by_block(
    process: Process, regions: tuple[RegionSchedule, ...], storages: dict[int, Storage]
) -> list[Memory]:
    """Memories without a hint whose registered read made an interval longer that was asked for.

    Of those between processes only words of their own, which are registers then: nothing is paid but a choice of banks.
    """
    limits = " ".join(schedule.limit for schedule in regions if schedule.region.automatic is None)
    return [
        memory
        for memory in process.memories
        if (memory.storage is Storage.AUTO or _read_at_once(memory) is Storage.REGISTERS)
        and storages[id(memory)] is Storage.BLOCK
        and memory.depth <= _FALLBACK_DEPTH
        and limits
    ]


def _read_at_once(memory: Memory) -> Storage:
    """What the memory is built of without a register behind its reads."""
    shared = memory.shared
    is_word = shared is not None and shared.words == 1 and shared.block is None
    return Storage.REGISTERS if is_word else Storage.DISTRIBUTED


def _plan_memory(
    memory: Memory, storage: Storage, regions: tuple[RegionSchedule, ...], exclusion: Exclusion
) -> MemoryPlan:
    reads: list[list[tuple[RegionSchedule, Load]]] = []
    writes: list[list[tuple[RegionSchedule, Store]]] = []
    common = _plan_common(memory, storage, regions, exclusion)
    if memory.is_external:
        if len(common.reads) > BLOCK_PORTS and storage is Storage.BLOCK:
            raise RuntimeError(f"memory {memory.name} needs {len(common.reads)} ports")
        return common
    for schedule in regions:
        for operation in schedule.region.operations:
            if isinstance(operation, Load) and operation.memory is memory:
                _assign(reads, schedule, operation, storage, exclusion)
            elif isinstance(operation, Store) and operation.memory is memory:
                _assign(writes, schedule, operation, storage, exclusion)
    # One store and several loads are as many copies, in the wider shape that one read and one write port have.
    if storage is Storage.BLOCK and len(writes) > 1 and len(reads) + len(writes) > BLOCK_PORTS >= len(common.reads):
        return common
    return MemoryPlan(
        memory,
        storage,
        tuple(ReadPort(tuple(port)) for port in reads),
        tuple(WritePort(tuple(port)) for port in writes),
    )


def _plan_common(
    memory: Memory, storage: Storage, regions: tuple[RegionSchedule, ...], exclusion: Exclusion
) -> MemoryPlan:
    """With ports that serve loads and stores alike, as those outside and of a block RAM with two of each do. Registers
    have one for each access."""
    ports: list[list[tuple[RegionSchedule, Load | Store]]] = []
    for schedule in regions:
        for operation in schedule.region.operations:
            if isinstance(operation, Load | Store) and operation.memory is memory:
                _assign(ports, schedule, operation, storage, exclusion)
    reads, writes = [], []
    for port in ports:
        reads.append(ReadPort(tuple((schedule, user) for schedule, user in port if isinstance(user, Load))))
        writes.append(WritePort(tuple((schedule, user) for schedule, user in port if isinstance(user, Store))))
    return MemoryPlan(memory, storage, tuple(reads), tuple(writes), common=True)


def _assign(
    ports: list[list[tuple[RegionSchedule, Access]]],
    schedule: RegionSchedule,
    access: Access,
    storage: Storage,
    exclusion: Exclusion,
) -> None:
    """Put an access on the first port that is free in its cycle.

    Loads from LUT RAM share a port with other regions only: within one, a word could reach the port's own address.
    """
    alone = storage is Storage.DISTRIBUTED and isinstance(access, Load)
    for port in ports if storage is not Storage.REGISTERS else []:
        if alone and any(other is schedule for other, _ in port):
            continue
        if not any(_clash(schedule, access, other, user, exclusion) for other, user in port):
            port.append((schedule, access))
            return
    ports.append([(schedule, access)])


def _clash(
    schedule: RegionSchedule, access: Load | Store, other: RegionSchedule, user: Load | Store, exclusion: Exclusion
) -> bool:
    if schedule is not other:
        return False
    stage, used = schedule.stage(access), other.stage(user)
    if stage % schedule.ii != used % schedule.ii:
        return False
    if type(access) is not type(user):
        return True
    return stage != used or not exclusion.exclusive(access.predicate, user.predicate)
