"""Operators of an ONNX chain, one after the other, to items of a network file's `layers`."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from fpdeep_gen.errors import Problem
from fpdeep_gen.network.onnx_graph import Constant, Graph, Node

MOST = 1 << 16
UNIFORM_HINT = "kernels, strides and pads here are the same in rows and columns"


class Walk:
    """Takes the nodes of a chain in order. `items`: the `layers` so far, `sources`: the node of each; `shape`:
    (channels, rows, columns) of the tensor that the next node reads."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.shape = graph.shape
        self.items: list[object] = []
        self.sources: list[Node] = []
        self.problems: list[Problem] = []
        self.biases: list[int] = []
        self.softmax = False
        self.after: Node | None = None
        self.layers = 0

    def take(self, node: Node) -> None:
        """One node."""
        if self.softmax:
            self.refuse(node, "nothing after the softmax", node.op)
        OPERATORS[node.op](self, node)
        self.after = node

    def refuse(self, node: Node, expected: str, found: str, hint: str = "", field: str = "") -> None:
        """Notes a problem of a node (or of its `field`)."""
        at = f"{node.title}: {field}" if field else node.title
        self.problems.append(Problem(self.graph.file, None, at, expected, found, hint))

    def add(self, node: Node, item: object) -> None:
        """Notes an item of `layers`."""
        self.items.append(item)
        self.sources.append(node)

    def constant(self, node: Node, place: int) -> Constant | None:
        """The constant that is input `place` of the node; None where it is left out or no constant."""
        return self.graph.constants.get(node.inputs[place]) if place < len(node.inputs) else None

    def same(self, node: Node, field: str, default: Sequence[int], least: int = 1) -> int | None:
        """The one number that all entries of an attribute are; None (and a problem) where they differ, or where it is
        no size."""
        values = [int(value) for value in node.attributes.get(field, default)]
        if len(set(values)) == 1:
            if least <= values[0] <= MOST:
                return values[0]
            self.refuse(node, f"at least {least}, at most {MOST}", str(values[0]), field=field)
            return None
        self.refuse(node, "one value for all sides", " ".join(map(str, values)), UNIFORM_HINT, field)
        return None

    def plain(self, node: Node, allowed: Mapping[str, object]) -> bool:
        """Whether attributes have the only values that are understood; notes those that have not."""
        good = True
        for field, wanted in allowed.items():
            found = node.attributes.get(field, wanted)
            value = found.decode() if isinstance(found, bytes) else found
            if (set(value) if isinstance(value, list) else {value}) != {wanted}:
                self.refuse(node, f"{wanted}", str(value), field=field)
                good = False
        return good

    def name(self, kind: str) -> str:
        """Layers are named by kind and number: conv1, conv2, fc3."""
        self.layers += 1
        return f"{kind}{self.layers}"

    def with_bias(self, constant: Constant | None) -> None:
        if constant is not None:
            self.biases.append(math.prod(constant.shape))


def _convolution(walk: Walk, node: Node) -> None:
    weight = walk.constant(node, 1)
    name = walk.name("conv")
    if weight is None or len(weight.shape) != 4:
        walk.refuse(node, "weights of four axes that are constants", "others", field="W")
        return
    plain = walk.plain(node, {"auto_pad": "NOTSET", "dilations": 1})
    kernel = walk.same(node, "kernel_shape", weight.shape[2:])
    stride = walk.same(node, "strides", (1, 1))
    padding = walk.same(node, "pads", (0, 0, 0, 0), least=0)
    if not plain or kernel is None or stride is None or padding is None:
        return
    fields = {"name": name, "channels": weight.shape[0], "kernel": kernel}
    groups = int(node.attributes.get("group", 1))
    others = {"padding": (padding, 0), "stride": (stride, 1), "groups": (groups, 1)}
    walk.add(node, {"conv": {**fields, **{key: value for key, (value, usual) in others.items() if value != usual}}})
    walk.with_bias(walk.constant(node, 2))
    _, rows, columns = walk.shape
    sides = [(side + 2 * padding - kernel) // stride + 1 for side in (rows, columns)]
    walk.shape = (weight.shape[0], sides[0], sides[1])


def _relu(walk: Walk, node: Node) -> None:
    walk.add(node, "relu")


def _normalisation(walk: Walk, node: Node) -> None:
    found = node.attributes
    values = {"alpha": found.get("alpha", 1e-4), "beta": found.get("beta", 0.75), "k": found.get("bias", 1.0)}
    rounded = {name: float(np.format_float_positional(np.float32(value))) for name, value in values.items()}
    walk.add(node, {"local_response": {"size": int(found["size"]), **rounded}})


def _max_pool(walk: Walk, node: Node) -> None:
    plain = walk.plain(node, {"auto_pad": "NOTSET", "dilations": 1, "storage_order": 0})
    window = walk.same(node, "kernel_shape", ())
    stride = walk.same(node, "strides", (1, 1))
    pads = [int(value) for value in node.attributes.get("pads", (0, 0, 0, 0))]
    if any(pads[:2]):
        walk.refuse(node, "no pads before rows and columns", " ".join(map(str, pads)), field="pads")
        return
    if not plain or window is None or stride is None:
        return
    ceil = bool(node.attributes.get("ceil_mode", 0))
    channels, *sides = walk.shape
    pooled = [_pooled(side, window, stride, pad, ceil) for side, pad in zip(sides, pads[2:], strict=True)]
    overhangs = [max(0, (out - 1) * stride + window - side) for side, out in zip(sides, pooled, strict=True)]
    overhang = max(overhangs)
    if [(side + overhang - window) // stride + 1 for side in sides] != pooled:
        found = f"{overhangs[0]} rows, {overhangs[1]} columns"
        walk.refuse(node, "windows that reach as far beyond the last row as the last column", found, field="pads")
        return
    fields = {"stride": (stride, window), "overhang": (overhang, 0)}
    changed = {key: value for key, (value, usual) in fields.items() if value != usual}
    walk.add(node, {"max_pool": {"window": window, **changed} if changed else window})
    walk.shape = (channels, pooled[0], pooled[1])


def _pooled(side: int, window: int, stride: int, pad: int, ceil: bool) -> int:
    """Windows along one side; with `ceil` also the one that begins inside and ends beyond."""
    span = side + pad - window
    if not ceil:
        return span // stride + 1
    count = -(-span // stride) + 1
    return count - 1 if (count - 1) * stride >= side else count


def _average_pool(walk: Walk, node: Node) -> None:
    """Only where every window is one pixel."""
    _, rows, columns = walk.shape
    whole = node.op == "GlobalAveragePool"
    window = [rows, columns] if whole else list(node.attributes.get("kernel_shape", ()))
    one = set(window) == {1} and set(node.attributes.get("strides", [1])) == {1} and not any(
        node.attributes.get("pads", ())
    )  # fmt: skip
    if not one:
        walk.refuse(node, "windows of one pixel (an average changes nothing then)", " x ".join(map(str, window)))


def _dropout(walk: Walk, node: Node) -> None:
    given = walk.constant(node, 1)
    rate = node.attributes.get("ratio", 0.5) if len(node.inputs) < 2 or not node.inputs[1] else None
    if given is not None:
        rate = given.scalar()
    if rate is None:
        walk.refuse(node, "a ratio that is a constant", "another", field="ratio")
    elif rate > 0.0:
        walk.add(node, {"dropout": float(np.format_float_positional(np.float32(rate)))})


def _gemm(walk: Walk, node: Node) -> None:
    good = walk.plain(node, {"alpha": 1.0, "beta": 1.0, "transA": 0})
    transposed = bool(node.attributes.get("transB", 0))
    _fully_connected(walk, node, transposed if good else None)
    walk.with_bias(walk.constant(node, 2))


def _matmul(walk: Walk, node: Node) -> None:
    _fully_connected(walk, node, transposed=False)


def _fully_connected(walk: Walk, node: Node, transposed: bool | None) -> None:
    """A product with a matrix [in][out], or [out][in] if `transposed`; None: one that is refused already."""
    weight = walk.constant(node, 1)
    name = walk.name("fc")
    if weight is None or len(weight.shape) != 2:
        walk.refuse(node, "a matrix of weights that is a constant", "another", field="B")
        return
    if transposed is None:
        return
    outputs, inputs = weight.shape if transposed else weight.shape[::-1]
    if min(walk.shape) > 0 and inputs != math.prod(
        walk.shape
    ):  # a layer without output is told of later, by its window
        found = f"{inputs} (the map before it is {' x '.join(map(str, walk.shape))})"
        walk.refuse(node, f"weights for {math.prod(walk.shape)} inputs", found, field="B")
    walk.add(node, {"fully_connected": {"name": name, "features": outputs}})
    walk.shape = (outputs, 1, 1)


def _add(walk: Walk, node: Node) -> None:
    """The bias of the layer before it, one number a channel."""
    bias = next(found for place in (0, 1) if (found := walk.constant(node, place)) is not None)
    axes = (1, 1) if walk.after is not None and walk.after.op == "Conv" else ()
    shape = tuple(bias.shape)
    while shape and shape[0] == 1:
        shape = shape[1:]
    if walk.after is None or walk.after.op not in ("Conv", "MatMul", "Gemm") or shape != (walk.shape[0], *axes):
        expected = "the bias of a layer just before it: one number for each of its channels"
        walk.refuse(node, expected, " x ".join(map(str, bias.shape)) or "one number")
        return
    walk.with_bias(bias)


def _flatten(walk: Walk, node: Node) -> None:
    walk.plain(node, {"axis": 1})


def _reshape(walk: Walk, node: Node) -> None:
    """Only [images][everything else]."""
    target = walk.constant(node, 1)
    size = math.prod(walk.shape)
    values = [] if target is None or target.values is None else [int(value) for value in target.values.reshape(-1)]
    if len(values) != 2 or values[1] not in (-1, size):
        found = " x ".join(map(str, values)) if values else "a shape that is computed"
        walk.refuse(node, f"a shape that flattens the map: images x {size}", found, field="shape")


def _softmax(walk: Walk, node: Node) -> None:
    walk.softmax = True


def _nothing(walk: Walk, node: Node) -> None:
    """An operator that changes nothing."""


OPERATORS: Mapping[str, Callable[[Walk, Node], None]] = {
    "Conv": _convolution,
    "Relu": _relu,
    "LRN": _normalisation,
    "MaxPool": _max_pool,
    "AveragePool": _average_pool,
    "GlobalAveragePool": _average_pool,
    "Dropout": _dropout,
    "Gemm": _gemm,
    "MatMul": _matmul,
    "Add": _add,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Softmax": _softmax,
    "LogSoftmax": _softmax,
    "Identity": _nothing,
}
