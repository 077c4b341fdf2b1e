"""Compute at once what consists of constants."""

from __future__ import annotations

import math

import numpy as np

from ...core.axes import Alloc
from ...core.graph import Apply, Constant, Op, perform
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
    folded = []
    for output, value in zip(node.outputs, values, strict=True):
        # An unknown size stays so if it is 1.
        sizes = zip(output.type.shape, value.shape, strict=True)
        type = output.type.clone(shape=[known if n == 1 else n for known, n in sizes])
        folded.append(Constant(type, value, output.name))
    return folded


@rule("an array that is filled with a constant can be made once", Alloc)
def _filled(node: Apply, rewriter: Rewriter) -> Replacement:
    constants = [v for v in node.inputs if isinstance(v, Constant)]
    if len(constants) < len(node.inputs):
        return None
    if math.prod(size or 0 for size in node.out.type.shape) > _LARGEST_FILLED:
        return None
    (data,) = perform(node, [v.data for v in constants])
    data.flags.writeable = False
    value = constants[0].data
    name = None if value.ndim else f"all_{value.item():g}".replace("_-", "_minus_")
    return [Constant(node.out.type, data, name)]


FOLDING_RULES = (_folded,)
# For when no other rule needs to see what an array is filled with.
FILLING_RULES = (_filled,)
