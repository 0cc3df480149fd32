"""Pins of direct I/O: streams whose pins have no handshake, or half of one (hls::ap_none, ap_vld, ap_ack).

Inside they are streams. What has no pin is constant: a value without ap_vld is always there, one without ap_ack always
taken. In a simulation the bench decides when a value is there, by a signal that exists only then, so that each read
takes the next value as it does natively.
"""

from fpdeep_gen.hls.emit.names import Pin, bits
from fpdeep_gen.hls.interface import Argument, Interface, Protocol, pin_of
from fpdeep_gen.hls.values import named

_ONE = "1'b1"


def direct_arguments(interface: Interface) -> dict[str, Argument]:
    """By the names of their streams."""
    return {name: one for one, name in named(interface) if one.is_direct}


def direct_pins(one: Argument, name: str) -> list[Pin]:
    """Pins of one stream, the value's first; none where it is in a register."""
    if one.protocol is Protocol.AXILITE:
        return []
    is_input = one.direction.reads
    pins = [Pin(pin_of(name), one.layout.width, is_input)]
    if one.protocol is Protocol.VLD:
        pins.append(Pin(f"{name}_ap_vld", 1, is_input))
    if one.protocol is Protocol.ACK:
        pins.append(Pin(f"{name}_ap_ack", 1, not is_input))
    return pins


def direct_text(one: Argument, name: str) -> list[str]:
    """Between the pins and the stream of the network."""
    valid, ready, data = f"{name}_tvalid", f"{name}_tready", pin_of(name)
    word = bits(one.layout.width)
    if one.direction.reads:
        known = f"{name}_ap_vld" if one.protocol is Protocol.VLD else ""
        lines = [
            f"wire {word}{name}_tdata = {data};",
            "`ifdef FPDEEP_SIM",
            f"wire {valid} = {known};" if known else f"reg {valid} /*verilator public_flat_rw*/;",
            f"wire {ready} /*verilator public_flat_rd*/;",
            "`else",
            f"wire {valid} = {known or _ONE};",
            f"wire {ready};",
            "`endif",
        ]
        return lines + [f"assign {name}_ap_ack = {valid} & {ready};"] * (one.protocol is Protocol.ACK)
    taken = f"{name}_ap_ack" if one.protocol is Protocol.ACK else _ONE
    lines = [
        f"wire {word}{name}_tdata;",
        "`ifdef FPDEEP_SIM",
        f"wire {valid} /*verilator public_flat_rd*/;",
        "`else",
        f"wire {valid};",
        "`endif",
        f"wire {ready} = {taken};",
        f"reg {word}{name}_held;",
        f"assign {data} = {valid} ? {name}_tdata : {name}_held;",
        f"always_ff @(posedge ap_clk) {name}_held <= ap_rst_n ? {data} : '0;",
    ]
    return lines + [f"assign {name}_ap_vld = {valid};"] * (one.protocol is Protocol.VLD)
