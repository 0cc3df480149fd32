"""A small plan by hand, and measurements to go with it; the figures are made up to be told apart."""

from fpdeep_gen.board.model import Board, Cluster, Link
from fpdeep_gen.network.model import Format, Layer, LayerFormats, LayerKind, Network, Training
from fpdeep_gen.plan.model import (
    BoardUse,
    Carried,
    EnginePlan,
    LinkPlan,
    LinkStream,
    Plan,
    Prediction,
    SlicePlan,
)
from fpdeep_gen.report.evidence import EngineEvidence, Evidence, FifoEvidence, LinkEvidence, StepEvidence

FORMATS = LayerFormats(Format(16, 12), Format(16, 10), Format(16, 14), 48)


def sample_network() -> Network:
    """8 x 8 image, conv 3x3 with pool, fully connected."""
    conv = Layer("conv1", LayerKind.CONVOLUTION, 1, 8, 8, 8, 3, 3, 1, True, 2, FORMATS)
    full = Layer("fc2", LayerKind.FULLY_CONNECTED, 8, 4, 4, 10, 4, 4, 0, False, 1, FORMATS)
    return Network("sample", 1, 8, 8, Format(8, 7), (conv, full), Training(4, 0.1, 1, 7), "digits")


def sample_plan() -> Plan:
    """Two boards; conv1 is cut by output channels over both, fc2 is on board 1."""
    board = Board("demo_board", "xc7demo", 100, 50, 20000, 40000, 200.0, 4, 10.0)
    cluster = Cluster("pair", (board, board), (Link(4, 10.0, 0.8, 72, 20),), 200.0)
    up = (
        LinkStream(Carried.COMMAND, 0, 128, 2, 0, 16),
        LinkStream(Carried.FEATURE, 0, 8, 1, 64, 64),
        LinkStream(Carried.FEATURE, 1, 64, 1, 16, 32),
    )
    down = (LinkStream(Carried.RESULT, 0, 32, 1, 1, 8), LinkStream(Carried.ERROR, 1, 64, 1, 16, 32))
    engines = (
        EnginePlan("conv1[0:4] forward", "forward", 0, 0, 4, 576, 2304),
        EnginePlan("conv1[0:4] gradient", "gradient", 0, 0, 4, 576, 2304),
        EnginePlan("fc2 forward", "forward", 1, 1, 4, 384, 1280),
    )
    return Plan(
        network=sample_network(),
        cluster=cluster,
        lanes=(1, 4, 2),
        taps=(1, 1),
        p_in=(1, 4),
        p_error=(4, 2),
        p_back=(1, 4),
        update_lanes=(1, 1),
        learning_rate_raw=1638,
        learning_rate_fraction=16,
        slices=(SlicePlan(0, 0, 0, 4, 80, 64), SlicePlan(0, 1, 4, 8, 80, 64), SlicePlan(1, 1, 0, 10, 40, 0)),
        links=(LinkPlan(0, up, down, 80.0, 17.0),),
        engines=engines,
        uses=(BoardUse(0, 95, 10.5, 3000, 4000), BoardUse(1, 20, 5.0, 2000, 2500)),
        prediction=Prediction(576, 3000, 120, 4, 340000.0),
    )


def sample_evidence(equal: bool = True) -> Evidence:
    """Three steps; with `equal` False the last step's weights differ."""
    steps = (
        StepEvidence(0, 4, 2.302585, 2.302585, 0, 0),
        StepEvidence(1, 4, 2.1, 2.1, 0, 0),
        StepEvidence(2, 4, 1.75, 1.75, 0 if equal else 3, 0),
    )
    return Evidence(
        equal=equal,
        compared_weights=4056,
        differences=() if equal else ("step 2, fc2[1, 0, 0, 0]: expected 5, found 4",),
        golden_wraps=0,
        accuracy=0.5,
        steps=steps,
        cycles=12345,
        interval=580.0,
        latency=3030.0,
        simulation_seconds=0.5,
        engines=(EngineEvidence("conv1[0:4] forward", 0, 576, 580.0, 0.993, (900, 1480, 2060, 2640)),),
        links=(LinkEvidence(0, "up", 1010, 81.5, 0.1412), LinkEvidence(0, "down", 230, 17.0, None)),
        fifos=(
            FifoEvidence(0, "conv1_cache", 8, 80, 71, 768, 3, 99),
            FifoEvidence(1, "fc2_logits", 32, 4, 4, 60, 12, 7),
        ),
    )
