"""Which operations lie on a recurrence: a value that comes back to them in a later iteration."""

from collections.abc import Iterable

from fpdeep_gen.hls.ir import Get, Load, Operation, Region, Store, StreamEmpty, StreamFull
from fpdeep_gen.hls.schedule.constraints import StreamAccess


def cyclic_operations(region: Region) -> frozenset[int]:
    """id() of every operation from which a path leads back to itself through variables, memories or streams.

    Tarjan's strongly connected components, without recursion.
    """
    graph = dependence_graph(region)
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    found: set[int] = set()
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, successors = work[-1]
            following = next((item for item in successors if item not in index or item in on_stack), None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    found |= _component(stack, on_stack, node, graph[node])
            elif following in index:
                low[node] = min(low[node], index[following])
            else:
                index[following] = low[following] = len(index)
                stack.append(following)
                on_stack.add(following)
                work.append((following, iter(graph[following])))
    return frozenset(found)


def _component(stack: list[int], on_stack: set[int], node: int, successors: Iterable[int]) -> set[int]:
    members: set[int] = set()
    while True:
        member = stack.pop()
        on_stack.discard(member)
        members.add(member)
        if member == node:
            break
    return members if len(members) > 1 or node in successors else set()


def dependence_graph(region: Region) -> dict[int, list[int]]:
    """Edges operand -> user, new value -> variable -> Get, store -> memory -> load, access <-> stream."""
    graph: dict[int, list[int]] = {id(operation): [] for operation in region.operations}
    for operation in region.operations:
        for operand in operation.operands():
            graph.setdefault(id(operand), []).append(id(operation))
        _shared_state(operation, graph)
    for key, (_, value) in region.sets.items():
        graph.setdefault(id(value), []).append(key)
        graph.setdefault(key, [])
    for operation in region.operations:
        if isinstance(operation, Get) and id(operation.variable) in region.sets:
            graph.setdefault(id(operation.variable), []).append(id(operation))
    return graph


def _shared_state(operation: Operation, graph: dict[int, list[int]]) -> None:
    if isinstance(operation, Store) and operation.memory.carried_distance is not None:
        graph[id(operation)].append(id(operation.memory))
        graph.setdefault(id(operation.memory), [])
    elif isinstance(operation, Load):
        graph.setdefault(id(operation.memory), []).append(id(operation))
    elif isinstance(operation, StreamAccess):
        graph.setdefault(id(operation.stream), []).append(id(operation))
        if not isinstance(operation, StreamEmpty | StreamFull):
            graph[id(operation)].append(id(operation.stream))
