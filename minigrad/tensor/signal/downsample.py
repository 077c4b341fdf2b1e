"""``T.signal.downsample``: pooling under its oldest names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.graph import Variable
from .pool import Pool, max_pool_2d_same_size, pool_2d

__all__ = ["DownsampleFactorMax", "max_pool_2d", "max_pool_2d_same_size"]


class DownsampleFactorMax:
    """``DownsampleFactorMax(ds)(x)`` pools the last two axes of x: see `pool_2d`.

    The oldest programs use this class; its options have their oldest names.

    Examples
    --------
    >>> DownsampleFactorMax((1, 2), ignore_border=True)([[1.0, 2.0, 3.0]]).eval()
    array([[2.]])
    """

    def __init__(
        self,
        ds: Any,
        ignore_border: bool = False,
        st: Any = None,
        padding: Any = (0, 0),
        mode: str = "max",
    ) -> None:
        self._pool, self._window = Pool(ignore_border, mode), (ds, st, padding)

    def __call__(self, x: Any) -> Variable:
        """The pooled x."""
        return self._pool(x, *self._window)

    @staticmethod
    def out_shape(
        imgshape: Sequence[Any],
        ds: Any,
        ignore_border: bool = False,
        st: Any = None,
        padding: Any = None,
    ) -> list[Any]:
        """Return the shape of pooled images from theirs; sizes are numbers or expressions.

        >>> DownsampleFactorMax.out_shape((10, 3, 5, 5), (2, 2))
        [10, 3, 3, 3]
        """
        return Pool.out_shape(imgshape, ds, ignore_border, st, padding)


def max_pool_2d(
    input: Any,
    ds: Any,
    ignore_border: bool | None = None,
    st: Any = None,
    padding: Any = (0, 0),
    mode: str = "max",
) -> Variable:
    """The largest element of each window: `pool_2d`, with the oldest names of it and its arguments.

    >>> max_pool_2d([[1.0, 2.0, 3.0]], (1, 2), ignore_border=True).eval()
    array([[2.]])
    """
    return pool_2d(input, ds, ignore_border, st, padding, mode)
