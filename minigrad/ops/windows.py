"""NumPy functions of windows that slide over arrays: correlations, and extremes and sums of windows.

A correlation is a product of matrices if each window is a column. The columns of all windows take
many times the memory of the array. But with the rows of images outermost, what a filter sees at one
row of places is next to what it sees at the following: so only windows along the other axes are
copied, and those along rows are views (Cho and Brand, *MEC: memory-efficient convolution for deep
neural networks*, 2017). With the images innermost, what is copied or added are long runs in memory.
All is done for some images at a time, or for some rows of one, so many as stay in the cache.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

Ints = Sequence[int]

# For windows and results at a time. Measured: half of it or twice as much is as fast.
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
    filters = _filters(w, groups)
    filters = filters.reshape(groups, 1, filters.shape[1], math.prod(filters.shape[2:]))
    for images, all_rows in _pieces(len(x), counts[0], _row_bytes(x, w, counts, dilation[0])):
        of_x, of_y = _by_rows(x[images], groups), _by_rows(out[images], groups)
        for rows in all_rows:
            columns = _columns(of_x, rows, w.shape[2:], counts, strides, dilation)
            part = of_y[:, rows]
            part[...] = np.matmul(filters, columns).reshape(part.shape)
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
    filters = _filters(out, groups)
    total = np.zeros((*filters.shape[:2], math.prod(filters.shape[2:])), out.dtype)
    for images, all_rows in _pieces(len(x), counts[0], _row_bytes(x, out, counts, dilation[0])):
        of_x, of_y = _by_rows(x[images], groups), _flat(_by_rows(y[images], groups))
        for rows in all_rows:
            columns = _columns(of_x, rows, shape[2:], counts, strides, dilation)
            for row, part in enumerate(np.moveaxis(columns, 1, 0), rows.start):
                total += np.matmul(of_y[:, row], part.swapaxes(1, 2))
    filters[...] = total.reshape(filters.shape)
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
    n_rows, *kernel = w.shape[2:]
    # Transposed, the filters are [group, (rest of k, c), row of k, o].
    filters = np.moveaxis(_filters(w, groups), (1, 2), (-1, -2))
    filters = filters.reshape(groups, math.prod(kernel) * w.shape[1], n_rows, len(w) // groups)
    for images, all_rows in _pieces(len(y), shape[2], _row_bytes(out, w, counts, 1)):
        of_x = _by_rows(out[images], groups)
        # In a row of x the larger k meets the smaller p: so the rows of y are turned round.
        of_y = _flat(np.ascontiguousarray(_by_rows(y[images], groups)[:, ::-1]))
        for rows in all_rows:
            part = np.empty((groups, *filters.shape[1:2], of_y.shape[-1]), out.dtype)
            windows = part.reshape(groups, *kernel, w.shape[1], *counts[1:], of_x.shape[-1])
            total = np.zeros(of_x[:, rows].shape, out.dtype)
            for row, of_row in enumerate(np.moveaxis(total, 1, 0), rows.start):
                ks, ps = _meeting(row, n_rows, counts[0], strides[0], dilation[0])
                np.matmul(_merged(filters[:, :, ks], 2), _merged(of_y[:, ps], 1), out=part)
                for k in product(*map(range, kernel)):
                    index: tuple[Any, ...] = (slice(None), *k)
                    of_row[_places(k, counts[1:], strides[1:], dilation[1:])] += windows[index]
            of_x[:, rows] = total
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


def _filters(w: Any, groups: int) -> Any:
    """Return w[o, c, k] as [group, o, k, c], a view."""
    return np.moveaxis(w.reshape(groups, len(w) // groups, *w.shape[1:]), 2, -1)


def _by_rows(x: Any, groups: int) -> Any:
    """Return x[b, c, i] as [group, row of i, c, rest of i, b], a view."""
    n_images, n_channels, *sizes = x.shape
    x = x.reshape(n_images, groups, n_channels // groups, *sizes)
    return x.transpose(1, 3, 2, *range(4, x.ndim), 0)


def _flat(x: Any) -> Any:
    """Return [group, row, c, rest of i, b] with the last of these as one axis."""
    return x.reshape(*x.shape[:3], math.prod(x.shape[3:]))


def _merged(x: Any, axis: int) -> Any:
    """Return x with that axis and the next as one."""
    shape = x.shape
    return x.reshape(*shape[:axis], shape[axis] * shape[axis + 1], *shape[axis + 2 :])


def _columns(x: Any, rows: slice, kernel: Ints, counts: Ints, strides: Ints, dilation: Ints) -> Any:
    """Return the windows at some rows of places, [group, row, (k, c), (rest of place, b)].

    That is x[b, c, strides · p + dilation · k], where x has its axes by rows.
    """
    first, last = strides[0] * rows.start, strides[0] * (rows.stop - 1)
    x = np.ascontiguousarray(x[:, first : last + dilation[0] * (kernel[0] - 1) + 1])
    n_groups, n_rows, n_channels, *_, n_images = x.shape
    of_group, of_row, of_channel, *steps, of_image = x.strides
    seen = as_strided(
        x,
        (n_groups, n_rows, *kernel[1:], n_channels, *counts[1:], n_images),
        (
            *(of_group, of_row),
            *[step * d for step, d in zip(steps, dilation[1:], strict=True)],
            of_channel,
            *[step * s for step, s in zip(steps, strides[1:], strict=True)],
            of_image,
        ),
        writeable=False,
    )
    n_seen, n_places = math.prod(kernel[1:]) * n_channels, math.prod(counts[1:]) * n_images
    seen = np.ascontiguousarray(seen).reshape(n_groups, n_rows, n_seen, n_places)
    of_group, of_row, *steps = seen.strides
    windows = as_strided(
        seen,
        (n_groups, rows.stop - rows.start, kernel[0], *seen.shape[2:]),
        (of_group, of_row * strides[0], of_row * dilation[0], *steps),
        writeable=False,
    )
    # Rows that are not dilated lie one after the other in memory, and nothing is copied here.
    return _merged(windows, 2)


def _meeting(row: int, n_k: int, n_p: int, stride: int, dilation: int) -> tuple[slice, slice]:
    """Return the k, and the p counted from the end, with stride · p + dilation · k = row."""
    ks = [k for k in range(n_k) if not (row - dilation * k) % stride]
    ks = [k for k in ks if 0 <= row - dilation * k < stride * n_p]
    return _slice_of(ks), _slice_of([n_p - 1 - (row - dilation * k) // stride for k in ks])


def _slice_of(numbers: Ints) -> slice:
    """Return the slice that takes these numbers, which are equally far apart."""
    if len(numbers) < 2:
        return slice(numbers[0], numbers[0] + 1) if numbers else slice(0)
    return slice(numbers[0], numbers[-1] + 1, numbers[1] - numbers[0])


def _places(k: Ints, counts: Ints, strides: Ints, dilation: Ints) -> tuple[Any, ...]:
    """Return the index [..., strides · p + dilation · k, :] for all places p."""
    along = [
        slice(d * start, d * start + s * (count - 1) + 1, s)
        for start, count, s, d in zip(k, counts, strides, dilation, strict=True)
    ]
    return (..., *along, slice(None))


def _row_bytes(x: Any, w: Any, counts: Ints, dilation: int) -> int:
    """Return what the windows and results of a row of places of one image take."""
    copies = w.shape[2] if dilation > 1 else 1
    seen = copies * x.shape[1] * math.prod(w.shape[3:])
    return math.prod(counts[1:]) * (seen + len(w)) * x.itemsize


def _pieces(n_images: int, n_rows: int, row_bytes: int) -> Iterator[tuple[slice, list[slice]]]:
    """Return which images are done at a time, and which of their rows, where one takes so much."""
    row_bytes = max(1, row_bytes)
    images_at_once = max(1, _PIECE_BYTES // (row_bytes * n_rows))
    rows_at_once = min(n_rows, max(1, _PIECE_BYTES // row_bytes))
    rows = [slice(row, min(row + rows_at_once, n_rows)) for row in range(0, n_rows, rows_at_once)]
    for image in range(0, n_images, images_at_once):
        yield slice(image, image + images_at_once), rows


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
