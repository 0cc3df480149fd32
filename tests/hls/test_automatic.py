"""Loops without PIPELINE: pipelined where that is faster, with the cycles that follow, and never otherwise."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.hls.compile import compile_kernel
from fpdeep_gen.hls.cosim import cosimulate
from fpdeep_gen.hls.emit.report import LoopReport
from fpdeep_gen.hls.emit.report_text import report_text
from fpdeep_gen.hls.frontend import regions
from fpdeep_gen.hls.interface import AXI_LATENCY
from fpdeep_gen.hls.ir import Automatic, BinaryKind, Count, LoopTrips, Process, Region
from fpdeep_gen.hls.schedule import automatic, choose
from fpdeep_gen.hls.schedule.delays import DelayModel
from fpdeep_gen.hls.schedule.exclusive import Exclusion
from fpdeep_gen.hls.schedule.model import ProcessSchedule, RegionSchedule
from fpdeep_gen.hls.schedule.region import schedule_region
from tests.hls.backend.build_ir import ProcessBuilder

SOURCE = """void work(const int a[64], int b[64], int c[64], int d[64], int e[64], int n) {
    for (int i = 0; i < 64; i++) b[i] = a[i] * 3 + n;
    for (int i = 0; i < 8; i++)
        for (int j = 0; j < 8; j++) c[i * 8 + j] = a[j * 8 + i] - n;
    int power = n;
    for (int i = 0; i < 64; i++) power = power * power + a[i];
    for (int i = 0; i < 64; i++) {
#pragma HLS PIPELINE off
        d[i] = a[i] * power;
    }
    for (int i = 0; i < 64; i++) e[i] = a[(power * i) & 63] * a[i];
}
"""


def loops(source: Path, folder: Path, auto_pipeline: bool = True) -> dict[int, LoopReport]:
    """Of each line the innermost loop."""
    report = compile_kernel(source, "work", [], folder, auto_pipeline=auto_pipeline).report
    return {int(one.location.split(":")[1]): one for process in report.processes for one in process.loops}


REGION = """#include "hls_stream.h"
static void fill(hls::stream<int>& in, int a[16], int k) {
    for (int i = 0; i < 16; i++) a[i] = in.read() * k;
}
static void drain(const int a[16], hls::stream<int>& out) {
    for (int i = 0; i < 16; i++) out.write(a[15 - i] + 1);
}
static void region(hls::stream<int>& in, hls::stream<int>& out, int k) {
#pragma HLS DATAFLOW
    int a[16];
    fill(in, a, k);
    drain(a, out);
}
void flow(hls::stream<int>& in, hls::stream<int>& out) {
    for (int r = 0; r < 8; r++) region(in, out, r);
}
"""
SHARED = """#include "hls_stream.h"
static void put(hls::stream<int>& in, int* memory, hls::stream<int>& done) {
    for (int i = 0; i < 16; i++) memory[i] = in.read();
    done.write(1);
}
static void get(int* memory, hls::stream<int>& done, hls::stream<int>& out) {
    done.read();
    for (int i = 0; i < 16; i++) out.write(memory[15 - i]);
}
static void region(hls::stream<int>& in, int* memory, hls::stream<int>& out) {
#pragma HLS DATAFLOW
    hls::stream<int> done;
    put(in, memory, done);
    get(memory, done, out);
}
void swap(hls::stream<int>& in, int* memory, hls::stream<int>& out, int n) {
#pragma HLS INTERFACE m_axi port=memory depth=16
    for (int r = 0; r < n; r++) region(in, memory, out);
}
"""


def cycles(loop: LoopReport) -> int:
    assert loop.latency is not None
    return loop.latency.max


def depth(loop: LoopReport) -> int:
    assert loop.depth is not None
    return loop.depth.max


def test_loops_without_a_pragma_are_pipelined(tmp_path: Path) -> None:
    source = tmp_path / "work.cpp"
    source.write_text(SOURCE, encoding="utf-8")
    done = cosimulate(source, "work", tmp_path / "rtl", calls=3)
    assert done.equal, done.differences
    found = loops(source, tmp_path / "rtl")
    assert [(line, one.automatic, one.ii, one.requested_ii) for line, one in found.items()] == [
        (2, True, 1, None),  # two loads and stores of four arrays with two ports each, no recurrence
        (3, False, None, None),
        (4, True, 1, None),
        (6, False, None, None),  # below
        (7, False, None, None),
        (11, True, 1, None),  # a has two ports, and is read twice
    ]
    for line in (2, 11):  # one iteration a cycle, and what the last one takes
        assert cycles(found[line]) == 63 + depth(found[line])
    for line in (6, 7):  # the first needs its own result, the second says off
        assert cycles(found[line]) == 64 * depth(found[line])
    assert found[6].sequential.startswith("would not be faster: variable ")
    assert found[7].sequential == ""
    (turn,) = {process.latency for process in done.compiled.report.processes}
    assert turn is not None
    assert [one - 1 for one in done.latencies] == [turn.max] * 3  # a call takes one more, see docs/hls.md
    assert "automatic" in report_text(done.compiled.report)
    off = loops(source, tmp_path / "off", auto_pipeline=False)
    assert not any(one.automatic or one.ii or one.sequential for one in off.values())
    assert all(cycles(off[line]) > cycles(one) for line, one in found.items() if one.automatic)


def test_a_loop_of_many_accesses_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regions, "_MOST_ACCESSES", 2)
    source = tmp_path / "work.cpp"
    source.write_text(SOURCE, encoding="utf-8")
    found = loops(source, tmp_path / "rtl")
    assert {line: one.sequential for line, one in found.items() if not one.automatic} == {
        3: "",  # not the innermost
        6: found[6].sequential,  # gains nothing
        7: "",  # off
        11: regions.TOO_LARGE,  # two loads and a store
    }
    assert cycles(found[11]) == 64 * depth(found[11])


def test_calls_of_a_region_in_a_loop_overlap(tmp_path: Path) -> None:
    """Its array has two banks, so half of the cycles in which one is held go by from call to call (docs/hls.md)."""
    source = tmp_path / "flow.cpp"
    source.write_text(REGION, encoding="utf-8")
    stimulus = {"in": np.arange(8 * 16)}
    done = cosimulate(source, "flow", tmp_path / "rtl", stimulus=stimulus, stalls=0.2)
    assert done.equal, done.differences
    at_once = cosimulate(source, "flow", tmp_path / "rtl", stimulus=stimulus)
    turns = [process.latency for process in at_once.compiled.report.processes if process.name != "flow"]
    held = sum(turn.max for turn in turns if turn is not None) + 2 * 2  # a token each way takes two cycles
    assert held < 2 * 16 + 12
    assert 9 * 16 <= at_once.cycles <= 7 * held // 2 + held + 4  # the first start and the last end
    assert 7 * held // 2 + held + 4 < 8 * 2 * 16  # one call behind the other, with no cycle between


def test_calls_of_stages_that_share_a_memory_do_not(tmp_path: Path) -> None:
    """What `put` writes in the next call `get` has not read in this one."""
    source = tmp_path / "swap.cpp"
    source.write_text(SHARED, encoding="utf-8")
    processes = compile_kernel(source, "swap", [], tmp_path).report.processes
    (calls,) = (loop for process in processes for loop in process.loops if loop.location == "swap.cpp:18")
    assert (calls.automatic, calls.sequential) == (False, "the stages share memory")
    put, get = (loop for process in processes for loop in process.loops if loop is not calls)
    assert (put.ii, put.automatic) == (1, True)
    assert get.automatic is False or (get.ii or 0) >= AXI_LATENCY  # what it reads next may follow from what it sent


def feedback() -> Region:
    """Writes a question, reads the answer, and goes on with it: whoever answers needs the question first."""
    builder = ProcessBuilder.named("asks")
    answer, question, sink = builder.input("answer", 32), builder.output("question", 32), builder.output("sink", 32)
    state = builder.variable("state", 32)
    block = builder.region("loop", ii=1)
    block.write(question, block.get(state))
    value = block.read(answer)
    block.region.set(state, value)
    for _ in range(3):
        value = block.binary(BinaryKind.MUL, value, value)
    block.write(sink, value)
    block.loop()
    return builder.process.regions[0]


CIRCLE = "order of question, answer, variable state"  # of one question, its answer and the next question


def scheduled(region: Region) -> RegionSchedule:
    return schedule_region(region, DelayModel(200.0), {}, Exclusion())


def unasked(region: Region, count: int) -> Region:
    region.automatic = Automatic((LoopTrips("loop", None, Count(count, count, float(count)), False),))
    return region


def test_an_answer_is_never_asked_for_in_the_cycle_of_its_question() -> None:
    """With PIPELINE both share a stage for the interval's sake: neither goes without the other."""
    write, read = 1, 2
    asked, found = scheduled(feedback()), scheduled(unasked(feedback(), 100))
    stages = [[one.stage(one.region.operations[place]) for place in (write, read)] for one in (asked, found)]
    assert (asked.ii, stages[0]) == (1, [0, 0])
    assert (found.ii, stages[1], found.pipelined) == (2, [0, 1], True)


def test_one_iteration_has_nothing_to_overlap_with() -> None:
    found = scheduled(unasked(feedback(), 1))
    assert (found.pipelined, found.ii == found.depth) == (False, True)
    assert found.sequential == "it goes round once"


def test_a_large_loop_is_not_searched_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    region = unasked(feedback(), 100)
    search_all = automatic.first_possible
    monkeypatch.setattr(automatic, "first_possible", lambda low, high, test: low)
    monkeypatch.setattr(automatic, "_SPENT", 0)
    assert scheduled(region).ii == 2  # two attempts are always made
    monkeypatch.setattr(automatic, "_LEAST_TRIES", 1)
    assert scheduled(region).sequential == f"too large to look for an interval of 2 and more: {CIRCLE}"
    monkeypatch.setattr(automatic, "first_possible", search_all)
    assert scheduled(region).ii == 2


def test_what_may_not_be_pipelined_says_why() -> None:
    region = unasked(feedback(), 100)
    assert region.automatic is not None
    region.automatic = replace(region.automatic, held="reads and writes a")
    assert (scheduled(region).pipelined, scheduled(region).sequential) == (False, "reads and writes a")


@pytest.mark.parametrize("broken", [("joined",), ("joined", "apart"), ("joined", "apart", "plain")])
def test_a_form_without_a_schedule_is_left(broken: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    def form(name: str) -> Process:
        builder = ProcessBuilder.named(name)
        builder.process.regions.append(unasked(feedback(), 100))
        return builder.process

    def schedule(process: Process, delays: DelayModel) -> ProcessSchedule:
        if process.name in broken:
            raise InputError([Problem(None, None, process.name, "an order", "none")])
        return ProcessSchedule(process, tuple(map(scheduled, process.regions)), ())

    monkeypatch.setattr(choose, "schedule_process", schedule)
    process = form("joined")
    process.apart, process.plain = lambda: form("apart"), lambda: form("plain")
    if "plain" in broken:
        with pytest.raises(InputError, match="plain"):
            choose.schedule_best(process, DelayModel(200.0))
        return
    assert choose.schedule_best(process, DelayModel(200.0)).process.name == ("apart", "plain")[len(broken) - 1]
