"""What a network file may say, and the planner may plan for, but no part of training computes yet.

Each part that trains (float64 and bit-exact models, the planner of generated boards) asks here before it begins, so
that nothing is ever trained as if it were something else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fpdeep_gen.document import Document, Location
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.network.model import Layer, Network
from fpdeep_gen.network.parse_layers import Draft

HINT = "a network with any of this can be checked and planned for, not trained or generated yet"


@dataclass(frozen=True)
class Lack:
    """One thing that training cannot do: of layer `layer`, or of the whole network (None)."""

    layer: int | None
    field: str
    expected: str
    found: str


def lacks(network: Network) -> tuple[Lack, ...]:
    """Everything of the network that training cannot do, in the order of the layers."""
    found = []
    if network.dataset is None:
        found.append(Lack(None, "dataset", "a data set to train on", "nothing"))
    if network.training.momentum != 0.0:
        found.append(Lack(None, "training.momentum", "0 (plain SGD)", f"{network.training.momentum:g}"))
    for index, layer in enumerate(network.layers):
        found.extend(_layer_lacks(index, layer))
    return tuple(found)


def _layer_lacks(index: int, layer: Layer) -> Iterator[Lack]:
    if layer.stride != 1:
        yield Lack(index, "stride", "stride 1", str(layer.stride))
    if layer.groups != 1:
        yield Lack(index, "groups", "one group", str(layer.groups))
    if layer.normalisation is not None:
        yield Lack(index, "local_response", "none", f"one over {layer.normalisation.size} channels")
    if layer.pool_stride != layer.pool:
        yield Lack(index, "max_pool.stride", f"{layer.pool}, as the window", str(layer.pool_stride))
    if layer.pool_overhang != 0:
        yield Lack(index, "max_pool.overhang", "0", str(layer.pool_overhang))
    if layer.dropout is not None:
        yield Lack(index, "dropout", "none", f"{layer.dropout:g}")


def require_trainable(network: Network, document: Document | None = None, drafts: Sequence[Draft] = ()) -> None:
    """Raises `InputError` with all that training cannot do; with lines where the network's file is given."""
    problems = []
    found = lacks(network)
    for lack in found:
        hint = HINT if lack is found[-1] else ""
        if document is not None:
            problems.append(document.problem(_location(lack, drafts), lack.expected, lack.found, hint))
        else:
            where = f"layers.{network.layers[lack.layer].name}." if lack.layer is not None else ""
            problems.append(Problem(None, None, where + lack.field, lack.expected, lack.found, hint))
    if problems:
        raise InputError(problems)


def _location(lack: Lack, drafts: Sequence[Draft]) -> Location:
    """Where the file says what is lacking."""
    if lack.layer is None:
        return tuple(lack.field.split("."))
    draft = drafts[lack.layer]
    places = {
        "local_response": draft.normalisation_at,
        "max_pool.stride": (*draft.pool_at, "stride") if draft.pool_at else None,
        "max_pool.overhang": (*draft.pool_at, "overhang") if draft.pool_at else None,
        "dropout": draft.dropout_at,
    }
    return places.get(lack.field) or (*draft.at, lack.field)
