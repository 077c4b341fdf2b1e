"""A function in NumPy with a gradient written by hand."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .arguments import Arguments, Arrays, as_list, checked_places, describe
from .differentiable import Differentiable, as_results, in_parts, near
from .report import GradientError

# The point is moved by so many units of precision to see how rounding moves the gradient.
_UNITS = (-5, -2, 2, 5)


class HandwrittenFunction(Differentiable):
    """A function in NumPy and its gradient, with arguments and `wrt` as in `check_grad`."""

    @np.errstate(all="ignore")
    def __init__(
        self,
        f: Callable[..., Any],
        gradient: Callable[..., Any],
        arguments: Arguments,
        wrt: Sequence[int] | None = None,
    ) -> None:
        self._f, self._gradient, self._arguments = f, gradient, arguments
        self.names, self.point = arguments.names, arguments.arrays
        self.wrt = checked_places(None, arguments) if wrt is None else list(wrt)
        point = self._precise(arguments.arrays)
        result = self._called(point)
        self._check_unchanged("f", point, self._precise(arguments.arrays), self.names)
        self._is_list = isinstance(result, (list, tuple))
        self._results = list(map(_as_result, as_list(result)))
        floats = [r for r in self._results if r.dtype.kind == "f"]
        self.precision = max([float(np.finfo(r.dtype).eps) for r in floats], default=2**-52)
        self._takes_weights = self._is_list or self._results[0].shape != ()
        self._taken = _arguments_of(gradient, arguments, self._takes_weights)

    def values(self, point: Arrays) -> np.ndarray:
        return as_results(self._called(self._precise(point)))

    def _called(self, point: Arrays) -> Any:
        values, by_name = self._arguments.filled(point)
        return self._f(*values, **by_name)

    def gradients(self, point: Arrays, weights: np.ndarray) -> Arrays:
        cotangents = in_parts(weights, [result.shape for result in self._results])
        if not self._is_list:
            dtype = np.result_type(*[point[i] for i in self.wrt])
            cotangents = [cotangents[0].astype(dtype)]
        arrays = [x.copy() for x in point]
        self._called(arrays)
        values, by_name = self._arguments.filled(arrays)
        own = [*arrays, *(v.copy() for v in cotangents)]
        passed = own[len(arrays) :] if self._is_list else own[-1]
        taken, by_name = self._taken(values, by_name, passed)
        derivatives = self._gradient(*taken, **by_name)
        names = [*self.names, *("v" for _ in cotangents)]
        self._check_unchanged("grad", own, [*point, *cotangents], names)
        gradients = self._arguments.derivatives(derivatives, self.wrt)
        for place, g in zip(self.wrt, gradients, strict=True):
            if np.asarray(g).dtype.kind not in "fiub":
                raise TypeError(
                    f"check_grad: grad returned {describe(g)} for the derivative by "
                    f"{self.names[place]}; it must be an array of numbers (zeros if there is none)"
                )
        if not self._takes_weights:
            gradients = [weights[0] * np.asarray(g) for g in gradients]
        # What is returned may be kept, and written to, by the next call.
        return [np.array(g) for g in gradients]

    @staticmethod
    def _check_unchanged(who: str, now: Arrays, before: Arrays, names: Sequence[str]) -> None:
        for x, old, name in zip(now, before, names, strict=True):
            if not np.array_equal(x, old, equal_nan=True):
                raise GradientError(
                    f"{who} changes its argument {name}; let it compute with a copy, or not in place"
                )

    def rounded(self, point: Arrays, weights: np.ndarray) -> list[Arrays]:
        # Rounding errors are as random as the last bits of the point.
        return [self.gradients(near(point, self.wrt, n), weights) for n in _UNITS]

    def derivative(self, weights: np.ndarray) -> Differentiable:
        raise TypeError(
            "check_grad: second derivatives are those of expressions; to check a Hessian written "
            "by hand, pass the gradient as f and the product with the Hessian as grad"
        )

    def _precise(self, point: Arrays) -> Arrays:
        return [x.astype("float64") if x.dtype.kind == "f" else x.copy() for x in point]


def _as_result(value: Any) -> np.ndarray:
    """Return a result of f as an array; refuse what is not numbers."""
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"check_grad: f returned {describe(value)}; it must return real numbers, or a list of "
            "arrays of them"
        )
    return array


def _arguments_of(
    gradient: Callable[..., Any], arguments: Arguments, takes_weights: bool
) -> Callable[[list[Any], dict[str, Any], Any], tuple[list[Any], dict[str, Any]]]:
    """Return what makes the gradient's arguments: those of f, the settings it knows, the weights."""
    values, by_name = arguments.filled(arguments.names)
    try:
        signature = inspect.signature(gradient)
    except (TypeError, ValueError):  # some functions written in C do not tell
        return lambda values, by_name, v: ([*values, *([v] * takes_weights)], by_name)
    parameters = list(signature.parameters.values())
    takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters)
    unknown = set() if takes_all else arguments.settings.keys() - signature.parameters.keys()
    # Where arrays are passed by name, so are the weights: they need not be the next in place.
    free = [
        p.name
        for p in parameters[len(values) :]
        if p.kind is p.POSITIONAL_OR_KEYWORD and p.name not in by_name
    ]
    name = free[0] if by_name and free else None

    def taken(
        values: list[Any], by_name: dict[str, Any], v: Any
    ) -> tuple[list[Any], dict[str, Any]]:
        known = {key: value for key, value in by_name.items() if key not in unknown}
        if not takes_weights:
            return values, known
        return (values, known | {name: v}) if name else ([*values, v], known)

    given = [*arguments.labels, "v"] if takes_weights else arguments.labels
    why = (
        "v, the weights of f's results, because these are more than a single number"
        if takes_weights
        else "no weights, because f's result is a single number"
    )
    values, by_name = taken(values, by_name, "v")
    try:
        signature.bind(*values, **by_name)
    except TypeError as error:
        raise TypeError(
            f"check_grad: grad is called with {', '.join(given)}: what f takes, and {why}; its "
            f"arguments are {signature}"
        ) from error
    return taken
