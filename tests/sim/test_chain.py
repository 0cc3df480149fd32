"""The lockstep chain with hand-written boards: what arrives, and in exactly which cycle."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from fpdeep_gen.errors import ComparisonError
from fpdeep_gen.sim.chain import ChainModel, Limits, LinkModel, Watch, build_chain, run_chain
from fpdeep_gen.sim.chain_report import ChainRun, SimulationStall
from fpdeep_gen.sim.rtl import RtlBoard, RtlFifo, RtlPort
from fpdeep_gen.sim.words import Words

RTL = Path(__file__).parent / "rtl"
COUNT = 400


def boards(folder: Path, stop_after: int) -> tuple[RtlBoard, RtlBoard]:
    """The echo chain; its upper board passes `stop_after` flits and then holds the rest."""
    upper = folder / "board_1.sv"
    text = (RTL / "board_1.sv").read_text()
    upper.write_text(text.replace("STOP_AFTER = 1000000", f"STOP_AFTER = {stop_after}"))
    lower_ports = (
        RtlPort("host_pixels", 40, True),
        RtlPort("host_result", 32, False),
        RtlPort("up_tx", 48, False),
        RtlPort("up_rx", 48, True),
    )
    upper_ports = (RtlPort("down_rx", 48, True), RtlPort("down_tx", 48, False))
    return (
        RtlBoard("board_0", (RTL / "board_0.sv",), lower_ports, ()),
        RtlBoard("board_1", (upper, RTL / "counted_fifo.sv"), upper_ports, (RtlFifo("echo", 48, 4),)),
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chain")


def build(workspace: Path, rate: float, latency: int, stop_after: int = 1000000) -> ChainModel:
    link = LinkModel(rate, latency)
    return build_chain(boards(workspace, stop_after), [link], [Watch(1, "echo", 100)], workspace)


def words(count: int = COUNT) -> Words:
    generator = np.random.default_rng(1)
    both = generator.integers(0, 2**32, (count, 2), dtype=np.uint64).astype(np.uint32)
    both[:, 1] &= 0xFF
    return both


def run(model: ChainModel, folder: Path, threads: int = 1, expected: int = COUNT) -> ChainRun:
    return run_chain(model, {"host_pixels": words()}, {"host_result": expected}, folder, Limits(20_000), threads)


def departures(rate: Fraction, count: int) -> list[int]:
    """Cycles in which a token bucket that holds one token lets words go that are always waiting."""
    tokens, cycle = Fraction(1), 0
    cycles: list[int] = []
    while len(cycles) < count:
        if tokens + rate >= 1:
            cycles.append(cycle)
            tokens += rate - 1
        else:
            tokens += rate
        cycle += 1
    return cycles


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(("rate", "latency"), [(1.0, 1), (1.0, 40), (0.625, 7)])
def test_latency_and_rate_are_exact(workspace: Path, tmp_path: Path, rate: float, latency: int, threads: int) -> None:
    done = run(build(workspace, rate, latency), tmp_path / "run", threads)
    assert np.array_equal(done.outputs["host_result"][:, 0], words()[:, 0])
    # up the link, one cycle in the FIFO, down the link; the second link is as fast as the first
    expected = [cycle + 2 * latency + 1 for cycle in departures(Fraction(rate), COUNT)]
    assert done.output_cycles["host_result"].tolist() == expected
    assert [link.flits_of for link in done.links] == [{3: COUNT}, {3: COUNT}]


def test_events_and_counters(workspace: Path, tmp_path: Path) -> None:
    done = run(build(workspace, 1.0, 5), tmp_path / "run")
    # the 100th word leaves in cycle 99, reaches the FIFO five cycles later, and leaves it in the next
    assert done.events == ((105, 205, 305, 405),)
    fifo = done.fifo(1, "echo")
    assert (fifo.pushed, fifo.count, fifo.peak, fifo.full_cycles) == (COUNT, 0, 1, 0)


def test_stall_names_the_stream(workspace: Path, tmp_path: Path) -> None:
    model = build(workspace, 1.0, 5, stop_after=50)
    with pytest.raises(SimulationStall) as caught:
        run(model, tmp_path / "run")
    assert caught.value.full == (("board_1", "echo"),)
    assert caught.value.empty == ()
    text = str(caught.value)
    assert "host_result: expected 400 words, found 50" in text
    assert "board_1: echo is full (4 of 4 words), its writer waits" in text


def test_words_that_nobody_expects(workspace: Path, tmp_path: Path) -> None:
    model = build(workspace, 1.0, 5)
    with pytest.raises(ComparisonError, match=r"too many words came .*expected 300 words, found 400"):
        run(model, tmp_path / "run", expected=300)
