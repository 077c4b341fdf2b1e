"""NumPy's functions of variables: ``np.exp(x)`` is ``T.exp(x)``, ``np.sum(x)`` is ``T.sum(x)``."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from inspect import signature
from typing import Any

import numpy as np

# What T calls NumPy's functions that have another name there.
OTHER_NAMES = {
    "absolute": "abs_", "amax": "max", "amin": "min", "degrees": "rad2deg", "divide": "true_div",
    "equal": "eq", "floor_divide": "int_div", "greater": "gt", "greater_equal": "ge", "less": "lt",
    "less_equal": "le", "multiply": "mul", "negative": "neg", "not_equal": "neq",
    "radians": "deg2rad", "reciprocal": "inv", "remainder": "mod", "rint": "round", "sign": "sgn",
    "subtract": "sub",
}  # fmt: skip
_REDUCTIONS = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min"}
_DIFFERENT = ("split",)  # of the same name, but other arguments
# Arguments that T lacks, or has at another place.
_BY_NAME = ("order", "out", "dtype")
# Where NumPy asks the elements of a list for arrays, and can do with the elements as objects.
_OF_LISTS = "numpy._core.fromnumeric"


def apply_ufunc(ufunc: np.ufunc, method: str, inputs: Sequence[Any], options: Any) -> Any:
    """Return a NumPy ufunc of inputs, some of which are variables, as an expression."""
    name = ufunc.__name__
    if name in ("equal", "not_equal") and isinstance(inputs[0], (np.ndarray, np.generic)):
        # This is how NumPy asks for ``array == x`` and ``x == array``, too: as between two
        # variables, == compares identity, so that variables can be found in lists.
        return name == "not_equal"
    if name == "divmod" and method == "__call__":
        return np.floor_divide(*inputs), np.remainder(*inputs)
    if method == "reduce":
        options.setdefault("axis", 0)
    out = options.pop("out", None)
    if out is not None and out[0] is inputs[0]:
        out = None  # ``array += x`` makes a name of the expression; the array stays as it is
    called = {"__call__": name, "reduce": f"{name}.reduce"}.get(method, f"{name}.{method}")
    own = {"__call__": _own_name(name), "reduce": _REDUCTIONS.get(name)}.get(method)
    if out is not None or "where" in options:
        raise TypeError(f"np.{called} of a variable makes an expression: leave out out= and where=")
    return _call(called, own, inputs, options)


def apply_function(function: Any, arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """Return a NumPy function of variables, or of lists that hold some, as an expression."""
    name = function.__name__
    is_numpys = function.__module__ == "numpy"
    called = name if is_numpys else f"{function.__module__.removeprefix('numpy.')}.{name}"
    if called in ("ndim", "size") and len(arguments) == 1 and not options:
        return getattr(arguments[0], name)
    own = _own_name(name) if is_numpys else None
    return _call(called, own, *_named(function, arguments, options))


def _own_name(name: str) -> str | None:
    """T's name for a function of NumPy's; None if T has none with the same arguments."""
    has_same = name in sys.modules[__package__].__all__ and name not in _DIFFERENT
    return name if has_same else OTHER_NAMES.get(name)


def _named(
    function: Any, arguments: Sequence[Any], options: Mapping[str, Any]
) -> tuple[Sequence[Any], Mapping[str, Any]]:
    """Return the arguments, by name from the first one in `_BY_NAME` on: in T its place may differ.

    Arguments that have NumPy's default value are left out.
    """
    try:
        parameters = list(signature(function).parameters.values())
    except ValueError:  # one written in C, whose arguments are told apart by their number
        return arguments, options
    names = [parameter.name for parameter in parameters]
    n_places = next((i for i, name in enumerate(names) if name in _BY_NAME), len(names))
    named = {**dict(zip(names[n_places:], arguments[n_places:], strict=False)), **options}
    defaults = {parameter.name: parameter.default for parameter in parameters}
    said = {name: v for name, v in named.items() if name not in _BY_NAME or v is not defaults[name]}
    return arguments[:n_places], said


def _call(called: str, name: str | None, arguments: Sequence[Any], options: Any) -> Any:
    functions = sys.modules[__package__]
    if name is None:
        raise TypeError(
            f"np.{called} takes numbers, and a variable is symbolic: use the functions of "
            "minigrad.tensor, or compute the value first, as in np.exp(x.eval())"
        )
    function = getattr(functions, name)
    if called == "where" and len(arguments) == 1:
        return functions.nonzero(*arguments)
    try:
        return function(*arguments, **options)
    except TypeError as error:
        raise TypeError(f"np.{called} of a variable is T.{name}: {error}") from None


def is_element_of_list() -> bool:
    """Return whether a NumPy reduction of a list asks for an array, as in ``np.prod([m, 2])``.

    It adds and multiplies objects as well as numbers.
    """
    return sys._getframe(2).f_globals.get("__name__") == _OF_LISTS


def as_object(value: Any) -> np.ndarray:
    """Return an array of no dimensions that holds the value as it is."""
    array = np.empty((), dtype=object)
    array[()] = value
    return array
