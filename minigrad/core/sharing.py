"""Shared variables: values that live outside a function and last from one call to the next."""

from __future__ import annotations

from typing import Any

import numpy as np

from .credit import Line, current_line
from .graph import Variable
from .types import TensorType


class SharedVariable(Variable):
    """A variable that holds a value: ``SharedVariable(TensorType("float64", ()), np.array(0.0))``.

    It is a copy; with `borrow` the array itself, not to be changed any more. `evaluate` reads it,
    `set_value` changes it. (`minigrad.shared` makes one of any value, and compiled functions change
    it by their updates; without other updates, by `default_update`.)
    """

    default_update: Variable | None = None

    def __init__(
        self, type: TensorType, value: Any, name: str | None = None, borrow: bool = False
    ) -> None:
        super().__init__(type, name=name)
        first = type.filter(value)
        self.data: np.ndarray = first if borrow else np.array(first)
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
        self.data = value if borrow else np.array(value)
