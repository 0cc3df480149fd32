"""A chain like LeNet-5's, small: a 5 x 5 convolution without padding and three fully connected layers behind it."""

import pytest

from fpdeep_gen.network.model import Layer, LayerKind, Network, Training
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.plan.pieces import Forced, Piece
from fpdeep_gen.plan.planner import make_plan
from fpdeep_gen.sim.chain import Limits
from fpdeep_gen.sim.toolchain import Effort
from fpdeep_gen.sim.verify import engine_rows, verify
from tests.hw.projects import CLASSES, batches, build_project, cluster, formats, network

LIMITS = Limits(stall_cycles=20_000, most_cycles=500_000, drain_cycles=8)
"""The run ends with its last word, as LeNet-5's does, whose errors take longer to come down than a run goes on."""
IMAGES = 12


def valid_network() -> Network:
    """8 x 8 images: conv1 1 -> 1, conv2 1 -> 2 (5 x 5, pool), fc 8 -> 6 -> 5 -> 4."""
    conv, full = LayerKind.CONVOLUTION, LayerKind.FULLY_CONNECTED
    layers = (
        Layer("conv1", conv, 1, 8, 8, 1, 3, 3, 1, True, 1, formats(11, 15)),
        Layer("conv2", conv, 1, 8, 8, 2, 5, 5, 0, True, 2, formats(10, 14)),
        Layer("fc1", full, 2, 2, 2, 6, 2, 2, 0, True, 1, formats(10, 14)),
        Layer("fc2", full, 6, 1, 1, 5, 1, 1, 0, True, 1, formats(10, 14)),
        Layer("fc3", full, 5, 1, 1, CLASSES, 1, 1, 0, False, 1, formats(9, 14)),
    )
    return Network("tiny_lenet", 1, 8, 8, network().input_format, layers, Training(8, 0.1, 1, 7), "digits")


def two_boards() -> Plan:
    """The convolutions and fc1 on the lower board, fc2 and fc3 on the upper."""
    outputs = ((0, 0, 1), (1, 0, 2), (2, 0, 6), (3, 1, 5), (4, 1, 4))
    pieces = tuple(Piece(layer, board, 0, count) for layer, board, count in outputs)
    lanes, taps = (1, 1, 1, 2, 1, 2), (3, 5, 1, 1, 1)
    forced = Forced(lanes=lanes, taps=taps, slices=pieces, p_in=lanes[:-1], p_error=lanes[1:])
    return make_plan(valid_network(), cluster(2), forced)


def test_one_mini_batch_is_goldens_and_measured() -> None:
    """As `fpdeep run --batches 1` does it: no images to infer come behind the last gradients."""
    project = build_project("tiny_lenet", two_boards())
    effort = Effort.SHORTEST_BUILD
    done = verify(project.plan, project.folder, project.folder / "verify", batches(1, IMAGES), None, LIMITS, 1, effort)
    assert done.outcome.equal
    assert done.outcome.compared_weights == 2 * sum(layer.weight_count for layer in project.plan.network.layers)
    assert [(step.differing_weights, step.differing_results) for step in done.outcome.steps] == [(0, 0)]
    measured, planned = done.measurement, project.plan.prediction
    assert measured.interval == pytest.approx(planned.interval, rel=0.05)
    assert measured.latency == pytest.approx(planned.latency, rel=0.02)
    engines = [str(row["name"]) for row in engine_rows(project.plan, measured)]
    assert sum("backward" in name for name in engines) == 4  # none for conv1
