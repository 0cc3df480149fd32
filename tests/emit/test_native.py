"""The emitted C++ compiles, and trains: after two steps every weight is the golden model's, on every plan."""

import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from fpdeep_gen.emit.configs import Config
from fpdeep_gen.emit.generate import generate
from fpdeep_gen.emit.kernels import ALL_CONFIGS
from fpdeep_gen.emit.resources import kernel_files
from fpdeep_gen.errors import ToolError
from fpdeep_gen.golden.model import InferResult, StepResult, infer, initial_weights, train_step
from fpdeep_gen.golden.rounding import Integers
from fpdeep_gen.hls.native_include import native_include_dirs
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.sim.host import Dump, HostOutput, Infer, Load, Program, Train
from fpdeep_gen.sim.native import build_native, run_native
from tests.emit import plans

TRAINED = ("one_board", "cut_on_two", "cut_on_three", "fc_on_three", "idle_between", "idle_below")
"""What the other plans have, these have too; each costs a compilation."""
OPTIMISED = "cut_on_two"
"""Built as the emitted Makefile builds it; the others without optimisation, which takes half as long."""


@pytest.mark.parametrize("config", ALL_CONFIGS, ids=[config.kernel for config in ALL_CONFIGS])
def test_configurations_have_what_the_kernel_uses(config: type[Config]) -> None:
    headers = kernel_files()
    assert f"{config.kernel}.h" in headers
    members = {name.upper() for name in config.__dataclass_fields__}
    members = {{"KERNEL_SIZE": "KERNEL", "WORD": "Word"}.get(name, name) for name in members}
    used = set(re.findall(r"\bC::(\w+)", headers[f"{config.kernel}.h"]))
    assert used <= members
    assert used


def program(plan: Plan, images: Integers, labels: Integers, weights: tuple[Integers, ...]) -> Program:
    """Load, two steps of training on halves of the images, inference on all of them, dump."""
    half = len(labels) // 2
    train = Train(images[:half], labels[:half], 0, 7, plan.learning_rate_raw)
    again = Train(images[half:], labels[half:], 1, 7, plan.learning_rate_raw)
    return Program((Load(weights), train, again, Infer(images, labels), Dump()))


def run(plan: Plan, what: Program, folder: Path, cache: Path, optimise: str = "-O0") -> HostOutput:
    """Generate, build and run natively."""
    generate(plan).write(folder / "project")
    model = build_native(folder / "project", cache, optimise)
    return run_native(model, plan, what, folder / "run")


def test_emitted_sources_compile_without_a_warning(tmp_path: Path) -> None:
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("no g++")
    generate(plans.cut_on_three()).write(tmp_path)
    folders = [tmp_path / "hls_kernels", *native_include_dirs()]
    for source in sorted(tmp_path.glob("board_*/src/*.cpp")):
        flags = [f"-I{folder}" for folder in folders]
        command = [
            compiler,
            "-std=c++17",
            "-fsyntax-only",
            "-Wall",
            "-Wextra",
            "-Wno-unknown-pragmas",
            *flags,
            str(source),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the built programs."""
    return tmp_path_factory.mktemp("native")


@dataclass(frozen=True)
class Case:
    """A run and what it must give."""

    program: Program
    results: tuple[StepResult | InferResult, ...]
    weights: tuple[Integers, ...]


def case(plan: Plan) -> Case:
    """Two steps on random images, from the initial weights, on the golden model."""
    random = np.random.default_rng(3)
    images = random.integers(-128, 128, (8, 1, 8, 8), dtype=np.int64)
    labels = random.integers(0, 10, 8)
    weights = initial_weights(plan.network)
    rate = (plan.learning_rate_raw, plan.learning_rate_fraction)
    first = train_step(plan.network, weights, images[:4], labels[:4], 0, *rate)
    second = train_step(plan.network, first.weights, images[4:], labels[4:], 1, *rate)
    last = infer(plan.network, second.weights, images, labels)
    for before, after in zip(weights, second.weights, strict=True):
        assert np.any(before != after)
    return Case(program(plan, images, labels, weights), (first, second, last), second.weights)


def differences(output: HostOutput, wanted: Case) -> list[str]:
    """Names of everything that isn't as the golden model has it."""
    found = []
    for index, (result, expected) in enumerate(zip(output.results, wanted.results, strict=True)):
        if not np.array_equal(result.probability_raw, expected.probability_raw):
            found.append(f"probabilities {index}")
        if not np.array_equal(result.predicted, expected.predicted):
            found.append(f"predictions {index}")
    (dumped,) = output.dumps
    for layer, (one, expected_weights) in enumerate(zip(dumped, wanted.weights, strict=True)):
        if not np.array_equal(one, expected_weights):
            found.append(f"weights {layer}")
    return found


@pytest.mark.parametrize("name", TRAINED)
def test_native_training_gives_the_golden_weights(name: str, tmp_path: Path, cache: Path) -> None:
    plan = plans.ALL_PLANS[name]()
    wanted = case(plan)
    optimise = "-O2" if name == OPTIMISED else "-O0"
    assert differences(run(plan, wanted.program, tmp_path, cache, optimise), wanted) == []


def test_a_wrong_design_is_seen(tmp_path: Path, cache: Path) -> None:
    plan = plans.two_boards()
    wanted = case(plan)
    generate(plan).write(tmp_path)
    config = tmp_path / "board_1" / "src" / "board_1_config.h"
    before, store, after = config.read_text().partition("struct Conv2WeightStore")
    assert "SHIFT = 29;" in after
    config.write_text(before + store + after.replace("SHIFT = 29;", "SHIFT = 28;", 1))
    output = run_native(build_native(tmp_path, cache), plan, wanted.program, tmp_path / "run")
    assert {"weights 1", "probabilities 1"} <= set(differences(output, wanted))
    assert "probabilities 0" not in differences(output, wanted)


def test_a_cache_that_is_too_shallow_deadlocks_by_name(tmp_path: Path, cache: Path) -> None:
    plan = plans.two_boards()
    shallow = replace(plan, slices=(replace(plan.slices[0], cache_depth=40), *plan.slices[1:]))
    with pytest.raises(ToolError, match=r"stream board_0\.conv1_cached_features is full"):
        run(shallow, case(plan).program, tmp_path, cache)
