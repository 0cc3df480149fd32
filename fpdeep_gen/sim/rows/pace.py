"""At which interval simulated images followed each other."""

from collections import defaultdict
from math import lcm, nan

from fpdeep_gen.partition.model import Phase
from fpdeep_gen.sim.rows.machine import Machine


def interval(machine: Machine) -> float:
    """Between images of the first batch in the slowest phase of a layer, over its last quarter (the first images fill
    the pipeline). Images that share reads of DDR end together, so those are set beside each other that stand alike
    among the images that they share reads with, and images that the batch's end leaves over are not counted. Not a
    number where no phase has two such images."""
    ends: dict[tuple[int, Phase], list[float]] = defaultdict(list)
    for (layer, phase, image), (_, end) in sorted(machine.spans.items(), key=lambda item: item[0][2]):
        apart = images_apart(machine, layer, phase)
        if image % apart == 0 and image + apart <= machine.batch and end:
            ends[layer, phase].append(end / apart)
    return max((_pace(times) for times in ends.values() if len(times) > 1), default=nan)


def images_apart(machine: Machine, layer: int, phase: Phase) -> int:
    """So many images are two apart that stand alike in a phase of a layer."""
    shared = machine.plan.prediction
    if layer < machine.first_flat:
        return 1 if phase is Phase.FORWARD else shared.shared_weights
    return lcm(shared.shared_weights, shared.shared_gradients if phase is Phase.GRADIENT else 1)


def _pace(times: list[float]) -> float:
    last = len(times) - 1
    first = last - last // 4 - 1
    return (times[last] - times[max(0, first)]) / (last - max(0, first))
