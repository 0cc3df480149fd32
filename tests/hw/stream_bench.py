"""cocotb: feeds a module's input streams and takes its output streams, with random stalls on each.

Runs inside the simulator. The job is a JSON file named by STREAM_JOB: `inputs` (stream -> words as hexadecimal texts),
`outputs` (stream -> how many words are expected), `found` (file for the words that came), `stall` (chance that a stream
holds back in a cycle), `seed`, `idle` (cycles without any word after which the module is stuck), `drain` (cycles to run
on after the last expected word, to see words too many). Counts are checked here, words by who reads `found`.
"""

import json
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.handle import HierarchyObject, LogicObject
from cocotb.triggers import FallingEdge, ReadOnly


@dataclass
class Source:
    """Offers words; once offered, a word stays until it is taken."""

    dut: HierarchyObject
    name: str
    words: Sequence[int]
    position: int = 0
    offered: bool = False

    def drive(self, hold: bool) -> None:
        self.offered = self.position < len(self.words) and (self.offered or not hold)
        getattr(self.dut, f"{self.name}_tvalid").value = int(self.offered)
        if self.offered:
            getattr(self.dut, f"{self.name}_tdata").value = self.words[self.position]

    def sample(self) -> bool:
        taken = self.offered and bool(getattr(self.dut, f"{self.name}_tready").value)
        if taken:
            self.position += 1
            self.offered = False
        return taken


@dataclass
class Sink:
    """Takes words."""

    dut: HierarchyObject
    name: str
    words: list[int] = field(default_factory=list)
    ready: bool = False

    def drive(self, hold: bool) -> None:
        self.ready = not hold
        getattr(self.dut, f"{self.name}_tready").value = int(self.ready)

    def sample(self) -> bool:
        taken = self.ready and bool(getattr(self.dut, f"{self.name}_tvalid").value)
        if taken:
            self.words.append(int(getattr(self.dut, f"{self.name}_tdata").value))
        return taken


def signal(dut: HierarchyObject, name: str) -> LogicObject:
    """A port of the module."""
    found = getattr(dut, name)
    assert isinstance(found, LogicObject), f"{name}: expected a signal"
    return found


async def reset(dut: HierarchyObject, streams: Sequence[Source | Sink]) -> None:
    """Sixteen cycles of reset."""
    clock = signal(dut, "ap_clk")
    signal(dut, "ap_rst_n").value = 0
    for stream in streams:
        stream.drive(hold=True)
    for _ in range(16):
        await FallingEdge(clock)
    signal(dut, "ap_rst_n").value = 1


@cocotb.test()
async def words_come_as_expected(dut: HierarchyObject) -> None:
    """As many words as expected, and all input words taken, whatever the stalls."""
    job = json.loads(Path(os.environ["STREAM_JOB"]).read_text())
    chance = random.Random(job["seed"])
    sources = [Source(dut, name, [int(word, 16) for word in words]) for name, words in job["inputs"].items()]
    sinks = [Sink(dut, name) for name in job["outputs"]]
    streams: list[Source | Sink] = [*sources, *sinks]
    clock = signal(dut, "ap_clk")
    Clock(clock, 10, "ns").start()
    await reset(dut, streams)
    total = sum(job["outputs"].values())
    quiet, drained = 0, 0
    while drained < job["drain"] and quiet < job["idle"]:
        await FallingEdge(clock)
        for stream in streams:
            stream.drive(hold=chance.random() < job["stall"])
        await ReadOnly()
        moved = [stream.sample() for stream in streams]
        quiet = 0 if any(moved) else quiet + 1
        drained += sum(len(sink.words) for sink in sinks) >= total
    Path(job["found"]).write_text(json.dumps({sink.name: [f"{word:x}" for word in sink.words] for sink in sinks}))
    assert drained >= job["drain"], f"stuck: {progress(sources, sinks, job['outputs'])}"
    for sink in sinks:
        expected = job["outputs"][sink.name]
        assert len(sink.words) == expected, f"{sink.name}: expected {expected} words, found {len(sink.words)}"
    for source in sources:
        assert source.position == len(source.words), f"{source.name}: {len(source.words) - source.position} words left"


def progress(sources: Sequence[Source], sinks: Sequence[Sink], expected: dict[str, int]) -> str:
    """How far each stream is."""
    taken = [f"{source.name} {source.position} of {len(source.words)} words taken" for source in sources]
    given = [f"{sink.name} {len(sink.words)} of {expected[sink.name]} words given" for sink in sinks]
    return ", ".join([*taken, *given])
