"""The networks that come with the program, against plain PyTorch modules and against published figures."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from torch import nn

from fpdeep_gen.network.known import known_networks
from fpdeep_gen.network.load import load_network
from fpdeep_gen.network.model import LayerKind, Network
from tests.network.torch_networks import MODULES, operations


def load(name: str) -> Network:
    return load_network(known_networks()[name])


@pytest.mark.parametrize("name", list(known_networks()))
def test_shapes_weights_and_work_are_those_of_the_torch_module(name: str) -> None:
    network = load(name)
    found = operations(MODULES[name]())
    layers = [
        (
            layer.weight_count,
            (layer.out_channels, layer.conv_rows, layer.conv_columns),
            layer.forward_macs,
            network.tensor_shape(index + 1),
        )
        for index, layer in enumerate(network.layers)
    ]
    assert layers == found


# G multiply-accumulates of the convolutions for one image, M weights of convolutions and of fully connected layers.
PUBLISHED: Mapping[str, tuple[str, str, str]] = {
    "alexnet-grouped": ("0.666", "2.33", "58.6"),
    "vgg16": ("15.35", "14.71", "123.6"),
    "vgg19": ("19.51", "20.02", "123.6"),
}


@pytest.mark.parametrize("name", list(PUBLISHED))
def test_totals(name: str) -> None:
    network = load(name)
    convolutions = [layer for layer in network.layers if layer.kind is LayerKind.CONVOLUTION]
    full = [layer for layer in network.layers if layer.kind is LayerKind.FULLY_CONNECTED]
    totals = (
        sum(layer.forward_macs for layer in convolutions) / 1e9,
        sum(layer.weight_count for layer in convolutions) / 1e6,
        sum(layer.weight_count for layer in full) / 1e6,
    )
    rounded = [f"{total:.{len(text.partition('.')[2])}f}" for total, text in zip(totals, PUBLISHED[name], strict=True)]
    assert tuple(rounded) == PUBLISHED[name]


def test_a_name_stands_for_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_network(Path("vgg16")) == load("vgg16")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vgg16").write_text(known_networks()["alexnet"].read_text())
    assert load_network(Path("vgg16")).name == "alexnet"


def test_the_plain_modules_are_torch_networks() -> None:
    """The reference computes: an image goes through, and its classes come out."""
    module = MODULES["alexnet-grouped"]().eval()
    with torch.no_grad():
        assert module(torch.zeros(1, 3, 227, 227)).shape == (1, 1000)
    assert sum(isinstance(part, nn.LocalResponseNorm) for part in module.modules()) == 2
