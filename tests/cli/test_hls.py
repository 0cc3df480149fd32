"""A C++ kernel through `fpdeep hls build` and `fpdeep hls cosim`, with the real compiler and simulator."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from fpdeep_gen.cli.main import main

KERNEL = """
#include "ap_int.h"
#include "hls_stream.h"
#include "hls_task.h"
void step(hls::stream<ap_int<16>>& in, hls::stream<ap_int<40>>& out) {
#pragma HLS PIPELINE II=1
    const ap_int<16> word = in.read();
    out.write(ap_int<40>(word) * word + 1);
}
void square(hls::stream<ap_int<16>>& in, hls::stream<ap_int<40>>& out) {
#pragma HLS INTERFACE axis port=in
#pragma HLS INTERFACE axis port=out
#pragma HLS INTERFACE ap_ctrl_none port=return
    hls_thread_local hls::task task(step, in, out);
}
"""
BENCH = """
#include "ap_int.h"
#include "hls_stream.h"
void square(hls::stream<ap_int<16>>& in, hls::stream<ap_int<40>>& out);
int main() {
    hls::stream<ap_int<16>> in;
    hls::stream<ap_int<40>> out;
    const int words[] = {0, 1, -1, -32768, 32767};
    for (int word : words) in.write(word);
    square(in, out);
    int wrong = 0;
    for (int word : words) wrong += out.read() != ap_int<40>(word) * word + 1;
    return wrong;
}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kernel, a test bench, and a stimulus."""
    path = tmp_path_factory.mktemp("hls")
    (path / "square.cpp").write_text(KERNEL, encoding="utf-8")
    (path / "bench.cpp").write_text(BENCH, encoding="utf-8")
    np.savez(path / "in.npz", **{"in": np.array([0, 1, 2, 3, -1, -32768, 32767, 1000])})
    return path


def hls(command: str, folder: Path, *more: object) -> Result:
    arguments = [folder / "square.cpp", "--top", "square", "-o", folder / "rtl", *more]
    return CliRunner().invoke(main, ["hls", command, *map(str, arguments)])


def test_a_configuration_says_source_top_clock_part_and_bench(folder: Path) -> None:
    text = "part=xcvu9p-flga2104-2-i\n[hls]\nclock=4ns\nsyn.file=square.cpp\nsyn.top=square\ntb.file=bench.cpp\n"
    (folder / "hls_config.cfg").write_text(text + "syn.op=x\n", encoding="utf-8")
    given = ["--config", str(folder / "hls_config.cfg"), "-o", str(folder / "config")]
    done = CliRunner().invoke(main, ["hls", "build", *given])
    assert done.exit_code == 0, done.output
    assert "square for xcvu9p-flga2104-2-i at 250 MHz" in done.output
    assert "hls_config.cfg:7: syn.op=x is ignored" in done.output
    both = CliRunner().invoke(main, ["hls", "build", str(folder / "square.cpp"), *given])
    assert both.exit_code == 2
    neither = CliRunner().invoke(main, ["hls", "cosim", "-o", str(folder / "config")])
    assert neither.exit_code == 2
    assert "SOURCE: expected it, or --config" in neither.output


def test_build_writes_rtl_and_says_what_each_loop_reached(folder: Path) -> None:
    result = hls("build", folder, "--json")
    assert result.exit_code == 0, result.stderr
    assert "module square" in (folder / "rtl" / "square.sv").read_text(encoding="utf-8")
    data = json.loads(result.stdout)
    assert Path(data["description"]).is_file()
    assert data["resources"]["dsp"] >= 1
    assert "square for xc7 at 200 MHz" in result.stderr


@pytest.mark.parametrize(
    ("given", "words"), [(["--words", 20], 20), (["--stimulus", "in.npz"], 8), (["--testbench", "bench.cpp"], 5)]
)
def test_cosim_compares_word_by_word(folder: Path, given: list[str], words: int) -> None:
    files = [folder / one if str(one).endswith((".npz", ".cpp")) else one for one in given]
    result = hls("cosim", folder, *files, "--stalls", "0.3", "--json")
    assert result.exit_code == 0, result.stderr
    data = json.loads(result.stdout)
    assert (data["equal"], data["compared"], data["bench_code"]) == (True, {"out": words}, 0)


COUNTED = """#include <hls_stream.h>
void logic(hls::stream<short>& in, hls::stream<short>& out, int n) {
    for (int i = 0; i < n; ++i) {
        out.write(in.read() - 1);
    }
}
"""


def test_cosim_with_nothing_given_into_a_relative_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is typed first: random inputs, the default output folder, a count that the words are there for; and a name
    that is a word of SystemVerilog."""
    (tmp_path / "counted.cpp").write_text(COUNTED, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["hls", "cosim", "counted.cpp", "--top", "logic", "--json"])
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["compared"] == {"out": 64}


def test_cosim_says_when_there_was_nothing_to_compare(tmp_path: Path) -> None:
    (tmp_path / "sink.cpp").write_text(
        "#include <hls_stream.h>\nvoid sink(hls::stream<int>& in) { in.read(); }\n", encoding="utf-8"
    )
    arguments = ["hls", "cosim", str(tmp_path / "sink.cpp"), "--top", "sink", "-o", str(tmp_path / "rtl")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.stderr
    assert "warning: nothing came out that could be compared" in result.stdout


def test_cosim_reports_the_test_bench_that_fails(folder: Path, tmp_path: Path) -> None:
    bench = tmp_path / "bench.cpp"
    bench.write_text(BENCH.replace("word + 1;", "word;"), encoding="utf-8")
    result = hls("cosim", folder, "--testbench", bench)
    assert result.exit_code == 1
    assert result.stderr.endswith("error: the test bench returned 5\n")


def test_cosim_says_what_a_stimulus_lacks(folder: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", other=np.zeros(3, dtype=np.int64))
    result = hls("cosim", folder, "--stimulus", tmp_path / "other.npz")
    assert result.exit_code == 2
    assert result.stderr == (
        "stimulus in: expected an array for in, found none\nstimulus other: expected one of in, found no such input\n"
    )
    np.savez(tmp_path / "large.npz", **{"in": np.array([40000])})
    result = hls("cosim", folder, "--stimulus", tmp_path / "large.npz")
    assert result.stderr == "stimulus in: expected values from -32768 to 32767, found 40000\n"


def test_cxx_that_the_dialect_does_not_have_is_told_with_its_line(folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "square.cpp"
    source.write_text(KERNEL.replace("ap_int<40>(word) * word + 1", "ap_int<40>(int(word * 0.5))"), encoding="utf-8")
    result = CliRunner().invoke(main, ["hls", "build", str(source), "--top", "square", "-o", str(tmp_path / "rtl")])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{source}:8:30: ")
    assert "Traceback" not in result.stderr
