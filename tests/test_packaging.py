"""The wheel carries everything that the program reads: an installed copy works without the checkout."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DATA = {name: ROOT / name for name in ("templates", "hls_kernels", "boards", "networks")}
SOURCES = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "fpdeep_gen", *DATA)

PROBE = """
from pathlib import Path
import fpdeep_gen
from fpdeep_gen.board.known import known_boards, known_clusters
from fpdeep_gen.network.known import known_networks
from fpdeep_gen.emit.resources import kernels_dir, templates_dir
home = Path(fpdeep_gen.__file__).parent
assert templates_dir() == home / "_data" / "templates", templates_dir()
assert kernels_dir() == home / "_data" / "hls_kernels", kernels_dir()
assert "zedboard" in known_boards()
assert "vc709-chain" in known_clusters()
assert "vgg16" in known_networks()
known = (known_boards(), known_clusters(), known_networks())
assert all(path.is_relative_to(home) for paths in known for path in paths.values())
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that the checkout stays clean."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / "src" / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (folder / "src").mkdir(exist_ok=True)
            shutil.copyfile(source, folder / "src" / name)
    pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", folder, folder / "src")
    (found,) = folder.glob("*.whl")
    return found


def pip(*arguments: object) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def files_under(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_wheel_has_all_data_and_nothing_of_the_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for name, folder in DATA.items():
        there = {one.removeprefix(f"fpdeep_gen/_data/{name}/") for one in names if f"/_data/{name}/" in one}
        assert there == files_under(folder), name
    package = {f"fpdeep_gen/{one}" for one in files_under(ROOT / "fpdeep_gen") if "__pycache__" not in one}
    assert package - names == set()
    top = {name.split("/")[0] for name in names}
    assert {one for one in top if not one.endswith(".dist-info")} == {"fpdeep_gen"}


def test_an_installed_copy_finds_its_own_data(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    pip("install", "--no-deps", "--no-index", "--target", target, wheel)
    environment = {**os.environ, "PYTHONPATH": str(target)}
    done = subprocess.run(
        [sys.executable, "-c", PROBE], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
