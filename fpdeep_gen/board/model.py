"""Boards, the links between them, and a cluster: boards in chain order."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ddr:
    """External memory that the FPGA reaches by itself: size in GB, peak rate in GB/s (10^9 bytes), reads and writes
    together."""

    gigabytes: float
    gigabytes_per_second: float


@dataclass(frozen=True)
class Board:
    """What one FPGA board offers. `part` names the device for vendor tools; links are counted per transceiver lane.
    `ddr`: None where the FPGA has no external memory of its own."""

    name: str
    part: str
    dsp: int
    bram36: int
    lut: int
    ff: int
    clock_mhz: float
    lanes: int
    lane_gbps: float
    ddr: Ddr | None = None


@dataclass(frozen=True)
class Link:
    """The cable between neighbours: each way `lanes` lanes of `gbps_per_lane` (payload after line coding is
    `efficiency` of it), one flit of `flit_bits` at most each clock cycle, `latency_cycles` from end to end."""

    lanes: int
    gbps_per_lane: float
    efficiency: float
    flit_bits: int
    latency_cycles: int

    def flits_per_cycle(self, clock_mhz: float) -> float:
        """Rate of the link in flits a board clock cycle, at most 1."""
        payload_bits_per_cycle = self.lanes * self.gbps_per_lane * self.efficiency * 1e3 / clock_mhz
        return min(1.0, payload_bits_per_cycle / self.flit_bits)


@dataclass(frozen=True)
class Cluster:
    """Boards 0..N-1; links[i] joins board i and board i + 1. All boards run at one clock, `clock_mhz`."""

    name: str
    boards: tuple[Board, ...]
    links: tuple[Link, ...]
    clock_mhz: float
