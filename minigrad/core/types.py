"""Types of tensors: the dtype, the number of dimensions, and the known sizes.

A known size of 1 broadcasts; an unknown size never does, whatever array is passed. So types tell
where a derivative has to be summed, before there are values.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np

from .configuration import config
from .graph import Apply, Constant, Variable

_INTS, _FLOATS = "int8 int16 int32 int64 uint8 uint16 uint32 uint64", "float16 float32 float64"
DTYPES = ("bool", *_INTS.split(), *_FLOATS.split())
_KNOWN: dict[Any, np.dtype[Any]] = {name: np.dtype(name) for name in DTYPES}
_KNOWN.update({dtype: dtype for dtype in list(_KNOWN.values())})
_NAMES = {dtype: dtype.name for dtype in _KNOWN.values()}
# What an integer of Python's may become, with the least and the most that it holds.
_INTEGERS = [
    (_KNOWN[name], int(np.iinfo(name).min), int(np.iinfo(name).max))
    for name in ("int8", "int16", "int32", "int64", "uint64")
]
_NAMES_BY_NDIM = ("scalar", "vector", "matrix", "tensor3", "tensor4", "tensor5")


class TensorType:
    """Arrays of one dtype and one number of dimensions.

    Parameters
    ----------
    dtype : str or numpy.dtype
        bool, an integer or a float type; ``'floatX'`` is ``config.floatX``.
    shape : sequence of int, None or bool
        For each dimension its size, or None if it is not known. Theano's ``broadcastable`` is
        accepted too: True or 1 for 1, False or 0 for None. So a size of 0 is never known.
    name : str, optional
        Theano's third argument; ignored.

    Examples
    --------
    >>> column = TensorType("float32", (None, 1))
    >>> x = column("x")
    """

    __slots__ = ("dtype", "is_float", "ndim", "numpy_dtype", "shape")

    def __init__(
        self,
        dtype: Any,
        shape: Sequence[int | bool | None] | None = None,
        name: str | None = None,
        *,
        broadcastable: Sequence[bool] | None = None,
    ) -> None:
        entries = broadcastable if shape is None else shape
        if entries is None:
            raise TypeError("TensorType takes a dtype and a shape, such as (None, 3)")
        self.numpy_dtype = check_dtype(dtype)
        # NumPy makes the name anew each time it is asked for.
        self.dtype = _NAMES[self.numpy_dtype]
        self.shape: tuple[int | None, ...] = tuple(map(_static_size, entries))
        self.ndim = len(self.shape)
        self.is_float = self.numpy_dtype.kind == "f"

    def __call__(self, name: str | None = None) -> Variable:
        """A new variable of this type."""
        return Variable(self, name=checked_name(name, "a variable"))

    def clone(self, dtype: Any = None, shape: Sequence[int | None] | None = None) -> TensorType:
        """This type with another dtype or shape."""
        return TensorType(
            self.numpy_dtype if dtype is None else dtype, self.shape if shape is None else shape
        )

    def filter(self, value: Any) -> Any:
        """The value as an array of this type; `protocol.values` replaces this by a stricter one."""
        array = np.asarray(value, self.numpy_dtype)
        if not self._has(array):
            raise TypeError(f"got {describe(value)}, expected {self}")
        return array

    def check_result(self, value: Any, node: Apply) -> np.ndarray:
        """The value that an op computed, as an array; a TypeError if it is not of this type."""
        array = np.asarray(value)
        if not self._has(array):
            raise TypeError(
                f"{node.op} promised {self}, but its perform computed {describe(value)}; "
                "cast it there, or promise another type in make_node, with None for a size that varies"
            )
        return array

    def _has(self, array: np.ndarray) -> bool:
        sizes = zip(self.shape, array.shape, strict=False)
        fits = array.ndim == self.ndim and all(known in (None, size) for known, size in sizes)
        return fits and array.dtype == self.numpy_dtype

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, TensorType)
            and self.numpy_dtype == other.numpy_dtype
            and self.shape == other.shape
        )

    def __hash__(self) -> int:
        return hash((self.numpy_dtype, self.shape))

    def __str__(self) -> str:
        if set(self.shape) <= {None} and self.ndim < len(_NAMES_BY_NDIM):
            return f"TensorType({self.dtype}, {_NAMES_BY_NDIM[self.ndim]})"
        return f"TensorType({self.dtype}, {self.shape})"

    __repr__ = __str__


def check_dtype(dtype: Any) -> np.dtype[Any]:
    """The dtype as NumPy's object; a TypeError if no tensor can have it."""
    try:
        return _KNOWN[dtype]
    except (KeyError, TypeError):  # another way to say it, or none
        pass
    try:
        result = np.dtype(config.floatX if dtype == "floatX" else dtype)
    except TypeError as error:
        raise TypeError(f"no dtype is called {dtype!r}; there are {', '.join(DTYPES)}") from error
    if result.name not in DTYPES:
        advice = "; minigrad has no complex numbers" if result.kind == "c" else ""
        raise TypeError(f"a tensor cannot be {result.name}; choose of {', '.join(DTYPES)}{advice}")
    return _KNOWN[result.name]


def _static_size(entry: Any) -> int | None:
    if entry is None or isinstance(entry, (bool, np.bool_)):
        return 1 if entry else None
    if not isinstance(entry, numbers.Integral) or entry < 0:
        raise TypeError(f"a size in a type's shape must be a whole number or None; got {entry!r}")
    return int(entry) or None  # 0 is Theano's False


def describe(value: Any) -> str:
    """The kind of a value, its shape and its dtype, for messages."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    if isinstance(value, np.generic):
        return f"{value!r}"
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) < 60 else text[:56] + ' ...'}"


def checked_name(name: Any, what: str) -> str | None:
    """The name of `what`, if it is a string or None; otherwise a TypeError."""
    if name is None or isinstance(name, str):
        return name
    raise TypeError(f"the name of {what} must be a string; got {describe(name)}")


def is_python_number(value: Any) -> bool:
    """Whether the value is a number of Python's own, which has no dtype yet."""
    return type(value) in (bool, int, float)


def smallest_dtype(number: bool | int | float) -> np.dtype[Any]:
    """The smallest dtype that holds the Python number, as Theano chooses it; a TypeError if none.

    You may skip these rules at first. Integers are signed, int8 to int64, and uint64 above. Floats
    are ``config.floatX``, but float32 where floatX is float64 and float32 holds the number exactly:
    0.5, not 0.1.
    """
    if isinstance(number, bool):
        return _KNOWN["bool"]
    if isinstance(number, float):
        if config.floatX != "float64":
            return _KNOWN[config.floatX]
        with np.errstate(over="ignore"):
            is_exact = float(np.float32(number)) == number or math.isnan(number)
        return _KNOWN["float32" if is_exact else "float64"]
    for dtype, least, most in _INTEGERS:
        if least <= number <= most:
            return dtype
    raise TypeError(f"no dtype holds the number {number}")


def new_array(value: Any) -> np.ndarray:
    """The value as a new array; `protocol.values` replaces this by one that refuses bad values."""
    return np.array(value)


def constant(
    value: Any, name: str | None = None, ndim: int | None = None, dtype: Any = None
) -> Constant:
    """A variable whose value is fixed, a copy of an array, a number or a list of numbers.

    Without `dtype`, a Python number takes the smallest dtype that holds it: see `smallest_dtype`.
    In lists, floats become ``config.floatX`` and integers int64; arrays and NumPy's numbers keep
    their dtype. Dimensions of size 1 are put in front until there are `ndim`. As another `dtype`,
    floats are rounded; a TypeError is raised if an integer or bool would change.

    >>> constant([1.0, 2.0]).type
    TensorType(float64, (2,))
    """
    if isinstance(value, Variable):
        if not isinstance(value, Constant):
            raise TypeError(f"a constant must be made of numbers; got the variable {value}")
        value = value.data
    name = checked_name(name, "a constant")
    if dtype is None and is_python_number(value):
        dtype = smallest_dtype(value)
    array = new_array(value)
    if dtype is None:
        has_own_dtype = isinstance(value, (np.ndarray, np.generic))
        dtype = config.floatX if array.dtype.kind == "f" and not has_own_dtype else array.dtype
    if ndim is not None:
        if array.ndim > ndim:
            raise ValueError(f"a constant of {array.ndim} dimensions cannot have only {ndim}")
        array = array.reshape((1,) * (ndim - array.ndim) + array.shape)
    data = _as_dtype(array, check_dtype(dtype))
    data.flags.writeable = False
    return Constant(TensorType(data.dtype, data.shape), data, name)


def _as_dtype(array: np.ndarray, dtype: np.dtype[Any]) -> np.ndarray:
    """The array in the dtype; a TypeError if a value would change, but for floats that are rounded."""
    if np.can_cast(array.dtype, dtype):
        return array.astype(dtype, copy=False)
    with np.errstate(all="ignore"):
        converted = array.astype(dtype)
    if not (array.dtype.kind == dtype.kind == "f" or np.array_equal(converted, array)):
        shown = array.item() if array.size == 1 else describe(array)
        raise TypeError(f"{shown} does not fit into a constant of {dtype.name}")
    return converted
