"""An ONNX model as a plain chain of nodes: what its constants are, and which operator follows which.

Only shapes and attributes are read, never the weights themselves (files with external data need that file not).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.files import why_unreadable

SMALL = 64  # elements of a constant whose values are kept


@dataclass(frozen=True)
class Constant:
    """An initializer or the result of a constant operator: its dimensions, and its values where they are few."""

    shape: tuple[int, ...]
    values: NDArray[Any] | None

    def scalar(self) -> float | None:
        """The one value, if there is just one and it is known."""
        return float(self.values.reshape(-1)[0]) if self.values is not None and self.values.size == 1 else None


@dataclass(frozen=True)
class Node:
    """One operator. `place`: its index in the graph's list."""

    place: int
    op: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]

    @property
    def title(self) -> str:
        """The operator and what the graph calls it (or its result, where it has no name)."""
        return f"{self.op} `{self.name or next(iter(self.outputs), '')}`"


@dataclass(frozen=True)
class Graph:
    """A model's graph. `image`: name of the input tensor; `shape`: its channels, rows, columns."""

    file: Path
    name: str
    image: str
    shape: tuple[int, int, int]
    nodes: tuple[Node, ...]
    constants: Mapping[str, Constant]


def read_graph(path: Path) -> Graph:
    """Reads a model. Raises `InputError` for a file that is none, and for inputs other than one image."""
    import onnx  # slow to import, needed only here
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load(str(path), load_external_data=False)
    except OSError as error:
        raise InputError([Problem(path, None, "file", "a readable ONNX model", why_unreadable(error))]) from error
    except (DecodeError, ValueError) as error:
        raise InputError([Problem(path, None, "file", "an ONNX model", "another format")]) from error
    if not model.graph.node:
        raise InputError([Problem(path, None, "graph", "operators", "none")])
    problems = _malformed(path, model)
    if problems:
        raise InputError(problems)
    constants = {tensor.name: _constant(tensor) for tensor in model.graph.initializer}
    nodes = []
    for place, proto in enumerate(model.graph.node):
        attributes = {item.name: onnx.helper.get_attribute_value(item) for item in proto.attribute}
        made = _made_constant(proto.op_type, proto.input, attributes, constants)
        if made is not None:
            constants[proto.output[0]] = made
        else:
            inputs, outputs = tuple(proto.input), tuple(proto.output)
            nodes.append(Node(place, proto.op_type, proto.name, inputs, outputs, attributes))
    images = [value for value in model.graph.input if value.name not in constants]
    if len(images) != 1:
        found = ", ".join(f"`{value.name}`" for value in images) or "none"
        raise InputError([Problem(path, None, "inputs", "one input, the image", found)])
    dimensions = [one.dim_value if one.HasField("dim_value") else 0 for one in images[0].type.tensor_type.shape.dim]
    if len(dimensions) != 4 or min(dimensions[1:]) < 1:
        found = " x ".join(str(size) if size > 0 else "?" for size in dimensions) or "no shape"
        at = f"input `{images[0].name}`"
        raise InputError([Problem(path, None, at, "images x channels x rows x columns, the last three known", found)])
    shape = (dimensions[1], dimensions[2], dimensions[3])
    return Graph(path, model.graph.name, images[0].name, shape, tuple(nodes), constants)


def _malformed(file: Path, model: Any) -> list[Problem]:  # noqa: ANN401
    """Constants and nodes of known operators that ONNX itself does not allow (unknown ones are told of later)."""
    import onnx

    context = onnx.checker.C.CheckerContext()
    context.ir_version = model.ir_version
    context.opset_imports = {entry.domain: entry.version for entry in model.opset_import}
    problems = []
    for tensor in model.graph.initializer:
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            continue
        try:
            onnx.checker.check_tensor(tensor, context)
        except onnx.checker.ValidationError as error:
            problems.append(Problem(file, None, f"constant `{tensor.name}`", "a tensor", _first_line(error)))
    for node in model.graph.node:
        try:
            onnx.checker.check_node(node, context)
        except onnx.checker.ValidationError as error:
            if onnx.defs.has(node.op_type) and node.domain in ("", "ai.onnx"):
                title = f"{node.op_type} `{node.name or ', '.join(node.output)}`"
                problems.append(Problem(file, None, title, "an operator as ONNX has it", _first_line(error)))
        if not node.output and onnx.defs.has(node.op_type):
            problems.append(Problem(file, None, f"{node.op_type} `{node.name}`", "an output", "none"))
    return problems


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def _constant(tensor: Any) -> Constant:  # noqa: ANN401  (onnx.TensorProto: protobuf messages have no useful types)
    import onnx

    shape = tuple(int(size) for size in tensor.dims)
    here = tensor.data_location != onnx.TensorProto.EXTERNAL
    if not here or math.prod(shape) > SMALL:
        return Constant(shape, None)
    try:
        return Constant(shape, np.asarray(onnx.numpy_helper.to_array(tensor)))
    except ValueError:  # more or fewer values than the shape says
        return Constant(shape, None)


def _made_constant(
    op: str, inputs: Sequence[str], attributes: Mapping[str, Any], constants: Mapping[str, Constant]
) -> Constant | None:
    """The result of an operator that makes a constant; None for all others."""
    if op == "Constant":
        if "value" in attributes:
            return _constant(attributes["value"])
        plain = [attributes[name] for name in ("value_float", "value_int", "value_floats", "value_ints")
                 if name in attributes]  # fmt: skip
        return Constant(np.shape(plain[0]), np.asarray(plain[0])) if plain else None
    source = constants.get(inputs[0]) if inputs else None
    if op == "ConstantOfShape" and source is not None and source.values is not None:
        return Constant(tuple(int(size) for size in source.values), None)
    return source if op == "Identity" else None


def chain_problems(graph: Graph) -> list[Problem]:
    """Where the graph is no chain from the image to one result, each operator reading what the one before it made."""
    readers: dict[str, list[Node]] = {}
    for node in graph.nodes:
        for name in node.inputs:
            if name and name not in graph.constants:
                readers.setdefault(name, []).append(node)
    problems = []
    produced = {graph.image, *(name for node in graph.nodes for name in node.outputs)}
    for name, found in readers.items():
        if len(found) > 1:
            titles = ", ".join(node.title for node in found)
            at = f"tensor `{name}`"
            problems.append(Problem(graph.file, None, at, "one reader (a chain of layers)", titles))
        if name not in produced:
            at = found[0].title
            problems.append(Problem(graph.file, None, at, "inputs that the graph makes", f"`{name}`"))
    for node in graph.nodes:
        tensors = [name for name in node.inputs if name and name not in graph.constants]
        if len(tensors) != 1:
            found_text = ", ".join(f"`{name}`" for name in tensors) or "constants alone"
            problems.append(Problem(graph.file, None, node.title, "one input that is no constant", found_text))
        extra = [name for name in node.outputs[1:] if name in readers]
        if extra:
            found_text = ", ".join(f"`{name}`" for name in extra)
            problems.append(Problem(graph.file, None, node.title, "only its first output to be read", found_text))
    return problems
