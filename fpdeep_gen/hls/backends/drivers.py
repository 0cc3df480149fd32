"""The compilers that can be driven."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fpdeep_gen.hls.backends import bambu, vitis
from fpdeep_gen.hls.backends.model import BackendResult, Job
from fpdeep_gen.hls.backends.program import find_program


@dataclass(frozen=True)
class Driver:
    """One compiler; `simulates`: it takes a test bench to count cycles."""

    name: str
    title: str
    programs: Sequence[str]
    simulates: bool
    build: Callable[[Job], BackendResult]

    @property
    def installed(self) -> bool:
        """Whether its program is on PATH."""
        return find_program(self.programs) is not None


DRIVERS = (
    Driver("bambu", bambu.TITLE, bambu.PROGRAMS, True, bambu.build),
    Driver("vitis", vitis.TITLE, vitis.PROGRAMS, False, vitis.build),
)


def driver_of(name: str) -> Driver:
    """The driver of that name, one of DRIVERS."""
    return next(driver for driver in DRIVERS if driver.name == name)
