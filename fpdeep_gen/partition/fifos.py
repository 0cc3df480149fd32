"""FIFOs of a plan: every place where a part of a tensor waits, how many bits, and the memory that takes."""

from collections.abc import Container, Iterable, Mapping, Sequence
from math import ceil

import numpy as np

from fpdeep_gen.board.memory import FIFO_CONTROL_LUT, LUTRAM_DEPTH, Use, is_small, lutram_luts
from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.buffers import least_room, receiver_use
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.link_rate import STREAM_ID_BITS
from fpdeep_gen.partition.model import Carried, Fifo, LinkPlan, Phase, Range, Share, Waits
from fpdeep_gen.partition.steps import moved_rows
from fpdeep_gen.partition.stores import packed_bram18
from fpdeep_gen.partition.traffic import error_bits, feature_bits, forward_sum_bits, home, outputs_made, sum_bits
from fpdeep_gen.partition.transport import moves_together
from fpdeep_gen.partition.ways import Key

WORD_BITS = 16
"""Narrowest word of a FIFO between processes of a board: a feature or an error."""

SLACK_WORDS = 64
"""Words of room in a FIFO between processes beside what waits in the full pipeline: a batch's first images find some
engines idle and others waiting for new weights."""

LUT_PART, LUTS_USED = 0.15, 0.85
"""Part of a board's LUTs that FIFOs may take in place of block RAM (of 7-series devices 30 to 40 % can be memory,
UG474), and of which no more is used for them beside all else."""

LINK_ENDS = ((Waits.FROM_BELOW, True), (Waits.FROM_ABOVE, False))


def fifos_of(
    network: Network,
    cluster: Cluster,
    geometry: Sequence[Geometry],
    shares: Iterable[Share],
    links: Sequence[LinkPlan],
    waiting: Mapping[tuple[int, Key, Waits], float],
    shared_weights: int,
    kept: Container[int],
) -> tuple[Fifo, ...]:
    """All FIFOs by board. `kept`: tensors whose windows' winners do not travel. `waiting`: rows that wait at most,
    where `shared_weights` images move together of as many."""
    rows = moved_rows(network, geometry)
    parts = _Parts(network, geometry, shares, rows, kept)
    first_flat = min((layer.index for layer in geometry if layer.flat), default=len(geometry))

    def images(key: Key) -> int:
        return shared_weights if moves_together(key, first_flat) else 1

    found = []
    for link in links:
        least = least_room(cluster.links[link.index])
        for (place, up), loads in zip(LINK_ENDS, (link.up, link.down), strict=True):
            board = link.index + 1 if up else link.index
            for load in loads:
                key = load.carried, load.tensor
                waits = waiting.get((board, key, place), 0.0) * images(key) * load.bits / rows[load.tensor]
                found.append(Fifo(board, *key, place, max(least, _bits(waits))))
    for (board, key, place), count in waiting.items():
        if place in (Waits.MADE, Waits.ENGINES):
            made = place is Waits.MADE
            of_row = parts.made(board, key) * images(key) if made else parts.needed(board, key)
            bits = _bits(count * of_row)
            if bits:
                found.append(Fifo(board, *key, place, bits + SLACK_WORDS * WORD_BITS))
    return tuple(sorted(found, key=lambda one: (one.board, one.tensor, one.carried.value, one.waits.value)))


def fifo_uses(cluster: Cluster, links: Sequence[LinkPlan], fifos: Iterable[Fifo], luts: Sequence[int]) -> list[Use]:
    """Memory of all FIFOs of each board. Those of the streams that come over a link share one memory. FIFOs inside a
    board go to LUT RAM while LUTs are free, those first that save most block RAM for it; `luts`: LUTs of each board
    that all else takes."""
    uses = [Use()] * len(cluster.boards)
    inside: list[list[int]] = [[] for _ in cluster.boards]
    flits: dict[tuple[int, Waits], int] = {}
    for fifo in fifos:
        if fifo.waits in (Waits.FROM_BELOW, Waits.FROM_ABOVE):
            link = cluster.links[fifo.board - 1 if fifo.waits is Waits.FROM_BELOW else fifo.board]
            place = fifo.board, fifo.waits
            flits[place] = flits.get(place, 0) + -(-fifo.bits // (link.flit_bits - STREAM_ID_BITS))
        else:
            inside[fifo.board].append(fifo.bits)
    for link_plan in links:
        link = cluster.links[link_plan.index]
        for (waits, up), loads in zip(LINK_ENDS, (link_plan.up, link_plan.down), strict=True):
            board = link_plan.index + 1 if up else link_plan.index
            uses[board] += receiver_use(link, cluster.clock_mhz, len(loads), flits.get((board, waits), 0))
    return [
        use + _inside(sizes, board.lut, taken + use.lut)
        for use, sizes, board, taken in zip(uses, inside, cluster.boards, luts, strict=True)
    ]


def _inside(sizes: Iterable[int], luts: int, taken: int) -> Use:
    """Memory of FIFOs of so many bits inside a board that has `luts` LUTs, of which all else takes `taken`."""
    used, block, large = 0, 0, []
    for bits in sizes:
        words = -(-bits // WORD_BITS)
        used += FIFO_CONTROL_LUT
        if is_small(WORD_BITS, words):
            used += lutram_luts(WORD_BITS, words)
        else:
            large.append((_deep_luts(words), packed_bram18(words, WORD_BITS)))
    spare = int(min(LUT_PART * luts, LUTS_USED * luts - taken - used))
    for lut, bram18 in sorted(large, key=lambda both: (both[0] / both[1], both)):
        if lut <= spare:
            spare -= lut
            used += lut
        else:
            block += bram18
    return Use(lut=used, bram18=block)


def _deep_luts(words: int) -> int:
    """LUTs of a FIFO in LUT RAM, with those that choose between its blocks: each joins three more."""
    blocks = -(-words // LUTRAM_DEPTH)
    return lutram_luts(WORD_BITS, words) + WORD_BITS * -(-(blocks - 1) // 3)


def _bits(waits: float) -> int:
    return ceil(round(waits, 3))


class _Parts:
    """Bits of a row of a tensor that a board makes, or that its engines need."""

    def __init__(
        self,
        network: Network,
        geometry: Sequence[Geometry],
        shares: Iterable[Share],
        rows: Sequence[int],
        kept: Container[int],
    ) -> None:
        self.network, self.geometry, self.rows, self.kept = network, geometry, rows, kept
        self.shares: dict[tuple[int, Phase, int], list[Share]] = {}
        last: dict[tuple[int, Phase], list[Share]] = {}
        for share in shares:
            self.shares.setdefault((share.layer, share.phase, share.board), []).append(share)
            last.setdefault((share.layer, share.phase), []).append(share)
        self.home = home(last, len(geometry))

    def made(self, board: int, key: Key) -> int:
        """What the board makes of a row."""
        carried, tensor = key
        channels, rows, columns = self.network.tensor_shape(tensor)
        if carried is Carried.SUM:
            return self._of_row(channels * columns * rows * forward_sum_bits(self.network, tensor - 1), tensor)
        if carried is Carried.FEATURE:
            makers = self.shares.get((tensor - 1, Phase.FORWARD, board), [])
            made = [
                share.outputs.size * outputs_made(self.geometry[tensor - 1], share.columns).size for share in makers
            ]
            summed = not makers or any(share.partial for share in makers)
            elements = channels * columns if summed else sum(made)
            return self._of_row(elements * rows * feature_bits(self.network, tensor, self.kept), tensor)
        if tensor == len(self.geometry) and board == self.home:
            return self._of_row(channels * columns * rows * error_bits(self.network, tensor, self.kept), tensor)
        shares = self.shares.get((tensor, Phase.BACKWARD, board), [])
        if carried is Carried.PARTIAL:
            width = sum_bits(self.network, tensor)
            cells = {(share.inputs, share.columns) for share in shares}
        else:
            width = error_bits(self.network, tensor, self.kept)
            cells = {(share.inputs, share.columns) for share in shares}
            if not cells or any(share.partial for share in shares):
                return self._of_row(channels * columns * rows * width, tensor)
        flat = self.geometry[tensor].flat
        elements = sum(inputs.size * (columns if flat else across.size) for inputs, across in cells)
        return self._of_row(elements * rows * width, tensor)

    def needed(self, board: int, key: Key) -> int:
        """What engines of a board need of a row that waits for them."""
        carried, tensor = key
        channels, rows, columns = self.network.tensor_shape(tensor)
        needed = np.zeros((channels, columns), bool)
        if carried is Carried.FEATURE:
            width = feature_bits(self.network, tensor, self.kept)
            for share in self.shares.get((tensor, Phase.FORWARD, board), []):
                across = self.geometry[tensor].inputs_of_sums(share.columns)
                needed[share.inputs.begin : share.inputs.end, across.begin : across.end] = True
        else:
            width = error_bits(self.network, tensor, self.kept)
            reader = self.geometry[tensor - 1]
            for phase in (Phase.BACKWARD, Phase.GRADIENT):
                for share in self.shares.get((tensor - 1, phase, board), []):
                    sums = reader.sums_of_inputs(share.columns) if phase is Phase.BACKWARD else share.columns
                    across = Range(0, columns) if reader.flat else reader.outputs_of_sums(sums)
                    needed[share.outputs.begin : share.outputs.end, across.begin : across.end] = True
        return self._of_row(int(needed.sum()) * rows * width, tensor)

    def _of_row(self, bits: int, tensor: int) -> int:
        return -(-bits // self.rows[tensor])
