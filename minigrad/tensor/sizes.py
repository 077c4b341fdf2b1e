"""Sizes as people give them: numbers, expressions, lists or vectors of these."""

from __future__ import annotations

from typing import Any

from ..core.axes import as_tensor_variable
from ..core.graph import Constant, Variable, perform, toposort
from ..core.types import constant


def as_size(x: Any) -> Variable:
    """x as a variable; an integer is int64, so that reckoning with sizes does not wrap.

    What is made of constants alone is a constant, so that types know it.
    """
    x = as_tensor_variable(x)
    if x.type.numpy_dtype.kind not in "iu":
        return x
    if x.owner is not None and not x.type.ndim and _is_made_of_constants(x):
        x = _computed(x)
    if x.type.dtype == "int64":
        return x
    return constant(x.data, x.name, dtype="int64") if isinstance(x, Constant) else x.astype("int64")


def _is_made_of_constants(x: Variable) -> bool:
    """Whether scalars on the way from x end in nothing but constants."""
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


def _computed(x: Variable) -> Variable:
    """x as a constant; as it is if that fails, for it will fail when it runs, too."""
    values: dict[Variable, Any] = {}
    try:
        for node in toposort([x]):
            inputs = [v.data if isinstance(v, Constant) else values[v] for v in node.inputs]
            values.update(zip(node.outputs, perform(node, inputs), strict=True))
    except Exception:
        return x
    return constant(values[x], x.name)


def as_sizes(sizes: Any, count: int | None = None) -> list[Variable]:
    """The sizes, given as a list or a vector, as one variable each."""
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
