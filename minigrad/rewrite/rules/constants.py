"""Compute at once what consists of constants."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.axes import Alloc
from ...core.graph import Apply, Constant, Op, Variable, perform
from ..engine import Replacement, Rewriter, rule

# Elements: what is computed has at most so many, and so many for each of what it is computed from.
_MOST, _MOST_PER_ELEMENT = 1000, 10
# Elements: up to how many an array is kept between calls rather than filled in each.
_LARGEST_FILLED = 1_000_000


@rule("what consists of constants is a constant", Op, needs=[Constant])
def _folded(node: Apply, rewriter: Rewriter) -> Replacement:
    data = [v.data for v in node.inputs if isinstance(v, Constant)]
    if len(data) < len(node.inputs):
        return None
    if isinstance(node.op, Alloc) and node.out.type.ndim:  # which is small as it stands
        return None
    most = _MOST + _MOST_PER_ELEMENT * sum(array.size for array in data)
    if any(math.prod(size or 1 for size in v.type.shape) > most for v in node.outputs):
        return None
    try:
        with np.errstate(all="ignore"):
            values = perform(node, data)
    except Exception:
        return None  # it will fail when the program runs, where that can be explained
    return [
        Constant(_type_of_folded(output, value), value, output.name)
        for output, value in zip(node.outputs, values, strict=True)
    ]


def _type_of_folded(output: Variable, value: np.ndarray) -> Any:
    """Return the output's type with the sizes of its value; an unknown size stays so if it is 1."""
    known = output.type.shape
    return output.type.clone(
        shape=[k if n == 1 else n for k, n in zip(known, value.shape, strict=True)]
    )


@rule("an array that is filled with a constant can be made once", Alloc)
def _filled(node: Apply, rewriter: Rewriter) -> Replacement:
    constants = [v for v in node.inputs if isinstance(v, Constant)]
    if len(constants) < len(node.inputs):
        return None
    if math.prod(size or 0 for size in node.out.type.shape) > _LARGEST_FILLED:
        return None
    (data,) = perform(node, [v.data for v in constants])
    data.flags.writeable = False
    return [Constant(node.out.type, data, _name_of_filled(constants[0]))]


def _name_of_filled(value: Constant) -> str | None:
    if value.type.ndim:
        return None
    return f"all_{value.data.item():g}".replace("_-", "_minus_")


FOLDING_RULES = (_folded,)
# For when no other rule needs to see what an array is filled with.
FILLING_RULES = (_filled,)
