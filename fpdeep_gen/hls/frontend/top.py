"""From the signature of a top function to its `Interface`.

The process of a top with a block-level protocol is a generated function (see `top_wrapper`) between two streams, of
starts and dones. The shell of the module (see `emit.shell`) makes the pins from the two streams.
"""

import re
from dataclasses import dataclass, replace

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.aliases import read_aliases
from fpdeep_gen.hls.frontend.extents import Pointer
from fpdeep_gen.hls.frontend.interface_options import (
    DEFAULT_BUNDLE,
    burst_of,
    direct_protocol,
    remarks_of,
    shared_masters,
)
from fpdeep_gen.hls.frontend.pragma_kinds import Pragma, each_of
from fpdeep_gen.hls.frontend.signature import Formal, Signature
from fpdeep_gen.hls.frontend.top_wrapper import type_name
from fpdeep_gen.hls.interface import RETURN, Argument, Control, Direction, Interface, Kind, Protocol
from fpdeep_gen.hls.ir import Diagnostic, Location
from fpdeep_gen.hls.layout import Integer, Layout, parse_layout, shape_of
from fpdeep_gen.hls.packing import is_plain, memory_bytes, memory_packing

_MODES = {one.value: one for one in Protocol} | {"bram": Protocol.MEMORY}
_CONTROLS = {one.value: one for one in (Control.NONE, Control.HS, Control.CHAIN)}
_VALUES = (Protocol.NONE, Protocol.STABLE, Protocol.VLD, Protocol.OVLD, Protocol.ACK, Protocol.HS)
MOST_BITS = 4096
"""Of a word of the kernel, as of `ap_uint`."""
_POINTER_ARRAYS = (Protocol.AXI, Protocol.MEMORY, Protocol.FIFO, Protocol.AXIS)


@dataclass(frozen=True, slots=True)
class Asked:
    """What INTERFACE pragmas say: by port name, and for the block. `depths`: elements behind pointers, C++ texts.

    `restarts`: the slave counts the runs of a start.
    """

    ports: dict[str, tuple[Protocol, Pragma, Location]]
    control: Control | None
    control_lite: bool
    bundles: dict[str, str]
    depths: dict[str, str]
    restarts: bool = False


def read_interfaces(signature: Signature, warnings: list[Diagnostic]) -> Asked:
    """INTERFACE pragmas of the body; what is unknown becomes a warning."""
    ports: dict[str, tuple[Protocol, Pragma, Location]] = {}
    bundles: dict[str, str] = {}
    control, lite = None, False
    restarts: list[Location] = []
    names = {one.name for one in signature.formals} | {"return"}
    references = {one.name for one in signature.formals if one.is_reference}
    stated = [(each, place) for one, place in signature.pragmas for each in each_of(one, "port")]
    for pragma, location in stated:
        if pragma.kind != "interface":
            continue
        port = pragma.options.get("port", "").lstrip("&*")
        words = {pragma.options.get("mode", "").lower(), *pragma.flags}
        mode = next((word for word in sorted(words) if word in _MODES or word in _CONTROLS), "")
        if port not in names or not mode:
            text = f"unknown mode ({', '.join(sorted(words))})" if port in names else f"no argument named {port}"
            warnings.append(Diagnostic(location, f"pragma HLS INTERFACE: {text}, ignored"))
            continue
        if mode in _MODES:
            remarks = remarks_of(pragma, _MODES[mode])
            warnings += [Diagnostic(location, f"pragma HLS INTERFACE port={port}: {remark}") for remark in remarks]
        if port == "return" and "autorestart" in pragma.flags:
            restarts.append(location)
        if mode in _CONTROLS:
            control = _CONTROLS[mode]
        elif port == "return":
            lite = lite or _MODES[mode] is Protocol.AXILITE
            bundles[port] = pragma.options.get("bundle", "control")
        elif _MODES[mode] is Protocol.AXILITE and port in ports and ports[port][0] is Protocol.AXI:
            bundles[port] = pragma.options.get("bundle", "control")  # the offset of an m_axi pointer
        else:
            if _MODES[mode] is Protocol.AXI and port in ports and ports[port][0] is Protocol.AXILITE:
                bundles[port] = ports[port][1].options.get("bundle", "control")
            ports[port] = (_MODES[mode], pragma, location)
            if port in references and _MODES[mode] is Protocol.AXI and pragma.options.get("depth", "1") != "1":
                text = f"depth={pragma.options['depth']} is ignored; a reference is to one element"
                warnings.append(Diagnostic(location, f"pragma HLS INTERFACE port={port}: {text}"))
    warnings += shared_masters(ports)
    counted = lite and control is not Control.NONE
    if not counted:
        text = "pragma HLS INTERFACE port=return: autorestart is ignored; it needs s_axilite and a start"
        warnings += [Diagnostic(location, text) for location in restarts]
    depths = {name: pragma.options["depth"] for name, (_, pragma, _) in ports.items() if "depth" in pragma.options}
    return Asked(ports, control, lite, bundles, depths, counted and bool(restarts))


def unsized_pointers(signature: Signature, asked: Asked) -> list[Pointer]:
    """Pointers and references whose number of elements nothing says."""
    return [
        Pointer(place, one.name, one.is_pointer)
        for place, one in enumerate(signature.formals)
        if (one.is_reference or (one.is_pointer and is_scalar(one, asked))) and not one.is_stream
    ]


def sized(signature: Signature, asked: Asked, counts: dict[str, int]) -> Asked:
    """With depths for the pointers that are arrays: several elements are used, or the mode is one of arrays."""
    depths = dict(asked.depths)
    for one in signature.formals:
        mode = asked.ports.get(one.name)
        if one.name in counts and (counts[one.name] > 1 or (mode is not None and mode[0] in _POINTER_ARRAYS)):
            depths[one.name] = str(counts[one.name])
    return replace(asked, depths=depths)


def is_free_running(signature: Signature, asked: Asked) -> bool:
    """A function of streams alone, without a block-level protocol."""
    plain = asked.control in (None, Control.NONE) and not asked.control_lite
    return plain and not signature.returns_value and all(one.is_stream for one in signature.formals)


def is_scalar(formal: Formal, asked: Asked) -> bool:
    """One value, or an array that is wanted as registers; not what lies in memory behind a reference."""
    mode = asked.ports.get(formal.name)
    if formal.is_array and not formal.is_stream and mode is not None and mode[0] in _VALUES:
        return True
    if formal.is_stream or formal.is_array or formal.is_burst:
        return False
    if formal.is_reference and mode is not None and mode[0] is Protocol.AXI:
        return False
    several = formal.name in asked.depths and (mode is None or mode[0] in _POINTER_ARRAYS)
    return not (formal.is_pointer and several)


def type_definitions(signature: Signature, asked: Asked) -> str:
    """C++ types of the arguments (of streams: of their words), and a function that tells their layouts."""
    top = f"decltype(::{signature.name})"
    lines: list[str] = []
    for place, formal in enumerate(signature.formals):
        name = type_name(place)
        if formal.is_stream:
            word = f"typename ::hls_detail::stream_word<typename ::hls_detail::argument<{place}, {top}>::type>::type"
            lines.append(f"typedef {word} {name};")
        elif formal.is_burst:
            element = f"typename ::hls_detail::value_of<{place}, {top}>::value_type"
            lines.append(f"typedef {element} {name}[{asked.depths.get(formal.name, '1')}];")
        elif formal.is_decayed:
            lines.append(f"typedef {formal.text.replace('@', name + '_given')};")
            lines.append(f"typedef typename ::hls_detail::plain<{name}_given>::type {name};")
        elif formal.is_pointer and not is_scalar(formal, asked):
            lines.append(f"typedef ::hls_detail::pointed_of<{place}, {top}> {name}[{asked.depths[formal.name]}];")
        elif formal.is_pointer:
            lines.append(f"typedef ::hls_detail::pointed_of<{place}, {top}> {name};")
        elif formal.is_reference and not is_scalar(formal, asked):
            lines.append(f"typedef ::hls_detail::value_of<{place}, {top}> {name}[1];")
        else:
            lines.append(f"typedef ::hls_detail::value_of<{place}, {top}> {name};")
    places = list(range(len(signature.formals)))
    if signature.returns_value:
        lines.append(f"typedef ::hls_detail::result_of<{top}> {type_name(RETURN)};")
        places.append(RETURN)
    names = {place: type_name(place) for place in places}
    marks = [
        f"::__hls_mark_layout({place}, ::hls_detail::layout_text_of<{name}>.data, (int)sizeof({name}));"
        for place, name in names.items()
    ]
    lines.append(f'# {signature.location.line} "{signature.location.file}"')  # what is wrong with a type is told there
    lines.append(f'extern "C" void __hls_layouts() {{ {" ".join(marks)} }}')
    return "\n".join([*lines, ""])


_MARK = re.compile(
    r"call void @__hls_mark_layout\(i32 (?:noundef )?(-?\d+), ptr (?:noundef )?(@[\w.$]+|@\"[^\"]*\"), "
    r"i32 (?:noundef )?(\d+)\)"
)
_TEXT = re.compile(r'c"((?:[^"\\]|\\.)*)"')


def read_sizes(llvm_text: str) -> dict[int, int]:
    """Bytes of each argument's type in memory."""
    return {int(match[1]): int(match[3]) for match in _MARK.finditer(llvm_text)}


def layout_texts(llvm_text: str) -> dict[int, str]:
    """What the function of `type_definitions` tells, by argument."""
    found: dict[int, str] = {}
    for match in _MARK.finditer(llvm_text):
        line = re.search(rf"^{re.escape(match[2])} = .*$", llvm_text, re.MULTILINE)
        content = _TEXT.search(line[0]) if line is not None else None
        if content is not None:
            found[int(match[1])] = content[1].rstrip()
    return found


def read_layouts(llvm_text: str, signature: Signature, problems: list[Problem]) -> dict[int, Layout]:
    """The layouts by argument; a structure with a stream that is returned is a problem."""
    found: dict[int, Layout] = {}
    for place, text in layout_texts(llvm_text).items():
        if "s" in text:
            where, hint = signature.location, "give the stream an argument of its own"
            what, expected = "the return value", "members without streams"
            problems.append(Problem(where.file, where.line, what, expected, "one with a stream", hint))
        else:
            found[place] = parse_layout(text)
    return found


def build_interface(
    signature: Signature,
    asked: Asked,
    layouts: dict[int, Layout],
    directions: dict[int, Direction],
    problems: list[Problem],
    sizes: dict[int, int],
) -> Interface:
    """Every argument with its protocol. `sizes`: bytes of each in memory."""
    free = is_free_running(signature, asked)
    arguments: list[Argument] = []
    offsets: list[Argument] = []
    memories = read_aliases(signature, asked.ports, problems)
    for place, formal in enumerate(signature.formals):
        wanted = asked.ports.get(formal.name)
        mode = wanted[0] if wanted is not None else None
        kind = Kind.STREAM if formal.is_stream else Kind.SCALAR if is_scalar(formal, asked) else Kind.ARRAY
        by_value = kind is Kind.SCALAR and not (formal.is_pointer or formal.is_reference or formal.is_array)
        direction = Direction.IN if by_value else directions.get(place, Direction.INOUT)
        protocol = direct_protocol(formal.direct, mode) if formal.direct else _protocol(kind, direction, mode)
        if formal.is_burst:
            protocol = Protocol.AXI if mode in (None, Protocol.AXI) else None
            problems += _burst_problems(signature, formal, asked, layouts[place])
        if kind is Kind.SCALAR and formal.is_pointer and mode in _POINTER_ARRAYS:
            assert wanted is not None
            found = f"{wanted[0].value} without it"
            what = f"pragma HLS INTERFACE port={formal.name}"
            problems.append(
                Problem(wanted[2].file, wanted[2].line, what, "depth= (elements behind the pointer)", found)
            )
            protocol = _default(kind, direction)
        if protocol is None:
            protocol = _default(kind, direction)
            assert wanted is not None
            place_of = wanted[2]
            text = f"a mode for {'an' if kind is Kind.ARRAY else 'a'} {kind.value}"
            text = "m_axi, as the argument is a burst_maxi" if formal.is_burst else text
            text = f"{formal.direct}, as the argument is" if formal.direct else text
            name = f"pragma HLS INTERFACE port={formal.name}"
            problems.append(Problem(place_of.file, place_of.line, name, text, wanted[0].value))
        if kind is Kind.SCALAR and formal.is_array and layouts[place].width > MOST_BITS:
            text, hint = f"{layouts[place].width:,} bits", "take ap_memory, axis or m_axi for it"
            expected = f"an array of at most {MOST_BITS:,} bits, which goes over in one word"
            problems.append(
                Problem(signature.location.file, signature.location.line, formal.name, expected, text, hint)
            )
        bundle = DEFAULT_BUNDLE if formal.is_burst else ""
        if wanted is not None and protocol in (Protocol.AXI, Protocol.AXILITE):
            bundle = wanted[1].options.get("bundle", DEFAULT_BUNDLE if protocol is Protocol.AXI else "control")
        streamed = kind is Kind.ARRAY and protocol is not Protocol.MEMORY
        if streamed and protocol is Protocol.AXI:
            problems += _memory_problems(signature, formal, layouts[place], sizes[place])
        options = wanted[1].options if wanted is not None else {}
        by_pointer = kind is Kind.SCALAR and formal.is_pointer
        burst, _ = burst_of(options)
        made = Argument(formal.name, place, kind, direction, protocol, layouts[place], 0, bundle, by_pointer, burst)
        arguments.append(replace(made, memory=memories.get(formal.name, "")))
        if protocol is Protocol.AXI:
            slave = asked.control_lite or bool(asked.bundles.get(formal.name))
            offset = options.get("offset", "slave" if slave else "direct").lower()
            kinds = (Kind.SCALAR, Direction.IN, Protocol.AXILITE if offset == "slave" else Protocol.NONE)
            if offset != "off":
                offsets.append(Argument(formal.name, place, *kinds, Integer(64, False)))
    if signature.returns_value:
        mode = Protocol.AXILITE if asked.control_lite else Protocol.NONE
        bundle, result = asked.bundles.get("return", ""), (Kind.SCALAR, Direction.OUT)
        arguments.append(Argument("ap_return", RETURN, *result, mode, layouts[RETURN], 0, bundle))
    control = Control.FREE if free else asked.control or Control.HS
    more = {"control_lite": asked.control_lite, "restarts": asked.restarts}
    return Interface(control, tuple(arguments), offsets=tuple(offsets), **more)


def _burst_problems(signature: Signature, formal: Formal, asked: Asked, layout: Layout) -> list[Problem]:
    """What of a port that the kernel asks for bursts is not known, or does not fit one word of a bus."""
    where, what, found = signature.location, f"argument {formal.name}", []
    if formal.name not in asked.depths:
        hint = f"add #pragma HLS INTERFACE m_axi port={formal.name} depth=, with the number of elements"
        found.append(Problem(where.file, where.line, what, "depth= (elements behind it)", "INTERFACE without it", hint))
    packing = memory_packing(layout)
    if packing is not None and packing.words > 1:
        text, hint = f"{packing.words} words of {packing.strobes} bytes", "add members up to such a size"
        found.append(Problem(where.file, where.line, what, "elements of a power of two of bytes", text, hint))
    return found


def _memory_problems(signature: Signature, formal: Formal, layout: Layout, size: int) -> list[Problem]:
    """What of an array behind an AXI4 master does not lie in memory as the adapter expects."""
    where, what = signature.location, f"argument {formal.name}"
    hint = "give the structure members of such sizes that each lies in one word"
    if memory_packing(layout) is None:
        text = f"members that lie in one word of {memory_bytes(shape_of(layout)[1])} bytes' greatest power of two"
        return [Problem(where.file, where.line, what, text, "a member that crosses words", hint)]
    if not is_plain(layout) and memory_bytes(layout) != size:
        text = f"a structure without alignas and bit fields, {memory_bytes(layout)} bytes in all"
        return [Problem(where.file, where.line, what, text, f"{size} bytes", "take alignas out, or add members")]
    return []


def _default(kind: Kind, direction: Direction) -> Protocol:
    if kind is Kind.STREAM:
        return Protocol.AXIS
    if kind is Kind.ARRAY:
        return Protocol.MEMORY
    return {Direction.OUT: Protocol.VLD, Direction.INOUT: Protocol.OVLD}.get(direction, Protocol.NONE)


_ALLOWED = {
    Kind.STREAM: (Protocol.AXIS, Protocol.FIFO),
    Kind.ARRAY: (Protocol.MEMORY, Protocol.AXI, Protocol.AXIS, Protocol.FIFO),
    Kind.SCALAR: (
        Protocol.NONE,
        Protocol.STABLE,
        Protocol.VLD,
        Protocol.OVLD,
        Protocol.ACK,
        Protocol.HS,
        Protocol.AXILITE,
    ),
}


def _protocol(kind: Kind, direction: Direction, asked: Protocol | None) -> Protocol | None:
    """The protocol, or None where the one asked for does not fit."""
    if asked is None:
        return _default(kind, direction)
    return asked if asked in _ALLOWED[kind] else None


def with_streams(interface: Interface, counts: dict[str, tuple[bool, int]]) -> Interface:
    """Streams with what the process says of them: whether it reads them, how many there are (0: no array)."""
    made = []
    for one in interface.arguments:
        if one.kind is Kind.STREAM and one.name in counts:
            is_input, count = counts[one.name]
            one = replace(one, direction=Direction.IN if is_input else Direction.OUT, count=count)
        made.append(one)
    return replace(interface, arguments=tuple(made))
