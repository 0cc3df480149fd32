"""Tensors of a simulated plan: who makes their rows, over which links they go, who takes them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TypeAlias

from fpdeep_gen.errors import Problem
from fpdeep_gen.partition.model import Carried, Phase, Range, Share
from fpdeep_gen.sim.rows.batch_end import BatchEnd
from fpdeep_gen.sim.rows.geometry import (
    backward_steps,
    error_columns,
    feature_columns,
    feature_steps,
    gradient_steps,
    made_columns,
    meet,
    moved_rows,
    steps_for_errors,
    steps_for_features,
)
from fpdeep_gen.sim.rows.machine import Machine
from fpdeep_gen.sim.rows.streams import Output, Passage, Source, carry

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
            self._features(tensor, *self._made(makers, tensor))
        home, errors = self._loss()
        whole = (home, Range(0, self.network.layers[-1].out_channels), Range(0, self.network.layers[-1].out_columns))
        self._errors(layers, {home: [self._rows(errors, layers)]}, [whole])
        for tensor in range(layers - 1, 0, -1):
            makers = machine.shares[tensor, Phase.BACKWARD]
            local, parts = self._made(makers, tensor)
            if any(machine.plan.shares[index].partial for index in makers):
                home, local = self._sum_up(tensor, local)
                channels, _, columns = self.network.tensor_shape(tensor)
                parts = [(home, Range(0, channels), Range(0, columns))]
            self._errors(tensor, local, parts)

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
        found = self._brought(Carried.FEATURE, tensor, local, makers, parts)
        for board, shares in takers.items():
            there = self.events.counter(f"rows of tensor {tensor} on board {board}")
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
        found = self._brought(Carried.ERROR, tensor, local, makers, parts)
        count = len(self.machine.together(Carried.ERROR, tensor).sizes)
        for board, shares in takers.items():
            there = self.events.counter(f"rows of tensor {tensor}'s error on board {board}")
            name = f"errors of tensor {tensor} for board {board}"
            self.events.start(name, self.machine.arrive(found[board], there, count))
            for index, share in shares:
                make = backward_steps if share.phase is Phase.BACKWARD else gradient_steps
                self.machine.engine(index, there, rows, make(self.network, share))

    def _loss(self) -> tuple[int, Output]:
        """The loss is computed on the highest board that makes a part of the last layer's outputs."""
        layers = len(self.network.layers)
        local, parts = self._made(self.machine.shares[layers - 1, Phase.FORWARD], layers)
        home = max(board for board, _, _ in parts)
        whole = (home, Range(0, self.network.layers[-1].out_channels), Range(0, self.network.layers[-1].out_columns))
        return home, self.machine.loss(self._brought(Carried.FEATURE, layers, local, parts, {home: [whole]})[home])

    def _sum_up(self, tensor: int, local: Local) -> tuple[int, Local]:
        """Partial sums run along the chain from both ends; the board where they meet makes the error's rows."""
        of_tensor = [key for key in self.machine.streams if key[:2] == (Carried.PARTIAL, tensor)]
        up = sorted(link for _, _, upwards, link in of_tensor if upwards)
        down = sorted((link for _, _, upwards, link in of_tensor if not upwards), reverse=True)
        home = up[-1] + 1 if up else down[-1] if down else min(local)
        all_sums = list(local[home])
        for links, upwards in ((up, True), (down, False)):
            before: Passage | None = None
            for link in links:
                own = list(local.get(link if upwards else link + 1, []))
                if before is not None:
                    own.append(self._rows(before.output, tensor))
                before = self._carry(Carried.PARTIAL, tensor, upwards, link, own, (True, False))
            if before is not None:
                all_sums.append(self._rows(before.output, tensor))
        summed = Output(self.events, f"rows of tensor {tensor}'s error")
        count = len(self.machine.together(Carried.PARTIAL, tensor).sizes)
        name = f"sums of tensor {tensor}'s error on board {home}"
        self.events.start(name, self.machine.add_up(all_sums, summed, count))
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
            arrived: dict[int, Passage] = {}
            for link in sorted(links, reverse=not upwards):
                sender = link if upwards else link + 1
                over = {maker for maker, taker in ways if (taker > sender if upwards else taker < sender)}
                on_way = any((maker < sender if upwards else maker > sender) for maker in over)
                before = arrived.get(sender) if on_way else None
                own = list(local.get(sender, [])) if sender in over or before is None else []
                if before is not None:
                    own.append(self._rows(before.output, tensor))
                if own:
                    receiver = link + 1 if upwards else link
                    goes_on = any((taker > receiver if upwards else taker < receiver) for _, taker in ways)
                    taken = any(taker == receiver for _, taker in ways)
                    arrived[receiver] = self._carry(carried, tensor, upwards, link, own, (goes_on, taken))
            for board in sorted({taker for _, taker in ways}):
                if board in arrived:
                    found[board].append(self._rows(arrived[board].output, tensor))
                else:
                    maker = min((maker for maker, taker in ways if taker == board), key=lambda one: abs(one - board))
                    link = board - 1 if upwards else board
                    expected = f"a stream {'up' if upwards else 'down'} link {link} from board {maker} to board {board}"
                    self.problems.append(Problem(None, None, f"{carried.value}s of tensor {tensor}", expected, "none"))
        return found

    def _carry(
        self,
        carried: Carried,
        tensor: int,
        upwards: bool,
        link: int,
        sources: list[Source],
        use: tuple[bool, bool],
    ) -> Passage:
        """Starts one stream over one link. `use`: whether it goes on, and whether the receiving board takes it."""
        rows = moved_rows(self.network, tensor)
        name = f"{carried.value}s of tensor {tensor} {'up' if upwards else 'down'} link {link}"
        after = Passage(Output(self.events, name), *use)
        stream = self.machine.streams[carried, tensor, upwards, link]
        latency = self.machine.plan.links[link].latency_cycles
        sizes = self.machine.together(carried, tensor).sizes
        self.events.start(name, carry(self.events, stream, latency, sources, after, rows, sizes))
        return after
