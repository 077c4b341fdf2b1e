"""Functions that shorten along some axes or all: sums, means, extremes, norms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.axes import as_tensor_variable, normalize_axes, restore_axes, sum_axes
from ..core.elementwise import cast
from ..core.graph import Variable
from ..core.table import abs_, sqr, sqrt
from ..core.types import check_dtype
from ..ops.counting import element_count, normalize_axis
from ..ops.reduction import ArgReduction, CumSum, Reduction, total_dtype, widened_half

Axis = int | Sequence[int] | None


def _reduce(name: str, x: Any, axis: Axis, keepdims: bool) -> Variable:
    x = as_tensor_variable(x)
    axes = normalize_axes(axis, x.type.ndim)
    return _restored(Reduction(name, axes)(x), axes, x, keepdims)


def _restored(y: Variable, axes: Sequence[int], x: Variable, keepdims: bool) -> Variable:
    return restore_axes(y, axes, x.type.ndim) if keepdims else y


def sum(
    x: Any, axis: Axis = None, dtype: Any = None, keepdims: bool = False, acc_dtype: Any = None
) -> Variable:
    """The sum of the elements of x along the axes.

    Parameters
    ----------
    x : tensor
    axis : int, sequence of int, or None
        Negative ones count from the last; None means all.
    dtype : str, optional
        The result's. By default x's; 64 bits for integers and bool.
    keepdims : bool
        Whether the axes stay, with size 1.
    acc_dtype : str, optional
        The running sum's. By default float64 for float32, float32 for float16, and else the
        result's.

    Raises
    ------
    numpy.exceptions.AxisError
        If x has no such axis.

    Examples
    --------
    >>> sum([[1, 2], [3, 4]], axis=0).eval()
    array([4, 6])
    """
    x = as_tensor_variable(x)
    axes = normalize_axes(axis, x.type.ndim)
    total = sum_axes(_accumulated(x, dtype, acc_dtype), axes)
    return _restored(cast(total, dtype or total_dtype(x.type.dtype)), axes, x, keepdims)


def _accumulated(x: Variable, dtype: Any, acc_dtype: Any) -> Variable:
    """x in a dtype in which its sum or product is not narrower than asked for."""
    wanted = check_dtype(acc_dtype or dtype or x.type.dtype)
    if acc_dtype is None and not x.type.is_float and wanted.kind == "f":
        return x  # integers are added up exactly
    return cast(x, np.result_type(wanted, x.type.numpy_dtype) if wanted.kind == "f" else wanted)


def prod(
    x: Any, axis: Axis = None, dtype: Any = None, keepdims: bool = False, acc_dtype: Any = None
) -> Variable:
    """The product of the elements of x along the axes; parameters as in `sum`.

    The derivative is right where elements are zero, to any order.
    """
    x = as_tensor_variable(x)
    product = _reduce("prod", _accumulated(x, dtype, acc_dtype), axis, keepdims)
    return cast(product, dtype or total_dtype(x.type.dtype))


def mean(
    x: Any, axis: Axis = None, dtype: Any = None, keepdims: bool = False, acc_dtype: Any = None
) -> Variable:
    """The sum of x along the axes, divided by how many elements it is of.

    Parameters are as in `sum`; integers have a float64 mean, also if `dtype` is an integer's. Of
    no elements it is NaN.
    """
    x = as_tensor_variable(x)
    if dtype is None or check_dtype(dtype).kind != "f":
        dtype = x.type.dtype if x.type.is_float else "float64"
    wide = widened_half(
        _accumulated(x, dtype, acc_dtype or (None if x.type.is_float else "float64"))
    )
    axes = normalize_axes(axis, x.type.ndim)
    return cast(_mean(wide, axes, keepdims), dtype)


def _mean(x: Variable, axes: Sequence[int], keepdims: bool) -> Variable:
    return sum(x, axes, keepdims=keepdims) / cast(element_count(x, axes), x.type.dtype)


def var(
    x: Any, axis: Axis = None, ddof: int = 0, keepdims: bool = False, corrected: bool = False
) -> Variable:
    """The mean squared distance from the mean: sum((x − mean(x))²) / (n − ddof).

    Parameters
    ----------
    x : tensor
    axis, keepdims
        As in `sum`.
    ddof : int
        What to subtract from the number n of elements.
    corrected : bool
        Subtract (sum(x − mean(x)))² / n, which is 0 but for rounding, from the sum of squares.

    Examples
    --------
    >>> var([1.0, 3.0]).eval()
    array(1.)
    """
    x = as_tensor_variable(x)
    dtype = x.type.dtype if x.type.is_float else "float64"
    wide = widened_half(x)
    distance = wide - mean(wide, axis, keepdims=True)
    axes = normalize_axes(axis, x.type.ndim)
    n = cast(element_count(x, axes), distance.type.dtype)
    squares = sum(sqr(distance), axes, keepdims=keepdims)
    if corrected:
        squares = squares - sqr(sum(distance, axes, keepdims=keepdims)) / n
    return cast(squares / (n - ddof), dtype)


def std(
    x: Any, axis: Axis = None, ddof: int = 0, keepdims: bool = False, corrected: bool = False
) -> Variable:
    """The square root of the variance; see `var`."""
    return sqrt(var(x, axis, ddof, keepdims, corrected))


def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The largest element along the axes; parameters as in `sum`.

    Derivative: all to the largest; each of several equal ones gets the whole of it.

    Raises
    ------
    ValueError
        At run time, if there are no elements.
    """
    return _reduce("max", x, axis, keepdims)


def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The smallest element along the axes; as `max`."""
    return _reduce("min", x, axis, keepdims)


def all(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """Whether every element along the axes is true (not 0); parameters as in `sum`."""
    return _reduce("all", x, axis, keepdims)


def any(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """Whether some element along the axes is true (not 0); parameters as in `sum`."""
    return _reduce("any", x, axis, keepdims)


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """log(sum(exp(x))) along the axes without overflow; parameters as in `sum`.

    Derivative: exp(x − logsumexp(x)), the softmax.

    Examples
    --------
    >>> logsumexp([1000.0, 1000.0]).eval()
    array(1000.69314718)
    """
    x = as_tensor_variable(x)
    return _reduce("logsumexp", x if x.type.is_float else cast(x, "float64"), axis, keepdims)


def argmax(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """Where the largest element is, the first of equal ones; int64.

    With several axes, or None for all, positions are numbered as if these were one, in C order.
    """
    return _arg_reduce("argmax", x, axis, keepdims)


def argmin(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """Where the smallest element is; as `argmax`."""
    return _arg_reduce("argmin", x, axis, keepdims)


def _arg_reduce(name: str, x: Any, axis: Axis, keepdims: bool) -> Variable:
    x = as_tensor_variable(x)
    axes = normalize_axes(axis, x.type.ndim)
    return _restored(ArgReduction(name, axes)(x), axes, x, keepdims)


def max_and_argmax(x: Any, axis: Axis = None, keepdims: bool = False) -> list[Variable]:
    """The largest element along the axes, and where it is: see `max` and `argmax`."""
    return [max(x, axis, keepdims), argmax(x, axis, keepdims)]


def ptp(x: Any, axis: Axis = None) -> Variable:
    """The largest minus the smallest element along the axes."""
    return max(x, axis) - min(x, axis)


def norm(x: Any, ord: float | None = 2, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The length of x as a vector: sum(|x|^ord)^(1/ord) along the axes.

    Parameters
    ----------
    x : tensor
    ord : float
        2, the default, is the usual length; inf the largest |x|, -inf the smallest, 0 how many
        elements are not zero.
    axis, keepdims
        As in `sum`.

    Notes
    -----
    With order 2 no square overflows, and the derivative is x / norm(x), which at 0 is NaN.

    Examples
    --------
    >>> norm([3.0, 4.0]).eval()
    array(5.)
    """
    x = as_tensor_variable(x)
    if ord == 0:
        return sum(cast(x, "bool"), axis, keepdims=keepdims)
    dtype = x.type.dtype if x.type.is_float else "float64"
    wide = widened_half(x) if x.type.is_float else cast(x, dtype)
    return cast(_norm(wide, 2 if ord is None else ord, axis, keepdims), dtype)


def _norm(x: Variable, ord: float, axis: Axis, keepdims: bool) -> Variable:
    if ord == 2:
        return _reduce("norm", x, axis, keepdims)
    if ord == math.inf:
        return max(abs_(x), axis, keepdims)
    if ord == -math.inf:
        return min(abs_(x), axis, keepdims)
    return sum(abs_(x) ** ord, axis, keepdims=keepdims) ** (1 / ord)


def cumsum(x: Any, axis: int | None = None) -> Variable:
    """Running sums along an axis: y[i] = x[0] + … + x[i]; None runs through all of x in C order.

    Examples
    --------
    >>> cumsum([1, 2, 3]).eval()
    array([1, 3, 6])
    """
    x = as_tensor_variable(x)
    if axis is None:
        x, axis = x.flatten(), 0
    return CumSum(normalize_axis(axis, x.type.ndim))(x)
