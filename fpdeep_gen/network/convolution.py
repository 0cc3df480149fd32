"""The three phases of a layer in float64, by im2col and BLAS.

Exact on integers as long as every sum stays below 2^53. A fully connected layer is a convolution whose kernel is the
whole map. Arrays: features and errors [image, channel, row, column], weights [out, in, kernel_row, kernel_column].
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]


def columns(x: Floats, kernel_rows: int, kernel_columns: int, padding: int) -> Floats:
    """im2col: [channel * kernel_row * kernel_column, image * row * column], zeros around the map."""
    images, channels, rows, cols = x.shape
    if padding == 0 and (kernel_rows, kernel_columns) == (rows, cols):
        return np.ascontiguousarray(x.reshape(images, -1).T)
    out_rows = rows + 2 * padding - kernel_rows + 1
    out_columns = cols + 2 * padding - kernel_columns + 1
    padded = np.zeros((channels, images, rows + 2 * padding, cols + 2 * padding))
    padded[:, :, padding : padding + rows, padding : padding + cols] = x.transpose(1, 0, 2, 3)
    taps = np.empty((channels, kernel_rows, kernel_columns, images, out_rows, out_columns))
    for row in range(kernel_rows):
        for column in range(kernel_columns):
            taps[:, row, column] = padded[:, :, row : row + out_rows, column : column + out_columns]
    return taps.reshape(channels * kernel_rows * kernel_columns, -1)


def forward(x: Floats, w: Floats, padding: int) -> Floats:
    """y[n,o,r,c] = sum over i, kr, kc of x[n, i, r+kr-p, c+kc-p] * w[o, i, kr, kc]."""
    images, _, rows, cols = x.shape
    outputs, _, kernel_rows, kernel_columns = w.shape
    shape = (outputs, images, rows + 2 * padding - kernel_rows + 1, cols + 2 * padding - kernel_columns + 1)
    flat = w.reshape(outputs, -1) @ columns(x, kernel_rows, kernel_columns, padding)
    return np.ascontiguousarray(flat.reshape(shape).transpose(1, 0, 2, 3))


def backward(dy: Floats, w: Floats, padding: int) -> Floats:
    """dx[n,i,r,c] = sum over o, kr, kc of dy[n, o, r-kr+p, c-kc+p] * w[o, i, kr, kc]; kernel 1 x 1, or square, or
    any where dy is 1 x 1 and the padding 0."""
    outputs, inputs, kernel_rows, kernel_columns = w.shape
    if padding == 0 and dy.shape[2:] == (1, 1):
        flat = dy.reshape(-1, outputs) @ w.reshape(outputs, -1)
        return flat.reshape(-1, inputs, kernel_rows, kernel_columns)
    return forward(dy, w[:, :, ::-1, ::-1].transpose(1, 0, 2, 3), kernel_rows - 1 - padding)


def gradient(x: Floats, dy: Floats, kernel_rows: int, kernel_columns: int, padding: int) -> Floats:
    """dw[o,i,kr,kc] = sum over n, r, c of dy[n,o,r,c] * x[n, i, r+kr-p, c+kc-p]."""
    outputs = dy.shape[1]
    errors = dy.transpose(1, 0, 2, 3).reshape(outputs, -1)
    flat = errors @ columns(x, kernel_rows, kernel_columns, padding).T
    return flat.reshape(outputs, x.shape[1], kernel_rows, kernel_columns)
