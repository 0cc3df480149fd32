"""What the emitter asks of a plan, and what every process network must hold."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from fpdeep_gen.emit.builder import Key
from fpdeep_gen.emit.configs import Access
from fpdeep_gen.emit.kernels import KERNEL_NAMES
from fpdeep_gen.emit.links import carried_word, payload_bits, stream_key
from fpdeep_gen.emit.network import Argument, BoardNetwork, PortDirection, Stream
from fpdeep_gen.emit.words import WEIGHT, Word
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.plan.model import Carried, LinkStream, Plan


def check_plan(plan: Plan) -> None:
    """Raise `InputError` with everything in the plan that can't be lowered."""
    problems = [*_slice_problems(plan), *_format_problems(plan), *_link_problems(plan)]
    if problems:
        raise InputError(problems)


def check_network(network: BoardNetwork) -> None:
    """Raise `InputError` with clashing names and every stream that lacks its one writer and one reader."""
    problems = [*_name_problems(network), *_argument_problems(network), *_access_problems(network)]
    if problems:
        raise InputError(problems)


def _problem(field: str, expected: str, found: object, hint: str = "") -> Problem:
    return Problem(None, None, field, expected, str(found), hint)


def _slice_problems(plan: Plan) -> Iterator[Problem]:
    order = [(piece.layer, piece.out_begin) for piece in plan.slices]
    boards = [piece.board for piece in plan.slices]
    if order != sorted(order) or boards != sorted(boards):
        yield _problem("slices", "slices in chain order: layers, then channels, on ascending boards", order)
    for (tensor, board), count in Counter((piece.layer, piece.board) for piece in plan.slices).items():
        if count > 1:
            yield _problem("slices", f"one slice of layer {tensor} on board {board}", count, "join them")
    for index, layer in enumerate(plan.network.layers):
        ranges = [(piece.out_begin, piece.out_end) for piece in plan.slices if piece.layer == index]
        bounds = [0, *(end for _, end in ranges)]
        if not ranges or ranges != list(pairwise(bounds)) or bounds[-1] != layer.out_channels:
            yield _problem("slices", f"slices that cover channels 0..{layer.out_channels - 1} of {layer.name}", ranges)
        lanes = plan.lanes[index + 1]
        if any(begin % lanes for begin, _ in ranges):
            yield _problem("slices", f"slices of {layer.name} that begin on a multiple of {lanes} channels", ranges)


def _format_problems(plan: Plan) -> Iterator[Problem]:
    network = plan.network
    for index, layer in enumerate(network.layers):
        formats = layer.formats
        if formats.weight.width != WEIGHT.width:
            yield _problem(f"layers[{index}].formats.weight", f"{WEIGHT.width} bits", formats.weight.width)
        source = network.tensor_format(index).fraction
        if source + formats.weight.fraction < formats.output.fraction:
            yield _problem(
                f"layers[{index}].formats.output",
                f"at most {source + formats.weight.fraction} fraction bits, the product's",
                formats.output.fraction,
            )
        target = network.layers[index - 1].formats.error.fraction if index else 0
        if index and formats.error.fraction + formats.weight.fraction < target:
            yield _problem(
                f"layers[{index - 1}].formats.error",
                f"at most {formats.error.fraction + formats.weight.fraction} fraction bits, the product's",
                target,
            )
        update = source + formats.error.fraction + plan.learning_rate_fraction - formats.weight.fraction
        if update <= 0:
            yield _problem(f"layers[{index}].formats.weight", "a weight coarser than its gradient step", update)


def _link_problems(plan: Plan) -> Iterator[Problem]:
    for link in plan.links:
        up, down = _needed(plan, link.index)
        for name, streams, needed in (("up", link.up, up), ("down", link.down, down)):
            field = f"links[{link.index}].{name}"
            found = [stream_key(stream) for stream in streams]
            if Counter(found) != Counter(needed):
                yield _problem(field, f"streams {_keys(needed)}", _keys(found))
                continue
            for index, stream in enumerate(streams):
                yield from _stream_problems(plan, link.index, f"{field}[{index}]", stream)


def _keys(keys: list[Key]) -> str:
    return ", ".join(f"{carried.value} {tensor}" for carried, tensor in keys)


def _stream_problems(plan: Plan, link: int, field: str, stream: LinkStream) -> Iterator[Problem]:
    bits = carried_word(plan, stream).bits
    flits = -(-bits // payload_bits(plan, link))
    if (stream.word_bits, stream.flits_per_word) != (bits, flits):
        found = f"{stream.word_bits} bits in {stream.flits_per_word} flits"
        yield _problem(field, f"words of {bits} bits in {flits} flits", found)
    if stream.credits < 1:
        yield _problem(f"{field}.credits", "at least 1", stream.credits)


def _needed(plan: Plan, link: int) -> tuple[list[Key], list[Key]]:
    """What has to go over link `link`, up and down."""
    below = [piece for piece in plan.slices if piece.board <= link]
    above = [piece for piece in plan.slices if piece.board > link]
    if not above:
        return [], []
    up: list[Key] = [(Carried.COMMAND, 0), (Carried.LABEL, 0), (Carried.LOAD, 0)]
    down: list[Key] = [(Carried.RESULT, 0), (Carried.DUMP, 0)]
    first = above[0].layer
    up.append((Carried.FEATURE, first))
    is_cut = bool(below) and below[-1].layer == first
    if is_cut:
        up.append((Carried.FEATURE, first + 1))
        down.append((Carried.ERROR, first + 1))
    if first > 0:
        down.append((Carried.PARTIAL if is_cut else Carried.ERROR, first))
    return up, down


def _name_problems(network: BoardNetwork) -> Iterator[Problem]:
    variables = [
        *(port.name for port in network.ports),
        *(stream.name for stream in network.streams()),
        *(task.name for task in network.tasks()),
    ]
    names = {"": variables, "configuration ": [task.config_name for task in network.tasks()]}
    for kind, found in names.items():
        for name, count in Counter(found).items():
            if count > 1 or name in KERNEL_NAMES:
                yield _problem(
                    f"{network.top}.{name}",
                    f"a {kind}name of its own",
                    f"{count} of it" if count > 1 else "the name of a kernel",
                    "rename the layer that it comes from",
                )


def _argument_problems(network: BoardNetwork) -> Iterator[Problem]:
    streams = {stream.name: stream for stream in network.streams()}
    ports = {port.name: port.word for port in network.ports}
    for task in network.tasks():
        specs = task.config.ports()
        if len(specs) != len(task.arguments):
            yield _problem(f"{network.top}.{task.name}", f"{len(specs)} streams", len(task.arguments))
            continue
        for spec, argument in zip(specs, task.arguments, strict=True):
            field = f"{network.top}.{task.name}({argument})"
            found = _argument_type(streams, ports, argument)
            if found != (spec.word, spec.count):
                yield _problem(field, _type_text((spec.word, spec.count)), _type_text(found))


def _argument_type(
    streams: dict[str, Stream], ports: dict[str, Word], argument: Argument
) -> tuple[Word, int | None] | None:
    """(word, members) of what is given; None where there is no such stream."""
    stream = streams.get(argument.stream)
    if stream is None:
        word = ports.get(argument.stream)
        return None if word is None or argument.index is not None else (word, None)
    if argument.index is None:
        return (stream.word, stream.count)
    in_range = stream.count is not None and 0 <= argument.index < stream.count
    return (stream.word, None) if in_range else None


def _type_text(found: tuple[Word, int | None] | None) -> str:
    if found is None:
        return "no such stream"
    word, count = found
    return f"a stream of {word.cpp}" if count is None else f"an array of {count} streams of {word.cpp}"


def _access_problems(network: BoardNetwork) -> Iterator[Problem]:
    counts: dict[Access, Counter[str]] = {access: Counter() for access in Access}
    sizes = {stream.name: stream.count for stream in network.streams()}
    for task in network.tasks():
        for spec, argument in zip(task.config.ports(), task.arguments, strict=False):
            counts[spec.access].update(_ends(sizes, argument))
    for stream in network.streams():
        for end in _ends(sizes, Argument(stream.name)):
            for access in Access:
                if counts[access][end] != 1:
                    yield _problem(f"{network.top}.{end}", f"1 {_PARTY[access]}", counts[access][end])
    for port in network.ports:
        own = Access.READ if port.direction is PortDirection.IN else Access.WRITE
        for access in Access:
            expected = int(access is own)
            if counts[access][port.name] != expected:
                yield _problem(f"{network.top}.{port.name}", f"{expected} {_PARTY[access]}", counts[access][port.name])


_PARTY = {Access.READ: "reader", Access.WRITE: "writer"}


def _ends(sizes: dict[str, int | None], argument: Argument) -> list[str]:
    """Names of the single streams that an argument stands for."""
    count = sizes.get(argument.stream)
    if argument.index is not None or count is None:
        return [str(argument)]
    return [f"{argument.stream}[{index}]" for index in range(count)]
