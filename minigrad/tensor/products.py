"""Products of vectors, matrices and tensors, each a sum of products of elements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.axes import as_tensor_variable, dimshuffle, size_of
from ..core.graph import Variable
from ..core.table import mul
from ..ops.counting import element_count, normalize_axis
from ..ops.linalg import Dot, MatMul, outer_product
from ..ops.shape import SpecifyShape
from .reductions import sum as sum_of
from .shapes import reshape, squeeze


def dot(x: Any, y: Any) -> Variable:
    """x · y: of vectors the inner product, of matrices their product.

    In general the sum over the last axis of x and the last but one of y, as `numpy.dot`; with a
    scalar it multiplies.

    Parameters
    ----------
    x, y : tensors

    Raises
    ------
    ValueError
        If the axes summed over differ in size, as far as known; else at run time.

    Examples
    --------
    >>> dot([[1.0, 2.0]], [3.0, 4.0]).eval()
    array([11.])
    """
    x, y = as_tensor_variable(x), as_tensor_variable(y)
    if not x.type.ndim or not y.type.ndim:
        return mul(x, y)
    if x.type.ndim <= 2 and y.type.ndim <= 2:
        return Dot()(x, y)
    return tensordot(x, y, [[x.type.ndim - 1], [max(y.type.ndim - 2, 0)]])


def matmul(x: Any, y: Any) -> Variable:
    """``x @ y``: products of matrices in the last two axes; the others broadcast as elementwise.

    A vector counts as a row on the left, as a column on the right.

    Raises
    ------
    ValueError
        As `dot`, and if one of them is a scalar.
    """
    x, y = as_tensor_variable(x), as_tensor_variable(y)
    if not x.type.ndim or not y.type.ndim:
        raise ValueError(f"{x} @ {y}: a scalar has no matrix product; use *")
    if x.type.ndim <= 2 and y.type.ndim <= 2:
        return Dot()(x, y)
    if x.type.ndim == 1:
        return squeeze(matmul(dimshuffle(x, ["x", 0]), y), -2)
    if y.type.ndim == 1:
        return squeeze(matmul(x, dimshuffle(y, [0, "x"])), -1)
    ndim = max(x.type.ndim, y.type.ndim)
    return MatMul()(as_tensor_variable(x, ndim=ndim), as_tensor_variable(y, ndim=ndim))


def outer(x: Any, y: Any) -> Variable:
    """The products of each element of x with each of y, as a matrix; both are flattened.

    Examples
    --------
    >>> outer([1, 2], [3, 4]).eval()
    array([[3, 4],
           [6, 8]])
    """
    x, y = (v if v.type.ndim == 1 else v.flatten() for v in map(as_tensor_variable, (x, y)))
    return outer_product(x, y)


def tensordot(a: Any, b: Any, axes: Any = 2) -> Variable:
    """The sum of products of a and b over pairs of their axes.

    Parameters
    ----------
    a, b : tensors
    axes : int, or pair of lists of int
        How many of the last axes of a and the first of b; or which axes of a and which of b.

    Returns
    -------
    Variable
        The axes of a that are left, then those of b.

    Raises
    ------
    ValueError
        If the lists are not of the same length, or sizes differ, at the latest at run time.

    Examples
    --------
    >>> tensordot([[1, 2], [3, 4]], [[1, 0], [0, 1]]).eval()
    array(5)
    """
    a, b = as_tensor_variable(a), as_tensor_variable(b)
    if isinstance(axes, int):
        axes = [list(range(a.type.ndim - axes, a.type.ndim)), list(range(axes))]
    of_a, of_b = (
        [normalize_axis(axis, v.type.ndim) for axis in np.atleast_1d(np.asarray(which, int))]
        for v, which in zip((a, b), axes, strict=True)
    )
    if len(of_a) != len(of_b):
        raise ValueError(f"tensordot: {len(of_a)} axes of {a} but {len(of_b)} axes of {b}")
    b = _with_sizes_of(b, of_b, a, of_a)
    left_a = [axis for axis in range(a.type.ndim) if axis not in of_a]
    left_b = [axis for axis in range(b.type.ndim) if axis not in of_b]
    product = Dot()(
        _as_matrix(dimshuffle(a, [*left_a, *of_a]), len(left_a)),
        _as_matrix(dimshuffle(b, [*of_b, *left_b]), len(of_b)),
    )
    sizes = [size_of(a, axis) for axis in left_a] + [size_of(b, axis) for axis in left_b]
    return reshape(product, sizes)


def _as_matrix(x: Variable, n_rows: int) -> Variable:
    """x with its first axes made one, and its last axes made one."""
    if x.type.ndim == 2 and n_rows == 1:
        return x
    axes = range(x.type.ndim)
    return reshape(x, [element_count(x, axes[:n_rows]), element_count(x, axes[n_rows:])])


def _with_sizes_of(b: Variable, of_b: Sequence[int], a: Variable, of_a: Sequence[int]) -> Variable:
    """b, of which each axis is checked to have the size of its partner in a.

    A product sees only all these axes as one, where 2 by 3 is as good as 3 by 2.
    """
    if len(of_b) < 2:
        return b
    return SpecifyShape(tuple(of_b))(b, *[size_of(a, axis) for axis in of_a])


def batched_dot(a: Any, b: Any) -> Variable:
    """The dot product of a[i] and b[i], for each i.

    Parameters
    ----------
    a, b : tensors of at least one dimension
        Their first axis, of the same size, counts the batch.
    """
    a, b = as_tensor_variable(a), as_tensor_variable(b)
    if not a.type.ndim or not b.type.ndim:
        raise ValueError(f"batched_dot takes at least one dimension; got {a.type} and {b.type}")
    if 1 in (a.type.ndim, b.type.ndim):
        missing = b.type.ndim - a.type.ndim
        shorter, longer = (a, b) if missing >= 0 else (b, a)
        ones = ["x"] * abs(missing)
        return mul(dimshuffle(shorter, [0, *ones]), longer)
    if a.type.ndim > 3 or b.type.ndim > 3:
        return batched_tensordot(a, b, [[a.type.ndim - 1], [max(b.type.ndim - 2, 1)]])
    if a.type.ndim == 2 and b.type.ndim == 2:
        return sum_of(mul(a, b), axis=1)
    if a.type.ndim == 2:
        return squeeze(MatMul()(dimshuffle(a, [0, "x", 1]), b), 1)
    if b.type.ndim == 2:
        return squeeze(MatMul()(a, dimshuffle(b, [0, 1, "x"])), 2)
    return MatMul()(a, b)


def batched_tensordot(x: Any, y: Any, axes: Any = 2) -> Variable:
    """The tensordot of x[i] and y[i], for each i; axes are counted with the batch's, 0.

    Parameters
    ----------
    x, y : tensors
        Their first axis, of the same size, counts the batch.
    axes : int, or pair of lists of int
        As for `tensordot`; the batch's axis cannot be among them.
    """
    x, y = as_tensor_variable(x), as_tensor_variable(y)
    if isinstance(axes, int):
        axes = [list(range(x.type.ndim - axes, x.type.ndim)), list(range(1, axes + 1))]
    of_x, of_y = (
        [normalize_axis(a, v.type.ndim) for a in np.atleast_1d(np.asarray(w, int))]
        for v, w in zip((x, y), axes, strict=True)
    )
    y = _with_sizes_of(y, of_y, x, of_x)
    left_x = [axis for axis in range(1, x.type.ndim) if axis not in of_x]
    left_y = [axis for axis in range(1, y.type.ndim) if axis not in of_y]
    product = MatMul()(
        reshape(
            dimshuffle(x, [0, *left_x, *of_x]),
            [size_of(x, 0), element_count(x, left_x), element_count(x, of_x)],
        ),
        reshape(
            dimshuffle(y, [0, *of_y, *left_y]),
            [size_of(y, 0), element_count(y, of_y), element_count(y, left_y)],
        ),
    )
    sizes = [size_of(x, axis) for axis in (0, *left_x)] + [size_of(y, axis) for axis in left_y]
    return reshape(product, sizes)
