"""A quick model of the logic a scheduled process takes: DSPs of its products, LUTs of the rest, registers."""

from math import ceil

from fpdeep_gen.hls.emit.report import Resources, memory_resources
from fpdeep_gen.hls.ir import Binary, BinaryKind, Compare, Constant, Operation, Select
from fpdeep_gen.hls.parts import XC7, Family
from fpdeep_gen.hls.schedule.arithmetic import signed
from fpdeep_gen.hls.schedule.delays import significant
from fpdeep_gen.hls.schedule.model import ProcessSchedule, RegionSchedule

_LUTS_PER_STAGE = 2


def process_resources(schedule: ProcessSchedule, register_bits: int, family: Family = XC7) -> Resources:
    """Sum over regions, memories, variables and pipeline registers of one process."""
    total = Resources(0, 0.0, 0, register_bits + sum(variable.width for variable in schedule.variables))
    for plan in schedule.memories:
        if not plan.memory.is_external:
            total += memory_resources(plan, family)
    for region in schedule.regions:
        total += _region(region, family)
    return total


def _region(schedule: RegionSchedule, family: Family) -> Resources:
    total = Resources(0, 0.0, _LUTS_PER_STAGE * schedule.depth, schedule.depth)
    for operation in schedule.region.operations:
        total += _operation(operation, family)
    return total


def _operation(operation: Operation, family: Family) -> Resources:
    match operation:
        case Binary(kind=BinaryKind.MUL):
            return _product(operation, family.dsp_operands)
        case Binary(kind=BinaryKind.ADD | BinaryKind.SUB):
            return Resources(lut=operation.width)
        case Binary(kind=BinaryKind.SHL | BinaryKind.LSHR | BinaryKind.ASHR):
            constant = isinstance(operation.right, Constant)
            return Resources(lut=0 if constant else operation.width * ceil(operation.width.bit_length() / 2))
        case Binary(kind=BinaryKind.AND | BinaryKind.OR | BinaryKind.XOR):
            return Resources(lut=ceil(operation.width / 2))
        case Binary():
            return Resources(lut=operation.width * operation.width)
        case Compare():
            return Resources(lut=ceil(operation.left.width / 3))
        case Select():
            return Resources(lut=ceil(operation.width / 2))
        case _:
            return Resources()


def _product(operation: Binary, operands: tuple[int, int]) -> Resources:
    wide, narrow = sorted((_operand(operation.left), _operand(operation.right)), reverse=True)
    if wide + narrow <= 12:
        return Resources(lut=wide * narrow)
    count = ceil((wide - 1) / (operands[0] - 1)) * ceil((narrow - 1) / (operands[1] - 1))
    return Resources(dsp=count, ff=-operation.width)  # the product's register is inside of the DSP


def _operand(operation: Operation) -> int:
    """Bits of a factor as a signed number."""
    if isinstance(operation, Constant):
        return signed(operation.value, operation.width).bit_length() + 1
    return significant(operation)
