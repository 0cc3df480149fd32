"""If-conversion: under which condition each block of a region runs, for a region without its cut edges."""

from collections.abc import Mapping

from fpdeep_gen.hls.frontend.cfg import dominates, immediate_dominators, predecessors_of, reverse_postorder
from fpdeep_gen.hls.frontend.llvm_ir import Function
from fpdeep_gen.hls.frontend.regions import Edge, RegionPlan

ROOT = ""  # comes before every entry of the region
_END = "%%end"


class RegionGraph:
    """The acyclic graph of a region with one root in front of its entries, and its dominators both ways."""

    def __init__(self, function: Function, plan: RegionPlan) -> None:
        blocks = frozenset(plan.blocks)
        inner: dict[str, tuple[str, ...]] = {ROOT: plan.entries}
        forward: dict[str, tuple[str, ...]] = {ROOT: plan.entries}
        self.leaving: list[Edge] = []
        for name in plan.blocks:
            last = function.blocks[name].instructions[-1]
            children = tuple(dict.fromkeys(last.targets)) if last.opcode == "br" else ()
            kept = tuple(child for child in children if child in blocks and (name, child) not in plan.cuts)
            self.leaving.extend((name, child) for child in children if child not in kept)
            inner[name] = kept
            forward[name] = kept if len(kept) == len(children) and children else (*kept, _END)
        self.order = reverse_postorder(ROOT, inner)
        self.position = {name: place for place, name in enumerate(self.order)}
        self.before: Mapping[str, list[str]] = predecessors_of(self.order, inner)
        self.idom = immediate_dominators(ROOT, inner)
        reachable = set(self.order)
        backward = predecessors_of([*self.order, _END], {name: forward[name] for name in reachable})
        self.ipdom = immediate_dominators(_END, {name: tuple(above) for name, above in backward.items()})

    def always_after(self, block: str, dominator: str) -> bool:
        """Whether `block` runs whenever `dominator` does."""
        return dominates(block, dominator, self.ipdom)

    def dominates(self, above: str, below: str) -> bool:
        """Whether each path of the iteration to `below` meets `above`."""
        return dominates(above, below, self.idom)
