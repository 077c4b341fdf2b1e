"""Find a sigmoid that is written as a line of a tanh."""

from __future__ import annotations

import math

import numpy as np

from ..core.graph import Variable
from ..core.table import add, mul, neg, sub, tanh, true_div
from ..ops.functions import sigmoid
from ..protocol.walks import made_by
from .known import number_of

_REACH = 8  # operations between a tanh and what may be a sigmoid


def _line(x: Variable, reach: int = _REACH) -> tuple[float, float, Variable] | None:
    """Return x where tanh(y) is 0, x where it is 1, and y, if x is a line of a tanh(y)."""
    node = made_by(x, tanh, neg, add, sub, mul, true_div) if reach else None
    if node is None:
        return None
    if node.op is tanh:
        return 0.0, 1.0, node.inputs[0]
    numbers = [number_of(v) for v in node.inputs]
    place = numbers.index(None) if None in numbers else 0
    if numbers.count(None) != 1 or (node.op is true_div and not numbers[1]):
        return None
    inner = _line(node.inputs[place], reach - 1)
    if inner is None:
        return None
    operands = [[v if n is None else n for n in numbers] for v in inner[:2]]
    with np.errstate(all="ignore"):
        at_0, at_1 = [float(node.op.function(*pair)) for pair in operands]
    return at_0, at_1, inner[2]


def sigmoid_of_tanh(x: Variable, of_complement: bool = False) -> Variable | None:
    """c + c · tanh(y) = 2c · sigmoid(2y).

    Return x, or its complement 1 − x, so; None if it is not such.
    """
    line = _line(x)
    if line is None:
        return None
    offset, at_1, y = line
    slope = at_1 - offset
    if of_complement:
        offset, slope = 1 - offset, -slope
    if not 0 < offset == abs(slope):
        return None
    result = sigmoid(math.copysign(2, slope) * y)
    return result if offset == 0.5 else 2 * offset * result
