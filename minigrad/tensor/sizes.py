"""Sizes as users pass them: numbers, expressions, lists or vectors of these."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ..core.axes import as_tensor_variable
from ..core.evaluate import evaluate
from ..core.graph import Constant, Variable
from ..core.types import constant


def as_size(x: Any) -> Variable:
    """Return x as a variable, integers as int64, so that arithmetic on sizes does not wrap.

    An expression of constants alone becomes a constant, so that types know it.
    """
    x = as_tensor_variable(x)
    if x.type.numpy_dtype.kind not in "iu":
        return x
    if x.owner is not None and not x.type.ndim and _is_made_of_constants(x):
        with suppress(Exception):  # what fails here will fail when it runs, too
            x = constant(evaluate([x], {})[0], x.name)
    if x.type.dtype == "int64":
        return x
    return constant(x.data, x.name, dtype="int64") if isinstance(x, Constant) else x.astype("int64")


def _is_made_of_constants(x: Variable) -> bool:
    """Return whether x is computed from constants alone, by scalars."""
    found, rest = {x}, [x]
    while rest:
        variable = rest.pop()
        if variable.owner is None:
            if not isinstance(variable, Constant):
                return False
        elif variable.type.ndim:
            return False
        else:
            new = [v for v in variable.owner.inputs if v not in found]
            found.update(new)
            rest += new
    return True


def as_sizes(sizes: Any, count: int | None = None) -> list[Variable]:
    """Return sizes, given as a number, a list or a vector, as one variable each."""
    if isinstance(sizes, (list, tuple)):
        return list(map(as_size, sizes))
    sizes = as_size(sizes)
    if sizes.type.ndim == 0:
        return [sizes]
    if count is None:
        count = sizes.type.shape[0]
    if count is None:
        raise ValueError(
            f"the shape {sizes} is a vector of unknown length: say ndim=..., or give a tuple"
        )
    return [sizes[i] for i in range(count)]
