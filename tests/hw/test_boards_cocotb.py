"""Each board of a chain alone in RTL: the emitted cocotb test, fed with the word files of a native run."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from fpdeep_gen.sim.compare import result_differences, run_golden, weight_differences
from fpdeep_gen.sim.native import build_native, run_native
from fpdeep_gen.sim.verify import verification_program
from fpdeep_gen.sim.words import read_words, write_words
from tests.hw import projects
from tests.hw.projects import Project, batches, build_project
from tests.hw.runner import CACHE, QUICK_BUILD, REPOSITORY, RUNTIME, copy_runtime

TIMEOUT_SECONDS = 600
RUN = "native_run"


@cache
def two_boards() -> Project:
    """The project, with a native run of one step whose results and weights are golden's."""
    project = build_project("tiny_two", projects.two_boards())
    plan = project.plan
    program = verification_program(plan, batches(1, 3))
    golden = run_golden(plan, program).output
    output = run_native(build_native(project.folder, CACHE), plan, program, project.folder / RUN)
    for step, (want, got) in enumerate(zip(golden.dumps, output.dumps, strict=True)):
        assert weight_differences(plan.network, step, want, got) == (0, [])
    assert result_differences(1, golden.results[0], output.results[0]) == (0, [])
    return project


def run_board_test(project: Project, board: int, run: Path) -> subprocess.CompletedProcess[str]:
    """`python test_board_<b>.py` as a user would run it."""
    folder = project.folder / f"board_{board}"
    copy_runtime(RUNTIME, folder / "sim_build")
    return subprocess.run(
        [sys.executable, f"test_board_{board}.py"],
        cwd=folder,
        env={**os.environ, **QUICK_BUILD, "RUN": str(run), "RTL": str(folder / "rtl"), "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


@pytest.mark.parametrize("board", [0, 1])
def test_board_answers_as_the_native_run(board: int) -> None:
    project = two_boards()
    done = run_board_test(project, board, project.folder / RUN)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert "PASS=2" in done.stdout + done.stderr


def test_a_wrong_word_of_the_traffic_is_seen(tmp_path: Path) -> None:
    """A data flit that board 1 sends down, with one bit of its payload changed in the recording."""
    project = two_boards()
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
    done = run_board_test(project, 1, tmp_path)
    assert done.returncode != 0
    assert "expected" in done.stdout + done.stderr
