"""How long an epoch takes: whole mini-batches one after the other, each with the gap behind it."""

from dataclasses import dataclass

from fpdeep_gen.network.dataset import epoch_images
from fpdeep_gen.partition.model import BalancedPlan
from fpdeep_gen.texts import counted, duration


@dataclass(frozen=True)
class Epoch:
    """`images` of an epoch, `batches` that they fill (what fills none is left out), `seconds` for these."""

    images: int
    batches: int
    seconds: float


def epoch_of(plan: BalancedPlan) -> Epoch | None:
    """The epoch of a plan's network; None where it is not known how many images that has."""
    images = epoch_images(plan.network)
    if images is None:
        return None
    batches = images // plan.prediction.batch
    return Epoch(images, batches, batches * plan.prediction.batch_cycles / (plan.cluster.clock_mhz * 1e6))


def epoch_text(epoch: Epoch, epochs: int) -> str:
    """`an epoch of 1,281,167 images, 5,004 mini-batches: 17:17 min; 74 epochs: 21:19 h`."""
    one = f"an epoch of {counted(epoch.images, 'image')}, {epoch.batches:,} mini-batches: {duration(epoch.seconds)}"
    return one if epochs == 1 else f"{one}; {epochs:,} epochs: {duration(epochs * epoch.seconds)}"
