"""Tensors of a simulated plan: who makes their rows, over which links they go, who takes them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import TypeAlias

from fpdeep_gen.errors import Problem
from fpdeep_gen.partition.model import Carried, Phase, Range, Share, Waits
from fpdeep_gen.sim.rows.batch_end import BatchEnd
from fpdeep_gen.sim.rows.carry import add_up, carry
from fpdeep_gen.sim.rows.fifos import Fifo, Landing, Place, Sent
from fpdeep_gen.sim.rows.geometry import (
    backward_steps,
    error_columns,
    error_width,
    feature_columns,
    feature_steps,
    feature_width,
    gradient_steps,
    made_columns,
    meet,
    moved_rows,
    steps_for_errors,
    steps_for_features,
)
from fpdeep_gen.sim.rows.machine import Machine
from fpdeep_gen.sim.rows.streams import Output, Passage, Source

Local: TypeAlias = dict[int, list[Source]]
"""Sources on each board."""

Part: TypeAlias = tuple[int, Range, Range]
"""Board, channels and columns of a part of a tensor."""


class Wiring:
    """Starts all processes of `machine`. `problems`: what lacks for it to run."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.events = machine.events
        self.network = machine.network
        self.problems: list[Problem] = []
        self.room = {(one.board, one.carried, one.tensor, one.waits): one.bits for one in machine.plan.fifos}

    def wire(self) -> None:
        """Wires all tensors, features first."""
        machine, layers = self.machine, len(self.network.layers)
        BatchEnd(machine).start()
        pixels = Output(self.events, "rows of pixels")
        self.events.start("the host", machine.host(pixels))
        image = (0, Range(0, self.network.input_channels), Range(0, self.network.input_columns))
        self._features(0, {0: [self._rows(pixels, 0)]}, [image])
        for tensor in range(1, layers):
            makers = machine.shares[tensor - 1, Phase.FORWARD]
            self._features(tensor, *self._summed(Carried.SUM, tensor, makers))
        home, errors = self._loss()
        whole = (home, Range(0, self.network.layers[-1].out_channels), Range(0, self.network.layers[-1].out_columns))
        self._errors(layers, {home: [self._rows(errors, layers)]}, [whole])
        for tensor in range(layers - 1, 0, -1):
            makers = machine.shares[tensor, Phase.BACKWARD]
            self._errors(tensor, *self._summed(Carried.PARTIAL, tensor, makers))

    def _rows(self, output: Output, tensor: int) -> Source:
        rows = moved_rows(self.network, tensor)
        return Source(output, rows, tuple(range(1, rows + 1)))

    def _made(self, makers: Sequence[int], tensor: int) -> tuple[Local, list[Part]]:
        """What the shares make of a tensor (or of its error): sources by board, and the parts."""
        local: Local = defaultdict(list)
        parts: list[Part] = []
        for index in makers:
            share = self.machine.plan.shares[index]
            if share.phase is Phase.FORWARD:
                channels, needed = share.outputs, steps_for_features(self.network, share)
                steps = len(feature_steps(self.network, share))
            else:
                channels, needed = share.inputs, steps_for_errors(self.network, share)
                steps = len(backward_steps(self.network, share))
            parts.append((share.board, channels, made_columns(self.network, share)))
            local[share.board].append(Source(self.machine.outputs[index], steps, tuple(needed)))
        return local, parts

    def _summed(self, carried: Carried, tensor: int, makers: Sequence[int]) -> tuple[Local, list[Part]]:
        """The same; where sums are spread the board where they meet makes all of it."""
        local, parts = self._made(makers, tensor)
        if any(self.machine.plan.shares[index].partial for index in makers):
            home, local = self._sum_up(carried, tensor, local, parts)
            channels, _, columns = self.network.tensor_shape(tensor)
            parts = [(home, Range(0, channels), Range(0, columns))]
        return local, parts

    def _takers(self, layer: int, phases: tuple[Phase, Phase]) -> dict[int, list[tuple[int, Share]]]:
        takers: dict[int, list[tuple[int, Share]]] = defaultdict(list)
        for phase in phases:
            for index in self.machine.shares[layer, phase]:
                share = self.machine.plan.shares[index]
                takers[share.board].append((index, share))
        return dict(sorted(takers.items()))

    def _features(self, tensor: int, local: Local, makers: list[Part]) -> None:
        rows = moved_rows(self.network, tensor)
        takers = self._takers(tensor, (Phase.FORWARD, Phase.GRADIENT))
        parts = {
            board: [(board, share.inputs, feature_columns(self.network, share)) for _, share in shares]
            for board, shares in takers.items()
        }
        local = self._with_fifos(Carried.FEATURE, tensor, local, makers, feature_width(self.machine.plan, tensor))
        found = self._brought(Carried.FEATURE, tensor, local, makers, parts)
        for board, shares in takers.items():
            there = self._landing(Carried.FEATURE, tensor, board, found[board])
            self.machine.land(tensor, board, found[board], there)
            for index, share in shares:
                if share.phase is Phase.FORWARD:
                    self.machine.engine(index, there, rows, feature_steps(self.network, share))

    def _errors(self, tensor: int, local: Local, makers: list[Part]) -> None:
        """Errors of tensor `tensor`, taken by layer `tensor` - 1."""
        rows = moved_rows(self.network, tensor)
        takers = self._takers(tensor - 1, (Phase.BACKWARD, Phase.GRADIENT))
        parts = {
            board: [(board, share.outputs, error_columns(self.network, share)) for _, share in shares]
            for board, shares in takers.items()
        }
        local = self._with_fifos(Carried.ERROR, tensor, local, makers, error_width(self.machine.plan, tensor))
        found = self._brought(Carried.ERROR, tensor, local, makers, parts)
        count = len(self.machine.together(Carried.ERROR, tensor).sizes)
        for board, shares in takers.items():
            there = self._landing(Carried.ERROR, tensor, board, found[board])
            name = f"errors of tensor {tensor} for board {board}"
            self.events.start(name, self.machine.arrive(found[board], there, count))
            for index, share in shares:
                make = backward_steps if share.phase is Phase.BACKWARD else gradient_steps
                self.machine.engine(index, there, rows, make(self.network, share))

    def _landing(self, carried: Carried, tensor: int, board: int, sources: list[Source]) -> Landing:
        """Where rows are complete on a board: FIFOs of all that is waited for are behind."""
        there = Landing(self.events.counter(f"rows of tensor {tensor}'s {carried.value}s on board {board}"))
        for source in sources:
            if source.fifo is not None:
                source.fifo.landing = there
        return there

    def _loss(self) -> tuple[int, Output]:
        """The loss is computed on the highest board that makes a part of the last layer's outputs."""
        layers = len(self.network.layers)
        makers = self.machine.shares[layers - 1, Phase.FORWARD]
        home = max(self.machine.plan.shares[index].board for index in makers)
        local, parts = self._summed(Carried.SUM, layers, makers)
        local = self._with_fifos(Carried.FEATURE, layers, local, parts, feature_width(self.machine.plan, layers))
        whole = (home, Range(0, self.network.layers[-1].out_channels), Range(0, self.network.layers[-1].out_columns))
        return home, self.machine.loss(self._brought(Carried.FEATURE, layers, local, parts, {home: [whole]})[home])

    def _sum_up(self, carried: Carried, tensor: int, local: Local, makers: list[Part]) -> tuple[int, Local]:
        """Partial sums run along the chain from both ends; the board where they meet makes the tensor's rows, or its
        error's."""
        of_tensor = [key for key in self.machine.streams if key[:2] == (carried, tensor)]
        elements = prod(self.network.tensor_shape(tensor))
        width = max((self.machine.streams[key].bits // elements for key in of_tensor), default=0)
        local = self._with_fifos(carried, tensor, local, makers, width)
        up = sorted(link for _, _, upwards, link in of_tensor if upwards)
        down = sorted((link for _, _, upwards, link in of_tensor if not upwards), reverse=True)
        home = up[-1] + 1 if up else down[-1] if down else min(local)
        all_sums = list(local.get(home, []))
        summed = Output(self.events, f"rows of tensor {tensor} out of {carried.value}s", later=True)
        for links, upwards in ((up, True), (down, False)):
            before: Source | None = None
            for link in links:
                own = list(local.get(link if upwards else link + 1, []))
                if before is not None:
                    own.append(before)
                before = self._carry(carried, tensor, upwards, link, own, False)
            if before is not None:
                all_sums.append(before)
        _leave(all_sums, Sent(summed, 0.0))
        count = len(self.machine.together(carried, tensor).sizes)
        name = f"{carried.value}s of tensor {tensor} on board {home}"
        self.events.start(name, add_up(self.events, all_sums, summed, count))
        return home, {home: [self._rows(summed, tensor)]}

    def _brought(
        self, carried: Carried, tensor: int, local: Local, makers: list[Part], takers: dict[int, list[Part]]
    ) -> dict[int, list[Source]]:
        """Starts a tensor's streams; what each board that takes a part of it must wait for."""
        pairs = {
            (maker, board)
            for board, wanted in takers.items()
            for maker, channels, columns in makers
            if any(meet(channels, others) and meet(columns, across) for _, others, across in wanted)
        }
        found = {board: list(local[board]) if (board, board) in pairs else [] for board in takers}
        for upwards in (True, False):
            links = {link for *key, link in self.machine.streams if tuple(key) == (carried, tensor, upwards)}
            ways = {pair for pair in pairs if (pair[0] < pair[1] if upwards else pair[0] > pair[1])}
            arrived: dict[int, Source] = {}
            for link in sorted(links, reverse=not upwards):
                sender = link if upwards else link + 1
                over = {maker for maker, taker in ways if (taker > sender if upwards else taker < sender)}
                on_way = any((maker < sender if upwards else maker > sender) for maker in over)
                before = arrived.get(sender) if on_way else None
                own = list(local.get(sender, [])) if sender in over or before is None else []
                if before is not None:
                    own.append(before)
                if own:
                    receiver = link + 1 if upwards else link
                    taken = any(taker == receiver for _, taker in ways)
                    arrived[receiver] = self._carry(carried, tensor, upwards, link, own, taken)
            for board in sorted({taker for _, taker in ways}):
                if board in arrived:
                    found[board].append(arrived[board])
                else:
                    maker = min((maker for maker, taker in ways if taker == board), key=lambda one: abs(one - board))
                    link = board - 1 if upwards else board
                    expected = f"a stream {'up' if upwards else 'down'} link {link} from board {maker} to board {board}"
                    self.problems.append(Problem(None, None, f"{carried.value}s of tensor {tensor}", expected, "none"))
        return found

    def _carry(
        self, carried: Carried, tensor: int, upwards: bool, link: int, sources: list[Source], taken: bool
    ) -> Source:
        """Starts one stream over one link. `taken`: whether the receiving board takes it."""
        rows = moved_rows(self.network, tensor)
        name = f"{carried.value}s of tensor {tensor} {'up' if upwards else 'down'} link {link}"
        stream = self.machine.streams[carried, tensor, upwards, link]
        latency = self.machine.plan.links[link].latency_cycles
        sizes = self.machine.together(carried, tensor).sizes
        after = Passage(Output(self.events, name, later=True), taken)
        board, waits = (link + 1, Waits.FROM_BELOW) if upwards else (link, Waits.FROM_ABOVE)
        fifo = self._fifo((board, carried, tensor, waits), stream.bits / rows)
        fifo.come = after.output
        _leave(sources, Sent(after.output, latency, stream.bits / rows / stream.rate))
        self.events.start(name, carry(self.events, stream, latency, sources, after, fifo, sizes))
        return replace(self._rows(after.output, tensor), fifo=fifo)

    def _fifo(self, place: Place, row_bits: float) -> Fifo:
        """The FIFO at a place of a board."""
        _, carried, tensor, _ = place
        rows, sizes = moved_rows(self.network, tensor), self.machine.together(carried, tensor).sizes
        fifo = Fifo(place, self.room.get(place, 0.0), row_bits, rows, sizes)
        self.machine.fifos[place] = fifo
        return fifo

    def _with_fifos(self, carried: Carried, tensor: int, local: Local, makers: list[Part], width: int) -> Local:
        """What boards make of a tensor (elements of `width` bits), through a FIFO on each of them."""
        _, rows, _ = self.network.tensor_shape(tensor)
        found: Local = {}
        for board, sources in local.items():
            parts = {(channels, columns) for maker, channels, columns in makers if maker == board}
            bits = sum(channels.size * columns.size for channels, columns in parts) * rows * width
            fifo = self._fifo((board, carried, tensor, Waits.MADE), bits / moved_rows(self.network, tensor))
            fifo.made = sources
            found[board] = [replace(source, fifo=fifo) for source in sources]
        return found


def _leave(sources: list[Source], sent: Sent) -> None:
    """What comes from the sources leaves their FIFOs."""
    for fifo in {id(source.fifo): source.fifo for source in sources if source.fifo is not None}.values():
        fifo.sent.append(sent)
