"""The parts of a compiled top that are synthesised on their own: processes, FIFOs by shape, slices of output ports.

Parts meet at streams only, whose two ends are registers or handshakes of their own, so little is lost by synthesis out
of hierarchy. Parts that differ in name alone are one unit.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fpdeep_gen.hls.emit.network import cells
from fpdeep_gen.hls.emit.report import KernelReport, Resources, fifo_resources, slice_resources
from fpdeep_gen.hls.tools import content_key

_MODULE = re.compile(r"^module (\w+)(.*?^endmodule)$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"[ \t]*//[^\n]*")


@dataclass(frozen=True)
class Unit:
    """Something to synthesise: `body` is a module without the keyword and its name, with its library cells if any."""

    body: str
    cells: str = ""

    @property
    def key(self) -> str:
        """A hash of what is synthesised."""
        return content_key(self.body, self.cells)

    @property
    def module(self) -> str:
        """The module's name in `verilog`."""
        return f"unit_{self.key}"

    @property
    def verilog(self) -> str:
        """The module, without its cells."""
        return f"module {self.module}{self.body}\n"


@dataclass(frozen=True)
class Part:
    """One unit of a top with its instances; `modelled`: what the compiler's quick model says of one instance."""

    name: str
    instances: tuple[str, ...]
    unit: Unit
    modelled: Resources


def parts_of(verilog: str, report: KernelReport) -> tuple[Part, ...]:
    """Everything that a top instantiates: processes first, then FIFOs, then slices."""
    bodies = {found.group(1): _COMMENT.sub("", found.group(2)) for found in _MODULE.finditer(verilog)}
    processes = [
        Part(process.name, process.instances, Unit(bodies[process.module]), process.resources)
        for process in report.processes
    ]
    return (*processes, *_fifos(report), *_slices(report))


def distinct(parts: Iterable[Part]) -> tuple[Unit, ...]:
    """Each unit once, in order."""
    return tuple(dict.fromkeys(part.unit for part in parts))


def _fifos(report: KernelReport) -> Iterable[Part]:
    users: dict[tuple[int, int, str], list[str]] = {}
    for fifo in report.fifos:
        users.setdefault((fifo.width, fifo.depth, fifo.storage), []).append(fifo.name)
    for (width, depth, storage), names in users.items():
        unit = _cell("fpdeep_fifo", f'.WIDTH({width}), .DEPTH({depth}), .STORAGE("{storage}")', width)
        name = f"FIFO of {depth} words of {width} bits, {storage}"
        yield Part(name, tuple(names), unit, fifo_resources(width, depth, storage))


def _slices(report: KernelReport) -> Iterable[Part]:
    users: dict[int, list[str]] = {}
    for port in report.ports:
        if not port.is_input:
            users.setdefault(port.width, []).append(port.name)
    for width, names in users.items():
        unit = _cell("fpdeep_slice", f".WIDTH({width})", width)
        yield Part(f"slice of an output port of {width} bits", tuple(names), unit, slice_resources(width))


def _cell(cell: str, settings: str, width: int) -> Unit:
    """A module around one library cell of a given shape."""
    data = f"[{width - 1}:0]"
    ports = [
        "input wire ap_clk, ap_rst_n, s_tvalid, m_tready",
        f"input wire {data} s_tdata",
        "output wire s_tready, m_tvalid",
        f"output wire {data} m_tdata",
    ]
    return Unit(f" ({', '.join(ports)});\n  {cell} #({settings}) u_cell (.*);\nendmodule", cells())
