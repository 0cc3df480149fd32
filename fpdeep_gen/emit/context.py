"""Computes what the templates see from the plan and the process networks."""

import textwrap

from fpdeep_gen import __version__
from fpdeep_gen.emit.configs import Config
from fpdeep_gen.emit.engine_configs import ConvEngineConfig, GradientEngineConfig
from fpdeep_gen.emit.links import describe, payload_bits
from fpdeep_gen.emit.network import BoardNetwork, LinkSide, Port, PortDirection, Section, Stream, Task
from fpdeep_gen.emit.texts import (
    ArrayDepthText,
    BoardContext,
    CableText,
    CallText,
    ChainContext,
    DirectionText,
    LinkStreamText,
    LinkText,
    Member,
    PortText,
    SectionText,
    StreamText,
    StructText,
    TaskText,
)
from fpdeep_gen.emit.words import Word
from fpdeep_gen.plan.model import LinkStream, Plan

LINE_WIDTH = 112
"""Longest line of the top, without its indentation."""


def board_context(plan: Plan, network: BoardNetwork) -> BoardContext:
    """Context of one board's templates."""
    board = plan.cluster.boards[network.board]
    return BoardContext(
        version=__version__,
        network=plan.network.name,
        board=network.board,
        board_name=board.name,
        boards=len(plan.cluster.boards),
        top=network.top,
        namespace=f"{network.top}_config",
        contents=tuple(section.title for section in network.sections),
        part=board.part,
        clock_mhz=f"{plan.cluster.clock_mhz:g}",
        clock_period_ns=f"{1e3 / plan.cluster.clock_mhz:.4g}",
        ports=tuple(_port(port) for port in network.ports),
        host_ports=_host_ports(network),
        sections=tuple(_section(network.top, section) for section in network.sections),
        links=_links(plan, network.board),
    )


def chain_context(plan: Plan, networks: tuple[BoardNetwork, ...]) -> ChainContext:
    """Context of the whole chain's templates."""
    return ChainContext(
        version=__version__,
        network=plan.network.name,
        boards=len(networks),
        cables=_cables(networks),
        calls=tuple(
            CallText(
                network.top,
                f"{network.top}/src/{network.top}.cpp",
                tuple(_chain_stream(network.board, port) for port in network.ports),
            )
            for network in networks
        ),
        host_ports=_host_ports(networks[0]),
    )


def _chain_stream(board: int, port: Port) -> str:
    """Name of the native stream at a port."""
    return port.name if port.side is LinkSide.HOST else f"board_{board}_{port.name}"


def _cables(networks: tuple[BoardNetwork, ...]) -> tuple[CableText, ...]:
    cables = []
    for lower_board in range(len(networks) - 1):
        cpp = next(port.word.cpp for port in networks[lower_board].ports if port.name == "up_tx")
        ends = (
            ("up", f"board_{lower_board}_up_tx", f"board_{lower_board + 1}_down_rx"),
            ("down", f"board_{lower_board + 1}_down_tx", f"board_{lower_board}_up_rx"),
        )
        for direction, source, target in ends:
            tag = f"Link{lower_board}{direction.capitalize()}"
            cables.append(CableText(f"link_{lower_board}_{direction}", tag, cpp, source, target))
    return tuple(cables)


def _host_ports(network: BoardNetwork) -> tuple[PortText, ...]:
    return tuple(_port(port) for port in network.ports if port.side is LinkSide.HOST)


def _port(port: Port) -> PortText:
    return PortText(
        name=port.name,
        cpp=port.word.cpp,
        bits=port.word.bits,
        is_input=port.direction is PortDirection.IN,
    )


def _section(top: str, section: Section) -> SectionText:
    return SectionText(
        title=section.title,
        streams=tuple(_stream(top, stream) for stream in section.streams),
        tasks=tuple(_task(task) for task in section.tasks),
        structs=tuple(_struct(task) for task in section.tasks),
    )


def _stream(top: str, stream: Stream) -> StreamText:
    array_depth = None if stream.count is None else ArrayDepthText(f"{top}.{stream.name}", stream.depth)
    return StreamText(stream.name, _declaration(top, stream), stream.storage.value, stream.comment, array_depth)


def _declaration(top: str, stream: Stream) -> str:
    """In one line or two. A single stream also gets the name by which native simulation speaks of it."""
    if stream.count is not None:
        return f"hls_thread_local hls::stream<{stream.word.cpp}> {stream.name}[{stream.count}];"
    declarator = f'{stream.name}("{top}.{stream.name}");'
    kind = f"hls_thread_local hls::stream<{stream.word.cpp}, {stream.depth}>"
    fits = len(f"{kind} {declarator}") <= LINE_WIDTH
    return f"{kind} {declarator}" if fits else f"{kind}\n        {declarator}"


def _task(task: Task) -> TaskText:
    arguments = [f"{task.config.kernel}<config::{task.config_name}>", *(str(argument) for argument in task.arguments)]
    lines = textwrap.wrap(", ".join(arguments), LINE_WIDTH, break_long_words=False, break_on_hyphens=False)
    return TaskText(task.name, tuple(lines), task.comment)


def _struct(task: Task) -> StructText:
    members = tuple(_member(name, value) for name, value in task.config.members())
    return StructText(task.config_name, f"{task.comment}{_cost(task.config)}", members)


def _cost(config: Config) -> str:
    """Fold and cycles of an engine, cycles of another process."""
    cycles = config.cycles
    if cycles is None:
        return ""
    text = f"; {cycles} cycles an image"
    if isinstance(config, ConvEngineConfig | GradientEngineConfig):
        multipliers = config.p_in * config.p_out * config.p_tap
        return f"; fold {config.fold} on {multipliers} multipliers{text}"
    return text


def _member(name: str, value: int | tuple[int, ...] | Word) -> Member:
    match value:
        case Word():
            return Member(f"using {name} = {value.cpp};")
        case tuple():
            values = ", ".join(str(entry) for entry in value)
            return Member(f"static constexpr int {name}[{len(value)}] = {{{values}}};")
        case int():
            return Member(f"static constexpr int {name} = {value};")


def _links(plan: Plan, board: int) -> tuple[LinkText, ...]:
    links = []
    if board > 0:
        links.append(_link(plan, board - 1, "down", board - 1))
    if board < len(plan.cluster.boards) - 1:
        links.append(_link(plan, board, "up", board + 1))
    return tuple(links)


def _link(plan: Plan, index: int, name: str, other_board: int) -> LinkText:
    cable, link = plan.cluster.links[index], plan.links[index]
    received, sent = (link.up, link.down) if name == "down" else (link.down, link.up)
    return LinkText(
        name=name,
        index=index,
        other_board=other_board,
        flit_bits=cable.flit_bits,
        payload_bits=payload_bits(plan, index),
        flits_per_cycle=f"{cable.flits_per_cycle(plan.cluster.clock_mhz):.6g}",
        latency_cycles=cable.latency_cycles,
        directions=(
            DirectionText(f"{name}_rx", "received", tuple(_link_stream(*entry) for entry in enumerate(received))),
            DirectionText(f"{name}_tx", "sent", tuple(_link_stream(*entry) for entry in enumerate(sent))),
        ),
        received_traffic=f"link_{index}_{'up' if name == 'down' else 'down'}",
        sent_traffic=f"link_{index}_{name}",
        received_credits=tuple(stream.credits for stream in received),
        sent_credits=tuple(stream.credits for stream in sent),
    )


def _link_stream(index: int, stream: LinkStream) -> LinkStreamText:
    return LinkStreamText(
        id=index,
        carried=stream.carried.value,
        tensor=stream.tensor,
        describe=describe(stream),
        word_bits=stream.word_bits,
        flits_per_word=stream.flits_per_word,
        words_per_image=stream.words_per_image,
        credits=stream.credits,
    )
