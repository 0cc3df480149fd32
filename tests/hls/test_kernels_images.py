"""Images: line buffers, windows, pools, histograms; one pixel (or one word of pixels) a cycle."""

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.hls.kernels.cases import Case, faults, pack

Image = NDArray[np.int64]


def image(rows: int, columns: int, bits: int = 8, seed: int = 3) -> Image:
    return np.random.default_rng(seed).integers(0, 1 << bits, (rows, columns))


def windows(picture: Image, size: int) -> Image:
    return np.lib.stride_tricks.sliding_window_view(picture, (size, size))


def _conv3x3() -> Case:
    pictures = [image(12, 16, seed=seed) for seed in (1, 2)]
    weights = np.array([[1, -2, 3], [-4, 5, -6], [7, -8, 9]])
    out = [(windows(one, 3) * weights).sum((2, 3)).ravel().tolist() for one in pictures]
    pixels = np.concatenate([one.ravel() for one in pictures]).tolist()
    return Case("conv3x3", {"src": pixels}, {"dst": out[0] + out[1]}, [1], 2 * 12 * 16, calls=2)


def _separable_gauss() -> Case:
    picture = image(10, 14)
    taps = np.array([1, 4, 6, 4, 1])
    blurred = (windows(np.pad(picture, 2), 5) * np.outer(taps, taps)).sum((2, 3))
    out = (blurred + 128) // 256
    return Case("separable_gauss", {"in": picture.ravel().tolist()}, {"out": out.ravel().tolist()}, [1], 12 * 16)


def _sobel() -> Case:
    picture = image(9, 11)
    gx = (windows(picture, 3) * np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])).sum((2, 3))
    gy = (windows(picture, 3) * np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]])).sum((2, 3))
    out = np.zeros_like(picture)
    out[2:, 2:] = np.minimum(255, abs(gx) + abs(gy))
    return Case("sobel", {"in": picture.ravel().tolist()}, {"out": out.ravel().tolist()}, [1], 99)


def _max_pool() -> Case:
    values = np.random.default_rng(4).integers(-3, 4, (6, 10, 4))
    blocks = values.reshape(3, 2, 5, 2, 4).transpose(0, 2, 4, 1, 3).reshape(15, 4, 4)
    words = [pack(word, 8) for word in values.reshape(60, 4).tolist()]
    best = [pack(word, 8) for word in blocks.max(2).tolist()]
    index = [pack(word, 2) for word in blocks.argmax(2).tolist()]
    return Case("max_pool", {"in": words}, {"best_out": best, "index_out": index}, [1], 60)


def _histogram() -> Case:
    source = random.Random(8)
    pixels = [source.choice([0, 1, 5, 5, 5, source.randrange(64)]) for _ in range(400)]
    out = [np.bincount(part, minlength=64).tolist() for part in (pixels[:200], pixels[200:])]
    return Case("histogram", {"in": pixels}, {"out": out[0] + out[1]}, [1, 1, 1], 2 * 328, fills=8, calls=2)


def _histogram_plain() -> Case:
    source = random.Random(9)
    pixels = [source.choice([7, 8, source.randrange(256)]) for _ in range(300)]
    out = [np.bincount(part, minlength=256).tolist() for part in (pixels[:150], pixels[150:])]
    return Case("histogram_plain", {"in": pixels}, {"out": out[0] + out[1]}, [2, 1], 2 * (300 + 256), fills=4, calls=2)


def _erode_dilate() -> Case:
    picture = np.random.default_rng(6).random((16, 24)) < 0.85
    eroded = np.pad(windows(np.pad(picture, 1).astype(np.int64), 3).min((2, 3)), 1)
    opened = windows(eroded, 3).max((2, 3))
    rows = [pack(row, 1) for row in picture.tolist()]
    return Case("erode_dilate", {"in": rows}, {"out": [pack(row, 1) for row in opened.tolist()]}, [1], 18)


def _rgb_to_ycbcr() -> Case:
    pixels = [0, 0xFFFFFF, 0xFF0000, 0x00FF00, 0x0000FF, *(random.Random(2).getrandbits(24) for _ in range(60))]
    weights = [[19595, 38470, 7471], [-11059, -21709, 32768], [32768, -27439, -5329]]
    out = []
    for pixel in pixels:
        rgb = np.array([pixel >> 16, pixel >> 8 & 255, pixel & 255])
        y, cb, cr = (np.array(weights) @ rgb + 32768) // 65536 + [0, 128, 128]
        out.append(pack(np.clip([cr, cb, y], 0, 255).tolist(), 8))
    return Case("rgb_to_ycbcr", {"rgb": pixels}, {"ycc": out}, [1], 65, calls=65)


def _upscale() -> Case:
    picture = image(5, 7, 10)
    out = np.kron(picture, np.ones((2, 2), dtype=np.int64))
    return Case("upscale", {"in": picture.ravel().tolist()}, {"out": out.ravel().tolist()}, [1], 140)


def _integral_image() -> Case:
    pictures = [image(8, 20, seed=seed) for seed in (1, 2)]
    out = np.concatenate([one.cumsum(0).cumsum(1).ravel() for one in pictures])
    pixels = np.concatenate([one.ravel() for one in pictures])
    return Case("integral_image", {"in": pixels.tolist()}, {"out": out.tolist()}, [1], 320, calls=2)


def _transpose() -> Case:
    matrices = np.random.default_rng(1).integers(-32768, 32768, (4, 8, 8))
    out = matrices[:3].transpose(0, 2, 1).ravel().tolist()
    return Case("transpose", {"in": matrices.ravel().tolist()}, {"out": out}, [1], 256, calls=4)


CASES = [
    _conv3x3(), _separable_gauss(), _sobel(), _max_pool(), _histogram(), _histogram_plain(),
    _erode_dilate(), _rgb_to_ycbcr(), _upscale(), _integral_image(), _transpose(),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_kernel(case: Case) -> None:
    assert faults(case, CASES) == []
