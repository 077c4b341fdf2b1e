"""Constant values of variables, and lengths of vectors, that are known before the program runs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from ..core.axes import Alloc, DimShuffle, as_tensor_variable
from ..core.elementwise import Elementwise
from ..core.graph import Constant, Variable, perform, toposort
from ..ops.shape import Itself, Reshape

# Nothing is computed for constants with more elements: all of them are equal seldom.
_MOST = 1000


class NotScalarConstantError(Exception):
    """Raised by `get_scalar_constant_value` for a variable without a single known value."""


def get_scalar_constant_value(
    v: Any, elemwise: bool = True, only_process_constants: bool = False, max_recur: int = 10
) -> np.ndarray:
    """The value that each element of v is known to have.

    Parameters
    ----------
    v : tensor
        A constant, or an expression of constants; also a constant that is repeated to an unknown
        shape.
    elemwise : bool
        Whether to compute elementwise functions of constants.
    only_process_constants : bool
        Whether v must be a constant itself.
    max_recur
        Theano's; ignored: expressions may have any depth.

    Returns
    -------
    numpy.ndarray
        It has no dimensions.

    Raises
    ------
    NotScalarConstantError
        If there is no such value.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> get_scalar_constant_value(T.ones_like(T.matrix("x")) * 2 + 1)
    array(3.)
    """
    v = as_tensor_variable(v)
    arrays: dict[Variable, Any] = {}  # of what consists of constants
    singles: dict[Variable, Any] = {}  # what each element is, of a shape that may be unknown
    for node in [] if only_process_constants else toposort([v]):
        values = [_array(x, arrays) for x in node.inputs]
        if all(value is not None and value.size <= _MOST for value in values):
            with suppress(Exception):  # what fails here will fail when it runs, too
                arrays.update(zip(node.outputs, perform(node, values), strict=True))
            continue
        each = [singles.get(x, _single(_array(x, arrays))) for x in node.inputs]
        if isinstance(node.op, _PASSING):
            each = each[:1]
        elif not (elemwise and isinstance(node.op, Elementwise)):
            continue
        if None not in each:
            value = node.op.compute(*each) if isinstance(node.op, Elementwise) else each[0]
            singles[node.out] = np.asarray(value, node.out.type.numpy_dtype)
    found = singles.get(v, _single(_array(v, arrays)))
    if found is None:
        raise NotScalarConstantError(f"{v} has no single known value")
    return found


# What has elements of its first input, and no others.
_PASSING = (Alloc, DimShuffle, Itself, Reshape)


def _array(x: Variable, arrays: Mapping[Variable, Any]) -> Any:
    """Return the value of x, if it is known as a whole."""
    return x.data if isinstance(x, Constant) else arrays.get(x)


def _single(value: Any) -> Any:
    """Return the value of all elements of the array; None if they differ, or there are none."""
    if value is None or not value.size:
        return None
    first = np.asarray(value.flat[0])
    return first if np.array_equal(value, np.broadcast_to(first, value.shape)) else None


def get_vector_length(v: Any) -> int:
    """The length that the vector v is known to have.

    Raises
    ------
    TypeError
        If v is not a vector.
    ValueError
        If its length is not known.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> get_vector_length(T.tensor3("x").shape)
    3
    """
    v = as_tensor_variable(v)
    if v.type.ndim != 1:
        raise TypeError(f"get_vector_length takes a vector; got {v} of {v.type}")
    known: int | None = v.type.shape[0]
    if known is None:
        raise ValueError(f"the length of {v} is not known")
    return known
