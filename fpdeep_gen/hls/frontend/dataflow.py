"""DATAFLOW inside a function: calls of stages become tasks that run at the same time, joined by streams.

A function that does nothing but declare streams and call stages is only a network. Any other one stays as one more
task, the controller: in the place of each call it sends the stage's scalars (or one bit where there are none) as start
tokens, and where all stages of the region have been started it waits for a done token from each.

All of it is rewriting of functions: `expand` gives a function of `hls::task` calls as if the user had written it.
"""

from dataclasses import replace

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.between import DEFAULT_BANKS, Between, Use, touches
from fpdeep_gen.hls.frontend.dataflow_region import DataflowRegion
from fpdeep_gen.hls.frontend.llvm_ir import Block, Function, Global, Instruction, LlvmModule, Operand
from fpdeep_gen.hls.frontend.llvm_types import Type
from fpdeep_gen.hls.frontend.object_pragmas import ObjectKey, ObjectPragmas
from fpdeep_gen.hls.frontend.objects import External
from fpdeep_gen.hls.frontend.optimise import TASK
from fpdeep_gen.hls.frontend.places import problem_at
from fpdeep_gen.hls.frontend.rewriting import (
    local,
    plain_name,
    put_operands,
    replace_function,
)
from fpdeep_gen.hls.interface import Protocol


def stage_calls(function: Function, stages: frozenset[str]) -> list[tuple[Block, Instruction]]:
    """Calls of dataflow stages in the function."""
    return [
        (block, one)
        for block in function.blocks.values()
        for one in block.instructions
        if one.opcode == "call" and one.detail in stages
    ]


class DataflowExpansion:
    """Expands the functions of a module; `pragmas` follow the arrays that move into stages."""

    def __init__(
        self,
        module: LlvmModule,
        stages: frozenset[str],
        pragmas: dict[ObjectKey, ObjectPragmas],
        problems: list[Problem],
    ) -> None:
        self._module = module
        self._stages = stages
        self._pragmas = pragmas
        self._problems = problems
        self._made = 0
        self._names: set[str] = set()
        self.controllers: set[str] = set()  # functions that start stages and wait for them
        self.externals: dict[str, External] = {}  # arrays between stages, by the global that stands for each
        self.lasting: set[str] = set()  # globals that tasks use, which go on when a call is over
        self.inherited: dict[ObjectKey, tuple[Between, Use]] = {}  # arguments of stages that have stages

    def expand(self, function: Function, above: tuple[str, ...] = ()) -> Function:
        """A function of tasks; the tasks are added to the module."""
        return DataflowRegion(self, function, above).run()

    def flatten(self, function: Function) -> Function:
        """A function of tasks in which the tasks that have stages of their own are opened."""
        body: list[Instruction] = []
        for block in function.blocks.values():
            for one in block.instructions:
                task = self._module.functions.get(one.operands[1].name) if one.detail == TASK else None
                if task is None or not self.is_expanded(task):
                    body.append(one)
                    continue
                ends = list(one.operands[2 : 2 + (len(one.operands) - 2) // 2])
                name = plain_name(one.operands[0].name) or plain_name(task.plain_name)
                body += self.inlined(self.expand(task), name, ends, function.name)
        return replace_function(function, function.name, function.parameters, {"%entry": Block("%entry", body)})

    def inlined(self, inner: Function, prefix: str, ends: list[Operand], outer: str) -> list[Instruction]:
        """The streams and tasks of a network inside another one, with its arguments put in."""
        named = {one.name for one in inner.entry.instructions if one.name}
        substitute = {name: local(f"%{prefix}.{plain_name(name)}") for name in named}
        substitute |= {formal.name: end for formal, end in zip(inner.parameters, ends, strict=True)}
        made: list[Instruction] = []
        for source in inner.entry.instructions:
            if source.opcode == "ret":
                continue
            one = replace(source)
            if one.detail == TASK:
                task = one.operands[0].name
                one.operands = (local(f"%{prefix}_{plain_name(task)}"), *one.operands[1:])
            put_operands(one, substitute)
            if one.name:
                one.name = substitute[one.name].name
                self.move_pragmas((inner.name, source.name), (outer, one.name), ("", ""))
            made.append(one)
        return made

    # what the region of one function uses

    def refuse(self, one: Instruction, function: Function, what: str, expected: str, found: str, hint: str) -> None:
        """Notes a problem."""
        place = self._module.locations.of(one.debug) or function.location
        self._problems.append(problem_at(place, what, expected, found, hint))

    def callee(self, one: Instruction) -> Function:
        """The stage that is called."""
        return self._module.functions[one.detail]

    def function_of(self, call: Instruction) -> Function | None:
        """The function of a task."""
        return self._module.functions.get(call.operands[1].name)

    def add_global(self, one: Global) -> None:
        """One more variable of the module."""
        self._module.globals[one.name] = one

    def is_expanded(self, function: Function) -> bool:
        """Whether it has stages of its own."""
        return bool(stage_calls(function, self._stages))

    def calls(self, function: Function) -> list[tuple[Block, Instruction]]:
        """Calls of stages."""
        return stage_calls(function, self._stages)

    def add(self, function: Function) -> None:
        """One more function of the module."""
        self._module.functions[function.name] = function

    def fresh(self, name: str) -> str:
        """A name that is not there yet."""
        self._made += 1
        return f"{name}.{self._made}"

    def touches(self, function: Function, parameter: str) -> tuple[bool, bool]:
        """Whether a stage reads and whether it writes through an argument."""
        return touches(function, parameter, self._module)

    def between(self, function: Function, owner: str, element: Type, uses: list[Use]) -> Between:
        """A new array between stages, with the global that stands for it."""
        found = [self._pragmas.get((function.name, owner))]
        for use in uses:
            stage = self.callee(use.call)
            found.append(self._pragmas.get((stage.name, stage.parameters[use.place].name)))
        pragmas = next((one for one in found if one is not None), ObjectPragmas())
        base = name = plain_name(owner.partition(".")[0]).removeprefix("__") or "array"
        while name in self._names:
            name = f"{base}_{len(self._names)}"
        self._names.add(name)
        table = f"@{function.plain_name}.{name}"
        banks = 0 if pragmas.depth is not None else pragmas.banks or DEFAULT_BANKS
        one = Between(name, table, element, banks, pragmas.depth or 0, uses[0], tuple(uses[1:]))
        self._module.globals[table] = Global(table, one.table_type, False, "zeroinitializer")
        self._pragmas["", table] = pragmas
        kind = Protocol.MEMORY if banks else Protocol.FIFO
        self.externals[table] = External(name, None, kind, banks=banks)
        return one

    def counter(self, one: Between, stage: Function) -> str:
        """The global that counts the banks of one stage."""
        name = f"{one.table}.bank.{stage.name.lstrip('@')}"
        if one.banks:
            self._module.globals[name] = Global(name, one.bank_type, False, "zeroinitializer")
        return name

    def copy_pragmas(self, source: str, target: str) -> None:
        """Pragmas of a function's variables, for a copy of it."""
        self._pragmas.update({(target, name): one for (owner, name), one in self._pragmas.items() if owner == source})

    def move_pragmas(self, source: ObjectKey, target: ObjectKey, stage: ObjectKey) -> None:
        """Pragmas of an array that moves: those of its function, and those of the stage's argument."""
        found = self._pragmas.get(stage) or self._pragmas.get(source)
        if found is not None:
            self._pragmas[target] = found
