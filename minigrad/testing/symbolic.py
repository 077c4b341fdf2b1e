"""Expressions with their gradients, for the judge: `SymbolicFunction`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..compile import Function, function
from ..compile.inspect.rounding import rounded_at_random
from ..compile.programs import failing_planner_is_an_error
from ..core.evaluate import evaluate
from ..core.graph import Apply, Constant, Variable
from ..core.types import TensorType
from ..gradient import Lop
from ..protocol.errors import names_of, quoted
from ..protocol.test_values import without_test_values
from . import complex_step
from .judge.arguments import (
    Arguments,
    Arrays,
    as_list,
    checked_places,
    describe,
    names_of_arguments,
)
from .judge.differentiable import Differentiable, as_results, in_parts
from .judge.handwritten import HandwrittenFunction
from .judge.report import GradientError
from .judge.verdict import compared

_N_ROUNDED = 4


def _called(f: Function, values: Arrays) -> Arrays:
    """The results of the function; what goes wrong when it is planned is an error."""
    with failing_planner_is_an_error():
        return f(*values)


class SymbolicFunction(Differentiable):
    """Expressions of variables; their gradient is that of `minigrad.grad`, by the inputs `wrt`.

    Values are computed with `precise`, the same inputs and outputs in float64, if they are given.
    """

    @np.errstate(all="ignore")
    def __init__(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        wrt: Sequence[int],
        point: Arrays,
        precise: tuple[Sequence[Variable], Sequence[Variable]] | None = None,
    ) -> None:
        self.inputs, self.outputs, self.wrt = list(inputs), list(outputs), list(wrt)
        self.names = names_of(inputs)
        self.point = point
        self.precise_inputs, self.precise_outputs = map(list, precise or (inputs, outputs))
        variables, results = self.precise_inputs, self.precise_outputs
        dtypes = {v.type.dtype for v in (*variables, *results) if v.type.is_float}
        self.precision = max(float(np.finfo(dtype).eps) for dtype in dtypes)
        self._is_analytic = dtypes == {"float64"} and complex_step.is_analytic(results)
        self._values = function(variables, list(results), on_unused_input="ignore")
        given = self.precisely(point)
        self._shapes = [value.shape for value in _called(self._values, given)]
        for name, x, old in zip(self.names, given, self.precisely(point), strict=True):
            if not np.array_equal(x, old, equal_nan=True):
                raise GradientError(
                    f"f changes its argument {name}: an Op of it writes to its input"
                )
        weights = [output.type() for output in self.outputs]
        self._arguments = [*self.inputs, *weights]
        derivatives = self._gradient(self.inputs, self.outputs, weights)
        self._gradients = function(self._arguments, derivatives, on_unused_input="ignore")

    def values(self, point: Arrays) -> np.ndarray:
        return as_results(_called(self._values, self.precisely(point)))

    def precisely(self, point: Arrays) -> Arrays:
        """The point in the dtypes of the precise inputs."""
        return _as(self.precise_inputs, point)

    def gradients(self, point: Arrays, weights: np.ndarray) -> Arrays:
        return _called(self._gradients, self._given(point, weights))

    def rounded(self, point: Arrays, weights: np.ndarray) -> list[Arrays]:
        random = np.random.default_rng(0)
        values = dict(zip(self._arguments, self._given(point, weights), strict=True))
        # After the rewrites, without which what is finite may overflow on the way.
        computed = self._gradients.outputs
        return [rounded_at_random(computed, values, random) for _ in range(_N_ROUNDED)]

    def _given(self, point: Arrays, weights: np.ndarray) -> Arrays:
        """The values that the gradient is computed from."""
        return [*_as(self.inputs, point), *self._parts(weights, self.outputs)]

    def slopes(self, point: Arrays, direction: Arrays, step: float) -> np.ndarray | None:
        if not self._is_analytic:
            return None
        whole = [np.zeros(x.shape) for x in point]
        for place, d in zip(self.wrt, direction, strict=True):
            whole[place] = d
        inputs, outputs = self.precise_inputs, self.precise_outputs
        slopes = complex_step.slopes(inputs, outputs, self.precisely(point), whole, step)
        return None if slopes is None else as_results(slopes)

    def derivative(self, weights: np.ndarray) -> SymbolicFunction:
        def gradient(inputs: list[Variable], outputs: list[Variable]) -> list[Variable]:
            parts = self._parts(weights, outputs)
            constants = [Constant(v.type, part) for v, part in zip(outputs, parts, strict=True)]
            return self._gradient(inputs, outputs, constants)

        precise = gradient(self.precise_inputs, self.precise_outputs)
        own = gradient(self.inputs, self.outputs)
        return SymbolicFunction(
            self.inputs, own, self.wrt, self.point, (self.precise_inputs, precise)
        )

    def cause(self) -> str:
        """The first op whose derivative is wrong at the point, and the line that made it."""
        node = _first_wrong(self)
        if node is None:
            return ""
        line = "" if node.made_at is None else f", made at {quoted(node.made_at)}"
        return f"\nthe first op whose derivative is wrong there: {node.op}{line}"

    def _gradient(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], weights: Sequence[Variable]
    ) -> list[Variable]:
        """The gradient of the weighted sum of the outputs, by the inputs in question."""
        wrt = [inputs[i] for i in self.wrt]
        return Lop(list(outputs), wrt, list(weights), disconnected_inputs="ignore")

    def _parts(self, weights: np.ndarray, outputs: Sequence[Variable]) -> Arrays:
        """The weights of each output, in its shape and dtype."""
        return _as(outputs, in_parts(weights, self._shapes))


def _first_wrong(f: SymbolicFunction) -> Apply | None:
    """The first node, in the order of computing, whose own vjp is wrong at the values it gets."""
    given = dict(zip(f.precise_inputs, f.precisely(f.point), strict=True))
    steps: list[tuple[Apply, Sequence[np.ndarray]]] = []
    evaluate(f.precise_outputs, given, lambda node, values, _: steps.append((node, values)))
    moving = {f.precise_inputs[i] for i in f.wrt}
    for node, arrays in steps:
        wrt = [i for i, v in enumerate(node.inputs) if v in moving and v.type.is_float]
        if wrt:
            moving.update(node.outputs)
        inputs = [v.type() for v in node.inputs]
        outputs = [v for v in node.op.make_node(*inputs).outputs if v.type.is_float]
        if not wrt or not outputs:
            continue
        try:
            report, _ = compared(SymbolicFunction(inputs, outputs, wrt, list(arrays)))
        except GradientError:  # a derivative of another shape than its input
            return node
        if report.wrong:
            return node
    return None


@without_test_values
def differentiable(
    f: Any,
    point: Sequence[Any],
    named: Mapping[str, Any],
    gradient: Callable[..., Any] | None,
    wrt: Any,
) -> Differentiable:
    """Return what `check_grad` was given as something to judge."""
    if isinstance(f, Function):
        if gradient is not None:
            raise TypeError("check_grad: a compiled function has a gradient of its own; drop grad")
        arguments = _of_compiled(f, point, named)
        places = checked_places(wrt, arguments)
        return SymbolicFunction(f.inputs, f.expressions, places, arguments.arrays)
    arguments = Arguments(names_of_arguments(f, len(point)), point, named)
    places, arrays = checked_places(wrt, arguments), arguments.arrays
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
        return HandwrittenFunction(_refusing_expressions(f), gradient, arguments, places)
    dtypes = [x.dtype for x in arrays]
    inputs, outputs = _built(f, arguments, dtypes)
    wide = [np.dtype("float64") if dtype.kind == "f" else dtype for dtype in dtypes]
    precise = _built(f, arguments, wide) if wide != dtypes else None
    return SymbolicFunction(inputs, outputs, places, arrays, precise)


def _of_compiled(f: Function, values: Sequence[Any], named: Mapping[str, Any]) -> Arguments:
    """The arguments of a compiled function, in the order of its inputs and of the dtypes it takes."""
    names = [variable.name for variable in f.inputs[len(values) :]]
    if named.keys() - set(names):
        unknown = ", ".join(named.keys() - set(names))
        raise TypeError(f"check_grad: {f.name} has no input {unknown}, or it was passed already")
    values = [*values, *(named[name] for name in names if name is not None and name in named)]
    labels = [v.name or f"input {i}" for i, v in enumerate(f.inputs[: len(values)])]
    return Arguments(labels, values, keeps_float16=True)


def _refusing_expressions(f: Callable[..., Any]) -> Callable[..., Any]:
    """f, but a TypeError where it makes an expression, whose gradient need not be given."""

    def of_arrays(*values: Any, **named: Any) -> Any:
        result = f(*values, **named)
        for value in as_list(result):
            if isinstance(value, Variable):
                raise TypeError(
                    f"check_grad: f makes an expression, {value}, whose gradient minigrad knows; "
                    "leave out grad="
                )
        return result

    return of_arrays


def _built(
    f: Callable[..., Any], arguments: Arguments, dtypes: Sequence[np.dtype[Any]]
) -> tuple[list[Variable], list[Variable]]:
    """Variables for the point, a size of 1 of which broadcasts, and what f makes of them."""
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
    outputs = as_list(result)
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


def _as(variables: Sequence[Variable], point: Arrays) -> Arrays:
    """The arrays in the dtypes of the variables."""
    return [x.astype(v.type.dtype) for x, v in zip(point, variables, strict=True)]
