"""AlexNet and VGG as plain PyTorch modules without biases, written from the papers, and what they compute."""

import math
from collections.abc import Callable, Mapping
from itertools import pairwise

import torch
from torch import nn

IMAGE = {"alexnet": 224, "alexnet-grouped": 227, "vgg16": 224, "vgg19": 224}


def alexnet(bias: bool = False) -> nn.Sequential:
    """One column (Krizhevsky 2014)."""
    return nn.Sequential(
        nn.Conv2d(3, 64, 11, stride=4, padding=2, bias=bias),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(64, 192, 5, padding=2, bias=bias),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(192, 384, 3, padding=1, bias=bias),
        nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1, bias=bias),
        nn.ReLU(),
        nn.Conv2d(256, 256, 3, padding=1, bias=bias),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(256 * 6 * 6, 4096, bias=bias),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(4096, 4096, bias=bias),
        nn.ReLU(),
        nn.Linear(4096, 1000, bias=bias),
    )


def alexnet_grouped(bias: bool = False) -> nn.Sequential:
    """As published (Krizhevsky et al. 2012)."""
    return nn.Sequential(
        nn.Conv2d(3, 96, 11, stride=4, bias=bias),
        nn.ReLU(),
        nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(96, 256, 5, padding=2, groups=2, bias=bias),
        nn.ReLU(),
        nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(256, 384, 3, padding=1, bias=bias),
        nn.ReLU(),
        nn.Conv2d(384, 384, 3, padding=1, groups=2, bias=bias),
        nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1, groups=2, bias=bias),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        nn.Flatten(),
        nn.Linear(256 * 6 * 6, 4096, bias=bias),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(4096, 4096, bias=bias),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(4096, 1000, bias=bias),
    )


def vgg(blocks: tuple[int, ...], bias: bool = False) -> nn.Sequential:
    """Configurations D and E (Simonyan, Zisserman 2014): `blocks` convolutions between pools."""
    parts: list[nn.Module] = []
    for count, (before, channels) in zip(blocks, pairwise((3, 64, 128, 256, 512, 512)), strict=True):
        for index in range(count):
            parts += [nn.Conv2d(channels if index else before, channels, 3, padding=1, bias=bias), nn.ReLU()]
        parts.append(nn.MaxPool2d(2))
    parts.append(nn.Flatten())
    for before in (512 * 7 * 7, 4096):
        parts += [nn.Linear(before, 4096, bias=bias), nn.ReLU(), nn.Dropout(0.5)]
    return nn.Sequential(*parts, nn.Linear(4096, 1000, bias=bias))


def vgg16(bias: bool = False) -> nn.Sequential:
    return vgg((2, 2, 3, 3, 3), bias)


def vgg19(bias: bool = False) -> nn.Sequential:
    return vgg((2, 2, 4, 4, 4), bias)


MODULES: Mapping[str, Callable[..., nn.Sequential]] = {
    "alexnet": alexnet,
    "alexnet-grouped": alexnet_grouped,
    "vgg16": vgg16,
    "vgg19": vgg19,
}

Shape = tuple[int, ...]


def operations(module: nn.Sequential) -> list[tuple[int, Shape, int, Shape]]:
    """(weights, shape of the sums, multiply-accumulates, shape of what the next layer gets) of each layer with weights,
    for the input size of its network; counted from the tensors that flow (of no values, so that it costs nothing)."""
    size = 227 if any(isinstance(part, nn.LocalResponseNorm) for part in module) else 224
    x = torch.empty(1, 3, size, size, device="meta")
    found: list[tuple[int, Shape, int, Shape]] = []
    for part in module.to("meta"):
        x = part(x)
        shape = (*x.shape[1:], 1, 1)[:3]
        if isinstance(part, nn.Conv2d | nn.Linear):
            weights = part.weight.numel()
            fan_in = part.weight[0].numel()
            found.append((weights, shape, math.prod(shape) * fan_in, shape))
        elif not isinstance(part, nn.Flatten | nn.Dropout):
            found[-1] = (*found[-1][:3], shape)
    return found
