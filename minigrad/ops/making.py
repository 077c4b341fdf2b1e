"""Tensors made of nothing, or of another's shape: constant ones, ranges, diagonals, triangles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.axes import (
    Alloc,
    NumPyOp,
    Size,
    dimshuffle,
    normalize_axis,
    restore_axes,
    size_of,
    sizes_of,
    sum_axes,
    written_with,
)
from ..core.graph import Apply, Constant, Use, Variable
from ..core.table import cast, eq, floor, ge, maximum, minimum, operands, switch
from ..core.types import TensorType, check_dtype, constant, is_python_number
from .indexing import set_subtensor
from .joining import as_size, as_tensor_variable
from .reduction import sum as sum_of
from .shape import as_sizes


class ARange(NumPyOp):
    """From the first input up to but without the second, in steps of the third."""

    __props__ = ("dtype",)

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype

    def make_node(self, start: Variable, stop: Variable, step: Variable) -> Apply:
        bounds = [start, stop, step]
        for bound in bounds:
            if bound.type.ndim:
                raise TypeError(f"arange takes scalars; got {bound} of {bound.type}")
        known = [number for number in map(_known_integer, bounds) if number is not None]
        length = len(range(*known)) if len(known) == 3 else None
        return Apply(self, bounds, [TensorType(self.dtype, (length,))()])

    def compute(self, start: Any, stop: Any, step: Any) -> Any:
        return np.arange(start, stop, step, dtype=np.dtype(self.dtype))

    def expression(self, node: Apply, inputs: Sequence[str], use: Use) -> str:
        dtype = use(self.dtype, np.dtype(self.dtype))
        return f"{use('arange', np.arange)}({_bounds(node, inputs)}, dtype={dtype})"

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"arange({_bounds(node, inputs)})"

    def infer_shape(self, node: Apply, input_shapes: Any) -> Any:
        stop = node.inputs[1]
        if not _counts(node):
            return [node.out.type.shape]
        if stop.owner is not None and isinstance(stop.owner.op, Size):
            return [(stop,)]
        return [(maximum(stop, 0),)] if stop.type.dtype == "int64" else [(None,)]

    def grad(self, inputs: Sequence[Variable], output_grads: Sequence[Variable]) -> Any:
        if check_dtype(self.dtype).kind != "f":
            return [None, None, None]
        g = output_grads[0]
        zero, one = (constant(number, dtype="int64") for number in (0, 1))
        places = self(zero, size_of(g, 0), one)
        return [sum_axes(g, [0]), None, sum_axes(g * places, [0])]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        return [[True], [False], [True]]


def _counts(node: Apply) -> bool:
    """Whether the range starts with 0 and goes in steps of 1."""
    start, _, step = map(_known_integer, node.inputs)
    return (start, step) == (0, 1)


def _known_integer(x: Variable) -> int | None:
    return int(x.data) if isinstance(x, Constant) and not x.type.is_float else None


def _bounds(node: Apply, inputs: Sequence[str]) -> str:
    """The bounds as arguments of NumPy's arange; only the end where that is enough."""
    known = map(_known_integer, node.inputs)
    texts = [
        text if number is None else str(number) for text, number in zip(inputs, known, strict=True)
    ]
    return texts[1] if _counts(node) else ", ".join(texts)


# ---- The same everywhere -----------------------------------------------------------------------


def alloc(value: Any, *shape: Any) -> Variable:
    """The value, repeated until it has the shape.

    Parameters
    ----------
    value : tensor
        It broadcasts to the shape; its dtype stays.
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
    """Zeros.

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
    """Ones; parameters as in `zeros`."""
    return alloc(constant(1, dtype=dtype or "floatX"), *as_sizes(shape))


def fill(a: Any, b: Any) -> Variable:
    """b, repeated until it has the shape of a and b together, as of ``a + b``.

    Parameters
    ----------
    a : tensor
        Only its shape matters.
    b : tensor
        Its dtype stays.

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
    pairs = zip(*[sizes_of(as_tensor_variable(v, ndim=ndim)) for v in (a, b)], strict=True)
    sizes = [of_b if _known_integer(of_a) == 1 else of_a for of_a, of_b in pairs]
    return alloc(written_with(a, b), *sizes)


def zeros_like(model: Any, dtype: Any = None) -> Variable:
    """Zeros in the model's shape, and in its dtype unless another is given."""
    model = as_tensor_variable(model)
    return fill(model, constant(0, dtype=dtype or model.type.dtype))


def ones_like(model: Any, dtype: Any = None) -> Variable:
    """Ones in the model's shape, and in its dtype unless another is given."""
    model = as_tensor_variable(model)
    return fill(model, constant(1, dtype=dtype or model.type.dtype))


# ---- Ranges ------------------------------------------------------------------------------------


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Variable:
    """start, start + step, start + 2·step, …, as long as that is before stop.

    With one argument, 0, 1, 2, … before it.

    Parameters
    ----------
    start, stop, step : scalars
        Numbers or symbolic.
    dtype : str, optional
        By default int64 for integers (uint64 if all but Python's are unsigned), else the bounds'
        own.

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
    """`num` numbers from start to stop, at equal distances.

    Parameters
    ----------
    start, stop : scalars
    num : int
        May be symbolic.
    endpoint : bool
        Whether stop is the last of them, or would come next.
    dtype : str, optional
        By default the bounds' own; ``config.floatX`` for integers.

    Examples
    --------
    >>> linspace(0, 1, 5).eval()
    array([0.  , 0.25, 0.5 , 0.75, 1.  ])
    """
    start, stop = (v if v.type.is_float else cast(v, "floatX") for v in operands(start, stop))
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
    """Coordinates by slices: `mgrid` and `ogrid`.

    ``mgrid[0:2, 0:3]`` is a list: for each axis of a grid of two rows and three columns, the
    coordinates of all its points. One slice alone makes a single range, as `arange` does.

    Parameters
    ----------
    is_open : bool
        Leave each coordinate size 1 along all axes but its own, so that they broadcast.

    Examples
    --------
    >>> rows, columns = mgrid[0:2, 0:3]
    >>> rows.eval()
    array([[0, 0, 0],
           [1, 1, 1]])
    >>> rows, columns = ogrid[0:2, 0:3]
    >>> rows.eval()
    array([[0],
           [1]])
    """

    def __init__(self, is_open: bool) -> None:
        self.is_open = is_open

    def __getitem__(self, key: slice | tuple[slice, ...]) -> Any:
        if isinstance(key, slice):
            return _range_of(key)
        ranges = [_range_of(bounds) for bounds in key]
        axes = range(len(ranges))
        coordinates = [
            restore_axes(r, [a for a in axes if a != axis], len(ranges))
            for axis, r in enumerate(ranges)
        ]
        if self.is_open:
            return coordinates
        return [alloc(c, *[size_of(r, 0) for r in ranges]) for c in coordinates]


def _range_of(bounds: slice) -> Variable:
    if not isinstance(bounds, slice) or bounds.stop is None:
        raise TypeError(f"a grid takes slices with an end, as in mgrid[0:3, 0:2]; got {bounds}")
    start, step = (
        default if bound is None else bound
        for bound, default in ((bounds.start, 0), (bounds.step, 1))
    )
    return arange(start, bounds.stop, step)


mgrid = Grid(is_open=False)
ogrid = Grid(is_open=True)


# ---- Diagonals and triangles -------------------------------------------------------------------


def _row_and_column(n: Any, m: Any, k: Any) -> tuple[Variable, Variable]:
    """The number of the row plus k, a column, and the number of the column, a vector."""
    rows, columns = arange(n), arange(n if m is None else m)
    return dimshuffle(rows, [0, "x"]) + k, columns


def eye(n: Any, m: Any = None, k: Any = 0, dtype: Any = None) -> Variable:
    """Ones on a diagonal, zeros elsewhere.

    Parameters
    ----------
    n, m : int
        How many rows and columns, by default as many. All three may be symbolic.
    k : int
        Which diagonal: 0 is the main one, 1 the next above, -1 the next below.
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
    """Ones on the main diagonal, zeros elsewhere, in the shape and dtype of the matrix x."""
    x = as_tensor_variable(x)
    if x.type.ndim != 2:
        raise ValueError(f"identity_like takes a matrix; got {x} of {x.type}")
    rows, columns = sizes_of(x)
    return eye(rows, columns, dtype=x.type.dtype)


def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Variable:
    """A diagonal of a matrix; of a tensor, those of all matrices in two of its axes.

    Parameters
    ----------
    a : tensor of at least two dimensions
    offset : int
        Which diagonal: 0 is the main one, 1 the next above, -1 the next below.
    axis1, axis2 : int
        The axes of the rows and the columns. The diagonal becomes the last axis.

    Raises
    ------
    ValueError
        If a has no two such axes.

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
    """The matrix with the vector v on a diagonal; or the diagonal of the matrix v.

    Parameters
    ----------
    v : vector or matrix
    k : int
        Which diagonal: 0 is the main one, 1 the next above, -1 the next below.

    Raises
    ------
    ValueError
        If v is neither.

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

    Examples
    --------
    >>> trace([[1, 2], [3, 4]]).eval()
    array(5)
    """
    return sum_of(diagonal(a, offset, axis1, axis2), axis=-1)


def tri(N: Any, M: Any = None, k: Any = 0, dtype: Any = None) -> Variable:
    """Ones on a diagonal and below it, zeros above; parameters as in `eye`.

    Examples
    --------
    >>> tri(2, 3).eval()
    array([[1., 0., 0.],
           [1., 1., 0.]])
    """
    return cast(ge(*_row_and_column(N, M, k)), dtype or "floatX")


def tril(m: Any, k: Any = 0) -> Variable:
    """m with zeros above its k-th diagonal; of a tensor, in all matrices of its last two axes.

    Raises
    ------
    ValueError
        If m has less than two dimensions.

    Examples
    --------
    >>> tril([[1, 2], [3, 4]]).eval()
    array([[1, 0],
           [3, 4]])
    """
    m = as_tensor_variable(m)
    return switch(_is_lower("tril", m, k), m, constant(0, dtype=m.type.dtype))


def triu(m: Any, k: Any = 0) -> Variable:
    """m with zeros below its k-th diagonal; as `tril`.

    Examples
    --------
    >>> triu([[1, 2], [3, 4]]).eval()
    array([[1, 2],
           [0, 4]])
    """
    m = as_tensor_variable(m)
    return switch(_is_lower("triu", m, k - 1), constant(0, dtype=m.type.dtype), m)


def _is_lower(function: str, m: Variable, k: Any) -> Variable:
    """Which elements of the matrices are on the k-th diagonal or below it."""
    if m.type.ndim < 2:
        raise ValueError(f"{function} takes a tensor of at least two dimensions; got {m.type}")
    rows, columns = sizes_of(m)[-2:]
    return tri(rows, columns, k, "bool")
