"""Diagonals, identities and triangles of matrices."""

from __future__ import annotations

from typing import Any

from ..core.axes import as_tensor_variable, dimshuffle, size_of, sizes_of
from ..core.elementwise import cast
from ..core.graph import Variable
from ..core.table import eq, ge, maximum, minimum, switch
from ..core.types import constant
from ..ops.counting import normalize_axis
from .creation import arange, zeros
from .indexing import set_subtensor
from .reductions import sum as sum_of


def _row_and_column(n: Any, m: Any, k: Any) -> tuple[Variable, Variable]:
    """Return the row numbers plus k, as a column, and the column numbers, as a vector."""
    rows, columns = arange(n), arange(n if m is None else m)
    return dimshuffle(rows, [0, "x"]) + k, columns


def eye(n: Any, m: Any = None, k: Any = 0, dtype: Any = None) -> Variable:
    """Ones on a diagonal, zeros elsewhere.

    Parameters
    ----------
    n, m : int
        The numbers of rows and of columns, by default n. All three may be symbolic.
    k : int
        The diagonal: 0 is the main one, 1 the next above, -1 the next below.
    dtype : str, optional
        By default ``config.floatX``.

    Examples
    --------
    >>> eye(2, 3, 1).eval()
    array([[0., 1., 0.],
           [0., 0., 1.]])
    """
    return cast(eq(*_row_and_column(n, m, k)), dtype or "floatX")


def identity_like(x: Any) -> Variable:
    """Ones on the main diagonal, zeros elsewhere, in the shape and dtype of the matrix x.

    >>> identity_like([[5, 6], [7, 8]]).eval()
    array([[1, 0],
           [0, 1]])
    """
    x = as_tensor_variable(x)
    if x.type.ndim != 2:
        raise ValueError(f"identity_like takes a matrix; got {x} of {x.type}")
    rows, columns = sizes_of(x)
    return eye(rows, columns, dtype=x.type.dtype)


def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Variable:
    """The diagonal of a matrix, or of each matrix in two axes of a tensor.

    Parameters
    ----------
    a : tensor of at least two dimensions
    offset : int
        The diagonal: 0 is the main one, 1 the next above, -1 the next below.
    axis1, axis2 : int
        The axes of the rows and the columns. The diagonal becomes the last axis.

    Raises
    ------
    ValueError
        If a has fewer than two dimensions, or the two axes are the same.

    Examples
    --------
    >>> diagonal([[1, 2], [3, 4]]).eval(), diagonal([[1, 2], [3, 4]], 1).eval()
    (array([1, 4]), array([2]))
    """
    a = as_tensor_variable(a)
    if a.type.ndim < 2:
        raise ValueError(f"diagonal takes a tensor of at least two dimensions; got {a} of {a.type}")
    row, column = (normalize_axis(axis, a.type.ndim) for axis in (axis1, axis2))
    if row == column:
        raise ValueError(f"diagonal takes two different axes; got {axis1} and {axis2}")
    first_row, first_column = max(-offset, 0), max(offset, 0)
    length = minimum(size_of(a, row) - first_row, size_of(a, column) - first_column)
    places = arange(maximum(length, 0))
    others = [axis for axis in range(a.type.ndim) if axis not in (row, column)]
    matrices = dimshuffle(a, [*others, row, column])
    return matrices[..., places + first_row, places + first_column]


def diag(v: Any, k: int = 0) -> Variable:
    """The matrix that has the vector v on a diagonal; or the diagonal of the matrix v.

    Parameters
    ----------
    v : vector or matrix
    k : int
        The diagonal, as in `eye`.

    Raises
    ------
    ValueError
        If v is neither a vector nor a matrix.

    Examples
    --------
    >>> diag([1, 2]).eval()
    array([[1, 0],
           [0, 2]])
    >>> diag([[1, 2], [3, 4]]).eval()
    array([1, 4])
    """
    v = as_tensor_variable(v)
    if v.type.ndim == 2:
        return diagonal(v, k)
    if v.type.ndim != 1:
        raise ValueError(f"diag takes a vector or a matrix; got {v} of {v.type}")
    known = v.type.shape[0]
    n = size_of(v, 0) + abs(k) if known is None else known + abs(k)
    return set_subtensor(diagonal(zeros((n, n), v.type.dtype), k), v)


def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Variable:
    """The sum of a diagonal; parameters as in `diagonal`.

    >>> trace([[1, 2], [3, 4]]).eval()
    array(5)
    """
    return sum_of(diagonal(a, offset, axis1, axis2), axis=-1)


def tri(N: Any, M: Any = None, k: Any = 0, dtype: Any = None) -> Variable:
    """Ones on a diagonal and below it, zeros above; parameters as in `eye`.

    >>> tri(2, 3).eval()
    array([[1., 0., 0.],
           [1., 1., 0.]])
    """
    return cast(ge(*_row_and_column(N, M, k)), dtype or "floatX")


def tril(m: Any, k: Any = 0) -> Variable:
    """m with zeros above its k-th diagonal, in each matrix of its last two axes.

    Raises
    ------
    ValueError
        If m has fewer than two dimensions.

    Examples
    --------
    >>> tril([[1, 2], [3, 4]]).eval()
    array([[1, 0],
           [3, 4]])
    """
    m = as_tensor_variable(m)
    return switch(_is_lower("tril", m, k), m, constant(0, dtype=m.type.dtype))


def triu(m: Any, k: Any = 0) -> Variable:
    """m with zeros below its k-th diagonal; see `tril`.

    >>> triu([[1, 2], [3, 4]]).eval()
    array([[1, 2],
           [0, 4]])
    """
    m = as_tensor_variable(m)
    return switch(_is_lower("triu", m, k - 1), constant(0, dtype=m.type.dtype), m)


def _is_lower(function: str, m: Variable, k: Any) -> Variable:
    """Return True for the elements of the matrices on the k-th diagonal or below it."""
    if m.type.ndim < 2:
        raise ValueError(f"{function} takes a tensor of at least two dimensions; got {m.type}")
    rows, columns = sizes_of(m)[-2:]
    return tri(rows, columns, k, "bool")
