"""The chain of boards as one program: every board's Verilator model in lockstep, joined by modelled links.

Cycle-exact and deterministic: a link's latency lets boards run apart by that many cycles and see no difference.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2

from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.tools import compile_object, link, run_tool, runtime_objects
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.sim.chain_report import ChainRun, check_end, count_words, read_run
from fpdeep_gen.sim.rtl import RtlBoard, RtlPort
from fpdeep_gen.sim.toolchain import Effort, files_key, run_watched
from fpdeep_gen.sim.verilate import VerilatedModel, build_models
from fpdeep_gen.sim.words import Words, write_words

HARNESS = Path(__file__).parent / "harness"
NO_LINK_QUANTUM = 1024


@dataclass(frozen=True)
class LinkModel:
    """The cable between board `index` and the next, each way: rate in flits a cycle (at most 1) and latency >= 1."""

    flits_per_cycle: float
    latency_cycles: int


@dataclass(frozen=True)
class Watch:
    """Log the cycle of every `words`-th word taken from FIFO `fifo` of board `board`."""

    board: int
    fifo: str
    words: int


@dataclass(frozen=True)
class ChainModel:
    """A built chain, ready to run."""

    executable: Path
    boards: tuple[RtlBoard, ...]
    links: tuple[LinkModel, ...]
    watches: tuple[Watch, ...]


@dataclass(frozen=True)
class Limits:
    """When a run ends by itself: nothing moved for `stall_cycles`; `most_cycles` are over. `drain_cycles` more are run
    after the last expected word, to see words that nobody expects."""

    stall_cycles: int = 100_000
    most_cycles: int = 10**12
    drain_cycles: int = 1024


DEFAULT_LIMITS = Limits()


def links_of(plan: Plan) -> tuple[LinkModel, ...]:
    """Rate and latency of each link as the cluster file gives them."""
    clock = plan.cluster.clock_mhz
    return tuple(LinkModel(link.flits_per_cycle(clock), max(1, link.latency_cycles)) for link in plan.cluster.links)


def build_chain(
    boards: Sequence[RtlBoard],
    links: Sequence[LinkModel],
    watches: Sequence[Watch],
    directory: Path,
    effort: Effort = Effort.QUICK_BUILD,
) -> ChainModel:
    """Build the chain's program in `directory`; models that are already there for equal RTL are used again.

    `ToolError` if Verilator or the compiler fails, or if ports of neighbours don't fit.
    """
    _check_ports(boards, links)
    models = build_models(boards, directory / "models", effort)
    runtime = runtime_objects(directory / "runtime")
    text = _render(boards, links, watches, models)
    key = files_key([text, str(models)], sorted(HARNESS.iterdir()))
    folder = directory / f"chain_{key}"
    executable = folder / "chain"
    if not executable.exists():
        _build_executable(folder, text, models, runtime, effort)
    return ChainModel(executable, tuple(boards), tuple(links), tuple(watches))


def run_chain(
    model: ChainModel,
    inputs: Mapping[str, Words],
    expected: Mapping[str, int],
    directory: Path,
    limits: Limits = DEFAULT_LIMITS,
    threads: int = 1,
    progress: Callable[[int], None] | None = None,
) -> ChainRun:
    """Run until each output `expected` has as many words as it names; their files and the report are in `directory`.

    `progress` hears now and then how many words all outputs have. Raises `SimulationStall` if nothing moves any more
    before that, `ComparisonError` if words come that nobody expects or the time is over.
    """
    input_folder, output_folder = directory / "inputs", directory / "outputs"
    shutil.rmtree(directory, ignore_errors=True)
    input_folder.mkdir(parents=True)
    output_folder.mkdir()
    for name, words in inputs.items():
        write_words(input_folder / f"{name}.bin", words)
    for name, count in expected.items():
        (input_folder / f"{name}.expected").write_text(str(count), encoding="utf-8")
    numbers = (limits.stall_cycles, limits.most_cycles, limits.drain_cycles, threads)
    bits = {port.name: port.bits for board in model.boards for port in board.ports if port.name in expected}
    command = [str(model.executable), str(input_folder), str(output_folder), *map(str, numbers)]
    run_watched(command, lambda: progress(count_words(output_folder, bits)) if progress else None)
    run = read_run(output_folder, bits, model.watches)
    check_end(run, model.boards, expected)
    return run


def _build_executable(
    folder: Path, text: str, models: Sequence[VerilatedModel], runtime: Sequence[Path], effort: Effort
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "chain_main.cpp"
    source.write_text(text, encoding="utf-8")
    folders = [HARNESS, *(model.directory for model in models)]
    flags = [*effort.flags, *(f"-I{include}" for include in folders)]
    run_tool(compile_object(source, folder / "chain_main.o", flags))
    objects = [folder / "chain_main.o", *runtime, *(path for model in models for path in model.objects)]
    output = folder / "chain.new"
    run_tool(link(objects, output))
    output.rename(folder / "chain")


@dataclass(frozen=True)
class _PortContext:
    name: str
    chunks: int
    link: str | None


@dataclass(frozen=True)
class _FifoContext:
    name: str
    prefix: str


@dataclass(frozen=True)
class _WatchContext:
    index: int
    prefix: str
    words: int


@dataclass(frozen=True)
class _LinkContext:
    name: str
    rate: int
    latency: int
    bits: int


@dataclass(frozen=True)
class _BoardContext:
    top: str
    inputs: tuple[_PortContext, ...]
    outputs: tuple[_PortContext, ...]
    fifos: tuple[_FifoContext, ...]
    watches: tuple[_WatchContext, ...]

    @property
    def file_inputs(self) -> list[_PortContext]:
        return [port for port in self.inputs if port.link is None]

    @property
    def file_outputs(self) -> list[_PortContext]:
        return [port for port in self.outputs if port.link is None]

    @property
    def link_ports(self) -> list[_PortContext]:
        return [port for port in (*self.inputs, *self.outputs) if port.link is not None]


def _render(
    boards: Sequence[RtlBoard],
    links: Sequence[LinkModel],
    watches: Sequence[Watch],
    models: Sequence[VerilatedModel],
) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HARNESS),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    contexts = [_board_context(index, boards[index], watches, models[index]) for index in range(len(boards))]
    return environment.get_template("chain_main.cpp.j2").render(
        name=", ".join(board.top for board in boards),
        boards=contexts,
        links=[context for index, link in enumerate(links) for context in _link_contexts(index, link, boards)],
        quantum=min((link.latency_cycles for link in links), default=NO_LINK_QUANTUM),
    )


def _board_context(index: int, board: RtlBoard, watches: Sequence[Watch], model: VerilatedModel) -> _BoardContext:
    prefixes = model.fifo_prefixes()
    ports = [(port, _PortContext(port.name, port.chunks, _link_name(index, port))) for port in board.ports]
    return _BoardContext(
        top=board.top,
        inputs=tuple(context for port, context in ports if port.is_input),
        outputs=tuple(context for port, context in ports if not port.is_input),
        fifos=tuple(_FifoContext(fifo.name, prefixes[fifo.name]) for fifo in board.fifos if fifo.name in prefixes),
        watches=tuple(
            _WatchContext(number, _prefix(prefixes, board, watch), watch.words)
            for number, watch in enumerate(watches)
            if watch.board == index
        ),
    )


def _prefix(prefixes: Mapping[str, str], board: RtlBoard, watch: Watch) -> str:
    if watch.fifo not in prefixes:
        raise ToolError(f"{board.top}: expected a FIFO {watch.fifo} with counters to watch, found none")
    return prefixes[watch.fifo]


def _link_name(board: int, port: RtlPort) -> str | None:
    names = {
        "down_rx": (board - 1, "up"),
        "down_tx": (board - 1, "down"),
        "up_rx": (board, "down"),
        "up_tx": (board, "up"),
    }
    if port.name not in names:
        return None
    index, direction = names[port.name]
    return f"link_{index}_{direction}"


def _link_contexts(index: int, link: LinkModel, boards: Sequence[RtlBoard]) -> list[_LinkContext]:
    rate = round(min(1.0, link.flits_per_cycle) * 2**32)
    up, down = boards[index].port("up_tx"), boards[index].port("up_rx")
    return [
        _LinkContext(f"link_{index}_{direction}", rate, link.latency_cycles, port.bits)
        for direction, port in (("up", up), ("down", down))
        if port is not None
    ]


def _check_ports(boards: Sequence[RtlBoard], links: Sequence[LinkModel]) -> None:
    if len(links) != len(boards) - 1:
        raise ToolError(f"expected {len(boards) - 1} links for {len(boards)} boards, found {len(links)}")
    for index in range(len(boards) - 1):
        low, high = boards[index], boards[index + 1]
        for name, other in (("up_tx", "down_rx"), ("up_rx", "down_tx")):
            a, b = low.port(name), high.port(other)
            if a is None or b is None or a.bits != b.bits:
                raise ToolError(f"{low.top}.{name} does not fit {high.top}.{other}: {a} against {b}")
