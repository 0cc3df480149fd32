"""Strides, groups, overlapping pools, normalisation, dropout, momentum: what they mean, and who refuses them."""

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from fpdeep_gen.errors import InputError
from fpdeep_gen.golden import model as golden
from fpdeep_gen.network import float_model
from fpdeep_gen.network.dataset import load_dataset
from fpdeep_gen.network.load import load_network
from fpdeep_gen.network.model import LocalResponse, Network
from fpdeep_gen.network.trainable import lacks
from fpdeep_gen.plan.document import plan_from_json, plan_to_json
from fpdeep_gen.plan.planner import make_plan
from tests.plan.networks import cluster, digits

TEXT = """\
name: net
input: {channels: 3, rows: 39, columns: 35, format: {width: 8, fraction: 7}}
training: {batch: 16, learning_rate: 0.1, epochs: 2, seed: 1, momentum: 0.9}
layers:
  - conv: {name: a, channels: 8, kernel: 7, stride: 3, padding: 2}
  - relu
  - local_response: {size: 5, alpha: 1e-4, beta: 0.75}
  - max_pool: {window: 3, stride: 2}
  - conv: {name: b, channels: 12, kernel: 3, padding: 1, groups: 4}
  - relu
  - dropout: 0.25
  - fully_connected: {name: c, features: 10}
  - softmax_cross_entropy
"""
HINT = "\n    hint: a network with any of this can be checked and planned for, not trained or generated yet"


def load(folder: Path, text: str, for_training: bool = False) -> Network:
    path = folder / "net.yaml"
    path.write_text(text)
    return load_network(path, for_training)


def errors(folder: Path, text: str, for_training: bool = False) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(folder, text, for_training)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_shapes_and_weights_are_those_of_torch(tmp_path: Path) -> None:
    network = load(tmp_path, TEXT)
    modules = (
        nn.Sequential(nn.Conv2d(3, 8, 7, stride=3, padding=2, bias=False), nn.ReLU(), nn.MaxPool2d(3, 2)),
        nn.Sequential(nn.Conv2d(8, 12, 3, padding=1, groups=4, bias=False)),
    )
    x = torch.zeros(1, 3, 39, 35)
    for index, module in enumerate(modules):
        x = module(x)
        assert network.tensor_shape(index + 1) == tuple(x.shape[1:])
        weight = module[0].weight
        assert isinstance(weight, nn.Parameter)
        assert network.layers[index].weight_shape == tuple(weight.shape)
        assert network.layers[index].weight_count == weight.numel()
    a, b, c = network.layers
    assert (a.conv_rows, a.conv_columns, a.out_rows, a.out_columns) == (13, 11, 6, 5)
    assert a.forward_macs == 13 * 11 * 8 * 3 * 49
    assert b.forward_macs == 6 * 5 * 12 * 2 * 9  # each output reads 8 / 4 channels
    assert c.weight_count == c.forward_macs == 12 * 6 * 5 * 10


def test_what_follows_a_layer(tmp_path: Path) -> None:
    network = load(tmp_path, TEXT)
    a, b, c = network.layers
    assert (a.stride, a.groups, a.pool, a.pool_stride, a.dropout) == (3, 1, 3, 2, None)
    assert a.normalisation == LocalResponse(5, 1e-4, 0.75, 1.0)
    assert (b.stride, b.groups, b.pool, b.pool_stride, b.dropout, b.normalisation) == (1, 4, 1, 1, 0.25, None)
    assert (c.pool, c.pool_stride, c.groups, c.stride) == (1, 1, 1, 1)
    assert network.training.momentum == 0.9
    assert network.dataset is None


def test_a_pool_moves_by_its_window_unless_told_otherwise(tmp_path: Path) -> None:
    plain = load(tmp_path, TEXT.replace("{window: 3, stride: 2}", "3"))
    assert (plain.layers[0].pool, plain.layers[0].pool_stride, plain.layers[0].out_rows) == (3, 3, 4)
    assert load(tmp_path, TEXT.replace("stride: 2}", "stride: 3}")) == plain


def test_an_overhang_gives_the_maps_of_ceil_mode(tmp_path: Path) -> None:
    text = TEXT.replace("stride: 2}", "stride: 2, overhang: 1}").replace("kernel: 7", "kernel: 6")
    layer = load(tmp_path, text).layers[0]
    maps = torch.zeros(1, 8, layer.conv_rows, layer.conv_columns)
    assert (layer.conv_rows, layer.conv_columns) == (13, 12)
    assert (layer.out_rows, layer.out_columns) == tuple(nn.MaxPool2d(3, 2, ceil_mode=True)(maps).shape[2:])


def test_random_layers_have_the_shapes_of_torch(tmp_path: Path) -> None:
    """Two layers with every number drawn; what torch cannot compute is refused."""
    refused = 0
    for seed in range(60):
        chance = random.Random(seed)
        groups, stride, kernel = chance.choice((1, 2, 4)), chance.randint(1, 4), chance.randint(1, 6)
        padding, channels = chance.randrange(kernel), 4 * chance.randint(1, 3)
        window = chance.randint(2, 4)
        step, ceil = chance.randint(1, window), chance.random() < 0.3
        rows, columns = chance.randint(5, 24), chance.randint(5, 24)
        module = nn.Sequential(
            nn.Conv2d(4, channels, kernel, stride=stride, padding=padding, groups=groups, bias=False),
            nn.MaxPool2d(window, step, ceil_mode=ceil),
        )
        maps = module[0](torch.zeros(1, 4, rows, columns))
        sides = maps.shape[2:]
        overhang = max(-(side - window) % step for side in sides) if ceil else 0
        if ceil and any((side + overhang - window) // step != -(-(side - window) // step) for side in sides):
            continue  # rows and columns reach differently far, which a file cannot say
        text = f"""\
name: net
input: {{channels: 4, rows: {rows}, columns: {columns}, format: {{width: 8, fraction: 7}}}}
training: {{batch: 16, learning_rate: 0.1, epochs: 2, seed: 1}}
layers:
  - conv: {{name: a, channels: {channels}, kernel: {kernel}, stride: {stride}, padding: {padding}, groups: {groups}}}
  - max_pool: {{window: {window}, stride: {step}, overhang: {overhang}}}
  - fully_connected: {{name: b, features: 2}}
  - softmax_cross_entropy
"""
        if min(sides) + overhang < window:
            refused += 1
            assert len(errors(tmp_path, text)) == 1
            continue
        layer = load(tmp_path, text).layers[0]
        out = module[1](maps)
        weight = module[0].weight
        assert isinstance(weight, torch.Tensor)
        assert (layer.conv_rows, layer.conv_columns) == tuple(sides)
        assert (layer.out_rows, layer.out_columns) == tuple(out.shape[2:])
        assert layer.weight_shape == tuple(weight.shape)
        assert layer.forward_macs == sides[0] * sides[1] * weight.numel()
    assert 0 < refused < 30


@pytest.mark.parametrize(
    ("old", "new", "messages"),
    [
        (
            "groups: 4",
            "groups: 3",
            ["net.yaml:9: layers[4].conv.groups: expected a divisor of 4 (8 channels in, 12 out), found `3`"],
        ),
        ("stride: 3,", "stride: 0,", ["net.yaml:5: layers[0].conv.stride: expected at least 1, found `0`"]),
        (
            "stride: 2}",
            "stride: 4}",
            [
                "net.yaml:8: layers[3].max_pool.stride: expected at most 3 (the window), found `4`\n"
                "    hint: it would skip pixels"
            ],
        ),
        (
            "stride: 2}",
            "overhang: 3}",
            ["net.yaml:8: layers[3].max_pool.overhang: expected at most 2 (the window - 1), found `3`"],
        ),
        ("window: 3, ", "", ["net.yaml:8: layers[3].max_pool.window: expected this field, found nothing"]),
        (
            "dropout: 0.25",
            "dropout: 1",
            [
                "net.yaml:11: layers[6].dropout: expected the share of outputs that is dropped, between 0 and 1, "
                "found `1`\n    hint: write `- dropout: 0.5`"
            ],
        ),
        ("alpha: 1e-4", "alpha: 0", ["net.yaml:7: layers[2].local_response.alpha: expected more than 0.0, found `0`"]),
        ("momentum: 0.9", "momentum: 1", ["net.yaml:3: training.momentum: expected less than 1.0, found `1`"]),
        (
            "features: 10}\n",
            "features: 10}\n  - dropout: 0.5\n",
            [
                "net.yaml:13: layers[8].dropout: expected no dropout after the last layer `c`, found `0.5`\n"
                "    hint: the loss takes the logits of a fully_connected layer as they are"
            ],
        ),
    ],
)
def test_wrong_fields(tmp_path: Path, old: str, new: str, messages: list[str]) -> None:
    assert errors(tmp_path, TEXT.replace(old, new)) == messages


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("local_response: {size: 5, alpha: 1e-4, beta: 0.75}", "relu"),
        ("dropout: 0.5", "relu"),
        ("max_pool: 2", "local_response: {size: 5, alpha: 1e-4, beta: 0.75}"),
        ("dropout: 0.5", "local_response: {size: 5, alpha: 1e-4, beta: 0.75}"),
        ("dropout: 0.5", "max_pool: 2"),
    ],
)
def test_another_order_is_another_function_and_refused(tmp_path: Path, first: str, second: str) -> None:
    lines = TEXT.splitlines()
    text = "\n".join([*lines[:5], f"  - {first}", f"  - {second}", *lines[-2:]])
    found = errors(tmp_path, text)
    expected = f"expected {second.split(':')[0]} before {first.split(':')[0]}, found it after that of `a`"
    assert len(found) == 1 and found[0].startswith("net.yaml:7: ") and expected in found[0]


def test_training_names_all_that_it_cannot_do_with_its_lines(tmp_path: Path) -> None:
    expected = [
        "net.yaml:1: dataset: expected a data set to train on, found nothing",
        "net.yaml:3: training.momentum: expected 0 (plain SGD), found 0.9",
        "net.yaml:5: layers[0].conv.stride: expected stride 1, found 3",
        "net.yaml:7: layers[2].local_response: expected none, found one over 5 channels",
        "net.yaml:8: layers[3].max_pool.stride: expected 3, as the window, found 2",
        "net.yaml:9: layers[4].conv.groups: expected one group, found 4",
        "net.yaml:11: layers[6].dropout: expected none, found 0.25" + HINT,
    ]
    assert errors(tmp_path, TEXT, for_training=True) == expected
    calibrated = TEXT.replace("layers:\n", "formats: {calibrate: {images: 16}}\nlayers:\n")
    assert len(errors(tmp_path, calibrated)) == len(expected)


def variants() -> list[Network]:
    """A network that can be trained, each time with one thing that cannot."""
    network = digits()
    first, *others = network.layers
    changed = (
        replace(first, pool_stride=1),
        replace(first, pool_overhang=1),
        replace(first, normalisation=LocalResponse(5, 1e-4, 0.75, 1.0)),
        replace(first, dropout=0.5),
        replace(first, stride=2),
    )
    second = replace(others[0], groups=2)
    return [
        *(replace(network, layers=(layer, *others)) for layer in changed),
        replace(network, layers=(first, second, *others[1:])),
        replace(network, training=replace(network.training, momentum=0.5)),
        replace(network, dataset=None),
    ]


@pytest.mark.parametrize("network", variants(), ids=lambda network: lacks(network)[0].field)
def test_no_part_of_training_takes_what_it_cannot_do(network: Network) -> None:
    images = np.zeros((1, *network.tensor_shape(0)))
    with pytest.raises(InputError):
        make_plan(network, cluster(2))
    with pytest.raises(InputError):
        golden.forward(network, golden.initial_weights(network), images.astype(np.int64))
    with pytest.raises(InputError):
        float_model.forward_pass(network, float_model.initial_weights(network), images)
    if network.dataset is None:
        with pytest.raises(InputError):
            load_dataset(network)


def test_a_plan_edited_to_a_stride_is_refused() -> None:
    text = plan_to_json(make_plan(digits(), cluster(2)))
    assert plan_to_json(plan_from_json(text)) == text
    with pytest.raises(InputError) as caught:
        plan_from_json(text.replace('"stride": 1', '"stride": 2', 1))
    assert [problem.found for problem in caught.value.problems] == ["2"]
