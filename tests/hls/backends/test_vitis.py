"""The driver of Vitis HLS, against a program that records its command line and leaves a report as documented."""

import shutil
import subprocess
from pathlib import Path

import pytest

from fpdeep_gen.errors import InputError, ToolError
from fpdeep_gen.hls.backends.model import CompilationError, Job
from fpdeep_gen.hls.backends.vitis import build, script
from fpdeep_gen.hls.parts import part_of
from tests.hls.backends.stand_in import stand_in

REPORT = "project/solution/syn/report/csynth.xml"
LOOP = "<{name}><Name>{name}</Name><TripCount>64</TripCount><PipelineII>{ii}</PipelineII></{name}>"
ESTIMATES = """<PerformanceEstimates>
  <SummaryOfOverallLatency>
    <Best-caseLatency>80</Best-caseLatency>
    <Worst-caseLatency>{latency}</Worst-caseLatency>
    <Interval-min>81</Interval-min>
  </SummaryOfOverallLatency>
  <SummaryOfLoopLatency>{loops}</SummaryOfLoopLatency>
</PerformanceEstimates>
<AreaEstimates>
  <Resources><BRAM_18K>{blocks}</BRAM_18K><DSP>{dsp}</DSP><FF>{ff}</FF><LUT>{lut}</LUT><URAM>0</URAM></Resources>
  <AvailableResources><BRAM_18K>280</BRAM_18K><DSP>220</DSP><FF>106400</FF><LUT>53200</LUT></AvailableResources>
</AreaEstimates>
"""


def estimates(loops: str, latency: str = "1031", dsp: str = "5", blocks: str = "3") -> str:
    return ESTIMATES.format(loops=loops, latency=latency, dsp=dsp, blocks=blocks, ff="321", lut="456")


def report(latency: str = "1031", dsp: str = "5") -> str:
    """A top with a loop of its own and one in a module below it; the top is a module too."""
    own = LOOP.format(name="rows", ii=2) + LOOP.format(name="outer", ii="-")
    below = LOOP.format(name="samples", ii=1)
    modules = f"<Module><Name>fir_Pipeline_samples</Name>{estimates(below, '9', '4')}</Module>"
    modules += f"<Module><Name>fir</Name>{estimates(own)}</Module>"
    top = estimates(own, latency, dsp)
    named = "<UserAssignments><TopModelName>fir</TopModelName></UserAssignments>"
    return f"<profile>{named}{top}<ModuleInformation>{modules}</ModuleInformation></profile>"


def job_in(folder: Path, **more: object) -> Job:
    source = folder / "fir.cpp"
    source.write_text("void fir() {}\n", encoding="utf-8")
    given: dict[str, object] = {
        "source": source,
        "top": "fir",
        "include_dirs": (folder, folder / "more"),
        "folder": folder / "out" / "vitis",
        "clock_mhz": 200.0,
        "part": part_of("xc7"),
    }
    return Job(**(given | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("program", "arguments"),
    [("vitis-run", ["--mode", "hls", "--tcl", "build.tcl"]), ("vitis_hls", ["-f", "build.tcl"])],
)
def test_the_command_line_and_what_is_read_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str, arguments: list[str]
) -> None:
    files = {REPORT: report(), "project/solution/syn/verilog/fir.v": "", "project/solution/syn/verilog/fir_mul.v": ""}
    vitis = stand_in(monkeypatch, tmp_path / "bin", program, files)
    job = job_in(tmp_path)
    result = build(job)
    assert vitis.calls == [(str(job.folder), arguments)]
    lines = [line.strip() for line in (job.folder / "build.tcl").read_text(encoding="utf-8").splitlines()]
    assert lines[1:8] == [
        "open_project -reset project",
        "set_top fir",
        f'add_files {tmp_path}/fir.cpp -cflags "-std=c++17 -I{tmp_path} -I{tmp_path}/more"',
        "open_solution -reset solution -flow_target vivado",
        "set_part xc7z020clg484-1",
        "create_clock -period 5",
        "csynth_design",
    ]
    assert (result.backend, result.device) == ("vitis", "xc7z020clg484-1")
    assert [path.name for path in result.rtl] == ["fir.v", "fir_mul.v"]
    assert (result.cycles, result.ii) == (1031, (2, 1))
    assert (result.dsp, result.lut, result.ff, result.bram36) == (5, 456, 321, 1.5)


def test_the_newer_program_is_preferred(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    old = stand_in(monkeypatch, tmp_path / "bin", "vitis_hls", {REPORT: report()})
    new = stand_in(monkeypatch, tmp_path / "bin", "vitis-run", {REPORT: report()})
    build(job_in(tmp_path))
    assert (len(new.calls), len(old.calls)) == (1, 0)


@pytest.mark.parametrize("unknown", ["undef", "?", ""])
def test_what_is_unknown_is_no_number(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, unknown: str) -> None:
    stand_in(monkeypatch, tmp_path / "bin", "vitis_hls", {REPORT: report(unknown, unknown)})
    result = build(job_in(tmp_path, part=part_of("xcup")))
    assert result.device == "xczu9eg-ffvb1156-2-e"
    assert (result.cycles, result.dsp, result.lut) == (None, None, 456)


def test_a_report_of_an_earlier_run_is_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in(monkeypatch, tmp_path / "bin", "vitis_hls", {REPORT: report()})
    build(job_in(tmp_path))
    stand_in(monkeypatch, tmp_path / "bin", "vitis_hls", {}, "nothing to do\n")
    with pytest.raises(ToolError, match=r"Vitis HLS ended well but wrote no .*csynth.xml\n.*\nnothing to do"):
        build(job_in(tmp_path))
    stand_in(monkeypatch, tmp_path / "bin", "vitis_hls", {REPORT: report()[:100]})
    with pytest.raises(ToolError, match=r"csynth.xml: expected XML, found ") as caught:
        build(job_in(tmp_path))
    assert caught.value.exit_code == 3


def test_a_refused_source_shows_the_last_lines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    printed = "INFO: a\nERROR: recursion\n"
    stand_in(monkeypatch, tmp_path / "bin", "vitis_hls", {REPORT: report()}, printed, "sys.exit(1)")
    with pytest.raises(CompilationError) as caught:
        build(job_in(tmp_path))
    assert caught.value.exit_code == 2
    assert str(caught.value).endswith("vitis_hls -f build.tcl\nINFO: a\nERROR: recursion")


def test_names_that_tcl_would_take_apart(tmp_path: Path) -> None:
    folder = tmp_path / "my files"
    folder.mkdir()
    with pytest.raises(InputError) as caught:
        script(job_in(tmp_path, include_dirs=(folder,), top="fir; exit"))
    assert str(caught.value) == (
        f'{folder}: path: expected no spaces and none of {{}}[]"\\$;, found some\n'
        "--top: expected the name of a function, found fir; exit"
    )


@pytest.mark.skipif(shutil.which("tclsh") is None, reason="no tclsh")
@pytest.mark.parametrize(("synthesis", "code"), [("puts synthesised", 0), ("error refused", 1)])
def test_the_script_s_exit_status_is_the_synthesis_s(tmp_path: Path, synthesis: str, code: int) -> None:
    """In a plain Tcl shell, with the program's commands in front."""
    commands = ("open_project", "set_top", "add_files", "open_solution", "set_part", "create_clock")
    head = "".join(f"proc {name} args {{ puts [list {name} {{*}}$args] }}\n" for name in commands)
    file = tmp_path / "with_commands.tcl"
    file.write_text(f"{head}proc csynth_design {{}} {{ {synthesis} }}\n{script(job_in(tmp_path))}", encoding="utf-8")
    done = subprocess.run(["tclsh", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == code
    lines = done.stdout.splitlines()
    assert lines[2] == f"add_files {tmp_path}/fir.cpp -cflags {{-std=c++17 -I{tmp_path} -I{tmp_path}/more}}"
    assert lines[-1] == ("ERROR: refused" if code else "synthesised")
