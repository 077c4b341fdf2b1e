"""What a gradient check looks at: a function of arrays with its gradient, wherever they come from."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from ..compile.function import Function, function
from ..compile.inspect.rounding import rounded_at_random
from ..core.graph import Constant, Variable
from ..core.types import TensorType, describe
from ..gradient import Lop
from . import complex_step
from .judge.arguments import Arguments, Arrays
from .judge.report import GradientError

_N_ROUNDED = 4
_UNITS = (-5, -2, 2, 5)

# Values that are not finite are looked at, which needs no warning.
_quiet = np.errstate(all="ignore")


class Subject(Protocol):
    """A function of arrays, with its gradient.

    Attributes
    ----------
    names : list of str
        Its inputs'.
    precision : float
        The relative rounding error of `values`, as far as dtypes tell.
    wrt : list of int
        Which inputs the gradient is by.
    """

    names: list[str]
    precision: float
    wrt: list[int]

    def values(self, point: Arrays) -> np.ndarray:
        """All results at a point, one after another, as float64."""
        ...

    def gradients(self, point: Arrays, weights: np.ndarray) -> Arrays:
        """The derivatives of the weighted sum of all results, by each of the inputs in question."""
        ...

    def rounded(self, point: Arrays, weights: np.ndarray) -> list[Arrays]:
        """Gradients at the point that scatter as far as rounding may move the gradient."""
        ...

    def slopes(self, point: Arrays, direction: Arrays, step: float) -> np.ndarray | None:
        """The derivatives of all results along a direction, if they can be had without differences.

        The direction is one of the inputs in question; the step, of `complex_step.STEPS`.
        """
        ...

    def derivative(self, weights: np.ndarray) -> Subject:
        """The gradient of that sum as a subject of its own, for second derivatives."""
        ...


class OfExpressions:
    """Expressions of variables; their gradient is that of `minigrad.grad`.

    Parameters
    ----------
    inputs, outputs : lists of Variable
    wrt : list of int
        Which inputs the gradient is by.
    point : list of array
    precise : pair of lists of Variable, optional
        The same inputs and outputs in float64, to compute values with.
    """

    @_quiet
    def __init__(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        wrt: Sequence[int],
        point: Arrays,
        precise: tuple[Sequence[Variable], Sequence[Variable]] | None = None,
    ) -> None:
        self.inputs, self.outputs, self.wrt = list(inputs), list(outputs), list(wrt)
        self.names = [v.name or f"input {i}" for i, v in enumerate(inputs)]
        self.point = point
        self.precise_inputs, self.precise_outputs = precise or (self.inputs, self.outputs)
        variables, results = self.precise_inputs, self.precise_outputs
        floats = [v for v in (*variables, *results) if v.type.is_float]
        self.precision = max(float(np.finfo(v.type.dtype).eps) for v in floats)
        self._is_analytic = complex_step.is_analytic(results) and all(
            v.type.dtype == "float64" for v in (*variables, *results) if v.type.is_float
        )
        self._values = function(variables, list(results), on_unused_input="ignore")
        given = self.precisely(point)
        self._shapes = [value.shape for value in self._values(*given)]
        for name, x, old in zip(self.names, given, self.precisely(point), strict=True):
            if not np.array_equal(x, old, equal_nan=True):
                raise GradientError(
                    f"f changes its argument {name}: an Op of it writes to its input"
                )
        weights = [output.type() for output in self.outputs]
        self._arguments = [*self.inputs, *weights]
        derivatives = self._gradient(self.inputs, self.outputs, weights)
        self._gradients = function(self._arguments, derivatives, on_unused_input="ignore")

    @_quiet
    def values(self, point: Arrays) -> np.ndarray:
        return as_results(self._values(*self.precisely(point)))

    def precisely(self, point: Arrays) -> Arrays:
        """The point in the dtypes of the precise inputs."""
        return _as(self.precise_inputs, point)

    @_quiet
    def gradients(self, point: Arrays, weights: np.ndarray) -> Arrays:
        return self._gradients(*self._given(point, weights))

    @_quiet
    def rounded(self, point: Arrays, weights: np.ndarray) -> list[Arrays]:
        random = np.random.default_rng(0)
        values = dict(zip(self._arguments, self._given(point, weights), strict=True))
        # After the rewrites, without which what is finite may overflow on the way.
        computed = self._gradients.outputs
        return [rounded_at_random(computed, values, random) for _ in range(_N_ROUNDED)]

    def _given(self, point: Arrays, weights: np.ndarray) -> Arrays:
        """The values that the gradient is computed from."""
        return [*_as(self.inputs, point), *self._parts(weights, self.outputs)]

    @_quiet
    def slopes(self, point: Arrays, direction: Arrays, step: float) -> np.ndarray | None:
        if not self._is_analytic:
            return None
        whole = [np.zeros(x.shape) for x in point]
        for place, d in zip(self.wrt, direction, strict=True):
            whole[place] = d
        inputs, outputs = self.precise_inputs, self.precise_outputs
        slopes = complex_step.slopes(inputs, outputs, self.precisely(point), whole, step)
        return None if slopes is None else as_results(slopes)

    def derivative(self, weights: np.ndarray) -> OfExpressions:
        derivatives = []
        precise = self.precise_inputs, self.precise_outputs
        for inputs, outputs in ((self.inputs, self.outputs), precise):
            parts = self._parts(weights, outputs)
            constants = [Constant(v.type, part) for v, part in zip(outputs, parts, strict=True)]
            derivatives.append((inputs, self._gradient(inputs, outputs, constants)))
        (inputs, gradients), precise = derivatives
        return OfExpressions(inputs, gradients, self.wrt, self.point, precise)

    def _gradient(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], weights: Sequence[Variable]
    ) -> list[Variable]:
        """The gradient of the weighted sum of the outputs, by the inputs in question."""
        wrt = [inputs[i] for i in self.wrt]
        return Lop(list(outputs), wrt, list(weights), disconnected_inputs="ignore")

    def _parts(self, weights: np.ndarray, outputs: Sequence[Variable]) -> Arrays:
        """The weights of each output, in its shape and dtype."""
        ends = np.cumsum([math.prod(shape) for shape in self._shapes])
        parts = np.split(weights, ends[:-1])
        return [
            part.reshape(shape).astype(output.type.dtype)
            for part, shape, output in zip(parts, self._shapes, outputs, strict=True)
        ]


class OfPlainFunctions:
    """A function in NumPy, with a gradient written by hand.

    Parameters
    ----------
    f : callable
        From arrays to an array or number, or a list of them.
    gradient : callable
        From arrays to the derivatives by each of them; where f's result is no single number, it
        takes one argument more, the derivative of a cost by that result. Whenever it is called, f
        was called before with the same arrays, so that it may use what f has kept.
    wrt : list of int
        Which arrays the gradient is by.
    arguments : Arguments

    Raises
    ------
    GradientError
        If f changes one of its arguments.
    """

    @_quiet
    def __init__(
        self,
        f: Callable[..., Any],
        gradient: Callable[..., Any],
        wrt: Sequence[int],
        arguments: Arguments,
    ) -> None:
        self._f, self._gradient, self.wrt = f, gradient, list(wrt)
        self._given = arguments
        self.names = arguments.names
        point = self._precise(arguments.arrays)
        result = self._called(point)
        self._check_unchanged("f", point, self._precise(arguments.arrays), self.names)
        self._is_list = isinstance(result, (list, tuple))
        self._results = [*map(_as_result, result if self._is_list else [result])]
        floats = [r for r in self._results if r.dtype.kind == "f"]
        self.precision = max([float(np.finfo(r.dtype).eps) for r in floats], default=2**-52)
        self._takes_weights = self._is_list or self._results[0].shape != ()
        self._bound = bound_gradient(gradient, arguments, self._takes_weights)

    @_quiet
    def values(self, point: Arrays) -> np.ndarray:
        return as_results(self._called(self._precise(point)))

    def _called(self, point: Arrays) -> Any:
        values, by_name = self._given.filled(point)
        return self._f(*values, **by_name)

    @_quiet
    def gradients(self, point: Arrays, weights: np.ndarray) -> Arrays:
        shapes = [np.shape(result) for result in self._results]
        parts = np.split(weights, np.cumsum([math.prod(shape) for shape in shapes])[:-1])
        cotangents = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
        if not self._is_list:
            dtype = np.result_type(*[point[i] for i in self.wrt])
            cotangents = [cotangents[0].astype(dtype)]
        arrays = [x.copy() for x in point]
        self._called(arrays)
        values, by_name = self._given.filled(arrays)
        own = [*arrays, *(v.copy() for v in cotangents)]
        passed = own[len(arrays) :] if self._is_list else own[-1]
        derivatives = self._bound(values, by_name, passed)
        names = [*self.names, *("v" for _ in cotangents)]
        self._check_unchanged("grad", own, [*point, *cotangents], names)
        gradients = self._given.derivatives(derivatives, self.wrt)
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

    def slopes(self, point: Arrays, direction: Arrays, step: float) -> None:
        return None

    def derivative(self, weights: np.ndarray) -> Subject:
        raise TypeError(
            "check_grad: second derivatives are those of expressions; to check a Hessian written "
            "by hand, pass the gradient as f and the product with the Hessian as grad"
        )

    def _precise(self, point: Arrays) -> Arrays:
        return [x.astype("float64") if x.dtype.kind == "f" else x.copy() for x in point]


def subject_of(
    f: Any, gradient: Callable[..., Any] | None, arguments: Arguments, wrt: Sequence[int]
) -> Subject:
    """What `check_grad` was given, as a subject."""
    point = arguments.arrays
    if isinstance(f, Function):
        if gradient is not None:
            raise TypeError("check_grad: a compiled function has a gradient of its own; drop grad")
        return OfExpressions(f.inputs, f.expressions, wrt, point)
    if not callable(f):
        raise TypeError(
            "check_grad: f is a function that builds an expression, a compiled function, or a "
            f"plain function whose gradient is given by grad=; got {describe(f)}"
        )
    if gradient is not None:
        if not callable(gradient):
            raise TypeError(
                "check_grad: grad is a function that takes what f takes, and returns the "
                f"derivatives; got {describe(gradient)}"
            )
        return OfPlainFunctions(f, gradient, wrt, arguments)
    dtypes = [x.dtype for x in point]
    inputs, outputs = built(f, arguments, dtypes)
    precise = None
    if any(dtype.kind == "f" and dtype != "float64" for dtype in dtypes):
        wide = [np.dtype("float64") if dtype.kind == "f" else dtype for dtype in dtypes]
        precise = built(f, arguments, wide)
    return OfExpressions(inputs, outputs, wrt, point, precise)


def built(
    f: Callable[..., Any], arguments: Arguments, dtypes: Sequence[np.dtype[Any]]
) -> tuple[list[Variable], list[Variable]]:
    """Variables for the point, and the expressions that f makes of them.

    A size of 1 broadcasts.
    """
    inputs = [
        TensorType(dtype, [1 if size == 1 else None for size in x.shape])(name)
        for x, dtype, name in zip(arguments.arrays, dtypes, arguments.names, strict=True)
    ]
    values, by_name = arguments.filled(inputs)
    try:
        result = f(*values, **by_name)
    except TypeError as error:
        raise TypeError(
            f"check_grad: f could not be called with variables: {error}. If it computes with "
            "arrays, pass its gradient as grad="
        ) from error
    outputs = list(result) if isinstance(result, (list, tuple)) else [result]
    for output in outputs:
        if not isinstance(output, Variable):
            raise TypeError(
                f"check_grad: f made {describe(output)} of variables, where an expression was "
                "expected; if f computes with arrays, pass its gradient as grad="
            )
        if not output.type.is_float:
            raise TypeError(
                f"check_grad: f made {output}, which is {output.type.dtype}; only floats have "
                "derivatives"
            )
    return inputs, outputs


def _as_result(value: Any) -> np.ndarray:
    """What a plain function returned, which must be numbers."""
    if isinstance(value, Variable):
        raise TypeError(
            f"check_grad: f makes an expression, {value}, whose gradient minigrad knows; leave out "
            "grad="
        )
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"check_grad: f returned {describe(value)}; it must return real numbers, or a list of "
            "arrays of them"
        )
    return array


def bound_gradient(
    gradient: Callable[..., Any], arguments: Arguments, takes_weights: bool
) -> Callable[[list[Any], dict[str, Any], Any], Any]:
    """The gradient as it is called: with what f takes, settings that it knows, and the weights."""
    values, by_name = arguments.filled(arguments.names)
    try:
        signature = inspect.signature(gradient)
    except (TypeError, ValueError):  # some functions written in C do not tell
        return lambda values, by_name, v: gradient(*values, *([v] * takes_weights), **by_name)
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

    def call(values: list[Any], by_name: dict[str, Any], v: Any) -> Any:
        known = {key: value for key, value in by_name.items() if key not in unknown}
        if not takes_weights:
            return gradient(*values, **known)
        return gradient(*values, **known, **{name: v}) if name else gradient(*values, v, **known)

    given = [*arguments.labels, "v"] if takes_weights else arguments.labels
    why = (
        "v, the weights of f's results, because these are more than a single number"
        if takes_weights
        else "no weights, because f's result is a single number"
    )
    known = {key: value for key, value in by_name.items() if key not in unknown}
    weights = ["v"] if takes_weights and not name else []
    try:
        signature.bind(
            *values, *weights, **known, **({name: "v"} if takes_weights and name else {})
        )
    except TypeError as error:
        raise TypeError(
            f"check_grad: grad is called with {', '.join(given)}: what f takes, and {why}; its "
            f"arguments are {signature}"
        ) from error
    return call


def near(point: Arrays, places: Sequence[int], units: int) -> Arrays:
    """The point, but the arrays at these places so many units of precision away."""
    moved = list(point)
    for place in places:
        x = point[place]
        moved[place] = (x * (1 + units * np.finfo(x.dtype).eps)).astype(x.dtype)
    return moved


def as_results(values: Any) -> np.ndarray:
    """One array or several as one row of float64."""
    several = values if isinstance(values, (list, tuple)) else [values]
    return np.concatenate([np.asarray(value, "float64").ravel() for value in several])


def _as(variables: Sequence[Variable], point: Arrays) -> Arrays:
    """The point in the dtypes of the variables."""
    return [x.astype(v.type.dtype) for x, v in zip(point, variables, strict=True)]
