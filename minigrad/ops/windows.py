"""NumPy functions of windows that slide over arrays: correlations, and extremes and sums of windows.

A correlation is a product of matrices if each window is a column. The columns of all windows take
many times the memory of the array, so they are made piece by piece: of some images at a time, or of
some rows of one, so many as stay in the cache.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

Ints = Sequence[int]

# Of columns at a time. Measured: half of it or twice as much is as fast.
_PIECE_BYTES = 1 << 21


# ---- Correlation: y[b, o, p] = Σ x[b, c, strides · p + dilation · k] · w[o, c, k] over c and k -----
#
# The places p and k have a number for each axis of an image. With groups, the channels c and the
# filters o are in so many parts, of which each meets one: the arrays get an axis for them here.


def correlate(
    x: Any, w: Any, strides: Ints, dilation: Ints, groups: int = 1, out: Any = None
) -> Any:
    """Return y, of images x and filters w."""
    counts = checked_counts(x.shape, w.shape, strides, dilation, groups)
    if out is None:
        out = np.empty((len(x), len(w), *counts), np.result_type(x, w))
    filters = _matrices(w, groups)
    _, n_filters, length = filters.shape
    columns = _columns(x, w.shape[2:], counts, strides, dilation, groups)
    y = out.reshape(len(x), groups, n_filters, *counts)
    for piece in _pieces(len(x), counts, groups * length * x.itemsize):
        of_y = y[piece]
        shape = (len(of_y), groups, n_filters, math.prod(of_y.shape[3:]))
        part = columns[piece].reshape(*shape[:2], length, shape[3])
        np.matmul(filters, part, out=of_y.reshape(shape))
    return out


def correlate_filters(
    x: Any, y: Any, kernel: Any, strides: Ints, dilation: Ints, groups: int = 1, out: Any = None
) -> Any:
    """Return w[o, c, k] = Σ x[b, c, strides · p + dilation · k] · y[b, o, p] over b and p.

    It is the derivative of Σ y · correlate(x, w) by w, whose last sizes are those of the kernel.
    """
    shape = (y.shape[1], x.shape[1] // groups, *map(int, kernel))
    counts = checked_counts(x.shape, shape, strides, dilation, groups, y.shape)
    if out is None:
        out = np.empty(shape, np.result_type(x, y))
    out.fill(0)
    total = _matrices(out, groups)
    _, n_filters, length = total.shape
    columns = _columns(x, shape[2:], counts, strides, dilation, groups)
    ys = y.reshape(len(y), groups, n_filters, *counts)
    for piece in _pieces(len(x), counts, groups * length * x.itemsize):
        # With the images beside the places, all of them are one product.
        of_y = np.moveaxis(ys[piece], 0, 2)
        size = math.prod(of_y.shape[2:])
        part = np.moveaxis(columns[piece], 0, -1 - len(counts)).reshape(groups, length, size)
        total += np.matmul(of_y.reshape(groups, n_filters, size), part.swapaxes(1, 2))
    return out


def correlate_inputs(
    w: Any, y: Any, sizes: Any, strides: Ints, dilation: Ints, groups: int = 1, out: Any = None
) -> Any:
    """Return x[b, c, i] = Σ w[o, c, k] · y[b, o, p] over o, k, p with strides · p + dilation · k = i.

    It is the derivative of Σ y · correlate(x, w) by x, whose images have these sizes.
    """
    shape = (len(y), groups * w.shape[1], *map(int, sizes))
    counts = checked_counts(shape, w.shape, strides, dilation, groups, y.shape)
    if out is None:
        out = np.empty(shape, np.result_type(w, y))
    filters = np.ascontiguousarray(_matrices(w, groups).swapaxes(1, 2))
    _, length, n_filters = filters.shape
    ys = y.reshape(len(y), groups, n_filters, *counts)
    for piece in _pieces(len(y), counts, groups * length * y.itemsize):
        # With the images last, windows are long runs in memory, which are fast to add.
        of_y = np.moveaxis(ys[piece], 0, -1)
        part = np.matmul(filters, of_y.reshape(groups, n_filters, math.prod(of_y.shape[2:])))
        part = part.reshape(*shape[1:2], *w.shape[2:], *of_y.shape[2:])
        images, _, rows, *_ = piece
        if not rows.start:
            total = np.zeros((*shape[1:], of_y.shape[-1]), out.dtype)
        total_of_rows = total[:, rows.start * strides[0] :]
        for k in product(*map(range, w.shape[2:])):
            window: list[Any] = [slice(None)]
            window += [
                slice(d * place, d * place + s * (count - 1) + 1, s)
                for place, d, s, count in zip(k, dilation, strides, of_y.shape[2:-1], strict=True)
            ]
            of_place = (slice(None), *k)
            total_of_rows[tuple(window)] += part[of_place]
        if rows.stop >= counts[0]:
            out[images] = np.moveaxis(total, -1, 0)
    return out


def count_windows(sizes: Any, kernel: Any, strides: Ints, dilation: Ints) -> list[Any]:
    """Return how many windows there are along each axis; sizes may be expressions."""
    return [
        (size - (k - 1) * d - 1) // s + 1
        for size, k, s, d in zip(sizes, kernel, strides, dilation, strict=True)
    ]


def checked_counts(
    x: Ints, w: Ints, strides: Ints, dilation: Ints, groups: int, y: Ints | None = None
) -> tuple[int, ...]:
    """Return the sizes of y's images from the shapes of x and w; a ValueError if they do not fit."""
    if x[1] != groups * w[1] or w[0] % groups:
        of_groups = f" in {groups} groups" if groups > 1 else ""
        raise ValueError(
            f"convolution of images of {x[1]} channels with {w[0]} filters of {w[1]}{of_groups}"
        )
    counts = tuple(count_windows(x[2:], w[2:], strides, dilation))
    if min(counts) < 1 or min(w[2:]) < 1:
        spread = f", dilated by {tuple(dilation)}," if max(dilation) > 1 else ""
        raise ValueError(
            f"filters of {tuple(w[2:])}{spread} do not fit into images of {tuple(x[2:])}"
        )
    if y is not None and tuple(y) != (x[0], w[0], *counts):
        raise ValueError(
            f"the convolution of {tuple(x)} with {tuple(w)} has the shape {(x[0], w[0], *counts)}, "
            f"not {tuple(y)}"
        )
    return counts


def _matrices(w: Any, groups: int) -> Any:
    """Return the filters of each group as rows of a matrix."""
    return w.reshape(groups, len(w) // groups, math.prod(w.shape[1:]))


def _columns(x: Any, kernel: Ints, counts: Ints, strides: Ints, dilation: Ints, groups: int) -> Any:
    """Return x[b, group, c, strides · p + dilation · k] at [b, group, c, k, p], a view."""
    n_images, n_channels = x.shape[:2]
    of_image, of_channel, *steps = x.strides
    per_group = n_channels // groups
    return as_strided(
        x,
        (n_images, groups, per_group, *kernel, *counts),
        (
            *(of_image, per_group * of_channel, of_channel),
            *[step * d for step, d in zip(steps, dilation, strict=True)],
            *[step * s for step, s in zip(steps, strides, strict=True)],
        ),
        writeable=False,
    )


def _pieces(n_images: int, counts: Ints, place_bytes: int) -> Iterator[tuple[Any, ...]]:
    """Return indices of images and rows whose columns are small, where one takes so many bytes."""
    row_bytes = max(1, place_bytes * math.prod(counts[1:]))
    images_at_once = max(1, _PIECE_BYTES // (row_bytes * counts[0]))
    rows_at_once = min(counts[0], max(1, _PIECE_BYTES // row_bytes))
    rest = [slice(None)] * len(counts[1:])
    for image in range(0, n_images, images_at_once):
        for row in range(0, counts[0], rows_at_once):
            images, rows = slice(image, image + images_at_once), slice(row, row + rows_at_once)
            yield (images, ..., rows, *rest)


# ---- Windows along one axis: window i has the elements i · stride − pad + j, 0 ≤ j < length ---------


def largest_of_windows(
    x: Any, length: int, stride: int, pad: int, count: int, axis: int, out: Any = None
) -> Any:
    """Return the largest element of each window that x has."""
    out = _made(x, axis, count, x.dtype, out)
    kind = x.dtype.kind
    out.fill({"f": -np.inf, "b": False}[kind] if kind in "fb" else np.iinfo(x.dtype).min)
    for of_windows, of_x in _meetings(x.shape[axis], length, stride, pad, count, axis):
        np.maximum(out[of_windows], x[of_x], out=out[of_windows])
    return out


def sum_of_windows(
    x: Any, length: int, stride: int, pad: int, count: int, axis: int, out: Any = None
) -> Any:
    """Return the sum of the elements of each window that x has."""
    out = _made(x, axis, count, x.dtype, out)
    out.fill(0)
    for of_windows, of_x in _meetings(x.shape[axis], length, stride, pad, count, axis):
        out[of_windows] += x[of_x]
    return out


def add_to_windows(
    g: Any, length: int, stride: int, pad: int, size: int, axis: int, out: Any = None
) -> Any:
    """Return an array of that size to which each g is added in all of its window."""
    out = _made(g, axis, size, g.dtype, out)
    out.fill(0)
    for of_windows, of_x in _meetings(size, length, stride, pad, g.shape[axis], axis):
        out[of_x] += g[of_windows]
    return out


def sum_where_largest(
    h: Any, x: Any, y: Any, length: int, stride: int, pad: int, axis: int, out: Any = None
) -> Any:
    """Return the sum of h in each window, where x is what y has for the window."""
    out = _made(y, axis, y.shape[axis], h.dtype, out)
    out.fill(0)
    for of_windows, of_x in _meetings(x.shape[axis], length, stride, pad, y.shape[axis], axis):
        out[of_windows] += h[of_x] * np.equal(x[of_x], y[of_windows])
    return out


def add_where_largest(
    g: Any, x: Any, y: Any, length: int, stride: int, pad: int, axis: int, out: Any = None
) -> Any:
    """Return zeros to which each g is added in its window, where x is what y has for the window."""
    out = _made(x, axis, x.shape[axis], g.dtype, out)
    out.fill(0)
    overlap = stride < length
    for of_windows, of_x in _meetings(x.shape[axis], length, stride, pad, y.shape[axis], axis):
        is_largest = np.equal(x[of_x], y[of_windows])
        if overlap:
            out[of_x] += g[of_windows] * is_largest
        else:
            np.multiply(g[of_windows], is_largest, out=out[of_x])
    return out


def _made(model: Any, axis: int, size: int, dtype: Any, out: Any) -> Any:
    """Return an array like the model, but of that size along the axis."""
    if out is None:
        out = np.empty((*model.shape[:axis], int(size), *model.shape[axis + 1 :]), dtype)
    return out


def _meetings(
    size: int, length: int, stride: int, pad: int, count: int, axis: int
) -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...]]]:
    """Return for each place in a window which windows have an element of x there, and these."""
    before = (slice(None),) * axis
    for place in range(int(length)):
        # The first window that begins so late, and the last that begins so early.
        first = max(0, -((place - pad) // stride))
        last = min(count, (size - 1 + pad - place) // stride + 1)
        if first < last:
            start = first * stride - pad + place
            of_x = slice(start, start + (last - first - 1) * stride + 1, stride)
            yield (*before, slice(first, last)), (*before, of_x)
