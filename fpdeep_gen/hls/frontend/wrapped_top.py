"""The top in LLVM's text, as a function of streams: its arguments are read, taken apart, sized and typed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.clang import compile_to_llvm
from fpdeep_gen.hls.frontend.directions import read_directions
from fpdeep_gen.hls.frontend.extents import elements_behind
from fpdeep_gen.hls.frontend.interface_options import aggregation_remarks
from fpdeep_gen.hls.frontend.places import refusal
from fpdeep_gen.hls.frontend.signature import Signature, read_signature
from fpdeep_gen.hls.frontend.split_structures import split_structures
from fpdeep_gen.hls.frontend.structures import Source, take_apart
from fpdeep_gen.hls.frontend.top import (
    Asked,
    build_interface,
    is_free_running,
    layout_texts,
    read_interfaces,
    read_layouts,
    read_sizes,
    sized,
    type_definitions,
    unsized_pointers,
)
from fpdeep_gen.hls.frontend.top_wrapper import WRAPPER, stream_wrapper, wrapper
from fpdeep_gen.hls.interface import RETURN, Argument, Interface
from fpdeep_gen.hls.ir import Diagnostic, Location


@dataclass(frozen=True, slots=True)
class WrappedTop:
    """LLVM IR, the function in it that is the process or network, and the top's interface.

    `sources`: what the arguments are in C++, where structures are taken apart; else empty.
    """

    text: str
    name: str
    interface: Interface | None = None
    sources: tuple[Source, ...] = ()
    location: Location | None = None


def wrap_top(
    plain: str, preprocessed: str, top: str, source: Path, warnings: list[Diagnostic], problems: list[Problem]
) -> WrappedTop:
    """Of C++ without pragmas. Raises InputError with all that is wrong with the arguments."""
    signature = read_signature(plain, preprocessed, top, source)
    if signature is None:
        return WrappedTop(compile_to_llvm(plain, source), top)
    remarks: list[Diagnostic] = []
    asked = read_interfaces(signature, remarks)
    typed, text = _typed(plain, signature, asked, source)
    apart = take_apart(plain, signature, layout_texts(text), source, problems)
    sources: tuple[Source, ...] = ()
    if apart is not None:
        plain, signature, sources = f"{plain}\n{apart.code}", apart.signature, apart.sources
        remarks = []
        asked = read_interfaces(signature, remarks)
        typed, text = _typed(plain, signature, asked, source)
    warnings.extend(remarks)
    if problems:
        raise refusal(problems)
    pointers = unsized_pointers(signature, asked)
    if pointers:
        counts = elements_behind(text, signature.mangled, pointers, len(signature.formals), problems)
        if problems:
            raise refusal(problems)
        known = sized(signature, asked, counts)
        if known != asked:
            asked = known
            typed, text = _typed(plain, signature, asked, source)
    layouts = read_layouts(text, signature, problems)
    if problems:
        raise refusal(problems)
    name, is_free = signature.name, is_free_running(signature, asked)
    directions = {} if is_free else read_directions(text, signature, signature.mangled, layouts)
    interface = build_interface(signature, asked, layouts, directions, problems, read_sizes(text))
    warnings.extend(aggregation_remarks(signature.pragmas, interface.arguments))
    if not is_free or any(one.is_decayed for one in signature.formals):
        made = stream_wrapper(signature) if is_free else wrapper(signature, interface)
        name, text = WRAPPER, _compiled(typed + made, source)
    return WrappedTop(text, name, interface, sources, signature.location)


def _typed(plain: str, signature: Signature, asked: Asked, source: Path) -> tuple[str, str]:
    """C++ with the types of the arguments, and its LLVM IR."""
    typed = f"{plain}\n{type_definitions(signature, asked)}"
    return typed, _compiled(typed, source)


def _compiled(code: str, source: Path) -> str:
    return split_structures(compile_to_llvm(code, source), source)


def named_in_source(interface: Interface, wrapped: WrappedTop, problems: list[Problem]) -> Interface:
    """With the arguments' places in C++, and the paths to members; a member that tasks keep is a problem."""
    if not wrapped.sources:
        return interface

    def named(arguments: Sequence[Argument]) -> tuple[Argument, ...]:
        found = ((one, wrapped.sources[one.place]) if one.place != RETURN else (one, None) for one in arguments)
        return tuple(replace(one, place=at.place, path=at.path) if at is not None else one for one, at in found)

    made = replace(interface, arguments=named(interface.arguments), offsets=named(interface.offsets))
    where = wrapped.location
    for one in made.arguments:
        if one.lasting and one.path:
            file, line = (where.file, where.line) if where is not None else (None, None)
            expected, hint = "one that no task uses", "give the array an argument of its own"
            problems.append(Problem(file, line, f"member {one.path}", expected, "an array that a task keeps", hint))
    return made
