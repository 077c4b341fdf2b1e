"""Functions that change the shape, the order of axes, or repeat elements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.axes import Alloc, as_tensor_variable, dimshuffle, restore_axes, size_of, sizes_of
from ..core.elementwise import cast
from ..core.graph import Constant, Variable
from ..core.table import maximum
from ..ops.counting import element_count, normalize_axes, normalize_axis
from ..ops.ranges import RepeatedIndices
from ..ops.shape import Reshape, Shape, unbroadcast, with_sizes
from .joining import join
from .sizes import as_size, as_sizes


def shape(x: Any) -> Variable:
    """The sizes of x along its axes, as an int64 vector.

    >>> shape([[1, 2, 3]]).eval()
    array([1, 3])
    """
    return Shape()(as_tensor_variable(x))


def reshape(x: Any, newshape: Any, ndim: int | None = None) -> Variable:
    """The elements of x in another shape, in C order.

    Parameters
    ----------
    x : tensor
    newshape : list of sizes, or int vector
        One of them may be -1: it is computed from the others and the size of x.
    ndim : int, optional
        The length of the vector, if its type does not tell.

    Raises
    ------
    TypeError, ValueError
        If the sizes are not whole numbers; at run time, if their product is not the size of x.

    Examples
    --------
    >>> reshape([1, 2, 3, 4], (2, -1)).eval()
    array([[1, 2],
           [3, 4]])
    """
    return Reshape()(as_tensor_variable(x), *as_sizes(newshape, ndim))


def flatten(x: Any, ndim: int = 1, outdim: int | None = None) -> Variable:
    """x with its last axes merged, in C order, so that it has `ndim` dimensions.

    >>> flatten([[1, 2], [3, 4]]).eval()
    array([1, 2, 3, 4])
    """
    x, ndim = as_tensor_variable(x), ndim if outdim is None else outdim
    if ndim == x.type.ndim:
        return x
    if not 1 <= ndim <= max(x.type.ndim, 1):
        raise ValueError(f"flatten: ndim must be from 1 to {x.type.ndim}; got {ndim}")
    if ndim == 1:
        return Reshape()(x, as_size(-1))
    # Not -1: beside a size of 0 it would be undetermined.
    last = as_size(element_count(x, range(ndim - 1, x.type.ndim)))
    return Reshape()(x, *sizes_of(x)[: ndim - 1], last)


def transpose(x: Any, axes: Sequence[int] | None = None) -> Variable:
    """x with its axes in the given order, by default reversed.

    >>> transpose([[1, 2]]).eval()
    array([[1],
           [2]])
    """
    x = as_tensor_variable(x)
    if axes is None:
        axes = range(x.type.ndim)[::-1]
    order = [normalize_axis(axis, x.type.ndim) for axis in axes]
    if len(order) != x.type.ndim:
        raise ValueError(f"transpose: {x} has {x.type.ndim} axes; got {len(order)}: {tuple(axes)}")
    return dimshuffle(x, order)


def swapaxes(y: Any, axis1: int, axis2: int) -> Variable:
    """y with two axes exchanged.

    >>> swapaxes([[1, 2]], 0, -1).eval()
    array([[1],
           [2]])
    """
    x = as_tensor_variable(y)
    order: list[int | str] = list(range(x.type.ndim))
    one, other = (normalize_axis(axis, x.type.ndim) for axis in (axis1, axis2))
    order[one], order[other] = order[other], order[one]
    return dimshuffle(x, order)


def moveaxis(x: Any, source: Any, destination: Any) -> Variable:
    """x with axes moved to other places; the others keep their order.

    >>> moveaxis(np.zeros((2, 3, 4)), 0, -1).type.shape
    (3, 4, 2)
    """
    x = as_tensor_variable(x)
    sources, places = (
        [normalize_axis(axis, x.type.ndim) for axis in np.atleast_1d(axes)]
        for axes in (source, destination)
    )
    if len(sources) != len(places):
        raise ValueError(f"moveaxis: {len(sources)} axes cannot go to {len(places)} places")
    order = [axis for axis in range(x.type.ndim) if axis not in sources]
    for place, axis in sorted(zip(places, sources, strict=True)):
        order.insert(place, axis)
    return dimshuffle(x, order)


def squeeze(x: Any, axis: Any = None) -> Variable:
    """x without axes that are known to have size 1: the given ones, by default all.

    >>> squeeze([[1, 2]]).eval()
    array([1, 2])
    """
    x = as_tensor_variable(x)
    if axis is None:
        axes = tuple(a for a, size in enumerate(x.type.shape) if size == 1)
    else:
        axes = normalize_axes(axis, x.type.ndim)
    return dimshuffle(x, [a for a in range(x.type.ndim) if a not in axes])


def expand_dims(x: Any, axis: int) -> Variable:
    """x with a new axis of size 1 at that place.

    >>> expand_dims([1, 2], 0).eval()
    array([[1, 2]])
    """
    x = as_tensor_variable(x)
    return restore_axes(x, [normalize_axis(axis, x.type.ndim + 1)], x.type.ndim + 1)


shape_padaxis = expand_dims  # Theano's name


def shape_padleft(t: Any, n_ones: int = 1) -> Variable:
    """t with new axes of size 1 in front.

    >>> shape_padleft([1, 2]).eval()
    array([[1, 2]])
    """
    x = as_tensor_variable(t)
    return restore_axes(x, range(n_ones), x.type.ndim + n_ones)


def shape_padright(t: Any, n_ones: int = 1) -> Variable:
    """t with new axes of size 1 at the end.

    >>> shape_padright([1, 2]).eval()
    array([[1],
           [2]])
    """
    x = as_tensor_variable(t)
    ndim = x.type.ndim + n_ones
    return restore_axes(x, range(x.type.ndim, ndim), ndim)


def specify_shape(x: Any, shape: Any) -> Variable:
    """x, with sizes that the program checks, and that are known from here on.

    Parameters
    ----------
    x : tensor
    shape : list of sizes, or int vector
        None stands for a size that is not checked.

    Raises
    ------
    ValueError
        If x cannot have that shape; at run time, if it has another.

    Examples
    --------
    >>> from minigrad.tensor import vector
    >>> specify_shape(vector("x"), (3,)).type.shape
    (3,)
    """
    x = as_tensor_variable(x)
    sizes = list(shape) if isinstance(shape, (list, tuple)) else as_sizes(shape, x.type.ndim)
    if len(sizes) != x.type.ndim:
        raise ValueError(f"specify_shape: {x} has {x.type.ndim} dimensions; got {len(sizes)} sizes")
    return with_sizes(x, [None if size is None else as_size(size) for size in sizes])


def addbroadcast(x: Any, *axes: int) -> Variable:
    """x, which broadcasts along the axes from here on; the program checks that their sizes are 1.

    >>> from minigrad.tensor import matrix
    >>> addbroadcast(matrix("x"), 0).type.broadcastable
    (True, False)
    """
    x = as_tensor_variable(x)
    checked = normalize_axes(axes, x.type.ndim)
    known = enumerate(x.type.shape)
    return with_sizes(x, [1 if a in checked and size != 1 else None for a, size in known])


def patternbroadcast(x: Any, broadcastable: Sequence[bool]) -> Variable:
    """x, which broadcasts exactly along the axes where the pattern is True.

    >>> from minigrad.tensor import row
    >>> patternbroadcast(row("x"), (False, True)).type.broadcastable
    (False, True)
    """
    x = as_tensor_variable(x)
    axes = range(x.type.ndim)
    if len(broadcastable) != len(axes):
        raise ValueError(f"patternbroadcast: {x} has {len(axes)} dimensions, got {broadcastable}")
    added = addbroadcast(x, *[axis for axis in axes if broadcastable[axis]])
    return unbroadcast(added, *[axis for axis in axes if not broadcastable[axis]])


def tile(x: Any, reps: Any, ndim: int | None = None) -> Variable:
    """x as a whole repeated `reps` times along each axis.

    Parameters
    ----------
    x : tensor
    reps : int, list of ints, or int vector; each may be symbolic
        The repetitions along the last axes; x gets new axes in front if there are more.
    ndim : int, optional
        The number of dimensions of the result, if larger. Needed if `reps` is a vector of unknown
        length.

    Raises
    ------
    ValueError
        If x has more dimensions than `ndim`, or `reps` has more entries (at the latest at run
        time).

    Examples
    --------
    >>> tile([1, 2], 2).eval()
    array([1, 2, 1, 2])
    """
    x = as_tensor_variable(x)
    times = _times_to_tile(reps, ndim)
    least = max(len(times), x.type.ndim)
    if ndim is None:
        ndim = least
    if ndim < least:
        raise ValueError(f"tile: {x} and {len(times)} reps need {least} dimensions, not {ndim}")
    times = [as_size(1)] * (ndim - len(times)) + times
    x = as_tensor_variable(x, ndim=ndim)
    sizes = sizes_of(x)
    spread = restore_axes(x, range(0, 2 * ndim, 2), 2 * ndim)
    pairs = [v for pair in zip(times, sizes, strict=True) for v in pair]
    products = [_size_times(size, time) for size, time in zip(sizes, times, strict=True)]
    return Reshape()(Alloc()(spread, *pairs), *products)


def _times_to_tile(reps: Any, ndim: int | None) -> list[Variable]:
    """Return the repetitions, one variable each; a vector of unknown length is padded with ones."""
    if not isinstance(reps, (list, tuple)):
        reps = as_size(reps)
        if reps.type.shape == (None,) and ndim is not None:
            padding = Alloc()(as_size(1), as_size(ndim) - size_of(reps, 0))
            return as_sizes(join(0, padding, reps), ndim)
    return as_sizes(reps)


def _size_times(size: Variable, times: Variable) -> Variable:
    """Return size · times; if times is known to be 1, the size itself, which types may know."""
    is_once = isinstance(times, Constant) and not times.type.ndim and times.data == 1
    return size if is_once else as_size(size * times)


def repeat(x: Any, repeats: Any, axis: int | None = None) -> Variable:
    """x with each entry along an axis repeated before the next entry.

    Parameters
    ----------
    x : tensor
    repeats : int, or int vector
        The number of copies: one for all entries, or a vector with one for each; a vector of
        length 1 is for all.
    axis : int, optional
        By default x is flattened first.

    Raises
    ------
    TypeError, ValueError
        If `repeats` are not whole numbers, or a vector of another length than the axis (at the
        latest at run time).

    Examples
    --------
    >>> repeat([1, 2], 2).eval(), repeat([1, 2], [1, 3]).eval()
    (array([1, 1, 2, 2]), array([1, 2, 2, 2]))
    """
    if isinstance(repeats, list) and not repeats:
        repeats = np.zeros(0, "int64")  # of which NumPy would make floats
    x, repeats = as_tensor_variable(x), as_size(repeats)
    if axis is None:
        x, axis = flatten(x), 0
    axis = normalize_axis(axis, x.type.ndim)
    if repeats.type.shape == (1,):
        repeats = as_size(repeats[0])
    if repeats.type.ndim:
        return x[(slice(None),) * axis + (RepeatedIndices()(repeats, size_of(x, axis)),)]
    sizes = sizes_of(x)
    spread = Alloc()(expand_dims(x, axis + 1), *sizes[: axis + 1], repeats, *sizes[axis + 1 :])
    total = _size_times(sizes[axis], repeats)
    return Reshape()(spread, *sizes[:axis], total, *sizes[axis + 1 :])


def roll(x: Any, shift: Any, axis: int | None = None) -> Variable:
    """result[i + shift] = x[i], indices modulo the size of the axis.

    Parameters
    ----------
    x : tensor
    shift : int
    axis : int, optional
        By default x is shifted as if it had one axis, in C order.

    Examples
    --------
    >>> roll([1, 2, 3], 1).eval()
    array([3, 1, 2])
    """
    x = as_tensor_variable(x)
    if axis is None:
        return Reshape()(roll(flatten(x), shift, 0), *sizes_of(x))
    axis = normalize_axis(axis, x.type.ndim)
    if x.type.shape[axis] == 1:
        return x
    size = size_of(x, axis)
    cut = size - cast(shift, "int64") % maximum(size, 1)
    before = (slice(None),) * axis
    last, first = (*before, slice(cut, None)), (*before, slice(None, cut))
    return join(axis, x[last], x[first])
