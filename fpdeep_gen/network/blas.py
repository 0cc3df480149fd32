"""BLAS on one thread: the products here are small, and threads that wait for each other cost more than they give."""

from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]


@contextmanager
def one_thread() -> Iterator[None]:
    """Within this context NumPy's matrix products use one thread (and sum in one order)."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield
