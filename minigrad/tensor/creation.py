"""New tensors: one number everywhere, in a shape or in that of another; defaults, ranges, grids."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.axes import Alloc, as_tensor_variable, dimshuffle, noting, size_of
from ..core.elementwise import cast, operands
from ..core.graph import Variable
from ..core.table import eq, maximum, switch
from ..core.types import check_dtype, constant, is_python_number
from ..ops.functions import floor, tensor_copy
from ..ops.ranges import ARange
from .elementwise import as_float
from .sizes import as_size, as_sizes


def alloc(value: Any, *shape: Any) -> Variable:
    """The value, repeated until it has the shape.

    Parameters
    ----------
    value : tensor
        It broadcasts to the shape; the result has its dtype.
    *shape : int
        Each may be symbolic.

    Raises
    ------
    TypeError
        If a size is not a whole number.
    ValueError
        If the value has more dimensions than the shape; at run time, if its sizes do not fit.

    Examples
    --------
    >>> alloc([1, 2], 3, 2).eval()
    array([[1, 2],
           [1, 2],
           [1, 2]])
    """
    return Alloc()(as_tensor_variable(value), *map(as_size, shape))


def zeros(shape: Any, dtype: Any = None) -> Variable:
    """Zeros in the given shape.

    Parameters
    ----------
    shape : int, list of ints, or int vector
        Its entries may be symbolic; a vector's length must be known.
    dtype : str, optional
        By default ``config.floatX``.

    Examples
    --------
    >>> zeros((2, 3)).eval()
    array([[0., 0., 0.],
           [0., 0., 0.]])
    """
    return alloc(constant(0, dtype=dtype or "floatX"), *as_sizes(shape))


def ones(shape: Any, dtype: Any = None) -> Variable:
    """Ones in the given shape; parameters as in `zeros`.

    >>> ones(2, "int8").eval()
    array([1, 1], dtype=int8)
    """
    return alloc(constant(1, dtype=dtype or "floatX"), *as_sizes(shape))


def fill(a: Any, b: Any) -> Variable:
    """b, repeated to the shape of ``a + b``.

    Parameters
    ----------
    a : tensor
        Only its shape is used.
    b : tensor
        The result has its dtype.

    Raises
    ------
    ValueError
        If the sizes do not fit, at the latest at run time.

    Examples
    --------
    >>> fill([[1.0, 2.0], [3.0, 4.0]], constant(5, dtype="float64")).eval()
    array([[5., 5.],
           [5., 5.]])
    """
    a, b = as_tensor_variable(a), as_tensor_variable(b)
    ndim = max(a.type.ndim, b.type.ndim)
    wide_a, wide_b = (as_tensor_variable(x, ndim=ndim) for x in (a, b))
    repeats = enumerate(wide_a.type.broadcastable)
    sizes = [size_of(wide_b if repeated else wide_a, axis) for axis, repeated in repeats]
    return Alloc()(noting(a, b), *sizes)


def default(x: Any, default_value: Any) -> Variable:
    """x, or the default value if x is None.

    Raises
    ------
    TypeError
        If x and the default have different types.

    Examples
    --------
    >>> default(None, [3]).eval(), default([4], [3]).eval()
    (array([3]), array([4]))
    """
    other = as_tensor_variable(default_value)
    if x is None:
        return tensor_copy(other)
    x = as_tensor_variable(x)
    if (x.type.dtype, x.type.ndim) != (other.type.dtype, other.type.ndim):
        raise TypeError(
            f"default: {x} is {x.type}, but the default is {other.type}; both must have the same type"
        )
    return x


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Variable:
    """start, start + step, start + 2·step, …, up to but not including stop.

    With one argument, 0, 1, 2, … up to but not including it.

    Parameters
    ----------
    start, stop, step : scalars
        Numbers or symbolic.
    dtype : str, optional
        By default int64 for integers (uint64 if all but Python's are unsigned), otherwise the
        common dtype of the arguments.

    Raises
    ------
    TypeError
        If a bound is not a scalar.

    Examples
    --------
    >>> arange(3).eval(), arange(1, 0, -0.25).eval()
    (array([0, 1, 2]), array([1.  , 0.75, 0.5 , 0.25]))
    """
    if stop is None:
        start, stop = 0, start
    bounds = [as_tensor_variable(bound) for bound in (start, stop, step)]
    own = [b for b, v in zip(bounds, (start, stop, step), strict=True) if not is_python_number(v)]
    if any(bound.type.is_float for bound in bounds):
        bounds = operands(start, stop, step)
        common = np.result_type(*[bound.type.numpy_dtype for bound in bounds])
    else:
        bounds = list(map(as_size, bounds))
        is_unsigned = own and all(bound.type.numpy_dtype.kind == "u" for bound in own)
        common = np.dtype("uint64" if is_unsigned else "int64")
    return ARange(check_dtype(dtype or common).name)(*bounds)


def linspace(
    start: Any, stop: Any, num: Any = 50, endpoint: bool = True, dtype: Any = None
) -> Variable:
    """start + i · (stop − start) / (num − 1), for i = 0, …, num − 1.

    Parameters
    ----------
    start, stop : scalars
    num : int
        May be symbolic.
    endpoint : bool
        Whether stop is the last number. If not, it would be the next one: the divisor is num.
    dtype : str, optional
        By default the common dtype of start and stop; ``config.floatX`` for integers.

    Raises
    ------
    TypeError
        If start or stop is not a scalar.

    Examples
    --------
    >>> linspace(0, 1, 5).eval()
    array([0.  , 0.25, 0.5 , 0.75, 1.  ])
    """
    start, stop = (as_float(bound, "floatX") for bound in operands(start, stop))
    if start.type.ndim or stop.type.ndim:
        raise TypeError(f"linspace takes scalars; got {start.type} and {stop.type}")
    num = cast(num, "int64")
    steps = maximum(num - 1 if endpoint else num, 1)
    places = arange(num)
    step = (stop - start) / cast(steps, start.type.dtype)
    # The end is put in as it is, free of rounding.
    result = switch(eq(places, steps), stop, start + cast(places, start.type.dtype) * step)
    if dtype is None:
        return result
    # To integers NumPy rounds down, while a cast cuts off.
    return cast(result if check_dtype(dtype).kind == "f" else floor(result), dtype)


class Grid:
    """The coordinates of the points of a grid, by slices; see `mgrid` and `ogrid`."""

    is_open: bool  # whether each coordinate has size 1 along all axes but its own

    def __getitem__(self, key: slice | tuple[slice, ...]) -> Any:
        if isinstance(key, slice):
            return _range_of(key)
        ranges = [_range_of(bounds) for bounds in key]
        places = range(len(ranges))
        coordinates = [
            dimshuffle(r, [0 if place == axis else "x" for place in places])
            for axis, r in enumerate(ranges)
        ]
        if self.is_open:
            return coordinates
        return [alloc(c, *[size_of(r, 0) for r in ranges]) for c in coordinates]


def _range_of(bounds: slice) -> Variable:
    if not isinstance(bounds, slice) or bounds.stop is None:
        raise TypeError(f"a grid takes slices with an end, as in mgrid[0:3, 0:2]; got {bounds}")
    start = 0 if bounds.start is None else bounds.start
    return arange(start, bounds.stop, 1 if bounds.step is None else bounds.step)


class _FullGrid(Grid):
    """Return the coordinates of the points of a grid: ``mgrid[0:2, 0:3]``.

    The grid has an axis for each slice. The result is a list with an entry for each axis, an array of
    the grid's shape: the coordinates of all points along that axis. A single slice makes a range, as
    `arange` does.

    Examples
    --------
    >>> rows, columns = mgrid[0:2, 0:3]
    >>> rows.eval()
    array([[0, 0, 0],
           [1, 1, 1]])
    >>> columns.eval()
    array([[0, 1, 2],
           [0, 1, 2]])
    """

    is_open = False


class _OpenGrid(Grid):
    """Return the coordinates of the points of a grid, to be broadcast: ``ogrid[0:2, 0:3]``.

    As `mgrid`, but each array has size 1 along all axes but its own.

    Examples
    --------
    >>> rows, columns = ogrid[0:2, 0:3]
    >>> rows.eval()
    array([[0],
           [1]])
    >>> columns.eval()
    array([[0, 1, 2]])
    """

    is_open = True


mgrid, ogrid = _FullGrid(), _OpenGrid()
