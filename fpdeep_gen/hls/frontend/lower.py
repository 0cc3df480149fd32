"""One region: blocks become predicated operations, and the values that cross iterations become registers.

An iteration starts at one of the plan's entries; one-bit registers (one-hot) say at which. A value that the iteration
may or may not compute anew is `pred ? new : register`. Edges that end the iteration (to an entry, or to another region)
set the registers that are live there. So code between the levels of a nest runs in the same iteration as the loop body
next to it: code behind a loop in the loop's last iteration, code before it in its first. Blocking reads in front of a
loop therefore never hold back what an earlier iteration has finished.
"""

from fpdeep_gen.hls.frontend.context import ProcessContext
from fpdeep_gen.hls.frontend.instructions import InstructionLowering
from fpdeep_gen.hls.frontend.llvm_ir import Instruction, OperandKind
from fpdeep_gen.hls.frontend.predicates import ROOT, RegionGraph
from fpdeep_gen.hls.frontend.regions import RegionPlan
from fpdeep_gen.hls.frontend.values import Choice, Value
from fpdeep_gen.hls.ir import Exit, Operation, Region, Variable
from fpdeep_gen.hls.passes.builder import Builder, is_true


class RegionLowering(InstructionLowering):
    """Lowers one planned region into `region`."""

    def __init__(self, context: ProcessContext, plan: RegionPlan, region: Region) -> None:
        super().__init__(context, Builder(region))
        self._plan = plan
        self._region = region
        self._graph = RegionGraph(context.function, plan)
        self._env: dict[str, Value] = {}
        self._merged: dict[str, Operation] = {}
        self._locals: dict[str, Operation] = {}
        self._relative: dict[tuple[str, str], Operation] = {}

    def run(self, regions: dict[str, Region]) -> None:
        """Fills the region; `regions` by the names of their plans."""
        for block in self._graph.order[1:]:
            self._block = block
            self.predicate = self._pred(block, ROOT)
            for one in self.context.function.blocks[block].instructions:
                self.builder.location = self.context.module.locations.of(one.debug)
                if one.opcode == "phi":
                    self._env[one.name] = self._phi(one, block)
                elif one.opcode not in ("br", "ret", "unreachable", "alloca", "getelementptr"):
                    value = self.lower(one)
                    if value is not None:
                        self._env[one.name] = value
            self.memory.remote.close()
        self.builder.location = self._region.location
        edges = self._leave()
        self._set_values(edges)
        self._set_starts(edges)
        self._set_exits(edges, regions)
        for variable, value in self.memory.registers.items():
            if value is not self.builder.get(variable):
                self._region.set(variable, value)

    # conditions

    def _pred(self, block: str, above: str) -> Operation:
        """Whether `block` runs, given that its dominator `above` does."""
        if block == above:
            return self.builder.true()
        key = (block, above)
        found = self._relative.get(key)
        if found is None:
            upper = self._graph.idom[block]
            found = self._pred(upper, above)
            if not self._graph.always_after(block, upper):
                found = self.builder.both(found, self._locally(block))
            self._relative[key] = found
        return found

    def _locally(self, block: str) -> Operation:
        """Whether `block` runs, given that its immediate dominator does."""
        found = self._locals.get(block)
        if found is None:
            edges = [self._edge(source, block) for source in self._graph.before[block]]
            found = self._locals[block] = self.builder.any(edges)
        return found

    def _edge(self, source: str, target: str) -> Operation:
        """Whether the edge is taken, given that the target's immediate dominator runs."""
        above = self._graph.idom[target]
        return self.builder.both(self._pred(source, above), self._taken(source, target))

    def _taken(self, source: str, target: str) -> Operation:
        """Whether `source` goes on to `target`."""
        if source == ROOT:
            start = self.context.starts.get((self._plan.name, target))
            return self.builder.true() if start is None else self.builder.get(start)
        branch = self.context.function.blocks[source].instructions[-1]
        if len(set(branch.targets)) < 2:
            return self.builder.true()
        condition = self.number(branch.operands[0], source)
        return condition if branch.targets[0] == target else self.builder.invert(condition)

    # values

    def local_value(self, name: str, block: str) -> Value:
        """An instruction's result as `block` sees it."""
        where, _ = self.context.defined[name]
        if name not in self._env:
            return self._held(name)
        value = self._env[name]
        if self._graph.dominates(where, block) or not isinstance(value, Operation):
            return value
        merged = self._merged.get(name)
        if merged is None:
            predicate = self._pred(where, ROOT)
            merged = value if is_true(predicate) else self.builder.select(predicate, value, self._held(name))
            self._merged[name] = merged
        return merged

    def _held(self, name: str) -> Operation:
        """The value from an earlier iteration or region."""
        variable = self.context.variables.get(name)
        instruction = self.context.defined[name][1]
        if variable is None:
            place = self.context.module.locations.of(instruction.debug)
            self.context.problem(place, "a value", "one that is set before it is used", "an address kept over a step")
            return self.builder.constant(0, max(1, self.width_of(instruction.type)))
        return self.builder.zext(self.builder.get(variable), self.width_of(instruction.type))

    def _phi(self, one: Instruction, block: str) -> Value:
        above = [source for source in self._graph.before[block] if source != ROOT]
        arms: list[tuple[Operation, Value]] = []
        if ROOT in self._graph.before[block]:
            arms.append((self._edge(ROOT, block), self._held(one.name)))
        for source in above:
            operand = one.operands[one.targets.index(source)]
            if operand.kind is not OperandKind.UNDEFINED:
                arms.append((self._edge(source, block), self.value(operand, source)))
        if not arms:
            return self.builder.constant(0, self.width_of(one.type))
        result = arms[-1][1]
        for condition, value in reversed(arms[:-1]):
            result = self._choose(condition, value, result)
        return result

    def _choose(self, condition: Operation, if_true: Value, if_false: Value) -> Value:
        if isinstance(if_true, Operation) and isinstance(if_false, Operation):
            return self.builder.select(condition, if_true, if_false)
        assert not isinstance(if_true, Operation) and not isinstance(if_false, Operation)
        return if_true if if_true == if_false else Choice(condition, if_true, if_false)

    # the end of the iteration

    def _leave(self) -> list[tuple[str, str, Operation]]:
        """Edges that end the iteration: source, target, whether taken. Exactly one is."""
        first = self.context.plan.regions[0].entries[0]
        edges = [(source, target) for source, target in self._graph.leaving if source in self._graph.position]
        for block in self._graph.order[1:]:
            if self.context.function.blocks[block].instructions[-1].opcode in ("ret", "unreachable"):
                edges.append((block, first))
        return [
            (source, target, self.builder.both(self._pred(source, ROOT), self._leaves(source, target)))
            for source, target in edges
        ]

    def _leaves(self, source: str, target: str) -> Operation:
        last = self.context.function.blocks[source].instructions[-1]
        return self._taken(source, target) if last.opcode == "br" else self.builder.true()

    def _set_values(self, edges: list[tuple[str, str, Operation]]) -> None:
        phis = {
            target: {one.name: one for one in self.context.function.blocks[target].phis()} for _, target, _ in edges
        }
        names: dict[Variable, list[str]] = {}
        for name, variable in self.context.variables.items():
            names.setdefault(variable, []).append(name)
        for variable, group in names.items():
            arms: dict[Operation, Operation] = {}
            for source, target, taken in edges:
                value = self._leaving_value(group, source, target, phis[target])
                if value is not None:
                    arms[value] = self.builder.either(arms[value], taken) if value in arms else taken
            if arms:
                self._set(variable, list(arms.items()))

    def _leaving_value(
        self, group: list[str], source: str, target: str, phis: dict[str, Instruction]
    ) -> Operation | None:
        """What the register of the values `group` must hold when the edge is taken; None: anything."""
        for name in group:
            phi = phis.get(name)
            if phi is not None:
                operand = phi.operands[phi.targets.index(source)]
                return None if operand.kind is OperandKind.UNDEFINED else self.number(operand, source)
            if name in self.context.live[target]:
                found = self.local_value(name, source)
                assert isinstance(found, Operation)
                return found
        return None

    def _set(self, variable: Variable, arms: list[tuple[Operation, Operation]]) -> None:
        result = arms[-1][0]
        for value, taken in reversed(arms[:-1]):
            result = self.builder.select(taken, value, result)
        result = self.builder.resize(result, variable.width)
        if result is not self.builder.get(variable):
            self._region.set(variable, result)

    def _set_starts(self, edges: list[tuple[str, str, Operation]]) -> None:
        own = [key for key in self.context.starts if key[0] == self._plan.name]
        targets = {(self.context.plan.region_of(target).name, target) for _, target, _ in edges}
        for key, variable in self.context.starts.items():
            if key in targets or key in own:
                taken = [condition for _, target, condition in edges if target == key[1]]
                self._region.set(variable, self.builder.any(taken))

    def _set_exits(self, edges: list[tuple[str, str, Operation]], regions: dict[str, Region]) -> None:
        grouped: dict[str, Operation] = {}
        for _, target, taken in edges:
            name = self.context.plan.region_of(target).name
            grouped[name] = self.builder.either(grouped[name], taken) if name in grouped else taken
        items = list(grouped.items())
        for name, taken in items[:-1]:
            self._region.exits.append(Exit(taken, regions[name]))
        if items:
            self._region.exits.append(Exit(None, regions[items[-1][0]]))
