"""Pointers that move or change over iterations: as the number of an array and an index into it.

A pointer phi becomes two integer phis, which object (where there are several) and how many units from its start, and
the pointer an address computed from them. Comparisons and differences of pointers become those of the indices.
"""

from dataclasses import dataclass, field, replace
from math import gcd

from fpdeep_gen.hls.frontend.liveness import definitions
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, LlvmModule, Offset, Operand, OperandKind
from fpdeep_gen.hls.frontend.llvm_types import POINTER, IntegerType, PointerType, size_of
from fpdeep_gen.hls.frontend.pointer_offsets import Offsets, phi_offsets

UNKNOWN_BYTES = 1 << 32  # taken of an array that only a stage's caller knows; bits that no address uses go away later
_BIT = IntegerType(1)
_SIGNED = {"ult": "slt", "ule": "sle", "ugt": "sgt", "uge": "sge"}


@dataclass
class _Web:
    """Pointers that share their objects: what `which` numbers, bytes of a unit (0: never moved), bits of an index.

    `offsets`: for each phi the roots that it may point into, and how many bytes from the start, if always as many.
    """

    roots: list[Operand]
    unit: int
    bits: int
    offsets: dict[str, Offsets]

    @property
    def index(self) -> IntegerType:
        """Type of indices (signed)."""
        return IntegerType(self.bits)

    @property
    def number(self) -> IntegerType:
        """Type of object numbers."""
        return IntegerType(max(1, (len(self.roots) - 1).bit_length()))


def _folded(opcode: str, operands: tuple[Operand, ...]) -> Operand | None:
    """A sum or product that is a constant, or one of its operands: bounds of loops over pointers are seen only then."""
    if opcode not in ("add", "mul"):
        return None
    left, right = sorted(operands, key=lambda one: one.kind is OperandKind.INTEGER)
    if right.kind is not OperandKind.INTEGER:
        return None
    if left.kind is OperandKind.INTEGER:
        return replace(left, value=left.value + right.value if opcode == "add" else left.value * right.value)
    return left if right.value == (0 if opcode == "add" else 1) else None


@dataclass
class _Use:
    roots: dict[str, Operand] = field(default_factory=dict)
    unit: int = 0
    known: bool = True


def resolve_pointers(function: Function, module: LlvmModule) -> None:
    """In place; pointers whose objects are not known are left as they are."""
    defined = definitions(function)
    instructions = [one for block in function.blocks.values() for one in block.instructions]
    phis = [one for one in instructions if one.opcode == "phi" and isinstance(one.type, PointerType)]
    other = [one for one in instructions if _compares(one) or one.opcode == "ptrtoint"]
    if phis or other:
        _Resolver(function, module, defined, phis, other).run()


def _compares(one: Instruction) -> bool:
    return one.opcode == "icmp" and isinstance(one.operands[0].type, PointerType)


class _Resolver:
    def __init__(
        self,
        function: Function,
        module: LlvmModule,
        defined: dict[str, tuple[str, Instruction]],
        phis: list[Instruction],
        other: list[Instruction],
    ) -> None:
        self._function = function
        self._module = module
        self._defined = defined
        self._phis = phis
        self._other = other
        self._parameters = {one.name: one for one in function.parameters}
        self._count = 0

    def run(self) -> None:
        webs = {phi.name: self._web([phi]) for phi in self._phis}
        for group in self._joined(webs):
            web = self._web(group)
            if web is not None:
                self._rewrite(group, web)
        for one in self._other:
            web = self._web([one])
            if web is not None:
                self._rewrite_use(one, web)

    def _joined(self, webs: dict[str, "_Web | None"]) -> list[list[Instruction]]:
        """Phis that share an object, or feed one another, are resolved alike."""
        groups: list[tuple[set[str], list[Instruction]]] = []
        for phi in self._phis:
            web = webs[phi.name]
            names = {phi.name} | ({root.name for root in web.roots} if web is not None else set())
            names |= {operand.name for operand in phi.operands if operand.name in webs}
            touching = [group for group in groups if group[0] & names]
            groups = [group for group in groups if not group[0] & names]
            members = [one for _, group in touching for one in group]
            groups.append((names.union(*(names_of for names_of, _ in touching)), [*members, phi]))
        return [group for _, group in groups]

    def _web(self, group: list[Instruction]) -> "_Web | None":
        use = _Use()
        seen: set[str] = set()
        for one in group:
            for operand in one.operands:
                self._collect(operand, use, seen)
        if not use.known or not use.roots:
            return None
        roots = list(use.roots.values())
        size = max(self._size(root) for root in roots)
        bits = (size // use.unit).bit_length() + 2 if use.unit else 1
        return _Web(roots, use.unit, bits, phi_offsets(group, seen, self._defined, self._parameters))

    def _size(self, root: Operand) -> int:
        if root.kind is OperandKind.GLOBAL:
            return size_of(self._module.globals[root.name].type)
        if root.name in self._parameters:
            return self._parameters[root.name].bytes or UNKNOWN_BYTES
        element = self._defined[root.name][1].element
        return size_of(element) if element is not None else 1

    def _collect(self, operand: Operand, use: _Use, seen: set[str]) -> None:
        if not isinstance(operand.type, PointerType) or operand.kind in (OperandKind.UNDEFINED, OperandKind.ZERO):
            return
        if operand.kind is OperandKind.GLOBAL:
            use.known &= operand.name in self._module.globals
            use.roots.setdefault(operand.name, Operand(OperandKind.GLOBAL, POINTER, operand.name))
            use.unit = gcd(use.unit, operand.value)
            return
        if operand.name in seen:
            return
        seen.add(operand.name)
        if operand.name in self._parameters:
            use.roots.setdefault(operand.name, operand)
            return
        found = self._defined.get(operand.name)
        one = found[1] if found is not None else None
        if one is not None and one.opcode == "alloca":
            use.roots.setdefault(operand.name, operand)
        elif one is not None and one.opcode == "getelementptr" and one.offset is not None:
            use.unit = gcd(use.unit, one.offset.constant, *(stride for _, stride in one.offset.terms))
            self._collect(one.operands[0], use, seen)
        elif one is not None and one.opcode in ("phi", "select"):
            for inner in one.operands:
                self._collect(inner, use, seen)
        else:
            use.known = False

    # rewriting

    def _rewrite(self, group: list[Instruction], web: _Web) -> None:
        for phi in group:
            self._defined[f"{phi.name}.index"] = (self._defined[phi.name][0], phi)
        made: dict[str, list[Instruction]] = {}
        for phi in group:
            where = self._defined[phi.name][0]
            arms = [
                self._parts(operand, web, source) for operand, source in zip(phi.operands, phi.targets, strict=True)
            ]
            index = Instruction(
                f"{phi.name}.index",
                "phi",
                web.index,
                tuple(one for _, one in arms),
                targets=phi.targets,
                debug=phi.debug,
            )
            which = Instruction(
                f"{phi.name}.which",
                "phi",
                web.number,
                tuple(one for one, _ in arms),
                targets=phi.targets,
                debug=phi.debug,
            )
            phis = [*([index] if web.unit else []), *([which] if len(web.roots) > 1 else [])]
            made.setdefault(where, []).extend(phis)
        for block in self._function.blocks.values():
            kept = [one for one in block.instructions if one not in group]
            if len(kept) == len(block.instructions):
                continue
            first = next(place for place, one in enumerate(kept) if one.opcode != "phi")
            addresses = [step for phi in block.instructions if phi in group for step in self._address(phi, web)]
            block.instructions[:] = [*kept[:first], *made[block.name], *addresses, *kept[first:]]
        self._defined = definitions(self._function)

    def _address(self, phi: Instruction, web: _Web) -> list[Instruction]:
        """The pointer, from its object's number and its index."""
        index = Operand(OperandKind.LOCAL, web.index, f"{phi.name}.index")
        terms = ((index, web.unit),) if web.unit else ()
        offsets = web.offsets[phi.name]
        reached = [(number, root) for number, root in enumerate(web.roots) if root.name in offsets]
        reached = reached or [(0, web.roots[0])]  # of one that nothing defines
        steps: list[Instruction] = []
        result: Operand | None = None
        for number, root in reached:
            at = offsets.get(root.name, 0)
            offset = Offset(0, terms) if at is None else Offset(at, ())
            name = phi.name if len(reached) == 1 else f"{phi.name}.at{number}"
            steps.append(Instruction(name, "getelementptr", POINTER, (root,), offset=offset, debug=phi.debug))
            here = Operand(OperandKind.LOCAL, POINTER, name)
            if result is not None:
                which = Operand(OperandKind.LOCAL, web.number, f"{phi.name}.which")
                number_is = Operand(OperandKind.INTEGER, web.number, "", number)
                name = phi.name if number == reached[-1][0] else f"{phi.name}.choice{number}"
                steps.append(Instruction(f"{name}.is", "icmp", _BIT, (which, number_is), "eq", debug=phi.debug))
                condition = Operand(OperandKind.LOCAL, _BIT, f"{name}.is")
                steps.append(Instruction(name, "select", POINTER, (condition, here, result), debug=phi.debug))
                here = Operand(OperandKind.LOCAL, POINTER, name)
            result = here
        return steps

    def _parts(self, operand: Operand, web: _Web, block: str) -> tuple[Operand, Operand]:
        """Object number and index of a pointer, computed at the end of a block."""
        zero = Operand(OperandKind.INTEGER, web.index, "", 0)
        first = Operand(OperandKind.INTEGER, web.number, "", 0)
        names = [root.name for root in web.roots]
        if operand.kind is OperandKind.GLOBAL:
            index = Operand(OperandKind.INTEGER, web.index, "", operand.value // web.unit if web.unit else 0)
            return Operand(OperandKind.INTEGER, web.number, "", names.index(operand.name)), index
        if operand.kind is not OperandKind.LOCAL:
            return first, zero
        if operand.name in names:
            return Operand(OperandKind.INTEGER, web.number, "", names.index(operand.name)), zero
        one = self._defined[operand.name][1]
        if one.opcode == "phi":
            if not web.unit:
                return Operand(OperandKind.LOCAL, web.number, f"{one.name}.which"), zero
            index = Operand(OperandKind.LOCAL, web.index, f"{one.name}.index")
            return (Operand(OperandKind.LOCAL, web.number, f"{one.name}.which") if len(names) > 1 else first), index
        if one.opcode == "select":
            condition = one.operands[0]
            yes, no = self._parts(one.operands[1], web, block), self._parts(one.operands[2], web, block)
            number = first if len(names) == 1 else self._step(block, "select", web.number, (condition, yes[0], no[0]))
            return number, self._step(block, "select", web.index, (condition, yes[1], no[1]))
        assert one.offset is not None
        number, index = self._parts(one.operands[0], web, block)
        if one.offset.constant:
            constant = Operand(OperandKind.INTEGER, web.index, "", one.offset.constant // web.unit)
            index = self._step(block, "add", web.index, (index, constant))
        for value, stride in one.offset.terms:
            factor = Operand(OperandKind.INTEGER, web.index, "", stride // web.unit)
            scaled = self._step(block, "mul", web.index, (self._resized(value, web, block), factor))
            index = self._step(block, "add", web.index, (index, scaled))
        return number, index

    def _resized(self, value: Operand, web: _Web, block: str) -> Operand:
        assert isinstance(value.type, IntegerType)
        if value.type.width == web.bits:
            return value
        return self._step(block, "trunc" if value.type.width > web.bits else "sext", web.index, (value,))

    def _step(self, block: str, opcode: str, kind: IntegerType, operands: tuple[Operand, ...]) -> Operand:
        folded = _folded(opcode, operands)
        if folded is not None:
            return folded
        if opcode == "add" and operands[0].kind is OperandKind.INTEGER:
            operands = (operands[1], operands[0])
        self._count += 1
        name = f"%__pointer_{self._count}"
        self._function.blocks[block].instructions.insert(-1, Instruction(name, opcode, kind, operands))
        return Operand(OperandKind.LOCAL, kind, name)

    def _rewrite_use(self, one: Instruction, web: _Web) -> None:
        """A comparison or a number of a pointer; the steps go in front of it."""
        where = next(block for block in self._function.blocks.values() if one in block.instructions)
        rest = where.instructions[where.instructions.index(one) :]
        del where.instructions[where.instructions.index(one) :]
        where.instructions.append(one)  # steps go before it
        if one.opcode == "ptrtoint":
            assert isinstance(one.type, IntegerType)
            _, index = self._parts(one.operands[0], web, where.name)
            wide = self._step(where.name, "sext", one.type, (index,))
            unit = Operand(OperandKind.INTEGER, one.type, "", web.unit)
            one.opcode, one.operands, one.detail = "mul", (wide, unit), ""
        else:
            left, right = (self._parts(operand, web, where.name) for operand in one.operands)
            one.detail = _SIGNED.get(one.detail, one.detail)
            if len(web.roots) > 1:
                joined = IntegerType(web.bits + web.number.width)
                left_word, right_word = (self._word(where.name, joined, web, parts) for parts in (left, right))
                one.operands = (left_word, right_word)
            else:
                one.operands = (left[1], right[1])
        where.instructions.extend(rest[1:])
        self._defined = definitions(self._function)

    def _word(self, block: str, kind: IntegerType, web: _Web, parts: tuple[Operand, Operand]) -> Operand:
        number = self._step(block, "zext", kind, (parts[0],))
        shift = Operand(OperandKind.INTEGER, kind, "", web.bits)
        return self._step(
            block,
            "or",
            kind,
            (self._step(block, "shl", kind, (number, shift)), self._step(block, "zext", kind, (parts[1],))),
        )
