"""`shared` makes a variable that holds a value, from arrays, numbers or generators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np

from ..core.graph import Variable
from ..core.operators import extend
from ..core.sharing import SharedVariable
from ..core.types import TensorType, checked_name, describe
from ..ops.random.states import in_state, is_random_state, random_state_type
from ..protocol.values import refuse_masked
from .containers import Container

_NO_VALUE = "shared variables have no attribute value; use {0}.get_value() and {0}.set_value(…)"


@extend(SharedVariable)
class _Shared:
    def zero(self: Any, borrow: bool = False) -> None:
        """Set every element to zero."""
        self.data = np.zeros_like(self.data)

    def clone(self: Any) -> SharedVariable:
        """Another variable with the same type, name and default update, and always the same value."""
        return SharedTwin(self)

    @property
    def container(self: Any) -> Container:
        """The container of its value: ``w.container.value``, like ``f.container[w]`` of a function."""
        return Container(self)

    @property
    def value(self: Any) -> NoReturn:
        """Refused, as in Theano: use `get_value` and `set_value`."""
        raise AttributeError(_NO_VALUE.format(self))

    @value.setter
    def value(self: Any, value: Any) -> NoReturn:
        raise AttributeError(_NO_VALUE.format(self))


class SharedTwin(SharedVariable):
    """A shared variable that has the value of another: to set one value sets both."""

    def __init__(self, other: SharedVariable) -> None:
        self._other = other  # before the rest, which sets `data`
        super().__init__(other.type, other.data, other.name, borrow=True)
        self.default_update = other.default_update

    @property
    def data(self) -> Any:
        """The value."""
        return self._other.data

    @data.setter
    def data(self, value: Any) -> None:
        self._other.data = value

    def get_value(self, borrow: bool = False, return_internal_type: bool = False) -> Any:
        """The value as the other variable gives it."""
        return self._other.get_value(borrow, return_internal_type)


class RandomStateSharedVariable(SharedVariable):
    """A shared variable whose value is a `numpy.random.RandomState`.

    It holds only the state, an array, so a draw is a function like any other. `get_value` and
    `set_value` copy the generator: a draw from the copy does not change this state.
    """

    def get_value(self, borrow: bool = False, return_internal_type: bool = False) -> Any:
        """A generator in this state. To change the state, change the generator and set the value."""
        return in_state(self.data)


def shared(
    value: Any,
    name: str | None = None,
    strict: bool = False,
    allow_downcast: bool | None = None,
    borrow: bool = False,
    *,
    broadcastable: Sequence[bool] | None = None,
    shape: Sequence[int | None] | None = None,
) -> SharedVariable:
    """A shared variable with the given value.

    It has the dtype of the value, and keeps it. Its sizes may change with its value, unless
    `shape` or `broadcastable` fixes them; so it broadcasts only if one of these says so.

    Parameters
    ----------
    value : array, number or list of numbers, or numpy.random.RandomState
        For a RandomState, the variable holds the state from which `T.raw_random` draws.
    name : str, optional
    strict : bool
        Whether to accept only an array or a NumPy scalar.
    allow_downcast
        Theano's; ignored, because the type follows the value.
    borrow : bool
        Whether to use the array itself instead of a copy; it must not be changed from then on.
    broadcastable : sequence of bool, optional
        True for each axis that has size 1 and broadcasts.
    shape : sequence of int or None, optional
        Sizes that never change.

    Raises
    ------
    TypeError
        If the value does not consist of numbers, or does not have that shape.

    Examples
    --------
    >>> w = shared([1.0, 2.0], name="w")
    >>> w.get_value()
    array([1., 2.])
    >>> w.set_value([3.0])
    >>> (2 * w).eval()
    array([6.])
    """
    if isinstance(value, Variable):
        raise TypeError(f"shared takes a value; got the symbolic variable {value}")
    name = checked_name(name, "a shared variable")
    if is_random_state(value):
        return RandomStateSharedVariable(random_state_type, value, name)
    if strict and not isinstance(value, (np.ndarray, np.generic)):
        raise TypeError(f"shared(strict=True) takes an array; got {describe(value)}")
    try:
        refuse_masked(value)
        array = np.asarray(value)
    except TypeError as error:
        raise TypeError(f"shared: {error}") from None
    except ValueError as error:
        raise TypeError(f"shared: {describe(value)} makes no array: {error}") from error
    if array.dtype.kind not in "biuf":
        raise TypeError(f"shared takes numbers; got {describe(value)}")
    if shape is None:
        shape = [None] * array.ndim if broadcastable is None else list(map(bool, broadcastable))
    try:
        type = TensorType(array.dtype, shape)
        return SharedVariable(type, array, name, borrow=borrow and array is value)
    except TypeError as error:
        raise TypeError(f"shared: {error}") from None
