"""Which loops of a DATAFLOW function, each cut out into a function of its own, become stages, and what keeps others."""

from collections.abc import Iterator
from dataclasses import dataclass

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.between import CONVERSIONS, touches
from fpdeep_gen.hls.frontend.cfg import find_loops
from fpdeep_gen.hls.frontend.liveness import definitions
from fpdeep_gen.hls.frontend.llvm_ir import Block, Function, Instruction, LlvmModule, OperandKind
from fpdeep_gen.hls.frontend.llvm_types import ArrayType, PointerType, StructType, VoidType, size_of
from fpdeep_gen.hls.frontend.object_pragmas import OBJECT_MARKERS
from fpdeep_gen.hls.frontend.optimise import DATAFLOW, TASK
from fpdeep_gen.hls.frontend.places import problem_at
from fpdeep_gen.hls.frontend.regions import loop_location
from fpdeep_gen.hls.frontend.rewriting import base_of, plain_name
from fpdeep_gen.hls.frontend.stage_results import scattered
from fpdeep_gen.hls.frontend.unrolling import DECLARE
from fpdeep_gen.hls.ir import Location

_STREAM = "@__hls_stream_"
_PASSIVE = ("getelementptr", "alloca")


def place_of(loop: Function, module: LlvmModule) -> Location | None:
    """The line of a loop that is a function of its own."""
    forest = find_loops(loop)
    return loop_location(loop, forest.top[0], module) if forest.top else None


@dataclass(frozen=True, slots=True)
class _User:
    """An instruction of the region that uses an array, a stream or an argument. `loop`: of a call, the function."""

    one: Instruction
    loop: str
    place: int


def _calls(function: Function, names: frozenset[str]) -> list[tuple[Block, Instruction]]:
    return [(block, one) for block in function.blocks.values() for one in block.instructions if one.detail in names]


class StageLoops:
    """A DATAFLOW function whose loops have been cut out; which of them are stages."""

    def __init__(self, module: LlvmModule, function: Function, made: frozenset[str], stages: frozenset[str]) -> None:
        self._module = module
        self._function = function
        self._stages = stages
        self._defined = definitions(function)
        self._users: dict[str, list[_User]] = {}
        self._addresses = {one.name for one in function.parameters if isinstance(one.type, PointerType)}
        self._cut = made
        self._made = {name for name in made if self._fits(name)}
        self._order = [one for block in function.blocks.values() for one in block.instructions]
        for one in self._order:
            self._note(one)
        declaring = {name for name in made if _calls(module.functions[name], frozenset({DECLARE}))} | {DECLARE}
        self.declares = [one for one in self._order if one.detail in declaring]
        self.tables = {owner: found for owner in self._users if (found := self._table(owner))}

    def stages(self) -> frozenset[str]:
        """The loops that become stages."""
        kept = set(self._made)
        while True:
            shared = {name for owner, users in self._users.items() for name in self._losers(owner, users, kept)}
            if not shared & kept:
                return frozenset(kept)
            kept -= shared

    def loose(self, kept: frozenset[str]) -> list[Instruction]:
        """Code that is in a stage's way: stages called in loops or under conditions, where others are not; code of the
        region itself that uses an array which stages use, too, or a result in front of a later stage.
        """
        apart = kept | self._stages
        calls = _calls(self._function, apart)
        inside = [
            (block, call)
            for name in sorted(self._cut - kept)
            for block, call in _calls(self._module.functions[name], self._stages)
        ]
        several = len({id(block) for block, _ in (*calls, *inside)}) > 1
        found = [*scattered(self._function, calls), *(call for _, call in inside)] if several else []
        last = max((place for place, one in enumerate(self._order) if one.detail in apart), default=-1)
        early = {id(one) for one in self._order[:last]}
        for owner, users in self._users.items():
            made = self._defined[owner][1] if owner in self._defined else None
            is_stream = any(user.loop == DECLARE for user in users)
            if made is None or is_stream or owner in self.tables or not any(user.loop in apart for user in users):
                continue
            own = [user.one for user in users if user.loop not in apart and user.loop not in OBJECT_MARKERS]
            if isinstance(made.element, (ArrayType, StructType)):
                found += own
            else:
                loads = [one for one in own if one.opcode == "load" and (several or id(one) in early)]
                if any(not self._only_given(one, set(kept)) for one in loads):  # these loads come from nowhere
                    found += [user.one for user in users if user.loop in kept]
        return found

    def own(self, kept: frozenset[str]) -> list[Instruction]:
        """What is left for the region itself to do: words of streams, and loops that are no stages."""
        loops = self._cut - kept
        work = (one for one in self._order if one.detail in loops or one.detail.startswith(_STREAM))
        return [one for one in work if one not in self.declares]

    def stuck(self, kept: frozenset[str]) -> list[Problem]:
        """Loops that are no stages, but exchange words with some: they would run when those are done."""
        problems: list[Problem] = []
        apart = kept | self._stages
        for name in sorted(self._made - kept):
            mine = {owner: users for owner, users in self._users.items() if any(user.loop == name for user in users)}
            joined = [
                owner
                for owner, users in mine.items()
                if any(user.loop == DECLARE for user in users) and any(user.loop in apart for user in users)
            ]
            why = [owner for owner, users in mine.items() if name in self._losers(owner, users, {*kept, name})]
            if joined:
                loop = self._module.functions[name]
                called = next(user.one for user in mine[joined[0]] if user.loop == name)
                place = place_of(loop, self._module) or self._module.locations.of(called.debug)
                found = ", ".join(map(plain_name, why)) or "what a loop shares that is none"
                expected = "streams, arrays and values of the region that only stages use, arguments that it alone uses"
                hint = "put loops that share an argument into one loop or function"
                problems.append(problem_at(place, "a loop of a DATAFLOW region", expected, f"{found} shared", hint))
        return problems

    def _fits(self, name: str) -> bool:
        """Called outside of loops, as DATAFLOW is; a single way out; no stages or streams of its own."""
        forest = find_loops(self._function)
        found = {
            one.detail: one
            for block in self._function.blocks.values()
            for one in block.instructions
            if one.detail in (name, DATAFLOW) and forest.innermost(block.name) is None
        }
        if len(found) != 2:
            return False
        call, callee = found[name], self._module.functions[name]
        inner = (one.detail for block in callee.blocks.values() for one in block.instructions if one.opcode == "call")
        return isinstance(call.type, VoidType) and not any(
            one in (DECLARE, TASK) or one in self._stages for one in inner
        )

    def _note(self, one: Instruction) -> None:
        if one.opcode in _PASSIVE or one.detail.startswith("@llvm.lifetime"):
            return
        for place, operand in enumerate(one.operands):
            owner = base_of(operand, self._defined)
            is_local = owner in self._defined and self._defined[owner][1].opcode == "alloca"
            if is_local or any(owner == parameter.name for parameter in self._function.parameters):
                callee = one.detail if one.opcode == "call" else ""
                self._users.setdefault(owner, []).append(_User(one, callee, place))

    def _losers(self, owner: str, users: list[_User], kept: set[str]) -> Iterator[str]:
        """The loops that cannot be stages because of what else uses an array or an argument."""
        loops = [user.loop for user in users if user.loop in kept]
        if owner in self.tables or any(user.loop == DECLARE for user in users):
            return
        calls = [user for user in users if user.loop in kept or user.loop in self._stages]
        other = [user for user in users if user not in calls and user.loop not in OBJECT_MARKERS]
        if owner in self._defined:
            alone = len(calls) == 1 or all(self._only_given(user.one, kept) for user in other)
            plain = all(user.one.opcode == "load" for user in other)
            if not (plain and alone):
                yield from loops
        elif owner in self._addresses and (other or len({user.loop for user in calls}) > 1):
            yield from loops

    def _only_given(self, load: Instruction, kept: set[str]) -> bool:
        """Whether a loaded value only goes to stages, converted maybe, as a bool is."""
        names = {load.name}
        for block in self._function.blocks.values():  # what converts comes behind the load, in the same block
            for one in block.instructions:
                if names.isdisjoint(operand.name for operand in one.operands):
                    continue
                if one.opcode in CONVERSIONS:
                    names.add(one.name)
                elif one.detail not in kept and one.detail not in self._stages:
                    return False
        return True

    def _table(self, owner: str) -> str:
        """The constant that an array is a copy of, where nothing changes it; else ""."""
        users = self._users[owner]
        copies = [one for one in users if one.loop.startswith("@llvm.memcpy") and one.place == 0]
        made = self._defined[owner][1] if owner in self._defined else None
        if made is None or made.element is None or len(copies) != 1:
            return ""
        _, constant, size = copies[0].one.operands[:3]
        known = self._module.globals.get(constant.name)
        whole = size.kind is OperandKind.INTEGER and size.value == size_of(made.element) and constant.value == 0
        if known is None or not known.is_constant or not whole or copies[0].one.operands[0].name != owner:
            return ""
        for user in users:
            callee = self._module.functions.get(user.loop)
            if user in copies or user.one.opcode == "load" or user.loop in OBJECT_MARKERS:
                continue
            if callee is None or touches(callee, callee.parameters[user.place].name, self._module)[1]:
                return ""
        return known.name
