"""How a top function uses what its pointers, references and arrays point at, as LLVM finds it."""

import re
from pathlib import Path

from fpdeep_gen.hls.frontend.llvm_ir import Function
from fpdeep_gen.hls.frontend.llvm_text import parse_module
from fpdeep_gen.hls.frontend.llvm_types import stored_size
from fpdeep_gen.hls.frontend.object_pragmas import OBJECT_MARKERS
from fpdeep_gen.hls.frontend.optimise import parse_assembly, run_passes
from fpdeep_gen.hls.frontend.signature import Signature
from fpdeep_gen.hls.interface import Direction
from fpdeep_gen.hls.layout import Layout, integers

_SILENT = re.compile(
    rf"^ *call void (?:{'|'.join(map(re.escape, OBJECT_MARKERS))}|@__hls_fence\w*)\(.*\n", re.MULTILINE
)


def read_directions(
    llvm_text: str, signature: Signature, function: str, layouts: dict[int, Layout]
) -> dict[int, Direction]:
    """How the function uses what its pointers and references point at, as LLVM finds it."""
    module = parse_assembly(_SILENT.sub("", llvm_text))  # pragmas and fences neither read nor write
    for one in module.functions:
        if not one.is_declaration and one.name != function:
            one.linkage = "internal"
            one.add_function_attribute("alwaysinline")
    run_passes(module, ("always_inliner", "sroa", "simplify_cfg", "post_order_function_attributes"))
    parsed = parse_module(str(module), Path("-")).functions[f"@{function}"]
    defined = re.search(rf"^define [^@\n]*@{re.escape(function)}\((.*)\)[^)\n]*\{{$", str(module), re.MULTILINE)
    texts = _split(defined[1]) if defined is not None else []
    hidden = len(texts) - len(signature.formals)  # a structure that is returned through memory comes first
    found: dict[int, Direction] = {}
    for place, formal in enumerate(signature.formals):
        text = texts[place + hidden]
        if formal.is_stream:
            continue
        if "readnone" in text:
            found[place] = Direction.UNUSED
        elif "readonly" in text or formal.is_const:
            found[place] = Direction.IN
        elif "writeonly" in text and (formal.is_array or formal.is_pointer or formal.is_reference):
            pointer = parsed.parameters[place + hidden].name
            whole = formal.is_array or _is_written(parsed, pointer, layouts[place])
            found[place] = Direction.OUT if whole else Direction.INOUT
        else:
            found[place] = Direction.INOUT
    return found


def _is_written(function: Function, name: str, layout: Layout) -> bool:
    """Whether every way through the function writes all of what the pointer `name` points at."""
    return len(always_written(function, name)) >= sum((one.width + 7) // 8 for one in integers(layout))


def always_written(function: Function, name: str) -> frozenset[int]:
    """The bytes behind the pointer `name` that every way through the function writes."""
    found: dict[tuple[int, int], set[str]] = {}
    places = {name: 0}
    for block in function.blocks.values():
        for one in block.instructions:
            if one.opcode == "getelementptr" and one.offset is not None and one.operands[0].name in places:
                if not one.offset.terms:
                    places[one.name] = places[one.operands[0].name] + one.offset.constant
            elif one.opcode == "store" and one.operands[1].name in places:
                key = (places[one.operands[1].name], stored_size(one.operands[0].type))
                found.setdefault(key, set()).add(block.name)
            elif one.opcode == "call" and one.detail.startswith("@llvm.mem") and one.operands[0].name in places:
                key = (places[one.operands[0].name], one.operands[2].value)
                found.setdefault(key, set()).add(block.name)
    always = {key for key, blocks in found.items() if not _avoids(function, blocks)}
    return frozenset(byte for start, size in always for byte in range(start, start + size))


def _avoids(function: Function, blocks: set[str]) -> bool:
    """Whether some way from the entry to a return goes past the blocks."""
    work, seen = [function.entry.name], set(blocks)
    while work:
        name = work.pop()
        if name in seen:
            continue
        seen.add(name)
        block = function.blocks[name]
        if block.instructions[-1].opcode == "ret":
            return True
        work.extend(block.successors)
    return False


def _split(text: str) -> list[str]:
    parts, depth, current = [], 0, ""
    for char in text:
        depth += (char in "([{<") - (char in ")]}>")
        if char == "," and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += char
    return [*parts, current] if current.strip() else parts
