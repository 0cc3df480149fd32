"""What pragmas say of arrays and streams: marker calls on a variable, read from LLVM IR before they are taken out."""

from dataclasses import dataclass, field
from enum import Enum, auto

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, LlvmModule, Operand, OperandKind
from fpdeep_gen.hls.frontend.llvm_types import ArrayType, IntegerType, StructType, Type
from fpdeep_gen.hls.frontend.places import problem_at
from fpdeep_gen.hls.frontend.pragma_kinds import APART, NEVER_MEETS, PARTITION_CODES, STORAGE_CODES, URAM_CODE
from fpdeep_gen.hls.ir import Location, Storage

PARTITION = "@__hls_mark_partition"
STORAGE = "@__hls_mark_storage"
DEPTH = "@__hls_mark_depth"
BANKS = "@__hls_mark_banks"
DEPENDENCE = "@__hls_mark_dependence"
RESET = "@__hls_mark_reset"
OBJECT_MARKERS = (PARTITION, STORAGE, DEPTH, BANKS, DEPENDENCE, RESET)


class PartitionKind(Enum):
    """How the elements of a dimension are dealt out to banks: each its own, in turn, or in runs."""

    COMPLETE = auto()
    CYCLIC = auto()
    BLOCK = auto()


@dataclass(frozen=True, slots=True)
class Partition:
    """`factor`: the number of banks (COMPLETE: as many as elements)."""

    kind: PartitionKind
    factor: int = 0


COMPLETE = Partition(PartitionKind.COMPLETE)


@dataclass(slots=True)
class ObjectPragmas:
    """What pragmas say of an array or a stream. `partitions`: by dimension from 1, 0 = all.

    `banks`: copies of an array between stages. `reset`: where RESET asks for its first content at reset.
    """

    partitions: dict[int, Partition] = field(default_factory=dict)
    storage: Storage | None = None
    wants_uram: bool = False
    distance: int | None = 1
    is_apart: bool = False  # accesses of one iteration never meet
    depth: int | None = None
    banks: int | None = None
    reset: Location | None = None

    def partition(self, place: int, count: int) -> Partition | None:
        """How dimension `place` (from 0) of `count` elements is split; None: not at all."""
        found = self.partitions.get(place + 1) or self.partitions.get(0)
        if found is None or found.kind is PartitionKind.COMPLETE:
            return found
        if found.factor >= count:
            return COMPLETE
        return found if found.factor > 1 else None


ObjectKey = tuple[str, str]  # function ("" for globals), name


def read_object_pragmas(module: LlvmModule, problems: list[Problem]) -> dict[ObjectKey, ObjectPragmas]:
    """The pragmas of every variable that has some; those that name no variable are added to `problems`."""
    found: dict[ObjectKey, ObjectPragmas] = {}
    for function in module.functions.values():
        defined = {one.name: one for block in function.blocks.values() for one in block.instructions if one.name}
        for block in function.blocks.values():
            for call in block.instructions:
                if call.opcode != "call" or call.detail not in OBJECT_MARKERS:
                    continue
                key = _object_of(function, call, defined)
                numbers = [operand.value for operand in call.operands[1:]]
                constant = all(operand.kind is OperandKind.INTEGER for operand in call.operands[1:])
                place = module.locations.of(call.debug)
                if key is None:
                    expected = "a variable of this function, or an argument that stands for one array"
                    problems.append(problem_at(place, "pragma HLS", expected, "something else"))
                elif not constant:
                    problems.append(problem_at(place, "pragma HLS", "constant arguments", "a value of run time"))
                elif call.detail == PARTITION and (
                    wrong := _wrong_partition(numbers, _type_of(call.operands[0], module, defined))
                ):
                    problems.append(problem_at(place, *wrong))
                elif call.detail == RESET:
                    found.setdefault(key, ObjectPragmas()).reset = place
                else:
                    _note(found.setdefault(key, ObjectPragmas()), call.detail, numbers)
    return found


def _type_of(operand: Operand, module: LlvmModule, defined: dict[str, Instruction]) -> Type | None:
    """Of a whole variable; None of a part of one, and of an argument."""
    if operand.kind is OperandKind.GLOBAL:
        found = module.globals.get(operand.name)
        return found.type if found is not None and operand.value == 0 else None
    return defined[operand.name].element if operand.name in defined else None


def _wrong_partition(numbers: list[int], kind: Type | None) -> tuple[str, ...]:
    """What, expected and found; empty where nothing is wrong, or the variable's dimensions are not known here."""
    dimension, _, factor = numbers
    if factor < 0:
        return "factor of a partition", "a positive constant", str(factor)
    count = _dimensions(kind) if kind is not None else None
    if dimension < 0 or (count is not None and dimension > max(count, 1)):
        last = "" if count is None else f" to {count}"
        return "dim of a partition", f"a dimension of the array, 1{last}, or 0 for all", str(dimension)
    return ()


def _dimensions(kind: Type) -> int | None:
    """Of an array of numbers; None of one of structures, which may hold further ones."""
    count = 0
    while isinstance(kind, ArrayType):
        kind, count = kind.element, count + 1
    while isinstance(kind, StructType) and len(kind.fields) == 1:
        kind = kind.fields[0]
    return count if isinstance(kind, IntegerType) else None


def _note(pragmas: ObjectPragmas, marker: str, numbers: list[int]) -> None:
    match marker:
        case "@__hls_mark_partition":
            dimension, kind, factor = numbers
            pragmas.partitions[dimension] = Partition(PartitionKind[PARTITION_CODES[kind].upper()], factor)
        case "@__hls_mark_storage":
            pragmas.wants_uram = numbers[0] == URAM_CODE
            pragmas.storage = Storage.BLOCK if pragmas.wants_uram else STORAGE_CODES[numbers[0]]
        case "@__hls_mark_depth":
            pragmas.depth = numbers[0]
        case "@__hls_mark_banks":
            pragmas.banks = numbers[0]
        case _ if numbers[0] == APART:
            pragmas.is_apart = True
        case _:
            pragmas.distance = None if numbers[0] == NEVER_MEETS else numbers[0]


def _object_of(function: Function, call: Instruction, defined: dict[str, Instruction]) -> ObjectKey | None:
    operand = call.operands[0]
    while operand.kind is OperandKind.LOCAL:
        made = defined.get(operand.name)
        if made is None or made.opcode == "alloca":
            return (function.name, operand.name)
        if made.opcode != "getelementptr":
            return None
        operand = made.operands[0]
    return ("", operand.name) if operand.kind is OperandKind.GLOBAL else None
