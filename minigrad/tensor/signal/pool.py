"""Pooling: the largest element, the sum or the mean of each of many windows."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from ...core.axes import as_tensor_variable, dimshuffle, size_of
from ...core.elementwise import cast
from ...core.graph import Variable
from ...core.table import ge, maximum, switch
from ...core.types import constant
from ...ops.pooling import AddWhereLargest, LargestOfWindows, SumOfWindows
from ...ops.reduction import widened_half
from ...protocol.walks import known_integer, number_if_known
from ..creation import alloc
from ..elementwise import as_float
from ..sizes import as_size, as_sizes

__all__ = ["Pool", "max_pool_2d_same_size", "pool_2d", "pool_3d"]

_MODES = ("max", "sum", "average_inc_pad", "average_exc_pad")


def pool_2d(
    input: Any,
    ws: Any = None,
    ignore_border: bool | None = None,
    stride: Any = None,
    pad: Any = (0, 0),
    mode: str = "max",
    ds: Any = None,
    st: Any = None,
    padding: Any = None,
) -> Variable:
    """The largest element, or the sum or mean, of each window of the images in the last two axes.

    Parameters
    ----------
    input : tensor of at least two dimensions
    ws : tuple of two sizes, or int vector
        Rows and columns of a window; they may be expressions.
    ignore_border : bool
        Whether to leave out windows that do not fit into the image: 5 columns have 2 windows of 2
        columns if True, else 3. The default is False, as in Theano, but gives a warning, since True
        is usually meant.
    stride : tuple of two sizes, or int vector, optional
        The distance between neighbouring windows; by default `ws`, so that they do not overlap.
    pad : tuple of two sizes, or int vector
        The number of rows of zeros at the top and bottom, and of columns of zeros at both sides.
        The maximum and the sum ignore them.
    mode : {'max', 'sum', 'average_inc_pad', 'average_exc_pad'}
        The result for each window. The mean's divisor includes the zeros of `pad`
        ('average_inc_pad') or excludes them ('average_exc_pad').
    ds, st, padding : optional
        Older names of `ws`, `stride` and `pad`.

    Returns
    -------
    Variable
        It has the dtype of the input; means of integers are of ``config.floatX``. For n rows there are
        ⌊(n + 2 · pad − ws) / stride⌋ + 1 without the border. With it, it is ⌊(n − 1) / stride⌋ + 1 if
        stride ≥ ws, and else ⌊(n − 1 − ws + stride) / stride⌋ + 1, but at least 1.

    Raises
    ------
    TypeError
        If the input has fewer dimensions.
    ValueError
        If ws is missing, mode is none of these, a size is below 1, pad is as large as ws, or pad is
        not 0 with ignore_border=False.

    Warns
    -----
    UserWarning
        If ignore_border is not given.

    Notes
    -----
    Where several elements of a window are the largest, each gets the whole derivative, as in
    Theano.

    Examples
    --------
    >>> x = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    >>> pool_2d(x, (2, 2), ignore_border=True).eval()
    array([[5.]])
    >>> pool_2d(x, (2, 2), ignore_border=False, mode="average_exc_pad").eval()
    array([[3. , 4.5]])
    """
    ws, stride, pad = _by_new_names("pool_2d", ws, stride, pad, ds, st, padding)
    return Pool(_said_of_border("pool_2d", ignore_border), mode, 2)(input, ws, stride, pad)


def pool_3d(
    input: Any,
    ws: Any = None,
    ignore_border: bool | None = None,
    stride: Any = None,
    pad: Any = (0, 0, 0),
    mode: str = "max",
    ds: Any = None,
    st: Any = None,
    padding: Any = None,
) -> Variable:
    """The largest element, or the sum or mean, of each window in the last three axes: see `pool_2d`.

    >>> pool_3d([[[1.0, 2.0]], [[4.0, 3.0]]], (2, 1, 1), ignore_border=True).eval()
    array([[[4., 3.]]])
    """
    ws, stride, pad = _by_new_names("pool_3d", ws, stride, pad, ds, st, padding)
    return Pool(_said_of_border("pool_3d", ignore_border), mode, 3)(input, ws, stride, pad)


def max_pool_2d_same_size(input: Any, patch_size: Any) -> Variable:
    """The input, but 0 where an element is not the largest of its patch.

    Parameters
    ----------
    input : tensor of at least two dimensions
    patch_size : tuple of two sizes
        Rows and columns of a patch; patches do not overlap. Those that do not fit become 0.

    Examples
    --------
    >>> max_pool_2d_same_size([[1.0, 2.0, 4.0, 3.0]], (1, 2)).eval()
    array([[0., 2., 4., 0.]])
    """
    x = as_tensor_variable(input)
    steps = []
    for axis, window in _windows(x, 2, True, patch_size):
        y = LargestOfWindows(axis)(x, *window)
        steps.append((axis, x, y, window[:-1]))
        x = y
    for axis, before, after, window in reversed(steps):
        x = AddWhereLargest(axis)(x, before, after, *window)
    return x


class Pool:
    """``Pool(ignore_border, mode, ndim)(x, ws, stride, pad)`` pools over the last `ndim` axes of x.

    Some of Theano's programs use this class; `pool_2d` describes the arguments.

    Examples
    --------
    >>> Pool(ignore_border=True)([[1.0, 2.0], [3.0, 4.0]], (2, 2)).eval()
    array([[4.]])
    """

    def __init__(
        self, ignore_border: bool = False, mode: str = "max", ndim: int = 2, openmp: Any = None
    ) -> None:
        if mode not in _MODES:
            raise ValueError(f"pooling: mode must be one of {', '.join(_MODES)}; got {mode!r}")
        self.ignore_border, self.mode, self.ndim = bool(ignore_border), mode, ndim

    def __call__(self, x: Any, ws: Any, stride: Any = None, pad: Any = None) -> Variable:
        """The pooled x."""
        x = as_tensor_variable(x)
        windows = _windows(x, self.ndim, self.ignore_border, ws, stride, pad)
        if self.mode == "max":
            for axis, window in windows:
                x = LargestOfWindows(axis)(x, *window)
            return x
        x = x if self.mode == "sum" else as_float(x, "floatX")
        pooled = widened_half(x)
        for axis, window in windows:
            pooled = SumOfWindows(axis)(total := pooled, *window)
            if self.mode != "sum":
                pooled = pooled / self._counts(total, axis, *window)
        return cast(pooled, x.type.dtype)

    def _counts(self, x: Variable, axis: int, *window: Variable) -> Variable:
        """Return how many elements of x, or zeros beside it, are in each window along the axis."""
        length, _, pad, _ = window
        if self.ignore_border and (self.mode == "average_inc_pad" or known_integer(pad) == 0):
            return cast(length, x.type.dtype)
        ones = alloc(constant(1, dtype=x.type.dtype), size_of(x, axis))
        counts = SumOfWindows(0)(ones, *window)
        return dimshuffle(counts, [0 if a == axis else "x" for a in range(x.type.ndim)])

    @staticmethod
    def out_shape(
        imgshape: Sequence[Any],
        ws: Any = None,
        ignore_border: bool = False,
        stride: Any = None,
        pad: Any = None,
        ndim: int = 2,
        ds: Any = None,
        st: Any = None,
        padding: Any = None,
    ) -> list[Any]:
        """The shape of pooled images from that of the images; sizes are numbers or expressions.

        >>> Pool.out_shape((10, 3, 5, 5), (2, 2)), Pool.out_shape((5, 5), (2, 2), ignore_border=True)
        ([10, 3, 3, 3], [2, 2])
        """
        ws, stride, pad = _by_new_names("Pool.out_shape", ws, stride, pad, ds, st, padding)
        windows = zip(imgshape[-ndim:], _numbers(ndim, ws, stride, pad), strict=True)
        counts = [_count(ignore_border, size, *window) for size, window in windows]
        return [*imgshape[:-ndim], *counts]


def _said_of_border(function: str, ignore_border: bool | None) -> bool:
    if ignore_border is None:
        warnings.warn(
            f"{function} without ignore_border counts windows that are cut by the border, as "
            "Theano does; say ignore_border=True to leave them out, or False",
            stacklevel=3,
        )
    return bool(ignore_border)


def _by_new_names(function: str, ws: Any, stride: Any, pad: Any, *older: Any) -> tuple[Any, ...]:
    """Return ws, stride and pad, which may have been given by older names."""
    result = []
    for name, value, old in zip(("ws", "stride", "pad"), (ws, stride, pad), older, strict=True):
        is_given = value is not None and not (name == "pad" and set(value) == {0})
        if old is not None and is_given:
            raise ValueError(f"{function}: {name} is given twice, once by its older name")
        result.append(value if old is None else old)
    if result[0] is None:
        raise ValueError(f"{function}: ws, the sizes of a window, must be given")
    return tuple(result)


def _windows(
    x: Variable, ndim: int, ignore_border: bool, ws: Any, stride: Any = None, pad: Any = None
) -> list[tuple[int, list[Variable]]]:
    """Return length, stride and pad of the windows along each axis, and how many there are."""
    if x.type.ndim < ndim:
        raise TypeError(f"pooling over {ndim} axes: {x} has {x.type.ndim} dimensions")
    windows = []
    first = x.type.ndim - ndim
    for axis, window in enumerate(_numbers(ndim, ws, stride, pad), start=first):
        _check(ignore_border, *[n if isinstance(n, int) else None for n in window])
        size = size_of(x, axis)
        known = known_integer(size)
        count = _count(ignore_border, size if known is None else known, *window)
        windows.append((axis, [*map(as_size, (*window, count))]))
    return windows


def _numbers(ndim: int, ws: Any, stride: Any, pad: Any) -> list[tuple[Any, ...]]:
    """Return length, stride and pad for each axis, as numbers where they are known."""
    result = []
    given = {"ws": ws, "stride": ws if stride is None else stride, "pad": 0 if pad is None else pad}
    for name, value in given.items():
        sizes = as_sizes([value] * ndim if isinstance(value, int) else value, ndim)
        if len(sizes) != ndim:
            raise ValueError(f"pooling: {name} must be {ndim} numbers; got {value!r}")
        result.append([*map(number_if_known, sizes)])
    return [*zip(*result, strict=True)]


def _check(ignore_border: bool, length: int | None, stride: int | None, pad: int | None) -> None:
    """Raise a ValueError if known numbers are not valid."""
    if min(length or 1, stride or 1) < 1 or 0 in (length, stride):
        raise ValueError(f"pooling: ws and stride must be 1 or more; got {length} and {stride}")
    if pad is not None and not 0 <= pad < (length or pad + 1):
        raise ValueError(f"pooling: pad must be 0 or more and smaller than ws, {length}; got {pad}")
    if pad != 0 and not ignore_border:
        raise ValueError("pooling: pad, zeros around images, needs ignore_border=True")


def _count(ignore_border: bool, size: Any, length: Any, stride: Any, pad: Any) -> Any:
    """Return how many windows there are along an axis: a number, or an expression."""
    if ignore_border:
        return _not_negative((size + 2 * pad - length) // stride + 1)
    apart = (size - 1) // stride + 1
    overlapping = _not_negative((size - 1 - length + stride) // stride) + 1
    if isinstance(stride, int) and isinstance(length, int):
        return apart if stride >= length else overlapping
    return apart if stride is length else switch(ge(stride, length), apart, overlapping)


def _not_negative(n: Any) -> Any:
    return max(n, 0) if isinstance(n, int) else maximum(n, 0)
