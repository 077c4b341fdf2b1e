"""Bessel functions of float arrays, by order and argument; the result has their common dtype.

Each way is taken where it is accurate: for small arguments the power series (DLMF 10.2.2, 10.25.2),
for large ones Hankel's expansion (DLMF 10.17.3, 10.40.1), and for J in between its recurrence (DLMF
10.6.1), in the direction in which errors do not grow: from orders that are so large that J is nothing
down (Miller, 1952; Abramowitz and Stegun, 9.12), or up to orders that are less than the argument. So
the time grows with the order.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from .special import gamma

# From it, and from half the square of the order, Hankel's terms fall below rounding before they rise.
FAR = 25.0
# Γ(v + 1) is in range for orders v to this one, and 1 / Γ(v + 1) from its negative.
LARGEST = 169.0
# What grows beyond it on the way is divided by it.
HUGE = 1e150
# Terms that are less than this part of a sum do not change it.
NOTHING = 1e-17

Function = Callable[[Any, Any], Any]


def jv(v: Any, x: Any) -> Any:
    """The Bessel function of the first kind, J, of order v; NaN for x < 0, unless v is an integer."""
    j = _of_all_numbers(_j, 0.0, v, x)
    return np.where((v < 0) & _is_odd(v), -j, j)


def iv(v: Any, x: Any) -> Any:
    """The modified Bessel function I of order v; NaN for x < 0, unless v is an integer."""
    return _of_all_numbers(_i, np.inf, v, x)


j0, j1, i0, i1 = partial(jv, 0), partial(jv, 1), partial(iv, 0), partial(iv, 1)


def _is_odd(v: Any) -> Any:
    with np.errstate(invalid="ignore"):  # of infinity
        return np.mod(v, 2) == 1


def _of_all_numbers(function: Function, at_infinity: float, v: Any, x: Any) -> Any:
    """Return the function of |x|, and of |v| for integers v; it changes its sign with x if v is odd."""
    dtype = np.result_type(v, x)
    v, x = np.broadcast_arrays(np.asarray(v, "float64"), np.asarray(x, "float64"))
    with np.errstate(all="ignore"):
        is_whole = v == np.floor(v)
        is_defined = np.isfinite(v) & (is_whole | (x >= 0))
        is_usual = is_defined & np.isfinite(x)
        result = np.where(is_defined & np.isinf(x), at_infinity, np.nan)
        result[is_usual] = function(np.where(is_whole, np.abs(v), v)[is_usual], np.abs(x[is_usual]))
        return np.where((x < 0) & _is_odd(v), -result, result).astype(dtype)


def _in_parts(v: Any, x: Any, *parts: tuple[Any, Function]) -> Any:
    """Return at each place what the function of the first part gives whose condition holds there."""
    result, left = np.empty_like(x), np.ones(x.shape, bool)
    for condition, function in parts:
        here = left & condition
        if here.any():
            result[here] = function(v[here], x[here])
        left &= ~here
    return result


def _j(v: Any, x: Any) -> Any:
    return _in_parts(
        v,
        x,
        (x**2 / 4 <= np.maximum(v, 0) + 1, lambda v, x: _series(v, x, -1)),  # from which terms fall
        (x >= np.maximum(FAR, v**2 / 2), _j_far),
        ((x >= FAR) & (v <= x), _j_outwards),
        (True, _j_downwards),
    )


def _i(v: Any, x: Any) -> Any:
    is_far = x >= np.maximum(FAR, v**2 / 2)
    return _in_parts(v, x, (is_far, _i_far), (True, lambda v, x: _series(v, x, 1)))


def _series(v: Any, x: Any, sign: int) -> Any:
    """(x/2)ᵛ/Γ(v + 1) · Σ (± x²/4)ᵏ / (k! (v + 1) … (v + k))."""
    z = sign * x**2 / 4
    term, total, k = np.ones_like(x), np.ones_like(x), 0
    while ((np.abs(term) > NOTHING * np.abs(total)) | (k < -v)).any():
        k += 1
        term = term * z / (k * (k + v))
        total += term
    return _first(v, x) * total


def _first(v: Any, x: Any) -> Any:
    """(x/2)ᵛ / Γ(v + 1)."""
    v, half, factor = v.copy(), x / 2, np.ones_like(x)
    while (above := v > LARGEST).any():
        factor[above] *= half[above] / v[above]
        v[above] -= 1
    while (below := v < -LARGEST).any():
        v[below] += 1
        factor[below] *= v[below] / half[below]
    root = half ** (v / 2)  # the power itself may be out of range where the quotient is not
    return root / gamma(v + 1) * root * factor


def _hankel(v: Any, x: Any, unit: complex) -> Any:
    """Σ (unit / 8x)ᵏ (4v² − 1²)(4v² − 3²) … (4v² − (2k − 1)²) / k!."""
    term, total, k = np.ones_like(x, type(unit)), np.ones_like(x, type(unit)), 0
    while (np.abs(term) > NOTHING).any():
        k += 1
        term = term * unit * ((2 * v - 2 * k + 1) * (2 * v + 2 * k - 1)) / (8 * k * x)
        total += term
    return total


def _j_far(v: Any, x: Any) -> Any:
    # cos and sin of x − πv/2 − π/4 by those of x, which lose nothing if x is large.
    turn = np.exp(-1j * np.pi * (np.mod(v, 4) / 2 + 0.25))
    wave = (np.cos(x) + 1j * np.sin(x)) * turn * _hankel(v, x, 1j)
    return np.sqrt(2 / np.pi / x) * wave.real


def _i_far(v: Any, x: Any) -> Any:
    root = np.exp(x / 2)  # e ** x may be out of range
    return root / np.sqrt(2 * np.pi * x) * root * _hankel(v, x, -1.0)


def _j_outwards(v: Any, x: Any) -> Any:
    """J from orders near 0 to order v, step by step; errors do not grow if v < x."""
    n = np.floor(v)
    step = np.where(n < 0, -1, 1)
    order, last, now = v - n + step, _j_far(v - n, x), _j_far(v - n + step, x)
    result = last
    for i in range(1, int(np.abs(n).max()) + 1):
        result = np.where(np.abs(n) >= i, now, result)
        last, now = now, 2 * order / x * now - last
        order += step
    return result


def _j_downwards(v: Any, x: Any) -> Any:
    """J times an unknown factor, from an order where it is nothing down; then the factor.

    (x/2)ᵃ = Σ (a + 2m) Γ(a + m)/m! · J of order a + 2m (DLMF 10.23.15), where a is the fraction of v.
    """
    n = np.floor(v)
    a, twice, orders = v - n, 2 * (v - n), {*map(int, n)}
    largest = max(v.max(), x.max())
    half_way = int(largest + 13 * np.cbrt(largest) + 20) // 2  # J is far below rounding there
    above, now, weight = np.zeros_like(x), np.ones_like(x), np.ones_like(x)
    total, result = np.zeros_like(x), np.zeros_like(x)
    for k in range(2 * half_way, min(*orders, 0) - 1, -1):
        if k in orders:
            result = np.where(n == k, now, result)
        if k > 0 and k % 2 == 0:
            total += (a + k) * weight * now
            if k > 2:
                weight *= (k // 2) / (a + (k // 2 - 1))
        elif k == 0:
            total += weight * now
        above, now = now, (twice + 2 * k) / x * now - above
        # It grows by less than HUGE in as many steps.
        if k % 8 == 0 and (too_large := np.abs(now) > HUGE).any():
            scale = np.where(too_large, 1 / HUGE, 1)
            above, now, total, result = (scale * array for array in (above, now, total, result))
    return result / total * weight * _first(a, x)
