"""The phases of a layer on raw integers, exact: forward, backward, gradient, ReLU, pool and their backward.

Features and errors are int64 [image, channel, row, column], weights int64 [out, in, kernel_row, kernel_column].
Sums run through float64 BLAS, which is exact below 2^53; operands that could pass that are split.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.golden.rounding import Integers, Sums, wrapped
from fpdeep_gen.network import convolution
from fpdeep_gen.network.pooling import max_pool, max_pool_backward

__all__ = ["conv_backward", "conv_forward", "conv_gradient", "max_pool", "max_pool_backward", "relu", "relu_backward"]

_EXACT = 1 << 53
_SPLIT = 12
Bilinear = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]


def conv_forward(x: Integers, w: Integers, padding: int, accumulator_width: int) -> Sums:
    """y[n,o,r,c] = sum over i, kr, kc of x[n, i, r+kr-p, c+kc-p] * w[o, i, kr, kc]; fully connected: p = 0."""
    terms = w[0].size
    return wrapped(_exact(lambda a, b: convolution.forward(a, b, padding), x, w, terms), accumulator_width)


def conv_backward(dy: Integers, w: Integers, padding: int, accumulator_width: int) -> Sums:
    """dx[n,i,r,c] = sum over o, kr, kc of dy[n, o, r-kr+p, c-kc+p] * w[o, i, kr, kc]."""
    terms = w.size // w.shape[1]
    return wrapped(_exact(lambda a, b: convolution.backward(a, b, padding), dy, w, terms), accumulator_width)


def conv_gradient(
    x: Integers, dy: Integers, kernel_rows: int, kernel_columns: int, padding: int, gradient_width: int
) -> Sums:
    """dw[o,i,kr,kc] = sum over n, r, c of dy[n,o,r,c] * x[n, i, r+kr-p, c+kc-p]."""
    terms = dy.size // dy.shape[1]

    def product(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
        return convolution.gradient(a, b, kernel_rows, kernel_columns, padding)

    return wrapped(_exact(product, x, dy, terms), gradient_width)


def relu(x: Integers) -> Integers:
    """max(0, x)."""
    return np.maximum(x, 0)


def relu_backward(error: Integers, output: Integers) -> Integers:
    """The error where the (pooled) output is more than 0, else 0."""
    return np.where(output > 0, error, 0)


def _exact(product: Bilinear, a: Integers, b: Integers, terms: int) -> Integers:
    """The bilinear `product` of integers, each of whose results is a sum of `terms` products; exact below 2^63."""
    bound = _magnitude(a) * _magnitude(b) * terms
    if bound < _EXACT:
        return product(a.astype(np.float64), b.astype(np.float64)).astype(np.int64)
    if bound >= 1 << 63:
        raise OverflowError(f"sums of up to {bound} pass the 63 bits of the golden model")
    if _magnitude(a) < _magnitude(b):
        return _exact(product, a, b >> _SPLIT, terms) * (1 << _SPLIT) + _exact(product, a, b & _LOW, terms)
    return _exact(product, a >> _SPLIT, b, terms) * (1 << _SPLIT) + _exact(product, a & _LOW, b, terms)


_LOW = (1 << _SPLIT) - 1


def _magnitude(values: Integers) -> int:
    """Greatest magnitude, as a Python integer."""
    return max(int(values.max()), -int(values.min())) if values.size else 0
