"""`fpdeep hls build --backend`: another compiler on the same source."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fpdeep_gen.cli.main import main
from fpdeep_gen.emit.resources import kernels_dir
from tests.hls.backends.stand_in import stand_in
from tests.hls.backends.test_bambu import PRINTED, RESULTS
from tests.hls.backends.test_vitis import REPORT, report


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "fir.cpp"
    path.write_text("void fir() {}\n", encoding="utf-8")
    return path


def build(source: Path, *more: object) -> Result:
    arguments = [source, "--top", "fir", "-o", source.parent / "out", *more]
    return CliRunner().invoke(main, ["hls", "build", *map(str, arguments)])


def test_bambu_is_driven_in_its_folder(monkeypatch: pytest.MonkeyPatch, source: Path) -> None:
    files = {"fir.v": "", "bambu_results_0.xml": RESULTS}
    bambu = stand_in(monkeypatch, source.parent / "bin", "bambu", files, PRINTED)
    result = build(source, "--backend", "bambu", "--testbench", source, "--json")
    assert result.exit_code == 0, result.stderr
    folder = source.parent / "out" / "bambu"
    ((place, arguments),) = bambu.calls
    assert place == str(folder)
    assert [one for one in arguments if one.startswith("-I")] == [f"-I{source.parent}", f"-I{kernels_dir()}"]
    data = json.loads(result.stdout)
    assert data.pop("seconds") > 0
    assert data == {
        "backend": "bambu",
        "device": "xc7z020-1clg484-VVD",
        "command": [str(bambu.path), *arguments],
        "log": str(folder / "bambu.log"),
        "rtl": [str(folder / "fir.v")],
        "cycles": 7170,
        "ii": None,
        "dsp": 5,
        "lut": None,
        "ff": 207,
        "bram36": None,
    }
    assert "fir by Bambu for xc7z020-1clg484-VVD at 200 MHz, by its own count" in result.stderr


def test_vitis_is_driven_in_its_folder(monkeypatch: pytest.MonkeyPatch, source: Path) -> None:
    stand_in(monkeypatch, source.parent / "bin", "vitis-run", {REPORT: report()})
    result = build(source, "--backend", "vitis", "--part", "xc7z045ffg900-2", "--clock-mhz", "250", "--json")
    assert result.exit_code == 0, result.stderr
    data = json.loads(result.stdout)
    assert (data["device"], data["cycles"], data["ii"], data["lut"]) == ("xc7z045ffg900-2", 1031, [2, 1], 456)
    text = (source.parent / "out" / "vitis" / "build.tcl").read_text(encoding="utf-8")
    assert "create_clock -period 4\n" in text


@pytest.mark.parametrize(
    ("backend", "text"),
    [
        (
            "bambu",
            "error: Bambu is missing: expected bambu on PATH, found none\n    hint: install PandA-Bambu 2024.10 (an "
            "AppImage or from source, https://panda.deib.polimi.it) and put bambu on PATH\n",
        ),
        (
            "vitis",
            "error: Vitis HLS is missing: expected vitis-run or vitis_hls on PATH, found none\n    hint: install AMD "
            "Vitis and source its settings64.sh, which puts vitis-run (before 2023.2: vitis_hls) on PATH\n",
        ),
    ],
)
def test_a_compiler_that_is_missing_is_said_how_to_get(
    monkeypatch: pytest.MonkeyPatch, source: Path, backend: str, text: str
) -> None:
    monkeypatch.setenv("PATH", str(source.parent / "empty"))
    result = build(source, "--backend", backend)
    assert (result.exit_code, result.stderr) == (3, text)
    assert not (source.parent / "out").exists()


def test_a_refused_source_is_a_fault_of_the_input(monkeypatch: pytest.MonkeyPatch, source: Path) -> None:
    stand_in(monkeypatch, source.parent / "bin", "bambu", {}, "error -> no such function\n", "sys.exit(1)")
    result = build(source, "--backend", "bambu", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["kind"] == "CompilationError"
    assert result.stderr.endswith("\nerror -> no such function\n")
    assert "Traceback" not in result.stderr


def test_options_that_a_back_end_does_not_have(source: Path) -> None:
    gone = source.parent / "gone.cpp"
    result = build(source, "--backend", "vitis", "--schedule", "--testbench", gone)
    assert result.exit_code == 2
    assert result.stderr == (
        "--schedule: expected --backend open, found vitis\n"
        "--testbench: expected a --backend that simulates, found vitis\n"
        f"{gone}: file: expected a file, found no such file\n"
    )
    result = build(source, "--testbench", source)
    assert result.stderr == (
        "--testbench: expected a --backend that simulates, found open\n"
        "    hint: `fpdeep hls cosim --testbench` runs the bench against this back end's RTL\n"
    )
