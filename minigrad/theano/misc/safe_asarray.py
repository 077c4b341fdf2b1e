"""``theano.misc.safe_asarray``: arrays of a dtype, which NumPy did not always give."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["_asarray"]


def _asarray(a: Any, dtype: Any, order: Any = None) -> np.ndarray:
    """The array of this dtype: ``numpy.asarray``, which once gave another of the same size."""
    return np.asarray(a, dtype=dtype, order=order)
