"""What crosses each boundary between two boards, in the order of docs/architecture.md section 5, and its flits."""

from collections.abc import Sequence
from dataclasses import dataclass

from fpdeep_gen.board.model import Cluster, Link
from fpdeep_gen.network.model import Network
from fpdeep_gen.plan.cost import groups, row_words, tensor_words
from fpdeep_gen.plan.model import Carried, LinkPlan, LinkStream
from fpdeep_gen.plan.pieces import Piece

STREAM_ID_BITS = 8
COMMAND_BITS = 128
LABEL_BITS = 16
RESULT_BITS = 32
WEIGHT_BITS = 16

LINK_PIPELINE_CYCLES = 24
"""Both ends of a link, there and back: pack, the sender's choice, receiver, unpack, the credit's way back."""

CREDIT_BATCH = 8
"""Flits that a credit flit of a busy link reports at least (hls_kernels/link_tx.h)."""

CREDIT_AGE = 32
"""A link that never rests sends the credits of fewer flits once in so many flits (hls_kernels/link_tx.h)."""

CONTROL_WORDS = 4
"""Commands that may wait at a board."""

IMAGE_WORDS = 16
"""Labels that run ahead of their images, and results on their way to the host."""


@dataclass(frozen=True)
class Crossing:
    """Where a boundary falls: below it tensor `tensor` is made by slices whose channels end at `channels`.

    `inside`: the layer that makes the tensor goes on above the boundary, so its own input tensor passes too.
    """

    tensor: int
    channels: int
    inside: bool


@dataclass(frozen=True)
class _Word:
    """A stream before it is cut into flits."""

    carried: Carried
    tensor: int
    bits: int
    words_per_image: int
    row_words: int
    spare_words: int


def crossing(pieces: Sequence[Piece], boundary: int) -> Crossing:
    """The crossing between board `boundary` and the next; `pieces` in chain order, some on both sides."""
    last = max((piece for piece in pieces if piece.board <= boundary), key=lambda piece: (piece.layer, piece.out_begin))
    inside = any(piece.layer == last.layer and piece.board > boundary for piece in pieces)
    return Crossing(last.layer + 1, last.out_end, inside)


def payload_bits(link: Link) -> int:
    """Bits of a flit behind the stream id."""
    return link.flit_bits - STREAM_ID_BITS


def _feature(network: Network, lanes: Sequence[int], tensor: int, channels: int | None = None) -> _Word:
    bits = lanes[tensor] * network.tensor_format(tensor).width
    words = tensor_words(network, tensor, lanes[tensor], channels)
    return _Word(Carried.FEATURE, tensor, bits, words, row_words(network, tensor, lanes[tensor], channels), 1)


def _error(network: Network, lanes: Sequence[int], tensor: int, channels: int) -> _Word:
    bits = lanes[tensor] * network.layers[tensor - 1].formats.error.width
    words = tensor_words(network, tensor, lanes[tensor], channels)
    return _Word(Carried.ERROR, tensor, bits, words, row_words(network, tensor, lanes[tensor], channels), 1)


def _partial(network: Network, lanes: Sequence[int], tensor: int) -> _Word:
    bits = lanes[tensor] * network.accumulator_width
    words = tensor_words(network, tensor, lanes[tensor])
    return _Word(Carried.PARTIAL, tensor, bits, words, row_words(network, tensor, lanes[tensor]), 1)


def _up_words(network: Network, lanes: Sequence[int], where: Crossing) -> list[_Word]:
    words = [
        _Word(Carried.COMMAND, 0, COMMAND_BITS, 0, 0, CONTROL_WORDS),
        _Word(Carried.LABEL, 0, LABEL_BITS, 1, 0, IMAGE_WORDS),
        _Word(Carried.LOAD, 0, WEIGHT_BITS, 0, 1, 1),
    ]
    if where.inside:
        words.append(_feature(network, lanes, where.tensor - 1))
    words.append(_feature(network, lanes, where.tensor, where.channels))
    return words


def _down_words(network: Network, lanes: Sequence[int], where: Crossing) -> list[_Word]:
    words = [
        _Word(Carried.RESULT, 0, RESULT_BITS, 1, 0, IMAGE_WORDS),
        _Word(Carried.DUMP, 0, WEIGHT_BITS, 0, 1, 1),
        _error(network, lanes, where.tensor, where.channels),
    ]
    if where.inside and where.tensor > 1:
        words.append(_partial(network, lanes, where.tensor - 1))
    return words


def full_rate_credits(link: Link, clock_mhz: float) -> int:
    """Flits under way in a round trip at the link's full rate, and those whose credits are being gathered: with as many
    credits a stream never waits for one."""
    round_trip = 2 * link.latency_cycles + LINK_PIPELINE_CYCLES
    return -int(-round_trip * link.flits_per_cycle(clock_mhz) // 1) + CREDIT_BATCH


def stream_credits(row_flits: int, flits_per_word: int, spare_words: int, full_rate: int) -> int:
    """Credits of a stream: `spare_words` words for one that carries a word now and then (`row_flits` 0); else two
    rows, so that two streams that are merged or divided row by row never wait for each other, and at least a round
    trip at full rate."""
    if row_flits == 0:
        return spare_words * flits_per_word
    return max(full_rate, 2 * row_flits + flits_per_word)


def _stream(word: _Word, link: Link, clock_mhz: float) -> LinkStream:
    flits = groups(word.bits, payload_bits(link))
    full_rate = full_rate_credits(link, clock_mhz)
    credits = stream_credits(word.row_words * flits, flits, word.spare_words, full_rate)
    return LinkStream(word.carried, word.tensor, word.bits, flits, word.words_per_image, credits)


def flits_per_image(streams: Sequence[LinkStream], batch: int) -> float:
    """Data flits of one trained image; a command goes up once a batch."""
    command = sum(stream.flits_per_word for stream in streams if stream.carried is Carried.COMMAND) / batch
    return sum(stream.words_per_image * stream.flits_per_word for stream in streams) + command


def link_plan(network: Network, cluster: Cluster, lanes: Sequence[int], index: int, where: Crossing) -> LinkPlan:
    """Streams of the boundary between board `index` and the next."""
    link = cluster.links[index]
    up = tuple(_stream(word, link, cluster.clock_mhz) for word in _up_words(network, lanes, where))
    down = tuple(_stream(word, link, cluster.clock_mhz) for word in _down_words(network, lanes, where))
    batch = network.training.batch
    return LinkPlan(index, up, down, flits_per_image(up, batch), flits_per_image(down, batch))


def link_plans(
    network: Network, cluster: Cluster, lanes: Sequence[int], pieces: Sequence[Piece]
) -> tuple[LinkPlan, ...]:
    """All boundaries of the chain."""
    return tuple(
        link_plan(network, cluster, lanes, index, crossing(pieces, index)) for index in range(len(cluster.boards) - 1)
    )


def link_cycles(plan: LinkPlan, link: Link, clock_mhz: float) -> int:
    """Cycles an image that the busier direction takes: its data, and credits for the data of the other direction."""
    directions = (
        plan.up_flits_per_image + plan.down_flits_per_image / CREDIT_BATCH,
        plan.down_flits_per_image + plan.up_flits_per_image / CREDIT_BATCH,
    )
    flits = max(directions) * CREDIT_AGE / (CREDIT_AGE - 1)
    return -int(-flits / link.flits_per_cycle(clock_mhz) // 1)
