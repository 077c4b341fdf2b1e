"""Products computed piece by piece: by one thread, and float32 with the digits of wide sums.

NumPy's OpenBLAS shares a product between all cores, also where that brings little: then its threads
wait for each other, and while another program has one of the cores, they wait long. Below certain
sizes it does not, and NumPy has functions that call it for many small products one after the other.
So a product in pieces takes one thread, and no setting that others could see is touched.
"""

from __future__ import annotations

from typing import Any

import numpy as np

# In NumPy's wheels since 2.0, OpenBLAS computes by one thread what is smaller than this: a product of
# matrices, in multiplications; a float64 dot product of up to 10,000 elements; a dot product of
# float32; a matrix times a vector, of fewer than 460,800 elements.
SHARED_PRODUCT = 1 << 19
_SHARED_VECTOR_PRODUCT = 460_800
# And from these sizes on the threads win, if the cores are idle: see docs/performance.md.
_WORTH_THREADS = 1 << 21
_DOT_WORTH_THREADS = 1 << 16
# BLAS adds up so many elements at a time. It adds up float32 in float32, so that more would cost
# digits; and more yet where it adds one row to the other, than along rows. Rows that are long
# enough for threads to share 640 of them are added up 640 at a time.
_AT_ONCE, _AT_ONCE_NARROW, _ROWS_AT_ONCE, _MOST_ROWS_AT_ONCE = 8192, 1024, 128, 640
# That takes some microseconds: it is done from so many elements on, or rows, or elements in rows.
_MANY_NARROW, _MANY_ROWS, _MANY_IN_ROWS = 1 << 16, 1 << 14, 1 << 17
# A result is cut into pieces of at least so many rows or columns; else what is added up is cut.
_FEWEST = 16


def dot_for(x: Any, y: Any) -> Any:
    """Return a function that computes `numpy.dot` of these vectors or matrices, or of such types."""
    if x.dtype != y.dtype or x.dtype not in ("float32", "float64"):
        return np.dot
    if None in (x.size, y.size):
        return dot_of_any_sizes
    length = x.shape[-1]
    if x.ndim == y.ndim == 2:
        size = x.size * y.shape[1]
        return product_in_pieces if SHARED_PRODUCT <= size < _WORTH_THREADS else np.dot
    is_narrow = x.dtype == "float32"
    if x.ndim != y.ndim:
        is_cut = length >= _MANY_ROWS or max(x.size, y.size) >= _MANY_IN_ROWS
        return sums_in_pieces if is_narrow and is_cut else np.dot
    is_cut = length >= _MANY_NARROW if is_narrow else _AT_ONCE < length < _DOT_WORTH_THREADS
    return dot_in_pieces if is_cut else np.dot


def dot_of_any_sizes(x: Any, y: Any, out: Any = None) -> Any:
    """x · y, in pieces if the arrays are large enough."""
    function = dot_for(x, y) if x.size + y.size >= _AT_ONCE else np.dot
    if function is np.dot:
        return x.dot(y, out=out)
    return function(x, y) if out is None else function(x, y, out=out)


def product_in_pieces(x: Any, y: Any, out: Any = None) -> Any:
    """`numpy.dot` of two matrices."""
    (rows, inner), columns = x.shape, y.shape[1]
    if out is None:
        out = np.empty((rows, columns), x.dtype)
    at_once = (SHARED_PRODUCT - 1) // (inner * min(rows, columns))
    if at_once < _FEWEST:
        return _add_up_products(x, y, out)
    if rows >= columns:
        for piece in _slices(rows, at_once):
            np.matmul(x[piece], y, out=out[piece])
    else:
        for piece in _slices(columns, at_once):
            np.matmul(x, y[:, piece], out=out[:, piece])
    return out


def _add_up_products(x: Any, y: Any, out: Any) -> Any:
    """x · y, the sum of products of some columns of x and rows of y."""
    first, *others = _slices(len(y), (SHARED_PRODUCT - 1) // out.size)
    np.matmul(x[:, first], y[first], out=out)
    for piece in others:
        out += np.matmul(x[:, piece], y[piece])
    return out


def _slices(size: int, at_once: int) -> list[slice]:
    """Return slices that cut an axis into nearly equal pieces of at most `at_once` elements."""
    length = -(-size // -(-size // at_once))
    return [slice(start, start + length) for start in range(0, size, length)]


def dot_in_pieces(x: Any, y: Any) -> Any:
    """`numpy.dot` of two vectors; the sums of the pieces are added up in float64."""
    if x.itemsize == 8 and len(x) <= 2 * _AT_ONCE:
        return x[:_AT_ONCE].dot(y[:_AT_ONCE]) + x[_AT_ONCE:].dot(y[_AT_ONCE:])
    count = -(-len(x) // (_AT_ONCE_NARROW if x.itemsize == 4 else _AT_ONCE))
    end = len(x) - len(x) % count
    pieces = x[:end].reshape(count, -1)
    total = sum(np.vecdot(pieces, pieces if x is y else y[:end].reshape(count, -1)).tolist())
    if end < len(x):
        total += x[end:].dot(y[end:])
    return x.dtype.type(total)


def sums_in_pieces(x: Any, y: Any, out: Any = None) -> Any:
    """`numpy.dot` of a vector and a matrix; the sums of the pieces are added up in float64."""
    vector, rows = (x, y) if x.ndim == 1 else (y, x.T)
    size, columns = rows.shape
    is_by_columns = rows.flags.f_contiguous
    shared = -(-_SHARED_VECTOR_PRODUCT // columns)
    at_once = shared if shared <= _MOST_ROWS_AT_ONCE else _ROWS_AT_ONCE
    count = max(1, size // (_AT_ONCE_NARROW if is_by_columns else at_once))
    end = size - size % count
    weights = vector[:end].reshape(count, -1)
    if is_by_columns:
        sums = np.vecdot(rows.T[:, :end].reshape(columns, count, -1), weights)
        total = np.add.reduce(sums, axis=1, dtype=np.float64)
    else:
        sums = np.matmul(weights[:, None, :], rows[:end].reshape(count, -1, columns))[:, 0]
        total = np.add.reduce(sums, axis=0, dtype=np.float64)
    if end < size:
        total += np.dot(vector[end:], rows[end:])
    if out is None:
        return total.astype(x.dtype)
    np.copyto(out, total, casting="same_kind")
    return out
