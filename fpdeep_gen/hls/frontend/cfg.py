"""Graph algorithms: order, dominators, natural loops."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from fpdeep_gen.hls.frontend.llvm_ir import Function

Node = TypeVar("Node", bound=Hashable)


def reverse_postorder(root: Node, successors: Mapping[Node, Sequence[Node]]) -> list[Node]:
    """Nodes reachable from `root`; without back edges every node comes after its predecessors."""
    seen = {root}
    order: list[Node] = []
    stack = [(root, iter(successors.get(root, ())))]
    while stack:
        node, rest = stack[-1]
        for child in rest:
            if child not in seen:
                seen.add(child)
                stack.append((child, iter(successors.get(child, ()))))
                break
        else:
            order.append(node)
            stack.pop()
    order.reverse()
    return order


def predecessors_of(nodes: Iterable[Node], successors: Mapping[Node, Sequence[Node]]) -> dict[Node, list[Node]]:
    """Inverse edges, each once, among `nodes`."""
    found: dict[Node, list[Node]] = {node: [] for node in nodes}
    for node in found:
        for child in dict.fromkeys(successors.get(node, ())):
            if child in found:
                found[child].append(node)
    return found


def immediate_dominators(root: Node, successors: Mapping[Node, Sequence[Node]]) -> dict[Node, Node]:
    """Cooper, Harvey, Kennedy (2001). The root is its own."""
    order = reverse_postorder(root, successors)
    number = {node: place for place, node in enumerate(order)}
    before = predecessors_of(order, successors)
    found: dict[Node, Node] = {root: root}
    changed = True
    while changed:
        changed = False
        for node in order[1:]:
            best: Node | None = None
            for other in before[node]:
                if other in found:
                    best = other if best is None else _meet(best, other, found, number)
            if best is not None and found.get(node) != best:
                found[node] = best
                changed = True
    return found


def _meet(left: Node, right: Node, found: Mapping[Node, Node], number: Mapping[Node, int]) -> Node:
    while left != right:
        while number[left] > number[right]:
            left = found[left]
        while number[right] > number[left]:
            right = found[right]
    return left


def dominates(above: Node, below: Node, idom: Mapping[Node, Node]) -> bool:
    """Whether every path to `below` meets `above` (a node dominates itself)."""
    while True:
        if below == above:
            return True
        if below not in idom:
            return False
        up = idom[below]
        if up == below:
            return False
        below = up


@dataclass(eq=False, slots=True)
class Loop:
    """A natural loop. `blocks` includes those of loops within."""

    header: str
    latches: list[str] = field(default_factory=list)
    blocks: set[str] = field(default_factory=set)
    parent: "Loop | None" = None
    children: list["Loop"] = field(default_factory=list)

    def tree(self) -> Iterable["Loop"]:
        """This loop and all within."""
        yield self
        for child in self.children:
            yield from child.tree()


@dataclass(eq=False, slots=True)
class LoopForest:
    """All loops of a function; `top` are the outermost."""

    loops: dict[str, Loop]
    top: list[Loop]

    def innermost(self, block: str) -> Loop | None:
        """The smallest loop that holds the block."""
        best: Loop | None = None
        for loop in self.loops.values():
            if block in loop.blocks and (best is None or len(loop.blocks) < len(best.blocks)):
                best = loop
        return best


def edges_of(function: Function) -> dict[str, tuple[str, ...]]:
    """Successors of each block."""
    return {
        name: block.successors if block.instructions[-1].opcode == "br" else ()
        for name, block in function.blocks.items()
    }


def find_loops(function: Function) -> LoopForest:
    """Natural loops; latches of one header are one loop."""
    successors = edges_of(function)
    root = function.entry.name
    idom = immediate_dominators(root, successors)
    before = predecessors_of(idom, successors)
    loops: dict[str, Loop] = {}
    for node in reverse_postorder(root, successors):
        for child in successors[node]:
            if dominates(child, node, idom):
                loops.setdefault(child, Loop(child)).latches.append(node)
    for loop in loops.values():
        loop.blocks = {loop.header}
        work = list(loop.latches)
        while work:
            node = work.pop()
            if node not in loop.blocks:
                loop.blocks.add(node)
                work.extend(before[node])
    return LoopForest(loops, _nest(loops))


def _nest(loops: Mapping[str, Loop]) -> list[Loop]:
    by_size = sorted(loops.values(), key=lambda loop: len(loop.blocks))
    top: list[Loop] = []
    for place, loop in enumerate(by_size):
        loop.parent = next((other for other in by_size[place + 1 :] if loop.header in other.blocks), None)
        if loop.parent is None:
            top.append(loop)
        else:
            loop.parent.children.append(loop)
    return top
