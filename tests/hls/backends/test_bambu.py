"""Bambu's driver, against a program that records its command line and leaves results of the documented form."""

from pathlib import Path

import pytest

from fpdeep_gen.errors import InputError, ToolError
from fpdeep_gen.hls.backends.bambu import build, device_of
from fpdeep_gen.hls.backends.model import CompilationError, Job
from fpdeep_gen.hls.parts import part_of
from tests.hls.backends.stand_in import stand_in

RESULTS = """<?xml version="1.0"?>
<bambu_results bambu_args="bambu" benchmark_name="fir_0">
  <CYCLES value="7170"/>
  <HLS_execution_time value="1.25"/>
</bambu_results>
"""
PRINTED = """
  Module binding information for function fir:
    Number of modules instantiated: 31
    Estimated number of DSPs: 5
  Total number of flip-flops in function fir: 207
"""


def job_in(folder: Path, **more: object) -> Job:
    source = folder / "fir.cpp"
    source.write_text("void fir() {}\n", encoding="utf-8")
    given: dict[str, object] = {
        "source": source,
        "top": "fir",
        "include_dirs": (folder,),
        "folder": folder / "out" / "bambu",
        "clock_mhz": 200.0,
        "part": part_of("xc7"),
    }
    return Job(**(given | more))  # type: ignore[arg-type]


def test_the_command_line_and_what_is_read_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bench = tmp_path / "bench.cpp"
    bench.write_text("int main() { return 0; }\n", encoding="utf-8")
    files = {"fir.v": "module fir; endmodule\n", "bambu_results_0.xml": RESULTS}
    bambu = stand_in(monkeypatch, tmp_path / "bin", "bambu", files, PRINTED)
    job = job_in(tmp_path, testbench=bench)
    result = build(job)
    assert bambu.calls == [
        (
            str(job.folder),
            [
                str(tmp_path / "fir.cpp"),
                "--top-fname=fir",
                "--std=c++17",
                "-O3",
                "--generate-interface=INFER",
                "--device-name=xc7z020-1clg484-VVD",
                "--clock-period=5",
                f"-I{tmp_path}",
                "--simulate",
                "--simulator=VERILATOR",
                f"--generate-tb={bench}",
            ],
        )
    ]
    assert result.run.command == (str(bambu.path), *bambu.calls[0][1])
    assert (result.backend, result.device, result.rtl) == ("bambu", "xc7z020-1clg484-VVD", (job.folder / "fir.v",))
    assert (result.cycles, result.dsp, result.ff) == (7170, 5, 207)
    assert (result.ii, result.lut, result.bram36) == (None, None, None)
    assert result.run.log.read_text(encoding="utf-8") == PRINTED
    assert 0 < result.run.seconds < 30


def test_without_a_bench_nothing_is_simulated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bambu = stand_in(monkeypatch, tmp_path / "bin", "bambu", {"fir.v": ""}, PRINTED)
    result = build(job_in(tmp_path, clock_mhz=300.0))
    ((_, arguments),) = bambu.calls
    assert [one for one in arguments if "sim" in one or "tb" in one] == []
    assert "--clock-period=3.33333" in arguments
    assert result.cycles is None


def test_figures_of_several_functions_are_not_taken_for_the_design_s(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    printed = PRINTED + PRINTED.replace("fir", "tap").replace("207", "32")
    stand_in(monkeypatch, tmp_path / "bin", "bambu", {"fir.v": ""}, printed)
    result = build(job_in(tmp_path))
    assert (result.dsp, result.ff) == (None, None)


def test_what_an_earlier_run_left_is_no_result(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bench = tmp_path / "bench.cpp"
    bench.write_text("", encoding="utf-8")
    job = job_in(tmp_path, testbench=bench)
    stand_in(monkeypatch, tmp_path / "bin", "bambu", {"fir.v": "", "bambu_results_0.xml": RESULTS})
    assert build(job).cycles == 7170
    stand_in(monkeypatch, tmp_path / "bin", "bambu", {"fir.v": ""}, "no simulator\n")
    with pytest.raises(ToolError, match=r"Bambu ended well but wrote no cycles to .*\n.*\nno simulator") as caught:
        build(job)
    assert caught.value.exit_code == 3
    stand_in(monkeypatch, tmp_path / "bin", "bambu", {})
    with pytest.raises(ToolError, match="Bambu ended well but wrote no Verilog"):
        build(job)


@pytest.mark.parametrize("text", ["<bambu_results/>", "<bambu_results><CYCLES/></bambu_results>", "cut off"])
def test_results_without_cycles_are_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    stand_in(monkeypatch, tmp_path / "bin", "bambu", {"fir.v": "", "bambu_results_0.xml": text})
    with pytest.raises(ToolError, match=r"bambu_results_0.xml: expected CYCLES with a value, found none"):
        build(job_in(tmp_path, testbench=tmp_path / "fir.cpp"))


def test_a_refused_source_shows_the_last_lines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    printed = "".join(f"line {number}\n\n" for number in range(30))
    bambu = stand_in(monkeypatch, tmp_path / "bin", "bambu", {}, printed, "sys.exit(7)")
    job = job_in(tmp_path)
    with pytest.raises(CompilationError) as caught:
        build(job)
    assert caught.value.exit_code == 2
    assert str(caught.value).splitlines() == [
        f"Bambu failed with exit status 7; all of it: {job.folder / 'bambu.log'}",
        "command: " + " ".join([str(bambu.path), *bambu.calls[0][1]]),
        *(f"line {number}" for number in range(10, 30)),
    ]


def test_a_program_that_breaks_is_no_fault_of_the_source(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in(monkeypatch, tmp_path / "bin", "bambu", {}, "so far\n", "os.kill(os.getpid(), 9)")
    with pytest.raises(ToolError, match=r"Bambu was ended by signal 9\n.*\nso far") as caught:
        build(job_in(tmp_path))
    assert caught.value.exit_code == 3
    (tmp_path / "bin" / "bambu").write_bytes(b"\x7fELF")
    with pytest.raises(ToolError, match="Bambu cannot be started") as caught:
        build(job_in(tmp_path))
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("part", "device"),
    [
        ("xc7", "xc7z020-1clg484-VVD"),
        ("xcup", "xcu280-2Lfsvh2892-VVD"),
        ("xc7z045ffg900-2", "xc7z045-2ffg900-VVD"),
        ("xc7a100t-1csg324-VVD", "xc7a100t-1csg324-VVD"),
        ("xcu55c-fsvh2892-2L-e", "xcu55c-2Lfsvh2892-VVD"),
    ],
)
def test_devices_in_its_spelling(part: str, device: str) -> None:
    assert device_of(part_of(part)) == device


def test_a_chip_that_it_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"--part: expected a device that Bambu has \(xc7z020, .*found xc7k70t"):
        device_of(part_of("xc7k70tfbg484-1"))
