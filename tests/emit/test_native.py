"""The emitted C++ compiles, and trains: after two steps every weight is the golden model's, on every plan."""

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpdeep_gen.emit.generate import generate
from fpdeep_gen.emit.kernels import ALL_CONFIGS
from fpdeep_gen.emit.resources import kernel_files
from fpdeep_gen.golden.model import infer, initial_weights, train_step
from fpdeep_gen.hls.native_include import native_include_dirs
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.sim.host import Dump, HostOutput, Infer, Load, Program, Train
from fpdeep_gen.sim.native import build_native, run_native
from tests.emit import plans

PLANS = pytest.mark.parametrize("make", plans.ALL_PLANS.values(), ids=plans.ALL_PLANS.keys())


@pytest.mark.parametrize("config", ALL_CONFIGS, ids=[config.kernel for config in ALL_CONFIGS])
def test_configurations_have_what_the_kernel_uses(config: type) -> None:
    headers = kernel_files()
    assert f"{config.kernel}.h" in headers
    members = {name.upper() for name in config.__dataclass_fields__}
    members = {{"KERNEL_SIZE": "KERNEL", "WORD": "Word"}.get(name, name) for name in members}
    used = set(re.findall(r"\bC::(\w+)", headers[f"{config.kernel}.h"]))
    assert used <= members
    assert used


def program(plan: Plan, images: np.ndarray, labels: np.ndarray, weights: tuple[np.ndarray, ...]) -> Program:
    """Load, two steps of training on halves of the images, inference on all of them, dump."""
    half = len(labels) // 2
    train = Train(images[:half], labels[:half], 0, 7, plan.learning_rate_raw)
    again = Train(images[half:], labels[half:], 1, 7, plan.learning_rate_raw)
    return Program((Load(weights), train, again, Infer(images, labels), Dump()))


def run(plan: Plan, what: Program, folder: Path, cache: Path) -> HostOutput:
    """Generate, build and run natively."""
    generate(plan).write(folder / "project")
    model = build_native(folder / "project", cache)
    return run_native(model, plan, what, folder / "run")


@PLANS
def test_emitted_sources_compile(make: Callable[[], Plan], tmp_path: Path) -> None:
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("no g++")
    generate(make()).write(tmp_path)
    folders = [tmp_path / "hls_kernels", *native_include_dirs()]
    for source in sorted(tmp_path.glob("board_*/src/*.cpp")):
        flags = [f"-I{folder}" for folder in folders]
        command = [compiler, "-std=c++17", "-fsyntax-only", "-Wall", "-Wno-unknown-pragmas", *flags, str(source)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr


@PLANS
def test_native_training_gives_the_golden_weights(make: Callable[[], Plan], tmp_path: Path) -> None:
    plan = make()
    network = plan.network
    random = np.random.default_rng(3)
    images = random.integers(-128, 128, (8, 1, 8, 8), dtype=np.int64)
    labels = random.integers(0, 10, 8)
    weights = initial_weights(network)
    output = run(plan, program(plan, images, labels, weights), tmp_path, tmp_path)

    rate = (plan.learning_rate_raw, plan.learning_rate_fraction)
    network = replace(network, training=replace(network.training, seed=7))
    first = train_step(network, weights, images[:4], labels[:4], 0, *rate)
    second = train_step(network, first.weights, images[4:], labels[4:], 1, *rate)
    last = infer(network, second.weights, images, labels)
    for result, expected in zip(output.results, (first, second, last), strict=True):
        np.testing.assert_array_equal(result.probability_raw, expected.probability_raw)
        np.testing.assert_array_equal(result.predicted, expected.predicted)
    (dumped,) = output.dumps
    for layer, (found, wanted, before) in enumerate(zip(dumped, second.weights, weights, strict=True)):
        np.testing.assert_array_equal(found, wanted, err_msg=f"layer {layer}")
        assert np.any(found != before), f"layer {layer} did not learn"
