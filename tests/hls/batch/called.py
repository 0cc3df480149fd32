"""Tops with scalars, arrays and a return value in a batch: a module around the RTL whose ports are streams alone.

A word of `given` holds all arguments of a call, a word of `made` what they are afterwards (the return value first);
arrays lie in memories of the module. In the native program a function of the same streams calls the top.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from fpdeep_gen.hls.compile import CompiledKernel
from fpdeep_gen.hls.driver import block_pins, external_memories
from fpdeep_gen.hls.emit.interface_report import MemoryPorts
from fpdeep_gen.hls.emit.report import PortReport
from fpdeep_gen.hls.interface import NOT_THERE, Argument, Kind
from fpdeep_gen.hls.layout import Layout, Structure, integers

SUFFIX = "_body"
RESULT = "ap_return"


@dataclass(frozen=True)
class Called:
    """`given`, `made`: arguments in the order of the words. `native`: the C++ function of streams, `@` its name."""

    given: tuple[str, ...]
    made: tuple[str, ...]
    native: str

    def layouts(self, compiled: CompiledKernel) -> tuple[Layout, Layout]:
        """Of the two words."""
        arguments = _arguments(compiled)
        given, made = ([arguments[name].layout for name in names] for names in (self.given, self.made))
        return Structure(tuple(given)), Structure(tuple(made))


def adapted(compiled: CompiledKernel, called: Called, top: str) -> CompiledKernel:
    """The kernel with streams alone, module `top`."""
    given, made = called.layouts(compiled)
    ports = (PortReport("given", given.width, True), *compiled.report.ports, PortReport("made", made.width, False))
    file = compiled.verilog.with_name(f"{top}.called.sv")
    text = "\n".join([compiled.verilog.read_text(), *_module(compiled, called, top, ports)])
    _keep(file, text)
    return replace(compiled, top=top, verilog=file, report=replace(compiled.report, ports=ports))


def _keep(file: Path, text: str) -> None:
    if not file.exists() or file.read_text() != text:
        file.write_text(text)


def _arguments(compiled: CompiledKernel) -> dict[str, Argument]:
    assert compiled.report.interface is not None
    return {one.name: one for one in compiled.report.interface.interface().arguments}


def _places(compiled: CompiledKernel, names: tuple[str, ...]) -> dict[str, tuple[int, int]]:
    """First bit and width of each argument in a word."""
    arguments, found, at = _arguments(compiled), {}, 0
    for name in names:
        found[name] = (at, arguments[name].layout.width)
        at += arguments[name].layout.width
    return found


def _module(compiled: CompiledKernel, called: Called, top: str, ports: tuple[PortReport, ...]) -> Iterator[str]:
    sides = {True: ("input wire", "input wire", "output wire"), False: ("output wire", "output wire", "input wire")}
    pins = ["input wire ap_clk", "input wire ap_rst_n"]
    connected = [".ap_clk(ap_clk)", ".ap_rst_n(ap_rst_n)"]
    for port in ports:
        for part, side in zip(("tdata", "tvalid", "tready"), sides[port.is_input], strict=True):
            pins.append(f"{side} {f'[{port.width - 1}:0] ' if part == 'tdata' else ''}{port.name}_{part}")
            if port.name not in ("given", "made"):
                connected.append(f".{port.name}_{part}({port.name}_{part})")
    yield f"module {top} ({', '.join(pins)});"
    yield f"reg [{ports[0].width - 1}:0] held; reg [1:0] state; reg start; wire done, ready;"
    yield "assign given_tready = state == 0; assign made_tvalid = state == 3;"
    yield "wire load = given_tvalid & given_tready;"
    given, made = (_places(compiled, names) for names in (called.given, called.made))
    inputs, outputs = block_pins(compiled.report)
    for pin in inputs:
        low, width = given[pin.name if pin.name in given else pin.name.removesuffix("_i")]
        connected.append(f".{pin.name}(held[{low + width - 1}:{low}])")
    parts: dict[int, tuple[int, str]] = {}
    for name, (low, width) in made.items():
        if name in given:
            arguments = _arguments(compiled)
            step = next(integers(arguments[name].layout)).width if arguments[name].kind is Kind.ARRAY else width
            for offset in range(0, width, step):
                at = given[name][0] + offset
                parts[low + offset] = (step, f"held[{at + step - 1}:{at}]")
    for number, pin in enumerate(outputs):
        low, width = made[pin.name if pin.name in made else pin.name.removesuffix("_o")]
        yield f"wire [{width - 1}:0] w{number}; reg [{width - 1}:0] r{number};"
        yield f"always @(posedge ap_clk) if (done) r{number} <= w{number};"
        connected.append(f".{pin.name}(w{number})")
        parts[low] = (width, f"r{number}")
    for memory in external_memories(compiled.report):
        yield from _memory(memory, given[memory.argument][0], connected)
        if memory.argument in made:
            for place, word in enumerate(memory.words):
                if word != NOT_THERE:
                    parts[made[memory.argument][0] + word * memory.width] = (memory.width, f"m_{memory.name}[{place}]")
    assert sum(width for width, _ in parts.values()) == ports[-1].width
    yield f"assign made_tdata = {{{', '.join(parts[low][1] for low in sorted(parts, reverse=True))}}};"
    yield "always @(posedge ap_clk) if (!ap_rst_n) begin state <= 0; start <= 0; end else begin"
    yield "  if (load) begin held <= given_tdata; state <= 1; start <= 1; end"
    yield "  if (start & ready) start <= 0;"
    yield "  if (state == 1 & done) state <= 2;"
    yield "  if (state == 2) state <= 3;"
    yield "  if (state == 3 & made_tready) state <= 0;"
    yield "end"
    connected += [".ap_start(start)", ".ap_done(done)", ".ap_ready(ready)", ".ap_idle()"]
    yield f"{compiled.top} u_body ({', '.join(connected)});"
    yield "endmodule\n"


def _memory(memory: MemoryPorts, first: int, connected: list[str]) -> Iterator[str]:
    """One memory of the module, a read word one cycle after its address; filled from the word of the call."""
    name, width = f"m_{memory.name}", memory.width
    address = max(1, (memory.depth - 1).bit_length())
    yield f"reg [{width - 1}:0] {name} [0:{memory.depth - 1}];"
    body = []
    for number, (reads, writes) in enumerate(memory.ports):
        yield f"wire [{address - 1}:0] {name}_a{number}; wire {name}_c{number};"
        connected.append(f".{memory.name}_address{number}({name}_a{number})")
        connected.append(f".{memory.name}_ce{number}({name}_c{number})")
        if reads:
            yield f"reg [{width - 1}:0] {name}_q{number};"
            connected.append(f".{memory.name}_q{number}({name}_q{number})")
            body.append(f"if ({name}_c{number}) {name}_q{number} <= {name}[{name}_a{number}];")
        if writes:
            yield f"wire {name}_w{number}; wire [{width - 1}:0] {name}_d{number};"
            connected.append(f".{memory.name}_we{number}({name}_w{number})")
            connected.append(f".{memory.name}_d{number}({name}_d{number})")
            body.append(f"if ({name}_c{number} & {name}_w{number}) {name}[{name}_a{number}] <= {name}_d{number};")
    for place, word in enumerate(memory.words):
        low = first + word * width
        value = "0" if word == NOT_THERE else f"given_tdata[{low + width - 1}:{low}]"
        body.append(f"if (load) {name}[{place}] <= {value};")
    yield f"always @(posedge ap_clk) begin {' '.join(body)} end"
