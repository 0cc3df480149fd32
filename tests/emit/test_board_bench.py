"""The emitted board bench, without a simulator: what it sends, and that it sees wrong words and broken credits."""

import importlib.util
import struct
from pathlib import Path
from types import ModuleType

import pytest

from fpdeep_gen.emit.generate import generate
from tests.emit import plans

PAYLOAD_BITS = 56


class Value(int):
    """What a simulator's signal reads as."""

    def to_unsigned(self) -> int:
        """The number."""
        return int(self)


class Signal:
    """A simulator's signal."""

    def __init__(self) -> None:
        self.value: int = Value(0)


class Dut:
    """A board whose ports the test sets by hand."""

    def __init__(self, *ports: str) -> None:
        for port in ports:
            for part in ("tdata", "tvalid", "tready"):
                setattr(self, f"{port}_{part}", Signal())


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The emitted module."""
    path = tmp_path_factory.mktemp("bench") / "board_bench.py"
    path.write_text(generate(plans.two_boards()).files["board_1/board_bench.py"])
    spec = importlib.util.spec_from_file_location("board_bench", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def flit(stream: int, payload: int) -> int:
    """A flit."""
    return stream << PAYLOAD_BITS | payload


def write_flits(path: Path, flits: list[int]) -> None:
    """A word file of flits of 64 bits."""
    path.write_bytes(b"".join(struct.pack("<Q", one) for one in flits))


@pytest.fixture
def neighbour(bench: ModuleType, tmp_path: Path) -> tuple[Dut, object]:
    """A neighbour with two flits for stream 0 (credit for one), that expects one flit of stream 0."""
    write_flits(tmp_path / "in.bin", [flit(0, 5), flit(255, 1), flit(0, 6)])
    write_flits(tmp_path / "out.bin", [flit(255, 2), flit(0, 9)])
    port = bench.LinkPort("down", PAYLOAD_BITS, "in", "out", received_credits=(1,), sent_credits=(1,))
    dut = Dut("down_rx", "down_tx")
    return dut, bench.Neighbour(dut, port, tmp_path, 0.0)


def step(dut: Dut, agent: object, sent: int | None, ready: bool = True) -> None:
    """One cycle in which the board sends `sent`."""
    agent.drive()  # type: ignore[attr-defined]
    dut.down_rx_tready.value = Value(ready)  # type: ignore[attr-defined]
    dut.down_tx_tvalid.value = Value(sent is not None)  # type: ignore[attr-defined]
    dut.down_tx_tdata.value = Value(sent or 0)  # type: ignore[attr-defined]
    agent.sample()  # type: ignore[attr-defined]


def test_words_of_word_files(bench: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(struct.pack("<4I", 1, 2, 3, 4))
    assert bench.read_words(tmp_path / "a.bin", 40) == [1 | 2 << 32, 3 | 4 << 32]
    with pytest.raises(AssertionError, match="expected whole words of 12 bytes, found 16 bytes"):
        bench.read_words(tmp_path / "a.bin", 65)


def test_a_neighbour_keeps_to_credits(neighbour: tuple[Dut, object]) -> None:
    dut, agent = neighbour
    step(dut, agent, None)
    assert (dut.down_rx_tvalid.value, dut.down_rx_tdata.value) == (1, flit(0, 5))  # type: ignore[attr-defined]
    step(dut, agent, None)
    assert dut.down_rx_tvalid.value == 0  # type: ignore[attr-defined]
    step(dut, agent, flit(255, 0 << 16 | 1))
    step(dut, agent, None, ready=False)
    step(dut, agent, None)
    assert (dut.down_rx_tvalid.value, dut.down_rx_tdata.value) == (1, flit(0, 6))  # type: ignore[attr-defined]
    assert agent.missing() == "down_tx stream 0: 1 of 1 words to come"  # type: ignore[attr-defined]
    step(dut, agent, flit(0, 9))
    assert agent.missing() == ""  # type: ignore[attr-defined]
    step(dut, agent, None)
    assert dut.down_rx_tdata.value == flit(255, 1)  # type: ignore[attr-defined]


def test_a_wrong_word_is_seen(neighbour: tuple[Dut, object]) -> None:
    with pytest.raises(AssertionError, match="down_tx stream 0: word 0: expected 0x9, found 0x8"):
        step(*neighbour, flit(0, 8))


def test_a_word_too_many_is_seen(neighbour: tuple[Dut, object]) -> None:
    step(*neighbour, flit(0, 9))
    step(*neighbour, None)
    with pytest.raises(AssertionError, match="expected 1 words, found another"):
        step(*neighbour, flit(0, 9))


def test_credits_that_were_never_owed_are_seen(neighbour: tuple[Dut, object]) -> None:
    with pytest.raises(AssertionError, match="down_rx stream 0: over 1 credits"):
        step(*neighbour, flit(255, 0 << 16 | 2))


def test_a_host_port_compares_its_words(bench: ModuleType) -> None:
    dut = Dut("host_result")
    agent = bench.HostOutput(dut, bench.HostPort("host_result", 32, False), [7], 0.0)
    assert agent.missing() == "host_result: 1 of 1 words to come"
    agent.drive()
    dut.host_result_tvalid.value = Value(1)  # type: ignore[attr-defined]
    dut.host_result_tdata.value = Value(8)  # type: ignore[attr-defined]
    with pytest.raises(AssertionError, match="host_result: word 0: expected 0x7, found 0x8"):
        agent.sample()
