"""Max-pool of [image, channel, row, column] arrays, integer or float; remainder rows and columns are dropped."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", np.int64, np.float64)


def max_pool(x: NDArray[Scalar], size: int) -> tuple[NDArray[Scalar], NDArray[np.int64]]:
    """(maxima, index of the winner in its window): windows size x size, stride size; the first maximum in row-major
    order wins."""
    images, channels, rows, columns = x.shape
    out_rows, out_columns = rows // size, columns // size
    whole = x[:, :, : out_rows * size, : out_columns * size]
    windows = whole.reshape(images, channels, out_rows, size, out_columns, size).transpose(0, 1, 2, 4, 3, 5)
    flat = windows.reshape(images, channels, out_rows, out_columns, size * size)
    winner = flat.argmax(axis=-1)
    return np.take_along_axis(flat, winner[..., None], axis=-1)[..., 0], winner


def max_pool_backward(
    error: NDArray[Scalar], winner: NDArray[np.int64], size: int, rows: int, columns: int
) -> NDArray[Scalar]:
    """The error of each window at its winner in a rows x columns map, 0 elsewhere."""
    images, channels, out_rows, out_columns = error.shape
    flat = np.zeros((images, channels, out_rows, out_columns, size * size), dtype=error.dtype)
    np.put_along_axis(flat, winner[..., None], error[..., None], axis=-1)
    windows = flat.reshape(images, channels, out_rows, out_columns, size, size).transpose(0, 1, 2, 4, 3, 5)
    spread = np.zeros((images, channels, rows, columns), dtype=error.dtype)
    spread[:, :, : out_rows * size, : out_columns * size] = windows.reshape(
        images, channels, out_rows * size, out_columns * size
    )
    return spread
