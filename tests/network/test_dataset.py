"""Data sets: the built-in ones, files, and what is wrong with them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.network.dataset import epoch_batches, epoch_images, load_dataset
from fpdeep_gen.network.load import load_network
from fpdeep_gen.network.model import Network

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def digits() -> Network:
    return load_network(EXAMPLES / "digits" / "network.yaml")


def test_digits(digits: Network) -> None:
    data = load_dataset(digits)
    assert data.train_images.shape == (1437, 1, 8, 8)
    assert data.test_images.shape == (360, 1, 8, 8)
    assert (data.train_images.min(), data.train_images.max()) == (-64, 64)
    assert data.train_images.dtype == data.train_labels.dtype == np.int64
    assert all(count > 20 for count in np.bincount(data.test_labels, minlength=10))
    again = load_dataset(replace(digits, training=replace(digits.training, seed=99)))
    np.testing.assert_array_equal(again.test_images, data.test_images)


def test_mnist5k() -> None:
    data = load_dataset(load_network(EXAMPLES / "lenet5" / "network.yaml"))
    assert data.train_images.shape == (4000, 1, 28, 28)
    assert data.test_images.shape == (1000, 1, 28, 28)
    assert (data.train_images.min(), data.train_images.max()) == (-128, 127)
    counts = np.bincount(np.concatenate([data.train_labels, data.test_labels]))
    assert counts.tolist() == [500] * 10
    assert min(np.bincount(data.test_labels)) > 60


def test_no_image_is_in_both_parts(digits: Network) -> None:
    """Digits holds no two equal images, so none may stand in both parts."""
    data = load_dataset(digits)
    train = {image.tobytes() for image in data.train_images}
    assert len(train) == 1437
    assert not train & {image.tobytes() for image in data.test_images}


def arrays() -> dict[str, Any]:
    images, labels = np.zeros((6, 1, 8, 8), np.int8), np.array([0, 1, 2, 3, 4, 9])
    return {"train_images": images, "train_labels": labels, "test_images": images[:2], "test_labels": labels[:2]}


def with_file(digits: Network, path: Path, changes: dict[str, Any]) -> Network:
    np.savez(path, **{name: array for name, array in (arrays() | changes).items() if array is not None})
    return replace(digits, dataset=str(path), training=replace(digits.training, batch=6))


def test_file(digits: Network, tmp_path: Path) -> None:
    data = load_dataset(with_file(digits, tmp_path / "a.npz", {}))
    assert data.train_labels.tolist() == [0, 1, 2, 3, 4, 9]
    assert data.test_images.dtype == np.int64


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        ({"test_labels": None}, ["test_labels: expected this array, found nothing"]),
        ({"train_images": np.zeros((6, 1, 8, 8))}, ["train_images: expected integers, found float64"]),
        (
            {"train_images": np.zeros((6, 8, 8), np.int8)},
            ["train_images: expected shape (images, 1, 8, 8), found (6, 8, 8)"],
        ),
        (
            {"train_images": np.full((6, 1, 8, 8), 200, np.uint8)},
            ["train_images: expected values -128..127, found 200..200"],
        ),
        (
            {"train_labels": np.array([0, 1, 2, 3, 4, 10]), "test_labels": np.array([1])},
            [
                "train_labels: expected values 0..9, found 0..10",
                "test_labels: expected shape (2,), a label for each image, found (1,)",
            ],
        ),
        (
            {"test_images": np.zeros((0, 1, 8, 8), np.int8), "test_labels": np.zeros(0, np.int8)},
            ["test_images: expected shape (images, 1, 8, 8), found (0, 1, 8, 8)"],
        ),
    ],
)
def test_wrong_file(digits: Network, tmp_path: Path, changes: dict[str, Any], messages: list[str]) -> None:
    path = tmp_path / "a.npz"
    with pytest.raises(InputError) as caught:
        load_dataset(with_file(digits, path, changes))
    assert [str(problem) for problem in caught.value.problems] == [f"{path}: {message}" for message in messages]


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 broken"])
def test_file_that_is_no_archive(digits: Network, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"a\.npz: dataset: expected an \.npz file with train_images"):
        load_dataset(replace(digits, dataset=str(path)))


def test_images_of_an_epoch_are_those_of_the_data_set_or_as_stated(digits: Network, tmp_path: Path) -> None:
    for network in (digits, load_network(EXAMPLES / "lenet5" / "network.yaml")):
        assert epoch_images(network) == len(load_dataset(network).train_labels)
    assert epoch_images(with_file(digits, tmp_path / "a.npz", {})) == 6
    assert epoch_images(replace(digits, dataset=str(tmp_path / "none.npz"))) is None
    assert epoch_images(with_file(digits, tmp_path / "b.npz", {"train_labels": np.array(6)})) is None
    without = replace(digits, dataset=None)
    assert epoch_images(without) is None
    assert epoch_images(replace(without, training=replace(digits.training, images=70))) == 70


def test_epoch_batches() -> None:
    batches = epoch_batches(1, 0, 103, 10)
    assert batches.shape == (10, 10)
    assert len(set(batches.ravel().tolist())) == 100
    assert not np.array_equal(batches, epoch_batches(1, 1, 103, 10))
    np.testing.assert_array_equal(batches, epoch_batches(1, 0, 103, 10))
