"""Training steps of the digits example on its three boards take the cycles that its plan gives."""

from functools import cache

import pytest

from fpdeep_gen.board.load import load_cluster
from fpdeep_gen.network.dataset import load_dataset
from fpdeep_gen.network.load import load_network
from fpdeep_gen.plan.planner import make_plan
from fpdeep_gen.sim.batches import training_batches, verification_program
from fpdeep_gen.sim.toolchain import Effort
from fpdeep_gen.sim.verify import Verification, verify
from tests.hw.projects import Project, build_project
from tests.hw.runner import REPOSITORY
from tests.hw.step_cycles import measured_steps, planned_run, planned_step

STEPS = 4
EXAMPLE = REPOSITORY / "examples" / "digits"


@cache
def digits() -> Project:
    network = load_network(EXAMPLE / "network.yaml", for_training=True)
    return build_project("digits", make_plan(network, load_cluster(EXAMPLE / "cluster.yaml")))


@cache
def verified() -> Verification:
    project = digits()
    batches = training_batches(project.plan.network, load_dataset(project.plan.network), STEPS)
    folder = project.folder
    return verify(project.plan, folder, folder / "verify", batches, effort=Effort.SHORTEST_BUILD)


def test_a_step_takes_as_many_cycles_as_the_plan_says() -> None:
    """Within 2 %, as all that the plan predicts: words of a DUMP that wait in FIFOs have left their store before."""
    plan = digits().plan
    steps = measured_steps(verified().run, [plan.network.training.batch] * STEPS)
    assert steps == pytest.approx([planned_step(plan, plan.network.training.batch)] * (STEPS - 1), rel=0.02)


def test_the_whole_run_takes_no_longer_than_its_commands_one_after_the_other() -> None:
    plan = digits().plan
    batches = training_batches(plan.network, load_dataset(plan.network), STEPS)
    planned, found = planned_run(plan, verification_program(plan, batches)), verified().run.cycles
    assert found <= planned
