"""A stage of a function with DATAFLOW on its way to a task: its arguments become streams and tokens, one by one."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fpdeep_gen.hls.frontend.between import Between, Use, handover, renamed
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, Operand, OperandKind, Parameter
from fpdeep_gen.hls.frontend.llvm_types import POINTER, IntegerType, Type
from fpdeep_gen.hls.frontend.rewriting import (
    TaskNetwork,
    bits_of_token,
    copied,
    local,
    number,
    plain_name,
    put_operands,
    receive,
    send,
)
from fpdeep_gen.hls.frontend.stage_results import Result

if TYPE_CHECKING:
    from fpdeep_gen.hls.frontend.dataflow import DataflowExpansion

STAGE_DONE = "__done"  # the stream on which a stage tells that it is done
_BIT = IntegerType(1)


@dataclass
class StageTask:
    """`stage`: a copy of the user's function, called `readable` in the network.

    `arguments` of the task (how many streams each) belong to the parameters `kept`. The stage does `head` when it
    begins and `tail` when it ends, with `substitute` in the place of parameters that are gone. The controller starts
    it with `before`, takes its `results` when it is done, and gets the ends of `streams`.
    """

    whole: "DataflowExpansion"
    network: TaskNetwork
    call: Instruction
    stage: Function
    readable: str
    arguments: list[tuple[Operand, int]] = field(default_factory=list)
    kept: list[Parameter] = field(default_factory=list)
    head: list[Instruction] = field(default_factory=list)
    tail: list[Instruction] = field(default_factory=list)
    substitute: dict[str, Operand] = field(default_factory=dict)
    before: list[Instruction] = field(default_factory=list)
    results: list[Instruction] = field(default_factory=list)
    streams: list[Parameter] = field(default_factory=list)

    @staticmethod
    def of(whole: "DataflowExpansion", network: TaskNetwork, call: Instruction, original: Function) -> "StageTask":
        """The stage that `call` starts, without arguments yet."""
        name = whole.fresh(original.name)
        readable = plain_name(original.plain_name) + name[name.rindex(".") :].replace(".", "_")
        stage = copied(original, name)
        whole.copy_pragmas(original.name, name)
        return StageTask(whole, network, call, stage, readable)

    def keep(self, name: str, actual: Operand, count: int = 1) -> None:
        """An argument of the task."""
        self.kept.append(Parameter(name, POINTER, count))
        self.arguments.append((actual, count))

    def _join(self, outer: str, inner: str, width: int = 1) -> None:
        """A stream between controller and stage."""
        self.keep(inner, local(outer))
        self.streams.append(Parameter(outer, POINTER, 1))
        self.network.stream(outer, width, self.call.debug)

    def take_bank(self, parameter: Parameter, one: Between, use: Use) -> None:
        """The argument is an array between stages: tokens in its place, or nothing where it is a FIFO."""
        for token, _ in one.tokens(use) if one.banks else ():
            self.keep(f"%{token}", local(f"%{token}"))
        if self.whole.is_expanded(self.stage) and not use.by_value:
            self.whole.inherited[self.stage.name, parameter.name] = (one, use)
            return
        done = handover(one, use, self.whole.counter(one, self.stage), self.call.debug)
        self.head += done.before
        self.tail += done.after
        if use.by_value:
            self.head += use.loaded(parameter.name, done.address, self.call.debug)
        else:
            self.substitute[parameter.name] = done.address

    def give_result(self, parameter: Parameter, actual: Operand, kind: Type) -> None:
        """The argument is a variable of the controller: it goes in with the start and comes back with the end.

        The stage has one of its own.
        """
        result, stage = Result(self.call, parameter, actual, kind), f"%{self.readable}"
        self.head.append(Instruction(parameter.name, "alloca", POINTER, element=kind, debug=self.call.debug))
        ways = ["made"]
        if result.is_given(self.whole):
            before, head = result.given(stage)
            self.before += before
            self.head += head
            ways.insert(0, "given")
        tail, after = result.made(stage)
        self.tail += tail
        self.results += after
        for way in ways:
            for outer, inner, number_type in result.streams(stage):
                self._join(f"{outer}_{way}", f"{inner}.{way}", number_type.width)

    def take_value(self, parameter: Parameter, actual: Operand) -> None:
        """The argument is a number, or a word that the controller sends."""
        if actual.kind is not OperandKind.LOCAL:
            value = actual.value if actual.kind is OperandKind.INTEGER else 0
            self.substitute[parameter.name] = Operand(OperandKind.INTEGER, parameter.type, "", value)
            return
        token, inner = f"%{self.readable}_{plain_name(parameter.name)}", f"%__start_{plain_name(parameter.name)}"
        self.before += send(token, f"{token}.word", actual, self.call.debug)
        self.head += receive(inner, parameter.name, parameter.type, self.call.debug)
        self._join(token, inner, bits_of_token(parameter.type))

    def start_and_wait(self) -> list[Instruction]:
        """A bit starts a stage without words from the controller. What the controller does to wait for its end."""
        debug = self.call.debug
        if not self.before:
            token = f"%{self.readable}_start"
            self.before = send(token, f"{token}.word", number(1, 1), debug)
            self.head += receive("%__start", "%__start_bit", _BIT, debug)
            self._join(token, "%__start")
        done = f"%{self.readable}_done"
        self._join(done, f"%{STAGE_DONE}")
        for block in self.stage.blocks.values():
            if block.instructions[-1].opcode == "ret":
                tokens = send(f"%{STAGE_DONE}", f"{block.name}.done", number(1, 1), debug)
                block.instructions[-1:-1] = tokens
        return [*receive(done, f"%{self.readable}_done_bit", _BIT, debug), *self.results]

    def finish(self) -> None:
        """Puts all of it into the stage's code."""
        for block in self.stage.blocks.values():
            if self.tail and block.instructions[-1].opcode == "ret":
                block.instructions[-1:-1] = renamed(tuple(self.tail), plain_name(block.name))
        for block in self.stage.blocks.values():
            for one in block.instructions:
                put_operands(one, self.substitute)
        self.stage.entry.instructions[0:0] = self.head
        self.stage.parameters = self.kept
