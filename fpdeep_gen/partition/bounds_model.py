"""The bounds that a plan is held against."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bounds:
    """Intervals that no plan of its kind (with layers in order, or any) goes below: `work` from the multipliers of all
    boards, `link` from the traffic that some cut must carry (`cut`: the link that asks for most; 0 and None where no
    such bound is known), `loss` from the loss, which takes one image after the other."""

    work: float
    link: float
    cut: int | None
    loss: float

    @property
    def interval(self) -> float:
        """The greatest of them."""
        return max(self.work, self.link, self.loss)

    @property
    def limit(self) -> str:
        """What the greatest is of."""
        if self.interval == self.work:
            return "multipliers"
        return f"link {self.cut}" if self.interval == self.link else "loss"
