"""Resources of a module by synthesis with Yosys for a 7-series part: counts of mapped cells, no place and route."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.emit.report import Resources
from fpdeep_gen.hls.tools import run_tool

_SCRIPT = """
import sys
try:
    from pyosys import libyosys
except ImportError as error:
    sys.exit(f"pyosys cannot be loaded: {error}")
design = libyosys.Design()
for command in sys.argv[1:]:
    libyosys.run_pass(command, design)
"""
_DSP = ("DSP48E1",)
_LUT = ("LUT1", "LUT2", "LUT3", "LUT4", "LUT5", "LUT6")
_LUT_RAM = {
    "RAM32M": 4,
    "RAM64M": 4,
    "RAM32X1D": 2,
    "RAM64X1D": 2,
    "RAM128X1D": 4,
    "RAM256X1D": 8,
    "SRL16E": 1,
    "SRLC32E": 1,
}
_FF = ("FDRE", "FDSE", "FDCE", "FDPE")


@dataclass(frozen=True)
class Synthesis:
    """`resources` of a module with all below it; `cells`: number of each kind of mapped cell."""

    resources: Resources
    cells: dict[str, int]


def synthesise(verilog: Path, module: str, timeout_s: float = 900.0) -> Synthesis:
    """Map one module (and what it instantiates) for xc7. Takes seconds for a process, minutes for 1000 multipliers.

    Raises ToolError when pyosys is missing, breaks or takes longer than `timeout_s`.
    """
    with TemporaryDirectory() as folder:
        statistics = Path(folder) / "stat.json"
        commands = [
            f"read_verilog -sv {verilog}",
            f"synth_xilinx -family xc7 -top {module} -flatten -noiopad -noclkbuf",
            f"tee -q -o {statistics} stat -json -tech xilinx",
        ]
        command = [sys.executable, "-c", _SCRIPT, *commands]
        run_tool(command, timeout_s)
        if not statistics.exists():
            raise ToolError("Yosys wrote no statistics", command)
        counts = json.loads(statistics.read_text(encoding="utf-8"))["design"]["num_cells_by_type"]
    return Synthesis(_resources(counts), dict(sorted(counts.items())))


def _resources(cells: dict[str, int]) -> Resources:
    lut = sum(cells.get(name, 0) for name in _LUT) + sum(cells.get(name, 0) * cost for name, cost in _LUT_RAM.items())
    block = cells.get("RAMB36E1", 0) + cells.get("RAMB18E1", 0) / 2
    dsp = sum(cells.get(name, 0) for name in _DSP)
    return Resources(dsp, block, lut, sum(cells.get(name, 0) for name in _FF))
