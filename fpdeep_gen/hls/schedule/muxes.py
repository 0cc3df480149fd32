"""Trees of selects with few different values: chosen once, by conditions that are worked out beside the data.

If-conversion leaves a select for each place where paths meet, so a value that most branches keep passes a long chain.
On a recurrence that chain would have to fit into one stage; the conditions alone do not.
"""

from collections import Counter
from dataclasses import dataclass, field

from fpdeep_gen.hls.ir import Operation, Region, Select
from fpdeep_gen.hls.schedule.builder import Builder

_LEAST_DEPTH = 3
_MOST_VALUES = 4
_MOST_NODES = 400


@dataclass(frozen=True)
class Mux:
    """A tree of selects below `root`: the values it chooses from, in the order of the last choice to the first."""

    root: Select
    values: tuple[Operation, ...]


def find_muxes(region: Region, uses: Counter[int]) -> dict[int, Mux]:
    """The trees worth rebuilding, by id(root)."""
    chosen: Counter[int] = Counter()
    for operation in region.operations:
        if isinstance(operation, Select):
            chosen.update((id(operation.if_true), id(operation.if_false)))
    inner = {
        id(operation)
        for operation in region.operations
        if isinstance(operation, Select) and operation.width > 1 and chosen[id(operation)] == uses[id(operation)]
    }
    depths: dict[int, int] = {}
    muxes = {}
    for operation in region.operations:
        if not isinstance(operation, Select) or operation.width == 1:
            continue
        branches = [depths[id(part)] for part in (operation.if_true, operation.if_false) if id(part) in inner]
        depths[id(operation)] = 1 + max(branches, default=0)
        if id(operation) not in inner and depths[id(operation)] >= _LEAST_DEPTH:
            values = _values(operation, inner)
            if values is not None:
                muxes[id(operation)] = Mux(operation, values)
    return muxes


def _values(root: Select, inner: set[int]) -> tuple[Operation, ...] | None:
    found: dict[int, Operation] = {}
    seen: set[int] = set()
    pending: list[Operation] = [root]
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if len(seen) > _MOST_NODES or len(found) > _MOST_VALUES:
            return None
        if isinstance(node, Select) and (node is root or id(node) in inner):
            pending += [node.if_true, node.if_false]
        else:
            found[id(node)] = node
    nodes = len(seen) - len(found)
    return tuple(found.values()) if nodes >= len(found) and len(found) <= _MOST_VALUES else None


@dataclass
class MuxBuilder:
    """Builds one mux anew; `new` maps the operations of the old region."""

    builder: Builder
    mux: Mux
    new: dict[int, Operation]
    inner: dict[tuple[int, int], Operation] = field(default_factory=dict)

    def build(self) -> Operation:
        """The chosen value."""
        first, *others = self.mux.values
        result = self.new[id(first)]
        for value in others:
            result = self.builder.select(self._chosen(self.mux.root, value), self.new[id(value)], result)
        return result

    def _chosen(self, root: Operation, value: Operation) -> Operation:
        """1 bit: the tree gives `value`."""
        leaves = {id(leaf) for leaf in self.mux.values}
        stack = [root]
        while stack:
            node = stack[-1]
            key = (id(node), id(value))
            if key in self.inner:
                stack.pop()
            elif id(node) in leaves or not isinstance(node, Select):
                self.inner[key] = self.builder.constant(int(node is value), 1)
                stack.pop()
            else:
                parts = [self.inner.get((id(part), id(value))) for part in (node.if_true, node.if_false)]
                if parts[0] is not None and parts[1] is not None:
                    self.inner[key] = self.builder.select(self.new[id(node.condition)], parts[0], parts[1])
                    stack.pop()
                else:
                    stack += [node.if_true, node.if_false]
        return self.inner[id(root), id(value)]
