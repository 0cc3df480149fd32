"""Removes what no store, stream, or exit needs: operations, registers, memories that are never read."""

from fpdeep_gen.hls.ir import (
    Get,
    Load,
    Memory,
    Operation,
    Process,
    Store,
    StreamRead,
    StreamTryRead,
    StreamTryWrite,
    StreamWrite,
    Variable,
)

EFFECTS = (StreamRead, StreamTryRead, StreamWrite, StreamTryWrite)


def remove_dead(process: Process) -> None:
    """In place. A blocking read stays even when its word is not used."""
    live: set[Operation] = set()
    variables: set[Variable] = set()
    memories: set[Memory] = set()
    stores: dict[Memory, list[Store]] = {}
    sets: dict[Variable, list[Operation]] = {}
    work: list[Operation] = []
    for region in process.regions:
        for operation in region.operations:
            if isinstance(operation, Store):
                stores.setdefault(operation.memory, []).append(operation)
                if operation.memory.is_external:
                    work.append(operation)
                    memories.add(operation.memory)
            elif isinstance(operation, EFFECTS):
                work.append(operation)
        for variable, value in region.sets.values():
            sets.setdefault(variable, []).append(value)
        work.extend(one.condition for one in region.exits if one.condition is not None)
    while work:
        operation = work.pop()
        if operation in live:
            continue
        live.add(operation)
        work.extend(operation.operands())
        if isinstance(operation, Get) and operation.variable not in variables:
            variables.add(operation.variable)
            work.extend(sets.get(operation.variable, ()))
        elif isinstance(operation, Load) and operation.memory not in memories:
            memories.add(operation.memory)
            work.extend(stores.get(operation.memory, ()))
    for region in process.regions:
        region.operations = [one for one in region.operations if one in live]
        region.sets = {key: pair for key, pair in region.sets.items() if pair[0] in variables}
    process.variables = [one for one in process.variables if one in variables]
    process.memories = [one for one in process.memories if one in memories]
