"""Tensors of a simulated plan: who makes their rows, over which links they go, who takes them."""

from collections import defaultdict, deque
from collections.abc import Sequence
from typing import TypeAlias

from fpdeep_gen.errors import Problem
from fpdeep_gen.partition.model import Carried, Phase, Range
from fpdeep_gen.sim.rows.events import Counter
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
from fpdeep_gen.sim.rows.streams import Passage, Source, carry, stream_bits

Local: TypeAlias = dict[int, list[Source]]
"""Sources on each board."""

Arrivals: TypeAlias = dict[tuple[bool, int], dict[int, Source]]
"""What arrives over each link, upwards or downwards, by the board that made it."""

Part: TypeAlias = tuple[int, Range, Range]
"""Board, channels and columns of a part of a tensor."""


class Wiring:
    """Starts all processes of `machine`. `problems`: what lacks for it to run."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.events = machine.events
        self.network = machine.network
        self.bits = stream_bits(machine.plan)
        self.problems: list[Problem] = []

    def wire(self) -> None:
        """Wires all tensors, features first."""
        machine, layers = self.machine, len(self.network.layers)
        machine.updates()
        pixels = self.events.counter("rows of pixels")
        self.events.start("the host", machine.host(pixels))
        image = (0, Range(0, self.network.input_channels), Range(0, self.network.input_columns))
        self._features(0, {0: [self._rows(pixels, 0)]}, {0: 1.0}, [image])
        for tensor in range(1, layers):
            makers = machine.shares[tensor - 1, Phase.FORWARD]
            self._features(tensor, *self._made(makers, tensor))
        home, errors = self._loss()
        whole = (home, Range(0, self.network.layers[-1].out_channels), Range(0, self.network.layers[-1].out_columns))
        self._errors(layers, {home: [self._rows(errors, layers)]}, {home: 1.0}, [whole])
        for tensor in range(layers - 1, 0, -1):
            makers = machine.shares[tensor, Phase.BACKWARD]
            local, bits, parts = self._made(makers, tensor)
            if any(machine.plan.shares[index].partial for index in makers):
                home, local = self._sum_up(tensor, local)
                channels, _, columns = self.network.tensor_shape(tensor)
                bits, parts = {home: 1.0}, [(home, Range(0, channels), Range(0, columns))]
            self._errors(tensor, local, bits, parts)

    def _rows(self, counter: Counter, tensor: int) -> Source:
        rows = moved_rows(self.network, tensor)
        return Source(counter, rows, tuple(range(1, rows + 1)))

    def _made(self, makers: Sequence[int], tensor: int) -> tuple[Local, dict[int, float], list[Part]]:
        """What the shares make of a tensor (or of its error): sources and bits by board, and the parts."""
        local: Local = defaultdict(list)
        bits: dict[int, float] = defaultdict(float)
        parts: list[Part] = []
        _, rows, _ = self.network.tensor_shape(tensor)
        width = self.network.tensor_format(tensor).width
        for index in makers:
            share = self.machine.plan.shares[index]
            if share.phase is Phase.FORWARD:
                channels, needed = share.outputs, steps_for_features(self.network, share)
                steps = len(feature_steps(self.network, share))
            else:
                channels, needed = share.inputs, steps_for_errors(self.network, share)
                steps = len(backward_steps(self.network, share))
            columns = made_columns(self.network, share)
            parts.append((share.board, channels, columns))
            local[share.board].append(Source(self.machine.made[index], steps, tuple(needed)))
            bits[share.board] += channels.size * columns.size * rows * width
        return local, bits, parts

    def _takers(self, layer: int, phases: tuple[Phase, Phase]) -> dict[int, list[int]]:
        takers: dict[int, list[int]] = defaultdict(list)
        for phase in phases:
            for index in self.machine.shares[layer, phase]:
                takers[self.machine.plan.shares[index].board].append(index)
        return dict(sorted(takers.items()))

    def _features(self, tensor: int, local: Local, bits: dict[int, float], makers: list[Part]) -> None:
        rows = moved_rows(self.network, tensor)
        arrivals = self._streams(Carried.FEATURE, tensor, local, bits)
        for board, indices in self._takers(tensor, (Phase.FORWARD, Phase.GRADIENT)).items():
            shares = [(index, self.machine.plan.shares[index]) for index in indices]
            parts = [(board, share.inputs, feature_columns(self.network, share)) for _, share in shares]
            sources = self._sources(f"features of tensor {tensor}", parts, makers, local, arrivals)
            there = self.events.counter(f"rows of tensor {tensor} on board {board}")
            self.machine.land(tensor, board, sources, there)
            for index, share in shares:
                if share.phase is Phase.FORWARD:
                    self.machine.engine(index, there, rows, feature_steps(self.network, share))

    def _errors(self, tensor: int, local: Local, bits: dict[int, float], makers: list[Part]) -> None:
        """Errors of tensor `tensor`, taken by layer `tensor` - 1."""
        rows = moved_rows(self.network, tensor)
        arrivals = self._streams(Carried.ERROR, tensor, local, bits)
        for board, indices in self._takers(tensor - 1, (Phase.BACKWARD, Phase.GRADIENT)).items():
            shares = [(index, self.machine.plan.shares[index]) for index in indices]
            parts = [(board, share.outputs, error_columns(self.network, share)) for _, share in shares]
            sources = self._sources(f"errors of tensor {tensor}", parts, makers, local, arrivals)
            there = self.events.counter(f"rows of tensor {tensor}'s error on board {board}")
            self.events.start(f"errors of tensor {tensor} for board {board}", self.machine.arrive(sources, there))
            for index, share in shares:
                make = backward_steps if share.phase is Phase.BACKWARD else gradient_steps
                self.machine.engine(index, there, rows, make(self.network, share))

    def _loss(self) -> tuple[int, Counter]:
        """The loss is computed on the highest board that makes a part of the last layer's outputs."""
        layers = len(self.network.layers)
        local, bits, parts = self._made(self.machine.shares[layers - 1, Phase.FORWARD], layers)
        arrivals = self._streams(Carried.FEATURE, layers, local, bits)
        home = max(board for board, _, _ in parts)
        whole = (home, Range(0, self.network.layers[-1].out_channels), Range(0, self.network.layers[-1].out_columns))
        sources = self._sources("outputs for the loss", [whole], parts, local, arrivals)
        return home, self.machine.loss(sources)

    def _sum_up(self, tensor: int, local: Local) -> tuple[int, Local]:
        """Partial sums run along the chain from both ends; the board where they meet makes the error's rows."""
        of_tensor = [key for key in self.bits if key[:2] == (Carried.PARTIAL, tensor)]
        up = sorted(link for _, _, upwards, link in of_tensor if upwards)
        down = sorted((link for _, _, upwards, link in of_tensor if not upwards), reverse=True)
        home = up[-1] + 1 if up else down[-1] if down else min(local)
        all_sums = list(local[home])
        for links, upwards in ((up, True), (down, False)):
            before: Passage | None = None
            for link in links:
                own = local.get(link if upwards else link + 1, [])
                bits = self.bits[Carried.PARTIAL, tensor, upwards, link]
                before = self._carry(
                    f"partial sums of tensor {tensor}'s error", tensor, upwards, link, own, before, bits
                )
            if before is not None:
                all_sums.append(self._rows(before.arrived, tensor))
        summed = self.events.counter(f"rows of tensor {tensor}'s error")
        self.events.start(f"sums of tensor {tensor}'s error on board {home}", self.machine.arrive(all_sums, summed))
        return home, {home: [self._rows(summed, tensor)]}

    def _streams(self, carried: Carried, tensor: int, local: Local, made: dict[int, float]) -> Arrivals:
        """Starts all streams of a tensor: over each link one for each board that made a part of it, which share the
        bits there as they share the tensor."""
        arrivals: Arrivals = defaultdict(dict)
        for upwards in (True, False):
            links = {link for *key, link in self.bits if tuple(key) == (carried, tensor, upwards)}
            for origin, own in local.items():
                before: Passage | None = None
                link = origin if upwards else origin - 1
                while link in links:
                    makers = [board for board in local if (board <= link if upwards else board > link)]
                    part = made[origin] / sum(made[board] for board in makers)
                    bits = self.bits[carried, tensor, upwards, link] * part
                    name = f"{carried.value}s of tensor {tensor} from board {origin}"
                    before = self._carry(name, tensor, upwards, link, [] if before else own, before, bits)
                    arrivals[upwards, link][origin] = self._rows(before.arrived, tensor)
                    link += 1 if upwards else -1
        return arrivals

    def _carry(
        self, what: str, tensor: int, upwards: bool, link: int, own: list[Source], before: Passage | None, bits: float
    ) -> Passage:
        """Starts one stream over one link."""
        rows = moved_rows(self.network, tensor)
        name = f"{what} over link {link}"
        after = Passage(self.events.counter(f"{name}, begun"), self.events.counter(name), deque())
        direction = self.machine.directions[upwards, link]
        images = self.machine.images
        self.events.start(name, carry(self.events, direction, own, before, bits / rows, after, rows, images))
        return after

    def _sources(
        self, what: str, takers: list[Part], makers: list[Part], local: Local, arrivals: Arrivals
    ) -> list[Source]:
        """All that a board must wait for: what it makes itself, and streams from the sides where parts are made that
        it needs."""
        board = takers[0][0]
        met = {
            made_on
            for made_on, channels, columns in makers
            if any(meet(channels, wanted) and meet(columns, across) for _, wanted, across in takers)
        }
        found = list(local.get(board, [])) if board in met else []
        for maker in sorted(met - {board}):
            upwards = maker < board
            link = board - 1 if upwards else board
            if maker in arrivals.get((upwards, link), {}):
                found.append(arrivals[upwards, link][maker])
            else:
                expected = f"a stream {'up' if upwards else 'down'} link {link} from board {maker} to board {board}"
                self.problems.append(Problem(None, None, what, expected, "none"))
        return found
