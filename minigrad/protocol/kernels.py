"""Functions of arrays that NumPy lacks, and those of its own that should warn less or keep more."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any

import numpy as np

from ..core.axes import ACCUMULATORS


class _Quiet(threading.local):
    """Calls functions without NumPy's warnings, as ``numpy.errstate`` does, in less time.

    A context in which they are off is made once for each thread, and entered for each call.
    """

    def __init__(self) -> None:
        context = copy_context()
        context.run(partial(np.seterr, all="ignore"))
        self.call = context.run


_quiet = _Quiet()
# NumPy is slower with a number than with an array of the right type.
_ONE = {np.dtype(name): np.array(1, name) for name in ("float16", "float32", "float64")}


def numpy_sigmoid(x: Any, out: Any = None) -> Any:
    """1 / (1 + exp(-x)); where exp overflows the result is 0, as it should be."""
    y = _quiet.call(np.exp, np.negative(x, out=out), out=out)
    one = _ONE[y.dtype]
    # In half the time of np.reciprocal.
    return np.true_divide(one, np.add(y, one, out=out), out=out)


def numpy_cast(x: Any, dtype: Any, out: Any = None) -> Any:
    """x in another dtype, in C order."""
    if out is None:
        return np.asarray(x).astype(dtype, order="C")
    out[...] = x  # in half the time of np.copyto
    return out


def accumulator(dtype: Any) -> np.dtype[Any]:
    """The dtype in which numbers of this one are added up and multiplied."""
    return np.dtype(ACCUMULATORS.get(np.dtype(dtype).name, dtype))


def widened(function: Callable[..., Any]) -> Callable[..., Any]:
    """NumPy's reduction or accumulation, which rounds to a narrow float only in the end."""

    def reduce(x: Any, axis: Any = None, out: Any = None, **options: Any) -> Any:
        """The NumPy function's result for x, kept in a wider float meanwhile."""
        wide = _WIDER.get(x.dtype)
        if wide is None:
            return function(x, axis=axis, out=out, **options)
        # Not with out=: NumPy would keep the running sum in the dtype of that.
        result = function(x, axis=axis, dtype=wide, **options)
        if out is None:
            return result.astype(x.dtype)
        np.copyto(out, result, casting="same_kind")
        return out

    return reduce


_WIDER = {np.dtype(narrow): np.dtype(wide) for narrow, wide in ACCUMULATORS.items()}
numpy_sum = widened(np.add.reduce)


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
    """low where x < low, else high where x > high, else x; also where low is above high.

    NaN of any of the three is NaN.
    """
    if not np.greater(low, high).any():
        return np.clip(x, low, high, out=out)
    y = np.where(np.less(x, low) | np.isnan(low), low, np.minimum(x, high))
    return y if out is None else numpy_cast(y, y.dtype, out)
