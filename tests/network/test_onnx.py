"""ONNX models: the same networks as their YAML files, and every way in which a model is refused."""

import math
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import onnx
import pytest
import torch
from onnx import helper

from fpdeep_gen.errors import InputError
from fpdeep_gen.network.known import known_networks
from fpdeep_gen.network.load import load_network, load_with_notes
from fpdeep_gen.network.model import LayerKind, LocalResponse, Network
from fpdeep_gen.network.onnx_import import network_name
from tests.network.onnx_models import LIGHT, constant, export, integers, model
from tests.network.torch_networks import IMAGE, MODULES

node = helper.make_node


def structure(network: Network) -> Network:
    """The network without its names and its training, of which an ONNX model says nothing."""
    layers = tuple(replace(layer, name=f"layer{index}") for index, layer in enumerate(network.layers))
    other = load_network(Path("alexnet"))
    return replace(network, name="any", layers=layers, training=other.training)


def known(name: str) -> Network:
    return structure(load_network(known_networks()[name]))


def problems_of(path: Path, for_training: bool = False) -> list[tuple[str, str, str]]:
    with pytest.raises(InputError) as caught:
        load_network(path, for_training)
    assert all(problem.file == path for problem in caught.value.problems)
    return [(problem.field, problem.expected, problem.found) for problem in caught.value.problems]


# The exporter prints what it lacks for operators that these models do not have.
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", list(MODULES))
def test_a_model_exported_from_pytorch_is_the_network_of_the_yaml_file(name: str, tmp_path: Path) -> None:
    with torch.device("meta"):
        module = MODULES[name](bias=True)
    module.to_empty(device="cpu")  # random weights would cost seconds
    for key, values in module.named_parameters():
        if key.endswith("bias"):
            torch.nn.init.ones_(values)  # the exporter drops biases that are all zeros
    path = export(module, IMAGE[name], tmp_path / "model.onnx")
    loaded = load_with_notes(path)
    assert structure(loaded.network) == known(name)
    biases = sum(bias.numel() for key, bias in module.named_parameters() if key.endswith("bias"))
    layers = len(loaded.network.layers)
    assert loaded.notes[0].startswith(f"{layers} layers have biases, left out of the plan")
    assert f"{biases:,} more weights" in loaded.notes[0]
    assert "says nothing of training" in loaded.notes[-1]


def test_light_vgg19_is_the_network_of_the_yaml_file() -> None:
    assert structure(load_network(LIGHT / "light_vgg19.onnx")) == known("vgg19")


def test_light_bvlc_alexnet_is_the_grouped_network_on_caffes_maps(tmp_path: Path) -> None:
    """Images of 224, Caffe's constants of the normalisation, and a last pool that reaches beyond its map of 12."""
    text = known_networks()["alexnet-grouped"].read_text()
    changes = {"227, columns: 227": "224, columns: 224", "alpha: 5e-4, beta: 0.75, k: 2": "alpha: 1e-4, beta: 0.75"}
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    head, pool, tail = text.rpartition("{window: 3, stride: 2}")
    assert pool
    path = tmp_path / "alexnet.yaml"
    path.write_text(f"{head}{{window: 3, stride: 2, overhang: 1}}{tail}")
    expected = load_network(path)
    found = load_network(LIGHT / "light_bvlc_alexnet.onnx")
    assert structure(found) == structure(expected)
    assert found.layers[0].normalisation == LocalResponse(5, 1e-4, 0.75, 1.0)
    assert [layer.name for layer in found.layers] == [layer.name for layer in expected.layers]


@pytest.mark.parametrize("name", ["light_bvlc_alexnet", "light_vgg19", "light_zfnet512"])
def test_shapes_are_those_that_onnx_infers(name: str) -> None:
    network = load_network(LIGHT / f"{name}.onnx")
    inferred = onnx.shape_inference.infer_shapes(onnx.load(str(LIGHT / f"{name}.onnx")), data_prop=True)
    types = {value.name: value.type.tensor_type for value in inferred.graph.value_info}
    shapes = {name: tuple(one.dim_value for one in found.shape.dim) for name, found in types.items()}
    inputs = [shapes.get(one.input[0]) for one in inferred.graph.node if one.op_type == "Conv"][1:]
    assert inputs == [(1, *network.tensor_shape(index)) for index in range(1, 1 + len(inputs))]
    assert len(inputs) == sum(layer.kind is LayerKind.CONVOLUTION for layer in network.layers) - 1


def test_a_small_model_with_everything(tmp_path: Path) -> None:
    nodes = [
        node("Conv", ["x", "w"], ["a"], strides=[2, 2]),
        node("Add", ["a", "b"], ["a1"]),
        node("Relu", ["a1"], ["a2"]),
        node("LRN", ["a2"], ["a3"], size=3),
        node("MaxPool", ["a3"], ["a4"], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),
        node("Dropout", ["a4", "rate"], ["a5", "mask"]),
        node("Conv", ["a5", "v"], ["c"], group=2, pads=[1, 1, 1, 1]),
        node("AveragePool", ["c"], ["c1"], kernel_shape=[1, 1]),
        node("Identity", ["c1"], ["c2"]),
        node("Reshape", ["c2", "shape"], ["d"]),
        node("MatMul", ["d", "m"], ["e"]),
        node("Add", ["n", "e"], ["e1"]),
        node("Softmax", ["e1"], ["y"]),
    ]
    constants = [
        constant("w", 4, 3, 3, 3), constant("b", 1, 4, 1, 1), constant("v", 6, 2, 3, 3), constant("m", 96, 7),
        constant("n", 7), integers("shape", 0, -1), helper.make_tensor("rate", onnx.TensorProto.FLOAT, (), [0.25]),
    ]  # fmt: skip
    loaded = load_with_notes(model(tmp_path / "My-Net 2.onnx", nodes, constants, ["n", 3, 17, 17]))
    text = """\
name: my_net_2
input: {channels: 3, rows: 17, columns: 17, format: {width: 8, fraction: 7}}
training: {batch: 128, learning_rate: 0.01, epochs: 90, seed: 1, momentum: 0.9, images: 1281167}
layers:
  - conv: {name: conv1, channels: 4, kernel: 3, stride: 2}
  - relu
  - local_response: {size: 3, alpha: 1e-4, beta: 0.75}
  - max_pool: {window: 3, stride: 2, overhang: 1}
  - dropout: 0.25
  - conv: {name: conv2, channels: 6, kernel: 3, padding: 1, groups: 2}
  - fully_connected: {name: fc3, features: 7}
  - softmax_cross_entropy
"""
    (tmp_path / "same.yaml").write_text(text)
    assert loaded.network == load_network(tmp_path / "same.yaml")
    assert loaded.notes[0].startswith("2 layers have biases") and "11 more weights" in loaded.notes[0]


def random_chain(seed: int) -> tuple[list[Any], list[Any], tuple[int, int, int]]:
    """Nodes and constants of a chain of convolutions, pools and others with every number drawn."""
    chance = random.Random(seed)
    shape = (chance.choice((2, 4)), chance.randint(150, 200), chance.randint(150, 200))
    nodes: list[Any] = []
    constants: list[Any] = []
    channels, last = shape[0], "x"
    for index in range(chance.randint(1, 3)):
        kernel, groups, out = chance.randint(1, 5), chance.choice((1, 2)), 2 * chance.randint(1, 5)
        constants.append(constant(f"w{index}", out, channels // groups, kernel, kernel))
        pads = [chance.randrange(kernel)] * 4
        convolution = {"strides": [chance.randint(1, 2)] * 2, "pads": pads, "group": groups}
        nodes.append(node("Conv", [last, f"w{index}"], [f"c{index}"], **convolution))
        window = chance.randint(2, 3)
        pooling = {"kernel_shape": [window] * 2, "strides": [chance.randint(1, window)] * 2}
        if chance.random() < 0.5:
            pooling = {**pooling, "ceil_mode": 1} if chance.random() < 0.5 else {**pooling, "pads": [0, 0, 1, 1]}
        nodes.append(node("MaxPool", [f"c{index}"], [f"p{index}"], **pooling))
        channels, last = out, f"p{index}"
    return nodes, constants, shape


def test_random_chains_have_the_shapes_that_onnx_infers(tmp_path: Path) -> None:
    loaded = 0
    for seed in range(30):
        nodes, constants, shape = random_chain(seed)
        inferred = onnx.shape_inference.infer_shapes(
            onnx.load(str(model(tmp_path / "open.onnx", nodes, constants, [1, *shape])))
        )
        types = {value.name: value.type.tensor_type for value in inferred.graph.value_info}
        shapes = [tuple(side.dim_value for side in types[one.output[0]].shape.dim)[1:] for one in nodes]
        end = [node("Flatten", [nodes[-1].output[0]], ["f"]), node("Gemm", ["f", "m"], ["y"])]
        whole = [*constants, constant("m", math.prod(shapes[-1]), 3)]
        try:
            network = load_network(model(tmp_path / "net.onnx", [*nodes, *end], whole, [1, *shape]))
        except InputError as error:
            assert {problem.field.split(": ")[-1] for problem in error.problems} <= {"pads"}, error  # uneven overhang
            continue
        loaded += 1
        layers = network.layers[:-1]
        assert [(layer.out_channels, layer.conv_rows, layer.conv_columns) for layer in layers] == shapes[0::2]
        assert [network.tensor_shape(index + 1) for index in range(len(layers))] == shapes[1::2]
    assert loaded > 15


def test_all_unknown_operators_come_at_once_with_all_their_nodes() -> None:
    found = problems_of(LIGHT / "light_resnet50.onnx")
    graph = onnx.load(str(LIGHT / "light_resnet50.onnx")).graph
    unknown = {"BatchNormalization", "Sum"}
    assert {field for field, _, _ in found} == {f"operator {op}" for op in unknown}
    for op in unknown:
        (text,) = (text for field, _, text in found if field == f"operator {op}")
        names = [one.name or one.output[0] for one in graph.node if one.op_type == op]
        assert len(names) > 1 and text == f"{op}: " + ", ".join(f"`{name}`" for name in names)


CONV = node("Conv", ["x", "w"], ["a"], name="first")
END = [node("Flatten", ["a"], ["f"]), node("Gemm", ["f", "m"], ["y"], name="last", transB=1)]
WEIGHTS = [constant("w", 4, 3, 3, 3), constant("m", 10, 4 * 6 * 6)]


def gemm(source: str, weight: str = "m", result: str = "y", **attributes: object) -> Any:  # noqa: ANN401
    return node("Gemm", [source, weight], [result], name="last", transB=1, **attributes)


def pool(**attributes: object) -> Any:  # noqa: ANN401
    return node("MaxPool", ["a"], ["p"], kernel_shape=[3, 3], **attributes)


def relu(source: str, result: str) -> Any:  # noqa: ANN401
    return node("Relu", [source], [result])


SMALL = ("MaxPool `q`", "`7`, which leaves nothing")


@pytest.mark.parametrize(
    ("nodes", "field", "found"),
    [
        ([node("Conv", ["x", "w"], ["a"], name="first", pads=[0, 0, 1, 1]), *END], "Conv `first`: pads", "0 0 1 1"),
        ([node("Conv", ["x", "w"], ["a"], dilations=[2, 2]), *END], "Conv `a`: dilations", "[2, 2]"),
        ([node("Conv", ["x", "w"], ["a"], auto_pad="SAME_UPPER"), *END], "Conv `a`: auto_pad", "SAME_UPPER"),
        ([node("Conv", ["x", "w"], ["a"], strides=[1, 2]), *END], "Conv `a`: strides", "1 2"),
        ([node("Conv", ["x", "made"], ["a"]), *END], "Conv `a`", "`x`, `made`"),
        ([CONV, pool(pads=[1, 1, 1, 1]), gemm("p")], "MaxPool `p`: pads", "1 1 1 1"),
        ([CONV, pool(pads=[0, 0, 0, 1]), gemm("p")], "MaxPool `p`: pads", "0 rows, 1 columns"),
        ([CONV, node("GlobalAveragePool", ["a"], ["g"]), gemm("g")], "GlobalAveragePool `g`", "6 x 6"),
        ([CONV, relu("a", "r"), relu("r", "f"), END[1]], "Relu `f`", "a second one after `conv1`"),
        ([CONV, node("MaxPool", ["a"], ["q"], kernel_shape=[7, 7]), gemm("q")], *SMALL),
        ([CONV, END[0], gemm("f", alpha=2.0)], "Gemm `last`: alpha", "2.0"),
        ([CONV, END[0], gemm("f", "w2")], "Gemm `last`: B", "9 (the map before it is 4 x 6 x 6)"),
        ([CONV, node("Reshape", ["a", "odd"], ["f"]), END[1]], "Reshape `f`: shape", "4 x 36"),
        ([CONV, node("Add", ["a", "w"], ["f"]), END[1]], "Add `f`", "4 x 3 x 3 x 3"),
        ([CONV, gemm("a", result="z"), node("Softmax", ["z"], ["s"]), relu("s", "y")], "Relu `y`", "Relu"),
        ([CONV, gemm("a", result="z"), relu("z", "y")], "Relu `y`", "`relu`"),
        ([CONV], "Conv `first`", "`conv`"),
        ([CONV, node("Add", ["a", "x"], ["f"]), END[1]], "operator Add", "Add: `f`"),
        ([CONV, relu("x", "r"), *END], "tensor `x`", "Conv `first`, Relu `r`"),
        (
            [CONV, node("Dropout", ["a"], ["d", "mask"]), relu("d", "f"), END[1]],
            "Relu `f`",
            "it after that of `conv1`",
        ),
    ],
)
def test_refused_models(nodes: list[Any], field: str, found: str, tmp_path: Path) -> None:
    constants = [*WEIGHTS, integers("odd", 4, 36), constant("w2", 10, 9)]
    path = model(tmp_path / "net.onnx", nodes, constants, [1, 3, 8, 8])
    assert (field, found) in [(one, other) for one, _, other in problems_of(path)]


def test_a_model_says_what_cannot_be_trained_by_its_nodes(tmp_path: Path) -> None:
    nodes = [node("Conv", ["x", "w"], ["a"], name="first", strides=[5, 5]), END[0], END[1]]
    path = model(tmp_path / "net.onnx", nodes, [WEIGHTS[0], constant("m", 10, 16)], [1, 3, 8, 8])
    fields = [field for field, _, _ in problems_of(path, for_training=True)]
    assert fields == ["dataset", "training.momentum", "Conv `first`: stride"]


def damaged(model_proto: Any, seed: int) -> Any:  # noqa: ANN401
    """The model with one to three things broken."""
    chance = random.Random(seed)
    graph = model_proto.graph
    for _ in range(chance.randint(1, 3)):
        one, tensor = chance.choice(graph.node), chance.choice(graph.initializer)
        kind = chance.randrange(8)
        if kind == 0 and one.input:
            one.input.pop(chance.randrange(len(one.input)))
        elif kind == 1 and one.attribute:
            del one.attribute[chance.randrange(len(one.attribute))]
        elif kind == 2:
            one.op_type = chance.choice(("Conv", "LRN", "MaxPool", "Gemm", "Add", "Div", "Dropout", "Constant", "Foo"))
        elif kind == 3 and one.attribute:
            found = chance.choice(one.attribute)
            found.i = chance.choice((0, -3, 7, 2**62))
            if found.ints:
                found.ints[chance.randrange(len(found.ints))] = chance.choice((0, -1, 5, 2**62))
        elif kind == 4 and tensor.dims:
            tensor.dims[chance.randrange(len(tensor.dims))] = chance.choice((0, 1, -1, 3, 2**40))
        elif kind == 5 and one.output:
            one.output.pop()
        elif kind == 6 and one.attribute:
            chance.choice(one.attribute).type = chance.choice((1, 2, 3, 6, 7, 8))
        elif kind == 7 and one.input:
            one.input[chance.randrange(len(one.input))] = chance.choice(("", "nowhere", graph.node[0].output[0]))
    return model_proto


def test_damaged_models_are_refused_with_problems_never_a_crash(tmp_path: Path) -> None:
    sources = [(LIGHT / f"light_{name}.onnx").read_bytes() for name in ("bvlc_alexnet", "vgg19")]
    refused = 0
    for seed in range(150):
        proto = damaged(onnx.load_from_string(sources[seed % 2]), seed)
        path = tmp_path / "damaged.onnx"
        path.write_bytes(proto.SerializeToString())
        try:
            load_network(path)
        except InputError as error:
            refused += 1
            assert error.problems
    assert 75 < refused < 150


def test_files_that_are_no_models(tmp_path: Path) -> None:
    assert problems_of(tmp_path / "none.onnx") == [("file", "a readable ONNX model", "no such file")]
    (tmp_path / "text.onnx").write_text("layers: []")
    assert [field for field, _, _ in problems_of(tmp_path / "text.onnx")] == ["file"]
    assert problems_of(model(tmp_path / "empty.onnx", [], [], [1, 3, 8, 8])) == [("graph", "operators", "none")]
    path = model(tmp_path / "sizes.onnx", [CONV, *END], WEIGHTS, [1, 3, "rows", 8])
    expected = "images x channels x rows x columns, the last three known"
    assert problems_of(path) == [("input `x`", expected, "1 x 3 x ? x 8")]


@pytest.mark.parametrize(
    ("stem", "name"),
    [("VGG-16 (v2)", "vgg_16_v2"), ("3layers", "net_3layers"), ("for", "for_0"), ("--", "net"), ("x" * 60, "x" * 40)],
)
def test_names_of_files_become_names_of_networks(stem: str, name: str) -> None:
    assert network_name(stem) == name
