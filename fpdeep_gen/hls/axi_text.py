"""SystemVerilog of AXI4 masters: an adapter for each process that uses an array, and what lets them share the pins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fpdeep_gen.hls.axi import Bus, Master
from fpdeep_gen.hls.interface import (
    AXI_READ,
    AXI_REQUEST,
    AXI_SETTLED,
    AXI_STREAMS,
    AXI_WRITE,
    BURST_BITS,
    BURST_READ,
    BURST_READ_REQUEST,
    BURST_RESPONSE,
    BURST_WRITE,
    BURST_WRITE_REQUEST,
    UNALIGNED_BITS,
)

_ADDRESS = ("addr", "len", "valid", "ready")
_READ = (*(f"ar{one}" for one in _ADDRESS), "rdata", "rvalid", "rready")
_WRITE = (*(f"aw{one}" for one in _ADDRESS), "wdata", "wstrb", "wlast", "wvalid", "wready", "bvalid", "bready")


@dataclass(frozen=True)
class _Adapter:
    """One direction of one process's use of an array: `stem` of its streams."""

    array: Master
    stem: str
    is_read: bool

    @property
    def pins(self) -> tuple[str, ...]:
        return _READ if self.is_read else _WRITE

    def width(self, pin: str) -> int:
        """Bits of one of `pins`."""
        data = {"rdata": 8 * self.array.bytes, "wdata": 8 * self.array.bytes, "wstrb": self.array.bytes}
        return data.get(pin) or {"addr": 64, "len": 8}.get(pin[2:], 1)


def busy_wires(arrays: Sequence[Master]) -> list[str]:
    """One for each array behind any master: writes to it are on their way."""
    return [f"wire {one.name}_axi_busy;" for one in arrays]


def bus_text(bus: Bus, streams: Mapping[str, int]) -> list[str]:
    """All behind one master's pins. `streams`: widths of the kernel's streams by name."""
    lines: list[str] = []
    for channel in ("aw", "ar"):
        for pin, value in (("burst", "2'b01"), ("lock", "1'b0"), ("cache", "4'b0011"), ("prot", "3'b000")):
            lines.append(f"assign {bus.prefix}_{channel}{pin} = {value};")
        lines.append(f"assign {bus.prefix}_{channel}qos = 4'b0000;")
    for array in bus.arrays:
        busy = []
        for stem in array.users:
            for inner in (f"{stem}{suffix}" for suffix in AXI_STREAMS):
                if inner in streams:
                    lines += [f"wire [{streams[inner] - 1}:0] {inner}_tdata;", f"wire {inner}_tvalid, {inner}_tready;"]
            if _writes(stem, streams):
                lines.append(f"wire {stem}_axi_writes;")
                if f"{stem}{AXI_SETTLED}" in streams:
                    lines.append(f"assign {stem}{AXI_SETTLED}_tready = ~{stem}_axi_writes;")
                busy.append(f"{stem}_axi_writes")
        lines.append(f"assign {array.name}_axi_busy = {' | '.join(busy) or _ZERO};")
    users = [(array, stem) for array in bus.arrays for stem in array.users]
    lines += [line for array, stem in users for line in _never(array, stem, streams)]
    readers = [_Adapter(array, stem, True) for array, stem in users if _reads(stem, streams)]
    writers = [_Adapter(array, stem, False) for array, stem in users if _writes(stem, streams)]
    for adapters, is_read in ((writers, False), (readers, True)):
        lines += _side(bus, adapters, is_read, streams)
    return lines


_ZERO = "1'b0"


def _reads(stem: str, streams: Mapping[str, int]) -> bool:
    return f"{stem}{AXI_REQUEST}" in streams or f"{stem}{BURST_READ_REQUEST}" in streams


def _writes(stem: str, streams: Mapping[str, int]) -> bool:
    return f"{stem}{AXI_WRITE}" in streams or f"{stem}{BURST_WRITE_REQUEST}" in streams


def _side(bus: Bus, adapters: Sequence[_Adapter], is_read: bool, streams: Mapping[str, int]) -> list[str]:
    """The adapters that read, or those that write, and how they share the pins."""
    text = _read_text if is_read else _write_text
    size = f"{bus.prefix}_{'ar' if is_read else 'aw'}size"
    if len(adapters) == 1 and adapters[0].array.bytes == bus.bytes:
        return [f"assign {size} = 3'd{_log(bus.bytes)};", *text(adapters[0], bus.prefix, False, streams)]
    if adapters:
        lines = [
            f"wire [{one.width(pin) - 1}:0] {one.stem}_{pin};" if one.width(pin) > 1 else f"wire {one.stem}_{pin};"
            for one in adapters
            for pin in one.pins
        ]
        lines += [line for one in adapters for line in text(one, one.stem, True, streams)]
        return lines + _shared(bus, adapters, is_read)
    if is_read:
        lines = [f"assign {bus.prefix}_{pin} = '0;" for pin in ("araddr", "arlen", "arvalid")]
        return [*lines, f"assign {size} = 3'd{_log(bus.bytes)};", f"assign {bus.prefix}_rready = 1'b1;"]
    lines = [f"assign {bus.prefix}_{pin} = '0;" for pin in ("awaddr", "awlen", "awvalid", "wdata", "wlast", "wvalid")]
    lines.append(f"assign {size} = 3'd{_log(bus.bytes)};")
    return lines + [f"assign {bus.prefix}_{pin} = '1;" for pin in ("wstrb", "bready")]


def _log(size: int) -> int:
    return size.bit_length() - 1


def _shared(bus: Bus, adapters: Sequence[_Adapter], is_read: bool) -> list[str]:
    """Adapters in turn behind one master; the first has the lowest bits."""
    kind, channel = ("read", "ar") if is_read else ("write", "aw")
    stem = f"{bus.prefix}_{kind}"
    sizes = ", ".join(f"8'd{_log(one.array.bytes)}" for one in reversed(adapters))
    lines, connected = [], []
    for pin in adapters[0].pins:
        names = [f"{one.stem}_{pin}" for one in adapters]
        if pin == "rdata":
            lines.append(f"wire [{8 * bus.bytes - 1}:0] {stem}_data;")
            lines += [f"assign {one.stem}_rdata = {stem}_data[{8 * one.array.bytes - 1}:0];" for one in adapters]
            connected.append(f".s_rdata({stem}_data)")
            continue
        if pin in ("wdata", "wstrb"):
            names = [f"{{{bus.bytes // one.array.bytes}{{{one.stem}_{pin}}}}}" for one in adapters]
        connected.append(f".s_{pin}({{{', '.join(reversed(names))}}})")
    pins = [*adapters[0].pins, f"{channel}size", *(["rlast"] if is_read else [])]
    connected += [f".{pin}({bus.prefix}_{pin})" for pin in pins]
    shape = f".COUNT({len(adapters)}), .BYTES({bus.bytes}), .SIZES({{{sizes}}})"
    lines.append(f"fpdeep_share_{kind} #({shape}) u_{stem} (.ap_clk(ap_clk), .ap_rst_n(ap_rst_n),")
    return [*lines, f"    {', '.join(connected)});"]


def _connected(
    adapter: _Adapter, cell: str, prefix: str, streams: Sequence[str], settings: str, width: int = 0
) -> list[str]:
    """An instance of an adapter; its pins are signals of the same names behind `prefix`. `width`: not the array's."""
    array = adapter.array
    base = array.pin if array.offset else "64'd0"
    shape = f".WIDTH({width or array.width}), .BYTES({array.bytes}), .BURST({array.burst}){settings}"
    own = [f".{pin}({prefix}_{pin})" for pin in adapter.pins]
    return [
        f"{cell} #({shape}) u_{adapter.stem}_{cell.rpartition('_')[2]} (.ap_clk(ap_clk), .ap_rst_n(ap_rst_n),",
        f"    .base({base}), {', '.join(streams)},",
        f"    {', '.join(own)});",
    ]


def _write_text(adapter: _Adapter, prefix: str, shared: bool, streams: Mapping[str, int]) -> list[str]:
    """`shared` makes no difference: a burst is always whole before it is asked for."""
    array, stem = adapter.array, adapter.stem
    busy = f".busy({stem}_axi_writes)"
    if f"{stem}{AXI_WRITE}" in streams:
        index = streams[f"{stem}{AXI_WRITE}"] - array.width - (array.bytes if array.strobes else 0)
        settings = (", .STROBES(1)" if array.strobes else "") + f", .INDEX({index})"
        used = [busy, _stream("s", f"{stem}{AXI_WRITE}")]
        return _connected(adapter, "fpdeep_axi_write", prefix, used, settings)
    answers = _stream("m", f"{stem}{BURST_RESPONSE}")
    if not _is_unaligned(stem, BURST_WRITE_REQUEST, streams):
        ends = (("s", BURST_WRITE_REQUEST), ("w", BURST_WRITE))
        used = [busy, *(_stream(side, f"{stem}{suffix}") for side, suffix in ends), answers]
        return _connected(adapter, "fpdeep_burst_write", prefix, used, "")
    ask, word, width = f"{stem}_whole_aw", f"{stem}_whole_w", 9 * array.bytes
    inner = [_stream("s", f"{stem}{BURST_WRITE_REQUEST}"), _stream("w", f"{stem}{BURST_WRITE}"), f".busy({ask}_busy)"]
    lines = [f"wire {ask}_busy, {word}_busy;", *_aligned(adapter, "fpdeep_align_write", inner, ask, word, width)]
    lines.append(f"assign {stem}_axi_writes = {ask}_busy | {word}_busy;")
    used = [f".busy({word}_busy)", _stream("s", ask), _stream("w", word), answers]
    return lines + _connected(adapter, "fpdeep_burst_write", prefix, used, "", 8 * array.bytes)


def _read_text(adapter: _Adapter, prefix: str, shared: bool, streams: Mapping[str, int]) -> list[str]:
    stem, settings = adapter.stem, ", .SHARED(1)" if shared else ""
    if f"{stem}{AXI_REQUEST}" in streams:
        used = [_stream("s", f"{stem}{AXI_REQUEST}"), _stream("m", f"{stem}{AXI_READ}")]
        used.insert(0, f".hold({' | '.join(f'{name}_axi_busy' for name in adapter.array.together)})")
        settings += f", .INDEX({streams[f'{stem}{AXI_REQUEST}']})"
        return _connected(adapter, "fpdeep_axi_read", prefix, used, settings)
    used = [_stream("s", f"{stem}{BURST_READ_REQUEST}"), _stream("m", f"{stem}{BURST_READ}")]
    if not _is_unaligned(stem, BURST_READ_REQUEST, streams):
        return _connected(adapter, "fpdeep_burst_read", prefix, used, settings)
    ask, word, width = f"{stem}_whole_ar", f"{stem}_whole_r", 8 * adapter.array.bytes
    lines = _aligned(adapter, "fpdeep_align_read", used, ask, word, width)
    used = [_stream("s", ask), _stream("m", word)]
    return lines + _connected(adapter, "fpdeep_burst_read", prefix, used, settings, width)


def _is_unaligned(stem: str, request: str, streams: Mapping[str, int]) -> bool:
    """Whether a process asks for elements at any byte."""
    return streams.get(f"{stem}{request}") == UNALIGNED_BITS


def _aligned(adapter: _Adapter, cell: str, kernel: Sequence[str], ask: str, word: str, width: int) -> list[str]:
    """What stands between such a process and a port of whole words, `width` bits each: requests and words to it."""
    return [
        f"wire [{BURST_BITS - 1}:0] {ask}_tdata;",
        f"wire [{width - 1}:0] {word}_tdata;",
        f"wire {ask}_tvalid, {ask}_tready, {word}_tvalid, {word}_tready;",
        f"{cell} #(.BYTES({adapter.array.bytes})) u_{adapter.stem}_{cell.removeprefix('fpdeep_')} (",
        f"    .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), {', '.join(kernel)},",
        f"    {_stream('ask', ask)}, {_stream('word', word)});",
    ]


def _never(array: Master, stem: str, streams: Mapping[str, int]) -> list[str]:
    """Ends of streams that one side does not use: of the kernel, which never asks, or of its adapter."""
    lines = []
    writes, reads = (f"{stem}{suffix}" in streams for suffix in (BURST_WRITE_REQUEST, BURST_READ_REQUEST))
    wide = 8 * array.bytes
    written = wide if _is_unaligned(stem, BURST_WRITE_REQUEST, streams) else array.width
    read = wide if _is_unaligned(stem, BURST_READ_REQUEST, streams) else array.width
    ends = (
        (BURST_WRITE, writes, True, written + array.bytes),
        (BURST_RESPONSE, writes, False, 1),
        (BURST_READ, reads, False, read),
    )
    for suffix, asked, from_kernel, width in ends:
        inner = f"{stem}{suffix}"
        used = inner in streams
        if asked and not used:
            lines += [f"wire [{width - 1}:0] {inner}_tdata;", f"wire {inner}_tvalid, {inner}_tready;"]
        if asked == used:
            continue
        if from_kernel == asked:  # nothing is given
            lines += [f"assign {inner}_tdata = '0;", f"assign {inner}_tvalid = 1'b0;"]
        else:  # everything is taken that the adapter gives, nothing that the kernel does
            lines.append(f"assign {inner}_tready = 1'b{int(asked)};")
    return lines


def _stream(side: str, name: str) -> str:
    """Connections of a stream."""
    return ", ".join(f".{side}_{part}({name}_{part})" for part in ("tdata", "tvalid", "tready"))
