"""Lowers a plan to the process network of each board (docs/architecture.md, section 4)."""

from fpdeep_gen.emit.backward import lower_backward
from fpdeep_gen.emit.builder import BoardState, Key, SectionBuilder, members
from fpdeep_gen.emit.check import check_network, check_plan
from fpdeep_gen.emit.control_configs import BroadcastCommandConfig, CollectDumpConfig, DistributeLoadConfig
from fpdeep_gen.emit.depths import RESULT_DEPTH, WEIGHT_STREAM_DEPTH, row_depth
from fpdeep_gen.emit.forward import lower_forward
from fpdeep_gen.emit.geometry import SliceGeometry, slice_geometry
from fpdeep_gen.emit.links import LinkEnd, link_ends, lower_receive, lower_send, stream_key
from fpdeep_gen.emit.map_configs import SoftmaxLossConfig
from fpdeep_gen.emit.network import Argument, BoardNetwork, LinkSide, Port, PortDirection
from fpdeep_gen.emit.words import COMMAND, LABEL, RESULT, WEIGHT, flit, signed_vector
from fpdeep_gen.plan.cost import groups
from fpdeep_gen.plan.depths import COMMAND_DEPTH
from fpdeep_gen.plan.model import Carried, Plan

_COMMAND: Key = (Carried.COMMAND, 0)
_LABEL: Key = (Carried.LABEL, 0)
_LOAD: Key = (Carried.LOAD, 0)
_RESULT: Key = (Carried.RESULT, 0)
_DUMP: Key = (Carried.DUMP, 0)


def lower(plan: Plan) -> tuple[BoardNetwork, ...]:
    """The process network of each board, in chain order.

    Raises `InputError` for a plan that the emitter can't build, with all its problems.
    """
    check_plan(plan)
    networks = tuple(_lower_board(plan, board) for board in range(len(plan.cluster.boards)))
    for network in networks:
        check_network(network)
    return networks


def slice_prefix(plan: Plan, index: int) -> str:
    """Prefix of all names of slice `index`: its layer's name, numbered where the layer is cut."""
    piece = plan.slices[index]
    of_layer = [position for position, other in enumerate(plan.slices) if other.layer == piece.layer]
    name = plan.network.layers[piece.layer].name
    return name if len(of_layer) == 1 else f"{name}_slice{of_layer.index(index)}"


def _lower_board(plan: Plan, board: int) -> BoardNetwork:
    state = BoardState(plan, board)
    pieces = [slice_geometry(plan, index) for index, piece in enumerate(plan.slices) if piece.board == board]
    prefixes = [slice_prefix(plan, piece.index) for piece in pieces]
    ends = {end.side: end for end in link_ends(plan, board)}
    control = SectionBuilder("Commands, weights in and out")
    links = {side: SectionBuilder(_link_title(end)) for side, end in ends.items()}
    slices = [SectionBuilder(_slice_title(piece)) for piece in pieces]
    loss = SectionBuilder("Loss")

    state.from_below = _sources(state, ends, links)
    has_loss = any(piece.is_topmost and piece.plan.layer == len(plan.network.layers) - 1 for piece in pieces)
    _distribute(state, control, pieces, has_loss, ends.get(LinkSide.UP))
    for piece, prefix, section in zip(pieces, prefixes, slices, strict=True):
        lower_forward(state, section, prefix, piece)
    if LinkSide.UP in ends:
        state.from_above = _from_above(state, ends[LinkSide.UP], links[LinkSide.UP], pieces)
    if has_loss:
        _loss(state, loss)
    _collect(state, control, pieces)
    for piece, prefix, section in reversed(list(zip(pieces, prefixes, slices, strict=True))):
        lower_backward(state, section, prefix, piece)
    if LinkSide.UP in ends:
        lower_send(state, links[LinkSide.UP], ends[LinkSide.UP], state.from_below)
    if LinkSide.DOWN in ends:
        lower_send(state, links[LinkSide.DOWN], ends[LinkSide.DOWN], state.from_above)

    sections = [control, *slices, *([loss] if has_loss else []), *links.values()]
    return BoardNetwork(
        board=board,
        top=f"board_{board}",
        ports=_ports(plan, board, ends),
        sections=tuple(section.section() for section in sections if section.tasks),
    )


def _slice_title(piece: SliceGeometry) -> str:
    layer, plan = piece.layer, piece.plan
    return (
        f"Layer {plan.layer}, {layer.name} ({layer.kind.value.replace('_', ' ')}), output channels "
        f"{plan.out_begin} to {plan.out_end - 1} of {layer.out_channels}"
    )


def _link_title(end: LinkEnd) -> str:
    other = end.index if end.side is LinkSide.DOWN else end.index + 1
    return f"Link {end.index}, {'down' if end.side is LinkSide.DOWN else 'up'} to board {other}"


def _ports(plan: Plan, board: int, ends: dict[LinkSide, LinkEnd]) -> tuple[Port, ...]:
    ports = []
    if board == 0:
        pixels = signed_vector(plan.network.input_format.width, plan.lanes[0])
        for name, word in (("command", COMMAND), ("load", WEIGHT), ("pixels", pixels), ("label", LABEL)):
            ports.append(Port(f"host_{name}", word, PortDirection.IN, LinkSide.HOST))
        for name, word in (("result", RESULT), ("dump", WEIGHT)):
            ports.append(Port(f"host_{name}", word, PortDirection.OUT, LinkSide.HOST))
    for side, end in ends.items():
        word = flit(end.payload_bits)
        ports.append(Port(f"{side.value}_rx", word, PortDirection.IN, side))
        ports.append(Port(f"{side.value}_tx", word, PortDirection.OUT, side))
    return tuple(ports)


def _sources(
    state: BoardState, ends: dict[LinkSide, LinkEnd], links: dict[LinkSide, SectionBuilder]
) -> dict[Key, Argument]:
    """What comes from the host (board 0) or from the board below."""
    if state.board == 0:
        return {
            _COMMAND: Argument("host_command"),
            _LOAD: Argument("host_load"),
            (Carried.FEATURE, 0): Argument("host_pixels"),
            _LABEL: Argument("host_label"),
        }
    return lower_receive(state, links[LinkSide.DOWN], ends[LinkSide.DOWN], {})


def _from_above(
    state: BoardState, end: LinkEnd, section: SectionBuilder, pieces: list[SliceGeometry]
) -> dict[Key, Argument]:
    sinks = {}
    if state.board == 0:
        sinks[_RESULT] = Argument("host_result")
    if pieces:
        sinks[_DUMP] = Argument("dumps", len(pieces))
    elif state.board == 0:
        sinks[_DUMP] = Argument("host_dump")
    words = lower_receive(state, section, end, sinks)
    return {key: word for key, word in words.items() if key not in sinks}


def _distribute(
    state: BoardState, control: SectionBuilder, pieces: list[SliceGeometry], has_loss: bool, up: LinkEnd | None
) -> None:
    """Give commands and loads to the board's processes and to the boards above."""
    sent = {stream_key(stream) for stream in up.sent} if up else set()
    takers = sum(3 + piece.fold.has_relu_pool for piece in pieces) + has_loss
    commands = _broadcast(state, control, takers + (_COMMAND in sent))
    loads = _deal_loads(state, control, pieces, _LOAD in sent)
    state.commands = iter(commands[:takers])
    state.loads = {piece.index: load for piece, load in zip(pieces, loads, strict=False)}
    if _COMMAND in sent:
        state.from_below[_COMMAND] = commands[-1]
    if _LOAD in sent:
        state.from_below[_LOAD] = loads[-1]


def _broadcast(state: BoardState, control: SectionBuilder, takers: int) -> list[Argument]:
    source = state.from_below.pop(_COMMAND)
    if takers == 1:
        return [source]
    array = control.stream("commands", COMMAND, COMMAND_DEPTH, "a copy for each process that takes commands", takers)
    control.task(
        "command_broadcast", BroadcastCommandConfig(takers), [source, array], "each command to all that take one"
    )
    return members(array, takers)


def _deal_loads(
    state: BoardState, control: SectionBuilder, pieces: list[SliceGeometry], goes_up: bool
) -> list[Argument]:
    source = state.from_below.pop(_LOAD)
    counts = tuple(piece.stored_weights for piece in pieces)
    if goes_up:
        counts = (*counts, stored_weights_above(state.plan, state.board))
    if len(counts) == 1:
        return [source]
    array = control.stream(
        "loads", WEIGHT, WEIGHT_STREAM_DEPTH, "weights to load, for each store and the boards above", len(counts)
    )
    control.task(
        "load_distributor",
        DistributeLoadConfig(len(counts), counts, WEIGHT.width),
        [source, array],
        "weights to the stores in plan order, the rest to the boards above",
    )
    return members(array, len(counts))


def stored_weights_above(plan: Plan, board: int) -> int:
    """Weights that LOAD and DUMP move for all boards above `board`."""
    return sum(
        slice_geometry(plan, index).stored_weights for index, piece in enumerate(plan.slices) if piece.board > board
    )


def _collect(state: BoardState, control: SectionBuilder, pieces: list[SliceGeometry]) -> None:
    """Gather the dumps of the board's stores and of the boards above."""
    if not pieces:
        return
    from_above = stored_weights_above(state.plan, state.board)
    counts = (*(piece.stored_weights for piece in pieces), *([from_above] if from_above else []))
    dump = (
        Argument("host_dump")
        if state.board == 0
        else control.stream("dump", WEIGHT, WEIGHT_STREAM_DEPTH, "dumped weights of this board and all above")
    )
    array = control.stream(
        "dumps", WEIGHT, WEIGHT_STREAM_DEPTH, "dumped weights of each store and of the boards above", len(counts)
    )
    control.task(
        "dump_collector",
        CollectDumpConfig(len(counts), counts, WEIGHT.width),
        [array, dump],
        "weights of the stores in plan order, then of the boards above",
    )
    state.dumps = {piece.index: Argument("dumps", position) for position, piece in enumerate(pieces)}
    if state.board > 0:
        state.from_above[_DUMP] = dump


def _loss(state: BoardState, section: SectionBuilder) -> None:
    plan = state.plan
    tensor = len(plan.network.layers)
    layer = plan.network.layers[-1]
    formats = layer.formats
    config = SoftmaxLossConfig(
        classes=layer.out_channels,
        lanes=plan.lanes[tensor],
        logit_width=formats.output.width,
        logit_fraction=formats.output.fraction,
        error_width=formats.error.width,
        error_fraction=formats.error.fraction,
    )
    errors = section.stream(
        "logit_errors",
        signed_vector(config.error_width, config.lanes),
        row_depth(groups(config.classes, config.lanes)),
        "derivative of the loss by the logits",
    )
    result = (
        Argument("host_result")
        if state.board == 0
        else section.stream("result", RESULT, RESULT_DEPTH, "probability of the label and the predicted class")
    )
    section.task(
        "loss",
        config,
        [
            next(state.commands),
            state.from_below.pop((Carried.FEATURE, tensor)),
            state.from_below.pop(_LABEL),
            errors,
            result,
        ],
        "softmax cross-entropy",
    )
    state.from_above[Carried.ERROR, tensor] = errors
    if state.board > 0:
        state.from_above[_RESULT] = result
