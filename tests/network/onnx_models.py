"""ONNX models for tests: exported from PyTorch, those of the onnx wheel, and small ones built by hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import TensorProto, helper
from torch import nn

LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"


def export(module: nn.Module, size: int, path: Path) -> Path:
    """PyTorch's exporter on `module` in training mode (so that dropout stays), without the weights' values."""
    image = torch.zeros(1, 3, size, size)
    program = torch.onnx.export(module.train(), (image,), dynamo=True, verbose=False)
    assert program is not None
    for value in program.model.graph.initializers.values():
        tensor = value.const_value
        if tensor is not None and tensor.size > 64:
            value.const_value = _without_values(tensor)
    program.save(str(path))
    return path


def _without_values(tensor: Any) -> Any:  # noqa: ANN401
    from onnx_ir import ExternalTensor

    return ExternalTensor("nowhere", 0, tensor.nbytes, dtype=tensor.dtype, shape=tensor.shape, name=tensor.name)


def constant(name: str, *dimensions: int) -> TensorProto:
    """An initializer of zeros."""
    count = 1
    for size in dimensions:
        count *= size
    return helper.make_tensor(name, TensorProto.FLOAT, dimensions, [0.0] * count)


def integers(name: str, *values: int) -> TensorProto:
    """An initializer of 64-bit integers."""
    return helper.make_tensor(name, TensorProto.INT64, (len(values),), values)


def model(path: Path, nodes: Sequence[Any], constants: Sequence[TensorProto], image: Sequence[int | str]) -> Path:
    """A model of `nodes` from tensor `x` to tensor `y`, without checks: some tests need a wrong one."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, list(image))
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph(list(nodes), "graph", [x], [y], list(constants))
    onnx.save(helper.make_model(graph), str(path))
    return path
