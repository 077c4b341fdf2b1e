"""``theano.compile.function``: the function of this name, and what it was asked for in a file."""

from __future__ import annotations

import pickle
from inspect import signature
from typing import Any

from ...compile import function

__all__ = ["function", "function_dump"]


def function_dump(filename: str, *arguments: Any, **named: Any) -> None:
    """Pickle the arguments of `function` into a file; ``function(**pickle.load(file))`` uses them.

    Examples
    --------
    >>> import os, tempfile
    >>> import minigrad.tensor as T
    >>> x = T.dscalar("x")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "doubled.pkl")
    ...     function_dump(path, [x], 2 * x)
    ...     with open(path, "rb") as file:
    ...         f = function(**pickle.load(file))
    >>> f(1.5)
    array(3.)
    """
    bound = signature(function).bind(*arguments, **named)
    with open(filename, "wb") as file:
        pickle.dump(bound.arguments, file)
