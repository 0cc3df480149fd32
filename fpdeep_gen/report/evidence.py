"""What a verification measured, as the report shows it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StepEvidence:
    """One SGD step. `loss`: mean over the mini-batch, from the simulated chain's result words; `golden_loss`: the
    golden model's. `differing_*`: weights after the step, and images whose results, are not the golden model's."""

    step: int
    images: int
    loss: float
    golden_loss: float
    differing_weights: int
    differing_results: int

    @property
    def equal(self) -> bool:
        """Whether everything of the step is the golden model's."""
        return not (self.differing_weights or self.differing_results)


@dataclass(frozen=True)
class EngineEvidence:
    """One engine in steady state: cycles between images as simulated (None: too few images to tell), and the share
    of that time in which it worked. `image_cycles`: when it had all of each image of the whole run."""

    name: str
    board: int
    cycles_per_image: int
    interval: float | None
    busy: float | None
    image_cycles: tuple[int, ...]


@dataclass(frozen=True)
class LinkEvidence:
    """One direction of a link: flits that crossed it in the whole run, and in steady state the data flits of an image
    and the share of the link's rate that all flits take, credits of idle moments included (None: too few images)."""

    link: int
    direction: str
    flits: int
    data_flits_per_image: float | None
    utilisation: float | None


@dataclass(frozen=True)
class FifoEvidence:
    """One stream inside a board: how full it got, and how long its writer and its reader waited (cycles)."""

    board: int
    name: str
    width: int
    depth: int
    peak: int
    pushed: int
    full_cycles: int
    empty_cycles: int


@dataclass(frozen=True)
class Evidence:
    """All that was measured. `equal`: every compared weight and result was. `interval`: cycles between images in
    steady state as simulated (None: too few images). `latency`: of an image alone, as simulated (None: none was).
    `accuracy`: of the chain on test images (None: none given).
    `simulation_seconds`: wall-clock time of the simulation itself. `failure`: why there was nothing to compare."""

    equal: bool
    compared_weights: int
    differences: tuple[str, ...]
    golden_wraps: int
    accuracy: float | None
    steps: tuple[StepEvidence, ...]
    cycles: int
    interval: float | None
    latency: float | None
    simulation_seconds: float
    engines: tuple[EngineEvidence, ...]
    links: tuple[LinkEvidence, ...]
    fifos: tuple[FifoEvidence, ...]
    failure: str = ""

    def engine(self, name: str) -> EngineEvidence | None:
        """The engine of that name, if it was measured."""
        return next((engine for engine in self.engines if engine.name == name), None)

    def link(self, link: int, direction: str) -> LinkEvidence | None:
        """That direction of that link, if it was measured."""
        return next((one for one in self.links if (one.link, one.direction) == (link, direction)), None)

    def board_interval(self, board: int) -> float | None:
        """The longest measured interval of a board's engines."""
        known = [engine.interval for engine in self.engines if engine.board == board and engine.interval is not None]
        return max(known, default=None)
