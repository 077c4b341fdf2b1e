"""Elements selected by index, and copies in which some elements are changed."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.axes import as_tensor_variable, dimshuffle, size_of, sizes_of, zeros_like
from ..core.elementwise import cast
from ..core.graph import Constant, Variable
from ..core.table import eq, switch
from ..core.types import constant
from ..ops.counting import normalize_axis
from ..ops.functions import clip
from ..ops.indexing import IncSubtensor, Nonzero, Subtensor, getitem
from ..ops.joining import holds_variable
from ..ops.sorting import taken_along
from .creation import arange, ogrid


def set_subtensor(
    x: Variable, y: Any, inplace: bool = False, tolerate_inplace_aliasing: bool = False
) -> Variable:
    """A copy of a tensor in which one part is replaced by y.

    Parameters
    ----------
    x : variable
        The part, written as an index expression ``tensor[...]``.
    y : tensor
        The new part. It broadcasts to the part, even where its size only happens to be 1, and is
        cast to the dtype of the tensor if that is a float.
    inplace, tolerate_inplace_aliasing
        Theano's; ignored: the compiler decides.

    Returns
    -------
    Variable
        It has the shape of the whole tensor.

    Raises
    ------
    TypeError
        If x is not an index expression, or the tensor's dtype cannot hold that of y.
    ValueError
        If the shape of y does not fit the part.

    Examples
    --------
    >>> x = as_tensor_variable([1, 2, 3])
    >>> set_subtensor(x[1:], 0).eval()
    array([1, 0, 0])
    """
    return inc_subtensor(x, y, set_instead_of_inc=True)


def inc_subtensor(
    x: Variable,
    y: Any,
    inplace: bool = False,
    set_instead_of_inc: bool = False,
    tolerate_inplace_aliasing: bool = False,
) -> Variable:
    """A copy of a tensor in which y is added to one part; see `set_subtensor`.

    If an index array names an element several times, y is added each time.

    >>> x = as_tensor_variable([1, 2, 3])
    >>> inc_subtensor(x[[0, 0]], 10).eval()
    array([21,  2,  3])
    """
    owner = x.owner if isinstance(x, Variable) else None
    if owner is None or not isinstance(owner.op, Subtensor):
        verb = "set_subtensor" if set_instead_of_inc else "inc_subtensor"
        raise TypeError(f"{verb} takes an index expression such as x[0]; got {x}")
    tensor, *indices = owner.inputs
    write = IncSubtensor(owner.op.pattern, set_instead_of_inc)
    return write(tensor, _value_for(tensor, y), *indices)


def _value_for(tensor: Variable, y: Any) -> Variable:
    """Return y as a variable, in the dtype of the tensor if that is a float or holds its numbers."""
    dtype = tensor.type.dtype
    if isinstance(y, np.ndarray) or holds_variable(y):
        y = as_tensor_variable(y)
    if isinstance(y, Variable) and tensor.type.is_float:
        return cast(y, dtype)
    if isinstance(y, Variable) and not isinstance(y, Constant):
        return y
    try:
        return constant(y, dtype=dtype)
    except TypeError as error:
        raise TypeError(f"a part of {tensor}, which is {dtype}, is set: {error}") from None


def take(a: Any, indices: Any, axis: int | None = None, mode: str = "raise") -> Variable:
    """a[indices] along an axis: the entries at the indices.

    Parameters
    ----------
    a : tensor
    indices : int tensor
    axis : int, optional
        By default a is flattened first.
    mode : {'raise', 'wrap', 'clip'}
        An index out of range raises an IndexError at run time; or is taken modulo the size; or
        becomes the first or last.

    Examples
    --------
    >>> take([10, 20, 30], [2, 0]).eval()
    array([30, 10])
    """
    a, indices = as_tensor_variable(a), as_tensor_variable(indices)
    if axis is None:
        a, axis = a.flatten(), 0
    axis = normalize_axis(axis, a.type.ndim)
    indices = _in_range("take", indices, size_of(a, axis), mode)
    return getitem(a, (slice(None),) * axis + (indices,))


def _in_range(name: str, indices: Variable, size: Variable, mode: str) -> Variable:
    """Return the indices of an axis of that size, those out of range moved as the mode says."""
    if mode == "wrap":
        return indices % size
    if mode == "clip":
        return clip(indices, 0, size - 1)
    if mode == "raise":
        return indices
    raise ValueError(f"{name}: mode must be 'raise', 'wrap' or 'clip'; got {mode!r}")


def nonzero(a: Any, return_matrix: bool = False) -> Any:
    """The indices of the elements that are not zero: for each axis an int64 vector.

    Parameters
    ----------
    a : tensor of at least one dimension
    return_matrix : bool
        Whether to return them as the rows of a matrix instead of a tuple.

    Raises
    ------
    ValueError
        If a is a scalar.

    Examples
    --------
    >>> nonzero([[0, 5], [7, 0]], return_matrix=True).eval()
    array([[0, 1],
           [1, 0]])
    """
    a = as_tensor_variable(a)
    if not a.type.ndim:
        raise ValueError(f"nonzero takes a tensor of at least one dimension; got the scalar {a}")
    indices = tuple(Nonzero(a.type.ndim).make_node(a).outputs)
    return as_tensor_variable(indices) if return_matrix else indices


def flatnonzero(a: Any) -> Variable:
    """The numbers, in C order, of the elements that are not zero: an int64 vector.

    >>> flatnonzero([[0, 5], [7, 0]]).eval()
    array([1, 2])
    """
    a = as_tensor_variable(a)
    if not a.type.ndim:
        raise ValueError(f"flatnonzero takes a tensor of at least one dimension; got {a}")
    return nonzero(a.flatten())[0]


def nonzero_values(a: Any) -> Variable:
    """The elements that are not zero, as a vector in C order.

    >>> nonzero_values([[0, 5], [7, 0]]).eval()
    array([5, 7])
    """
    a = as_tensor_variable(a)
    return getitem(a, nonzero(a))


def choose(a: Any, choices: Any, out: None = None, mode: str = "raise") -> Variable:
    """result[i] = choices[a[i]][i], for every index i.

    Parameters
    ----------
    a : int tensor
    choices : sequence of tensors that broadcast with a, or a tensor of them
        In a tensor, the first axis numbers the choices.
    out : None
        NumPy's; it must be None, since an expression has no array to write into.
    mode : {'raise', 'wrap', 'clip'}
        What to do with a number out of range, as in `take`.

    Raises
    ------
    TypeError
        If `out` is given.

    Examples
    --------
    >>> choose([1, 0], [[10, 20], [30, 40]]).eval()
    array([30, 20])
    """
    if out is not None:
        raise TypeError(f"choose makes an expression, so leave out `out`; got {out!r}")
    a = as_tensor_variable(a)
    if a.type.dtype == "bool":  # which as an index would be a mask
        a = cast(a, "int64")
    if isinstance(choices, Variable):
        return _chosen(a, choices, mode)
    choices = list(choices)
    numbers = take(np.arange(len(choices)), a, mode=mode)
    result = switch(eq(numbers, 0), choices[0], choices[0])  # which has the shape of both
    for number, choice in enumerate(choices[1:], start=1):
        result = switch(eq(numbers, number), choice, result)
    return result


def _chosen(a: Variable, choices: Variable, mode: str) -> Variable:
    """Return `choose` of a tensor, whose first axis numbers the choices."""
    if not choices.type.ndim:
        raise ValueError(f"choose takes choices of at least one dimension; got {choices.type}")
    numbers = _in_range("choose", a, size_of(choices, 0), mode)
    new = ["x"] * (a.type.ndim - choices.type.ndim + 1)
    choices = dimshuffle(choices, [0, *new, *range(1, choices.type.ndim)])
    numbers = as_tensor_variable(numbers, ndim=choices.type.ndim - 1)
    places = ogrid[tuple(map(slice, sizes_of(choices)[1:]))]
    return getitem(choices, (numbers, *places))


def permute_row_elements(x: Any, y: Any, inverse: bool = False) -> Variable:
    """result[…, j] = x[…, y[…, j]]: the elements of each row in another order.

    Parameters
    ----------
    x : tensor
    y : integer tensor
        Along its last axis it has each number below the length of the rows once. The other axes of
        x and y broadcast.
    inverse : bool
        Whether to undo the order: result[…, y[…, j]] = x[…, j].

    Returns
    -------
    Variable
        It has the dtype of x.

    Raises
    ------
    TypeError
        If y is not of an integer type.
    ValueError
        If x or y is a scalar.

    Examples
    --------
    >>> permute_row_elements([[1, 2, 3], [4, 5, 6]], [2, 0, 1]).eval()
    array([[3, 1, 2],
           [6, 4, 5]])
    """
    x, y = as_tensor_variable(x), as_tensor_variable(y)
    if y.type.numpy_dtype.kind not in "iu":
        raise TypeError(
            f"permute_row_elements: an order must have whole numbers; got {y} of {y.type}"
        )
    if not x.type.ndim or not y.type.ndim:
        raise ValueError(f"permute_row_elements: there are no rows in {x if y.type.ndim else y}")
    if inverse:
        y = inverse_permutation(y)
    ndim = max(x.type.ndim, y.type.ndim)
    x, y = (as_tensor_variable(v, ndim=ndim) for v in (x, y))
    return taken_along(x, y, ndim - 1)


def inverse_permutation(perm: Any) -> Variable:
    """result[…, perm[…, j]] = j: the order that undoes the order `perm`.

    >>> inverse_permutation([2, 0, 1]).eval()
    array([1, 2, 0])
    """
    y = as_tensor_variable(perm)
    last = y.type.ndim - 1
    numbers = cast(arange(size_of(y, last)), y.type.dtype)
    return set_subtensor(taken_along(zeros_like(y), y, last), numbers)
