"""NumPy's functions of variables: ``np.exp(x)`` is ``T.exp(x)``, ``np.sum(x)`` is ``T.sum(x)``."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from inspect import signature
from typing import Any

import numpy as np

# NumPy's ufuncs, and what those are called in T that have another name there.
_UFUNCS = {
    "absolute": "abs_", "bitwise_and": "and_", "bitwise_or": "or_", "bitwise_xor": "xor",
    "degrees": "rad2deg", "divide": "true_div", "equal": "eq", "floor_divide": "int_div",
    "greater": "gt", "greater_equal": "ge", "less": "lt", "less_equal": "le", "multiply": "mul",
    "negative": "neg", "not_equal": "neq", "radians": "deg2rad", "reciprocal": "inv",
    "remainder": "mod", "rint": "round", "sign": "sgn", "square": "sqr", "subtract": "sub",
} | {
    name: name
    for name in (
        "add", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "ceil",
        "cos", "cosh", "deg2rad", "exp", "exp2", "expm1", "floor", "invert", "isinf", "isnan",
        "log", "log10", "log1p", "log2", "matmul", "maximum", "minimum", "power",
        "rad2deg", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
    )
}  # fmt: skip
_REDUCTIONS = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min"}
# NumPy's other functions: those of the same arguments in T.
_FUNCTIONS = {"amax": "max", "amin": "min"} | {
    name: name
    for name in (
        "all", "any", "argmax", "argmin", "choose", "clip", "concatenate", "cumsum", "diag",
        "diagonal", "dot", "expand_dims", "isclose", "max", "mean", "min", "moveaxis", "nonzero",
        "ones_like", "outer", "prod", "ptp", "repeat", "reshape", "roll", "round", "shape",
        "squeeze", "stack", "std", "sum", "swapaxes", "take", "tensordot", "tile", "trace",
        "transpose", "tril", "triu", "var", "where", "zeros_like",
    )
}  # fmt: skip
# Arguments of these that T lacks, or has at another place.
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
    table = {"__call__": _UFUNCS, "reduce": _REDUCTIONS}.get(method, {})
    if out is not None or "where" in options:
        raise TypeError(f"np.{called} of a variable makes an expression: leave out out= and where=")
    return _call(called, table.get(name), inputs, options)


def apply_function(function: Any, arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """Return a NumPy function of variables, or of lists that hold some, as an expression."""
    name = function.__name__
    is_numpys = function.__module__ == "numpy"
    called = name if is_numpys else f"{function.__module__.removeprefix('numpy.')}.{name}"
    if called in ("ndim", "size") and len(arguments) == 1 and not options:
        return getattr(arguments[0], name)
    if is_numpys and name in _FUNCTIONS:
        return _call(called, _FUNCTIONS[name], *_named(function, arguments, options))
    return _call(called, None, arguments, options)


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
    if not hasattr(functions, name or ""):
        raise TypeError(
            f"np.{called} takes numbers, and a variable is symbolic: use the functions of "
            "minigrad.tensor, or compute the value first, as in np.exp(x.eval())"
        )
    function = getattr(functions, name or "")
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
