"""Options of INTERFACE pragmas: which are honoured in which mode, and what is said of the others."""

from collections.abc import Iterable, Iterator, Mapping

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.pragma_kinds import Pragma
from fpdeep_gen.hls.interface import Argument, Interface, Kind, Protocol
from fpdeep_gen.hls.ir import Diagnostic, Location
from fpdeep_gen.hls.layout import Structure, shape_of

DEFAULT_BUNDLE = "gmem"
DEFAULT_BURST = 16
MOST_BURST = 256
"""Words of a burst, by AXI4."""

_COMMON = frozenset({"mode", "port", "depth"})
_HONOURED = {
    Protocol.AXI: frozenset({"bundle", "offset", "max_read_burst_length", "max_write_burst_length"}),
    Protocol.AXILITE: frozenset({"bundle"}),
}
_WHY = {
    "latency": "the compiler has a latency of its own for what it asks for",
    "num_read_outstanding": "the adapter decides by itself",
    "num_write_outstanding": "the adapter decides by itself",
    "max_widen_bitwidth": "the bus is as wide as the element",
    "channel": "arguments of a bundle take turns",
    "name": "pins have the argument's name",
    "offset": "registers lie in the order of the arguments",
    "clock": "there is one clock",
    "storage_type": "the schedule chooses the ports",
    "storage_impl": "the memory lies outside",
    "register_mode": "outputs of streams have a register slice, nothing else has",
}
_SLAVE = "control"
_STREAMS = (Protocol.HS, Protocol.AXIS)


def remarks_of(pragma: Pragma, protocol: Protocol) -> list[str]:
    """What of an INTERFACE pragma is not honoured."""
    known = _COMMON | _HONOURED.get(protocol, frozenset())
    found = [
        f"{key}={value} is ignored" + (f"; {_WHY[key]}" if key in _WHY else "")
        for key, value in pragma.options.items()
        if key not in known
    ]
    if "register" in pragma.flags and protocol is not Protocol.AXILITE:
        found.append("register is ignored; inputs are captured at the start, results hold until the next ones")
    if protocol is Protocol.AXILITE and pragma.options.get("bundle", _SLAVE).lower() != _SLAVE:
        found.append(f"bundle={pragma.options['bundle']} is ignored; there is one slave, {_SLAVE}")
    if protocol is Protocol.AXI:
        found += burst_of(pragma.options)[1]
    return found


def shared_masters(ports: Mapping[str, tuple[Protocol, Pragma, Location]]) -> Iterator[Diagnostic]:
    """Arguments of a bundle that cannot share its master, as they lie at address 0."""
    users: dict[str, list[str]] = {}
    for name, (protocol, pragma, _) in ports.items():
        if protocol is Protocol.AXI:
            users.setdefault(pragma.options.get("bundle", DEFAULT_BUNDLE), []).append(name)
    for name, (protocol, pragma, location) in ports.items():
        bundle = pragma.options.get("bundle", DEFAULT_BUNDLE)
        alone = pragma.options.get("offset", "").lower() == "off"
        if protocol is Protocol.AXI and alone and len(users[bundle]) > 1:
            text = f"bundle {bundle} is not shared, as offset=off is address 0; {name} has a master of its own"
            yield Diagnostic(location, f"pragma HLS INTERFACE port={name}: {text}")


def aggregation_remarks(
    pragmas: Iterable[tuple[Pragma, Location]], arguments: Iterable[Argument]
) -> Iterator[Diagnostic]:
    """What AGGREGATE and DISAGGREGATE of arguments ask for that is not how they become ports."""
    by_name = {one.name: one for one in arguments if isinstance(shape_of(one.layout)[1], Structure)}
    for pragma, location in pragmas:
        name = pragma.options.get("variable", "")
        one = by_name.get(name)
        if pragma.kind not in ("aggregate", "disaggregate") or one is None:
            continue
        apart = one.kind is Kind.ARRAY and one.protocol is Protocol.MEMORY
        compact = pragma.options.get("compact", "")
        text = ""
        if pragma.kind == "disaggregate" and not apart:
            text = "not done; its members stay in one word, give each an argument of its own"
        elif pragma.kind == "aggregate" and apart:
            text = "not done; each member has a memory of its own"
        elif compact and (compact == "bit") == (one.protocol is Protocol.AXI):
            text = f"compact={compact} is ignored; members lie "
            text += "as in C++" if one.protocol is Protocol.AXI else "side by side, with nothing between them"
        if text:
            yield Diagnostic(location, f"pragma HLS {pragma.kind.upper()} variable={name}: {text}")


def direct_protocol(kind: str, asked: Protocol | None) -> Protocol | None:
    """Of a stream of direct I/O (`ap_none`, ...), or None where the mode asked for does not fit."""
    if asked is Protocol.AXILITE and kind == Protocol.NONE.value:
        return asked
    if kind == Protocol.HS.value:  # a stream with its pins
        return asked if asked is Protocol.FIFO else Protocol.AXIS if asked in (None, *_STREAMS) else None
    return Protocol(kind) if asked in (None, Protocol(kind)) else None


def direct_remarks(arguments: Iterable[Argument], location: Location) -> Iterator[Diagnostic]:
    """Pins without a handshake: what a value means depends on time."""
    for one in arguments:
        if one.is_direct:
            what = "a register" if one.protocol is Protocol.AXILITE else one.protocol.value
            text = f"argument {one.name}: {what} has no full handshake, so hardware may miss a value or take one twice"
            yield Diagnostic(location, f"{text}; in co-simulation each read takes the next one")


def direct_problems(interface: Interface, location: Location | None) -> Iterator[Problem]:
    """Registers that nothing can be read from."""
    for one in interface.registered:
        if one.kind is Kind.STREAM and (one.direction.writes or one.count):
            file, line = (location.file, location.line) if location is not None else (None, None)
            found = "an array" if one.count else "a value that the kernel writes"
            hint = "give it pins, or make it a pointer to a number, which is read when the call is over"
            yield Problem(file, line, f"argument {one.name}", "one value for the kernel to read", found, hint)


def burst_of(options: dict[str, str]) -> tuple[int, list[str]]:
    """Words of a master's longest burst, read or written, and what is not as asked."""
    lengths: list[int] = []
    remarks: list[str] = []
    for key in ("max_read_burst_length", "max_write_burst_length"):
        text = options.get(key)
        if text is None:
            continue
        if text.isdecimal() and int(text) >= 1:
            lengths.append(min(int(text), MOST_BURST))
            if int(text) > MOST_BURST:
                remarks.append(f"{key}={text}: AXI4 has bursts of up to {MOST_BURST} words, which is taken")
        else:
            remarks.append(f"{key}={text} is ignored; it is no positive number")
    if len(set(lengths)) > 1:
        remarks.append(f"one length is used for reading and writing, {min(lengths)}, the shorter one")
    return min(lengths, default=DEFAULT_BURST), remarks
