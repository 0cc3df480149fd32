"""A cycle model of a whole chain: FIFOs with their depths, processes as the loop nests of hls_kernels/, no data.

It stands between the planner's recurrence and the RTL: it shows within seconds at which interval a plan really runs,
how full its caches get, and which depths deadlock it.
"""

import re
from dataclasses import dataclass

from fpdeep_gen.emit.lower import lower
from fpdeep_gen.emit.network import BoardNetwork, Task
from fpdeep_gen.plan.cost import row_words, slice_fold
from fpdeep_gen.plan.depths import burst_depth, gradient_error_depth, partial_word_depth
from fpdeep_gen.plan.model import Plan
from tests.plan.processes import PROCESSES, Clock, Fifo, Run, cable, gradient

STALL_CYCLES = 3000


@dataclass(frozen=True)
class Measured:
    """Of one run: cycles at which each image's result left and each image's last gradient was added (over all slices);
    the peak of each FIFO by board and name. `stalled`: nothing moved any more before the end."""

    results: tuple[int, ...]
    gradient_ends: tuple[int, ...]
    peaks: dict[str, int]
    stalled: bool
    waiting: tuple[str, ...]

    @property
    def interval(self) -> float:
        """Cycles between images, over the later half of the first batch's gradients."""
        middle = len(self.gradient_ends) // 2
        return (self.gradient_ends[-1] - self.gradient_ends[middle]) / (len(self.gradient_ends) - 1 - middle)


class Chain:
    """All boards of a plan with their host."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.clock = Clock()
        self.fifos: dict[str, Fifo] = {}
        self.runs: list[Run] = []
        self.ends: list[list[int]] = []
        for board in lower(plan):
            self._add_board(board)
        for index, link in enumerate(plan.cluster.links):
            rate = link.flits_per_cycle(plan.cluster.clock_mhz)
            up, down = f"{index}.up", f"{index + 1}.down"
            for source, sink in ((f"{up}_tx", f"{down}_rx"), (f"{down}_tx", f"{up}_rx")):
                self.fifos[sink].depth = 1 << 30
                self.runs.append(cable(self.clock, rate, link.latency_cycles, self.fifos[source], self.fifos[sink]))

    def _fifo(self, name: str, depth: int) -> Fifo:
        return self.fifos.setdefault(name, Fifo(self.clock, name, depth))

    def _add_board(self, board: BoardNetwork) -> None:
        arrays: dict[str, int] = {}
        for stream in board.streams():
            if stream.count is not None:
                arrays[stream.name] = stream.count
            depth = max(stream.depth, self._by_rule(stream.name))
            for index in range(stream.count or 1):
                name = stream.name if stream.count is None else f"{stream.name}[{index}]"
                self._fifo(f"{board.board}.{name}", depth)
        for task in board.tasks():
            self._add_task(board.board, task, arrays)

    def _by_rule(self, name: str) -> int:
        """What plan/depths.py asks for a FIFO of errors or of partial sums between two processes, 0 for others."""
        lanes = self.plan.lanes
        partial = re.fullmatch(r"up_partial_(\d+)", name)
        if partial:
            return partial_word_depth(self.plan.network.layers[int(partial[1])].in_columns)
        for layer, shape in enumerate(self.plan.network.layers):
            if re.fullmatch(rf"{shape.name}(_slice\d+)?_gradient_errors", name):
                taps, channels = self.plan.taps[layer], shape.out_channels
                fold = slice_fold(self.plan.network, layer, lanes[layer], lanes[layer + 1], taps, channels)
                return gradient_error_depth(fold)
            if layer and re.fullmatch(rf"{shape.name}(_slice\d+)?_input_errors", name):
                return burst_depth(row_words(self.plan.network, layer, lanes[layer]))
        return 0

    def _add_task(self, board: int, task: Task, arrays: dict[str, int]) -> None:
        fifos = []
        for argument in task.arguments:
            count = arrays.get(argument.stream) if argument.index is None else None
            names = [str(argument)] if count is None else [f"{argument}[{index}]" for index in range(count)]
            fifos += [self._fifo(f"{board}.{name}", 2) for name in names]
        process = PROCESSES[type(task.config)]
        if process is gradient:
            self.ends.append([])
            self.runs.append(process(self.clock, task.config, *fifos, self.ends[-1]))
        else:
            self.runs.append(process(self.clock, task.config, *fifos))

    def train(self, batches: int, images: int, limit: int = 2_000_000) -> Measured:
        """`batches` commands TRAIN `images`; the host gives words as fast as they are taken."""
        plan, clock = self.plan, self.clock
        channels, rows, columns = plan.network.tensor_shape(0)
        pixels = batches * images * rows * columns * -(-channels // plan.lanes[0])
        left = {"command": batches, "pixels": pixels, "label": batches * images}
        results: list[int] = []
        while clock.now < limit and clock.now - clock.moved < STALL_CYCLES:
            for name, count in left.items():
                fifo = self.fifos[f"0.host_{name}"]
                if count and fifo.room:
                    fifo.put(images)
                    left[name] -= 1
            for run in self.runs:
                next(run)
            if self.fifos["0.host_result"].ready:
                self.fifos["0.host_result"].take()
                results.append(clock.now)
            clock.now += 1
            if all(len(ends) == batches * images for ends in self.ends) and len(results) == batches * images:
                break
        done = [max(times) for times in zip(*self.ends, strict=False)]
        stalled = len(done) < batches * images
        full = tuple(name for name, fifo in self.fifos.items() if not fifo.room and not name.endswith("_tx"))
        peaks = {name: fifo.peak for name, fifo in self.fifos.items()}
        return Measured(tuple(results), tuple(done), peaks, stalled, full)
