"""More functions of arrays that NumPy lacks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.kernels import numpy_cast


def numpy_softplus(x: Any, out: Any = None) -> Any:
    """log(1 + exp(x)) without overflow."""
    return np.logaddexp(0, x, out=out)


def numpy_log1mexp(x: Any) -> Any:
    """log(1 - exp(x)) for x < 0, from the form that keeps its digits (Mächler, 2012)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(x > -math.log(2), np.log(-np.expm1(x)), np.log1p(-np.exp(x)))


def numpy_relu(x: Any, out: Any = None) -> Any:
    """x where it is positive, else 0."""
    return np.maximum(x, 0, out=out)


def numpy_clip(x: Any, low: Any, high: Any, out: Any = None) -> Any:
    """low where x < low, else high where x > high, else x; also where low is above high."""
    if not np.greater(low, high).any():
        return np.clip(x, low, high, out=out)
    y = np.where(np.less(x, low), low, np.minimum(x, high))
    return y if out is None else numpy_cast(y, y.dtype, out)
