"""Numbers of axes, and numbers of elements along them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import index, mul
from typing import Any

from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from ..core.axes import noting, size_of
from ..core.graph import Constant, Variable
from ..core.types import constant
from ..protocol.errors import asked_for


def normalize_axes(axis: Any, ndim: int) -> tuple[int, ...]:
    """The axes as sorted numbers from 0; all of them for None."""
    if axis is None:
        return tuple(range(ndim))
    if isinstance(axis, Constant):
        axis = axis.data.tolist()
    try:
        return tuple(sorted(normalize_axis_tuple(axis, ndim, "axis")))
    except TypeError:
        raise TypeError(
            f"{asked_for()}axis must be a whole number, several, or None; got {axis!r}"
        ) from None


def normalize_axis(axis: Any, ndim: int) -> int:
    """Return the number of an axis, counted from 0."""
    try:
        number = index(axis.data if isinstance(axis, Constant) else axis)
    except TypeError:
        raise TypeError(f"{asked_for()}axis must be a whole number; got {axis!r}") from None
    return normalize_axis_index(number, ndim)


def element_count(x: Variable, axes: Sequence[int]) -> Variable:
    """Return the number of elements of x along the axes together, int64."""
    if not axes:
        return noting(x, constant(1, dtype="int64"))
    return reduce(mul, (size_of(x, axis) for axis in axes))
