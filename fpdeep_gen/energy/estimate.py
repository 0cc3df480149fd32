"""Energy of one trained image, and operations for a joule: an estimate, by the figures of an `EnergyModel`."""

from collections.abc import Sequence
from dataclasses import dataclass

from fpdeep_gen.baseline.cost import layer_work
from fpdeep_gen.baseline.model import Baseline
from fpdeep_gen.board.model import Board, Cluster, Link
from fpdeep_gen.energy.model import EnergyModel
from fpdeep_gen.energy.moved import moved_bits
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.model import BalancedPlan

PICO = 1e-12


@dataclass(frozen=True)
class Energy:
    """Joules of one image on all boards together, by what takes them; `operations` (two a multiply-accumulate) and
    `seconds` of an image, the gaps between batches included. All of it is an estimate."""

    static: float
    compute: float
    chip: float
    links: float
    ddr: float
    operations: float
    seconds: float

    @property
    def joules(self) -> float:
        """Of an image."""
        return self.static + self.compute + self.chip + self.links + self.ddr

    @property
    def gops_per_joule(self) -> float:
        """Operations for a joule, in 10^9."""
        return self.operations / self.joules / 1e9

    @property
    def watts(self) -> float:
        """All boards together, on average."""
        return self.joules / self.seconds


def plan_energy(plan: BalancedPlan, model: EnergyModel) -> Energy:
    """Energy of a plan, in batches of the network's own size."""
    predicted, cluster = plan.prediction, plan.cluster
    seconds = predicted.batch_cycles / predicted.batch / (cluster.clock_mhz * 1e6)
    macs = sum(use.macs for use in plan.uses)
    return Energy(
        static=_static(cluster.boards, model) * seconds,
        compute=macs * model.operation_pj * PICO,
        chip=moved_bits(plan).total * model.chip_bit_pj * PICO,
        links=_line_bits(cluster.links) * seconds * model.link_bit_pj * PICO,
        ddr=sum(use.ddr_bits for use in plan.uses) * model.ddr_bit_pj * PICO,
        operations=2.0 * macs,
        seconds=seconds,
    )


def baseline_energy(
    row: Baseline, network: Network, cluster: Cluster, model: EnergyModel, chip_bits: float
) -> Energy | None:
    """Energy of a baseline; None where it does not train at all.

    A baseline says nothing of its memories, so it is taken to move `chip_bits` bits on chip for each
    multiply-accumulate, such as a plan does; and it names the busiest DDR alone, so all are taken to be as busy.
    """
    if row.images_per_second <= 0:
        return None
    seconds = 1.0 / row.images_per_second
    boards = cluster.boards[: row.boards_used]
    macs = sum(layer_work(network, layer) for layer in range(len(network.layers)))
    ddr = sum(8e9 * board.ddr.gigabytes_per_second for board in boards if board.ddr is not None)
    return Energy(
        static=_static(boards, model) * seconds,
        compute=macs * model.operation_pj * PICO,
        chip=macs * chip_bits * model.chip_bit_pj * PICO,
        links=_line_bits(cluster.links[: row.boards_used - 1]) * seconds * model.link_bit_pj * PICO,
        ddr=row.ddr_load * ddr * seconds * model.ddr_bit_pj * PICO,
        operations=2.0 * macs,
        seconds=seconds,
    )


def chip_bits_per_operation(plan: BalancedPlan) -> float:
    """Bits that a plan moves on chip for each multiply-accumulate."""
    return moved_bits(plan).total / sum(use.macs for use in plan.uses)


def _static(boards: Sequence[Board], model: EnergyModel) -> float:
    return sum(model.watts(board) for board in boards)


def _line_bits(links: Sequence[Link]) -> float:
    """Bits a second on all lanes, both ways."""
    return sum(2 * link.lanes * link.gbps_per_lane * 1e9 for link in links)
