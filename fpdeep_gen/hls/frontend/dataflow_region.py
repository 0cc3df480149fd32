"""The tasks of one function with DATAFLOW: its stages, and the controller where it does more than call them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fpdeep_gen.hls.frontend.between import Between, Use, uses_of
from fpdeep_gen.hls.frontend.cfg import find_loops
from fpdeep_gen.hls.frontend.extents import streams_used
from fpdeep_gen.hls.frontend.fences import FENCE
from fpdeep_gen.hls.frontend.free_tasks import add_tasks, takes_values
from fpdeep_gen.hls.frontend.liveness import definitions
from fpdeep_gen.hls.frontend.llvm_ir import Block, Function, Instruction, Operand, OperandKind, Parameter
from fpdeep_gen.hls.frontend.llvm_types import POINTER, VOID, PointerType, Type
from fpdeep_gen.hls.frontend.optimise import TASK
from fpdeep_gen.hls.frontend.rewriting import (
    TaskNetwork,
    base_of,
    bytes_of,
    copied,
    local,
    plain_name,
    replace_function,
)
from fpdeep_gen.hls.frontend.stage_results import (
    MOST_NUMBERS,
    check_uses,
    different,
    numbers_of,
    users_of,
    waits_at_return,
)
from fpdeep_gen.hls.frontend.stage_task import StageTask
from fpdeep_gen.hls.frontend.unrolling import DECLARE

if TYPE_CHECKING:
    from fpdeep_gen.hls.frontend.dataflow import DataflowExpansion

_MARK = "@__hls_mark"
_COPIES = ("@llvm.memcpy", "@llvm.memmove", "@llvm.memset")  # of whole structures of one number, as `ap_int` is
_PASSIVE = ("alloca", "getelementptr", "ret")


class DataflowRegion:
    """One function with stages."""

    def __init__(self, whole: "DataflowExpansion", function: Function, above: tuple[str, ...]) -> None:
        self._whole = whole
        self._function = function
        self._above = (*above, function.name)
        self._defined = definitions(function)
        self._network = TaskNetwork()
        self._declared = {
            one.operands[0].name: one
            for block in function.blocks.values()
            for one in block.instructions
            if one.detail == DECLARE
        }
        self._parameters = {one.name: one for one in function.parameters}
        self._calls = whole.calls(function)
        self._dropped: set[int] = set()  # loads of scalars that go from stage to stage
        self._between: dict[str, Between] = {}
        self._taking: dict[tuple[int, int], tuple[Between, Use]] = {}  # by call and argument

    def run(self) -> Function:
        """The function of tasks."""
        self._refuse_fences()
        self._find_between()
        pure = self._is_pure() and not takes_values(self._whole, self._function)
        extra: list[Parameter] = []
        starts: dict[int, list[Instruction]] = {}
        waits: dict[int, list[Instruction]] = {}
        for call in different(self._calls) if pure else [call for _, call in self._calls]:
            if call.detail in self._above:
                self._whole.refuse(
                    call, self._function, "a call", "no recursion", "a stage that calls itself", "write a loop"
                )
                continue
            before, after, more = self._stage(call, pure)
            starts[id(call)], waits[id(call)] = before, after
            extra.extend(more)
        for key, (before, more) in add_tasks(self._whole, self._function, self._network).items():
            starts[key], waits[key] = before, []
            extra.extend(more)
        if not pure:
            self._controller(starts, waits, extra)
        structure = [
            one
            for block in self._function.blocks.values()
            for one in block.instructions
            if (one.opcode == "alloca" and one.name in self._owners()) or one.opcode == "getelementptr"
            if one.offset is None or not one.offset.terms
        ]
        declares = list(self._declared.values())
        body = [*structure, *declares, *self._network.streams, *self._network.tasks, Instruction("", "ret", VOID)]
        return replace_function(
            self._function, self._function.name, self._function.parameters, {"%entry": Block("%entry", body)}
        )

    def _owners(self) -> set[str]:
        return {owner for owner in (self._root(local(name))[0] for name in self._declared) if owner}

    def _root(self, operand: Operand) -> tuple[str, int]:
        """The alloca, parameter or global behind an address, and the bytes from its start; "" when it is not plain."""
        at = operand.value if operand.kind is OperandKind.GLOBAL else 0
        while operand.kind is OperandKind.LOCAL and operand.name in self._defined:
            one = self._defined[operand.name][1]
            if one.opcode == "alloca":
                return operand.name, at
            if one.opcode != "getelementptr" or one.offset is None:
                return "", 0
            at += one.offset.constant
            operand = one.operands[0]
        return operand.name, at

    def _is_stream(self, owner: str) -> bool:
        if owner in self._parameters:
            return True
        return any(self._root(local(name))[0] == owner for name in self._declared)

    def _is_pure(self) -> bool:
        for block in self._function.blocks.values():
            for one in block.instructions:
                if one.opcode == "call" and (
                    one.detail in (DECLARE, TASK) or one.detail.startswith((_MARK, "@llvm.lifetime"))
                ):
                    continue
                if one.opcode == "call" and any(one is call for _, call in self._calls):
                    scalars = (
                        operand
                        for place, operand in enumerate(one.operands)
                        if not isinstance(operand.type, PointerType) and (id(one), place) not in self._taking
                    )
                    if any(operand.kind is OperandKind.LOCAL for operand in scalars):
                        return False
                elif (
                    id(one) not in self._dropped
                    and one.opcode not in _PASSIVE
                    and not (one.opcode == "br" and len(one.targets) == 1)
                ):
                    return False
        return not find_loops(self._function).loops

    # stages

    def _stage(self, call: Instruction, pure: bool) -> tuple[list[Instruction], list[Instruction], list[Parameter]]:
        """Adds the stage as a task. What the controller does to start it, to wait for it, and with which streams."""
        original = self._whole.callee(call)
        task = StageTask.of(self._whole, self._network, call, original)
        if not isinstance(call.type, type(VOID)):
            hint = "hand the result on through a stream"
            told = ("a dataflow stage", "a function without a result", "one with", hint)
            self._whole.refuse(call, self._function, *told)
        for place, (parameter, actual) in enumerate(zip(original.parameters, call.operands, strict=False)):
            taking = self._taking.get((id(call), place)) or self._whole.inherited.get(
                (self._function.name, actual.name)
            )
            if taking is not None:
                task.take_bank(parameter, *taking)
            elif not pure and (kind := self._result_type(call, place)) is not None:
                self._result(task, parameter, actual, kind)
            elif isinstance(parameter.type, PointerType):
                self._pointer(task, parameter, actual)
            else:
                task.take_value(parameter, actual)
        after = [] if pure else task.start_and_wait()
        task.finish()
        self._whole.add(task.stage)
        if self._whole.is_expanded(task.stage):
            opened = self._whole.expand(task.stage, (*self._above, original.name))
            ends = [end for end, _ in task.arguments]
            for one in self._whole.inlined(opened, task.readable, ends, self._function.name):
                (self._network.tasks if one.detail == TASK else self._network.streams).append(one)
        else:
            self._network.task(task.readable, task.stage.name, task.arguments, call.debug)
        return task.before, after, task.streams

    def _result(self, task: StageTask, parameter: Parameter, actual: Operand, kind: Type) -> None:
        """The argument is a variable of the controller that the stage changes."""
        if waits_at_return(self._whole, self._function, self._calls):
            hint = "call all stages in one place, behind one another"
            told = (plain_name(actual.name), "a result of one place", "several", hint)
            self._whole.refuse(task.call, self._function, *told)
        check_uses(self._whole, self._function, actual, task.call, self._calls)
        task.give_result(parameter, actual, kind)

    def _find_between(self) -> None:
        """The arrays and scalars that one stage fills and later ones read."""
        calls = {id(call): call for _, call in self._calls}
        for owner, (_, made) in self._defined.items():
            if made.opcode != "alloca" or made.element is None or self._is_stream(owner):
                continue
            uses, loads, other = uses_of(owner, self._function, calls)
            alone = len({id(use.call) for use in uses}) == len(uses)
            whole = all(use.by_value or self._root(use.call.operands[use.place])[1] == 0 for use in uses)
            if len(uses) < 2 or other or not alone or not whole:
                continue
            found = [self._touches(use) for use in uses]
            if not found[0][1] or any(writes for _, writes in found[1:-1]):
                self._refuse_order(owner, uses, found)
            one = self._whole.between(self._function, owner, made.element, uses)
            if not one.banks and (len(uses) > 2 or found[0][0] or found[1][1]):
                expected = "a FIFO that one stage writes and another reads"
                self._whole.refuse(uses[0].call, self._function, plain_name(owner), expected, "other accesses", "")
            self._between[owner] = one
            self._dropped.update(id(load) for load in loads)
            for use in uses:
                self._taking[id(use.call), use.place] = (one, use)
            if one.banks:
                for token in dict.fromkeys(name for use in uses for name, _ in one.tokens(use)):
                    self._network.stream(f"%{token}", 1, made.debug, one.banks)

    def _refuse_fences(self) -> None:
        for block in self._function.blocks.values():
            for one in block.instructions:
                if one.detail == FENCE:
                    hint = "put it into the stage whose accesses it orders"
                    self._whole.refuse(one, self._function, "a fence", "one in a stage", "one between stages", hint)

    def _result_type(self, call: Instruction, place: int) -> Type | None:
        """Of a variable of the controller that one stage changes and only the controller uses besides."""
        owner, at = self._root(call.operands[place])
        if at or owner not in self._defined or self._defined[owner][1].element is None or self._is_stream(owner):
            return None
        kind = self._defined[owner][1].element or VOID
        calls = {id(one): one for _, one in self._calls}
        uses, _, other = uses_of(owner, self._function, calls)
        accesses = all(one.opcode in ("load", "store") or one.detail.startswith(_COPIES) for one in other)
        changed = [use for use in uses if not use.by_value]  # what is handed by value, the controller reads before
        fits = 0 < len(numbers_of(kind)) <= MOST_NUMBERS
        return kind if fits and len(changed) == 1 and other and accesses else None

    def _touches(self, use: Use) -> tuple[bool, bool]:
        """Whether a stage reads, and whether it writes."""
        stage = self._whole.callee(use.call)
        return (True, False) if use.by_value else self._whole.touches(stage, stage.parameters[use.place].name)

    def _refuse_order(self, owner: str, uses: list[Use], found: list[tuple[bool, bool]]) -> None:
        names = [self._whole.callee(use.call).plain_name for use in uses]
        kinds = {(True, True): "reads and writes", (True, False): "reads", (False, True): "writes"}
        text = ", ".join(f"{name} {kinds.get(kind, 'ignores')}" for name, kind in zip(names, found, strict=True))
        expected = "an array that the first stage writes and later ones read"
        hint = "let one stage write it; give each stage that changes it an array of its own for the result"
        self._whole.refuse(uses[0].call, self._function, f"array {plain_name(owner)}", expected, text, hint)

    def _pointer(self, task: StageTask, parameter: Parameter, actual: Operand) -> None:
        """The argument is a stream, an array of the top, or one that the stage alone uses, which moves into it."""
        owner, at = self._root(actual)
        if actual.kind is OperandKind.GLOBAL or owner.startswith("@"):
            task.substitute[parameter.name] = Operand(OperandKind.GLOBAL, POINTER, owner, at)
            return
        if owner and self._is_stream(owner):
            total = self._parameters[owner].bytes if owner in self._parameters else bytes_of(self._defined[owner][1])
            behind = max(1, total - at)
            if behind > 1 and not parameter.bytes:  # a part of a larger array, which C++ does not tell the length of
                used = streams_used(self._whole.callee(task.call), parameter.name)
                behind = min(behind, used) if used else behind
            task.keep(parameter.name, actual, parameter.bytes or behind)
            return
        original = self._whole.callee(task.call)
        what = f"argument {plain_name(parameter.name)} of {original.plain_name}"
        if not owner:
            expected = "a stream, or an array that this stage alone uses"
            self._whole.refuse(task.call, self._function, what, expected, "an address of run time", "")
            return
        if at or users_of(owner, self._function, self._root) != 1:
            hint = "put what else uses it into a function of its own, or send the elements through an hls::stream"
            found = f"{plain_name(owner)}, which other code uses too"
            expected = "an array that this stage alone uses"
            self._whole.refuse(task.call, self._function, what, expected, found, hint)
            return
        moved = self._defined[owner][1]
        task.head.append(Instruction(parameter.name, "alloca", POINTER, element=moved.element, debug=moved.debug))
        inside = (task.stage.name, parameter.name)
        self._whole.move_pragmas((self._function.name, owner), inside, (original.name, parameter.name))

    # the controller

    def _controller(
        self, starts: Mapping[int, list[Instruction]], waits: Mapping[int, list[Instruction]], extra: list[Parameter]
    ) -> None:
        """What is left of the function, as a task."""
        name = self._whole.fresh(self._function.name)
        function = copied(self._function, name)
        self._whole.copy_pragmas(self._function.name, name)
        at_end = waits_at_return(self._whole, self._function, self._calls)
        ending = [wait for _, call in self._calls for wait in waits.get(id(call), [])]
        for block, original in zip(function.blocks.values(), self._function.blocks.values(), strict=True):
            made: list[Instruction] = []
            pending: list[Instruction] = []
            last = max((n for n, one in enumerate(original.instructions) if id(one) in starts), default=-1)
            for at, (one, source) in enumerate(zip(block.instructions, original.instructions, strict=True)):
                if id(source) in starts:
                    made += starts[id(source)]
                    pending += waits[id(source)]
                    if at == last and not at_end:
                        made += pending
                elif one.opcode == "ret" and at_end:
                    made += [*ending, one]
                elif one.detail != DECLARE and id(source) not in self._dropped:
                    made.append(one)
            block.instructions[:] = made
        owners = self._owners()
        for block in function.blocks.values():
            block.instructions[:] = [one for one in block.instructions if one.name not in owners]
        inner = definitions(function)
        used: set[str] = set()
        for block in function.blocks.values():
            for one in block.instructions:
                if one.opcode != "getelementptr" and not one.detail.startswith("@llvm.lifetime"):
                    used.update(base_of(operand, inner) for operand in one.operands)
        outer = [one for one in self._function.parameters if one.name in used or not isinstance(one.type, PointerType)]
        own = [Parameter(owner, POINTER, bytes_of(self._defined[owner][1])) for owner in sorted(owners & used)]
        function.parameters = [*outer, *own, *extra]
        self._whole.add(function)
        self._whole.controllers.add(name)
        arguments = [(local(one.name), max(1, one.bytes)) for one in function.parameters]
        self._network.task(plain_name(self._function.plain_name) + "_control", name, arguments, -1)
