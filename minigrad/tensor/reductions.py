"""Reductions along some or all axes: sums, means, extremes, norms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.axes import as_tensor_variable, restore_axes, sum_axes, total_dtype
from ..core.elementwise import cast
from ..core.graph import Variable
from ..core.table import abs_, sqr, sqrt
from ..core.types import check_dtype
from ..ops.counting import element_count, normalize_axes, normalize_axis
from ..ops.reduction import ArgReduction, CumProd, CumSum, Reduction, widened_half
from .elementwise import as_float

Axis = int | Sequence[int] | None


def sum(
    input: Any, axis: Axis = None, dtype: Any = None, keepdims: bool = False, acc_dtype: Any = None
) -> Variable:
    """Σ x, the sum of the elements along the axes.

    Parameters
    ----------
    input : tensor
        The x of the formula.
    axis : int, sequence of int, or None
        Negative numbers count from the last axis; None means all axes.
    dtype : str, optional
        The dtype of the result: by default that of x, but 64 bits for integers and bool.
    keepdims : bool
        Whether the axes stay, with size 1.
    acc_dtype : str, optional
        The dtype of the running sum: by default float64 for float32, float32 for float16, and
        otherwise that of the result.

    Raises
    ------
    numpy.exceptions.AxisError
        If x has no such axis.

    Examples
    --------
    >>> sum([[1, 2], [3, 4]], axis=0).eval()
    array([4, 6])
    """
    x = as_tensor_variable(input)
    axes = normalize_axes(axis, x.type.ndim)
    total = sum_axes(_accumulated(x, dtype, acc_dtype), axes)
    total = cast(total, dtype or total_dtype(x.type.numpy_dtype))
    return restore_axes(total, axes, x.type.ndim) if keepdims else total


def _accumulated(x: Variable, dtype: Any, acc_dtype: Any) -> Variable:
    """Return x in a dtype in which its sum or product is as wide as asked for."""
    wanted = check_dtype(acc_dtype or dtype or x.type.dtype)
    if acc_dtype is None and not x.type.is_float and wanted.kind == "f":
        return x  # integers are added up exactly
    return cast(x, np.result_type(wanted, x.type.numpy_dtype) if wanted.kind == "f" else wanted)


def _reduce(name: str, x: Any, axis: Axis, keepdims: bool) -> Variable:
    """Apply the reduction of that name to x."""
    x = as_tensor_variable(x)
    axes = normalize_axes(axis, x.type.ndim)
    op = (ArgReduction if name.startswith("arg") else Reduction)(name, axes)
    return restore_axes(op(x), axes, x.type.ndim) if keepdims else op(x)


def prod(
    input: Any, axis: Axis = None, dtype: Any = None, keepdims: bool = False, acc_dtype: Any = None
) -> Variable:
    """Π x, the product of the elements along the axes; parameters as in `sum`.

    Derivatives of any order are right even where elements are zero.

    >>> prod([[1, 2], [3, 4]], axis=1).eval()
    array([ 2, 12])
    """
    x = as_tensor_variable(input)
    factors = _accumulated(x, dtype, acc_dtype)
    product = _reduce("prod", factors, axis, keepdims)
    return cast(product, dtype or total_dtype(x.type.numpy_dtype))


def mean(
    input: Any, axis: Axis = None, dtype: Any = None, keepdims: bool = False, acc_dtype: Any = None
) -> Variable:
    """Σ x / n, where n is the number of elements along the axes; parameters as in `sum`.

    Integers have a float64 mean, even if `dtype` is an integer. The mean of no elements is NaN.

    >>> mean([1, 2, 6]).eval()
    array(3.)
    """
    x = as_float(input, "float64")
    if dtype is None or check_dtype(dtype).kind != "f":
        dtype = x.type.dtype
    wide = widened_half(_accumulated(x, dtype, acc_dtype))
    axes = normalize_axes(axis, x.type.ndim)
    return cast(sum(wide, axes, keepdims=keepdims) / _count(wide, axes), dtype)


def _count(x: Variable, axes: Sequence[int]) -> Variable:
    """Return the number of elements of x along the axes, in its dtype."""
    return cast(element_count(x, axes), x.type.dtype)


def var(
    input: Any, axis: Axis = None, ddof: int = 0, keepdims: bool = False, corrected: bool = False
) -> Variable:
    """Σ (x − mean(x))² / (n − ddof), the mean squared distance from the mean.

    Parameters
    ----------
    input : tensor
        The x of the formula.
    axis, keepdims
        As in `sum`.
    ddof : int
        A number to subtract from the number n of elements.
    corrected : bool
        Whether to subtract (Σ (x − mean(x)))² / n, which is 0 except for rounding, from the sum
        of squares.

    Examples
    --------
    >>> var([1.0, 3.0]).eval()
    array(1.)
    """
    x = as_float(input, "float64")
    wide = widened_half(x)
    distance = wide - mean(wide, axis, keepdims=True)
    axes = normalize_axes(axis, x.type.ndim)
    n = _count(wide, axes)
    squares = sum(sqr(distance), axes, keepdims=keepdims)
    if corrected:
        squares = squares - sqr(sum(distance, axes, keepdims=keepdims)) / n
    return cast(squares / (n - ddof if ddof else n), x.type.dtype)


def std(
    input: Any, axis: Axis = None, ddof: int = 0, keepdims: bool = False, corrected: bool = False
) -> Variable:
    """√var(x), the standard deviation; parameters as in `var`.

    >>> std([1.0, 5.0]).eval()
    array(2.)
    """
    return sqrt(var(input, axis, ddof, keepdims, corrected))


def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The largest element along the axes; parameters as in `sum`.

    Derivative: 1 by each element equal to the largest, 0 by the others.

    Raises
    ------
    ValueError
        At run time, if there are no elements.

    Examples
    --------
    >>> max([[1, 2], [4, 3]], axis=1).eval()
    array([2, 4])
    """
    return _reduce("max", x, axis, keepdims)


def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The smallest element along the axes; see `max`.

    >>> min([[1, 2], [4, 3]], axis=1).eval()
    array([1, 3])
    """
    return _reduce("min", x, axis, keepdims)


def all(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """Whether every element along the axes is true (not 0); parameters as in `sum`.

    >>> all([[True, False], [True, True]], axis=1).eval()
    array([False,  True])
    """
    return _reduce("all", x, axis, keepdims)


def any(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """Whether any element along the axes is true (not 0); parameters as in `sum`.

    >>> any([[True, False], [False, False]], axis=1).eval()
    array([ True, False])
    """
    return _reduce("any", x, axis, keepdims)


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """log(Σ exp(x)) along the axes, without overflow; parameters as in `sum`.

    Derivative: exp(x − logsumexp(x)), the softmax.

    >>> logsumexp([1000.0, 1000.0]).eval()
    array(1000.69314718)
    """
    return _reduce("logsumexp", as_float(x, "float64"), axis, keepdims)


def argmax(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The index of the largest element along the axes, the first of equal ones; int64.

    Several axes, or all (None), are numbered as one, in C order.

    >>> argmax([[1, 2], [4, 3]], axis=1).eval(), argmax([[1, 2], [4, 3]]).eval()
    (array([1, 0]), array(2))
    """
    return _reduce("argmax", x, axis, keepdims)


def argmin(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The index of the smallest element along the axes; see `argmax`.

    >>> argmin([[1, 2], [4, 3]], axis=1).eval()
    array([0, 1])
    """
    return _reduce("argmin", x, axis, keepdims)


def max_and_argmax(a: Any, axis: Axis = None, keepdims: bool = False) -> list[Variable]:
    """The largest element along the axes, and its index: see `max` and `argmax`.

    >>> [result.eval() for result in max_and_argmax([1, 3, 2])]
    [array(3), array(1)]
    """
    return [max(a, axis, keepdims), argmax(a, axis, keepdims)]


def ptp(a: Any, axis: Axis = None) -> Variable:
    """max(a) − min(a) along the axes.

    >>> ptp([1, 5, 3]).eval()
    array(4)
    """
    return max(a, axis) - min(a, axis)


def norm(x: Any, ord: float | None = 2, axis: Axis = None, keepdims: bool = False) -> Variable:
    """``(Σ |x| ** ord) ** (1 / ord)`` along the axes, the length of x as a vector.

    Parameters
    ----------
    x : tensor
    ord : float
        2, the default, is the usual length; inf the largest |x|, -inf the smallest, 0 the number
        of elements that are not zero.
    axis, keepdims
        As in `sum`.

    Notes
    -----
    With `ord` 2, no square overflows, and the derivative is x / norm(x), which is NaN at 0.

    Examples
    --------
    >>> norm([3.0, 4.0]).eval()
    array(5.)
    """
    if ord == 0:
        return sum(cast(x, "bool"), axis, keepdims=keepdims)
    x = as_float(x, "float64")
    wide = widened_half(x)
    if ord is None or ord == 2:
        length = _reduce("norm", wide, axis, keepdims)
    elif math.isinf(ord):
        length = _reduce("max" if ord > 0 else "min", abs_(wide), axis, keepdims)
    else:
        length = sum(abs_(wide) ** ord, axis, keepdims=keepdims) ** (1 / ord)
    return cast(length, x.type.dtype)


def cumsum(x: Any, axis: int | None = None) -> Variable:
    """y[i] = x[0] + … + x[i], running sums along an axis, or with None over all of x in C order.

    >>> cumsum([1, 2, 3]).eval()
    array([1, 3, 6])
    """
    return _running(CumSum, x, axis)


def cumprod(x: Any, axis: int | None = None) -> Variable:
    """y[i] = x[0] · … · x[i], running products along an axis, or with None over all of x in C order.

    Derivatives of any order are right even where elements are zero.

    >>> cumprod([1, 2, 3]).eval()
    array([1, 2, 6])
    """
    return _running(CumProd, x, axis)


def _running(op: type[CumSum], x: Any, axis: int | None) -> Variable:
    x = as_tensor_variable(x)
    if axis is None:
        x, axis = x.flatten(), 0
    return op(normalize_axis(axis, x.type.ndim))(x)
