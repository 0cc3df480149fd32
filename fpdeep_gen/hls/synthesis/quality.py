"""What is wrong with a module's RTL by itself: Verilator's warnings, latches, combinational loops."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.tools import run_tool, verilator

WAIVERS = {
    "UNUSEDSIGNAL": "parts of stream words, and carried values, may be used in part only",
    "DECLFILENAME": "one file holds all modules of a top",
    "SYMRSVDWORD": "the pin `interrupt` has the name that is expected of it",
}
"""Warnings of Verilator that the RTL itself turns off, and why; no others may be."""

_WAIVED = re.compile(r"verilator lint_off (\w+)")
_WARNING = re.compile(r"^%(?:Warning|Error)(?:-\w+)?: .*$", re.MULTILINE)
_LATCH = re.compile(r"^\S+/\S+$", re.MULTILINE)
_INFERRED = re.compile(r"^ERROR: (Latch inferred .*)$", re.MULTILINE)
_LOOP = re.compile(r"^Warning: found logic loop in module (\S+?):?$", re.MULTILINE)
_CHECK = re.compile(r"^Warning: (?!found logic loop)(.*(?:multiple conflicting drivers|no driver).*)$", re.MULTILINE)

# Once as it is written (`proc` makes latches of what is not assigned on all paths), once as it is mapped.
_SCRIPT = """
import sys
from pyosys import libyosys
source, top, log, latches, mapped = sys.argv[1:]
design = libyosys.Design()
for command in (
    f"read_verilog -sv {source}",
    f"hierarchy -check -top {top}",
    "proc",
    "flatten",
    f"tee -q -o {latches} select -list t:$dlatch t:$adlatch t:$dlatchsr t:$sr t:$_DLATCH*",
    f"tee -q -o {log} check",
    f"synth_xilinx -family xc7 -noiopad -noclkbuf -top {top}",
    f"tee -q -o {mapped} select -list t:LDCE t:LDPE t:LDCE_1 t:LDPE_1 t:$_DLATCH* t:$dlatch",
    f"tee -q -a {log} check",
):
    libyosys.run_pass(command, design)
"""


def lint_faults(verilog: Path, top: str) -> tuple[str, ...]:
    """Warnings of `verilator -Wall`, and warnings that the file turns off without being among `WAIVERS`."""
    text = verilog.read_text(encoding="utf-8")
    found = [f"{name} is turned off" for name in dict.fromkeys(_WAIVED.findall(text)) if name not in WAIVERS]
    try:
        run_tool(verilator("--lint-only", "-Wall", "--top-module", top, str(verilog)))
    except ToolError as error:
        found += _WARNING.findall(error.log) or [str(error)]
    return tuple(found)


def structure_faults(verilog: Path, top: str, timeout_s: float | None = None) -> tuple[str, ...]:
    """Latches, combinational loops, signals with several drivers or none, before and after mapping for xc7.

    Raises ToolError when Yosys is missing, does not take the file or takes longer than `timeout_s`.
    """
    with TemporaryDirectory() as folder:
        log, latches, mapped = (Path(folder) / name for name in ("log", "latches", "mapped"))
        try:
            run_tool([sys.executable, "-c", _SCRIPT, *map(str, (verilog, top, log, latches, mapped))], timeout_s)
        except ToolError as error:
            inferred = _INFERRED.findall(error.log)  # in an `always_comb` it is an error
            if not inferred:
                raise
            return tuple(inferred)
        return tuple(dict.fromkeys([*_latches(latches.read_text(), mapped.read_text()), *_problems(log.read_text())]))


def _latches(*lists: str) -> Iterator[str]:
    for text in lists:
        for cell in _LATCH.findall(text):
            yield f"latch {cell}"


def _problems(log: str) -> Iterator[str]:
    for module in _LOOP.findall(log):
        yield f"combinational loop in {module}"
    yield from _CHECK.findall(log)
