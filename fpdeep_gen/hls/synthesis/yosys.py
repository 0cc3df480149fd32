"""Yosys on several modules at once: counts of mapped 7-series cells of each."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory

from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.emit.report import Resources
from fpdeep_gen.hls.synthesis.units import Unit
from fpdeep_gen.hls.tools import content_key, run_tool

# Modules stay apart (no flattening into one), so a run costs the reading of Yosys's libraries once for all of them.
# A cell with parameters is derived, copied into the unit around it, and dropped.
_SCRIPT = """
import sys
try:
    from pyosys import libyosys
except ImportError as error:
    sys.exit(f"pyosys cannot be loaded: {error}")
source, statistics = sys.argv[1:]
design = libyosys.Design()
for command in (
    f"read_verilog -sv {source}",
    "hierarchy",
    "proc",
    "flatten",
    "delete fpdeep_* *paramod*",
    "read_verilog -lib -specify +/xilinx/cells_sim.v",
    "read_verilog -lib +/xilinx/cells_xtra.v",
    "synth_xilinx -family xc7 -noiopad -noclkbuf -run prepare:check",
    f"tee -q -o {statistics} stat -json -tech xilinx",
):
    libyosys.run_pass(command, design)
"""

# Verilog of any origin, which may read memory files beside it.
_DESIGN_SCRIPT = """
import os, sys
try:
    from pyosys import libyosys
except ImportError as error:
    sys.exit(f"pyosys cannot be loaded: {error}")
statistics, folder, *names = sys.argv[1:]
os.chdir(folder)
design = libyosys.Design()
for command in (
    *(f"read_verilog {name}" for name in names),
    "hierarchy -check -auto-top",
    "synth_xilinx -family xc7 -flatten -noiopad -noclkbuf",
    f"tee -q -o {statistics} stat -json -tech xilinx",
):
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
    """`resources` of a unit; `cells`: number of each kind of mapped cell."""

    resources: Resources
    cells: dict[str, int]


def method_key() -> str:
    """A hash of what a count depends on beside the unit: Yosys and how it is called."""
    try:
        version = metadata.version("pyosys")
    except metadata.PackageNotFoundError:
        version = "none"
    return content_key(version, _SCRIPT)


def run_yosys(units: Sequence[Unit], timeout_s: float) -> dict[Unit, Synthesis]:
    """Map each unit for xc7, in one process. Seconds for a process of the library, minutes for 1000 multipliers.

    Raises ToolError when pyosys is missing, breaks or takes longer than `timeout_s`.
    """
    with TemporaryDirectory() as folder:
        source, statistics = Path(folder) / "units.sv", Path(folder) / "stat.json"
        texts = [*dict.fromkeys(unit.cells for unit in units), *(unit.verilog for unit in units)]
        source.write_text("\n".join(texts), encoding="utf-8")
        command = [sys.executable, "-c", _SCRIPT, str(source), str(statistics)]
        run_tool(command, timeout_s)
        if not statistics.exists():
            raise ToolError("Yosys wrote no statistics", command)
        modules = json.loads(statistics.read_text(encoding="utf-8"))["modules"]
    return {unit: synthesis_of(modules[f"\\{unit.module}"]["num_cells_by_type"]) for unit in units}


def map_design(files: Sequence[Path], timeout_s: float) -> Synthesis:
    """Map another compiler's Verilog for xc7, its modules joined into the one that no other uses; all in one folder.

    Raises ToolError when pyosys is missing, breaks or takes longer than `timeout_s`.
    """
    with TemporaryDirectory() as scratch:
        statistics = Path(scratch) / "stat.json"
        names = [path.name for path in files]
        command = [sys.executable, "-c", _DESIGN_SCRIPT, str(statistics), str(files[0].parent.resolve()), *names]
        run_tool(command, timeout_s)
        if not statistics.exists():
            raise ToolError("Yosys wrote no statistics", command)
        return synthesis_of(json.loads(statistics.read_text(encoding="utf-8"))["design"]["num_cells_by_type"])


def synthesis_of(cells: Mapping[str, int]) -> Synthesis:
    """Resources from the counts of mapped cells. Inverters and wide multiplexers of a slice are not LUTs."""
    lut = sum(cells.get(name, 0) for name in _LUT) + sum(cells.get(name, 0) * cost for name, cost in _LUT_RAM.items())
    block = cells.get("RAMB36E1", 0) + cells.get("RAMB18E1", 0) / 2
    dsp = sum(cells.get(name, 0) for name in _DSP)
    ff = sum(cells.get(name, 0) for name in _FF)
    return Synthesis(Resources(dsp, block, lut, ff), dict(sorted(cells.items())))
