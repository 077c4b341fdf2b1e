"""Shared variables: values that live outside a function and last from one call to the next."""

from __future__ import annotations

from typing import Any

import numpy as np

from .credit import Line, current_line
from .graph import Variable
from .types import TensorType


class SharedVariable(Variable):
    """A variable that holds a value: ``SharedVariable(TensorType("float64", ()), np.array(0.0))``.

    It keeps a copy of the value; with `borrow`, the array itself, which must then not be changed.
    `evaluate` reads the value, `set_value` changes it. (`minigrad.shared` makes one from any value;
    compiled functions change it by their updates, or else by its `default_update`.)
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
        """A copy of the value; with `borrow`, the array itself. `return_internal_type` is ignored."""
        return self.data if borrow else self.data.copy()

    def set_value(self, new_value: Any, borrow: bool = False) -> None:
        """Replace the value by a copy of `new_value`; with `borrow`, by the array itself.

        Raises a TypeError, and keeps the old value, if the new one is not of the variable's type.
        """
        try:
            value = self.type.filter(new_value)
        except TypeError as error:
            raise TypeError(f"set_value of the shared variable {self}: {error}") from None
        self.data = value if borrow else np.array(value)
