"""What the open back end is measured on: kernels, goals for them, and an open compiler's figures beside them."""

from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).parent / "kernels"


@dataclass(frozen=True)
class Anchor:
    """Another compiler's figures for the same computation; `cycles_each`: cycles for one iteration of the loop."""

    variant: str
    seconds: float
    cycles: int
    cycles_each: int
    verilog_lines: int
    lut: int
    ff: int
    dsp: int


@dataclass(frozen=True)
class Goal:
    """Upper bounds, `dsp` exact; None: none set. `lut`: of the whole top."""

    seconds: float
    lut: int | None = None
    ff: int | None = None
    dsp: int | None = None
    mib: float | None = None


@dataclass(frozen=True)
class Kernel:
    """A top of kernels/<name>.cpp. `trips`: iterations of its pipelined loops, one behind the other, in one call.

    `words`: words of each input stream for one call; `synthesised`: False where Yosys takes too long.
    """

    name: str
    title: str
    trips: tuple[int, ...]
    words: int
    goal: Goal
    synthesised: bool
    anchors: tuple[Anchor, ...]

    @property
    def iterations(self) -> int:
        """Of all pipelined loops."""
        return sum(self.trips)

    @property
    def bench(self) -> Path | None:
        """C++ that calls the top once, for a compiler that counts cycles by simulating; None where there is none."""
        path = SOURCES / "benches" / f"{self.name}.cpp"
        return path if path.is_file() else None


ANCHOR = "Bambu 2024.10"
ANCHOR_SOURCE = (
    "Bambu 2024.10 with its clang 16 front end, built from source; -O3 --generate-interface=INFER, xc7z020, 5 ns; "
    "cycles of its own co-simulation in Verilator, cells counted by Yosys for xc7, storage of arrays and streams "
    "outside; "
    "seconds of wall clock on a machine like the one that the goals were set on, recorded and not measured again here"
)

KERNELS = (
    Kernel(
        "fir_stream",
        "5-tap FIR, 1024 samples, streams",
        (1024,),
        1024,
        Goal(1.0, 196, 207, 5),
        True,
        (Anchor("hls::stream, short and int", 4.9, 7170, 7, 1501, 196, 207, 5),),
    ),
    Kernel(
        "fir_arrays",
        "5-tap FIR, 1024 samples, arrays",
        (1024,),
        0,
        Goal(1.0, None, None, 5),
        True,
        (Anchor("arrays", 4.5, 8194, 8, 1700, 148, 208, 5),),
    ),
    Kernel(
        "mac16",
        "16x16 multiply-accumulate, 64 steps",
        (64, 16),
        64,
        Goal(3.0, 20 * 256, None, 256),
        True,
        (
            Anchor("16x16 dense, arrays", 9.9, 1540, 24, 38666, 8962, 5355, 256),
            Anchor("16x16 dense, streams, weights as ports", 7.0, 1473, 23, 25090, 7964, 5245, 256),
        ),
    ),
    Kernel(
        "mac32",
        "32x32 multiply-accumulate, 64 steps",
        (64, 32),
        64,
        Goal(20.0, None, None, None, 2048.0),
        False,
        (),
    ),
)
