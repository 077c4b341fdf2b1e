"""Products of vectors, matrices and tensors, each a sum of products of elements."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from ..core.axes import as_tensor_variable, dimshuffle, size_of
from ..core.elementwise import cast
from ..core.graph import Variable
from ..core.table import mul
from ..ops.counting import element_count, normalize_axis
from ..ops.linalg import Dot, MatMul, outer_product
from ..ops.shape import SpecifyShape
from ..protocol.errors import asked_for
from .elementwise import as_float
from .joining import join
from .reductions import sum as sum_of
from .shapes import reshape, squeeze


def dot(x: Any, y: Any) -> Variable:
    """x · y, the inner product of vectors and the product of matrices.

    In general it is the sum over the last axis of x and the last but one of y, as in `numpy.dot`;
    a scalar multiplies.

    Raises
    ------
    ValueError
        If the axes summed over differ in size, as far as known; otherwise at run time.

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
    """``x @ y``, products of the matrices in the last two axes; the other axes broadcast.

    A vector counts as a row on the left, as a column on the right.

    Raises
    ------
    ValueError
        If one is a scalar, or the axes summed over differ in size, as in `dot`.

    Examples
    --------
    >>> matmul([[[1, 2]], [[3, 4]]], [[1], [1]]).eval()
    array([[[3]],
    <BLANKLINE>
           [[7]]])
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
    """x[i] · y[j] at row i and column j; both are flattened.

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
        The number of last axes of a and first axes of b; or the axes of a, and those of b.

    Returns
    -------
    Variable
        It has the remaining axes of a, then those of b.

    Raises
    ------
    ValueError
        If the lists differ in length, or sizes differ (at the latest at run time).

    Examples
    --------
    >>> tensordot([[1, 2], [3, 4]], [[1, 0], [0, 1]]).eval()
    array(5)
    """
    return _contracted(as_tensor_variable(a), as_tensor_variable(b), axes, [])


def batched_tensordot(x: Any, y: Any, axes: Any = 2) -> Variable:
    """The tensordot of x[i] and y[i], for each i.

    Parameters
    ----------
    x, y : tensors
        Their first axis, of the same size, counts the batch.
    axes : int, or pair of lists of int
        As for `tensordot`. Axis 0 is the batch, and cannot be among them.

    Examples
    --------
    >>> batched_tensordot([[1, 2], [3, 4]], [[1, 1], [2, 2]], axes=1).eval()
    array([ 3, 14])
    """
    return _contracted(as_tensor_variable(x), as_tensor_variable(y), axes, [0])


def _contracted(a: Variable, b: Variable, axes: Any, batch: list[int]) -> Variable:
    """Return the sum of products over pairs of axes: a product of matrices, one for each batch."""
    first = len(batch)
    if isinstance(axes, int):
        axes = [list(range(a.type.ndim - axes, a.type.ndim)), list(range(first, first + axes))]
    of_a, of_b = (
        [normalize_axis(axis, v.type.ndim) for axis in np.atleast_1d(np.asarray(which, int))]
        for v, which in zip((a, b), axes, strict=True)
    )
    if len(of_a) != len(of_b):
        raise ValueError(f"{asked_for()}{len(of_a)} axes of {a} but {len(of_b)} axes of {b}")
    if len(of_b) > 1:
        # The product sees all these axes as one, where 2 by 3 is as good as 3 by 2.
        b = SpecifyShape(tuple(of_b))(b, *[size_of(a, axis) for axis in of_a])
    left_a, left_b = (
        [axis for axis in range(first, v.type.ndim) if axis not in of]
        for v, of in ((a, of_a), (b, of_b))
    )
    op = MatMul() if batch else Dot()
    product = op(_matrices(a, batch, left_a, of_a), _matrices(b, batch, of_b, left_b))
    if len(left_a) <= 1 and len(left_b) <= 1:
        kept = [first] * len(left_a) + [first + 1] * len(left_b)
        return dimshuffle(product, [*batch, *kept])
    return reshape(
        product, [size_of(a, i) for i in (*batch, *left_a)] + [size_of(b, i) for i in left_b]
    )


def _matrices(
    x: Variable, batch: Sequence[int], rows: Sequence[int], columns: Sequence[int]
) -> Variable:
    """Return x as matrices: axes in this order, with those of rows and those of columns made one."""
    if len(rows) <= 1 and len(columns) <= 1:
        return dimshuffle(x, [*batch, *(rows or "x"), *(columns or "x")])
    sizes = [size_of(x, axis) for axis in batch]
    ordered = dimshuffle(x, [*batch, *rows, *columns])
    return reshape(ordered, [*sizes, element_count(x, rows), element_count(x, columns)])


def batched_dot(a: Any, b: Any) -> Variable:
    """The dot product of a[i] and b[i], for each i.

    Parameters
    ----------
    a, b : tensors of at least one dimension
        Their first axis, of the same size, counts the batch.

    Raises
    ------
    ValueError
        If one is a scalar, or sizes differ, at the latest at run time.

    Examples
    --------
    >>> batched_dot([[1, 2], [3, 4]], [[1, 1], [2, 2]]).eval()
    array([ 3, 14])
    """
    a, b = as_tensor_variable(a), as_tensor_variable(b)
    if not a.type.ndim or not b.type.ndim:
        raise ValueError(f"batched_dot takes at least one dimension; got {a.type} and {b.type}")
    if 1 in (a.type.ndim, b.type.ndim):
        shorter, longer = sorted((a, b), key=lambda x: x.type.ndim)
        return mul(dimshuffle(shorter, [0, *["x"] * (longer.type.ndim - 1)]), longer)
    if a.type.ndim == 2 and b.type.ndim == 2:
        return sum_of(mul(a, b), axis=1)
    return batched_tensordot(a, b, [[a.type.ndim - 1], [max(b.type.ndim - 2, 1)]])


def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: Any = None,
    aweights: Any = None,
) -> Variable:
    """Σ (a − mean(a)) · (b − mean(b)) / (n − ddof), for all pairs of rows a and b: the covariances.

    Parameters
    ----------
    m : vector or matrix
        By default each row is a variable, each column a sample.
    y : vector or matrix, optional
        More variables of the same samples.
    rowvar : bool
        Whether the rows are the variables; if not, the columns are.
    bias : bool
        Whether to divide by n instead of n − 1.
    ddof : int, optional
        If given, divide by n − ddof, whatever `bias` is.
    fweights : int vector, optional
        The number of times that each sample counts.
    aweights : vector, optional
        The weight of each sample.

    Returns
    -------
    Variable
        A matrix; for a single vector, a scalar, its variance.

    Raises
    ------
    ValueError
        If m or y has more than two dimensions.

    Examples
    --------
    >>> cov([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]).eval()
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    given = [as_float(x, "float64") for x in ([m] if y is None else [m, y])]
    rows = []
    for x in given:
        if x.type.ndim > 2:
            raise ValueError(f"cov takes a vector or a matrix; got {x} of {x.type}")
        matrix = as_tensor_variable(x, ndim=2)
        rows.append(matrix if rowvar or x.type.ndim < 2 else matrix.T)
    samples = join(0, *rows)
    if ddof is None:
        ddof = 0 if bias else 1
    dtype = samples.type.dtype
    weights = [cast(w, dtype) for w in (fweights, aweights) if w is not None]
    if not weights:
        total = cast(size_of(samples, 1), dtype)
        centred = samples - sum_of(samples, axis=1, keepdims=True) / total
        weighted = centred
    else:
        w = reduce(mul, weights)
        total = sum_of(w)
        centred = samples - sum_of(samples * w, axis=1, keepdims=True) / total
        weighted = centred * w
    lost = ddof if aweights is None else ddof * sum_of(w * weights[-1]) / total
    return squeeze(dot(weighted, centred.T) / (total - lost))
