"""``T.signal.downsample``: pooling by its first names."""

from __future__ import annotations

from typing import Any

from ...core.graph import Variable
from .pool import Pool, max_pool_2d_same_size, pool_2d

DownsampleFactorMax = Pool

__all__ = ["DownsampleFactorMax", "max_pool_2d", "max_pool_2d_same_size"]


def max_pool_2d(
    input: Any,
    ds: Any,
    ignore_border: bool | None = None,
    st: Any = None,
    padding: Any = (0, 0),
    mode: str = "max",
) -> Variable:
    """The largest element of each window: `pool_2d`, by its first name and those of its arguments.

    >>> max_pool_2d([[1.0, 2.0, 3.0]], (1, 2), ignore_border=True).eval()
    array([[2.]])
    """
    return pool_2d(input, ds, ignore_border, st, padding, mode)
