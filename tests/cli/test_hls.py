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
INPUTS = [0, 1, 2, 3, -1, -32768, 32767, 1000]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kernel, its input words (one chunk each) and its output words (40 bits: two chunks each)."""
    path = tmp_path_factory.mktemp("hls")
    (path / "square.cpp").write_text(KERNEL, encoding="utf-8")
    for name in ("inputs", "expected"):
        (path / name).mkdir()
    np.array([word & 0xFFFF for word in INPUTS], dtype="<u4").tofile(path / "inputs" / "in.bin")
    squares = [word * word + 1 for word in INPUTS]
    np.array([[word & 0xFFFFFFFF, word >> 32] for word in squares], dtype="<u4").tofile(path / "expected" / "out.bin")
    return path


def hls(command: str, folder: Path, *more: object) -> Result:
    arguments = [folder / "square.cpp", "--top", "square", "-o", folder / "rtl", *more]
    return CliRunner().invoke(main, ["hls", command, *map(str, arguments)])


def cosim(folder: Path, *more: object) -> Result:
    return hls("cosim", folder, "--inputs", folder / "inputs", "--expected", folder / "expected", *more)


def test_build_writes_rtl_and_says_what_each_loop_reached(folder: Path) -> None:
    result = hls("build", folder, "--json")
    assert result.exit_code == 0, result.stderr
    assert "module square" in (folder / "rtl" / "square.sv").read_text(encoding="utf-8")
    data = json.loads(result.stdout)
    assert Path(data["description"]).is_file()
    assert data["resources"]["dsp"] >= 1
    assert "square at 200 MHz" in result.stderr


def test_cosim_compares_word_by_word(folder: Path) -> None:
    result = cosim(folder, "--stalls", "0.3", "--json")
    assert result.exit_code == 0, result.stderr
    data = json.loads(result.stdout)
    assert (data["equal"], data["words"]) == (True, {"out": len(INPUTS)})
    assert (folder / "rtl" / "out.bin").read_bytes() == (folder / "expected" / "out.bin").read_bytes()


def test_cosim_names_the_word_that_differs(folder: Path, tmp_path: Path) -> None:
    words = np.fromfile(folder / "expected" / "out.bin", dtype="<u4")
    words[4] += 1
    words.tofile(tmp_path / "out.bin")
    result = cosim(folder, "--expected", tmp_path)
    assert result.exit_code == 1
    assert result.stderr == "error: out[2]: expected 0x6, found 0x5\n"


def test_cosim_without_its_word_files_says_which(folder: Path, tmp_path: Path) -> None:
    result = cosim(folder, "--inputs", tmp_path)
    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path}/in.bin: file: expected words of stream in, found no such file\n"
    (tmp_path / "out.bin").write_bytes(b"\0" * 12)
    cut = cosim(folder, "--expected", tmp_path)
    assert cut.stderr == f"{tmp_path}/out.bin: size: expected whole words of 8 bytes (40 bits), found 12 bytes\n"


def test_cxx_that_the_dialect_does_not_have_is_told_with_its_line(folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "square.cpp"
    source.write_text(KERNEL.replace("ap_int<40>(word) * word + 1", "ap_int<40>(int(word * 0.5))"), encoding="utf-8")
    result = CliRunner().invoke(main, ["hls", "build", str(source), "--top", "square", "-o", str(tmp_path / "rtl")])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{source}:8:30: ")
    assert "Traceback" not in result.stderr
