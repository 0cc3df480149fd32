"""Lowers a board's end of a link: flits to streams of words, and back."""

from dataclasses import dataclass

from fpdeep_gen.emit.builder import BoardState, Key, SectionBuilder, carried_key
from fpdeep_gen.emit.control_configs import LinkRxConfig, LinkTxConfig, PackConfig, UnpackConfig
from fpdeep_gen.emit.depths import FREED_DEPTH, LABEL_DEPTH, LINK_WORD_DEPTH, PAYLOAD_DEPTH
from fpdeep_gen.emit.geometry import error_format
from fpdeep_gen.emit.network import Argument, LinkSide
from fpdeep_gen.emit.words import (
    COMMAND,
    CREDIT,
    CREDITS_GAINED,
    LABEL,
    RESULT,
    STREAM_ID_BITS,
    WEIGHT,
    Word,
    payload,
    signed_vector,
)
from fpdeep_gen.plan.depths import COMMAND_DEPTH, partial_word_depth
from fpdeep_gen.plan.model import Carried, LinkStream, Plan
from fpdeep_gen.texts import counted

_WORD_DEPTHS = {Carried.COMMAND: COMMAND_DEPTH, Carried.LABEL: LABEL_DEPTH}


@dataclass(frozen=True)
class LinkEnd:
    """One board's end of a link: what it receives and what it sends, ids being positions."""

    side: LinkSide
    index: int
    received: tuple[LinkStream, ...]
    sent: tuple[LinkStream, ...]
    payload_bits: int

    @property
    def name(self) -> str:
        """Prefix of all names of this end."""
        return self.side.value


def link_ends(plan: Plan, board: int) -> tuple[LinkEnd, ...]:
    """The ends on board `board`: down to the board below and up to the one above, where there are such."""
    ends = []
    if board > 0:
        link = plan.links[board - 1]
        ends.append(LinkEnd(LinkSide.DOWN, link.index, link.up, link.down, payload_bits(plan, board - 1)))
    if board < len(plan.cluster.boards) - 1:
        link = plan.links[board]
        ends.append(LinkEnd(LinkSide.UP, link.index, link.down, link.up, payload_bits(plan, board)))
    return tuple(ends)


def payload_bits(plan: Plan, link: int) -> int:
    """Bits that a flit of link `link` carries beside its stream id."""
    return plan.cluster.links[link].flit_bits - STREAM_ID_BITS


def carried_word(plan: Plan, stream: LinkStream) -> Word:
    """The word that a stream over a link carries."""
    network, tensor = plan.network, stream.tensor
    match stream.carried:
        case Carried.COMMAND:
            return COMMAND
        case Carried.LABEL:
            return LABEL
        case Carried.LOAD | Carried.DUMP:
            return WEIGHT
        case Carried.RESULT:
            return RESULT
        case Carried.FEATURE:
            return signed_vector(network.tensor_format(tensor).width, plan.lanes[tensor])
        case Carried.ERROR:
            return signed_vector(error_format(network, tensor).width, plan.lanes[tensor])
        case Carried.PARTIAL:
            return signed_vector(network.accumulator_width, plan.lanes[tensor])


def stream_key(stream: LinkStream) -> Key:
    """What the stream carries."""
    return carried_key(stream.carried, stream.tensor)


def stream_name(stream: LinkStream) -> str:
    """Short name: what it carries and of which tensor."""
    carried, tensor = stream_key(stream)
    has_tensor = carried in (Carried.FEATURE, Carried.ERROR, Carried.PARTIAL)
    return f"{carried.value}_{tensor}" if has_tensor else carried.value


def _word_depth(plan: Plan, stream: LinkStream) -> int:
    """Depth behind `unpack`."""
    if stream.carried is Carried.PARTIAL:
        return partial_word_depth(plan.network.layers[stream.tensor].in_columns)
    return _WORD_DEPTHS.get(stream.carried, LINK_WORD_DEPTH)


def lower_receive(
    state: BoardState, section: SectionBuilder, end: LinkEnd, sinks: dict[Key, Argument]
) -> dict[Key, Argument]:
    """Add `link_rx` and its `unpack`s; returns the streams of words. Those of `sinks` go right where it says."""
    count = len(end.received)
    ids = ", ".join(f"{index} {stream_name(stream)}" for index, stream in enumerate(end.received))
    payloads = section.stream(
        f"{end.name}_rx_payloads",
        payload(end.payload_bits),
        max(stream.credits for stream in end.received),
        f"received flits by stream id ({ids}), as deep as the sender's credits",
        count,
    )
    freed = section.stream(
        f"{end.name}_rx_freed", CREDIT, FREED_DEPTH, "one for each received flit taken: credits to give back", count
    )
    gained = section.stream(
        f"{end.name}_credits_gained",
        CREDITS_GAINED,
        sum(stream.credits for stream in end.sent),
        "credits that came back; as deep as all that are out, so that the receiver never blocks",
    )
    section.task(
        f"{end.name}_link_rx",
        LinkRxConfig(count, end.payload_bits),
        [Argument(f"{end.name}_rx"), payloads, gained],
        f"link {end.index}: flits to their streams",
    )
    words: dict[Key, Argument] = {}
    for index, stream in enumerate(end.received):
        name, word, key = stream_name(stream), carried_word(state.plan, stream), stream_key(stream)
        words[key] = sinks.get(key) or section.stream(
            f"{end.name}_{name}",
            word,
            _word_depth(state.plan, stream),
            f"{describe(stream)}, from board {end.index if end.side is LinkSide.DOWN else end.index + 1}",
        )
        section.task(
            f"{end.name}_unpack_{name}",
            UnpackConfig(word, word.bits, stream.flits_per_word, end.payload_bits),
            [Argument(payloads.stream, index), Argument(freed.stream, index), words[key]],
            f"stream {index}: {counted(stream.flits_per_word, 'flit')} a word",
        )
    return words


def lower_send(state: BoardState, section: SectionBuilder, end: LinkEnd, source: dict[Key, Argument]) -> None:
    """Add the `pack`s and `link_tx`; takes the streams of words out of `source`."""
    count = len(end.sent)
    ids = ", ".join(f"{index} {stream_name(stream)}" for index, stream in enumerate(end.sent))
    payloads = section.stream(
        f"{end.name}_tx_payloads",
        payload(end.payload_bits),
        PAYLOAD_DEPTH,
        f"flits to send by stream id ({ids})",
        count,
    )
    for index, stream in enumerate(end.sent):
        name, word = stream_name(stream), carried_word(state.plan, stream)
        section.task(
            f"{end.name}_pack_{name}",
            PackConfig(word, word.bits, stream.flits_per_word, end.payload_bits),
            [source.pop(stream_key(stream)), Argument(payloads.stream, index)],
            f"stream {index}: {describe(stream)}, {counted(stream.flits_per_word, 'flit')} a word",
        )
    section.task(
        f"{end.name}_link_tx",
        LinkTxConfig(count, len(end.received), end.payload_bits, tuple(stream.credits for stream in end.sent)),
        [
            payloads,
            Argument(f"{end.name}_credits_gained"),
            Argument(f"{end.name}_rx_freed"),
            Argument(f"{end.name}_tx"),
        ],
        f"link {end.index}: streams to flits, and credits back to the other side",
    )


def describe(stream: LinkStream) -> str:
    """What the stream carries, in words."""
    match stream.carried:
        case Carried.FEATURE:
            return f"features of tensor {stream.tensor}"
        case Carried.ERROR:
            return f"errors of tensor {stream.tensor}"
        case Carried.PARTIAL:
            return f"partial sums of the errors of tensor {stream.tensor}"
        case Carried.LOAD:
            return "weights to load"
        case Carried.DUMP:
            return "dumped weights"
        case _:
            return f"{stream.carried.value}s"
