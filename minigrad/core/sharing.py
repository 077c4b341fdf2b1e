"""Shared variables: values that live outside a function and last from one call to the next."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from . import locks
from .credit import Line, current_line
from .graph import Variable
from .types import TensorType


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
        """The value as it is now, a copy; with `borrow` the array itself, not to be changed.

        `return_internal_type` is Theano's; there is but one type.
        """
        return self.data if borrow else self.data.copy()

    def set_value(self, new_value: Any, borrow: bool = False) -> None:
        """Replace the value by a copy of another; with `borrow` by it, not to be changed any more.

        Raises a TypeError, and keeps the old value, if the new one is not of the variable's type.
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
