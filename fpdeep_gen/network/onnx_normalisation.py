"""Local response normalisation that an exporter wrote out in elementary operators, found and put together again.

PyTorch's exporter turns y = x / (k + alpha * mean of x^2 over channels)^beta into
Mul(x, x) -> Reshape or Unsqueeze -> Pad -> AveragePool -> Squeeze or Reshape -> Mul(alpha) -> Add(k) -> Pow(beta)
-> Div(x, that).
"""

from collections.abc import Mapping
from dataclasses import replace

from fpdeep_gen.network.onnx_graph import Graph, Node

VIEWS = frozenset({"Reshape", "Squeeze", "Unsqueeze"})


def with_normalisations(graph: Graph) -> Graph:
    """The graph with each such group of operators replaced by one `LRN` at the place of its division."""
    makers = {node.outputs[0]: node for node in graph.nodes if node.outputs}
    found: dict[int, tuple[Node, frozenset[int]]] = {}
    for node in graph.nodes:
        matched = _matched(graph, makers, node) if node.op == "Div" else None
        if matched is not None:
            found[node.place] = matched
    gone = {place for _, places in found.values() for place in places}
    nodes = []
    for node in graph.nodes:
        if node.place in found:
            nodes.append(found[node.place][0])
        elif node.place not in gone:
            nodes.append(node)
    return replace(graph, nodes=tuple(nodes))


def _matched(graph: Graph, makers: Mapping[str, Node], division: Node) -> tuple[Node, frozenset[int]] | None:
    """The normalisation that ends with this division, and the places of the operators that it stands for."""
    power = makers.get(division.inputs[1])
    addition = _maker(makers, power, "Pow")
    scaling = _maker(makers, addition, "Add")
    view = _maker(makers, scaling, "Mul")
    if power is None or addition is None or scaling is None or view is None:
        return None
    pool = makers.get(view.inputs[0]) if view.op in VIEWS else view
    pad = _maker(makers, pool, "AveragePool")
    view_before = _maker(makers, pad, "Pad")
    square = makers.get(view_before.inputs[0]) if view_before is not None and view_before.op in VIEWS else view_before
    if pool is None or pad is None or view_before is None or square is None:
        return None
    if square.op != "Mul" or square.inputs != (division.inputs[0],) * 2:
        return None
    beta, k, alpha = (_constant_of(graph, node) for node in (power, addition, scaling))
    size = _window(graph, pool, pad)
    if beta is None or k is None or alpha is None or size is None:
        return None
    attributes = {"size": size, "alpha": alpha, "beta": beta, "bias": k}
    made = replace(division, op="LRN", inputs=division.inputs[:1], attributes=attributes)
    parts = (power, addition, scaling, view, pool, pad, view_before, square)
    return made, frozenset(node.place for node in parts)


def _maker(makers: Mapping[str, Node], node: Node | None, op: str) -> Node | None:
    """What made the first input of `node`, if that is an `op`."""
    return makers.get(node.inputs[0]) if node is not None and node.op == op else None


def _constant_of(graph: Graph, node: Node) -> float | None:
    """The single number that `node` takes as its second input."""
    constant = graph.constants.get(node.inputs[1]) if len(node.inputs) > 1 else None
    return constant.scalar() if constant is not None else None


def _window(graph: Graph, pool: Node, pad: Node) -> int | None:
    """Channels that the mean goes over, if it goes over channels alone, zeros around them counted."""
    kernel = pool.attributes.get("kernel_shape", ())
    if len(kernel) < 2 or set(kernel[1:]) != {1} or set(pool.attributes.get("strides", [1])) != {1}:
        return None
    pads = graph.constants.get(pad.inputs[1]) if len(pad.inputs) > 1 else None
    if pads is None or pads.values is None or any(pool.attributes.get("pads", ())):
        return None
    size, sides = int(kernel[0]), [int(value) for value in pads.values.reshape(-1)]
    axes = len(sides) // 2
    channel = axes - len(kernel)
    around = {channel: (size - 1) // 2, axes + channel: (size - 1) // 2}
    good = size % 2 == 1 and all(value == around.get(index, 0) for index, value in enumerate(sides))
    return size if good else None
