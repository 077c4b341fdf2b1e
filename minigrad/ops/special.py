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
        with np.errstate(all="ignore"):  # the processor's flags, which math functions leave set
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


def polygamma(n: Any, x: Any) -> Any:
    """The n-th derivative of psi(x), which is (−1)ⁿ⁺¹ n! Σ (x + k)⁻ⁿ⁻¹ over k ≥ 0; NaN if n is no
    natural number."""
    dtype = np.result_type(n, x)
    n, x = np.broadcast_arrays(np.asarray(n, "float64"), np.asarray(x, "float64"))
    with np.errstate(all="ignore"):
        s, y, total = n + 1, x.copy(), np.zeros_like(x)
        while (near := y < STEPS + 2 * s).any():
            total[near] += y[near] ** -s[near]
            y[near] += 1
        # The rest of the sum by Euler and Maclaurin's formula: DLMF 25.11.5.
        rest, term = y / n + 0.5, s / y
        for k, b in enumerate(BERNOULLI, start=1):
            rest = rest + b / math.factorial(2 * k) * term
            term = term * (s + 2 * k - 1) * (s + 2 * k) / y**2
        result = np.where(np.mod(n, 2) == 1, 1, -1) * gamma(s) * (total + rest * y**-s)
        result = np.where(n == 0, psi(x), result)
        return np.where((n >= 0) & (n == np.floor(n)), result, np.nan).astype(dtype)


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


def _gamma(x: float) -> float:
    """Γ(x); infinite where it is too large, and NaN at its poles but 0."""
    try:
        return math.gamma(x)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.copysign(math.inf, x) if x == 0 else math.nan


gamma = _of_each_element(_gamma)

# Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution" (1988): numerators and
# denominators, the highest power first, for the middle, and for tails near and far.
_MIDDLE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)  # fmt: skip
_NEAR = (
    (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177,
     1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055,
     4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966,
     0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494,
     2.05319162663775882187, 1.0),
)  # fmt: skip
_FAR = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386,
     0.026532189526576123093, 0.29656057182850489123, 1.7848265399172913358,
     5.4637849111641143699, 6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5,
     7.868691311456132591e-4, 0.0148753612908506148525, 0.13692988092273580531,
     0.59983220655588793769, 1.0),
)  # fmt: skip


def _ratio(polynomials: Any, z: Any) -> Any:
    above, below = polynomials
    return np.polyval(above, z) / np.polyval(below, z)


def _inverse_of_erf(x: Any, left: Any) -> Any:
    """The y with erf(y) = x, given 1 − |x| as well, which may be tiny."""
    with np.errstate(all="ignore"):
        q, r = x / 2, np.sqrt(-np.log(left / 2))
        tail = np.where(r <= 5, _ratio(_NEAR, r - 1.6), _ratio(_FAR, r - 5))
        tail = np.where(left == 0, np.inf, np.where(left > 0, tail, np.nan))
        middle = q * _ratio(_MIDDLE, 0.180625 - q * q)
        return np.where(np.abs(q) <= 0.425, middle, np.copysign(tail, x)) / math.sqrt(2)


def erfinv(x: Any) -> Any:
    """The y with erf(y) = x, from −1 to 1."""
    wide = np.asarray(x, "float64")
    return _inverse_of_erf(wide, 1 - np.abs(wide)).astype(x.dtype)


def erfcinv(x: Any) -> Any:
    """The y with erfc(y) = x, from 0 to 2, exact also where x is tiny."""
    wide = np.asarray(x, "float64")
    return _inverse_of_erf(1 - wide, np.where(wide < 1, wide, 2 - wide)).astype(x.dtype)


def erfcx(x: Any) -> Any:
    """exp(x²) · erfc(x), also where one factor overflows and the other is 0."""
    wide = np.asarray(x, "float64")
    with np.errstate(all="ignore"):
        high = wide.astype("float32").astype("float64")  # so its square is exact
        square = np.exp(high**2) * np.exp((wide - high) * (wide + high))
        fraction = np.zeros_like(wide)
        for k in range(60, 0, -1):  # DLMF 7.9.1, from a depth that suffices for x = 2
            fraction = k / 2 / (wide + fraction)
        far = 1 / math.sqrt(math.pi) / (wide + fraction)
        near = np.where(wide < -30, np.inf, square * erfc(wide))
        return np.where(wide < 2, near, far).astype(x.dtype)
