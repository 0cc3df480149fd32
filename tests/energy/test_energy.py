"""The energy estimate: by hand for a plan of one engine, for a baseline, and for figures of one's own."""

from dataclasses import replace
from pathlib import Path

import pytest

from fpdeep_gen.baseline.model import Baseline, Limit
from fpdeep_gen.energy.estimate import baseline_energy, chip_bits_per_operation, plan_energy
from fpdeep_gen.energy.model import FILE, EnergyModel, load_energy
from fpdeep_gen.energy.moved import moved_bits
from fpdeep_gen.errors import InputError
from fpdeep_gen.partition.model import BalancedPlan, Phase, Place, Range
from fpdeep_gen.partition.planner import make_balanced_plan
from tests.partition.networks import chain, conv, network, output

NOTHING = EnergyModel(0.0, (), 0.0, 0.0, 0.0, 0.0)


def two_boards() -> BalancedPlan:
    first = conv("conv0", (3, 24, 24), 16, 3)
    return make_balanced_plan(network((first, conv("conv1", output(first), 32, 3))), chain(2))


def test_each_figure_counts_what_it_says() -> None:
    plan = two_boards()
    predicted = plan.prediction
    batch = (15 * predicted.interval + predicted.latency + predicted.update) / 1e8  # 16 images at 100 MHz
    macs = 2 * 24 * 24 * 16 * 3 * 9 + 3 * 24 * 24 * 32 * 16 * 9
    static = plan_energy(plan, replace(NOTHING, static_watts=6.0, boards=(("other", 50.0),)))
    assert static.joules == static.static == pytest.approx(2 * 6.0 * batch / 16)
    assert static.watts == pytest.approx(12.0)
    compute = plan_energy(plan, replace(NOTHING, operation_pj=4.0))
    assert compute.joules == compute.compute == pytest.approx(macs * 4e-12)
    assert compute.gops_per_joule == pytest.approx(2 / 4e-12 / 1e9)
    # One link of 4 lanes at 10 Gb/s, which sends both ways all the time.
    links = plan_energy(plan, replace(NOTHING, link_bit_pj=10.0))
    assert links.watts == pytest.approx(2 * 4 * 10e9 * 10e-12)
    external = replace(plan, uses=(replace(plan.uses[0], ddr_bits=700), replace(plan.uses[1], ddr_bits=300)))
    assert plan_energy(external, replace(NOTHING, ddr_bit_pj=50.0)).ddr == pytest.approx(1000 * 50e-12)
    chip = plan_energy(plan, replace(NOTHING, chip_bit_pj=1.0))
    assert chip.joules == pytest.approx(moved_bits(plan).total * 1e-12)


def test_bits_on_chip_of_one_engine_by_hand() -> None:
    """A 3 x 3 convolution of 8 to 16 channels, 4 x 2 x 9 multipliers: 24 rows of 2 x 8 folds of 24 columns."""
    plan = two_boards()
    share = next(one for one in plan.shares if one.layer == 1 and one.phase is Phase.FORWARD)
    engine = replace(share, outputs=Range(0, 16), inputs=Range(0, 8), columns=Range(0, 24), p_in=4, p_out=2, p_tap=9)
    engine = replace(engine, row_cycles=2 * 8 * 24, cycles=24 * 2 * 8 * 24)
    alone = replace(plan, shares=(engine,), caches=(), links=(), stores=())
    found = moved_bits(alone)
    assert found.weights == 24 * (16 * 8 * 9) * 16  # each weight once for each row
    assert found.operands == engine.cycles * 4 * 3 * 16  # a column of three rows of four channels
    assert found.sums == engine.cycles * 2 * 2 * 48  # two outputs, read and written
    assert found.gradients == found.caches == found.links == found.update == 0
    gradient = moved_bits(replace(alone, shares=(replace(engine, phase=Phase.GRADIENT),)))
    assert gradient.gradients == 2 * 24 * (16 * 8 * 9) * 36
    assert gradient.weights == gradient.sums == 0
    backward = moved_bits(replace(alone, shares=(replace(engine, phase=Phase.BACKWARD),)))
    assert (backward.weights, backward.operands) == (found.weights, found.operands)  # errors have 16 bits too


def test_stores_in_ddr_move_nothing_on_chip() -> None:
    plan = replace(two_boards(), shares=(), caches=(), links=())
    assert moved_bits(plan).update > 0
    outside = tuple(replace(store, place=Place.DDR) for store in plan.stores)
    assert moved_bits(replace(plan, stores=outside)).total == 0


def test_a_baseline_pays_for_the_boards_and_links_that_it_uses() -> None:
    plan = two_boards()
    row = Baseline("b", 2, 16, 200.0, 100.0, 3.0, 1e6, True, 0.5, 0.2, Limit.WORK)
    cluster = chain(3)
    macs = 2 * 24 * 24 * 16 * 3 * 9 + 3 * 24 * 24 * 32 * 16 * 9
    model = EnergyModel(5.0, (), 4.0, 2.0, 10.0, 50.0)
    found = baseline_energy(row, plan.network, cluster, model, 3.0)
    assert found is not None
    assert found.static == pytest.approx(2 * 5.0 / 100)
    assert (found.compute, found.chip) == pytest.approx((macs * 4e-12, macs * 3 * 2e-12))
    assert found.links == pytest.approx(2 * 4 * 10e9 / 100 * 10e-12)
    assert found.ddr == pytest.approx(0.5 * 2 * 10 * 8e9 / 100 * 50e-12)
    assert baseline_energy(replace(row, images_per_second=0.0), plan.network, cluster, model, 3.0) is None
    assert chip_bits_per_operation(plan) == pytest.approx(moved_bits(plan).total / macs)


def test_every_figure_has_a_source_and_may_be_changed(tmp_path: Path) -> None:
    known = load_energy()
    assert min(known.static_watts, known.operation_pj, known.chip_bit_pj, known.link_bit_pj, known.ddr_bit_pj) > 0
    path = tmp_path / "own.yaml"
    text = FILE.read_text(encoding="utf-8")
    path.write_text(text.replace("value: 54", "value: 20"), encoding="utf-8")
    assert load_energy(path) == replace(known, ddr_bit_pj=20.0)
    path.write_text(text.replace("value: 54", "value: -1").replace("value: 15", "value: many"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_energy(path)
    assert [problem.field for problem in caught.value.problems] == ["link_bit_pj.value", "ddr_bit_pj.value"]
    path.write_text(text.replace("  source: >-\n    4.6 W", "  note: >-\n    4.6 W"), encoding="utf-8")
    with pytest.raises(InputError):
        load_energy(path)
