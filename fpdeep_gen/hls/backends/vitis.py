"""Vitis HLS: its script and command line, and what it reports.

The script is that of all releases since 2020.2; those with `vitis-run` are called through it. Figures are the
estimates of C synthesis, in `csynth.xml`; nothing is simulated, placed or routed.
"""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

from fpdeep_gen.errors import InputError, Problem, ToolError
from fpdeep_gen.hls.backends.model import BackendResult, Job
from fpdeep_gen.hls.backends.program import last_lines, need_program, run_program
from fpdeep_gen.hls.parts import XC7, XCUP, Part

TITLE = "Vitis HLS"
PROGRAMS = ("vitis-run", "vitis_hls")
HINT = "install AMD Vitis and source its settings64.sh, which puts vitis-run (before 2023.2: vitis_hls) on PATH"

FAMILY_DEVICES = {XC7.name: "xc7z020clg484-1", XCUP.name: "xczu9eg-ffvb1156-2-e"}

_SCRIPT = "build.tcl"
_PROJECT, _SOLUTION = "project", "solution"


def device_of(part: Part) -> str:
    """A device as given; for a family a device of it."""
    return FAMILY_DEVICES.get(part.name, part.name)


def command_line(program: str) -> tuple[str, ...]:
    """Runs the script in the folder that it lies in."""
    if Path(program).name == "vitis-run":
        return (program, "--mode", "hls", "--tcl", _SCRIPT)
    return (program, "-f", _SCRIPT)


def script(job: Job) -> str:
    """Tcl that synthesises the top. An error in it ends the program with status 1, whatever the release.

    Raises InputError for names with characters that Tcl or the program's own command lines would take apart.
    """
    paths = [job.source.resolve(), *(folder.resolve() for folder in job.include_dirs)]
    problems = [
        Problem(path, None, "path", 'no spaces and none of {}[]"\\$;', "some")
        for path in paths
        if set(str(path)) & set(' \t\n{}[]"\\$;')
    ]
    if not re.fullmatch(r"\w+(::\w+)*", job.top):
        problems.append(Problem(None, None, "--top", "the name of a function", job.top))
    if problems:
        raise InputError(problems)
    flags = " ".join(["-std=c++17", *(f"-I{path}" for path in paths[1:])])
    return "\n".join(
        [
            "if {[catch {",
            f"    open_project -reset {_PROJECT}",
            f"    set_top {job.top}",
            f'    add_files {paths[0]} -cflags "{flags}"',
            f"    open_solution -reset {_SOLUTION} -flow_target vivado",
            f"    set_part {device_of(job.part)}",
            f"    create_clock -period {job.clock_ns}",
            "    csynth_design",
            "} message]} {",
            '    puts "ERROR: $message"',
            "    exit 1",
            "}",
            "exit 0",
            "",
        ]
    )


def build(job: Job) -> BackendResult:
    """Synthesise. Raises ToolError where the program is missing or breaks, CompilationError where it refuses."""
    command = command_line(need_program(TITLE, PROGRAMS, HINT))
    text = script(job)
    job.folder.mkdir(parents=True, exist_ok=True)
    (job.folder / _SCRIPT).write_text(text, encoding="utf-8")
    synthesised = job.folder / _PROJECT / _SOLUTION / "syn"
    report = synthesised / "report" / "csynth.xml"
    report.unlink(missing_ok=True)
    run = run_program(TITLE, command, job.folder, job.folder / "vitis.log")
    if not report.is_file():
        raise ToolError(f"{TITLE} ended well but wrote no {report}", command, last_lines(run.log))
    root = _root(report)
    blocks = _count(root, "AreaEstimates/Resources/BRAM_18K")
    return BackendResult(
        "vitis",
        device_of(job.part),
        run,
        tuple(sorted((synthesised / "verilog").glob("*.v"))),
        cycles=_count(root, "PerformanceEstimates/SummaryOfOverallLatency/Worst-caseLatency"),
        ii=intervals(root),
        dsp=_count(root, "AreaEstimates/Resources/DSP"),
        lut=_count(root, "AreaEstimates/Resources/LUT"),
        ff=_count(root, "AreaEstimates/Resources/FF"),
        bram36=None if blocks is None else blocks / 2,
    )


def intervals(root: ET.Element) -> tuple[int, ...]:
    """The interval of each pipelined loop: of the top, then of the modules below it (each loop may be one)."""
    top = root.findtext("UserAssignments/TopModelName")
    modules = [one for one in root.findall("ModuleInformation/Module") if one.findtext("Name") != top]
    loops = [
        loop
        for place in (root, *modules)
        for summary in place.findall("PerformanceEstimates/SummaryOfLoopLatency")
        for loop in summary.iter("PipelineII")
    ]
    return tuple(int(loop.text) for loop in loops if loop.text and loop.text.strip().isdecimal())


def _root(report: Path) -> ET.Element:
    try:
        return ET.parse(report).getroot()
    except ET.ParseError as error:
        raise ToolError(f"{report}: expected XML, found {error}") from error


def _count(root: ET.Element, path: str) -> int | None:
    """A whole number; None where it is missing or unknown (`undef`, `?`)."""
    text = (root.findtext(path) or "").strip()
    return int(text) if text.isdecimal() else None
