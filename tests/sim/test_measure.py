"""Interval, busy engines and link traffic from counters made by hand."""

import numpy as np
import pytest

from fpdeep_gen.plan.model import EnginePlan, Plan
from fpdeep_gen.sim.batches import Batch, verification_program
from fpdeep_gen.sim.chain_report import ChainRun, End, LinkCounters
from fpdeep_gen.sim.host import Dump, Infer, Program, Train
from fpdeep_gen.sim.measure import engine_watches, measure
from tests.hw.projects import two_boards

IMAGES = 12
INTERVAL = 200
START = 1000


@pytest.fixture(scope="module")
def plan() -> Plan:
    return two_boards()


def program() -> Program:
    images, labels = np.zeros((IMAGES, 1, 8, 8), dtype=np.int64), np.zeros(IMAGES, dtype=np.int64)
    return Program((Infer(images[:3], labels[:3]), Train(images, labels, 0, 7, 1)))


def events(engine: EnginePlan) -> tuple[int, ...]:
    """Forward engines see the inferred images first; each engine is a little later than the one before."""
    inferred = (100, 200, 300) if engine.phase == "forward" else ()
    late = {"forward": 0, "backward": 30, "gradient": 50}[engine.phase]
    return (*inferred, *(START + late + INTERVAL * (image + 1) for image in range(IMAGES)))


def run(plan: Plan, flits: float) -> ChainRun:
    """A link that carries `flits` data flits and a tenth of that of credits each cycle."""
    times = np.arange(100) * 64
    samples = np.stack([times * flits, times * flits / 10], axis=1).round().astype(np.int64)
    links = tuple(LinkCounters(f"link_0_{way}", 5, {}, 0, 0, samples) for way in ("up", "down"))
    logged = tuple(events(engine) for engine in plan.engines)
    return ChainRun(End.DONE, 6400, 0.5, {}, {}, logged, (), links, ())


def test_each_engine_is_watched_at_its_patches(plan: Plan) -> None:
    """A backward engine here makes two parts of a word from each patch."""
    watches = engine_watches(plan)
    parts = [2 if engine.phase == "backward" else 1 for engine in plan.engines]
    assert [watch.words * part for watch, part in zip(watches, parts, strict=True)] == [
        engine.cycles_per_image for engine in plan.engines
    ]
    assert (watches[0].board, watches[0].fifo) == (0, "conv1_forward_patches")
    assert {watch.fifo for watch in watches if watch.board == 1} >= {
        "conv2_slice1_forward_patches",
        "conv2_slice1_backward_patches",
        "fc_gradient_patches",
    }


def test_interval_and_busy(plan: Plan) -> None:
    measured = measure(plan, program(), run(plan, 0.5))
    assert measured.interval == INTERVAL
    for one in measured.engines:
        assert one.interval == INTERVAL
        assert one.busy == one.engine.cycles_per_image / INTERVAL


def test_traffic_of_links(plan: Plan) -> None:
    up, down = measure(plan, program(), run(plan, 0.5)).links
    rate = plan.cluster.links[0].flits_per_cycle(plan.cluster.clock_mhz)
    assert (up.link, up.direction, down.direction) == (0, "up", "down")
    assert up.data_flits_per_image == pytest.approx(0.5 * INTERVAL, rel=0.01)
    assert up.flits_per_image == pytest.approx(0.55 * INTERVAL, rel=0.01)
    assert up.utilisation == pytest.approx(0.55 / rate, rel=0.01)
    assert up.planned_flits_per_image == plan.links[0].up_flits_per_image


def test_a_small_batch_measures_nothing(plan: Plan) -> None:
    images, labels = np.zeros((4, 1, 8, 8), dtype=np.int64), np.zeros(4, dtype=np.int64)
    small = Program((Train(images, labels, 0, 7, 1),))
    measured = measure(plan, small, run(plan, 0.5))
    assert measured.interval is None
    assert all(one.busy is None for one in measured.engines)
    assert measured.links[0].utilisation is None


def test_latency_is_that_of_the_last_image_alone(plan: Plan) -> None:
    """Another mini-batch goes before, at once. The first patch needs two rows of 8 pixels and 3 cycles; the sum of the
    last gradient is there 2 cycles after its patch is taken."""
    images, labels = np.zeros((2, 1, 8, 8), dtype=np.int64), np.zeros(2, dtype=np.int64)
    pair, single = Train(images, labels, 0, 7, 1), Train(images[:1], labels[:1], 1, 7, 0)
    first = plan.engines[0]
    late = {"forward": 0, "backward": 30, "gradient": 50}
    logged = tuple(tuple(1000 * (image + 1) + late[one.phase] for image in range(3)) for one in plan.engines)
    made = ChainRun(End.DONE, 6400, 0.5, {}, {}, logged, (), (), ())
    assert measure(plan, Program((pair, single)), made).latency == first.cycles_per_image + 2 * 8 + 3 + 50 + 2
    assert measure(plan, Program((pair, Dump(), single)), made).latency is None


@pytest.mark.parametrize("steps", [1, 3])
def test_a_run_goes_on_until_the_last_gradient_of_the_images_alone(plan: Plan, steps: int) -> None:
    """Results come before the errors are back; only a dump waits for the updates of all boards."""
    batch = Batch(np.zeros((4, 1, 8, 8), dtype=np.int64), np.zeros(4, dtype=np.int64))
    commands = verification_program(plan, [batch] * steps, batch).commands
    trains = [number for number, command in enumerate(commands) if isinstance(command, Train)]
    dumps = [number for number, command in enumerate(commands) if isinstance(command, Dump)]
    assert [len(commands[number].labels) for number in trains] == [4] * steps + [1, 1]
    assert dumps[-1] == trains[-1] + 1
    assert len(dumps) == 1 + steps
