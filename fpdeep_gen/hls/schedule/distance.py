"""What the scheduler orders: operations and settings of variables, and how far apart they are at least."""

from dataclasses import dataclass

from fpdeep_gen.hls.ir import Operation, Variable


@dataclass(frozen=True)
class Node:
    """An operation, or the moment at which a variable is set (operation None)."""

    operation: Operation | None
    variable: Variable | None = None

    @property
    def key(self) -> int:
        """Identity among the nodes of a region."""
        return id(self.operation) if self.operation is not None else id(self.variable)


@dataclass(frozen=True)
class Distance:
    """stage(target) >= stage(source) + stages; `reason` names what demands it."""

    source: Node
    target: Node
    stages: int
    reason: str
