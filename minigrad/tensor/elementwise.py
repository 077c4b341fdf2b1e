"""Elementwise functions composed of those of the table."""

from __future__ import annotations

import math
from functools import reduce
from typing import Any

import numpy as np

from ..core.axes import as_tensor_variable
from ..core.elementwise import cast, operands, real
from ..core.graph import Variable
from ..core.table import (
    abs_,
    eq,
    int_div,
    invert,
    isnan,
    le,
    maximum,
    minimum,
    mod,
    neq,
    switch,
)
from ..ops.functions import gamma, gammainc, gammaincc, isinf, rint, trunc
from ..ops.reduction import Reduction


def as_float(x: Any, dtype: str) -> Variable:
    """Return x as a variable; integers and bool are cast to that float dtype."""
    x = as_tensor_variable(x)
    return x if x.type.is_float else cast(x, dtype)


def as_real(x: Any) -> Variable:
    """Return x as a variable; integers are cast as exp casts them: float32 up to int16."""
    x = as_tensor_variable(x)
    return cast(x, real(x.type.numpy_dtype))


def round(a: Any, mode: str = "half_to_even") -> Variable:
    """The whole number nearest to a, as a float.

    Parameters
    ----------
    a : tensor
    mode : {'half_to_even', 'half_away_from_zero'}
        How halves are rounded.

    Raises
    ------
    ValueError
        If there is no such mode.

    Examples
    --------
    >>> round([0.5, 1.5]).eval(), round([0.5, 1.5], "half_away_from_zero").eval()
    (array([0., 2.]), array([1., 2.]))
    """
    x = as_tensor_variable(a)
    if mode == "half_to_even":
        return rint(x)
    if mode == "half_away_from_zero":
        # The next number below 0.5: adding 0.5 itself would round 0.49999999999999994 up to 1, and
        # from 2^(digits - 1) on, where no number has a fraction, the sum would round to even.
        x = as_real(x)
        below_half = np.nextafter(x.type.numpy_dtype.type(0.5), x.type.numpy_dtype.type(0))
        return switch(eq(x, 0), x, trunc(x + switch(x < 0, -below_half, below_half)))
    raise ValueError(f"round: mode must be 'half_to_even' or 'half_away_from_zero'; got {mode!r}")


def round_half_to_even(x: Any) -> Variable:
    """The whole number nearest to x; halves go to the even one; see `round`.

    >>> round_half_to_even([0.5, 1.5]).eval()
    array([0., 2.])
    """
    return round(x)


def round_half_away_from_zero(x: Any) -> Variable:
    """The whole number nearest to x; halves go away from 0; see `round`.

    >>> round_half_away_from_zero([0.5, -1.5]).eval()
    array([ 1., -2.])
    """
    return round(x, "half_away_from_zero")


def largest(*args: Any) -> Variable:
    """The largest of the tensors, element by element.

    >>> largest([1, 5], [3, 2], [2, 2]).eval()
    array([3, 5])
    """
    return reduce(maximum, args) if len(args) > 1 else as_tensor_variable(*args)


def smallest(*args: Any) -> Variable:
    """The smallest of the tensors, element by element.

    >>> smallest([1, 5], [3, 2], [2, 2]).eval()
    array([1, 2])
    """
    return reduce(minimum, args) if len(args) > 1 else as_tensor_variable(*args)


def ceil_intdiv(a: Any, b: Any) -> Variable:
    """a / b rounded up, for integers, computed without floats.

    >>> int(ceil_intdiv(7, 2).eval())
    4
    """
    return int_div(a, b) + neq(mod(a, b), 0)


def isclose(
    a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Variable:
    """|a − b| ≤ atol + rtol · |b|, for each element; equal infinities are close.

    Parameters
    ----------
    a, b : tensors
    rtol, atol : float
    equal_nan : bool
        Whether NaN is close to NaN.

    Returns
    -------
    Variable
        Bool, with the shape to which a and b broadcast.

    Examples
    --------
    >>> isclose([1.0, 2.0], [1.0 + 1e-9, 2.1]).eval()
    array([ True, False])
    """
    # Unsigned integers have no negative differences.
    a, b = (as_float(x, "float64") for x in operands(a, b))
    finite = invert(isinf(a) | isinf(b))
    # An infinity less itself is not a number: subtract only what is finite.
    distance = abs_(switch(finite, a, 0) - switch(finite, b, 0))
    close = (finite & le(distance, atol + rtol * abs_(switch(finite, b, 0)))) | eq(a, b)
    return close | (isnan(a) & isnan(b)) if equal_nan else close


def allclose(
    a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Variable:
    """Whether all elements are close, bool; parameters as in `isclose`.

    >>> allclose([1.0, 2.0], [1.0, 2.0 + 1e-9]).eval()
    array(True)
    """
    close = isclose(a, b, rtol, atol, equal_nan)
    return Reduction("all", tuple(range(close.type.ndim)))(close)


def deg2rad(x: Any) -> Variable:
    """x · π / 180: degrees as radians.

    >>> deg2rad([90.0, 180.0]).eval()
    array([1.57079633, 3.14159265])
    """
    return as_real(x) * (math.pi / 180)


def rad2deg(x: Any) -> Variable:
    """x · 180 / π: radians as degrees.

    >>> rad2deg([3.141592653589793, 0.0]).eval()
    array([180.,   0.])
    """
    return as_real(x) * (180 / math.pi)


def chi2sf(x: Any, k: Any) -> Variable:
    """The probability that a chi-squared variable of k degrees of freedom is larger than x.

    It is `gammaincc(k / 2, x / 2)`. The derivative by x is minus the density; there is none by k.

    Examples
    --------
    >>> chi2sf(3.841459, 1).eval()
    array(0.04999999)
    """
    x, k = operands(x, k)
    return gammaincc(k / 2, x / 2)


def gammal(k: Any, x: Any) -> Variable:
    """The integral of ``t ** (k - 1) * exp(-t)`` from 0 to x: the lower incomplete gamma function.

    Examples
    --------
    >>> gammal(1.0, 2.0).eval()
    array(0.86466472)
    """
    return gammainc(k, x) * gamma(k)


def gammau(k: Any, x: Any) -> Variable:
    """The integral of ``t ** (k - 1) * exp(-t)`` from x to ∞: the upper incomplete gamma function.

    Examples
    --------
    >>> gammau(1.0, 2.0).eval()
    array(0.13533528)
    """
    return gammaincc(k, x) * gamma(k)
