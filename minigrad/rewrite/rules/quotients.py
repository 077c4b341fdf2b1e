"""Rules that find sigmoids and softmaxes, however they are written.

A quotient of exponentials overflows where the sigmoid or softmax that it is does not; and it is
these whose logarithms have exact forms.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ...core.axes import DimShuffle, Sum, dimshuffle
from ...core.elementwise import Elementwise
from ...core.graph import Apply, Op, Variable
from ...core.table import add, exp, mul, neg, sub, tanh, true_div
from ...ops.functions import sigmoid
from ...ops.softmax import LogSoftmax, Normalization, Softmax
from ...protocol.walks import Applied, made_by
from ..engine import Replacement, Rewriter, rule
from ..known import number_of


def argument(x: Variable, function: Elementwise) -> Variable | None:
    """Return y if x is that function of y."""
    node = made_by(x, function)
    return None if node is None else node.inputs[0]


def opposite(x: Variable) -> Variable:
    """Return -x, without a sign before a sign."""
    difference = made_by(x, sub)
    if difference is not None:
        return sub(*difference.inputs[::-1])
    inner = argument(x, neg)
    return neg(x) if inner is None else inner


# ---- Sigmoids -----------------------------------------------------------------------------------


def sigmoid_of_quotient(above: list[Variable], divisor: Variable) -> Variable | None:
    """exp(x) / (exp(x) + exp(y)) = sigmoid(x - y), where 1 is exp(0).

    Return the sigmoid, if a factor above is such a numerator, and take that factor away.
    """
    total = made_by(divisor, add)
    if total is None:
        return None
    terms = total.inputs
    exponents = [argument(term, exp) for term in terms]
    is_one = [number_of(term) == 1 for term in terms]
    if any(x is None and not one for x, one in zip(exponents, is_one, strict=True)):
        return None
    for term, x, y in zip(terms, exponents, exponents[::-1], strict=True):
        if x is not None and term in above:
            above.remove(term)
            return sigmoid(x if y is None else x - y)
    for one, y in zip(is_one, exponents[::-1], strict=True):
        if one and y is not None:
            return sigmoid(opposite(y))
    return None


class _Line(NamedTuple):
    """A number plus a multiple of tanh(x): its values where the tanh is 0 and 1."""

    at_0: float
    at_1: float
    x: Variable


_REACH = 8  # operations between a tanh and what may be a sigmoid


def _line(x: Variable, reach: int = _REACH) -> _Line | None:
    """Return x as a line of a tanh, if it is made of one and of numbers."""
    node = made_by(x, tanh, neg, add, sub, mul, true_div) if reach else None
    if node is None:
        return None
    if node.op is tanh:
        return _Line(0.0, 1.0, node.inputs[0])
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
    return _Line(at_0, at_1, inner.x)


def sigmoid_of_tanh(x: Variable, of_complement: bool = False) -> Variable | None:
    """c + c · tanh(y) = 2c · sigmoid(2y).

    Return x, or its complement 1 − x, so; None if it is not such.
    """
    line = _line(x)
    if line is None:
        return None
    offset, slope = line.at_0, line.at_1 - line.at_0
    if of_complement:
        offset, slope = 1 - offset, -slope
    if not 0 < offset == abs(slope):
        return None
    y = sigmoid(math.copysign(2, slope) * line.x)
    return y if offset == 0.5 else 2 * offset * y


# ---- Softmaxes ----------------------------------------------------------------------------------


class _Spread(NamedTuple):
    """A variable as a core with its axes permuted, and new ones put in."""

    core: Variable
    axes: list[int | str]  # for each axis of the variable, which axis of the core it is, or 'x'


def _spread(x: Variable, ndim: int) -> _Spread:
    """Return x as it broadcasts to so many dimensions."""
    axes: list[int | str] = list(range(x.type.ndim))
    while permuted := made_by(x, DimShuffle):
        order = permuted.op.new_order
        axes = [axis if isinstance(axis, str) else order[axis] for axis in axes]
        (x,) = permuted.inputs
    new: list[int | str] = ["x"] * (ndim - len(axes))
    return _Spread(x, new + axes)


class _Beside(NamedTuple):
    """A variable that stands beside a reduction of itself, both spread out to the same axes."""

    x: Variable
    reduced: tuple[int, ...]  # the axes of x that the reduction lacks
    axes: list[int | str]  # for each axis of the whole, which axis of x it is, or 'x'


def _beside_itself(x: Variable, total: Variable, is_reduction: Callable[[Op], bool]) -> Any:
    """Return x beside a total of x; None if the total is of something else."""
    ndim = max(x.type.ndim, total.type.ndim)
    top, bottom = _spread(x, ndim), _spread(total, ndim)
    node = bottom.core.owner
    if node is None or not is_reduction(node.op):
        return None
    inside = _spread(node.inputs[0], node.inputs[0].type.ndim)
    if inside.core is not top.core or not set(inside.axes) == set(range(top.core.type.ndim)):
        return None
    axis = node.op.axis
    kept = [mine for place, mine in enumerate(inside.axes) if place not in axis]
    reduced = {inside.axes[place] for place in axis}
    expected = ["x" if mine in reduced else mine for mine in top.axes]
    found = [other if isinstance(other, str) else kept[other] for other in bottom.axes]
    if found != expected or not reduced <= set(top.axes):
        return None
    return _Beside(top.core, tuple(sorted(map(int, reduced))), top.axes)


def softmax_of_quotient(above: list[Variable], divisor: Variable) -> Variable | None:
    """exp(x) / sum(exp(x)) = softmax(x).

    Return the softmax, if a factor above is such a numerator, and take that factor away.
    """
    for factor in above:
        found = _beside_itself(factor, divisor, lambda op: isinstance(op, Sum))
        x = found and argument(found.x, exp)
        if x is not None:
            above.remove(factor)
            return dimshuffle(Softmax(found.reduced)(x), found.axes)
    return None


@rule("x - logsumexp(x) is logsoftmax(x)", sub)
def _logsoftmax_of_difference(node: Apply, rewriter: Rewriter) -> Replacement:
    x, total = node.inputs
    found = _beside_itself(x, total, lambda op: getattr(op, "name", "") == "logsumexp")
    return [dimshuffle(LogSoftmax(found.reduced)(found.x), found.axes)] if found else None


@rule("what is the same along the axes makes no difference to a softmax", Normalization)
def _shifted_softmax(node: Applied[Normalization], rewriter: Rewriter) -> Replacement:
    difference = made_by(node.inputs[0], sub)
    if difference is None:
        return None
    x, shift = difference.inputs
    axes = _spread(shift, x.type.ndim).axes if shift.type.ndim <= x.type.ndim else []
    is_same = axes and all(
        axes[axis] == "x" or shift.type.shape[axis - x.type.ndim] == 1 for axis in node.op.axis
    )
    return [node.op.make_node(x).out] if is_same else None


QUOTIENT_RULES = (_logsoftmax_of_difference, _shifted_softmax)
