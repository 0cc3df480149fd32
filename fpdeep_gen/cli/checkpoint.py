"""What a training leaves in its folder after each epoch, so that it goes on where it stopped."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.network.model import Network

TRAIN_FILE = "train.json"
WEIGHTS_FILE = "weights.npz"

Weights = tuple[NDArray[np.int64], ...]


@dataclass(frozen=True)
class Epoch:
    """One epoch: means over its mini-batches as they were seen, and the test set after it. `wraps`: sums that
    overflowed, as the golden model counts them."""

    epoch: int
    steps: int
    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    wraps: int


@dataclass(frozen=True)
class Checkpoint:
    """A training so far. `key` tells trainings of different networks, data or tools apart."""

    key: str
    epochs: tuple[Epoch, ...]
    weights: Weights


def write_checkpoint(out: Path, network: Network, state: Checkpoint) -> None:
    """Writes the weights, then what belongs to them; a stop in between is seen when reading."""
    out.mkdir(parents=True, exist_ok=True)
    arrays = {layer.name: weights for layer, weights in zip(network.layers, state.weights, strict=True)}
    temporary = out / "weights.new.npz"
    np.savez_compressed(temporary, allow_pickle=False, epochs=np.array(len(state.epochs)), **arrays)
    temporary.replace(out / WEIGHTS_FILE)
    document = {"network": network.name, "key": state.key, "epochs": [asdict(epoch) for epoch in state.epochs]}
    record = out / "train.new.json"
    record.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    record.replace(out / TRAIN_FILE)


def read_checkpoint(out: Path, network: Network, key: str) -> Checkpoint | None:
    """The training of that key in `out`; None where there is none, or where its files do not belong together."""
    try:
        data = json.loads((out / TRAIN_FILE).read_text(encoding="utf-8"))
        if data["key"] != key:
            return None
        epochs = tuple(Epoch(**epoch) for epoch in data["epochs"])
        with np.load(out / WEIGHTS_FILE, allow_pickle=False) as arrays:
            count = int(arrays["epochs"])
            weights = tuple(arrays[layer.name].astype(np.int64) for layer in network.layers)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    shapes = [layer.weight_shape for layer in network.layers]
    if count != len(epochs) or [array.shape for array in weights] != shapes:
        return None
    return Checkpoint(key, epochs, weights)


def wraps_of(epochs: Sequence[Epoch]) -> int:
    """Sums that overflowed in all of them."""
    return sum(epoch.wraps for epoch in epochs)
