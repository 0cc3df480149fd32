"""SystemVerilog of a top with a block-level protocol or side channels: pins around the network of its processes.

The network (`<top>_core`) takes one word a start and gives one a done. The shell puts the scalar inputs together into
the first, takes the results and scalar outputs from the second, and passes streams and external memories through.
Words of AXI4-Stream with side channels become pins by their members; the network knows whole words alone.
"""

from collections.abc import Mapping, Sequence

from fpdeep_gen.hls.axi import bus_pins, buses
from fpdeep_gen.hls.axi_text import bus_text, busy_wires
from fpdeep_gen.hls.emit.direct import direct_arguments, direct_pins, direct_text
from fpdeep_gen.hls.emit.memory import external_pins, external_ports
from fpdeep_gen.hls.emit.names import Pin, bits, literal
from fpdeep_gen.hls.emit.process import stream_ports
from fpdeep_gen.hls.interface import Argument, Control, Interface, Protocol, inner_name, outer_name
from fpdeep_gen.hls.ir import Network, StreamPort
from fpdeep_gen.hls.registers import has_slave, slave_pins, slave_text
from fpdeep_gen.hls.schedule.model import MemoryPlan
from fpdeep_gen.hls.values import named

START, DONE = "ap_start", "ap_done"
_ACKNOWLEDGED = (Protocol.ACK, Protocol.HS)
_VALID = (Protocol.VLD, Protocol.HS)


def scalar_pins(argument: Argument) -> list[Pin]:
    """Pins of a scalar argument or of the return value."""
    width, protocol = argument.layout.width, argument.protocol
    if protocol is Protocol.AXILITE:
        return []
    pins: list[Pin] = []
    if argument.direction.reads:
        inner = inner_name(argument)
        pins.append(Pin(inner, width, True))
        if protocol in _VALID:
            pins.append(Pin(f"{inner}_ap_vld", 1, True))
        if protocol in _ACKNOWLEDGED:
            pins.append(Pin(f"{inner}_ap_ack", 1, False))
    if argument.direction.writes:
        outer = outer_name(argument)
        pins.append(Pin(outer, width, False))
        if protocol in (*_VALID, Protocol.OVLD):
            pins.append(Pin(f"{outer}_ap_vld", 1, False))
        if protocol in _ACKNOWLEDGED:
            pins.append(Pin(f"{outer}_ap_ack", 1, True))
    return pins


def control_pins(interface: Interface) -> list[Pin]:
    """Pins of the block-level protocol."""
    if interface.control in (Control.FREE, Control.NONE):
        return []
    if interface.control_lite:
        return [Pin("interrupt", 1, False)]
    pins = [Pin("ap_start", 1, True), *(Pin(name, 1, False) for name in ("ap_done", "ap_ready", "ap_idle"))]
    if interface.control is Control.CHAIN:
        pins.append(Pin("ap_continue", 1, True))
    return pins


def side_channels(interface: Interface) -> dict[str, tuple[Pin, ...]]:
    """Pins of the words of each AXI4-Stream port that has side channels, the lowest bits first."""
    return {
        name: tuple(Pin(f"{name}_{channel}", width, one.direction.reads) for channel, width in one.channels)
        for one, name in named(interface)
        if one.channels
    }


def padded_words(interface: Interface, network: Network) -> dict[str, tuple[Pin, ...]]:
    """The one pin of each other AXI4-Stream port whose words are no whole bytes: it is wider, up to the next byte."""
    axis = {name for one, name in named(interface) if one.protocol is Protocol.AXIS and not one.channels}
    return {
        port.name: (Pin(f"{port.name}_tdata", -(-port.width // 8) * 8, port.is_input),)
        for port in network.ports
        if port.name in axis and port.width % 8
    }


def hidden_streams(interface: Interface) -> frozenset[str]:
    """Streams of the network that are no ports of the top."""
    return frozenset() if interface.control is Control.FREE else interface.hidden | {START, DONE}


def emit_shell(
    interface: Interface,
    network: Network,
    plans: Sequence[MemoryPlan],
    module: str,
    core: str,
    sides: Mapping[str, Sequence[Pin]],
) -> str:
    """The top's module. `sides`: ports whose words are not one pin of their width: `side_channels`, `padded_words`."""
    pins = [pin for one in interface.pinned for pin in scalar_pins(one)]
    hidden = hidden_streams(interface)
    streams = [port for port in network.ports if port.name not in hidden]
    behind = buses(interface)
    memories = [pin for plan in plans for pin in external_pins(plan.memory, plan.memory.name, external_ports(plan))]
    declared = ["input  wire ap_clk", "input  wire ap_rst_n"]
    slave = [Pin(*one) for one in slave_pins(interface)] if has_slave(interface) else []
    declared += [pin.declaration() for pin in [*control_pins(interface), *slave, *pins]]
    declared += [Pin(*pin).declaration() for bus in behind for pin in bus_pins(bus)]
    direct = direct_arguments(interface)
    for port in streams:
        if port.name in direct:
            declared += [pin.declaration() for pin in direct_pins(direct[port.name], port.name)]
        else:
            declared += _stream_pins(port, sides)
    declared += [f"{direction:<6} wire {bits(width)}{name}" for direction, width, name in memories]
    lines = [f"module {module} (", ",\n".join(f"    {line}" for line in declared), ");"]
    if has_slave(interface):
        lines += [] if interface.control_lite else ["wire interrupt;"]
        lines += ["wire ap_start;"] * interface.control_lite
        lines += ["wire ap_done = 1'b0, ap_ready = 1'b0, ap_idle = 1'b0;"] * (interface.control is Control.FREE)
        lines += slave_text(interface)
    for port in streams:
        if port.name in direct:
            lines += direct_text(direct[port.name], port.name)
    for port in streams:
        for pin in sides.get(port.name, ()):
            if not port.is_input and pin.width > port.width:
                lines.append(f"assign {pin.name}[{pin.width - 1}:{port.width}] = '0;")
    lines += busy_wires([array for bus in behind for array in bus.arrays])
    for bus in behind:
        lines += bus_text(bus, {port.name: port.width for port in network.ports})
    lines += _control(interface, network) if interface.control is not Control.FREE else []
    connected = [f".{name}({name})" for name in ("ap_clk", "ap_rst_n")]
    for port in network.ports:
        inner = _signals(port)
        connected += [f".{name}({outer})" for name, outer in zip(inner, [_word(port, sides), *inner[1:]], strict=True)]
    connected += [f".{name}({name})" for _, _, name in memories]
    lines += [f"{core} u_core (", ",\n".join(f"    {item}" for item in connected), ");"]
    return "\n".join([*lines, "endmodule", ""])


def _signals(port: StreamPort) -> list[str]:
    return [f"{port.name}_{part}" for part in ("tdata", "tvalid", "tready")]


def _stream_pins(port: StreamPort, sides: Mapping[str, Sequence[Pin]]) -> list[str]:
    """Declarations of a stream's port."""
    declared = stream_ports(port, port.name)
    return [pin.declaration() for pin in sides[port.name]] + declared[1:] if port.name in sides else declared


def _word(port: StreamPort, sides: Mapping[str, Sequence[Pin]]) -> str:
    """The word that the network sees: the first channel in its lowest bits."""
    if port.name not in sides:
        return f"{port.name}_tdata"
    if sides[port.name][0].width > port.width:
        return f"{port.name}_tdata[{port.width - 1}:0]"
    return f"{{{', '.join(pin.name for pin in reversed(sides[port.name]))}}}"


def _control(interface: Interface, network: Network) -> list[str]:
    """The protocol's cell, what goes into its start word, what comes out of its done word."""
    ports = {port.name: port for port in network.ports}
    result = max(1, sum(one.layout.width for one in interface.outputs))
    widths = {START: ports[START].width, DONE: ports[DONE].width if DONE in ports else result}
    given, made = widths[START], widths[DONE]
    lines = [
        f"wire {bits(given)}given;",
        f"wire {bits(made)}made;",
        "wire given_valid, given_taken, made_valid, busy;",
    ]
    for name in (START, DONE):
        lines += [f"wire {bits(widths[name])}{name}_tdata;", f"wire {name}_tvalid, {name}_tready;"]
    if DONE not in ports:  # a function that never ends
        lines += [f"assign {DONE}_tdata = {literal(0, made)};", f"assign {DONE}_tvalid = {_ZERO};"]
    words, valid = [], []
    for one in interface.inputs:
        inner = inner_name(one)
        words.append(inner)
        if one.protocol in _VALID:
            valid.append(f"{inner}_ap_vld")
        if one.protocol in _ACKNOWLEDGED:
            lines.append(f"assign {inner}_ap_ack = given_taken;")
    lines.append(f"assign given = {{{', '.join(reversed(words))}}};" if words else "assign given = 1'b0;")
    lines.append(f"assign given_valid = {' & '.join(valid) or _ONE};")
    at, waiting = 0, [f"{one.name}_axi_busy" for one in interface.masters]
    for one in interface.outputs:
        outer = outer_name(one)
        width = one.layout.width
        lines.append(f"assign {outer} = made[{at + width - 1}:{at}];" if made > 1 else f"assign {outer} = made;")
        at += width
        if one.protocol in _ACKNOWLEDGED:
            wait = f"{outer}_waiting"
            waiting.append(f"({wait} & ~{outer}_ap_ack)")
            lines += [
                f"wire {wait};",
                f"fpdeep_acknowledge u_{outer} (.ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .made(made_valid),",
                f"    .acknowledged({outer}_ap_ack), .waiting({wait}));",
            ]
        if one.protocol in (*_VALID, Protocol.OVLD):
            lines.append(f"assign {outer}_ap_vld = {wait if one.protocol in _ACKNOWLEDGED else 'made_valid'};")
    lines.append(f"assign busy = {' | '.join(waiting) or _ZERO};")
    free = interface.control is Control.NONE
    chain = interface.control is Control.CHAIN and not interface.control_lite
    if free and not interface.control_lite:
        lines += _FREE_START
    elif interface.control_lite:
        lines.append("wire ap_done, ap_ready, ap_idle;")
    settings = f".GIVEN({given}), .MADE({made}), .OVERLAP({int(interface.overlapped)}), .CHAIN({int(chain)})"
    sides = [f".{side}_{part}({name}_{part})" for side, name in (("start", START), ("done", DONE)) for part in _PARTS]
    start = "1'b1" if free and interface.control_lite else "ap_start"
    return [
        *lines,
        f"fpdeep_control #({settings}) u_control (",
        f"    .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), .ap_start({start}),",
        f"    .ap_continue({'ap_continue' if chain else _ONE}),",
        "    .ap_done(ap_done), .ap_ready(ap_ready), .ap_idle(ap_idle),",
        "    .given(given), .given_valid(given_valid), .given_taken(given_taken),",
        "    .made(made), .made_valid(made_valid), .busy(busy),",
        f"    {', '.join(sides)});",
    ]


_ONE, _ZERO = "1'b1", "1'b0"
_PARTS = ("tdata", "tvalid", "tready")
# without pins the top starts for ever; a simulation makes a number of calls
_FREE_START = [
    "`ifdef FPDEEP_SIM",
    "reg ap_start /*verilator public_flat_rw*/;",
    "wire ap_done /*verilator public_flat_rd*/, ap_ready /*verilator public_flat_rd*/, ap_idle;",
    "`else",
    "wire ap_start = 1'b1;",
    "wire ap_done, ap_ready, ap_idle;",
    "`endif",
]
