"""A Python function of arrays as an operation: `as_op`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core.graph import Apply, Op


class FromFunctionOp(Op):
    """An op whose `perform` calls a function of arrays; it has no derivative."""

    __props__ = ("function", "itypes", "otypes")

    def __init__(
        self,
        function: Callable[..., Any],
        itypes: Any,
        otypes: Any,
        infer_shape: Callable[..., Any] | None = None,
    ) -> None:
        self.function = function
        self.itypes, self.otypes = map(_as_types, (itypes, otypes))
        self._shapes = infer_shape
        self.__name__ = getattr(function, "__name__", type(function).__name__)
        self.__doc__ = function.__doc__

    def perform(self, node: Apply, inputs: list[Any], output_storage: list[list[Any]]) -> None:
        found = self.function(*inputs)
        results = found if isinstance(found, (list, tuple)) else (found,)
        if len(results) != node.nout:
            raise ValueError(f"{self} returned {len(results)} results, but has {node.nout} otypes")
        for cell, result in zip(output_storage, results, strict=True):
            cell[0] = result

    @property
    def tells_sizes(self) -> bool:
        """Whether the user has given `infer_shape`."""
        return self._shapes is not None

    def infer_shape(self, node: Apply, input_shapes: Any) -> Any:
        return None if self._shapes is None else self._shapes(node, input_shapes)

    def __str__(self) -> str:
        return self.__name__


def _as_types(types: Any) -> tuple[Any, ...]:
    return tuple(types) if isinstance(types, (list, tuple)) else (types,)


def as_op(
    itypes: Any, otypes: Any, infer_shape: Callable[..., Any] | None = None
) -> Callable[[Callable[..., Any]], FromFunctionOp]:
    """Make an operation from a Python function of arrays: a decorator.

    Parameters
    ----------
    itypes, otypes : TensorType or sequence of TensorType
        The types of the function's arguments, and of the array or arrays that it returns.
    infer_shape : callable, optional
        A function from the node and the shapes of its inputs to a list of the shapes of
        its outputs.

    Returns
    -------
    callable
        A decorator that turns the function into an op, to call with variables. The op has no
        derivative; to have one, write a subclass of `Op`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a type, or, at run time, the function returns other types than
        `otypes`.

    Examples
    --------
    >>> import numpy as np, minigrad.tensor as T
    >>> @as_op(itypes=[T.dvector], otypes=[T.dscalar])
    ... def median(x):
    ...     return np.asarray(np.median(x))
    >>> x = T.dvector("x")
    >>> median(2 * x).eval({x: [1.0, 5.0, 2.0]})
    array(4.)
    """

    def make(function: Callable[..., Any]) -> FromFunctionOp:
        return FromFunctionOp(function, itypes, otypes, infer_shape)

    return make


wrap_py: Callable[..., Any] = as_op  # an older name of Theano's
