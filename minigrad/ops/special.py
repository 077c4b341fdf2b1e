"""Special functions that NumPy lacks, of float arrays; the result has their dtype."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

# The Bernoulli numbers B2, B4, …, B12.
BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730)
# psi and tri_gamma move their argument up by so much, where six terms of their series suffice.
STEPS = 10


def _of_each_element(function: Callable[[float], float]) -> Callable[[Any], Any]:
    """Return a function of arrays that applies this one of Python floats."""
    of_objects = np.frompyfunc(function, 1, 1)

    def of_arrays(x: Any) -> Any:
        return np.asarray(of_objects(x)).astype(x.dtype)

    of_arrays.__name__ = of_arrays.__qualname__ = function.__name__
    of_arrays.__doc__ = function.__doc__
    return of_arrays


def _gammaln(x: float) -> float:
    """log |Γ(x)|; infinite where Γ is, and where the result is too large."""
    try:
        return math.lgamma(x)
    except (ValueError, OverflowError):
        return math.inf


erf = _of_each_element(math.erf)
erfc = _of_each_element(math.erfc)
gammaln = _of_each_element(_gammaln)


def psi(x: Any) -> Any:
    """The derivative of log Γ(x), which grows by 1/x from x to x + 1; about log x for large x."""
    above, distance = _reflected(x)
    y = above + STEPS
    coefficients = [b / (2 * k) for k, b in enumerate(BERNOULLI, start=1)]
    series = np.log(y) - 1 / (2 * y) - _power_series(coefficients, y**-2.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        at_above = series - sum(1 / (above + i) for i in range(STEPS))
        mirrored = at_above - np.pi / np.tan(np.pi * distance)
    return np.where(x > 0, at_above, mirrored).astype(x.dtype)


def tri_gamma(x: Any) -> Any:
    """The derivative of psi(x), which falls by 1/x² from x to x + 1; about 1/x for large x."""
    above, distance = _reflected(x)
    y = above + STEPS
    series = (1 + _power_series(BERNOULLI, y**-2.0)) / y + y**-2.0 / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        at_above = series + sum((above + i) ** -2.0 for i in range(STEPS))
        mirrored = (np.pi / np.sin(np.pi * distance)) ** 2 - at_above
    return np.where(x > 0, at_above, mirrored).astype(x.dtype)


def _reflected(x: Any) -> tuple[Any, Any]:
    """Return x if x > 0, else 1 − x, in double precision; and the distance of x from an integer."""
    x = np.asarray(x, dtype="float64")
    with np.errstate(invalid="ignore"):
        return np.where(x > 0, x, 1 - x), x - np.rint(x)


def _power_series(coefficients: Any, z: Any) -> Any:
    """c₁·z + c₂·z² + …"""
    return np.polyval([*reversed(coefficients), 0], z)


def xlogx(x: Any) -> Any:
    """x · log x, which is 0 at 0."""
    return x * np.log(np.where(x == 0, 1, x).astype(x.dtype))


def xlogy0(x: Any, y: Any) -> Any:
    """x · log y, which is 0 where x is 0, whatever y is."""
    return x * np.log(np.where(x == 0, 1, y).astype(y.dtype))
