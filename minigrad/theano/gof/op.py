"""``theano.gof.op``: what a node computes, and the test values of variables."""

from __future__ import annotations

import warnings
from typing import Any

from ...core.configuration import config
from ...core.graph import Op
from ...protocol.test_values import NoTestValue, get_test_value

PureOp = Op  # without what writes C

__all__ = ["Op", "PureOp", "debug_error_message", "get_debug_values", "get_test_value"]


def get_debug_values(*args: Any) -> list[Any]:
    """A list of one tuple, the test values of the variables; empty if there are none.

    Use it to check values while an expression is written: ``for x, y in get_debug_values(x, y):
    …``. For one variable, the list contains the value itself.

    Raises
    ------
    ValueError
        If a variable has no test value, and ``config.compute_test_value`` is 'raise'.

    Examples
    --------
    >>> import minigrad, minigrad.tensor as T
    >>> x = T.dvector("x")
    >>> x.tag.test_value = [1.0, 2.0]
    >>> with minigrad.config.change_flags(compute_test_value="warn"):
    ...     get_debug_values(x, 2 * x)
    [(array([1., 2.]), array([2., 4.]))]
    >>> get_debug_values(x)
    []
    """
    if config.compute_test_value == "off":
        return []
    try:
        values = [get_test_value(v) for v in args]
    except NoTestValue as error:
        if config.compute_test_value in ("raise", "pdb"):
            raise
        if config.compute_test_value == "warn":
            warnings.warn(str(error), stacklevel=2)
        return []
    return values if len(values) == 1 else [tuple(values)]


def debug_error_message(msg: str) -> None:
    """Raise a ValueError about a wrong test value, or warn if test values only give warnings."""
    if config.compute_test_value != "warn":
        raise ValueError(msg)
    warnings.warn(msg, stacklevel=2)
