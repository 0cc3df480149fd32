"""Tables that floating-point code fills from constants become constant tables, as the vendor's compiler makes ROMs.

A loop, or the constructor of a static variable (with floating point or without), is evaluated where all that it reads
is constant, all that it writes are variables, and nobody else writes them: of a local array no other code at all, of a
static one no code of the program (it reads after the loop alone), of a local static only code behind its constructor.
The variables get the values as their initial ones, and the code goes. What cannot be evaluated stays, and is told of as
floating point.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from fpdeep_gen.hls.frontend.cfg import dominates, edges_of, immediate_dominators
from fpdeep_gen.hls.frontend.llvm_instructions import BINARY, CASTS
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, LlvmModule, Operand, OperandKind
from fpdeep_gen.hls.frontend.llvm_text import NAME, parse_module
from fpdeep_gen.hls.frontend.llvm_types import PointerType, Type, size_of
from fpdeep_gen.hls.frontend.object_pragmas import ObjectKey
from fpdeep_gen.hls.frontend.table_regions import (
    CONSTRUCTORS,
    FLOATING,
    GLOBAL,
    LOCAL,
    Body,
    Region,
    is_guarded,
    read_body,
    regions,
)
from fpdeep_gen.hls.frontend.table_values import FILL, initial_text, is_plain, run_fill, type_text

_SILENT = re.compile(r"^  (?:tail )?call void @(?:llvm\.(?:lifetime|experimental|assume|dbg)|__hls_mark_)")
_FLOAT = "fadd fsub fmul fdiv frem fneg fcmp sitofp uitofp fptosi fptoui fptrunc fpext bitcast"
_PLAIN = "br ret phi icmp select getelementptr load store call freeze extractvalue insertvalue"
_ALLOWED = BINARY | CASTS | frozenset(_FLOAT.split()) | frozenset(_PLAIN.split())
_ENDINGS = re.compile(r"(?:, ![\w.]+ !\d+| #\d+(?=$|,))+")
_ARM = re.compile(rf"\[ ([^\[\]]+), (%{NAME}) \]")
_ALLOCA = re.compile(r"= alloca (.*), align (\d+)")
_INTERNAL = re.compile(r" = internal (?:unnamed_addr )?global ")
_SIZE = re.compile(r", align (\d+)")
_ENTRY, _EXIT = "%__hls_entry", "%__hls_exit"


def with_tables(text: str, source: Path) -> tuple[str, dict[ObjectKey, ObjectKey]]:
    """The module's text with tables in the place of the code that fills them, and arrays that are globals now."""
    renamed: dict[ObjectKey, ObjectKey] = {}
    found: str | None = text
    while found is not None:
        text = found
        found = _next(text, source, renamed)
    return text, renamed


def _next(text: str, source: Path, renamed: dict[ObjectKey, ObjectKey]) -> str | None:
    module = parse_module(text, source)
    for function in module.functions.values():
        body = read_body(text, function)
        for region in regions(function, body):
            table = _Table(text, module, function, body, region)
            changed = table.evaluated() if table.is_closed() else None
            if changed is not None:
                renamed.update({(function.name, old): ("", new) for old, new in table.arrays.items()})
                return changed
    return None


class _Table:
    """One region, and what it reads and writes."""

    def __init__(self, text: str, module: LlvmModule, function: Function, body: Body, region: Region) -> None:
        self._text, self._module, self._function, self._body, self._region = text, module, function, body, region
        self._inside = [line for name in body.blocks if name in region.blocks for line in body.blocks[name]]
        self._made = {name for name, (block, _) in body.defined.items() if block in region.blocks}
        self._defined = {one.name: one for block in function.blocks.values() for one in block.instructions}
        self._outer: dict[str, None] = {}  # addresses that are computed in front of the region
        self._scratch: list[str] = []
        self._stored: set[str] = set()
        self._loaded: set[str] = set()
        self.arrays: dict[str, str] = {}  # local arrays -> global tables

    def is_closed(self) -> bool:
        """Whether the region's results follow from constants, and are all in variables that it alone sets."""
        steps = [one for name in self._region.blocks for one in self._function.blocks[name].instructions]
        if not all(self._is_known(one) for one in steps) or any(" volatile " in line for line in self._inside):
            return False
        if not all(self._takes(name) for line in self._inside for name in LOCAL.findall(line)):
            return False
        outside = (
            line for name, lines in self._body.blocks.items() if name not in self._region.blocks for line in lines
        )
        if any(name in self._made for line in outside for name in LOCAL.findall(line)):
            return False
        self._scratch = [name for name in self._stored if name[0] == "%" and not self._uses(name)]
        stored, read = self._stored.difference(self._scratch), self._loaded - self._stored
        known = self._module.globals
        if not all(name in known and known[name].is_constant for name in read):
            return False
        return bool(stored) and all(self._may_set(name) for name in stored)

    def _is_known(self, one: Instruction) -> bool:
        """Whether the step is one that can be evaluated; notes what it reads and writes."""
        if one.opcode not in _ALLOWED or (one.opcode == "ret" and self._region.before is not None):
            return False
        ends: list[tuple[Operand, set[str]]] = []
        if one.opcode == "load":
            ends = [(one.operands[0], self._loaded)]
        elif one.opcode == "store":
            if isinstance(one.operands[0].type, PointerType):
                return False
            ends = [(one.operands[1], self._stored)]
        elif one.opcode == "call" and one.detail.startswith(("@llvm.memcpy", "@llvm.memmove")):
            ends = [(one.operands[0], self._stored), (one.operands[1], self._loaded)]
        elif one.opcode == "call" and one.detail.startswith("@llvm.memset"):
            ends = [(one.operands[0], self._stored)]
        elif one.opcode == "call":
            return one.detail.startswith(("@llvm.", "@__hls_mark_")) and "trap" not in one.detail
        bases = [(self._base(operand), into) for operand, into in ends]
        for base, into in bases:
            into.add(base)
        return all(base for base, _ in bases)

    def _base(self, operand: Operand) -> str:
        """The variable behind an address; "" where it is not known."""
        while operand.kind is OperandKind.LOCAL:
            made = self._defined.get(operand.name)
            if made is None or made.opcode not in ("alloca", "getelementptr"):
                return ""
            if made.opcode == "alloca":
                return operand.name
            operand = made.operands[0]
        return operand.name if operand.kind is OperandKind.GLOBAL else ""

    def _takes(self, name: str) -> bool:
        """Whether the name is the region's own, or an address in a variable."""
        if name in self._made or name not in self._defined:
            return not any(name == one.name for one in self._function.parameters)
        made = self._defined[name]
        if made.opcode == "getelementptr":
            inner = LOCAL.findall(self._body.defined[name][1])[1:]
            known = all(self._takes(one) for one in inner)
            self._outer[name] = None
            return known
        return made.opcode == "alloca"

    def _uses(self, name: str) -> dict[str, list[str]]:
        """Lines outside of the region, by block, that have to do with a variable's address."""
        names, text = {name}, dict[str, list[str]]()
        lines = [(block, line) for block, lines in self._body.blocks.items() for line in lines]
        while True:
            own = [(block, line) for block, line in lines if names.intersection(_names(line))]
            more = {LOCAL.findall(line)[0] for _, line in own if " = getelementptr " in line} - names
            if not more:
                break
            names |= more
        for block, line in own:
            addresses = f"{name} = alloca" in line or " = getelementptr " in line
            if block not in self._region.blocks and not addresses and not _SILENT.match(line):
                text.setdefault(block, []).append(line)
        return text

    def _may_set(self, name: str) -> bool:
        kind = self._kind(name)
        if not is_plain(kind):
            return False
        if name[0] == "@" and not _INTERNAL.search(self._line(name)):
            return False
        if self._region.before is None:  # other constructors must not vanish with this one
            return name[0] == "@" and " [1 x " in self._line(CONSTRUCTORS)
        if self._region.guard:
            own = "@_Z" + self._region.guard[5:]  # _ZGV... guards _Z...
            return name in (self._region.guard, own) or name.startswith(f"{own}.")
        uses = self._uses(name)
        if not all(_reads(line) for lines in uses.values() for line in lines):
            return False
        if name[0] == "%":
            return True
        others = self._text[: self._body.start] + self._text[self._body.end :]
        if name in self._loaded or sum(found == name for found in GLOBAL.findall(others)) != 1:
            return False
        edges = edges_of(self._function)
        idom = immediate_dominators(self._function.entry.name, edges)
        return all(dominates(self._region.entry, block, idom) for block in uses)

    def _kind(self, name: str) -> Type:
        if name[0] == "@":
            return self._module.globals[name].type
        kind = self._defined[name].element
        assert kind is not None
        return kind

    def _line(self, name: str) -> str:
        found = re.search(rf"^{re.escape(name)} = .*$", self._text, re.MULTILINE)
        return found[0] if found is not None else ""

    # the values

    def evaluated(self) -> str | None:
        """The module's text with the values; None where the code did not end well."""
        stored = sorted(self._stored.difference(self._scratch))
        for name in stored:
            if name[0] == "%":
                new = f"@{name[1:]}"
                self.arrays[name] = new if not self._line(new) else f"@{name[1:].strip(chr(34))}.{self._body.start}"
        sizes = {self.arrays.get(name, name): size_of(self._kind(name)) for name in stored}
        values = run_fill(self._program(stored), {_plain(name): size for name, size in sizes.items()})
        lines = self._without_region() if values is not None else None
        if values is None or lines is None:
            return None
        text = self._text[: self._body.start] + lines + self._text[self._body.end :]
        if self._region.before is None:
            text = self._text[: self._body.start] + self._text[self._body.end + 2 :]
            text = re.sub(rf"^{re.escape(CONSTRUCTORS)} = .*$", "", text, flags=re.MULTILINE)
        for name in stored:
            new, kind = self.arrays.get(name, name), self._kind(name)
            value = f"{type_text(kind)} {initial_text(kind, values[_plain(new)])}"
            is_set_later = name[0] == "@" and (self._region.before is None or self._region.guard)
            sized = _SIZE.search(self._body.defined[name][1] if name[0] == "%" else self._line(name))
            made = f"{new} = internal {'global' if is_set_later else 'constant'} {value}{sized[0] if sized else ''}"
            text = text.replace(self._line(name), made) if name[0] == "@" else f"{text}\n{made}\n"
        return text

    def _program(self, stored: Iterable[str]) -> str:
        """An LLVM module that does what the region does, once."""
        lines = [self._body.defined[name][1] for name in [*self._scratch, *self._outer]]
        lines.append(f"  br label {self._region.entry}")
        for name, own in self._body.blocks.items():
            if name in self._region.blocks:
                lines += [f"{name[1:]}:", *(line for line in own if not _SILENT.match(line))]
        lines = [self._moved(line) for line in lines]
        used = {name for line in lines for name in GLOBAL.findall(line)}
        parts = [line for line in self._text.split("\n") if line.startswith("%") and " = type " in line]
        for name in used:
            if name in self._module.globals:
                parts.append(re.sub(r" = (?:[\w()]+ )*?(global|constant) ", r" = \1 ", self._line(name), count=1))
        for old, new in self.arrays.items():
            parts.append(f"{new} = global {type_text(self._kind(old))} zeroinitializer, align 16")
        for line in self._text.split("\n"):
            if line.startswith("declare ") and used.intersection(GLOBAL.findall(line)):
                parts.append(_ENDINGS.sub("", line))
        return "\n".join(
            [*parts, f"define void @{FILL}() {{", f"{_ENTRY[1:]}:", *lines, f"{_EXIT[1:]}:", "  ret void", "}"]
        )

    def _moved(self, line: str) -> str:
        places = {**self.arrays, self._region.after or "": _EXIT}
        if " = phi " in line and self._region.before is not None:
            places[self._region.before] = _ENTRY
        return _ENDINGS.sub("", LOCAL.sub(lambda found: places.get(found[0], found[0]), line))

    # the code without it

    def _without_region(self) -> str | None:
        before, after = self._region.before, self._region.after
        if before is None or after is None:
            return ""
        blocks = {name: list(lines) for name, lines in self._body.blocks.items() if name not in self._region.blocks}
        last = blocks[before][-1]
        aims = set(self._function.blocks[before].successors)
        if aims <= {self._region.entry, after}:
            blocks[before][-1] = f"  br label {after}"
        elif after not in aims:
            blocks[before][-1] = LOCAL.sub(lambda one: after if one[0] == self._region.entry else one[0], last)
        else:
            return None
        for at, line in enumerate(blocks[after]):
            if " = phi " in line:
                arms = {block: value for value, block in _ARM.findall(line)}
                gone = {value for block, value in arms.items() if block in self._region.blocks or block == before}
                if len(gone) != 1:
                    return None
                kept = [f"[ {value}, {block} ]" for block, value in arms.items() if block not in self._region.blocks]
                kept += [f"[ {gone.pop()}, {before} ]"] if before not in arms else []
                rest = _ARM.split(line)
                blocks[after][at] = rest[0] + ", ".join(kept) + rest[-1]
        for name, lines in blocks.items():
            kept = [line for line in lines if not self._is_of_table(line)]
            blocks[name] = [LOCAL.sub(lambda one: self.arrays.get(one[0], one[0]), line) for line in kept]
        return Body(self._body.head, blocks, 0, 0).text()

    def _is_of_table(self, line: str) -> bool:
        """Whether the line makes a local array that is a table now, or says how long it lives."""
        if "@llvm.lifetime" in line:
            return any(name in self.arrays for name in LOCAL.findall(line))
        made = LOCAL.match(line.strip())
        return made is not None and made[0] in self.arrays and _ALLOCA.search(line) is not None


def _names(line: str) -> set[str]:
    return {*LOCAL.findall(line), *GLOBAL.findall(line)}


def _plain(name: str) -> str:
    return name[1:].strip('"')


def _reads(line: str) -> bool:
    """Whether a line that names a variable's address reads it alone."""
    return re.match(rf"^  %{NAME} = load (?!volatile|atomic)", line) is not None


def may_have_tables(text: str) -> bool:
    """Whether any code of the module names a type of floating point, or initialises a local static."""
    return is_guarded(text) or any(FLOATING.search(line) for line in text.split("\n") if line.startswith("  "))
