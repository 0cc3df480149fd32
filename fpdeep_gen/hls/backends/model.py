"""What is asked of another compiler, and what it is asked about its result."""

from dataclasses import dataclass
from pathlib import Path

from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.parts import Part


class CompilationError(ToolError):
    """The compiler ran and refused the source: its command line and last lines."""

    exit_code = 2


@dataclass(frozen=True)
class Job:
    """One kernel. `folder`: where the compiler works and leaves its files, created where it is missing.

    `testbench`: C++ with a `main` that calls the top, for a compiler that simulates to count cycles.
    """

    source: Path
    top: str
    include_dirs: tuple[Path, ...]
    folder: Path
    clock_mhz: float
    part: Part
    testbench: Path | None = None

    @property
    def clock_ns(self) -> str:
        """Period in ns, as command lines have it."""
        return f"{1000.0 / self.clock_mhz:.6g}"


@dataclass(frozen=True)
class Run:
    """How a program went: `seconds` of wall clock, `log` with all that it wrote."""

    command: tuple[str, ...]
    seconds: float
    log: Path


@dataclass(frozen=True)
class BackendResult:
    """What a compiler made and says of it, by its own count. None: it does not say.

    `device` in the compiler's own spelling; `cycles` of one call; `ii`: of each pipelined loop; `bram36`: block RAMs
    of 36 Kbit.
    """

    backend: str
    device: str
    run: Run
    rtl: tuple[Path, ...]
    cycles: int | None = None
    ii: tuple[int, ...] | None = None
    dsp: int | None = None
    lut: int | None = None
    ff: int | None = None
    bram36: float | None = None
