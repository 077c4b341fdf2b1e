"""Test values: expressions are computed as they are written, so mistakes show at their lines.

``x.tag.test_value`` is that of an input; `watch` lets ops compute those of what they make.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import wraps
from types import SimpleNamespace
from typing import Any, TypeVar

import numpy as np

from ..core import evaluate
from ..core.configuration import config
from ..core.elementwise import Elementwise
from ..core.graph import Apply, Constant, Op, Variable, perform, toposort
from ..core.operators import extend
from ..core.sharing import SharedVariable

_CALLS: dict[type, Callable[..., Any]] = {kind: kind.__call__ for kind in (Op, Elementwise)}
_suspended: ContextVar[bool] = ContextVar("suspended", default=False)
AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])


@extend(Variable)
class _Tagged:
    @property
    def tag(self: Any) -> SimpleNamespace:
        """Notes of the user's, and the ``test_value``."""
        notes: SimpleNamespace = self.__dict__.setdefault("_notes", SimpleNamespace())
        return notes


class NoTestValue(ValueError):
    """An input has no test value, and ``config.compute_test_value`` is 'raise'."""


def get_test_value(v: Any) -> np.ndarray:
    """The test value of a variable; the value of a constant or of a shared variable.

    An expression without one gets that which follows from its inputs.

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
    known = _known(v)
    if known is None:
        for node in toposort([v], stop_at=[x for x in _ancestors(v) if _known(x) is not None]):
            _compute(node)
        known = _known(v)
    if known is None:
        raise NoTestValue(
            f"{v} has no test value; set {v.name or 'variable'}.tag.test_value to an array of "
            f"{v.type}, or config.compute_test_value to 'off'"
        )
    return known


def _ancestors(v: Variable) -> Iterable[Variable]:
    return (x for node in toposort([v]) for x in [*node.inputs, *node.outputs])


def _known(v: Variable) -> np.ndarray | None:
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
    """Give test values to what a node makes."""
    values = [get_test_value(x) for x in node.inputs]
    try:
        with np.errstate(all="ignore"):
            results = perform(node, values)
    except Exception as error:
        evaluate.explained(error, node, values)
        raise
    for output, result in zip(node.outputs, results, strict=True):
        output.tag.test_value = result


def _with_values(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return the call of an op so that what it makes has test values at once."""

    @wraps(call)
    def calling(self: Op, *inputs: Any) -> Any:
        made = call(self, *inputs)
        if not _suspended.get():
            first = made[0] if isinstance(made, list) else made
            if first.owner is not None and _known(first) is None:
                _compute_as_told(first.owner)
        return made

    return calling


def _compute_as_told(node: Apply) -> None:
    try:
        _compute(node)
    except NoTestValue as error:
        if config.compute_test_value in ("raise", "pdb"):
            raise
        if config.compute_test_value == "warn":
            warnings.warn(str(error), stacklevel=4)


def watch(is_on: bool) -> None:
    """Let ops compute test values when they are called, or no longer."""
    for kind, call in _CALLS.items():
        kind.__call__ = _with_values(call) if is_on else call  # type: ignore[method-assign]


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
