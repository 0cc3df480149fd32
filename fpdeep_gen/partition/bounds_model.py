"""The bounds that a plan is held against."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bounds:
    """Intervals that no plan of this family goes below: `work` from the multipliers of all boards, `link` from the
    traffic that some cut must carry (`cut`: the link that asks for most; 0 and None where no such bound is known)."""

    work: float
    link: float
    cut: int | None

    @property
    def interval(self) -> float:
        """The greater of both."""
        return max(self.work, self.link)
