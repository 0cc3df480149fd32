"""Every comparison with golden can fail, and says where."""

from dataclasses import replace

import numpy as np
import pytest

from fpdeep_gen.errors import ComparisonError
from fpdeep_gen.golden.model import initial_weights, train_step
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.sim.compare import Difference, result_differences, run_golden, weight_differences
from fpdeep_gen.sim.host import BatchResult, Dump, HostOutput, Infer, Load, Program, Train
from fpdeep_gen.sim.train import require_golden
from tests.sim.plans import convolution, fully_connected, make_plan

IMAGES = np.random.default_rng(5).integers(-128, 128, (4, 1, 6, 6))
LABELS = np.array([0, 1, 2, 1])


def plan() -> Plan:
    layers = (convolution("conv", 1, (6, 6), 4, 3, 2), fully_connected("fc", 4, (3, 3), 3))
    return make_plan(layers, (1, 2, 3), (3, 1), ((0, 0, 0, 4), (1, 0, 0, 3)))


def program(decided: Plan) -> Program:
    train = Train(IMAGES, LABELS, 0, decided.network.training.seed, decided.learning_rate_raw)
    return Program((Load(initial_weights(decided.network)), train, Dump(), Infer(IMAGES, LABELS)))


def golden_output(decided: Plan) -> HostOutput:
    return run_golden(decided, program(decided)).output


def test_golden_runs_a_program() -> None:
    decided = plan()
    done = run_golden(decided, program(decided))
    before = initial_weights(decided.network)
    fraction = decided.learning_rate_fraction
    step = train_step(decided.network, before, IMAGES, LABELS, 0, decided.learning_rate_raw, fraction)
    assert all(np.array_equal(a, b) for a, b in zip(done.output.dumps[0], step.weights, strict=True))
    assert not np.array_equal(done.output.dumps[0][0], before[0])
    assert len(done.output.results) == 2


def test_one_weight_off_by_one_is_named() -> None:
    decided = plan()
    expected = golden_output(decided).dumps[0]
    found = tuple(weights.copy() for weights in expected)
    found[1][2, 1, 0, 2] += 1
    value = int(expected[1][2, 1, 0, 2])
    count, named = weight_differences(decided.network, 3, expected, found)
    assert (count, named) == (1, [Difference(3, "weights of fc", (2, 1, 0, 2), value, value + 1)])
    assert str(named[0]) == f"step 3, weights of fc[2, 1, 0, 2]: expected {value}, found {value + 1}"


def test_equal_weights_give_no_difference() -> None:
    decided = plan()
    expected = golden_output(decided).dumps[0]
    assert weight_differences(decided.network, 1, expected, expected) == (0, [])


def test_results_are_compared_image_by_image() -> None:
    expected = BatchResult(np.array([5, 6, 7]), np.array([1, 2, 0]))
    found = BatchResult(np.array([5, 9, 7]), np.array([1, 1, 0]))
    count, named = result_differences(2, expected, found)
    assert count == 1
    assert [str(difference) for difference in named] == [
        "step 2, probability of the label, image [1]: expected 6, found 9",
        "step 2, predicted class, image [1]: expected 2, found 1",
    ]


def test_training_that_differs_is_refused() -> None:
    decided = plan()
    output = golden_output(decided)
    require_golden(decided, program(decided), output)
    weights = tuple(layer.copy() for layer in output.dumps[0])
    weights[0][3, 0, 1, 1] ^= 1
    with pytest.raises(ComparisonError, match=r"step 1, weights of conv\[3, 0, 1, 1\]"):
        require_golden(decided, program(decided), replace(output, dumps=(weights,)))


def test_a_seed_that_is_not_the_networks_is_refused() -> None:
    decided = plan()
    wrong = Program((Load(initial_weights(decided.network)), Train(IMAGES, LABELS, 0, 99, 1)))
    with pytest.raises(ValueError, match="expected the network's seed 1, found 99"):
        run_golden(decided, wrong)
