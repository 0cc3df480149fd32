"""A tiny network on two boards, one of its layers cut, from plan to RTL: shared by the tests of whole chains."""

import fcntl
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fpdeep_gen.board.model import Board, Cluster, Link
from fpdeep_gen.emit.generate import generate
from fpdeep_gen.hls.compile import compile_kernel
from fpdeep_gen.network.model import Format, Layer, LayerFormats, LayerKind, Network, Training
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.plan.pieces import Forced, Piece
from fpdeep_gen.plan.planner import make_plan
from fpdeep_gen.sim.batches import Batch
from tests.hw.runner import CACHE

CLASSES = 4


def formats(output: int, error: int) -> LayerFormats:
    """16-bit formats with the given fractions."""
    return LayerFormats(Format(16, 13), Format(16, output), Format(16, error), 36)


def network() -> Network:
    """8 x 8 images: conv1 1 -> 2 (pool), conv2 2 -> 4 (pool), fc 16 -> 4."""
    conv = LayerKind.CONVOLUTION
    layers = (
        Layer("conv1", conv, 1, 8, 8, 2, 3, 3, 1, True, 2, formats(11, 15)),
        Layer("conv2", conv, 2, 4, 4, 4, 3, 3, 1, True, 2, formats(10, 14)),
        Layer("fc", LayerKind.FULLY_CONNECTED, 4, 2, 2, CLASSES, 2, 2, 0, False, 1, formats(9, 14)),
    )
    return Network("tiny", 1, 8, 8, Format(8, 6), layers, Training(8, 0.1, 1, 7), "digits")


def cluster(boards: int) -> Cluster:
    """Small boards joined by links of 0.8 flits a cycle."""
    board = Board("test", "xc7z020clg400-1", 220, 140, 53200, 106400, 100.0, 4, 2.0)
    cable = Link(4, 1.6, 0.9, 72, 25)
    return Cluster("row", (board,) * boards, (cable,) * (boards - 1), 100.0)


def one_board() -> Plan:
    """Everything on one board, engines take whole words."""
    pieces = (Piece(0, 0, 0, 2), Piece(1, 0, 0, 4), Piece(2, 0, 0, 4))
    forced = Forced((1, 2, 2, 1), (3, 3, 1), None, pieces, p_in=(1, 2, 2), p_error=(2, 2, 1), p_back=(1, 2, 2))
    return make_plan(network(), cluster(1), forced)


def two_boards(row: Cluster | None = None) -> Plan:
    """conv2 cut over both boards, fc on the upper one; engines take and make words in parts. `row`: or `cluster(2)`."""
    pieces = (Piece(0, 0, 0, 2), Piece(1, 0, 0, 2), Piece(1, 1, 2, 4), Piece(2, 1, 0, 4))
    forced = Forced((1, 2, 2, 1), (3, 3, 1), None, pieces, p_in=(1, 1, 1), p_error=(2, 1, 1), p_back=(1, 1, 1))
    return make_plan(network(), row or cluster(2), forced)


def batches(count: int, images: int, seed: int = 1) -> tuple[Batch, ...]:
    """Random images: stripes whose direction depends on the label, and noise."""
    generator = np.random.default_rng(seed)
    rows, columns = np.indices((8, 8))
    patterns = [rows % 2, columns % 2, (rows + columns) % 2, rows // 4]
    found = []
    for _ in range(count):
        labels = generator.integers(0, CLASSES, images)
        clean = np.array([patterns[label] * 80 - 40 for label in labels])
        noise = generator.integers(-30, 31, clean.shape)
        found.append(Batch((clean + noise)[:, np.newaxis], labels.astype(np.int64)))
    return tuple(found)


@dataclass(frozen=True)
class Project:
    """A generated project with the RTL of its boards."""

    plan: Plan
    folder: Path


def build_project(name: str, plan: Plan) -> Project:
    """Generate and compile; the compiler keeps what did not change."""
    folder = CACHE / name
    generate(plan).write(folder)
    for board in range(len(plan.cluster.boards)):
        compile_board(folder, board, folder / "hls_kernels", plan.cluster.clock_mhz)
    return Project(plan, folder)


def compile_board(folder: Path, board: int, kernels: Path, clock_mhz: float) -> None:
    """One board's RTL from the kernels of a folder."""
    source = folder / f"board_{board}" / "src"
    shared = CACHE / "boards" / "rtl"
    shared.mkdir(parents=True, exist_ok=True)
    with (shared.parent / "lock").open("w") as lock:  # projects of one plan are in several files of tests
        fcntl.flock(lock, fcntl.LOCK_EX)
        compile_kernel(source / f"board_{board}.cpp", f"board_{board}", [source, kernels], shared, clock_mhz)
        shutil.copytree(shared, folder / f"board_{board}" / "rtl", dirs_exist_ok=True)
        shutil.rmtree(shared)


def copy_project(project: Project, name: str) -> Project:
    """A copy to break."""
    folder = CACHE / name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(project.folder, folder)
    return Project(project.plan, folder)


def break_kernel(project: Project, board: int, kernel: str, right: str, wrong: str) -> None:
    """Replace a piece of one board's kernel, which must be there once, and compile that board again."""
    kernels = project.folder / f"broken_kernels_{board}"
    shutil.rmtree(kernels, ignore_errors=True)
    shutil.copytree(project.folder / "hls_kernels", kernels)
    text = (kernels / kernel).read_text()
    assert text.count(right) == 1, f"{kernel}: expected {right!r} once"
    (kernels / kernel).write_text(text.replace(right, wrong))
    compile_board(project.folder, board, kernels, project.plan.cluster.clock_mhz)


def set_fifo_depth(project: Project, board: int, fifo: str, depth: int) -> None:
    """Give a FIFO of a board's RTL another depth, in its description too."""
    folder = project.folder / f"board_{board}" / "rtl"
    verilog, description = folder / f"board_{board}.sv", folder / f"board_{board}.json"
    text, count = re.subn(
        rf"(\.DEPTH\()\d+(\), \.STORAGE\(\"\w+\"\)\) u_{fifo} \()", rf"\g<1>{depth}\g<2>", verilog.read_text()
    )
    assert count == 1, f"expected one FIFO u_{fifo}"
    verilog.write_text(text)
    text, count = re.subn(
        rf'("name": "{fifo}",\s*"width": \d+,\s*"depth": )\d+', rf"\g<1>{depth}", description.read_text()
    )
    assert count == 1, f"expected one FIFO {fifo}"
    description.write_text(text)
