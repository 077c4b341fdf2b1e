"""``T.extra_ops``: counting, differences, running sums, and the like, as in NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from ..core.axes import as_tensor_variable, check_whole, size_of, sizes_of
from ..core.elementwise import TABLE, cast
from ..core.graph import Variable
from ..core.table import abs_, and_, eq, maximum, minimum, neq, switch
from ..core.types import check_dtype
from ..ops.counting import normalize_axis
from ..ops.indexing import getitem
from ..ops.places import RavelMultiIndex, UnravelIndex
from ..ops.sorting import BinCount, SearchSorted, Unique
from ..protocol.values import check_choice
from .creation import arange, zeros
from .indexing import nonzero, set_subtensor, take
from .reductions import cumprod, cumsum
from .shapes import flatten, repeat, specify_shape, squeeze
from .sizes import as_size, as_sizes

__all__ = [
    "bartlett",
    "bincount",
    "broadcast_shape",
    "compress",
    "cumprod",
    "cumsum",
    "diff",
    "fill_diagonal",
    "fill_diagonal_offset",
    "ravel_multi_index",
    "repeat",
    "searchsorted",
    "squeeze",
    "to_one_hot",
    "unique",
    "unravel_index",
]


# ---- Counting and searching ----------------------------------------------------------------------


def bincount(
    x: Any, weights: Any = None, minlength: Any = None, assert_nonneg: bool = False
) -> Variable:
    """result[i] = Σ weights[j] over all j with x[j] = i; without weights, the number of these j.

    Parameters
    ----------
    x : int vector
        Its numbers are 0 or more.
    weights : vector, optional
        As long as x.
    minlength : int, optional
        The least length of the result, which is otherwise max(x) + 1.
    assert_nonneg : bool
        Theano's; ignored: negative numbers are always refused.

    Returns
    -------
    Variable
        A vector with the dtype of the weights, or int64. Derivative by weights[j]: that by
        result[x[j]].

    Raises
    ------
    TypeError
        If x is not a vector of integers.
    ValueError
        At run time, if a number is negative, or weights and x differ in length.

    Examples
    --------
    >>> bincount([0, 2, 2]).eval(), bincount([0, 2, 2], weights=[0.5, 1.0, 2.0]).eval()
    (array([1, 0, 2]), array([0.5, 0. , 3. ]))
    """
    x = as_tensor_variable(np.zeros(0, int) if isinstance(x, list) and not x else x)
    if x.type.ndim != 1 or x.type.numpy_dtype.kind not in "iub":
        raise TypeError(f"bincount takes an int vector; got {x} of {x.type}")
    least = as_size(0 if minlength is None else minlength)
    return BinCount()(x, least, *([] if weights is None else [as_tensor_variable(weights)]))


def searchsorted(x: Any, v: Any, side: str = "left", sorter: Any = None) -> Variable:
    """The places in x where the values of v must be inserted to keep x sorted.

    Parameters
    ----------
    x : vector
        Sorted in ascending order, or by `sorter`.
    v : tensor
    side : {'left', 'right'}
        Before or after the equal values of x: ``x[i-1] < v <= x[i]`` or ``x[i-1] <= v < x[i]``.
    sorter : int vector, optional
        The order of the values of x, as `T.argsort` returns it.

    Returns
    -------
    Variable
        The places, int64, with the shape of v. They have no derivative.

    Raises
    ------
    TypeError, ValueError
        If x is not a vector, `sorter` is not a vector of integers, or `side` is another word.

    Examples
    --------
    >>> searchsorted([1.0, 2.0, 3.0], [2.0, 5.0]).eval()
    array([1, 3])
    """
    check_choice("side", side, ("left", "right"))
    x, v = as_tensor_variable(x), as_tensor_variable(v)
    if x.type.ndim != 1:
        raise ValueError(f"searchsorted takes a vector; got {x} of {x.type}")
    others = [] if sorter is None else [as_tensor_variable(sorter)]
    for order in others:
        if order.type.ndim != 1 or order.type.numpy_dtype.kind not in "iu":
            raise TypeError(f"searchsorted: the sorter must be an int vector; got {order.type}")
    return SearchSorted(side)(x, v, *others)


def unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
) -> Any:
    """The values of a tensor, each once, in ascending order.

    Parameters
    ----------
    ar : tensor
        It is flattened first.
    return_index : bool
        Return also the first place of each value: ``ar[index]`` are the values.
    return_inverse : bool
        Return also the number of each element's value: ``values[inverse]`` is ar.
    return_counts : bool
        Return also the number of times that each value occurs.

    Returns
    -------
    Variable or list of Variable
        The values, then the others in the order above, all vectors; indices and counts are
        int64. They have no derivative.

    Examples
    --------
    >>> unique([3, 1, 3]).eval()
    array([1, 3])
    >>> [result.eval() for result in unique([3, 1, 3], return_inverse=True)]
    [array([1, 3]), array([1, 0, 1])]
    """
    op = Unique(bool(return_index), bool(return_inverse), bool(return_counts))
    return op(flatten(as_tensor_variable(ar)))


def compress(condition: Any, x: Any, axis: int | None = None) -> Variable:
    """The entries of x along an axis where the condition is true.

    Parameters
    ----------
    condition : vector
        Bool, or numbers, of which those other than 0 are true. It may be shorter than the axis.
    x : tensor
    axis : int, optional
        By default x is flattened first.

    Raises
    ------
    ValueError
        If the condition is not a vector.

    Examples
    --------
    >>> compress([0, 1], [[1, 2], [3, 4]], axis=0).eval()
    array([[3, 4]])
    """
    condition = as_tensor_variable(condition)
    if condition.type.ndim != 1:
        raise ValueError(f"compress takes a condition that is a vector; got {condition.type}")
    return take(x, nonzero(condition)[0], axis=axis)


# ---- Differences -----------------------------------------------------------------------------------


def diff(x: Any, n: int = 1, axis: int = -1) -> Variable:
    """y[i] = x[i + 1] − x[i] along an axis, repeated n times.

    Parameters
    ----------
    x : tensor
        For bool, the result is true where neighbours differ.
    n : int
    axis : int

    Raises
    ------
    ValueError
        If n is negative, or x is a scalar.

    Examples
    --------
    >>> diff([1, 4, 9]).eval(), diff([1, 4, 9], n=2).eval()
    (array([3, 5]), array([2]))
    """
    x = as_tensor_variable(x)
    if n < 0 or not x.type.ndim:
        raise ValueError(
            f"diff: n must be at least 0, and x not a scalar; got n={n}, and {x} of {x.type}"
        )
    before = (slice(None),) * normalize_axis(axis, x.type.ndim)
    later, earlier = (*before, slice(1, None)), (*before, slice(None, -1))
    minus = neq if x.type.dtype == "bool" else TABLE["sub"]
    for _ in range(n):
        x = minus(x[later], x[earlier])
    return x


# ---- Diagonals, and ones in places -------------------------------------------------------------------


def fill_diagonal(a: Any, val: Any) -> Variable:
    """a, with the value `val` on its main diagonal, where all indices are equal.

    Parameters
    ----------
    a : tensor of at least two dimensions
        A matrix may have any shape; all sizes of others must be equal.
    val : scalar
        The dtype of a must be able to hold it.

    Raises
    ------
    TypeError, ValueError
        If a has fewer than two dimensions, or val does not fit; at run time, if sizes differ.

    Examples
    --------
    >>> fill_diagonal([[1, 2], [3, 4]], 0).eval()
    array([[0, 2],
           [3, 0]])
    """
    a, val = _diagonal_and_value("fill_diagonal", a, val)
    if a.type.ndim > 2:
        a = specify_shape(a, [size_of(a, 0)] * a.type.ndim)
    places = arange(reduce(minimum, sizes_of(a)[:2]))
    return set_subtensor(getitem(a, (places,) * a.type.ndim), val)


def fill_diagonal_offset(a: Any, val: Any, offset: Any) -> Variable:
    """The matrix a, with the value on a diagonal: 1 is the next above the main one, −1 the next below.

    The offset may be symbolic; beyond the matrix, nothing is filled. See `fill_diagonal`.

    >>> fill_diagonal_offset([[1, 2], [3, 4]], 0, 1).eval()
    array([[1, 0],
           [3, 4]])
    """
    a, val = _diagonal_and_value("fill_diagonal_offset", a, val)
    if a.type.ndim != 2:
        raise ValueError(f"fill_diagonal_offset takes a matrix; got {a} of {a.type}")
    offset = as_size(offset)
    row, column = maximum(-offset, 0), maximum(offset, 0)
    length = minimum(size_of(a, 0) - row, size_of(a, 1) - column)
    places = arange(maximum(length, 0))
    return set_subtensor(a[places + row, places + column], val)


def _diagonal_and_value(function: str, a: Any, val: Any) -> tuple[Variable, Any]:
    a = as_tensor_variable(a)
    if a.type.ndim < 2:
        raise ValueError(f"{function} takes a tensor of at least two dimensions; got {a.type}")
    if as_tensor_variable(val).type.ndim:
        raise ValueError(f"{function} takes a single value; got {val}")
    return a, val


def to_one_hot(y: Any, nb_class: Any, dtype: Any = None) -> Variable:
    """result[i, y[i]] = 1, and 0 elsewhere.

    Parameters
    ----------
    y : int vector
        The labels, 0 or more.
    nb_class : int
        The number of columns; it may be symbolic.
    dtype : str, optional
        By default ``config.floatX``.

    Raises
    ------
    TypeError
        If y is not a vector of integers.
    IndexError
        At run time, if a label is too large.

    Examples
    --------
    >>> to_one_hot([1, 0], 3).eval()
    array([[0., 1., 0.],
           [1., 0., 0.]])
    """
    y = as_tensor_variable(y)
    if y.type.ndim != 1 or y.type.numpy_dtype.kind not in "iu":
        raise TypeError(f"to_one_hot takes an int vector of labels; got {y} of {y.type}")
    n = size_of(y, 0)
    return set_subtensor(zeros((n, nb_class), check_dtype(dtype or "floatX"))[arange(n), y], 1)


def bartlett(M: Any) -> Variable:
    """1 − |2 · n / (M − 1) − 1| for n = 0, …, M − 1: the triangular window of M points, float64.

    For M = 1 it is 1.

    >>> bartlett(5).eval()
    array([0. , 0.5, 1. , 0.5, 0. ])
    """
    M = as_size(M)
    check_whole("bartlett: the number of points", M)
    steps = cast(maximum(M - 1, 1), "float64")
    window = 1 - abs_(2 * arange(M) / steps - 1)
    return switch(eq(M, 1), 1.0, cast(window, "float64"))


# ---- Shapes and places ---------------------------------------------------------------------------


def broadcast_shape(*arrays: Any, arrays_are_shapes: bool = False) -> tuple[Variable, ...]:
    """The sizes to which the tensors broadcast together, int64.

    Parameters
    ----------
    *arrays : tensors
    arrays_are_shapes : bool
        Whether the arguments are shapes: sequences of sizes, in which a known 1 broadcasts.

    Raises
    ------
    ValueError
        If the shapes do not fit, at the latest at run time.

    Examples
    --------
    >>> [int(size.eval()) for size in broadcast_shape([[1], [2]], [1, 2, 3])]
    [2, 3]
    """
    if arrays_are_shapes:
        arrays = tuple(zeros(as_sizes(shape), "bool") for shape in arrays)
    return tuple(sizes_of(reduce(and_, (eq(x, x) for x in map(as_tensor_variable, arrays)))))


def unravel_index(
    indices: Any, dims: Any, order: str = "C", ndim: int | None = None
) -> tuple[Variable, ...]:
    """The index along each axis of elements given by their numbers in C order, or in Fortran's.

    Parameters
    ----------
    indices : int tensor
    dims : list of sizes, or int vector
        The shape.
    order : {'C', 'F'}
    ndim : int, optional
        The length of the shape, if its type does not give it.

    Raises
    ------
    ValueError
        If `order` is another word; at run time, if a number is out of range.

    Examples
    --------
    >>> [index.eval() for index in unravel_index([1, 5], (2, 3))]
    [array([0, 1]), array([1, 2])]
    """
    check_choice("order", order, ("C", "F"))
    sizes = as_sizes(dims, ndim)
    return tuple(UnravelIndex(order).make_node(as_tensor_variable(indices), *sizes).outputs)


def ravel_multi_index(
    multi_index: Sequence[Any], dims: Any, mode: str = "raise", order: str = "C"
) -> Variable:
    """The number of each element in C order, or in Fortran's, from its index along each axis.

    Parameters
    ----------
    multi_index : sequence of int tensors that broadcast
    dims : list of sizes, or int vector
        The shape.
    mode : {'raise', 'wrap', 'clip'}
        What to do with an index out of range, as in `T.take`.
    order : {'C', 'F'}

    Raises
    ------
    ValueError
        If the numbers of indices and of sizes differ, or `mode` or `order` is another word; at run
        time, if an index is out of range.

    Examples
    --------
    >>> ravel_multi_index(([0, 1], [1, 2]), (2, 3)).eval()
    array([1, 5])
    """
    check_choice("order", order, ("C", "F"))
    check_choice("mode", mode, ("raise", "wrap", "clip"))
    indices = list(map(as_tensor_variable, multi_index))
    sizes = as_sizes(dims, len(indices))
    if len(sizes) != len(indices):
        raise ValueError(f"ravel_multi_index: {len(indices)} indices for {len(sizes)} sizes")
    return RavelMultiIndex(mode, order)(*indices, *sizes)
