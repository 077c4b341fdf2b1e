"""The reference interpreter, which computes node by node; compiled programs must agree with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .graph import Apply, Constant, Variable, perform, toposort
from .sharing import SharedVariable
from .types import describe


class MissingInputError(ValueError):
    """Raised if a needed variable is neither given, nor computed, nor shared."""


# Told of a node that was performed, with the values of its inputs and outputs; it may replace these.
Watcher = Callable[[Apply, Sequence[np.ndarray], list[np.ndarray]], None]


def evaluate(
    outputs: Sequence[Variable], values: Mapping[Variable, Any], watch: Watcher | None = None
) -> list[np.ndarray]:
    """The values of the outputs, as new arrays, given values of other variables.

    Any variable can be given, not only inputs: then it is not computed. A TypeError is raised if a
    value is not of its variable's type, a `MissingInputError` if an input has none.
    """
    if isinstance(outputs, Variable):
        raise TypeError(f"evaluate takes a list of variables; got {outputs}: put it in brackets")
    found = checked("evaluate", values)
    for node in toposort(outputs, stop_at=found):
        inputs = [_value(variable, found) for variable in node.inputs]
        try:
            results = perform(node, inputs)
        except Exception as error:
            explained(error, node, inputs)
            raise
        if watch is not None:
            watch(node, inputs, results)
        for output, result in zip(node.outputs, results, strict=True):
            found.setdefault(output, result)  # an output that was given stays as it is
    return [_value(output, found).copy() for output in outputs]


def checked(name: str, values: Any) -> dict[Variable, np.ndarray]:
    """The values passed to the function of this name, as arrays of their variables' types."""
    given: dict[Variable, np.ndarray] = {}
    if not isinstance(values, Mapping):
        raise TypeError(f"{name} takes {{variable: value}}; got {describe(values)}")
    for variable, value in values.items():
        if not isinstance(variable, Variable):
            raise TypeError(f"{name} takes {{variable: value}}; got the key {describe(variable)}")
        try:
            given[variable] = variable.type.filter(value)
        except TypeError as error:
            raise TypeError(f"the value of {variable}: {error}") from None
    return given


def _value(variable: Variable, found: Mapping[Variable, np.ndarray]) -> np.ndarray:
    if variable in found:
        return found[variable]
    if isinstance(variable, (Constant, SharedVariable)):
        return variable.data
    raise MissingInputError(
        f"no value for the input {variable} of {variable.type}: evaluate([y], {{{variable}: value}})"
    )


def explained(error: Exception, node: Apply, inputs: Sequence[Any] | None) -> Exception:
    """The error itself; `protocol.errors` replaces this by a function that adds its origin."""
    return error
