"""Delay model: nanoseconds of logic and routing for each operation, and the part of a clock period a stage may fill.

The figures stand for a mid-speed 7-series part with average routing; other families have a factor (`parts`). They are
an assumption: no place and route for these parts is available here; `benchmarks/place_route.py` holds their ratios
against that of another family (docs/hls.md). They decide only where pipeline registers go.
"""

from dataclasses import dataclass
from math import ceil, log2

from fpdeep_gen.hls.ir import (
    Binary,
    BinaryKind,
    Binding,
    Cast,
    Compare,
    Concat,
    Constant,
    Extract,
    Load,
    Operation,
    Select,
    Storage,
    StreamEmpty,
    StreamFull,
    StreamRead,
    StreamTryRead,
    StreamTryWrite,
)
from fpdeep_gen.hls.parts import XC7, Family
from fpdeep_gen.hls.schedule.arithmetic import signed

MARGIN = 0.15  # of the period: clock uncertainty, set-up, clock to output
_LOGIC = frozenset({BinaryKind.AND, BinaryKind.OR, BinaryKind.XOR})
_SUMS = frozenset({BinaryKind.ADD, BinaryKind.SUB})
_SHIFTS = frozenset({BinaryKind.SHL, BinaryKind.LSHR, BinaryKind.ASHR})


@dataclass(frozen=True)
class Timing:
    """When a result is there: `latency` whole stages later (0: in the same one), `delay` ns into that stage.

    `registered_operands`: the operation has to start at the beginning of a stage (a multiplier).
    """

    delay: float
    latency: int = 0
    registered_operands: bool = False


@dataclass(frozen=True)
class DelayModel:
    """Delays for one clock and one family of parts; `bindings`: what pragmas say of operators."""

    clock_mhz: float = 200.0
    family: Family = XC7
    bindings: tuple[Binding, ...] = ()

    @property
    def budget(self) -> float:
        """Nanoseconds of logic that fit into one stage."""
        return 1000.0 / self.clock_mhz * (1.0 - MARGIN)

    def timing(self, operation: Operation, storage: Storage | None, budget: float) -> Timing:
        """Timing of one operation; `storage` is that of a load's memory, `budget` what its stage may take."""
        timing = self._fastest(operation, storage, budget)
        stages = max((one.stages or 0 for one in operation.bound(self.bindings)), default=0)
        return timing if stages <= timing.latency else Timing(0.0, latency=stages, registered_operands=True)

    def _fastest(self, operation: Operation, storage: Storage | None, budget: float) -> Timing:
        match operation:
            case Load():
                if storage is Storage.BLOCK:
                    return Timing(self.family.block_read_ns, latency=1)
                return Timing(self.family.logic_scale * _read_delay(operation))
            case Binary(kind=BinaryKind.MUL):
                stages = _multiplier_stages(operation, self.family.dsp_operands)
                return Timing(0.0, latency=stages, registered_operands=True)
            case StreamTryWrite():
                return Timing(self.family.logic_scale * 0.6)
            case _:
                return _logic(self.family.logic_scale * _combinational(operation), budget)


def _logic(delay: float, budget: float) -> Timing:
    if delay <= budget:
        return Timing(delay)
    return Timing(0.0, latency=ceil(delay / budget), registered_operands=True)


def _read_delay(load: Load) -> float:
    return 0.4 + 0.25 * max(0.0, ceil(log2(max(load.memory.depth, 1))) - 5) + (0.4 if load.memory.depth > 1 else 0.0)


def _multiplier_stages(product: Binary, operands: tuple[int, int]) -> int:
    """One stage for what a single DSP takes, one more for each time the operands must be cut."""
    wide, narrow = sorted((significant(product.left), significant(product.right)), reverse=True)
    if wide + narrow <= 12:
        return 1
    return max(1, ceil((wide - 1) / (operands[0] - 1)) + ceil((narrow - 1) / (operands[1] - 1)) - 1)


def significant(operation: Operation) -> int:
    """Bits of an operand without the sign or zero extension (as a signed number)."""
    if isinstance(operation, Constant):
        return signed(operation.value, operation.width).bit_length() + 1
    if isinstance(operation, Cast) and operation.value.width < operation.width:
        return significant(operation.value) + (0 if operation.kind.name == "SEXT" else 1)
    return operation.width


def _combinational(operation: Operation) -> float:
    match operation:
        case Constant() | Cast() | Extract() | Concat():
            return 0.0
        case StreamRead() | StreamTryRead() | StreamEmpty() | StreamFull():
            return 0.3
        case Binary(kind=kind) if kind in _SUMS:
            return 0.6 + 0.022 * operation.width
        case Binary(kind=kind) if kind in _LOGIC:
            return 0.2
        case Binary(kind=kind) if kind in _SHIFTS:
            return 0.0 if isinstance(operation.right, Constant) else 0.35 * ceil(log2(max(operation.width, 2)))
        case Binary():  # division and remainder
            return operation.width * (0.6 + 0.022 * operation.width)
        case Compare():
            if isinstance(operation.right, Constant) and operation.kind.name in ("EQ", "NE"):
                return 0.35 * ceil(log2(max(operation.left.width, 4)) / 2)
            return 0.45 + 0.016 * operation.left.width
        case Select():
            gates = isinstance(operation.if_true, Constant) or isinstance(operation.if_false, Constant)
            return 0.2 if gates else 0.4
        case _:
            return 0.0
