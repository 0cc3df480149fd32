"""Each board of a chain alone in RTL, as a user tests it: `make sim` in the generated project."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from fpdeep_gen.sim.words import read_words, write_words
from tests.hw import projects
from tests.hw.projects import Project, batches, build_project
from tests.hw.runner import CACHE, QUICK_BUILD, REPOSITORY, RUNTIME, copy_runtime, fifo_bench

TIMEOUT_SECONDS = 600
IMAGES = 8
RUN = Path("csim", "run")


@cache
def two_boards() -> Project:
    """The project of a network that trains on a file of its own: one mini-batch, and one image to test."""
    CACHE.mkdir(parents=True, exist_ok=True)
    data = CACHE / "stripes.npz"
    (batch,) = batches(1, IMAGES)
    images, labels = batch.images.astype(np.int16), batch.labels
    np.savez(data, train_images=images, train_labels=labels, test_images=images[:1], test_labels=labels[:1])
    plan = projects.two_boards()
    return build_project("tiny_two_sim", replace(plan, network=replace(plan.network, dataset=str(data))))


def make_sim(folder: Path, *variables: str) -> subprocess.CompletedProcess[str]:
    """`make sim` with quick builds."""
    fpdeep = Path(sys.executable).with_name("fpdeep")
    return subprocess.run(
        ["make", "-C", str(folder), "sim", f"PYTHON={sys.executable}", f"FPDEEP={fpdeep}", *variables],
        env={**os.environ, **QUICK_BUILD, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


@cache
def simulated() -> subprocess.CompletedProcess[str]:
    """`make sim` of both boards."""
    folder = two_boards().folder
    fifo_bench(1, "distributed")  # Verilator's own code is compiled there
    for board in range(2):
        copy_runtime(RUNTIME, folder / f"board_{board}" / "sim_build")
    return make_sim(folder)


def test_boards_answer_as_the_native_run_and_golden() -> None:
    project, done = two_boards(), simulated()
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert done.stdout.count("PASS=2") == 2
    outcome = json.loads((project.folder / "csim" / "summary.json").read_text())
    assert outcome["equal"]
    assert [step["images"] for step in outcome["steps"]] == [IMAGES]


def test_a_wrong_word_of_the_traffic_is_seen(tmp_path: Path) -> None:
    """A data flit that board 1 sends down, with one bit of its payload changed in the recording."""
    project = two_boards()
    simulated()
    for source in (project.folder / RUN).rglob("*.bin"):
        target = tmp_path / source.relative_to(project.folder / RUN)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(source.read_bytes())
    path = tmp_path / "traffic" / "link_0_down.bin"
    flit_bits = project.plan.cluster.links[0].flit_bits
    flits = read_words(path, flit_bits).copy()
    data = np.flatnonzero(flits[:, -1] != 255)  # the id is the flit's last chunk: 72 = 2 * 32 + 8 bits
    assert flit_bits == 72
    flits[data[len(data) // 2], 0] ^= 1
    write_words(path, flits)
    done = make_sim(project.folder / "board_1", f"RUN={tmp_path}")
    assert done.returncode != 0
    assert "expected" in done.stdout + done.stderr
