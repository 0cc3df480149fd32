"""The search for the smallest interval leaves out what cannot be reached, and finds what a search of all would."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from fpdeep_gen.hls.ir import BinaryKind, Process, Region, Storage
from fpdeep_gen.hls.schedule.constraints import StreamOrder
from fpdeep_gen.hls.schedule.cycles import cyclic_operations
from fpdeep_gen.hls.schedule.delays import DelayModel
from fpdeep_gen.hls.schedule.exclusive import Exclusion
from fpdeep_gen.hls.schedule.model import RegionSchedule
from fpdeep_gen.hls.schedule.region import STRETCHES, Infeasible, Search, schedule_region
from tests.hls.backend.build_ir import ProcessBuilder

DELAYS = DelayModel(200.0)
KINDS = (BinaryKind.ADD, BinaryKind.MUL, BinaryKind.XOR)


@st.composite
def loops(draw: st.DrawFn) -> Process:
    """A loop with recurrences through variables, tables and the order of its streams."""
    builder = ProcessBuilder.named("loop")
    source, sinks = builder.input("source", 32), [builder.output(f"sink{n}", 32) for n in range(2)]
    block = builder.region("loop", ii=1)
    count, _ = block.count(builder.variable("count", 32), 1000)
    value = block.read(source)
    for number in range(draw(st.integers(1, 3))):
        kept = builder.variable(f"kept{number}", 32)
        value = block.add(block.get(kept), value)
        for kind in draw(st.lists(st.sampled_from(KINDS), max_size=4)):
            value = block.binary(kind, value, count)
        block.region.set(kept, value)
    if draw(st.booleans()):
        storage = draw(st.sampled_from((Storage.BLOCK, Storage.DISTRIBUTED)))
        table = builder.memory("table", 32, 256, storage=storage, distance=draw(st.integers(1, 3)))
        for address in range(draw(st.integers(1, 3))):
            place = block.trunc(block.add(value, block.const(address, 32)), 8)
            value = block.add(block.load(table, place), value)
        block.store(table, block.trunc(count, 8), value)
    if draw(st.booleans()):
        value = block.add(block.read(source), value)
    for sink in draw(st.lists(st.sampled_from(sinks), min_size=1, max_size=3)):
        block.write(sink, value)
    block.loop()
    return builder.process


def of_all(search: Search, last: int) -> tuple[RegionSchedule | None, str]:
    """What trying every attempt at every interval finds, and why the interval before is not reached."""
    reason = ""
    for ii in range(1, last + 1):
        tried = [search.attempt(ii, order, stretch) for stretch, order in product(STRETCHES, StreamOrder)]
        found = next((one for one in tried if isinstance(one, RegionSchedule)), None)
        if found is not None:
            return found, reason
        assert isinstance(tried[-1], Infeasible)
        reason = tried[-1].reason
    return None, reason


@settings(max_examples=40, deadline=None)
@given(loops())
def test_the_interval_is_that_of_a_search_of_all(process: Process) -> None:
    region: Region = process.regions[0]
    storages = {id(memory): memory.storage for memory in process.memories}
    search = Search(region, DELAYS, storages, Exclusion(), cyclic_operations(region))
    found = schedule_region(region, DELAYS, storages, Exclusion())
    expected, reason = of_all(search, found.depth)
    assert expected is not None
    assert (found.ii, found.depth, found.limit) == (expected.ii, expected.depth, reason)
    assert found.placements == expected.placements
    assert [search.is_impossible(ii) for ii in range(found.ii, found.depth + 1)].count(True) == 0


def test_most_of_what_a_long_recurrence_rules_out_is_not_tried() -> None:
    """Three multiplications in a row, from one iteration to the next: the bound says it all."""
    builder = ProcessBuilder.named("powers")
    source, sink = builder.input("source", 32), builder.output("sink", 32)
    block = builder.region("loop", ii=1)
    kept, value = builder.variable("kept", 32), block.read(source)
    value = block.add(block.get(kept), value)
    for _ in range(3):
        value = block.binary(BinaryKind.MUL, value, value)
    block.region.set(kept, value)
    block.write(sink, value)
    block.loop()
    region = builder.process.regions[0]
    search = Search(region, DELAYS, {}, Exclusion(), cyclic_operations(region))
    found = schedule_region(region, DELAYS, {}, Exclusion())
    assert found.ii > 3
    assert [search.is_impossible(ii) for ii in range(1, found.ii + 1)] == [True] * (found.ii - 1) + [False]


def test_reports_name_no_variables_of_control() -> None:
    limit = "variable starts_0_while, variable starts_1_while, memory a"
    schedule = RegionSchedule(Region("loop_3"), True, 2, 2, {}, {}, limit)
    assert schedule.reason == "where the next iteration begins, memory a"
