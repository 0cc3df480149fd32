"""C++ of the file that shows one top to its driver: `cells/cosim_driver.h` filled in for the top's pins.

The driver itself, `cells/cosim_driver.cpp`, is the same for all tops and compiled once on a machine.
"""

from collections.abc import Iterable
from pathlib import Path

from fpdeep_gen.hls.axi import buses, masters
from fpdeep_gen.hls.emit.direct import direct_arguments
from fpdeep_gen.hls.emit.interface_report import MemoryPorts
from fpdeep_gen.hls.emit.names import Pin
from fpdeep_gen.hls.emit.report import KernelReport, PortReport
from fpdeep_gen.hls.emit.shell import scalar_pins
from fpdeep_gen.hls.interface import Argument, Control, Kind, Protocol, pin_of
from fpdeep_gen.hls.registers import RUNS, Register

CELLS = Path(__file__).parent / "cells"
DRIVER = CELLS / "cosim_driver.cpp"
DRIVER_FLAGS = ("-std=c++17", "-O2", "-w")
DRIVER_HEADERS = tuple(CELLS / name for name in ("cosim_driver.h", "cosim_outside.h", "cosim_pins.h"))
RENAMED = "/*RENAMED*/"
"""Stands in the text for names that Verilator changes."""

_HEAD = f"""#include "cosim_pins.h"

{RENAMED}
static Vtop *made_top() {{
  auto *const context = new VerilatedContext;
  return new Vtop{{context}};
}}
static Vtop *const top = made_top();

namespace cosim {{
void set_clock(bool value) {{ top->ap_clk = value; }}
void set_reset_n(bool value) {{ top->ap_rst_n = value; }}
void eval() {{ top->eval(); }}
void finish() {{
  auto *const context = top->contextp();
  delete top;
  delete context;
}}
"""
_NOTHING = "nullptr"


def external_memories(report: KernelReport) -> tuple[MemoryPorts, ...]:
    """Memories behind pins of the top."""
    return report.interface.memories if report.interface is not None else ()


def value_pins(report: KernelReport) -> tuple[list[Pin], list[Pin]]:
    """Where scalar values go in and come out: pins, and registers of the AXI4-Lite slave by their names."""
    given, made = block_pins(report)
    registers = _registers(report)
    more = [Pin(one.name, one.width, one.is_input) for one in registers]
    return [*given, *(pin for pin in more if pin.is_input)], [*made, *(pin for pin in more if not pin.is_input)]


def block_pins(report: KernelReport) -> tuple[list[Pin], list[Pin]]:
    """Scalar pins that carry values: those to drive, and those that give results."""
    if report.interface is None:
        return [], []
    pins = [pin for one in report.interface.interface().pinned for pin in scalar_pins(one)]
    values = [pin for pin in pins if not pin.name.endswith(("_ap_vld", "_ap_ack"))]
    return [pin for pin in values if pin.is_input], [pin for pin in values if not pin.is_input]


def pins_source(report: KernelReport) -> str:
    """The file that shows the pins to the driver, with a place for names that Verilator changes."""
    control = Control.FREE if report.interface is None else Control(report.interface.control)
    given, made = block_pins(report)
    registers = _registers(report)
    behind = masters(report.interface.interface()) if report.interface is not None else ()
    lines = [_HEAD, _constants(report, control), _block(report, control), _lite(_has_bus(report))]
    lines += [
        _list("StreamPins", "streams", _streams(report)),
        _list("MemoryPins", "memories", _accesses(external_memories(report))),
        _list("ValueShape", "values", _values(report)),
        _list("GivenPin", "given", (f'"{one.name}", {_put(one.name, one.width)}' for one in given)),
        _list("MadePin", "made", (f'"{one.name}", {_cells(one.width)}, {_get(one.name, one.width)}' for one in made)),
        _list(
            "RegisterPlace",
            "registers",
            (f'"{one.name}", {one.address}, {one.words}, {_bool(one.is_input)}' for one in registers),
        ),
        _list(
            "AxiPins",
            "buses",
            (
                _bus(bus.prefix, bus.bytes)
                for bus in (buses(report.interface.interface()) if report.interface is not None else ())
            ),
        ),
        _list(
            "ArrayPlace",
            "arrays",
            (
                f'"{one.name}", "{one.name}_elements", "{one.prefix}", {one.bytes}, {one.base:#x}ull, {one.burst}'
                for one in behind
            ),
        ),
        _list("Fifo", "fifos", _fifos(report, control)),
    ]
    return "\n".join([*lines, "}  // namespace cosim", ""])


def _list(kind: str, name: str, rows: Iterable[str]) -> str:
    return "\n".join([f"const std::initializer_list<{kind}> {name} = {{", *(f"  {{{row}}}," for row in rows), "};"])


def _put(pin: str, width: int) -> str:
    return f"[](const uint32_t *words) {{ put(top->{pin}, words, {_cells(width)}); }}"


def _get(pin: str, width: int) -> str:
    return f"[](uint32_t *words) {{ get(top->{pin}, words, {_cells(width)}); }}"


def _streams(report: KernelReport) -> list[str]:
    direct = _direct(report)
    ports = sorted(report.ports, key=lambda port: not port.is_input)
    return [_stream(report, port, direct.get(port.name)) for port in ports]


def _stream(report: KernelReport, port: PortReport, direct: Argument | None) -> str:
    """A port's word and its handshake: signals inside the top where there are no pins. Its register, or 0."""
    valid, ready, address = (f"top->{port.name}_tvalid", f"top->{port.name}_tready", 0)
    always = False
    if direct is not None and report.interface is not None:
        inside = f"top->rootp->{report.module}__DOT__{port.name}"
        pinned = direct.protocol is Protocol.VLD and port.is_input
        valid = f"top->{port.name}_ap_vld" if pinned else f"{inside}_tvalid"
        ready = f"{inside}_tready"
        always = not port.is_input  # nobody has to take it
        if direct.protocol is Protocol.ACK:
            ready, always = f"top->{port.name}_ap_ack", False
        if direct.protocol is Protocol.AXILITE:
            address = next(one.address for one in report.interface.registers if one.name == direct.pin)
    driven, seen = (valid, ready) if port.is_input else (ready, f"{valid} && {ready}")
    setting = f"[](bool value) {{ {driven} = value; }}"
    if always:
        setting, seen = "[](bool) {}", valid
    moves = f"[]() -> bool {{ return {seen}; }}"
    word = _word(port, direct)
    accesses = f"{word}, {_NOTHING}" if port.is_input else f"{_NOTHING}, {word}"
    return f'"{port.name}", {_cells(port.width)}, {_bool(port.is_input)}, {address}, {accesses}, {setting}, {moves}'


def _word(port: PortReport, direct: Argument | None) -> str:
    """The function between a port's words and the pins that carry them."""
    if not port.channels:
        if direct is not None and direct.protocol is Protocol.AXILITE:
            return _NOTHING
        pin = f"{port.name}_tdata" if direct is None else pin_of(port.name)
        return _put(pin, port.width) if port.is_input else _get(pin, port.width)
    verb, kind, at, moves = ("put", "const uint32_t", 0, "") if port.is_input else ("get", "uint32_t", 0, "")
    for channel in port.channels:
        moves += f" {verb}_bits<{channel.width}>(top->{channel.pin}, words, {at});"
        at += channel.width
    return f"[]({kind} *words) {{{moves} }}"


def _accesses(found: Iterable[MemoryPorts]) -> list[str]:
    rows = []
    for one in found:
        for number, (reads, writes) in enumerate(one.ports):
            enabled = f"top->{one.name}_ce{number}"
            address = f"[]() -> uint32_t {{ return top->{one.name}_address{number}; }}"
            head = f'"{one.name}", {_cells(one.width)}, []() -> bool {{ return '
            read = f"{head}{enabled}; }}, {address}, {_put(f'{one.name}_q{number}', one.width)}, {_NOTHING}"
            write = f"{head}{enabled} && top->{one.name}_we{number}; }}, {address}, "
            write += f"{_NOTHING}, {_get(f'{one.name}_d{number}', one.width)}"
            rows += [read] * reads + [write] * writes
    return rows


def _values(report: KernelReport) -> list[str]:
    """Name, cells, depth; whether it lasts; whether it is kept after each call."""
    given, made = block_pins(report)
    behind = masters(report.interface.interface()) if report.interface is not None else ()
    lasting = _lasting(report)
    rows = [(one.name, _cells(one.width), 1, False) for one in given]
    rows += [(one.name, _cells(one.width), 1, True) for one in made]
    rows += [(one.name, _cells(one.width), one.depth, True) for one in external_memories(report)]
    rows += [(one.name, one.words, 1, not one.is_input) for one in _registers(report)]
    rows += [(f"{one.name}_elements", _cells(one.width), one.count, True) for one in behind]
    return [
        f'"{name}", {cells}, {depth}, {_bool(name in lasting)}, {_bool(kept and name not in lasting)}'
        for name, cells, depth, kept in rows
    ]


def _bus(prefix: str, size: int) -> str:
    """Pins of a master, driven and seen."""
    pin, cells = f"top->{prefix}_", (size + 3) // 4
    driven = [f"{pin}{name} = to.{name};" for name in ("arready", "awready", "wready", "rvalid", "bvalid")]
    driven += [f"{pin}rresp = 0, {pin}bresp = 0;"]
    driven += [f"if (to.rdata) {pin}rlast = to.rlast, put({pin}rdata, to.rdata, {cells});"]
    flags = [f"from.{name} = {pin}{name};" for name in ("arvalid", "awvalid", "wvalid", "rready", "bready", "wlast")]
    flags += [f"from.{way}{name} = {pin}{way}{name};" for way in ("ar", "aw") for name in ("addr", "len", "size")]
    words = f"get({pin}wdata, from.wdata, {cells}), get({pin}wstrb, from.wstrb, {(size + 31) // 32});"
    flags += [f"if (from.wvalid) {words}"]
    drive, see = f"[](const AxiAnswers &to) {{ {' '.join(driven)} }}", f"[](AxiQuestions &from) {{ {' '.join(flags)} }}"
    return f'"{prefix}", {size}, {drive}, {see}'


def _lite(is_there: bool) -> str:
    if not is_there:
        return f"const LitePins lite = {{{_NOTHING}, {_NOTHING}}};"
    pin = "top->s_axi_control_"
    driven = [f"{pin}awvalid = {pin}wvalid = to.writes, {pin}arvalid = to.reads, {pin}bready = {pin}rready = 1;"]
    driven += [f"if (to.writes) {pin}awaddr = to.address;", f"if (to.reads) {pin}araddr = to.address;"]
    driven += [f"if (to.writes || to.reads) {pin}wdata = to.data, {pin}wstrb = 15;"]
    seen = ", ".join(f"bool({pin}{name})" for name in ("awready", "arready", "bvalid", "rvalid"))
    drive = f"[](const LiteQuestions &to) {{ {' '.join(driven)} }}"
    return f"const LitePins lite = {{{drive}, []() -> LiteAnswers {{ return {{{seen}, {pin}rdata}}; }}}};"


def _has_bus(report: KernelReport) -> bool:
    """Whether there is an AXI4-Lite slave that is used."""
    is_lite = report.interface is not None and report.interface.control_lite
    has_registers = report.interface is not None and _is_called(report) and bool(_registers(report))
    return is_lite or has_registers or any(one.protocol is Protocol.AXILITE for one in _direct(report).values())


def _is_called(report: KernelReport) -> bool:
    return report.interface is not None and Control(report.interface.control) is not Control.FREE


def _block(report: KernelReport, control: Control) -> str:
    interface = report.interface
    is_lite = interface is not None and bool(interface.control_lite)
    has_pins = interface is not None and control is not Control.FREE and not is_lite
    inside = f"rootp->{report.module}__DOT__" if control is Control.NONE else ""
    functions = [_NOTHING] * 4
    if has_pins:
        functions = [f"[](bool value) {{ top->{inside}ap_start = value; }}"]
        functions += [f"[]() -> bool {{ return top->{inside}ap_{name}; }}" for name in ("start", "ready", "done")]
    flags = [
        control is not Control.FREE or is_lite,
        is_lite,
        has_pins and interface is not None and bool(interface.overlapped),
        has_pins and bool(_registers(report)),
        _has_bus(report),
        interface is not None and bool(interface.restarts),
    ]
    return f"const Block block = {{{', '.join([*map(_bool, flags), str(RUNS), *functions])}}};"


def _constants(report: KernelReport, control: Control) -> str:
    pins = " ".join(f"top->{name} = {value};" for name, value in _constant_pins(report, control))
    return f"void set_constants(bool valid) {{ {pins} }}"


def _fifos(report: KernelReport, control: Control) -> list[str]:
    shelled = control is not Control.FREE or any(port.channels for port in report.ports) or bool(_direct(report))
    path = f"top->rootp->{report.module}__DOT__" + "u_core__DOT__" * shelled
    return [
        f'"{one.name}", {one.depth}, []() -> unsigned {{ return {path}u_{one.name}__DOT__count; }}, '
        f"[]() -> unsigned long long {{ return {path}u_{one.name}__DOT__pushed; }}"
        for one in report.fifos
    ]


def _direct(report: KernelReport) -> dict[str, Argument]:
    """Streams behind pins without a full handshake, or in registers."""
    return direct_arguments(report.interface.interface()) if report.interface is not None else {}


def _registers(report: KernelReport) -> list[Register]:
    """Registers that belong to calls."""
    direct = {one.pin for one in _direct(report).values()}
    return [one for one in report.interface.registers if one.name not in direct] if report.interface else []


def _lasting(report: KernelReport) -> list[str]:
    """Values of the arrays that tasks use."""
    if report.interface is None:
        return []
    names = {one.name for one in report.interface.interface().arguments if one.lasting}
    found = [f"{one.name}_elements" for one in masters(report.interface.interface()) if one.name in names]
    return found + [one.name for one in external_memories(report) if one.argument in names]


def _constant_pins(report: KernelReport, control: Control) -> list[tuple[str, str]]:
    """Handshake pins of scalars: inputs are valid with the start, results are acknowledged at once."""
    if report.interface is None:
        return []
    pins = [pin for one in report.interface.interface().of(Kind.SCALAR) for pin in scalar_pins(one)]
    found = [(pin.name, "valid" if pin.name.endswith("_vld") else "1") for pin in pins if pin.is_input]
    found = [(name, value) for name, value in found if name.endswith(("_ap_vld", "_ap_ack"))]
    return [*found, ("ap_continue", "1")] if control is Control.CHAIN else found


def _cells(width: int) -> int:
    return (width + 31) // 32


def _bool(value: bool) -> str:
    return str(value).lower()
