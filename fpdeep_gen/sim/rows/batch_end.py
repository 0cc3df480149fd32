"""What happens after the last gradients of a batch: updates on every board, and what crosses links."""

from collections import defaultdict

from fpdeep_gen.partition.model import Kept, LinkPlan, Phase
from fpdeep_gen.sim.rows.events import Steps
from fpdeep_gen.sim.rows.geometry import gradient_steps
from fpdeep_gen.sim.rows.machine import Machine

UPDATE_LANES = 32
"""Weights that a board updates a cycle at a batch's end (the plan does not say)."""


class BatchEnd:
    """Processes of `machine` at the end of its batches."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.updating: dict[int, float] = defaultdict(float)

    def start(self) -> None:
        """After a batch each board updates its layers one after the other, as their gradients are complete."""
        words: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for store in self.machine.plan.stores:
            if store.kept is Kept.GRADIENTS:
                words[store.board][store.layer] += store.words
        for board, layers in words.items():
            for layer in layers:
                self.machine.updated[board, layer] = self.machine.events.counter(
                    f"updates of {self.machine.network.layers[layer].name} on board {board}"
                )
                self.machine.events.start(
                    f"update of layer {layer} on board {board}", self._update(board, layer, layers[layer])
                )
        for link in self.machine.plan.links:
            self.machine.events.start(f"exchange over link {link.index}", self._exchange(link))

    def _update(self, board: int, layer: int, words: int) -> Steps:
        """Updates of a layer, when its gradients are complete and the board is through with other layers."""
        shares = [
            index
            for index in self.machine.shares[layer, Phase.GRADIENT]
            if self.machine.plan.shares[index].board == board
        ]
        steps = len(gradient_steps(self.machine.network, self.machine.plan.shares[shares[0]]))
        for batch in range(1, self.machine.images // self.machine.batch + 1):
            last = batch * self.machine.batch - 1
            turns = last + 1 if layer < self.machine.first_flat else self.machine.additions.of[last] + 1
            for index in shares:
                yield self.machine.outputs[index].made, turns * steps
            free = max(self.updating[board], self.machine.events.now) + words / UPDATE_LANES
            self.updating[board] = free
            yield free - self.machine.events.now
            self.machine.events.count(self.machine.updated[board, layer])

    def _exchange(self, link: LinkPlan) -> Steps:
        """What crosses a link once a batch."""
        for batch in range(1, self.machine.images // self.machine.batch + 1):
            yield self.machine.batch_done, batch
            bits = max(link.up_batch_bits, link.down_batch_bits)
            under_way = bits / link.payload_bits_per_cycle + link.latency_cycles if bits else 0.0
            end = self.machine.events.now + under_way
            self.machine.events.count_at(end, self.machine.exchanged[link.index])
