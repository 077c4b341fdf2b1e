"""Test values: expressions are computed as they are written, so mistakes show at their lines.

``x.tag.test_value`` is the test value of an input; `watch` lets ops compute those of their outputs.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from types import SimpleNamespace
from typing import Any, TypeVar

import numpy as np

from ..core import evaluate, graph
from ..core.configuration import config
from ..core.graph import Apply, Constant, Variable, perform, toposort
from ..core.operators import extend
from ..core.sharing import SharedVariable
from .walks import ancestors

_suspended: ContextVar[bool] = ContextVar("suspended", default=False)
AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])


@extend(Variable)
class _Tagged:
    @property
    def tag(self: Any) -> SimpleNamespace:
        """A place for the user's notes, and the ``test_value``."""
        notes: SimpleNamespace = self.__dict__.setdefault("_notes", SimpleNamespace())
        return notes


class NoTestValue(ValueError):
    """Raised if an input has no test value, and ``config.compute_test_value`` is 'raise'."""


def get_test_value(v: Any) -> np.ndarray:
    """The test value of a variable; the value of a constant or of a shared variable.

    An expression without one gets the value computed from its inputs.

    Raises
    ------
    ValueError
        If an input has no test value.
    TypeError
        If one is not of its variable's type.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> x = T.dvector("x")
    >>> x.tag.test_value = [1.0, 2.0]
    >>> get_test_value(2 * x)
    array([2., 4.])
    """
    if not isinstance(v, Variable):
        return np.asarray(v)
    value = _own_value(v)
    if value is None:
        for node in toposort([v], stop_at=[x for x in ancestors([v]) if _own_value(x) is not None]):
            _compute(node)
        value = _own_value(v)
    if value is None:
        raise NoTestValue(
            f"{v} has no test value; set {v.name or 'variable'}.tag.test_value to an array of "
            f"{v.type}, or config.compute_test_value to 'off'"
        )
    return value


def _own_value(v: Variable) -> np.ndarray | None:
    """The test value that a variable has already, of its type."""
    if isinstance(v, (Constant, SharedVariable)):
        return v.data
    if not hasattr(v.tag, "test_value"):
        return None
    try:
        value: np.ndarray = v.type.filter(v.tag.test_value)
    except TypeError as error:
        raise TypeError(f"the test value of {v}: {error}") from None
    return value


def _compute(node: Apply) -> None:
    """Give test values to the outputs of a node."""
    values = [get_test_value(x) for x in node.inputs]
    try:
        with np.errstate(all="ignore"):
            results = perform(node, values)
    except Exception as error:
        evaluate.explained(error, node, values)
        raise
    for output, result in zip(node.outputs, results, strict=True):
        output.tag.test_value = result


def _computed(node: Apply) -> Apply:
    """Return the node that a call of an op has made, with test values of its outputs."""
    outputs = node.outputs
    try:
        if not _suspended.get():
            _compute(node)
    except NoTestValue as error:
        if config.compute_test_value in ("raise", "pdb"):
            raise
        if config.compute_test_value == "warn":
            warnings.warn(str(error), stacklevel=4)
    node._unread = outputs  # else they would be gone, and their values with them
    return node


_as_it_is = graph.made


def watch(is_on: bool) -> None:
    """Let calls of ops compute test values, or no longer."""
    graph.made = _computed if is_on else _as_it_is


def without_test_values(function: AnyFunction) -> AnyFunction:
    """Return the function so that what it makes gets no test values: it is not the user's."""

    @wraps(function)
    def calling(*arguments: Any, **options: Any) -> Any:
        if config.compute_test_value == "off":
            return function(*arguments, **options)
        token = _suspended.set(True)
        try:
            return function(*arguments, **options)
        finally:
            _suspended.reset(token)

    return calling  # type: ignore[return-value]
