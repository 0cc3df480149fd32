"""What work, storage and traffic cost on a board, alike for every baseline, and kinder to them than to a real design.

- A board does as many multiply-accumulates a cycle as it has DSPs, always: no engine is ever short of work, and no
  fold rounds up.
- Block RAM takes any bits up to its size. What does not fit lies in DDR, which moves data at its peak rate: first
  weights of convolutions stay on chip, then features, then weights of fully connected layers.
- A feature in DDR is written once and read once more, for the gradient phase. A weight in DDR is read for the forward
  and the backward phase, its gradient sum read and written, once for every `reuse` images that share it.
- Links carry payload at their rate after line coding, less the stream's number in each flit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fpdeep_gen.board.model import Board, Cluster, Link
from fpdeep_gen.network.model import Layer, LayerKind, Network

BRAM36_BITS = 36 * 1024
STREAM_BITS = 8
"""Bits of a flit that name its stream."""


def board_rate(board: Board, cluster: Cluster) -> float:
    """Multiply-accumulates a second."""
    return board.dsp * cluster.clock_mhz * 1e6


def link_rate(link: Link, cluster: Cluster) -> float:
    """Payload bits a second, each way."""
    flits = link.flits_per_cycle(cluster.clock_mhz) * cluster.clock_mhz * 1e6
    return flits * (link.flit_bits - STREAM_BITS)


def whole_images(rates: Sequence[float], batch: int) -> tuple[int, ...]:
    """Images of a mini-batch for boards of these rates, so that the last to be done is done as soon as may be."""
    total = sum(rates)
    images = [int(batch * rate / total) for rate in rates]
    for _ in range(batch - sum(images)):
        first = min(range(len(rates)), key=lambda board: (images[board] + 1) / rates[board])
        images[first] += 1
    return tuple(images)


def layer_work(network: Network, layer: int) -> int:
    """Multiply-accumulates of all phases of a layer, for one image."""
    return sum(network.phase_macs(layer))


def work_bound(network: Network, cluster: Cluster) -> float:
    """Images a second that no way to train on these boards can pass."""
    work = sum(layer_work(network, layer) for layer in range(len(network.layers)))
    return sum(board_rate(board, cluster) for board in cluster.boards) / work


def up_bits(network: Network, cut: int) -> float:
    """Bits of one image that go up between layer cut - 1 and layer `cut`: its tensor; none behind the last layer."""
    return network.tensor_bits(cut) if cut < len(network.layers) else 0.0


def down_bits(network: Network, cut: int) -> float:
    """Bits of one image that come down there: the error of that tensor, but not of the image itself."""
    if cut in (0, len(network.layers)):
        return 0.0
    below = network.layers[cut - 1]
    return network.tensor_bits(cut) / below.formats.output.width * below.formats.error.width


def sum_bits(layer: Layer) -> int:
    """Bits of the gradient sums of a layer."""
    return layer.weight_count * layer.formats.gradient_width


def weight_bits(layer: Layer) -> int:
    """Bits of the weights of a layer."""
    return layer.weight_count * layer.formats.weight.width


@dataclass(frozen=True)
class Held:
    """What one board holds. `layers`: whose; `images`: how many images' features it keeps (may be a mean);
    `versions`: copies of the weights; `reuse`, `full_reuse`: images that share one reading of the weights of
    convolutions and of fully connected layers, where these lie in DDR."""

    layers: tuple[int, ...]
    images: float
    versions: int = 1
    reuse: float = 1.0
    full_reuse: float = 1.0


@dataclass(frozen=True)
class Storage:
    """Bits that a board needs, how many of them lie in DDR, and bits an image that move to and from there."""

    bits: float
    outside: float
    ddr_bits_per_image: float

    @property
    def on_chip(self) -> bool:
        """Whether block RAM is enough."""
        return self.outside == 0.0


def storage(network: Network, board: Board, held: Held) -> Storage:
    """Memory of a board, and what of it lies in DDR and costs traffic for each image that the board works on."""
    kinds = [network.layers[layer] for layer in held.layers]
    convolutions = [layer for layer in kinds if layer.kind is LayerKind.CONVOLUTION]
    full = [layer for layer in kinds if layer.kind is LayerKind.FULLY_CONNECTED]
    kept = float(sum(network.tensor_bits(layer) for layer in held.layers))
    parts = (
        (_stored_bits(network, convolutions, held.versions), _phase_traffic(convolutions) / held.reuse),
        (kept * held.images, 2.0 * kept),
        (_stored_bits(network, full, held.versions), _phase_traffic(full) / held.full_reuse),
    )
    room, traffic, all_outside = float(board.bram36 * BRAM36_BITS), 0.0, 0.0
    for bits, moved in parts:
        outside = max(0.0, bits - room)
        room = max(0.0, room - bits)
        all_outside += outside
        traffic += moved * outside / bits if bits else 0.0
    return Storage(sum(bits for bits, _ in parts), all_outside, traffic)


def _stored_bits(network: Network, layers: Iterable[Layer], versions: int) -> float:
    """Weights (so many copies), gradient sums, and velocities where there is momentum."""
    velocities = 1 if network.training.momentum else 0
    return sum((versions + velocities) * weight_bits(layer) + sum_bits(layer) for layer in layers)


def _phase_traffic(layers: Iterable[Layer]) -> float:
    """Bits moved when weights and gradient sums in DDR are used once."""
    return sum(2 * weight_bits(layer) + 2 * sum_bits(layer) for layer in layers)


def ddr_seconds(board: Board, needed: Storage) -> float:
    """Time of an image's DDR traffic; endless where memory is not enough."""
    if needed.on_chip:
        return 0.0
    if board.ddr is None or needed.outside > 8e9 * board.ddr.gigabytes:
        return float("inf")
    return needed.ddr_bits_per_image / (8e9 * board.ddr.gigabytes_per_second)
