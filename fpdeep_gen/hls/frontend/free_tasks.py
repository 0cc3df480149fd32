"""Tasks beside a controller: they run for ever, and may take values and arrays of the top besides their streams.

A value is that of the first call: the controller offers it in each call, and the task takes it once and keeps it.
"""

from typing import TYPE_CHECKING

from fpdeep_gen.hls.frontend.llvm_ir import Block, Function, Global, Instruction, Operand, OperandKind, Parameter
from fpdeep_gen.hls.frontend.llvm_types import POINTER, VOID, IntegerType, PointerType
from fpdeep_gen.hls.frontend.network import task_arguments, task_calls
from fpdeep_gen.hls.frontend.optimise import TASK
from fpdeep_gen.hls.frontend.rewriting import (
    TaskNetwork,
    copied,
    local,
    plain_name,
    put_operands,
    receive,
    replace_function,
    send,
)

if TYPE_CHECKING:
    from fpdeep_gen.hls.frontend.dataflow import DataflowExpansion

_BIT = IntegerType(1)
_TRY = "@__hls_stream_try_write"
Given = tuple[
    list[Instruction], list[Parameter]
]  # what the controller does in the place of a task, and with which streams


def add_tasks(whole: "DataflowExpansion", function: Function, network: TaskNetwork) -> dict[int, Given]:
    """Adds the tasks that a function starts beside its stages; what its controller does, by the id of each call."""
    return {id(call): _add(whole, function, call, network) for call in task_calls(function)}


def takes_values(whole: "DataflowExpansion", function: Function) -> bool:
    """Whether a task gets more than streams."""
    callees = (whole.function_of(call) for call in task_calls(function))
    plain = all(
        isinstance(one.type, PointerType) for callee in callees if callee is not None for one in callee.parameters
    )
    return not plain


def _add(whole: "DataflowExpansion", function: Function, call: Instruction, network: TaskNetwork) -> Given:
    callee = whole.function_of(call)
    if callee is None:
        network.tasks.append(call)
        return [], []
    instance = plain_name(call.operands[0].name) or plain_name(callee.plain_name)
    name = whole.fresh(callee.name)
    task = copied(callee, name)
    whole.copy_pragmas(callee.name, name)
    before: list[Instruction] = []
    head: list[Instruction] = []
    values: list[Instruction] = []
    streams: list[Parameter] = []
    kept: list[Parameter] = []
    arguments: list[tuple[Operand, int]] = []
    substitute: dict[str, Operand] = {}
    for parameter, actual, size in zip(callee.parameters, *task_arguments(call), strict=False):
        if isinstance(parameter.type, PointerType) and actual.kind is OperandKind.GLOBAL:
            substitute[parameter.name] = actual
            whole.lasting.add(actual.name)
        elif isinstance(parameter.type, PointerType):
            kept.append(parameter)
            arguments.append((actual, size))
        elif isinstance(parameter.type, IntegerType):
            token, inner = f"%{instance}_{plain_name(parameter.name)}", f"%__given_{plain_name(parameter.name)}"
            kind = parameter.type
            value = Operand(OperandKind.LOCAL, kind, f"{token}.value")
            before.append(Instruction(value.name, "load", kind, (actual,), debug=call.debug))
            before += _offered(send(token, f"{token}.word", value, call.debug), f"{token}.taken")
            held = f"@{name.lstrip('@')}.{plain_name(parameter.name)}"
            whole.add_global(Global(held, kind, False, "zeroinitializer"))
            at = Operand(OperandKind.GLOBAL, POINTER, held)
            first = Operand(OperandKind.LOCAL, kind, f"{inner}.first")
            head += receive(inner, first.name, kind, call.debug)
            head.append(Instruction("", "store", VOID, (first, at), debug=call.debug))
            values.append(Instruction(parameter.name, "load", kind, (at,), debug=call.debug))
            kept.append(Parameter(inner, POINTER, 1))
            arguments.append((local(token), 1))
            streams.append(Parameter(token, POINTER, 1))
            network.stream(token, kind.width, call.debug)
        else:
            what = f"argument {plain_name(parameter.name)} of {callee.plain_name}"
            whole.refuse(call, function, what, "a stream, an array or a number", "another value", "")
    if not substitute and not head and not whole.is_expanded(callee):
        network.tasks.append(call)  # tasks of one function share its module
        return [], []
    for block in task.blocks.values():
        for one in block.instructions:
            put_operands(one, substitute)
    if head:
        task = _once(whole, task, head, values, call.debug)
    task.parameters = kept
    whole.add(task)
    if whole.is_expanded(task):
        opened = whole.inlined(
            whole.expand(task, (function.name,)), instance, [end for end, _ in arguments], function.name
        )
        for one in opened:
            (network.tasks if one.detail == TASK else network.streams).append(one)
    else:
        network.task(instance, name, arguments, call.debug)
    return before, streams


def _offered(writes: list[Instruction], name: str) -> list[Instruction]:
    """The same word, written if there is room for it."""
    last = writes[-1]
    return [*writes[:-1], Instruction(name, "call", _BIT, last.operands, _TRY, debug=last.debug)]


def _once(
    whole: "DataflowExpansion", task: Function, head: list[Instruction], values: list[Instruction], debug: int
) -> Function:
    """The task with `head` before its first activation alone, and `values` before each."""
    known = f"@{task.name.lstrip('@')}.known"
    whole.add_global(Global(known, IntegerType(8), False, "zeroinitializer"))
    at = Operand(OperandKind.GLOBAL, POINTER, known)
    seen, kind = Operand(OperandKind.LOCAL, IntegerType(8), "%__known"), IntegerType(8)
    zero, one = (Operand(OperandKind.INTEGER, kind, "", value) for value in (0, 1))
    test = Operand(OperandKind.LOCAL, _BIT, "%__is_first")
    entry, first, body = "%__entry", "%__first", task.entry
    start = [
        Instruction(seen.name, "load", kind, (at,), debug=debug),
        Instruction(test.name, "icmp", _BIT, (seen, zero), "eq", debug=debug),
        Instruction("", "br", VOID, (test,), targets=(first, body.name), debug=debug),
    ]
    head = [
        *head,
        Instruction("", "store", VOID, (one, at), debug=debug),
        Instruction("", "br", VOID, (), targets=(body.name,), debug=debug),
    ]
    body.instructions[0:0] = values
    blocks = {entry: Block(entry, start), first: Block(first, head), **task.blocks}
    return replace_function(task, task.name, task.parameters, blocks)
