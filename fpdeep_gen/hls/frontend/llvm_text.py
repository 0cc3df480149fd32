"""Parser of LLVM IR text: module level."""

import re
from pathlib import Path

from fpdeep_gen.hls.frontend.llvm_instructions import InstructionReader, split_commas
from fpdeep_gen.hls.frontend.llvm_ir import Block, Function, Global, LlvmModule, Locations, Parameter
from fpdeep_gen.hls.frontend.llvm_metadata import Metadata
from fpdeep_gen.hls.frontend.llvm_types import TypeReader

NAME = r'(?:"(?:[^"\\]|\\.)*"|[\w.$-]+)'
_TYPE = re.compile(rf"^(%{NAME}) = type (.*)$", re.MULTILINE)
_GLOBAL = re.compile(rf"^(@{NAME}) = (.*?)\b(global|constant) (.*)$", re.MULTILINE)
NODE = re.compile(r"^!(\d+) = (.*)$", re.MULTILINE)
_DEFINE = re.compile(rf"^define [^@\n]*(@{NAME})\((.*)\)([^)\n]*)\{{$", re.MULTILINE)
_DEBUG = re.compile(r"!dbg !(\d+)")
_LABEL = re.compile(rf"^({NAME}):")
_MARKER = "@__hls_mark_pipeline"
_BYTES = re.compile(r"dereferenceable\((\d+)\)")


def parse_module(text: str, source: Path) -> LlvmModule:
    """Functions, globals and places of a module in LLVM's own text form."""
    types = TypeReader({match[1]: match[2] for match in _TYPE.finditer(text)})
    metadata = Metadata({int(match[1]): match[2] for match in NODE.finditer(text)}, source)
    reader = InstructionReader(types)
    locations = Locations()
    module = LlvmModule({}, _globals(text, types), locations)
    for match in _DEFINE.finditer(text):
        end = text.index("\n}", match.end())
        blocks = _blocks(text[match.end() + 1 : end], reader)
        debug = _DEBUG.search(match[3])
        unit = metadata.subprogram(int(debug[1])) if debug is not None else None
        parameters = [_parameter(one, types) for one in split_commas(match[2]) if one != "..."]
        module.functions[match[1]] = Function(
            match[1],
            parameters,
            blocks,
            unit.name if unit is not None else match[1][1:],
            unit.location if unit is not None else None,
        )
        for block in blocks.values():
            for one in block.instructions:
                if one.debug not in locations.places:
                    locations.places[one.debug] = metadata.location(one.debug)
                    if one.detail.startswith(_MARKER):
                        locations.calls[one.debug] = metadata.calls_around(one.debug)
                if one.loop >= 0 and (start := metadata.start_of_loop(one.loop)) is not None:
                    locations.starts[one.loop] = start
                    locations.places[start] = metadata.location(start)
                    locations.calls[start] = metadata.calls_around(start)
    return module


def _globals(text: str, types: TypeReader) -> dict[str, Global]:
    found: dict[str, Global] = {}
    for match in _GLOBAL.finditer(text):
        kind, end = types.read(match[4])
        initial = split_commas(match[4][end:].strip())
        found[match[1]] = Global(match[1], kind, match[3] == "constant", initial[0] if initial else "")
    return found


def _parameter(text: str, types: TypeReader) -> Parameter:
    kind, _ = types.read(text)
    size = _BYTES.search(text)
    return Parameter(text.rsplit(" ", 1)[-1], kind, int(size[1]) if size is not None else 0)


def _blocks(body: str, reader: InstructionReader) -> dict[str, Block]:
    blocks: dict[str, Block] = {}
    current = Block("%0")
    for line in body.split("\n"):
        if not line or line[0] == ";":
            continue
        if line[0] != " ":
            label = _LABEL.match(line)
            if label is not None:
                current = Block("%" + label[1])
                blocks[current.name] = current
            continue
        if not blocks:
            blocks[current.name] = current
        if line.startswith(("  ]", "    ")):
            continue
        instruction = reader.read(line.strip())
        if instruction is not None:
            current.instructions.append(instruction)
    return blocks
