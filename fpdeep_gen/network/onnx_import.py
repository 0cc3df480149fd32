"""ONNX models as network files: each operator becomes an item of `layers`, and the same checks follow as for YAML.

An ONNX model says nothing of how it is trained and of number formats, so those are given here (`TRAINING`, `INPUT`),
and a note says so. Its biases are left out, and a note says that too: the layers here have weights only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from fpdeep_gen.document import Document
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.names import MAX_LENGTH, name_fault
from fpdeep_gen.network.onnx_graph import Graph, Node, chain_problems, read_graph
from fpdeep_gen.network.onnx_layers import OPERATORS, Walk
from fpdeep_gen.network.onnx_normalisation import with_normalisations

TRAINING = {"batch": 128, "learning_rate": 0.01, "epochs": 90, "seed": 1, "momentum": 0.9, "images": 1_281_167}
"""As AlexNet was trained, on the ImageNet challenge of 2012."""

INPUT_FORMAT = {"width": 8, "fraction": 7}

HINTS = {
    "BatchNormalization": "in inference it can be folded into the convolution before it; training it is not supported",
    "Add": "additions other than a bias join branches, and a network here is a chain",
    "Concat": "it joins branches, and a network here is a chain",
    "Sum": "it joins branches, and a network here is a chain",
}


@dataclass(frozen=True)
class Imported:
    """A network file's content; `nodes[i]` names the operator that item i of `layers` comes from."""

    document: Document
    nodes: tuple[str, ...]
    notes: tuple[str, ...]

    def named(self, problems: Sequence[Problem]) -> list[Problem]:
        """The problems with the names of operators for the numbers of items."""
        return [replace(problem, field=self._field(problem.field)) for problem in problems]

    def _field(self, field: str) -> str:
        found = re.fullmatch(r"layers\[(\d+)\](?:\.\w+)?(?:\.(\w+))?", field)
        if found is None:
            return field
        title = self.nodes[int(found[1])]
        return f"{title}: {found[2]}" if found[2] else title


def import_onnx(path: Path) -> Imported:
    """Reads a model. Raises `InputError` with every operator that has no counterpart here, and its nodes."""
    graph = with_normalisations(read_graph(path))
    problems = _unknown_operators(graph) or chain_problems(graph)
    if problems:
        raise InputError(problems)
    walk = Walk(graph)
    for node in graph.nodes:
        walk.take(node)
    if walk.problems:
        raise InputError(walk.problems)
    channels, rows, columns = graph.shape
    data: dict[str, object] = {
        "name": network_name(path.stem),
        "input": {"channels": channels, "rows": rows, "columns": columns, "format": dict(INPUT_FORMAT)},
        "training": dict(TRAINING),
        "layers": [*walk.items, "softmax_cross_entropy"],
    }
    nodes = (*(node.title for node in walk.sources), graph.nodes[-1].title)
    return Imported(Document(path, data, {}), nodes, (*_notes(walk), _training_note()))


def onnx_as_yaml(path: Path) -> str:
    """The network file that a model stands for, to write and then to change. Raises `InputError` as `import_onnx`."""
    imported = import_onnx(path)
    head = "".join(f"# {note}\n" for note in imported.notes)
    return head + yaml.safe_dump(imported.document.data, sort_keys=False, default_flow_style=None, width=110)


def network_name(stem: str) -> str:
    """A good name made of a file's."""
    name = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")[:MAX_LENGTH].strip("_")
    if not name or not name[0].isalpha():
        name = f"net_{name}".strip("_")[:MAX_LENGTH].strip("_")
    return name if name_fault(name) is None else f"{name[: MAX_LENGTH - 2]}_0"


def _unknown_operators(graph: Graph) -> list[Problem]:
    """One problem for each operator without counterpart, with all its nodes."""
    unknown: dict[str, list[Node]] = {}
    for node in graph.nodes:
        if node.op not in OPERATORS or (node.op == "Add" and not _adds_constant(graph, node)):
            unknown.setdefault(node.op, []).append(node)
    expected = "one of " + ", ".join(sorted(OPERATORS))
    problems = []
    for op, nodes in unknown.items():
        names = ", ".join(f"`{node.name or node.outputs[0]}`" for node in nodes)
        problems.append(Problem(graph.file, None, f"operator {op}", expected, f"{op}: {names}", HINTS.get(op, "")))
    return problems


def _adds_constant(graph: Graph, node: Node) -> bool:
    return any(name in graph.constants for name in node.inputs)


def _notes(walk: Walk) -> list[str]:
    """What was left out."""
    notes = []
    if walk.biases:
        count = len(walk.biases)
        layers = "1 layer has a bias" if count == 1 else f"{count} layers have biases"
        notes.append(
            f"{layers}, left out of the plan: layers here have weights only (a bias would add one sum per output "
            f"and {sum(walk.biases):,} more weights)"
        )
    if walk.softmax:
        notes.append("the softmax is left out: the loss contains it")
    return notes


def _training_note() -> str:
    values = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in TRAINING.items())
    return f"an ONNX model says nothing of training: taken {values}; pixels of 8 bits, all else of 16"
