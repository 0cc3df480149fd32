"""AXI4 masters of a top: one for each m_axi argument, and their SystemVerilog."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fpdeep_gen.hls.interface import (
    AXI_READ,
    AXI_REQUEST,
    AXI_STREAMS,
    AXI_WRITE,
    BURST_READ,
    BURST_READ_REQUEST,
    BURST_RESPONSE,
    BURST_WRITE,
    BURST_WRITE_REQUEST,
    Interface,
)
from fpdeep_gen.hls.layout import integers
from fpdeep_gen.hls.packing import bus_bytes, memory_packing

BORDER = 0x1000_1000  # in simulation an array begins this many elements before a border of 4 KiB
BEFORE = 24
BASE_STEP = 0x1000_0000


@dataclass(frozen=True)
class Master:
    """`width` bits a word, which takes `bytes` of memory and one beat; `prefix` of its pins.

    `strobes`: bytes of a word are written one by one, as a structure has members. `base`: where a simulation puts the
    array; `offset`: whether a pin or register gives that address (else it is 0).
    """

    name: str
    prefix: str
    width: int
    bytes: int
    count: int
    burst: int
    base: int
    offset: bool
    strobes: bool = False


def masters(interface: Interface) -> tuple[Master, ...]:
    """In the order of the arguments. A bundle of several arguments gives each a port of its own."""
    shared = Counter(one.bundle for one in interface.masters)
    offsets = {one.name for one in interface.offsets}
    found = []
    for number, one in enumerate(interface.masters):
        packing = memory_packing(one.layout)
        assert packing is not None  # the interface was built with one
        size = bus_bytes(packing)
        count = packing.words * sum(1 for _ in integers(one.layout)) // len(packing.kinds)
        prefix = f"m_axi_{one.bundle}" + (f"_{one.name}" if shared[one.bundle] > 1 else "")
        base = BORDER + number * BASE_STEP - BEFORE * size if one.name in offsets else 0
        burst = min(one.burst or 16, 4096 // size, 256)
        more = (burst, base, one.name in offsets, packing.strobes > 0)
        found.append(Master(one.name, prefix, packing.width, size, count, *more))
    return tuple(found)


def master_pins(master: Master) -> list[tuple[str, int, bool]]:
    """Name, width, direction (True: input)."""
    data = 8 * master.bytes
    address = (("addr", 64), ("len", 8), ("size", 3), ("burst", 2), ("lock", 1), ("cache", 4), ("prot", 3), ("qos", 4))
    pins = [
        *((f"aw{name}", width, False) for name, width in address),
        *(("awvalid", 1, False), ("awready", 1, True)),
        *(("wdata", data, False), ("wstrb", master.bytes, False), ("wlast", 1, False), ("wvalid", 1, False)),
        *(("wready", 1, True), ("bresp", 2, True), ("bvalid", 1, True), ("bready", 1, False)),
        *((f"ar{name}", width, False) for name, width in address),
        *(("arvalid", 1, False), ("arready", 1, True)),
        *(("rdata", data, True), ("rresp", 2, True), ("rlast", 1, True), ("rvalid", 1, True), ("rready", 1, False)),
    ]
    return [(f"{master.prefix}_{name}", width, is_input) for name, width, is_input in pins]


def master_text(master: Master, streams: Mapping[str, int]) -> list[str]:
    """The adapters of one master. `streams`: widths of the kernel's streams by name."""
    prefix, name = master.prefix, master.name
    size = master.bytes.bit_length() - 1
    lines: list[str] = []
    for channel in ("aw", "ar"):
        lines += [
            f"assign {prefix}_{channel}size = 3'd{size};",
            f"assign {prefix}_{channel}burst = 2'b01;",
            f"assign {prefix}_{channel}lock = 1'b0;",
            f"assign {prefix}_{channel}cache = 4'b0011;",
            f"assign {prefix}_{channel}prot = 3'b000;",
            f"assign {prefix}_{channel}qos = 4'b0000;",
        ]
    lines.append(f"wire {name}_axi_busy;")
    for suffix in AXI_STREAMS:
        if f"{name}{suffix}" in streams:
            inner = f"{name}{suffix}"
            lines += [f"wire [{streams[inner] - 1}:0] {inner}_tdata;", f"wire {inner}_tvalid, {inner}_tready;"]
    return [*lines, *_write_text(master, streams), *_read_text(master, streams)]


_ADDRESS = ("addr", "len", "valid", "ready")


def _connected(master: Master, cell: str, streams: list[str], pins: list[str], settings: str = "") -> list[str]:
    """An instance of an adapter; `pins` of the master are connected by their names."""
    base = master.name if master.offset else "64'd0"
    shape = f".WIDTH({master.width}), .BYTES({master.bytes}), .BURST({master.burst}){settings}"
    own = [f".{pin}({master.prefix}_{pin})" for pin in pins]
    return [
        f"{cell} #({shape}) u_{master.name}_{cell.rpartition('_')[2]} (.ap_clk(ap_clk), .ap_rst_n(ap_rst_n),",
        f"    .base({base}), {', '.join(streams)},",
        f"    {', '.join(own)});",
    ]


def _write_text(master: Master, streams: Mapping[str, int]) -> list[str]:
    prefix, name = master.prefix, master.name
    pins = [*(f"aw{one}" for one in _ADDRESS), *("wdata", "wstrb", "wlast", "wvalid", "wready", "bvalid", "bready")]
    busy = f".busy({name}_axi_busy)"
    if f"{name}{AXI_WRITE}" in streams:
        index = streams[f"{name}{AXI_WRITE}"] - master.width - (master.bytes if master.strobes else 0)
        settings = (", .STROBES(1)" if master.strobes else "") + f", .INDEX({index})"
        return _connected(master, "fpdeep_axi_write", [busy, _stream("s", f"{name}{AXI_WRITE}")], pins, settings)
    if f"{name}{BURST_WRITE_REQUEST}" in streams:
        ends = (("s", BURST_WRITE_REQUEST), ("w", BURST_WRITE), ("m", BURST_RESPONSE))
        used = [_stream(side, f"{name}{suffix}", streams) for side, suffix in ends]
        return _connected(master, "fpdeep_burst_write", [busy, *used], pins)
    lines = [f"assign {prefix}_{pin} = '0;" for pin in ("awaddr", "awlen", "awvalid", "wdata", "wlast", "wvalid")]
    lines += [f"assign {prefix}_{pin} = '1;" for pin in ("wstrb", "bready")]
    lines += _never(name, (BURST_WRITE,), (BURST_RESPONSE,), streams)
    return [*lines, f"assign {name}_axi_busy = 1'b0;"]


def _read_text(master: Master, streams: Mapping[str, int]) -> list[str]:
    prefix, name = master.prefix, master.name
    pins = [*(f"ar{one}" for one in _ADDRESS), *("rdata", "rvalid", "rready")]
    if f"{name}{AXI_REQUEST}" in streams:
        used = [f".hold({name}_axi_busy)", _stream("s", f"{name}{AXI_REQUEST}"), _stream("m", f"{name}{AXI_READ}")]
        settings = f", .INDEX({streams[f'{name}{AXI_REQUEST}']})"
        return _connected(master, "fpdeep_axi_read", used, pins, settings)
    if f"{name}{BURST_READ_REQUEST}" in streams:
        used = [_stream("s", f"{name}{BURST_READ_REQUEST}"), _stream("m", f"{name}{BURST_READ}", streams)]
        return _connected(master, "fpdeep_burst_read", used, pins)
    lines = [f"assign {prefix}_{pin} = '0;" for pin in ("araddr", "arlen", "arvalid")]
    return [*lines, f"assign {prefix}_rready = 1'b1;", *_never(name, (), (BURST_READ,), streams)]


def _never(name: str, given: Sequence[str], made: Sequence[str], streams: Mapping[str, int]) -> list[str]:
    """Ends of streams of the kernel that have no adapter, as nothing is ever asked for: they wait for ever."""
    lines = [f"assign {name}{suffix}_tready = 1'b0;" for suffix in given if f"{name}{suffix}" in streams]
    for inner in (f"{name}{suffix}" for suffix in made if f"{name}{suffix}" in streams):
        lines += [f"assign {inner}_tdata = '0;", f"assign {inner}_tvalid = 1'b0;"]
    return lines


def _stream(side: str, name: str, streams: Mapping[str, int] | None = None) -> str:
    """Connections of a stream; of one that the kernel does not use where `streams` is without it."""
    if streams is None or name in streams:
        return ", ".join(f".{side}_{part}({name}_{part})" for part in ("tdata", "tvalid", "tready"))
    if side == "m":
        return ".m_tdata(), .m_tvalid(), .m_tready(1'b1)"
    return f".{side}_tdata('0), .{side}_tvalid(1'b0), .{side}_tready()"
