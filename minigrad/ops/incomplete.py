"""The incomplete gamma functions of float arrays; the result has their common dtype."""

from __future__ import annotations

from typing import Any

import numpy as np

from .special import gamma

# Stirling's series of log Γ, with four terms, is exact from there; below, powers are in range.
LARGE = 20.0
NOTHING = 1e-17  # what is less than this part of a sum does not change it
TINY = 1e-300


def gammainc(k: Any, x: Any) -> Any:
    """The integral of tᵏ⁻¹e⁻ᵗ from 0 to x, as a part of Γ(k), which is that to infinity."""
    return _parts(k, x)[0]


def gammaincc(k: Any, x: Any) -> Any:
    """The integral of tᵏ⁻¹e⁻ᵗ from x to infinity, as a part of Γ(k), which is that from 0."""
    return _parts(k, x)[1]


def _parts(k: Any, x: Any) -> tuple[Any, Any]:
    """Return both: the smaller is computed, and what it leaves of 1; NaN if k or x is negative."""
    dtype = np.result_type(k, x)
    k, x = np.broadcast_arrays(np.asarray(k, "float64"), np.asarray(x, "float64"))
    low, high = np.full(x.shape, np.nan), np.full(x.shape, np.nan)
    with np.errstate(all="ignore"):
        is_known = (k >= 0) & (x >= 0) & np.isfinite(k)
        is_low = is_known & (x < k + 1)
        is_high = is_known & ~is_low
        low[is_low] = _lower(k[is_low], x[is_low])
        high[is_low] = 1 - low[is_low]
        high[is_high] = _upper(k[is_high], x[is_high])
        low[is_high] = 1 - high[is_high]
    return low.astype(dtype), high.astype(dtype)


def _front(k: Any, x: Any) -> Any:
    """xᵏ e⁻ˣ / Γ(k + 1)."""
    x = np.minimum(x, 1e5 * (k + 1))  # beyond, it is 0
    n = np.maximum(k, LARGE)
    distance = (x - n) / n
    rest = np.polyval([-1 / 1680, 1 / 1260, -1 / 360, 1 / 12], n**-2.0) / n
    logarithm = np.where(x < n / 2, np.log(x / n), np.log1p(distance))
    by_stirling = np.exp(n * (logarithm - distance) - rest) / np.sqrt(2 * np.pi * n)
    m = np.minimum(k, LARGE)
    return np.where(k < LARGE, x**m * np.exp(-x) / gamma(m + 1), by_stirling)


def _lower(k: Any, x: Any) -> Any:
    """The part below, by its series: DLMF 8.7.1."""
    term, total, i = np.ones_like(x), np.ones_like(x), 0
    while (term > NOTHING * total).any():
        i += 1
        term = term * x / (k + i)
        total += term
    return _front(k, x) * total


def _upper(k: Any, x: Any) -> Any:
    """The part above, by its continued fraction: DLMF 8.9.2, evaluated as Lentz does (1976)."""
    b = x + 1 - k
    numerator, denominator = np.full_like(x, 1 / TINY), 1 / b
    fraction, i, is_open = denominator, 0, True
    while is_open:
        i += 1
        a, b = i * (k - i), b + 2
        numerator, denominator = b + a / numerator, 1 / (b + a * denominator)
        change = numerator * denominator
        fraction = fraction * change
        is_open = bool((np.abs(change - 1) > 3e-16).any())
    return np.where(x == np.inf, 0, _front(k, x) * k * fraction)
