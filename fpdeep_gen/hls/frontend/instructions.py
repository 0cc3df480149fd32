"""LLVM instructions to operations, apart from control."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from fpdeep_gen.hls.frontend.bursts import BURST, BurstTransfers
from fpdeep_gen.hls.frontend.context import ProcessContext, bits_of
from fpdeep_gen.hls.frontend.diagnose import IGNORED_CALLS
from fpdeep_gen.hls.frontend.fences import FENCE, FENCE_OBJECT, FenceCalls
from fpdeep_gen.hls.frontend.intrinsics import lower_intrinsic
from fpdeep_gen.hls.frontend.llvm_instructions import BINARY, CASTS
from fpdeep_gen.hls.frontend.llvm_ir import Instruction, Operand, OperandKind
from fpdeep_gen.hls.frontend.llvm_types import ArrayType, PointerType, StructType, Type, field_offset, size_of
from fpdeep_gen.hls.frontend.memory import MemoryState
from fpdeep_gen.hls.frontend.streams import StreamTransfers
from fpdeep_gen.hls.frontend.transfers import Transfers
from fpdeep_gen.hls.frontend.values import NOWHERE, Address, Choice, Pointer, Value
from fpdeep_gen.hls.ir import BinaryKind, CompareKind, Operation
from fpdeep_gen.hls.passes.builder import Builder

_NO_EFFECT = (
    "@llvm.lifetime",
    "@llvm.assume",
    "@llvm.experimental",
    "@llvm.dbg",
    "@llvm.trap",
    "@llvm.ubsantrap",
    "@__hls_mark",
)


class InstructionLowering(ABC):
    """Lowers single instructions at `predicate`; where values come from is the region's affair."""

    def __init__(self, context: ProcessContext, builder: Builder) -> None:
        self.context = context
        self.builder = builder
        self.memory = MemoryState(builder, context.problem)
        self.transfers = Transfers(context, builder, self.memory)
        self.streams = StreamTransfers(context, builder)
        self.bursts = BurstTransfers(context, builder)
        self.fences = FenceCalls(builder, context.fences)
        self.predicate: Operation = builder.true()
        self._block = ""

    @abstractmethod
    def local_value(self, name: str, block: str) -> Value:
        """An instruction's result as `block` sees it."""

    def width_of(self, kind: Type) -> int:
        """Bits of a value of the type."""
        return bits_of(kind)

    def value(self, operand: Operand, block: str) -> Value:
        """Any operand."""
        match operand.kind:
            case OperandKind.INTEGER:
                return self.builder.constant(operand.value, bits_of(operand.type))
            case OperandKind.GLOBAL:
                owner = self.context.objects.get(operand.name)
                if owner is not None:
                    return Address(owner, operand.value)
            case OperandKind.LOCAL:
                return self._local(operand, block)
            case OperandKind.ZERO | OperandKind.UNDEFINED:
                return self.builder.constant(0, bits_of(operand.type))
        self._refuse("a value", "an integer, an array or a stream", operand.name)
        return self.builder.constant(0, bits_of(operand.type))

    def _local(self, operand: Operand, block: str) -> Value:
        stream = self.context.streams.get(operand.name)
        if stream is not None:
            return Address(stream)
        if operand.name not in self.context.defined:
            self._refuse("an argument", "streams only", operand.name, "pass values through a stream")
            return self.builder.constant(0, bits_of(operand.type))
        one = self.context.defined[operand.name][1]
        if one.opcode == "alloca":
            return Address(self.context.objects[operand.name])
        if one.opcode == "getelementptr" and one.offset is not None:
            terms = tuple((self._index(index, block), stride) for index, stride in one.offset.terms)
            return self._move(self.pointer(one.operands[0], block), one.offset.constant, terms)
        if one.opcode == "select" and isinstance(one.type, PointerType):
            condition = self.number(one.operands[0], block)
            return Choice(condition, self.pointer(one.operands[1], block), self.pointer(one.operands[2], block))
        return self.local_value(operand.name, block)

    def _index(self, operand: Operand, block: str) -> Operation:
        value = self.number(operand, block)
        known = self.context.congruences.get(operand.name)
        if known is not None:
            self.memory.indices.aligned[value] = known
        return value

    def _move(self, pointer: Pointer, constant: int, terms: tuple[tuple[Operation, int], ...]) -> Pointer:
        if isinstance(pointer, Choice):
            return Choice(
                pointer.condition,
                self._move(pointer.if_true, constant, terms),
                self._move(pointer.if_false, constant, terms),
            )
        return pointer.moved(constant, terms)

    def number(self, operand: Operand, block: str) -> Operation:
        """An operand that is a number."""
        found = self.value(operand, block)
        if isinstance(found, Operation):
            return found
        self._refuse("a value", "a number", "an address")
        return self.builder.constant(0, bits_of(operand.type))

    def pointer(self, operand: Operand, block: str) -> Pointer:
        """An operand that is an address."""
        found = self.value(operand, block)
        if not isinstance(found, Operation):
            return found
        self._refuse(
            "an address", "a variable, an array or a stream known at compile time", operand.name or "a pointer"
        )
        return NOWHERE

    def _refuse(self, what: str, expected: str, found: str, hint: str = "") -> None:
        self.context.problem(self.builder.location, what, expected, found, hint)

    def lower(self, one: Instruction) -> Value | None:
        """The result, if there is one."""
        self.memory.access = self.context.accesses.get(id(one), 0)
        if one.opcode in BINARY:
            left, right = (self.number(operand, self._block) for operand in one.operands)
            return self.builder.binary(BinaryKind[one.opcode.upper()], left, right)
        if one.opcode in CASTS:
            value = self.number(one.operands[0], self._block)
            return self.builder.resize(value, bits_of(one.type), one.opcode == "sext")
        handler: Callable[[Instruction], Value | None] | None = {
            "icmp": self._compare,
            "select": self._select,
            "load": self._load,
            "store": self._store,
            "call": self._call,
            "freeze": lambda one: self.value(one.operands[0], self._block),
            "extractvalue": self._extract,
            "insertvalue": self._insert,
        }.get(one.opcode)
        if handler is not None:
            return handler(one)
        hint = "use integers" if one.opcode.startswith("f") else ""
        self._refuse("an operation", "integer arithmetic", f"{one.opcode} {one.detail[:60]}", hint)
        return self.builder.constant(0, bits_of(one.type)) if one.name else None

    def _compare(self, one: Instruction) -> Value:
        left, right = (self.number(operand, self._block) for operand in one.operands)
        return self.builder.compare(CompareKind[one.detail.upper()], left, right)

    def _select(self, one: Instruction) -> Value | None:
        if isinstance(one.type, PointerType):
            return None  # worked out where it is used
        condition, if_true, if_false = (self.number(operand, self._block) for operand in one.operands)
        return self.builder.select(condition, if_true, if_false)

    def _load(self, one: Instruction) -> Value:
        if isinstance(one.type, PointerType):
            self._refuse("a pointer", "no pointers in arrays or variables", "a load of a pointer")
            return NOWHERE
        pointer = self.pointer(one.operands[0], self._block)
        return self.transfers.load(pointer, bits_of(one.type), self.predicate)

    def _store(self, one: Instruction) -> None:
        if isinstance(one.operands[0].type, PointerType):
            self._refuse("a pointer", "no pointers in arrays or variables", "a store of a pointer")
            return
        value = self.number(one.operands[0], self._block)
        self.transfers.store(self.pointer(one.operands[1], self._block), value, self.predicate)

    def _extract(self, one: Instruction) -> Value:
        whole = self.number(one.operands[0], self._block)
        return self.builder.extract(whole, 8 * _offset(one.operands[0].type, one.indices), bits_of(one.type))

    def _insert(self, one: Instruction) -> Value:
        whole, part = (self.number(operand, self._block) for operand in one.operands)
        low = 8 * _offset(one.operands[0].type, one.indices)
        high = low + part.width
        parts = [self.builder.extract(whole, 0, low)] if low else []
        parts.append(part)
        if high < whole.width:
            parts.append(self.builder.extract(whole, high, whole.width - high))
        return self.builder.concat(parts)

    def _call(self, one: Instruction) -> Value | None:
        callee = one.detail
        if callee.startswith(_NO_EFFECT):
            return None
        if callee.startswith(BURST):
            pointer, *rest = one.operands
            numbers = [self.number(operand, self._block) for operand in rest]
            return self.bursts.lower(callee, self.pointer(pointer, self._block), numbers, self.predicate)
        if callee.startswith(FENCE):
            self._fence(one)
            return None
        if callee.startswith("@__hls_"):
            return self._stream_call(one)
        if callee.startswith(("@llvm.memcpy", "@llvm.memmove")):
            target, source = (self.pointer(operand, self._block) for operand in one.operands[:2])
            may_overlap = callee.startswith("@llvm.memmove")
            self.transfers.copy(target, source, one.operands[2].value, self.predicate, may_overlap)
            return None
        if callee.startswith("@llvm.memset"):
            target = self.pointer(one.operands[0], self._block)
            self.transfers.fill(
                target, self.number(one.operands[1], self._block), one.operands[2].value, self.predicate
            )
            return None
        if callee.startswith("@llvm."):
            numbers = [self.number(operand, self._block) for operand in one.operands]
            made = lower_intrinsic(self.builder, callee, numbers)
            if made is not None:
                return made
        if callee in IGNORED_CALLS:
            return self.builder.constant(0, bits_of(one.type)) if one.name else None
        hint = "a function must be defined in the source and not recursive"
        self._refuse("a call", "a function that can be inlined", callee.lstrip("@"), hint)
        return self.builder.constant(0, bits_of(one.type)) if one.name else None

    def _fence(self, one: Instruction) -> None:
        if one.detail == FENCE_OBJECT:
            self.fences.object(self.pointer(one.operands[0], self._block), one.operands[1].value)
        else:
            self.memory.remote.fence()
            self.fences.fence(self.predicate)

    def _stream_call(self, one: Instruction) -> Value | None:
        pointer = self.pointer(one.operands[0], self._block)
        numbers = [operand.value for operand in one.operands[1:]]
        match one.detail:
            case "@__hls_stream_read":
                return self.streams.read(pointer, numbers, self.predicate)
            case "@__hls_stream_try_read":
                return self.streams.try_read(pointer, numbers, self.predicate)
            case "@__hls_token_ok":
                return self.streams.token_ok(pointer)
            case "@__hls_stream_begin":
                return self.streams.begin(pointer, numbers)
            case "@__hls_stream_write":
                self.streams.write(pointer, self.predicate)
                return None
            case "@__hls_stream_try_write":
                return self.streams.try_write(pointer, self.predicate)
            case "@__hls_stream_empty" | "@__hls_stream_full":
                return self.streams.status(pointer, one.detail == "@__hls_stream_empty")
            case "@__hls_stream_declare":
                hint = "add #pragma HLS DATAFLOW, and put each end of the stream into a function of its own"
                self._refuse("a stream", "streams as arguments of a process", "a stream declared in a process", hint)
            case _:
                self._refuse(
                    "a task", "tasks in a function with DATAFLOW, or in one of tasks alone", "a task in a process"
                )
        return None


def _offset(kind: Type, indices: tuple[int, ...]) -> int:
    total = 0
    for index in indices:
        if isinstance(kind, StructType):
            total += field_offset(kind, index)
            kind = kind.fields[index]
        elif isinstance(kind, ArrayType):
            total += index * size_of(kind.element)
            kind = kind.element
    return total
