"""Values in order, and their places: `sort`, `argsort`, `topk`."""

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
    """The tensor a sorted along an axis, the least first, NaN last.

    Parameters
    ----------
    a : tensor
    axis : int, optional
        By default the last; None flattens it first.
    kind : {'quicksort', 'mergesort', 'heapsort', 'stable'}
        NumPy's algorithm.
    order
        NumPy's, for arrays with fields, which there are none of.

    Returns
    -------
    Variable
        Of a's dtype. Derivative: by each value that of its place in the result.

    Raises
    ------
    ValueError
        If there is no such kind, or `order` is given.
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
    """The places of the values of a along an axis, that of the least first, int64; see `sort`.

    >>> argsort([30, 10, 20]).eval()
    array([1, 2, 0])
    """
    x, axis = _checked(a, axis, kind, order)
    return ArgSort(axis, kind)(x)


def _checked(x: Any, axis: int | None, kind: str, order: None) -> tuple[Variable, int]:
    """Return what is sorted, and its axis, once kind and order are known to be right."""
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
    """The k largest values along an axis, and their places; parameters as in `topk`.

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
        How many: the k largest values if it is k, the k smallest if it is −k. It may be symbolic.
    axis : int, optional
        By default the last; None flattens it first.
    sorted : bool
        Whether the largest comes first, of equal ones the first. Otherwise the order is not
        defined, and found in less time.
    idx_dtype : str
        The dtype of the places.

    Returns
    -------
    Variable
        With k values along the axis. Derivative: 1 by each value that is in it, 0 by the others.

    Raises
    ------
    TypeError, ValueError
        If `kth` is not a whole number, or `idx_dtype` no integer; if k is 0 or more than there are, at
        the latest at run time.

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
    """The places of the k largest values along an axis; parameters as in `topk`.

    >>> argtopk([1, 5, 3], 2).eval()
    array([1, 2])
    """
    x, number = _along(x, axis)
    k = as_size(kth)
    check_whole("topk: the number of values", k)
    if check_dtype(idx_dtype).kind not in "iu":
        raise TypeError(f"topk: idx_dtype is an integer type; got {idx_dtype!r}")
    if known_integer(k) == 0:
        raise ValueError("topk: the number of values is not 0")
    return ArgTopK(number, bool(sorted), np.dtype(idx_dtype).name)(x, k)
