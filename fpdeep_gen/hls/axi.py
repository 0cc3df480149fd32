"""AXI4 masters of a top: one for each m_axi argument, and their SystemVerilog."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from fpdeep_gen.hls.interface import AXI_READ, AXI_REQUEST, AXI_WRITE, Interface
from fpdeep_gen.hls.layout import integers
from fpdeep_gen.hls.packing import memory_packing, stored_bytes

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
        size = stored_bytes(packing.width)[0] if packing.width <= 64 else 1 << ((packing.width - 1) // 8).bit_length()
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
    lines = []
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
    base = name if master.offset else "64'd0"
    shape = f".WIDTH({master.width}), .BYTES({master.bytes}), .BURST({master.burst})"
    clock = ".ap_clk(ap_clk), .ap_rst_n(ap_rst_n)"
    for suffix in (AXI_REQUEST, AXI_READ, AXI_WRITE):
        if f"{name}{suffix}" in streams:
            inner = f"{name}{suffix}"
            lines += [f"wire [{streams[inner] - 1}:0] {inner}_tdata;", f"wire {inner}_tvalid, {inner}_tready;"]
    pins: tuple[str, ...]
    if f"{name}{AXI_WRITE}" in streams:
        index = streams[f"{name}{AXI_WRITE}"] - master.width - (master.bytes if master.strobes else 0)
        strobes = ", .STROBES(1)" if master.strobes else ""
        address = ("awaddr", "awlen", "awvalid", "awready")
        pins = (*address, "wdata", "wstrb", "wlast", "wvalid", "wready", "bvalid", "bready")
        lines += [
            f"fpdeep_axi_write #({shape}{strobes}, .INDEX({index})) u_{name}_write ({clock}, .base({base}),",
            f"    .busy({name}_axi_busy), {_stream('s', f'{name}{AXI_WRITE}')},",
            f"    {', '.join(f'.{pin}({prefix}_{pin})' for pin in pins)});",
        ]
    else:
        lines += [f"assign {prefix}_{pin} = '0;" for pin in ("awaddr", "awlen", "awvalid", "wdata", "wlast", "wvalid")]
        lines += [f"assign {prefix}_{pin} = '1;" for pin in ("wstrb", "bready")]
        lines.append(f"assign {name}_axi_busy = 1'b0;")
    if f"{name}{AXI_REQUEST}" in streams:
        index = streams[f"{name}{AXI_REQUEST}"]
        pins = ("araddr", "arlen", "arvalid", "arready", "rdata", "rvalid", "rready")
        lines += [
            f"fpdeep_axi_read #({shape}, .INDEX({index})) u_{name}_read ({clock}, .base({base}),",
            f"    .hold({name}_axi_busy), {_stream('s', f'{name}{AXI_REQUEST}')},",
            f"    {_stream('m', f'{name}{AXI_READ}')},",
            f"    {', '.join(f'.{pin}({prefix}_{pin})' for pin in pins)});",
        ]
    else:
        lines += [f"assign {prefix}_{pin} = '0;" for pin in ("araddr", "arlen", "arvalid")]
        lines.append(f"assign {prefix}_rready = 1'b1;")
    return lines


def _stream(side: str, name: str) -> str:
    return ", ".join(f".{side}_{part}({name}_{part})" for part in ("tdata", "tvalid", "tready"))
