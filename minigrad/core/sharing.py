"""Shared variables: values that live outside a function and last from one call to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from . import locks
from .credit import Line, current_line
from .graph import Variable
from .types import TensorType, checked_name, describe, refuse_masked


class SharedVariable(Variable):
    """A variable that holds a value, which functions read, and change by their updates.

    Make one with `shared`.

    Attributes
    ----------
    default_update : Variable or None
        If set, every function that uses the variable updates it to this, unless told otherwise.
    made_at : Line or None
        The line of the user's program that made it.
    """

    def __init__(self, type: TensorType, value: np.ndarray, name: str | None = None) -> None:
        super().__init__(type, name=name)
        self.data = value
        self._order: Literal["K", "F"] = "K"
        self.default_update: Variable | None = None
        self.made_at: Line | None = current_line()

    def get_value(self, borrow: bool = False, return_internal_type: bool = False) -> np.ndarray:
        """The value as it is now.

        Parameters
        ----------
        borrow : bool
            Return the array itself instead of a copy. It may be replaced by a later update, and
            must not be changed.
        return_internal_type : bool
            Theano's; there is but one type.
        """
        return self.data if borrow else self.data.copy()

    def set_value(self, new_value: Any, borrow: bool = False) -> None:
        """Replace the value by another of the same dtype and number of dimensions.

        Parameters
        ----------
        new_value : array or what makes one
        borrow : bool
            Keep the array itself instead of a copy; it must not be changed from then on.

        Raises
        ------
        TypeError
            If the value is not of the variable's type. It then keeps the old one.
        """
        try:
            value = self.type.filter(new_value)
        except TypeError as error:
            raise TypeError(f"set_value of the shared variable {self}: {error}") from None
        self.data = value if borrow else np.array(value, order=self._order)

    def keep_by_columns(self) -> None:
        """Keep the value column by column in memory, which suits a program; it stays the same."""
        with locks.UPDATING:
            self._order = "F"
            self.data = np.asfortranarray(self.data)

    def zero(self, borrow: bool = False) -> None:
        """Set every element to zero."""
        self.data = np.zeros_like(self.data)

    def clone(self) -> SharedVariable:
        """Another variable with the same type, name, default update, and the same array."""
        copy = SharedVariable(self.type, self.data, self.name)
        copy.default_update = self.default_update
        return copy


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
    """A shared variable with that value.

    Its dtype is the value's and stays so. Its sizes may change with its value, unless `shape` or
    `broadcastable` fixes them: so it broadcasts only if told that it does.

    Parameters
    ----------
    value : array, number or list of numbers
    name : str, optional
    strict : bool
        Take only an array or NumPy scalar.
    allow_downcast
        Theano's; ignored, because the type follows the value.
    borrow : bool
        Use the array itself instead of a copy; it must not be changed from then on.
    broadcastable : sequence of bool, optional
        True for the axes that have size 1 and broadcast.
    shape : sequence of int or None, optional
        Sizes that never change.

    Raises
    ------
    TypeError
        If the value is not made of numbers, or not of that shape.

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
    if strict and not isinstance(value, (np.ndarray, np.generic)):
        raise TypeError(f"shared(strict=True) takes an array; got {describe(value)}")
    name = checked_name(name, "a shared variable")
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
        data = type.filter(array)
    except TypeError as error:
        raise TypeError(f"shared: {error}") from None
    return SharedVariable(type, data if borrow and data is value else np.array(data), name)
