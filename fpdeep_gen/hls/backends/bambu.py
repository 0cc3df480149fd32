"""Bambu (PandA 2024.10): its command line, and what it reports.

It simulates only where there is a test bench (in Verilator, which must be on PATH too), and writes the cycles of a call
to `bambu_results_<n>.xml`. Flip-flops and multipliers of each function are in what it prints, LUTs nowhere, and it
pipelines functions, not loops, so there is no interval to read.
"""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

from fpdeep_gen.errors import InputError, Problem, ToolError
from fpdeep_gen.hls.backends.model import BackendResult, Job
from fpdeep_gen.hls.backends.program import last_lines, need_program, run_program
from fpdeep_gen.hls.parts import XC7, XCUP, Part

TITLE = "Bambu"
PROGRAMS = ("bambu",)
HINT = "install PandA-Bambu 2024.10 (an AppImage or from source, https://panda.deib.polimi.it) and put bambu on PATH"

DEVICES = (
    "xc7z020-1clg484-VVD",
    "xc7z045-2ffg900-VVD",
    "xc7a100t-1csg324-VVD",
    "xc7vx330t-1ffg1157",
    "xc7vx485t-2ffg1761-VVD",
    "xc7vx690t-3ffg1930-VVD",
    "xcu280-2Lfsvh2892-VVD",
    "xcu55c-2Lfsvh2892-VVD",
)
"""Devices of our two families that it has delays of; one package and speed grade each."""

FAMILY_DEVICES = {XC7.name: DEVICES[0], XCUP.name: "xcu280-2Lfsvh2892-VVD"}

_RESULTS = "bambu_results_*.xml"
_FLIP_FLOPS = re.compile(r"Total number of flip-flops in function \S+: *(\d+)")
_DSP = re.compile(r"Estimated number of DSPs: *(\d+)")


def device_of(part: Part) -> str:
    """Its name for a device; for a family a device of it. Raises InputError for a chip that it does not have."""
    if part.name == part.family.name:
        return FAMILY_DEVICES[part.name]
    for device in DEVICES:
        if part.name.lower().startswith(device.split("-")[0]):
            return device
    chips = ", ".join(device.split("-")[0] for device in DEVICES)
    raise InputError([Problem(None, None, "--part", f"a device that Bambu has ({chips}) or a family", part.name)])


def command_line(program: str, job: Job) -> tuple[str, ...]:
    """Optimised as far as it goes; ports by the pragmas of the source."""
    command = [
        program,
        str(job.source.resolve()),
        f"--top-fname={job.top}",
        "--std=c++17",
        "-O3",
        "--generate-interface=INFER",
        f"--device-name={device_of(job.part)}",
        f"--clock-period={job.clock_ns}",
        *(f"-I{folder.resolve()}" for folder in job.include_dirs),
    ]
    if job.testbench is not None:
        command += ["--simulate", "--simulator=VERILATOR", f"--generate-tb={job.testbench.resolve()}"]
    return tuple(command)


def build(job: Job) -> BackendResult:
    """Compile. Raises ToolError where Bambu is missing or breaks, CompilationError where it refuses the source."""
    command = command_line(need_program(TITLE, PROGRAMS, HINT), job)
    job.folder.mkdir(parents=True, exist_ok=True)
    for stale in [*job.folder.glob(_RESULTS), *job.folder.glob("*.v")]:
        stale.unlink()
    run = run_program(TITLE, command, job.folder, job.folder / "bambu.log")
    rtl = tuple(sorted(job.folder.glob("*.v")))
    results = sorted(job.folder.glob(_RESULTS))
    if not rtl or (job.testbench is not None and not results):
        what = "cycles" if rtl else "Verilog"
        raise ToolError(f"{TITLE} ended well but wrote no {what} to {job.folder}", command, last_lines(run.log))
    text = run.log.read_text(encoding="utf-8", errors="replace")
    return BackendResult(
        "bambu",
        device_of(job.part),
        run,
        rtl,
        cycles=cycles_of(results[0]) if results else None,
        dsp=only(_DSP, text),
        ff=only(_FLIP_FLOPS, text),
    )


def cycles_of(results: Path) -> int:
    """Mean cycles of a call, of a results file. Raises ToolError where it has none."""
    try:
        found = ET.parse(results).getroot().find("CYCLES")
        return round(float((found.get("value") if found is not None else None) or ""))
    except (ET.ParseError, ValueError) as error:
        raise ToolError(f"{results}: expected CYCLES with a value, found none") from error


def only(pattern: re.Pattern[str], text: str) -> int | None:
    """The count of a design of one function; None of several, as it does not say whether one counts those it calls."""
    found = pattern.findall(text)
    return int(found[0]) if len(found) == 1 else None
