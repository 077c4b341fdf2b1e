"""Sorted values, and their indices: `sort`, `argsort`, `topk`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.axes import as_tensor_variable, check_whole
from ..core.graph import Variable
from ..core.types import check_dtype
from ..ops.counting import normalize_axis
from ..ops.sorting import ArgSort, ArgTopK, Sort, taken_along
from ..protocol.values import check_choice
from ..protocol.walks import known_integer
from .shapes import flatten
from .sizes import as_size

KINDS = ("quicksort", "mergesort", "heapsort", "stable")


def sort(a: Any, axis: int | None = -1, kind: str = "quicksort", order: None = None) -> Variable:
    """The tensor a, sorted along an axis in ascending order, with NaN last.

    Parameters
    ----------
    a : tensor
    axis : int, optional
        By default the last; None flattens it first.
    kind : {'quicksort', 'mergesort', 'heapsort', 'stable'}
        NumPy's algorithm.
    order
        NumPy's, for arrays with fields; must not be given, as tensors have no fields.

    Returns
    -------
    Variable
        It has the dtype of a. Derivative by a value: that by its place in the result.

    Raises
    ------
    ValueError
        If `kind` is another word, or `order` is given.
    numpy.exceptions.AxisError
        If there is no such axis.

    Examples
    --------
    >>> sort([[3, 1, 2]]).eval()
    array([[1, 2, 3]])
    """
    x, axis = _checked(a, axis, kind, order)
    return Sort(axis, kind)(x)


def argsort(a: Any, axis: int | None = -1, kind: str = "quicksort", order: None = None) -> Variable:
    """The indices that sort a along an axis, int64; see `sort`.

    >>> argsort([30, 10, 20]).eval()
    array([1, 2, 0])
    """
    x, axis = _checked(a, axis, kind, order)
    return ArgSort(axis, kind)(x)


def _checked(x: Any, axis: int | None, kind: str, order: None) -> tuple[Variable, int]:
    """Return the tensor to sort, and its axis, after checking kind and order."""
    check_choice("kind", kind, KINDS)
    if order is not None:
        raise ValueError(f"sort: a tensor has no fields to order by; got order={order!r}")
    return _along(x, axis)


def _along(x: Any, axis: int | None) -> tuple[Variable, int]:
    """Return x, flattened if the axis is None, and the axis counted from 0."""
    x = as_tensor_variable(x)
    if axis is None:
        return flatten(x), 0
    return x, normalize_axis(axis, x.type.ndim)


def topk_and_argtopk(
    x: Any,
    kth: Any,
    axis: int | None = -1,
    sorted: bool = True,
    idx_dtype: str = "int64",
) -> list[Variable]:
    """The k largest values along an axis, and their indices; parameters as in `topk`.

    >>> [result.eval() for result in topk_and_argtopk([1, 5, 3], 2)]
    [array([5, 3]), array([1, 2])]
    """
    x, number = _along(x, axis)
    places = argtopk(x, kth, number, sorted, idx_dtype)
    return [taken_along(x, places, number), places]


def topk(
    x: Any,
    kth: Any,
    axis: int | None = -1,
    sorted: bool = True,
    idx_dtype: str = "int64",
) -> Variable:
    """The k largest values along an axis, or the smallest ones.

    Parameters
    ----------
    x : tensor
    kth : int
        k for the k largest values, −k for the k smallest. It may be symbolic.
    axis : int, optional
        By default the last; None flattens it first.
    sorted : bool
        Whether to sort them, the largest first; equal ones stay in their order. If not, the
        order is undefined, and computed in less time.
    idx_dtype : str
        The dtype of the indices.

    Returns
    -------
    Variable
        It has k values along the axis. Derivative: 1 by each value that is in it, 0 by the others.

    Raises
    ------
    TypeError, ValueError
        If `kth` is not a whole number, or `idx_dtype` is not an integer type; if k is 0 or larger
        than the axis (at the latest at run time).

    Examples
    --------
    >>> topk([1, 5, 3], 2).eval(), topk([1, 5, 3], -2).eval()
    (array([5, 3]), array([3, 1]))
    """
    return topk_and_argtopk(x, kth, axis, sorted, idx_dtype)[0]


def argtopk(
    x: Any,
    kth: Any,
    axis: int | None = -1,
    sorted: bool = True,
    idx_dtype: str = "int64",
) -> Variable:
    """The indices of the k largest values along an axis; parameters as in `topk`.

    >>> argtopk([1, 5, 3], 2).eval()
    array([1, 2])
    """
    x, number = _along(x, axis)
    k = as_size(kth)
    check_whole("topk: the number of values", k)
    if check_dtype(idx_dtype).kind not in "iu":
        raise TypeError(f"topk: idx_dtype must be an integer type; got {idx_dtype!r}")
    if known_integer(k) == 0:
        raise ValueError("topk: the number of values is not 0")
    return ArgTopK(number, bool(sorted), np.dtype(idx_dtype).name)(x, k)
