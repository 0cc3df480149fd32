"""Published measurements of GPUs, from the data file beside this module, which names their sources."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from fpdeep_gen.baseline.cost import layer_work
from fpdeep_gen.network.model import Network

FILE = Path(__file__).parent / "gpus.yaml"
FAMILIES = ("alexnet", "vgg16", "vgg19")


@dataclass(frozen=True)
class GpuRow:
    """One GPU training one network: images a second, and operations (two a multiply-accumulate) a joule by its board
    power of the data sheet."""

    gpu: str
    year: int
    watts: float
    batch: int
    images_per_second: float
    gops_per_joule: float


def gpu_rows(network: Network) -> tuple[GpuRow, ...]:
    """The rows for a network, by its name; the one-column AlexNet gets the figures of the one in groups,
    which was measured and has about as much work."""
    family = next((name for name in FAMILIES if network.name == name or network.name.startswith(f"{name}_")), None)
    if family is None:
        return ()
    operations = 2e-9 * sum(layer_work(network, layer) for layer in range(len(network.layers)))
    rows = []
    for entry in yaml.safe_load(FILE.read_text(encoding="utf-8")):
        rate = float(entry["rates"][family])
        joule = rate * operations / entry["watts"]
        rows.append(GpuRow(entry["gpu"], entry["year"], float(entry["watts"]), entry["batch"], rate, joule))
    return tuple(rows)
