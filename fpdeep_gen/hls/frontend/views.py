"""Parts of an array's elements that are reached with an index of their own, as in `((char *)words)[i]`.

Such a load becomes one of the whole element and a choice of its bits, such a store the same with the part put in.
"""

from dataclasses import replace

from fpdeep_gen.hls.frontend.liveness import definitions
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, LlvmModule, Offset, Operand, OperandKind
from fpdeep_gen.hls.frontend.llvm_types import POINTER, ArrayType, IntegerType, PointerType, size_of

_INDEX = IntegerType(64)
Address = tuple[Operand, int, tuple[tuple[Operand, int], ...]]  # array, bytes, terms of index and stride


def resolve_views(function: Function, module: LlvmModule) -> None:
    """In place; arrays of one dimension. What is left reaches over two elements, or into an array that is not known."""
    if any(one.opcode in ("load", "store") for block in function.blocks.values() for one in block.instructions):
        _Views(function, module).run()


class _Views:
    def __init__(self, function: Function, module: LlvmModule) -> None:
        self._function = function
        self._module = module
        self._defined = definitions(function)
        self._count = 0
        self._made: list[Instruction] = []

    def run(self) -> None:
        for block in self._function.blocks.values():
            self._made = []
            for one in block.instructions:
                if not (one.opcode in ("load", "store") and self._resolve(one)):
                    self._made.append(one)
            block.instructions[:] = self._made

    def _address(self, operand: Operand) -> Address | None:
        constant, terms = 0, tuple[tuple[Operand, int], ...]()
        while operand.kind is OperandKind.LOCAL and operand.name in self._defined:
            one = self._defined[operand.name][1]
            if one.opcode == "alloca":
                return operand, constant, terms
            if one.opcode != "getelementptr" or one.offset is None:
                return None
            constant, terms = constant + one.offset.constant, (*one.offset.terms, *terms)
            operand = one.operands[0]
        if operand.kind is not OperandKind.GLOBAL:
            return None
        return replace(operand, value=0), constant + operand.value, terms

    def _element(self, array: Operand) -> IntegerType | None:
        if array.kind is OperandKind.GLOBAL:
            known = self._module.globals.get(array.name)
            kind = known.type if known is not None else None
        else:
            kind = self._defined[array.name][1].element
        found = kind.element if isinstance(kind, ArrayType) else None
        return found if isinstance(found, IntegerType) and found.width == 8 * size_of(found) else None

    def _resolve(self, one: Instruction) -> bool:
        address = self._address(one.operands[0 if one.opcode == "load" else 1])
        element = self._element(address[0]) if address is not None else None
        kind = one.type if one.opcode == "load" else one.operands[0].type
        if address is None or element is None or not isinstance(kind, IntegerType):
            return False
        array, constant, terms = address
        whole, part = size_of(element), size_of(kind)
        inner = tuple(term for term in terms if term[1] % whole)
        aligned = all(number % part == 0 for number in (constant, *(stride for _, stride in inner)))
        if not inner or kind.width != 8 * part or part >= whole or not aligned:
            return False
        debug = one.debug
        place: Operand = _number(constant)
        for index, stride in inner:
            wide = self._resized(index, _INDEX, debug)
            place = self._step("add", _INDEX, (place, self._step("mul", _INDEX, (wide, _number(stride)), debug)), debug)
        at = self._step("ashr", _INDEX, (place, _number(whole.bit_length() - 1)), debug)
        outer = tuple(term for term in terms if term not in inner)
        pointer = self._step("getelementptr", POINTER, (array,), debug, Offset(0, (*outer, (at, whole))))
        within = self._step("and", _INDEX, (place, _number(whole - 1)), debug)
        bits = self._resized(self._step("shl", _INDEX, (within, _number(3)), debug), element, debug)
        word = self._step("load", element, (pointer,), debug)
        if one.opcode == "load":
            low = self._step("lshr", element, (word, bits), debug)
            self._made.append(Instruction(one.name, "trunc", kind, (low,), debug=debug))
            return True
        ones = _number((1 << kind.width) - 1, element)
        hole = self._step(
            "xor", element, (self._step("shl", element, (ones, bits), debug), _number(-1, element)), debug
        )
        kept = self._step("and", element, (word, hole), debug)
        value = self._step("zext", element, (one.operands[0],), debug)
        put = self._step("shl", element, (value, bits), debug)
        joined = self._step("or", element, (kept, put), debug)
        self._made.append(replace(one, operands=(joined, pointer)))
        return True

    def _resized(self, value: Operand, kind: IntegerType, debug: int) -> Operand:
        assert isinstance(value.type, IntegerType)
        if value.type.width == kind.width or value.kind is OperandKind.INTEGER:
            return replace(value, type=kind)
        return self._step("trunc" if value.type.width > kind.width else "sext", kind, (value,), debug)

    def _step(
        self,
        opcode: str,
        kind: IntegerType | PointerType,
        operands: tuple[Operand, ...],
        debug: int,
        offset: Offset | None = None,
    ) -> Operand:
        self._count += 1
        name = f"%__view_{self._count}"
        self._made.append(Instruction(name, opcode, kind, operands, offset=offset, debug=debug))
        return Operand(OperandKind.LOCAL, kind, name)


def _number(value: int, kind: IntegerType = _INDEX) -> Operand:
    return Operand(OperandKind.INTEGER, kind, "", value)
