"""Input that is there and is not what a command takes: told with its name, never as a bug."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from fpdeep_gen.cli.main import main

NOISE = b"\xa7PK\x03\x04 no text, no archive"


def refusal(*arguments: object) -> str:
    """What a command that refuses its input says."""
    result = CliRunner().invoke(main, [str(one) for one in arguments])
    assert result.exit_code == 2
    return result.stderr


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    path = tmp_path / "noise"
    path.write_bytes(NOISE)
    return path


def test_a_plan_that_is_no_text(noise: Path) -> None:
    path = noise.rename(noise.parent / "plan.json")
    assert refusal("generate", path.parent) == f"{path}: file: expected UTF-8 text, found byte 0 that is not\n"


def test_a_configuration_that_is_no_text_or_a_folder(noise: Path) -> None:
    found = refusal("hls", "build", "--config", noise)
    assert found == f"{noise}: --config: expected UTF-8 text, found byte 0 that is not\n"
    assert "is a directory" in refusal("hls", "build", "--config", noise.parent)


def test_a_stimulus_that_is_no_archive_or_holds_objects(noise: Path) -> None:
    source = noise.with_name("f.cpp")
    source.write_text("int f(int a) { return a; }")
    objects = noise.with_name("objects.npz")
    np.savez(objects, a=np.array([{}], dtype=object))
    command = ("hls", "cosim", source, "--top", "f", "-o", noise.parent / "rtl", "--stimulus")
    expected = "--stimulus: expected an .npz file of integers, found"
    assert refusal(*command, noise) == f"{noise}: {expected} another format\n"
    assert refusal(*command, objects) == f"{objects}: {expected} an array of objects\n"


def test_a_data_set_that_is_no_archive(noise: Path) -> None:
    example = (Path(__file__).parents[2] / "examples/digits/network.yaml").read_text(encoding="utf-8")
    network = noise.with_name("net.yaml")
    network.write_text(example.replace("dataset: digits", "dataset: noise.npz"), encoding="utf-8")
    data = noise.rename(noise.with_name("noise.npz"))
    found = refusal("check", network)
    assert found.startswith(f"{data}: dataset: expected an .npz file with train_images, ")
    assert found.endswith(", found another format\n")


def test_folders_in_the_place_of_sources_and_headers_that_are_nowhere(tmp_path: Path) -> None:
    expected = f"{tmp_path}: file: expected a C++ source, found a folder\n"
    assert refusal("hls", "build", tmp_path, "--top", "f", "-o", tmp_path / "rtl") == expected
    gone = tmp_path / "gone"
    found = refusal("hls", "build", tmp_path / "f.cpp", "--top", "f", "-I", gone, "-I", tmp_path)
    assert found == f"{gone}: -I: expected a folder, found no such folder\n"


def test_a_source_that_is_no_text(noise: Path) -> None:
    found = refusal("hls", "build", noise, "--top", "f", "-o", noise.parent / "rtl")
    assert found.startswith(f"{noise}: C++: expected UTF-8 text outside of comments, found byte 0xa7\n")


def test_a_source_in_another_encoding(tmp_path: Path) -> None:
    """Comments may have any."""
    source = tmp_path / "f.cpp"
    source.write_bytes(b"// 5 \xb5s\nint f(int a) { return a + 1; } // \xe9\n")
    result = CliRunner().invoke(main, ["hls", "build", str(source), "--top", "f", "-o", str(tmp_path / "rtl")])
    assert result.exit_code == 0, result.output


def test_a_clock_in_hertz_is_refused(tmp_path: Path) -> None:
    found = refusal("hls", "build", tmp_path / "f.cpp", "--top", "f", "--clock-mhz", "200e6")
    assert "--clock-mhz': 200000000.0 is not in the range 1.0<=x<=1000.0" in found
