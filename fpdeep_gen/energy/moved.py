"""Bits that a balanced plan's boards read and write on chip for one image.

Counted are: weights, which an engine reads once for a row of its columns, and sums of gradients, which it reads and
writes as often; operands from line buffers (`p_in` channels a cycle, and of each a new column of the kernel where all
taps are taken at once; writes, one for a kernel's worth of reads, are left out); running sums, read and written each
cycle; feature caches and the receiving memories of links, written and read once; the update, once a batch. Registers
between these are part of an operation's energy.
"""

from dataclasses import astuple, dataclass

from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.model import BalancedPlan, Kept, Phase, Place, Share


@dataclass(frozen=True)
class Moved:
    """Bits of one image, all boards together."""

    weights: float
    gradients: float
    operands: float
    sums: float
    caches: float
    links: float
    update: float

    @property
    def total(self) -> float:
        """All of them."""
        return float(sum(astuple(self)))


def moved_bits(plan: BalancedPlan) -> Moved:
    """What a plan's boards move on chip."""
    weights = gradients = operands = sums = 0.0
    for share in plan.shares:
        formats = plan.network.layers[share.layer].formats
        words = share.cycles * share.multipliers / share.columns.size
        operands += share.cycles * _operands(plan.network, share) * _operand_width(plan.network, share)
        if share.phase is Phase.GRADIENT:
            gradients += 2 * words * formats.gradient_width
        else:
            weights += words * formats.weight.width
            sums += 2 * share.cycles * share.p_out * plan.network.accumulator_width
    layers = plan.network.layers
    caches = sum(
        2 * cache.inputs.size * cache.columns.size * layers[cache.layer].in_rows * cache.width for cache in plan.caches
    )
    caches += sum(
        2 * kept.channels.size * kept.columns.size * layers[kept.tensor - 1].out_rows * kept.width
        for kept in plan.winners
    )
    links = sum(2 * load.bits for link in plan.links for load in (*link.up, *link.down))
    kept = (store for store in plan.stores if store.place is Place.CHIP)
    update = sum((1 if store.kept is Kept.GRADIENTS else 2) * store.words * store.width for store in kept)
    return Moved(weights, gradients, operands, sums, caches, links, update / plan.prediction.batch)


def _operands(network: Network, share: Share) -> int:
    """Values that an engine takes from its line buffers each cycle."""
    return share.p_in * -(-share.p_tap // network.layers[share.layer].kernel_columns)


def _operand_width(network: Network, share: Share) -> int:
    if share.phase is Phase.BACKWARD:
        return network.layers[share.layer].formats.error.width
    return network.tensor_format(share.layer).width
