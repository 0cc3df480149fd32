"""C++ of the program that drives one top in Verilator: `cells/cosim_main.cpp` with the top's pins filled in."""

from collections.abc import Mapping
from pathlib import Path

from fpdeep_gen.hls.axi import buses, masters
from fpdeep_gen.hls.emit.direct import data_pin, direct_arguments
from fpdeep_gen.hls.emit.interface_report import MemoryPorts
from fpdeep_gen.hls.emit.names import Pin
from fpdeep_gen.hls.emit.report import KernelReport, PortReport
from fpdeep_gen.hls.emit.shell import scalar_pins
from fpdeep_gen.hls.interface import Argument, Control, Kind, Protocol
from fpdeep_gen.hls.registers import RUNS, Register

_MAIN = Path(__file__).parent / "cells" / "cosim_main.cpp"


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


def main_source(report: KernelReport) -> str:
    """The program that drives the pins, with a place for names that Verilator changes."""
    inputs = [port for port in report.ports if port.is_input]
    outputs = [port for port in report.ports if not port.is_input]
    body = [_line("INPUT", port) for port in inputs] + [_line("OUTPUT", port) for port in outputs]
    control = Control.FREE if report.interface is None else Control(report.interface.control)
    direct = _direct(report)
    shelled = control is not Control.FREE or any(port.channels for port in report.ports) or bool(direct)
    path = f"{report.module}__DOT__u_core" if shelled else report.module
    fifos = [f"    FIFO({path}, {fifo.name}, {fifo.depth})" for fifo in report.fifos]
    text = _MAIN.read_text(encoding="utf-8")
    words = [_words(port, direct) for port in report.ports]
    words += [line for port in report.ports for line in _handshake(report, port, direct.get(port.name))]
    parts = {"WORDS": words, "PORTS": body, "FIFOS": fifos, **_block_parts(report, control)}
    for name, lines in parts.items():
        text = text.replace(f"/*{name}*/", "\n".join(lines))
    return text


def _block_parts(report: KernelReport, control: Control) -> dict[str, list[str]]:
    """The driver's lists of scalar pins and memories."""
    given, made = block_pins(report)
    memories = external_memories(report)
    kind = "free" if control is Control.FREE else "pins"
    registers = _registers(report)
    kind = "lite" if report.interface is not None and report.interface.control_lite else kind
    block = [f"static constexpr Block BLOCK = Block::{kind};"]
    if kind == "pins" and report.interface is not None:
        block.append("#define HAS_CONTROL")
        inside = f"rootp->{report.module}__DOT__" if control is Control.NONE else ""
        block.append(f"#define CONTROL(pin) top->{inside}##pin" if inside else "#define CONTROL(pin) top->pin")
        block.append(f"static constexpr bool OVERLAP = {str(report.interface.overlapped).lower()};")
        block += ["#define HAS_REGISTERS"] * bool(registers)
    block += ["#define HAS_BUS"] * any(one.protocol is Protocol.AXILITE for one in _direct(report).values())
    if kind == "lite":
        block.append("#define HAS_LITE")
    if report.interface is not None and report.interface.restarts:
        block += ["#define HAS_RESTARTS", f"static constexpr uint32_t RUNS = {RUNS};"]
    values = [f"    VALUES({pin.name}, {_cells(pin.width)}, 1)" for pin in [*given, *made]]
    values += [f"    VALUES({one.name}, {_cells(one.width)}, {one.depth})" for one in memories]
    values += [f"    VALUES({one.name}, {one.words}, 1)" for one in registers]
    accesses = []
    for one in memories:
        for number, (reads, writes) in enumerate(one.ports):
            accesses += [f"  READ({one.name}, {number}, {_cells(one.width)})"] * reads
            accesses += [f"  WRITE({one.name}, {number}, {_cells(one.width)})"] * writes
    scalars = [f"    GIVEN({pin.name}, {_cells(pin.width)})" for pin in given]
    scalars += [f"    ALWAYS({name}, {value})" for name, value in _constant_pins(report, control)]
    behind = masters(report.interface.interface()) if report.interface is not None else ()
    values += [f"    VALUES({one.name}_elements, {_cells(one.width)}, {one.count})" for one in behind]
    axis = [
        f"    AXI({bus.prefix}, {bus.bytes})"
        for bus in (buses(report.interface.interface()) if report.interface is not None else ())
    ]
    arrays = [f"    ARRAY({one.name}, {one.prefix}, {one.bytes}, {one.base:#x}ull, {one.burst})" for one in behind]
    kept = [*(f"{one.name}_elements" for one in behind), *(pin.name for pin in made), *(one.name for one in memories)]
    kept += [one.name for one in registers if not one.is_input]
    lasting = _lasting(report)
    block += ["#define HAS_LASTING"] * bool(lasting)
    kept = [name for name in kept if name not in lasting]
    results = [f"      RESULT({pin.name}, {_cells(pin.width)})" for pin in made]
    results += [f"      KEEP({name})" for name in kept]
    lite = [
        f"      REGISTER_{'IN' if one.is_input else 'OUT'}({one.name}, {one.address}, {one.words})" for one in registers
    ]
    return {
        "REGISTERS": lite,
        "BLOCK": block,
        "VALUES": values,
        "MEMORIES": accesses,
        "SCALARS": scalars,
        "RESULTS": results,
        "LASTING": [f"    LASTING({name})" for name in lasting],
        "MASTERS": axis,
        "ARRAYS": arrays,
    }


def _direct(report: KernelReport) -> dict[str, Argument]:
    """Streams behind pins without a full handshake, or in registers."""
    return direct_arguments(report.interface.interface()) if report.interface is not None else {}


def _registers(report: KernelReport) -> list[Register]:
    """Registers that belong to calls."""
    direct = {one.pin for one in _direct(report).values()}
    return [one for one in report.interface.registers if one.name not in direct] if report.interface else []


def _handshake(report: KernelReport, port: PortReport, direct: Argument | None) -> list[str]:
    """Where the driver finds a port's handshake; signals inside the top where there are no pins. Its register, or 0."""
    valid, ready, address = (f"top->{port.name}_tvalid", f"top->{port.name}_tready", 0)
    if direct is not None and report.interface is not None:
        inside = f"top->rootp->{report.module}__DOT__{port.name}"
        pinned = direct.protocol is Protocol.VLD and port.is_input
        valid = f"top->{port.name}_ap_vld" if pinned else f"{inside}_tvalid"
        ready = f"{inside}_tready" if port.is_input else "always"
        ready = f"top->{port.name}_ap_ack" if direct.protocol is Protocol.ACK else ready
        if direct.protocol is Protocol.AXILITE:
            address = next(one.address for one in report.interface.registers if one.name == direct.pin)
    handshake = [f"#define VALID_{port.name} {valid}", f"#define READY_{port.name} {ready}"]
    return [*handshake, f"static constexpr uint32_t AT_{port.name} = {address};"]


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


def _line(macro: str, port: PortReport) -> str:
    return f"    {macro}({port.name}, {(port.width + 31) // 32})"


def _words(port: PortReport, direct: Mapping[str, Argument]) -> str:
    """The driver's function between a port's words and the pins that carry them."""
    count = _cells(port.width)
    head = f"static void {'put' if port.is_input else 'get'}_{port.name}(Vtop *top, "
    head += "const uint32_t *words)" if port.is_input else "std::vector<uint32_t> &words)"
    if not port.channels:
        one = direct.get(port.name)
        if one is not None and one.protocol is Protocol.AXILITE:
            return f"{head} {{ }}"
        pin = f"{port.name}_tdata" if one is None else data_pin(port.name)
        return f"{head} {{ {'put' if port.is_input else 'get'}(top->{pin}, words, {count}); }}"
    at, moves = 0, [] if port.is_input else [f"words.resize(words.size() + {count});"]
    for channel in port.channels:
        part = f"words, {at}" if port.is_input else f"&words[words.size() - {count}], {at}"
        moves.append(f"{'put' if port.is_input else 'get'}_bits(top->{channel.pin}, {part}, {channel.width});")
        at += channel.width
    return f"{head} {{ {' '.join(moves)} }}"
