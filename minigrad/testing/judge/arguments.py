"""The arguments of a function to check: arrays, in any nesting of lists and dicts."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

Arrays = list[np.ndarray]


class Arguments:
    """The arguments of a function: arrays in any nesting, and settings.

    `arrays` has all arrays, in the order in which they are passed; `names` a name for each, such as
    ``params["W1"]``; `places` the number of the argument that contains each; `labels` a name for
    each argument. `settings` has the named arguments that are neither arrays nor lists or dicts of
    arrays.
    """

    def __init__(
        self,
        labels: Sequence[str],
        values: Sequence[Any],
        named: Mapping[str, Any] | None = None,
        keeps_float16: bool = False,
    ) -> None:
        named = named or {}
        self._n_positional = len(values)
        self._keys = [
            key for key, v in named.items() if isinstance(v, np.ndarray) or _holds_arrays(v)
        ]
        self.settings = {key: value for key, value in named.items() if key not in self._keys}
        self._values = [*values, *(named[key] for key in self._keys)]
        self.labels = [*labels, *self._keys]
        found = [
            (place, name, as_array(array, name))
            for place, (label, value) in enumerate(zip(self.labels, self._values, strict=True))
            for name, array in _paired(value, value, label)
        ]
        if not found:
            raise TypeError("check_grad: there is no point to check the gradient at: pass arrays")
        self.places = [place for place, _, _ in found]
        self.names = [name for _, name, _ in found]
        self.arrays = [
            array.astype("float32") if array.dtype == "float16" and not keeps_float16 else array
            for _, _, array in found
        ]

    def filled(self, arrays: Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments by place and by name, with other arrays or variables in them."""
        left = iter(arrays)
        values = [_refilled(value, left) for value in self._values]
        by_name = dict(zip(self._keys, values[self._n_positional :], strict=True))
        return values[: self._n_positional], by_name | self.settings

    def derivatives(self, given: Any, wrt: Sequence[int]) -> list[Any]:
        """The derivatives by the arrays `wrt`, picked from what a gradient returned.

        It returns one for each argument, or for each in question, nested as that argument is.
        """
        chosen = list(dict.fromkeys(self.places[i] for i in wrt))
        several = as_list(given)
        if len(chosen) == 1:
            value = self._values[chosen[0]]
            is_nested = _holds_arrays(value) and _fits(value, given)
            several = [given] if is_nested or _is_as_long(value, given) else several
        if len(several) == len(self._values) != len(chosen):
            several = [several[place] for place in chosen]
        if len(several) != len(chosen):
            raise TypeError(
                f"check_grad: grad returned {len(several)} arrays; it must return the derivatives "
                f"by {', '.join(self.labels[place] for place in chosen)}"
            )
        found: dict[str, Any] = {}
        for place, derivative in zip(chosen, several, strict=True):
            found.update(_paired(self._values[place], derivative, self.labels[place]))
        return [found[self.names[i]] for i in wrt]


def names_of_arguments(f: Callable[..., Any], count: int) -> list[str]:
    """The names of the first arguments of f; x0, x1, … where it does not tell them."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):  # some functions written in C do not tell
        parameters = []
    named = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return [named[i] if i < len(named) else f"x{i}" for i in range(count)]


def checked_places(wrt: Any, arguments: Arguments) -> list[int]:
    """The numbers of the arrays that wrt chooses: all of float type in an argument, or one of them."""
    floats = [i for i, x in enumerate(arguments.arrays) if x.dtype.kind == "f"]
    if wrt is None:
        if not floats:
            raise TypeError(
                "check_grad: no argument is of float type, so there is no derivative; write "
                "floats, as in 2.0"
            )
        return floats
    is_list = isinstance(wrt, Iterable) and not isinstance(wrt, str)
    chosen = list(wrt) if is_list else [wrt]
    if not chosen:
        raise ValueError("check_grad: wrt chooses no argument, so there is nothing to check")
    # Each once, however often and by whatever name it is chosen.
    return list(dict.fromkeys(i for choice in chosen for i in _places_of(choice, arguments)))


def _places_of(choice: Any, arguments: Arguments) -> list[int]:
    """The arrays of floats that the place or name of an argument, or the name of an array, means."""
    labels = arguments.labels
    place = labels.index(choice) if isinstance(choice, str) and choice in labels else choice
    if isinstance(place, str) and place in arguments.names:
        meant = [arguments.names.index(place)]
    elif isinstance(place, (int, np.integer)) and -len(labels) <= place < len(labels):
        meant = [i for i, p in enumerate(arguments.places) if p == place % len(labels)]
    else:
        names = ", ".join(dict.fromkeys([*labels, *arguments.names]))
        raise ValueError(
            f"check_grad: wrt must be a place among the {len(labels)} arguments, or one of the names "
            f"{names}; got {choice!r}"
        )
    floats = [i for i in meant if arguments.arrays[i].dtype.kind == "f"]
    if not floats:
        dtypes = sorted({str(arguments.arrays[i].dtype) for i in meant}) or ["empty"]
        raise TypeError(f"check_grad: argument {choice} is {' and '.join(dtypes)}, not a float")
    return floats


def as_list(given: Any) -> list[Any]:
    """Return a list, or tuple, as a list, and anything else as a list of it alone."""
    return list(given) if isinstance(given, (list, tuple)) else [given]


def as_array(value: Any, name: str) -> np.ndarray:
    """Return the value as an array, a Python number as float64; refuse what is not numbers."""
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise TypeError(
            f"check_grad: {name} is a list whose rows differ in length; pass an array, or a list "
            "of arrays"
        ) from error
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"check_grad: {name} is {describe(value)}; it must be an array of floats, "
            "integers or bools, or a list or dict of such arrays"
        )
    return array


def describe(value: Any) -> str:
    """The kind of a value, its shape and its dtype, for messages."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    if isinstance(value, np.generic):
        return f"{value!r}"
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) < 60 else text[:56] + ' ...'}"


def _holds_arrays(value: Any) -> bool:
    """Whether the value is a dict, or a list or tuple of arrays rather than of numbers."""
    if isinstance(value, Mapping):
        return True
    is_list = isinstance(value, (list, tuple))
    return is_list and any(isinstance(item, np.ndarray) or _holds_arrays(item) for item in value)


def _items(value: Any, name: str) -> Iterator[tuple[Any, str, Any]]:
    """The keys of a list or dict, a name for each, and the items."""
    pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
    for key, item in pairs:
        yield key, f'{name}["{key}"]' if isinstance(key, str) else f"{name}[{key!r}]", item


def _refilled(value: Any, arrays: Iterator[Any]) -> Any:
    """Return the value with the next arrays of the iterator in the places of its own."""
    if not _holds_arrays(value):
        return next(arrays)
    items = {key: _refilled(item, arrays) for key, _, item in _items(value, "")}
    if isinstance(value, Mapping):
        changed: Any = copy.copy(value)
        changed.update(items)
        return changed
    if isinstance(value, list):
        return list(items.values())
    make = getattr(type(value), "_make", tuple)  # of a named tuple
    return make(items.values())


def _fits(value: Any, derivative: Any) -> bool:
    """Whether a derivative is nested as its argument is."""
    if not _holds_arrays(value):
        return not _holds_arrays(derivative)
    if isinstance(value, Mapping):
        return isinstance(derivative, Mapping)
    is_list = isinstance(derivative, (list, tuple)) and len(derivative) == len(value)
    return is_list and all(map(_fits, value, derivative))


def _is_as_long(value: Any, given: Any) -> bool:
    """Whether the derivative is a list of as many numbers as the array has."""
    is_list = isinstance(given, (list, tuple)) and not _holds_arrays(given)
    is_array = not _holds_arrays(value) and np.ndim(value) > 0
    return (
        is_list and is_array and len(given) == len(value) and np.ndim(given[:1]) == np.ndim(value)
    )


def _paired(value: Any, derivative: Any, name: str) -> Iterator[tuple[str, Any]]:
    """The name of each array in a value, with the derivative by it."""
    if not _holds_arrays(value):
        yield name, derivative
        return
    is_mapping = isinstance(value, Mapping)
    kind = Mapping if is_mapping else (list, tuple)
    if not isinstance(derivative, kind):
        what = "dict" if is_mapping else "list"
        raise TypeError(
            f"check_grad: grad returned {describe(derivative)} for the derivative by {name}; it "
            f"must be a {what}, as {name} is"
        )
    keys = list(derivative) if is_mapping else range(len(derivative))
    for key, label, item in _items(value, name):
        if key not in keys:
            raise TypeError(
                f"check_grad: grad returned no derivative by {label}; that by {name} has "
                f"{', '.join(map(repr, keys)) or 'nothing'}"
            )
        yield from _paired(item, derivative[key], label)
