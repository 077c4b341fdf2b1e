"""Methods of variables: ``x.mean()`` is ``T.mean(x)``.

Importing this module adds them to `Variable`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..compile.evaluation import evaluate_once
from ..core import axes
from ..core.axes import as_tensor_variable
from ..core.elementwise import TABLE, cast
from ..core.graph import Constant, Variable
from ..core.operators import Operators, extend
from ..core.types import TensorType
from ..ops import functions
from ..ops.counting import element_count
from . import (
    creation,
    diagonals,
    elementwise,
    extra_ops,
    indexing,
    products,
    reductions,
    shapes,
    sorting,
)
from .numpy_functions import apply_function, apply_ufunc, as_object, is_element_of_list


def _is_sequence(value: Any) -> bool:
    if isinstance(value, (Variable, np.ndarray)):
        return value.ndim > 0
    return isinstance(value, Sequence) and not isinstance(value, str)


def _method(function: Callable[[Any], Variable]) -> Callable[[Any], Variable]:
    """Return the elementwise function as a method."""

    def method(self: Any) -> Variable:
        return function(self)

    method.__doc__ = function.__doc__
    return method


def _refused(message: str) -> Callable[..., Any]:
    """Return a method that raises an error, since a variable has no elements yet."""

    def method(self: Any, *arguments: Any) -> Any:
        raise TypeError(message.format(self))

    return method


@extend(Variable)
class Methods(Operators):
    """The methods of a variable: see the functions of the same names."""

    if TYPE_CHECKING:
        type: TensorType

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """``np.exp(x)`` is ``T.exp(x)``; so operators of arrays with variables make expressions."""
        return apply_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """``np.sum(x)`` is ``T.sum(x)``."""
        return apply_function(function, args, kwargs)

    def __matmul__(self, y: Any) -> Variable:
        return products.matmul(self, y)

    def __rmatmul__(self, y: Any) -> Variable:
        return products.matmul(y, self)

    def __divmod__(self, other: Any) -> tuple[Variable, Variable]:
        """``divmod(x, y)``, the pair of x // y and x % y."""
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple[Variable, Variable]:
        """``divmod(y, x)``, the pair of y // x and y % x."""
        return other // self, other % self

    __setitem__ = _refused(
        "{}[...] = value: an expression does not change; make a new one with "
        "y = T.set_subtensor(x[...], value), or T.inc_subtensor to add"
    )
    __delitem__ = _refused(
        "del {}[...]: an expression does not change; select what is to stay, as in x[1:]"
    )
    __len__ = _refused("len({}): its size is part of the computation; write x.shape[0]")
    __contains__ = _refused("value in {}: write T.any(T.eq(x, value)), an expression")
    __float__ = __int__ = __index__ = __complex__ = __round__ = _refused(
        "{} is symbolic and no number yet: call the function that computes it, or "
        ".eval(); its functions are those of minigrad.tensor, not of math"
    )

    def __pow__(self, y: Any, modulo: Any = None) -> Variable:
        """The power; a third argument, for a remainder, is refused."""
        if modulo is not None:
            raise TypeError(f"pow({self}, {y}, {modulo}): write x**y % modulo")
        return TABLE["power"](self, y)

    def __iter__(self) -> Iterator[Variable]:
        """``x[0]``, ``x[1]``, …, if their number is known."""
        known = self.type.shape
        if not known or known[0] is None:
            raise TypeError(
                f"{self} of {self.type} cannot be iterated over: its length is not known before "
                "the program runs; use functions of whole tensors, or say how long it is: "
                "T.specify_shape"
            )
        return (self[i] for i in range(known[0]))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Refused: a variable has no numbers yet."""
        if is_element_of_list():
            return as_object(self)
        raise TypeError(
            f"{self} is symbolic and makes no array: use the function of minigrad.tensor, "
            "or compute the value first, as in x.eval()"
        )

    def __format__(self, specification: str) -> str:
        """The name, as by str(); the formats of numbers are refused."""
        try:
            return format(str(self), specification)
        except ValueError:
            raise TypeError(
                f"{self} is symbolic and has no number to write as {specification!r}: call the "
                "function that computes it, or .eval(), and write the value"
            ) from None

    def __bool__(self) -> bool:
        """True, since it is a variable; a condition is refused, as its value is not known yet."""
        if self.type.dtype == "bool":
            raise TypeError(
                f"{self} is true or false only when the program runs; instead of if, write "
                "T.switch(condition, a, b); instead of and, or, not: &, |, ~; "
                "instead of a < b < c: (a < b) & (b < c)"
            )
        return True

    def compress(self, condition: Any, axis: int | None = None) -> Variable:
        """The entries along an axis where the condition is true."""
        return extra_ops.compress(condition, self, axis)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self.type.ndim

    @property
    def dtype(self) -> str:
        """The name of the dtype."""
        return self.type.dtype

    @property
    def broadcastable(self) -> tuple[bool, ...]:
        """Whether each dimension is known to have size 1, so that it broadcasts."""
        return tuple(size == 1 for size in self.type.shape)

    @property
    def shape(self) -> Variable:
        """The sizes along the axes, as an int64 vector."""
        return shapes.shape(self)

    @property
    def size(self) -> Variable:
        """The number of elements, int64."""
        return element_count(as_tensor_variable(self), range(self.ndim))

    @property
    def T(self) -> Variable:
        """The axes in reverse order: a matrix transposed."""
        return shapes.transpose(self)

    astype, ravel = cast, shapes.flatten

    def reshape(self, *shape: Any, ndim: int | None = None) -> Variable:
        """The elements in another shape, given as sizes or as one sequence; see `T.reshape`."""
        if shape and _is_sequence(shape[0]):
            # Theano's form: the sequence, then perhaps how long it is.
            return shapes.reshape(self, shape[0], *(shape[1:] or (ndim,)))
        return shapes.reshape(self, shape, ndim)

    def transpose(self, *axes: Any) -> Variable:
        """The axes in the order given, one by one or as one sequence; by default reversed."""
        is_one = len(axes) == 1 and (axes[0] is None or _is_sequence(axes[0]))
        return shapes.transpose(self, axes[0] if is_one else axes or None)

    def clip(self, a_min: Any, a_max: Any) -> Variable:
        """Elements below `a_min` or above `a_max` replaced by these."""
        return functions.clip(self, a_min, a_max)

    def copy(self, name: str | None = None) -> Variable:
        """A new variable with the same value."""
        result = functions.tensor_copy(self)
        result.name = name
        return result

    def eval(self, inputs_to_values: Mapping[Variable, Any] | None = None) -> np.ndarray:
        """The value that a function would compute, given the values of the inputs.

        Parameters
        ----------
        inputs_to_values : mapping of Variable to array or what makes one
            Any variable can be given, not only inputs: then it is not computed.

        Raises
        ------
        TypeError
            If a value is not of its variable's type.
        MissingInputError
            If an input has no value.

        Examples
        --------
        >>> import minigrad.tensor as T
        >>> x = T.vector("x")
        >>> (2 * x).eval({x: [1.0, 2.0]})
        array([2., 4.])
        """
        values = {} if inputs_to_values is None else inputs_to_values
        return evaluate_once(as_tensor_variable(self), values)


# Functions that are methods as they are, by module; then those of the table.
_FUNCTIONS = {
    axes: "dimshuffle ones_like zeros_like",
    creation: "fill",
    diagonals: "diagonal trace",
    elementwise: "deg2rad rad2deg round",
    extra_ops: "searchsorted",
    indexing: "choose nonzero nonzero_values take",
    products: "dot",
    reductions: "all any argmax argmin cumprod cumsum max mean min norm prod ptp std sum var",
    shapes: "flatten repeat squeeze swapaxes",
    sorting: "argsort argtopk sort topk topk_and_argtopk",
}
_OF_ELEMENTS = """
    abs arccos arccosh arcsin arcsinh arctan arctanh ceil cos cosh exp exp2 expm1 floor log
    log10 log1p log2 sin sinh sqr sqrt tan tanh trunc
"""
for _module, _names in _FUNCTIONS.items():
    for _name in _names.split():
        setattr(Variable, _name, getattr(_module, _name))
for _name in _OF_ELEMENTS.split():
    setattr(Variable, _name, _method(TABLE[_name]))
setattr(Constant, "value", property(lambda self: self.data))  # noqa: B010  # Theano's name for it
