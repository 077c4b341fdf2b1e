"""Users' values: converted if nothing is lost, otherwise refused with advice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core import types
from ..core.graph import Constant, Variable
from ..core.operators import extend
from ..core.types import TensorType, describe
from .errors import asked_for


def refuse_masked(value: Any) -> None:
    """Raise a TypeError if some of the value is masked, since NumPy would ignore the mask."""
    if isinstance(value, np.ndarray) and np.any(getattr(value, "mask", False)):
        raise TypeError(
            f"got a masked array of shape {np.shape(value)}, whose mask would be lost: first "
            "replace the masked elements by numbers, as in value.filled(0)"
        )


def _new_array(value: Any) -> np.ndarray:
    """The value as a new array; a TypeError if it is not made of numbers."""
    refuse_masked(value)
    array = np.array(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{asked_for()}a constant must be made of numbers; got {describe(value)}")
    return array


types.new_array = _new_array


def as_list(given: Any) -> list[Any]:
    """The given object, or the objects in a given list or tuple, as a list."""
    return list(given) if isinstance(given, (list, tuple)) else [given]


def arranged_as(given: Any, results: Sequence[Any]) -> Any:
    """The results: a list or tuple if the given objects are in one, else the single result."""
    return type(given)(results) if isinstance(given, (list, tuple)) else results[0]


def check_choice(option: str, value: Any, choices: Sequence[Any]) -> None:
    """Raise a ValueError unless the option's value is one of these; None is not offered."""
    if value not in choices:
        named = ", ".join(repr(choice) for choice in choices if choice is not None)
        raise ValueError(f"{option} must be one of {named}; got {value!r}")


@extend(TensorType)
class _Values:
    def filter(
        self: Any, value: Any, strict: bool = False, allow_downcast: bool | None = None
    ) -> Any:
        """The value as an array of this type; a TypeError if it would not be the same.

        With `strict`, nothing is converted. With `allow_downcast` True precision may be lost; with
        None that of a Python float; with False none.
        """
        if strict and not (isinstance(value, np.ndarray) and value.dtype == self.numpy_dtype):
            raise TypeError(f"got {describe(value)}, expected an array of {self.dtype} (strict)")
        array = self._convert(value, allow_downcast)
        if array.ndim != self.ndim:
            raise TypeError(
                f"got {describe(value)} with {array.ndim} dimensions, expected {self.ndim} ({self})"
            )
        for axis, (size, expected) in enumerate(zip(array.shape, self.shape, strict=True)):
            if expected is not None and size != expected:
                raise TypeError(
                    f"got {describe(value)}, but dimension {axis} must have size {expected} ({self})"
                )
        return array

    def _convert(self: Any, value: Any, allow_downcast: bool | None) -> np.ndarray:
        """The value as an array of this dtype, whatever its shape."""
        if type(value) is not np.ndarray:  # asked first, because it runs at each call
            if isinstance(value, Variable):
                raise TypeError(f"got the symbolic variable {value}, expected numbers")
            refuse_masked(value)
        try:
            array = np.asarray(value)
        except ValueError as error:
            raise TypeError(f"got {type(value).__name__} that makes no array: {error}") from error
        if array.dtype == self.numpy_dtype:
            return array
        if array.dtype.kind not in "biuf":
            raise TypeError(f"got {describe(value)}, expected numbers of {self.dtype}")
        # Lists and Python numbers have no dtype of their own: what counts is their values.
        is_python = not isinstance(value, (np.ndarray, np.generic)) or isinstance(value, float)
        if allow_downcast or np.can_cast(array.dtype, self.numpy_dtype, "safe"):
            return array.astype(self.numpy_dtype)
        if is_python and self._keeps(array, weak_float=allow_downcast is None):
            return array.astype(self.numpy_dtype)
        raise TypeError(
            f"got {describe(value)}, expected {self.dtype}: converting could lose information. "
            f"Convert it yourself with numpy.asarray(value, dtype='{self.dtype}'), or, if it is an "
            "input of a function, pass allow_input_downcast=True to function"
        )

    def _keeps(self: Any, array: np.ndarray, weak_float: bool) -> bool:
        """Whether a Python number or list can become this dtype."""
        if weak_float and array.dtype.kind == "f" and self.is_float:
            return True
        if array.size and array.dtype.kind in "iu" and self.numpy_dtype.kind in "iu":
            limits = np.iinfo(self.numpy_dtype)
            return bool(limits.min <= array.min() and array.max() <= limits.max)
        with np.errstate(all="ignore"):
            converted = array.astype(self.numpy_dtype)
            return bool(np.array_equal(converted.astype(array.dtype), array, equal_nan=True))

    def filter_variable(self: Any, value: Any) -> Variable:
        """The value as a variable of this type, numbers as a constant; a TypeError if it is not."""
        if not isinstance(value, Variable):
            data = np.array(self.filter(value))  # a copy, so that the constant stays what it is
            data.flags.writeable = False
            return Constant(self, data)
        if value.type.dtype != self.dtype or not self.accepts_shape(value.type):
            raise TypeError(f"got {value} of type {value.type}, expected {self}")
        return value

    def accepts_shape(self: Any, other: TensorType) -> bool:
        """Whether the other type has as many dimensions, with sizes that may be these."""
        return self.ndim == other.ndim and all(
            mine is None or theirs is None or mine == theirs
            for mine, theirs in zip(self.shape, other.shape, strict=True)
        )

    @property
    def size(self: Any) -> int | None:
        """The number of elements, if it is known."""
        sizes = [size for size in self.shape if size is not None]
        return math.prod(sizes) if len(sizes) == len(self.shape) else None

    @property
    def broadcastable(self: Any) -> tuple[bool, ...]:
        """Whether the size of each dimension is known to be 1."""
        return tuple(size == 1 for size in self.shape)

    def make_variable(self: Any, name: str | None = None) -> Variable:
        """A new variable of this type."""
        return self(name)
